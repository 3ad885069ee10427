//! Repair: what no delivery told of is found by comparing with GitHub, and fetched.
//!
//! One question tells of a hundred repositories how many items of each kind they have, open and in
//! all, and which were last updated. What differs is doubted for a while first, since deliveries
//! may be under way; then what was updated since the last comparison is fetched; and if the counts
//! differ still, the repository is listed anew and what is not in the list is looked at by itself:
//! deleted, transferred, or closed.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde_json::json;

use super::backfill::{differing, moved, reference, subject, with_labels};
use super::client::GitHubError;
use super::facts;
use super::listing::OVERLAP;
use super::totals::{Told, may_read_discussions, totals};
use super::wire::{self, Discussion, OneNode, Repositories, RepositoryDiscussions, Totals};
use super::work::Desk;
use crate::activity::{ItemType, Source};
use crate::store::compared::{self, Count};
use crate::store::jobs::{self, Job, JobKind, NewJob, Next};
use crate::store::sync::{self, Synced};
use crate::webhook::{Listed, listed_issues};

/// Repositories in one question.
const AT_ONCE: i64 = 100;
/// Items that stand by an arbitrary rule, looked at in one sweep.
const TIES_AT_ONCE: i64 = 1_000;

/// Compares up to a hundred repositories; the next hundred follow.
pub async fn sweep(desk: &Desk, job: &Job) -> Result<Next, GitHubError> {
    let account_id = job.account_id;
    if job.cursor.is_none() {
        begin_sweep(desk, account_id).await?;
    }
    let after = job.cursor.as_deref().and_then(|after| after.parse().ok()).unwrap_or(0);
    let repositories = sync::page(&desk.pool, account_id, after, AT_ONCE).await?;
    let Some(last) = repositories.last().map(|last| last.repo_id) else {
        return Ok(Next::Again(desk.rhythm.sweep));
    };
    let (complete, others): (Vec<&Synced>, Vec<&Synced>) =
        repositories.iter().partition(|found| found.complete_at.is_some());
    let (mut jobs, same, date) = compare(desk, account_id, &complete, job.failures).await?;
    // One of which GitHub told nothing when its backfill was to be planned.
    let others: Vec<i64> = others.into_iter().map(|found| found.repo_id).collect();
    if !sync::unplanned(&desk.pool, account_id, &others).await?.is_empty()
        && !jobs::is_there(&desk.pool, account_id, JobKind::Repositories).await?
    {
        jobs.retain(|job| job.kind != JobKind::Repositories);
        jobs.push(NewJob::now(account_id, JobKind::Repositories, 0));
    }
    desk.add(&jobs).await?;
    sync::swept(&desk.pool, account_id, &same, date - OVERLAP).await?;
    Ok(Next::On { cursor: Some(last.to_string()), numbers: None })
}

/// What concerns the whole account: whether it has the repositories that we know, and ties.
async fn begin_sweep(desk: &Desk, account_id: i64) -> Result<(), GitHubError> {
    let answer = desk.client.get(desk.whose(account_id), "/installation/repositories?per_page=1").await?;
    let covered = answer.json::<Repositories>()?.total_count;
    let known = compared::known(&desk.pool, account_id).await?;
    let present = known.iter().filter(|known| !known.gone).count();
    let mut jobs = vec![];
    if i64::try_from(present) != Ok(covered) {
        jobs.push(NewJob::now(account_id, JobKind::Repositories, 0));
    }
    let mut tied: HashMap<i64, Vec<i64>> = HashMap::new();
    for (repo_id, number) in compared::tied(&desk.pool, account_id, TIES_AT_ONCE).await? {
        tied.entry(repo_id).or_default().push(number);
    }
    jobs.extend(tied.into_iter().map(|(repo_id, numbers)| NewJob {
        numbers: Some(numbers),
        ..NewJob::now(account_id, JobKind::Check, repo_id)
    }));
    Ok(desk.add(&jobs).await?)
}

