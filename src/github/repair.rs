//! The job that repairs a repository: it fetches the changes that came without a delivery.
//!
//! A sweep has found a difference. The repair compares again, since the deliveries may have been under
//! way, and then fetches the items updated since the last comparison. If the counts differ even then, the
//! repository is listed again, and every item that the list lacks is checked by itself: it may be deleted,
//! transferred, or closed.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::answer::GitHubError;
use super::backfill::{issues_of, listed_discussions, moved, reference, subject};
use super::client::QueryAnswer;
use super::context::JobContext;
use super::conversations;
use super::differences::{Differences, NO_DIFFERENCES, differences, unexplained};
use super::mending::{Mending, mending};
use super::plan::OVERLAP;
use super::totals::{RepositoryTotals, may_read_discussions, totals};
use super::wire::{self, Discussion, OneNode, RepositoryDiscussions};
use crate::store::jobs::{Job, JobKind, NewJob, PageOutcome};
use crate::store::local;
use crate::store::sync::{self, SyncedRepository};
use crate::webhook::ListedItem;

/// The steps of a repair, as the job's cursor holds them.
enum RepairStep {
    /// Compare again.
    Compare,
    /// Fetch a page of updated issues and pull requests, with this query string.
    Issues(String),
    /// Fetch a page of updated discussions, after this cursor.
    Discussions(Option<String>),
    /// Compare the counts, and list again what still differs.
    Counts,
}

impl RepairStep {
    fn of(cursor: Option<&str>) -> Self {
        match cursor.map(|cursor| cursor.split_once(' ').unwrap_or((cursor, ""))) {
            Some(("issues", query)) => RepairStep::Issues(query.to_owned()),
            Some(("discussions", after)) => {
                RepairStep::Discussions(Some(after.to_owned()).filter(|after| !after.is_empty()))
            }
            Some(("count", _)) => RepairStep::Counts,
            _ => RepairStep::Compare,
        }
    }

    fn next(self) -> PageOutcome {
        let cursor = match self {
            RepairStep::Compare => None,
            RepairStep::Issues(query) => Some(format!("issues {query}")),
            RepairStep::Discussions(after) => Some(format!("discussions {}", after.unwrap_or_default())),
            RepairStep::Counts => Some("count".to_owned()),
        };
        PageOutcome::Continue { cursor, numbers: None }
    }
}

/// Does one step of the repair of a repository.
pub async fn repair(context: &JobContext, job: &Job) -> Result<PageOutcome, GitHubError> {
    let repository = match subject(context, job).await? {
        Ok(repository) => repository,
        Err(outcome) => return Ok(outcome),
    };
    match RepairStep::of(job.cursor.as_deref()) {
        RepairStep::Compare => compare_again(context, job, &repository).await,
        RepairStep::Issues(query) => updated_issues(context, job, &repository, &query).await,
        RepairStep::Discussions(after) => updated_discussions(context, job, &repository, after).await,
        RepairStep::Counts => compare_counts(context, job, &repository).await,
    }
}

/// The repository's differences and GitHub's time; `None` if it cannot be seen.
async fn compare_one(
    context: &JobContext,
    account_id: i64,
    repository: &SyncedRepository,
) -> Result<Option<(Differences, DateTime<Utc>)>, GitHubError> {
    let (answers, date) = totals(context, account_id, &[&repository.node_id], 0).await?;
    let Some(RepositoryTotals::Totals(totals)) = answers.into_iter().next() else { return Ok(None) };
    let counts = local::counts(&context.pool, account_id, &[repository.repo_id]).await?;
    Ok(Some((differences(context, account_id, repository, &totals, &counts).await?, date)))
}

async fn compare_again(
    context: &JobContext,
    job: &Job,
    repository: &SyncedRepository,
) -> Result<PageOutcome, GitHubError> {
    let Some((found, date)) = compare_one(context, job.account_id, repository).await? else {
        return moved(context, job, 404).await;
    };
    if found.is_nothing_new(repository) {
        sync::set_swept(&context.pool, job.account_id, &[repository.repo_id], date - OVERLAP).await?;
        return Ok(PageOutcome::Done);
    }
    let since = repository.swept_at.unwrap_or(DateTime::UNIX_EPOCH).format("%Y-%m-%dT%H:%M:%SZ");
    Ok(RepairStep::Issues(format!("state=all&sort=updated&direction=asc&since={since}&per_page=100")).next())
}

