//! The jobs of a backfill: all items of a repository, open ones first, a page at a time.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::json;

use super::answer::{GitHubAnswer, GitHubError};
use super::client::QueryAnswer;
use super::context::JobContext;
use super::conversations;
use super::facts;
use super::mending::{Mending, mending};
use super::totals::may_read_discussions;
use super::wire::{self, Discussion, OneNode, RepositoryDiscussions};
use crate::activity::event::OwnerRef;
use crate::activity::{RepositoryRef, Source};
use crate::store::jobs::{Job, JobKind, NewJob, PageOutcome, TakenJob};
use crate::store::local;
use crate::store::sync::{self, SyncedRepository};
use crate::webhook::{ListedItem, ListedItems, Omissions, listed_issues};

/// The failures in a row after which a page that is not there is no longer thought to be a repository that
/// is not there.
const PATIENCE: i32 = 3;

/// The repository as each of its items refers to it.
pub fn reference(account_id: i64, repository: &SyncedRepository) -> RepositoryRef {
    RepositoryRef {
        id: repository.repo_id,
        owner: Some(OwnerRef { id: account_id, login: repository.owner.clone() }),
        name: repository.name.clone(),
        private: Some(repository.private),
        archived: None,
        html_url: None,
    }
}

/// The repository that a job is about, or the job's outcome if there is none. If the repository is
/// covered but not visible, it was hidden a moment ago. Then a new listing decides about its jobs; they
/// stay until then, so that the finished part of a backfill is not done again.
pub async fn subject(context: &JobContext, job: &Job) -> Result<Result<SyncedRepository, PageOutcome>, GitHubError> {
    if let Some(repository) = sync::one(&context.pool, job.account_id, job.repo_id).await? {
        return Ok(Ok(repository));
    }
    Ok(Err(match sync::covers(&context.pool, job.account_id, job.repo_id).await? {
        true => to_be_listed(context, job, "the repository is hidden for now".to_owned()).await?,
        false => PageOutcome::Done,
    }))
}

/// Fetches a page of issues and pull requests, by the time of their creation.
pub async fn issues(context: &JobContext, taken: &mut TakenJob) -> Result<PageOutcome, GitHubError> {
    let job = taken.job.clone();
    let repository = match subject(context, &job).await? {
        Ok(repository) => repository,
        Err(outcome) => return Ok(outcome),
    };
    let state = if job.kind == JobKind::Open { "open" } else { "closed" };
    let begin = format!("state={state}&sort=created&direction=asc&per_page=100");
    let query = job.cursor.as_deref().unwrap_or(&begin);
    let path = format!("/repos/{}/{}/issues?{query}", repository.owner, repository.name);
    let answer = context.client.get(context.requester(job.account_id), &path).await?;
    // 410: issues are turned off, and nothing is listed.
    let listed = match answer.status {
        200 => issues_of(context, job.account_id, job.repo_id, &answer).await?,
        410 => vec![],
        status => return moved(context, &job, status).await,
    };
    store(context, taken, &repository, listed, answer.next, answer.date).await
}

/// Fetches a page of discussions, by the time of their creation.
pub async fn discussions(context: &JobContext, taken: &mut TakenJob) -> Result<PageOutcome, GitHubError> {
    let job = taken.job.clone();
    let repository = match subject(context, &job).await? {
        Ok(repository) => repository,
        Err(outcome) => return Ok(outcome),
    };
    // The permission was taken away meanwhile: discussions are no part of the backfill any more.
    if !may_read_discussions(context, job.account_id).await? {
        return Ok(PageOutcome::PartDone);
    }
    let state = if job.kind == JobKind::OpenDiscussions { "OPEN" } else { "CLOSED" };
    let question = json!({"id": repository.node_id, "after": job.cursor, "states": [state]});
    let answer: QueryAnswer<OneNode<RepositoryDiscussions>> =
        context.client.graphql(context.requester(job.account_id), wire::DISCUSSIONS, question, job.failures).await?;
    let QueryAnswer { data, date, omissions } = answer;
    let Some(page) = data.node.and_then(|node| node.discussions) else { return moved(context, &job, 404).await };
    let (found, next) = page.entries(job.cursor.as_deref())?;
    let listed = listed_discussions(context, job.account_id, &repository, found, omissions).await?;
    store(context, taken, &repository, listed, next, date).await
}

/// The items of a page of issues and pull requests. What cannot be read of them is counted.
pub async fn issues_of(
    context: &JobContext,
    account_id: i64,
    repo_id: i64,
    answer: &GitHubAnswer,
) -> Result<Vec<ListedItem>, GitHubError> {
    let listed = listed_issues(&answer.body).map_err(|error| GitHubError::Unreadable(error.to_string()))?;
    let no_list = || GitHubError::Unreadable("it is no list".to_owned());
    let ListedItems { items, omissions } = listed.ok_or_else(no_list)?;
    context.left_out(account_id, "a list of issues", Some(repo_id), &omissions).await;
    Ok(items)
}