/// The jobs that differences ask for, the repositories without any, and GitHub's time.
async fn compare(
    desk: &Desk,
    account_id: i64,
    repositories: &[&Synced],
    failures: i32,
) -> Result<(Vec<NewJob>, Vec<i64>, DateTime<Utc>), GitHubError> {
    let (mut jobs, mut same) = (vec![], vec![]);
    if repositories.is_empty() {
        return Ok((jobs, same, desk.client.now()));
    }
    let nodes: Vec<&str> = repositories.iter().map(|repository| repository.node_id.as_str()).collect();
    let (found, date) = totals(desk, account_id, &nodes, failures).await?;
    let ids: Vec<i64> = repositories.iter().map(|repository| repository.repo_id).collect();
    let counts = compared::counts(&desk.pool, account_id, &ids).await?;
    for (repository, totals) in repositories.iter().zip(&found) {
        let totals = match totals {
            Told::Totals(totals) => Some(totals),
            Told::Hidden => None,
            // Not compared this time.
            Told::Unanswered => continue,
        };
        let named = totals.is_some_and(|totals| {
            totals.name_with_owner == format!("{}/{}", repository.owner, repository.name)
                && (totals.is_private, totals.is_archived) == (repository.private, repository.archived)
        });
        if !named {
            jobs.push(NewJob::now(account_id, JobKind::Repositories, 0));
        }
        let Some(totals) = totals else { continue };
        sync::counted(&desk.pool, account_id, repository.repo_id, totals.items()).await?;
        let found = differences(desk, account_id, repository, totals, &counts).await?;
        if found.is_nothing_new(repository) {
            same.push(repository.repo_id);
        } else {
            let doubted = NewJob::now(account_id, JobKind::Repair, repository.repo_id);
            jobs.push(NewJob { after: desk.rhythm.doubt, ..doubted });
        }
    }
    // One job of a key in one statement.
    jobs.sort_by_key(|job| (job.kind, job.repo_id));
    jobs.dedup_by_key(|job| (job.kind, job.repo_id));
    Ok((jobs, same, date))
}

/// By how many items GitHub's counts stand above ours: open and all issues, open and all pull
/// requests, open and all discussions.
type Counts = [i64; 6];
const NONE: Counts = [0; 6];

/// In what a repository differs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Differences {
    /// Of issues and pull requests, and of discussions: updates that are not here, or may not be.
    issues: bool,
    discussions: bool,
    counts: Counts,
}

impl Differences {
    /// Whether there is none, or none but what a listing did not explain before: GitHub counts
    /// items that it does not list, such as those of people whom it hides.
    fn is_nothing_new(&self, repository: &Synced) -> bool {
        !self.issues && !self.discussions && self.counts == known(repository)
    }
}

fn known(repository: &Synced) -> Counts {
    repository.differs.as_deref().and_then(|known| known.try_into().ok()).unwrap_or(NONE)
}