async fn updated_issues(
    context: &JobContext,
    job: &Job,
    repository: &SyncedRepository,
    query: &str,
) -> Result<PageOutcome, GitHubError> {
    let path = format!("/repos/{}/{}/issues?{query}", repository.owner, repository.name);
    let answer = context.client.get(context.requester(job.account_id), &path).await?;
    let listed = match answer.status {
        200 => issues_of(context, job.account_id, job.repo_id, &answer).await?,
        410 => vec![],
        status => return moved(context, job, status).await,
    };
    mend(context, job.account_id, repository, listed, answer.date).await?;
    Ok(answer.next.map_or(RepairStep::Discussions(None), RepairStep::Issues).next())
}

async fn updated_discussions(
    context: &JobContext,
    job: &Job,
    repository: &SyncedRepository,
    after: Option<String>,
) -> Result<PageOutcome, GitHubError> {
    if !repository.has_discussions || !may_read_discussions(context, job.account_id).await? {
        return Ok(RepairStep::Counts.next());
    }
    let question = json!({"id": repository.node_id, "after": after});
    let asked_after = after;
    let requester = context.requester(job.account_id);
    let answer: QueryAnswer<OneNode<RepositoryDiscussions>> =
        context.client.graphql(requester, wire::DISCUSSIONS_SINCE, question, job.failures).await?;
    let QueryAnswer { data, date, omissions } = answer;
    let Some(page) = data.node.and_then(|node| node.discussions) else { return moved(context, job, 404).await };
    let (found, next) = page.entries(asked_after.as_deref())?;
    let since = repository.swept_at.unwrap_or(DateTime::UNIX_EPOCH);
    let is_before = |found: &Discussion| found.updated_at.is_some_and(|updated_at| updated_at < since);
    let over = found.last().is_none_or(is_before);
    let recent = found.into_iter().filter(|found| !is_before(found)).collect();
    let listed = listed_discussions(context, job.account_id, repository, recent, omissions).await?;
    mend(context, job.account_id, repository, listed, date).await?;
    let next = next.filter(|_| !over);
    Ok(next.map_or(RepairStep::Counts, |after| RepairStep::Discussions(Some(after))).next())
}

/// Appends the items that differ from ours, and counts them.
pub async fn mend(
    context: &JobContext,
    account_id: i64,
    repository: &SyncedRepository,
    listed: Vec<ListedItem>,
    date: DateTime<Utc>,
) -> Result<(), GitHubError> {
    let reference = reference(account_id, repository);
    let Mending { events, mended, refreshed } = mending(context, account_id, &reference, listed, date).await?;
    context.append(account_id, events).await?;
    conversations::plan(context, account_id, repository.repo_id).await?;
    count_mended(context, account_id, repository.repo_id, mended, refreshed).await
}

/// Counts items that a delivery should have told of, and those of which only the time had moved.
pub async fn count_mended(
    context: &JobContext,
    account_id: i64,
    repo_id: i64,
    mended: i64,
    refreshed: i64,
) -> Result<(), GitHubError> {
    if mended > 0 {
        tracing::info!(
            account = account_id,
            repository = repo_id,
            items = mended,
            "mended items that had changed without the delivery that should have told"
        );
    }
    if mended + refreshed > 0 {
        sync::add_mended(&context.pool, account_id, repo_id, mended, refreshed).await?;
        context.metrics.mended(mended);
        context.metrics.refreshed(refreshed);
    }
    Ok(())
}

/// All updates are fetched. If the counts still differ, something was deleted or transferred: everything
/// is listed again, once for each such difference.
async fn compare_counts(
    context: &JobContext,
    job: &Job,
    repository: &SyncedRepository,
) -> Result<PageOutcome, GitHubError> {
    let Some((found, date)) = compare_one(context, job.account_id, repository).await? else {
        return moved(context, job, 404).await;
    };
    let known = unexplained(repository);
    let [open_issues, issues, open_pulls, pulls, open_discussions, discussions] =
        std::array::from_fn(|at| found.counts[at] != known[at]);
    let kinds = [
        (JobKind::Open, open_issues || issues || open_pulls || pulls),
        (JobKind::OpenDiscussions, open_discussions || discussions),
        (JobKind::Closed, issues || pulls),
        (JobKind::ClosedDiscussions, discussions),
    ];
    let wanted = kinds
        .into_iter()
        .filter(|(_, wanted)| *wanted)
        .map(|(kind, _)| NewJob { numbers: Some(vec![]), ..NewJob::now(job.account_id, kind, job.repo_id) });
    context.add(&wanted.collect::<Vec<_>>()).await?;
    let differs = (found.counts != NO_DIFFERENCES).then_some(found.counts.as_slice());
    sync::set_differences(&context.pool, job.account_id, job.repo_id, differs).await?;
    sync::set_swept(&context.pool, job.account_id, &[repository.repo_id], date - OVERLAP).await?;
    Ok(PageOutcome::Done)
}