/// Discussions as items, with the ids of their labels. What cannot be read of them is counted.
pub async fn listed_discussions(
    context: &JobContext,
    account_id: i64,
    repository: &SyncedRepository,
    found: Vec<Discussion>,
    mut omissions: Omissions,
) -> Result<Vec<ListedItem>, GitHubError> {
    let labels = found.iter().filter_map(|found| found.labels.as_ref()?.nodes.as_ref()).flatten();
    let wanted: Vec<String> = labels.filter_map(|label| Some(label.id.as_ref()?.0.clone())).collect();
    let ids: Arc<HashMap<String, i64>> =
        context.label_ids.of(&context.client, context.requester(account_id), repository, &wanted).await?;
    let mut listed = vec![];
    for found in found {
        match facts::discussion(found, &ids) {
            Some(item) => listed.push(item),
            None => omissions.add("[] (an item)"),
        }
    }
    context.left_out(account_id, "a list of discussions", Some(repository.repo_id), &omissions).await;
    Ok(listed)
}

/// The outcome if the repository is not at its address, or cannot be seen. A new listing finds out why; if
/// the repository is no longer covered, it deletes the job too.
pub async fn moved(context: &JobContext, job: &Job, status: u16) -> Result<PageOutcome, GitHubError> {
    if status == 404 && job.cursor.is_some() && job.failures >= PATIENCE {
        // The repository may be there, and only the place in the list is not.
        return Err(GitHubError::BadCursor("GitHub answered 404".to_owned()));
    }
    let error = match status {
        301 | 302 | 307 | 308 => "the repository was renamed or transferred".to_owned(),
        status => format!("GitHub answered {status} for the repository"),
    };
    to_be_listed(context, job, error).await
}

async fn to_be_listed(context: &JobContext, job: &Job, error: String) -> Result<PageOutcome, GitHubError> {
    context.add(&[NewJob::now(job.account_id, JobKind::Repositories, 0)]).await?;
    Ok(PageOutcome::Failed { after: context.rhythm.backoff(job.failures), error })
}

/// Stores a page. The job's cursor moves after the page is durable, in one transaction with the counts.
/// If a worker dies in between, only its page is fetched again.
async fn store(
    context: &JobContext,
    taken: &mut TakenJob,
    repository: &SyncedRepository,
    listed: Vec<ListedItem>,
    next: Option<String>,
    date: DateTime<Utc>,
) -> Result<PageOutcome, GitHubError> {
    let Job { account_id, kind, repo_id, numbers, .. } = taken.job.clone();
    let source = if numbers.is_some() { Source::Sweep } else { Source::Backfill };
    let reference = reference(account_id, repository);
    let shown: Vec<i64> = listed.iter().map(|listed| listed.number).collect();
    let count = i64::try_from(listed.len()).unwrap_or(i64::MAX);
    // A first listing takes everything, a repeated one only what differs.
    let Mending { events, mended, refreshed } = if numbers.is_some() {
        mending(context, account_id, &reference, listed, date).await?
    } else {
        let events = listed.into_iter().map(|listed| facts::fetched(source, &reference, listed, date)).collect();
        Mending { events, ..Mending::default() }
    };
    context.append(account_id, events).await?;
    if !taken.is_wanted().await? {
        // The backfill was restarted meanwhile: this page is fetched again, and counted then.
        return Ok(PageOutcome::Done);
    }
    match source {
        Source::Sweep => {
            sync::add_mended(taken.connection().await?, account_id, repo_id, mended, refreshed).await?;
            context.metrics.mended(mended);
            context.metrics.refreshed(refreshed);
        }
        _ => {
            sync::add_fetched(taken.connection().await?, account_id, repo_id, count).await?;
            context.metrics.backfilled(count);
        }
    }
    let seen = numbers.map(|mut seen| {
        seen.extend(shown);
        seen
    });
    if next.is_some() {
        return Ok(PageOutcome::Continue { cursor: next, numbers: seen });
    }
    if let Some(seen) = seen {
        check_missing(context, account_id, repo_id, kind, &seen).await?;
    }
    if kind.is_open() {
        conversations::plan(context, account_id, repo_id).await?;
    }
    Ok(PageOutcome::PartDone)
}

/// Items that are open here (or closed) but were not listed as such must have changed. Each of them is
/// checked by itself.
async fn check_missing(
    context: &JobContext,
    account_id: i64,
    repo_id: i64,
    kind: JobKind,
    seen: &[i64],
) -> Result<(), GitHubError> {
    let open = matches!(kind, JobKind::Open | JobKind::OpenDiscussions);
    let discussions = matches!(kind, JobKind::OpenDiscussions | JobKind::ClosedDiscussions);
    let seen: BTreeSet<i64> = seen.iter().copied().collect();
    let ours = local::numbers(&context.pool, account_id, repo_id, open, discussions).await?;
    let missing: Vec<i64> = ours.into_iter().filter(|number| !seen.contains(number)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let check = NewJob { numbers: Some(missing), ..NewJob::now(account_id, JobKind::Check, repo_id) };
    Ok(context.add(&[check]).await?)
}