async fn differences(
    desk: &Desk,
    account_id: i64,
    repository: &Synced,
    totals: &Totals,
    counts: &HashMap<(i64, String), Count>,
) -> Result<Differences, GitHubError> {
    let here = |item_type: ItemType| {
        counts.get(&(repository.repo_id, item_type.name().to_owned())).copied().unwrap_or_default()
    };
    let (issues, pulls, discussions) = (here(ItemType::Issue), here(ItemType::PullRequest), here(ItemType::Discussion));
    let (open_discussions, all_discussions) = totals.discussion_counts().unwrap_or((discussions.open, discussions.all));
    let counts = [
        totals.open_issues.count - issues.open,
        totals.all_issues.count - issues.all,
        totals.open_pull_requests.count - pulls.open,
        totals.all_pull_requests.count - pulls.all,
        open_discussions - discussions.open,
        all_discussions - discussions.all,
    ];
    let mut found = Differences { counts, ..Differences::default() };
    let since = repository.swept_at.unwrap_or(DateTime::UNIX_EPOCH);
    for (kind, touched) in totals.touched().into_iter().enumerate() {
        let recent: Vec<_> = touched.iter().flatten().filter(|touched| touched.updated_at >= since).collect();
        // If all that are shown are recent, more may be that are not shown.
        let mut differ = recent.len() >= 5;
        let numbers: Vec<i64> = recent.iter().map(|touched| touched.number).collect();
        if !numbers.is_empty() && !differ {
            let here = compared::here(&desk.pool, account_id, repository.repo_id, &numbers).await?;
            differ = recent
                .iter()
                .any(|touched| here.get(&touched.number).is_none_or(|here| here.updated_at < Some(touched.updated_at)));
        }
        if differ {
            *(if kind == 2 { &mut found.discussions } else { &mut found.issues }) = true;
        }
    }
    Ok(found)
}

/// The steps of a repair, as its cursor names them.
enum Step {
    /// Compare once more.
    Look,
    /// Fetch a page of updated issues and pull requests: its query.
    Issues(String),
    /// Fetch a page of updated discussions, after this cursor.
    Discussions(Option<String>),
    /// Compare the counts, and list anew what still differs.
    Count,
}

impl Step {
    fn of(cursor: Option<&str>) -> Self {
        match cursor.map(|cursor| cursor.split_once(' ').unwrap_or((cursor, ""))) {
            Some(("issues", query)) => Step::Issues(query.to_owned()),
            Some(("discussions", after)) => Step::Discussions(Some(after.to_owned()).filter(|after| !after.is_empty())),
            Some(("count", _)) => Step::Count,
            _ => Step::Look,
        }
    }

    fn next(self) -> Next {
        let cursor = match self {
            Step::Look => None,
            Step::Issues(query) => Some(format!("issues {query}")),
            Step::Discussions(after) => Some(format!("discussions {}", after.unwrap_or_default())),
            Step::Count => Some("count".to_owned()),
        };
        Next::On { cursor, numbers: None }
    }
}

/// One step of mending a repository.
pub async fn repair(desk: &Desk, job: &Job) -> Result<Next, GitHubError> {
    let repository = match subject(desk, job).await? {
        Ok(repository) => repository,
        Err(next) => return Ok(next),
    };
    match Step::of(job.cursor.as_deref()) {
        Step::Look => look(desk, job, &repository).await,
        Step::Issues(query) => updated_issues(desk, job, &repository, &query).await,
        Step::Discussions(after) => updated_discussions(desk, job, &repository, after).await,
        Step::Count => count(desk, job, &repository).await,
    }
}

async fn look_at(
    desk: &Desk,
    account_id: i64,
    repository: &Synced,
) -> Result<Option<(Differences, DateTime<Utc>)>, GitHubError> {
    let (told, date) = totals(desk, account_id, &[&repository.node_id], 0).await?;
    let Some(Told::Totals(totals)) = told.into_iter().next() else { return Ok(None) };
    let counts = compared::counts(&desk.pool, account_id, &[repository.repo_id]).await?;
    Ok(Some((differences(desk, account_id, repository, &totals, &counts).await?, date)))
}

async fn look(desk: &Desk, job: &Job, repository: &Synced) -> Result<Next, GitHubError> {
    let Some((found, date)) = look_at(desk, job.account_id, repository).await? else {
        return moved(desk, job, 404).await;
    };
    if found.is_nothing_new(repository) {
        sync::swept(&desk.pool, job.account_id, &[repository.repo_id], date - OVERLAP).await?;
        return Ok(Next::Done);
    }
    let since = repository.swept_at.unwrap_or(DateTime::UNIX_EPOCH).format("%Y-%m-%dT%H:%M:%SZ");
    Ok(Step::Issues(format!("state=all&sort=updated&direction=asc&since={since}&per_page=100")).next())
}

async fn updated_issues(desk: &Desk, job: &Job, repository: &Synced, query: &str) -> Result<Next, GitHubError> {
    let path = format!("/repos/{}/{}/issues?{query}", repository.owner, repository.name);
    let answer = desk.client.get(desk.whose(job.account_id), &path).await?;
    let listed = match answer.status {
        200 => listed_issues(&answer.body).map_err(|error| GitHubError::Unreadable(error.to_string()))?,
        410 => vec![],
        status => return moved(desk, job, status).await,
    };
    mend(desk, job.account_id, repository, listed, answer.date).await?;
    Ok(answer.next.map_or(Step::Discussions(None), Step::Issues).next())
}

async fn updated_discussions(
    desk: &Desk,
    job: &Job,
    repository: &Synced,
    after: Option<String>,
) -> Result<Next, GitHubError> {
    if !repository.has_discussions || !may_read_discussions(desk, job.account_id).await? {
        return Ok(Step::Count.next());
    }
    let question = json!({"id": repository.node_id, "after": after});
    let (found, date): (OneNode<RepositoryDiscussions>, _) =
        desk.client.graphql(desk.whose(job.account_id), wire::DISCUSSIONS_SINCE, question).await?;
    let Some(page) = found.node.and_then(|node| node.discussions) else { return moved(desk, job, 404).await };
    let since = repository.swept_at.unwrap_or(DateTime::UNIX_EPOCH);
    let found: Vec<Discussion> = page.nodes.into_iter().flatten().collect();
    let over = found.last().is_none_or(|last| last.updated_at < since);
    let recent = found.into_iter().filter(|found| found.updated_at >= since).collect();
    let listed = with_labels(desk, job.account_id, repository, recent).await?;
    mend(desk, job.account_id, repository, listed, date).await?;
    let next = page.page_info.end_cursor.filter(|_| page.page_info.has_next_page && !over);
    Ok(next.map_or(Step::Count, |after| Step::Discussions(Some(after))).next())
}

/// Appends what is here otherwise, and counts it.
pub async fn mend(
    desk: &Desk,
    account_id: i64,
    repository: &Synced,
    listed: Vec<Listed>,
    date: DateTime<Utc>,
) -> Result<(), GitHubError> {
    let listed = differing(desk, account_id, repository.repo_id, listed).await?;
    let count = i64::try_from(listed.len()).unwrap_or(i64::MAX);
    let reference = reference(account_id, repository);
    let events = listed.into_iter().map(|listed| facts::fetched(Source::Sweep, &reference, listed, date)).collect();
    desk.append(account_id, events).await?;
    counted(desk, account_id, repository.repo_id, count).await
}

/// Counts what was mended.
pub async fn counted(desk: &Desk, account_id: i64, repo_id: i64, items: i64) -> Result<(), GitHubError> {
    if items > 0 {
        tracing::info!(account = account_id, repository = repo_id, items, "mended what no delivery had told of");
        sync::mended(&desk.pool, account_id, repo_id, items).await?;
        desk.metrics.mended(items);
    }
    Ok(())
}

/// All that was updated is here. If the counts differ still, something was deleted or transferred:
/// all is listed anew, once for each such difference.
async fn count(desk: &Desk, job: &Job, repository: &Synced) -> Result<Next, GitHubError> {
    let Some((found, date)) = look_at(desk, job.account_id, repository).await? else {
        return moved(desk, job, 404).await;
    };
    let known = known(repository);
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
    desk.add(&wanted.collect::<Vec<_>>()).await?;
    let differs = (found.counts != NONE).then_some(found.counts.as_slice());
    sync::differ(&desk.pool, job.account_id, job.repo_id, differs).await?;
    sync::swept(&desk.pool, job.account_id, &[repository.repo_id], date - OVERLAP).await?;
    Ok(Next::Done)
}
