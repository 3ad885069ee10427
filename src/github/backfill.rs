//! Backfill: all items of a repository, the open ones first, a page at a time.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::json;

use super::client::GitHubError;
use super::facts;
use super::totals::may_read_discussions;
use super::wire::{self, Discussion, OneNode, RepositoryDiscussions};
use super::work::Desk;
use crate::activity::event::OwnerRef;
use crate::activity::{Event, RepositoryRef, Source};
use crate::store::compared;
use crate::store::jobs::{Job, JobKind, NewJob, Next, Taken};
use crate::store::sync::{self, Synced};
use crate::webhook::{Listed, listed_issues};

/// What every item of a repository says of it.
pub fn reference(account_id: i64, repository: &Synced) -> RepositoryRef {
    RepositoryRef {
        id: repository.repo_id,
        owner: Some(OwnerRef { id: account_id, login: repository.owner.clone() }),
        name: repository.name.clone(),
        private: Some(repository.private),
        archived: None,
        html_url: None,
    }
}

/// The repository that a job is about; without it, what becomes of the job. One that is covered and
/// not to be seen was hidden a moment ago, and the listing, which is asked for, decides on its jobs:
/// until then they stay, or what is done of a backfill would be done again.
pub async fn subject(desk: &Desk, job: &Job) -> Result<Result<Synced, Next>, GitHubError> {
    if let Some(repository) = sync::one(&desk.pool, job.account_id, job.repo_id).await? {
        return Ok(Ok(repository));
    }
    Ok(Err(match sync::covers(&desk.pool, job.account_id, job.repo_id).await? {
        true => to_be_listed(desk, job, "the repository is hidden for now".to_owned()).await?,
        false => Next::Done,
    }))
}

/// A page of issues and pull requests, by when they were created.
pub async fn issues(desk: &Desk, taken: &mut Taken) -> Result<Next, GitHubError> {
    let job = taken.job.clone();
    let repository = match subject(desk, &job).await? {
        Ok(repository) => repository,
        Err(next) => return Ok(next),
    };
    let state = if job.kind == JobKind::Open { "open" } else { "closed" };
    let begin = format!("state={state}&sort=created&direction=asc&per_page=100");
    let query = job.cursor.as_deref().unwrap_or(&begin);
    let path = format!("/repos/{}/{}/issues?{query}", repository.owner, repository.name);
    let answer = desk.client.get(desk.whose(job.account_id), &path).await?;
    // 410: issues are turned off; then nothing is listed.
    let listed = match answer.status {
        200 => listed_issues(&answer.body).map_err(|error| GitHubError::Unreadable(error.to_string()))?,
        410 => vec![],
        status => return moved(desk, &job, status).await,
    };
    store(desk, taken, &repository, listed, answer.next, answer.date).await
}

/// A page of discussions, by when they were created.
pub async fn discussions(desk: &Desk, taken: &mut Taken) -> Result<Next, GitHubError> {
    let job = taken.job.clone();
    let repository = match subject(desk, &job).await? {
        Ok(repository) => repository,
        Err(next) => return Ok(next),
    };
    // Taken away in the middle: what is not to be read is no part of the backfill.
    if !may_read_discussions(desk, job.account_id).await? {
        return Ok(Next::Listed);
    }
    let state = if job.kind == JobKind::OpenDiscussions { "OPEN" } else { "CLOSED" };
    let question = json!({"id": repository.node_id, "after": job.cursor, "states": [state]});
    let (found, date): (OneNode<RepositoryDiscussions>, _) =
        desk.client.graphql(desk.whose(job.account_id), wire::DISCUSSIONS, question).await?;
    let Some(page) = found.node.and_then(|node| node.discussions) else { return moved(desk, &job, 404).await };
    let next = page.page_info.end_cursor.filter(|_| page.page_info.has_next_page);
    let found: Vec<Discussion> = page.nodes.into_iter().flatten().collect();
    let listed = with_labels(desk, job.account_id, &repository, found).await?;
    store(desk, taken, &repository, listed, next, date).await
}

/// Discussions with the ids of their labels.
pub async fn with_labels(
    desk: &Desk,
    account_id: i64,
    repository: &Synced,
    found: Vec<Discussion>,
) -> Result<Vec<Listed>, GitHubError> {
    let labels = found.iter().filter_map(|found| found.labels.as_ref()).flat_map(|labels| &labels.nodes);
    let wanted: Vec<String> = labels.flatten().map(|label| label.id.clone()).collect();
    let ids: Arc<HashMap<String, i64>> = desk.labels.of(desk, account_id, repository, &wanted).await?;
    Ok(found.into_iter().map(|found| facts::discussion(found, &ids)).collect())
}

/// The repository is not where it was, or not to be seen: the listing will tell, and takes the job
/// away with a repository that is not covered any more.
pub async fn moved(desk: &Desk, job: &Job, status: u16) -> Result<Next, GitHubError> {
    let error = match status {
        301 | 302 | 307 | 308 => "the repository was renamed or transferred".to_owned(),
        status => format!("GitHub answered {status} for the repository"),
    };
    to_be_listed(desk, job, error).await
}

async fn to_be_listed(desk: &Desk, job: &Job, error: String) -> Result<Next, GitHubError> {
    desk.add(&[NewJob::now(job.account_id, JobKind::Repositories, 0)]).await?;
    Ok(Next::Failed { after: desk.backoff(job.failures), error })
}

/// Stores a page. The job's cursor moves after the page is durable, and in one step with the
/// count: a worker that dies in between has its page fetched again, and nothing else.
async fn store(
    desk: &Desk,
    taken: &mut Taken,
    repository: &Synced,
    listed: Vec<Listed>,
    next: Option<String>,
    date: DateTime<Utc>,
) -> Result<Next, GitHubError> {
    let Job { account_id, kind, repo_id, numbers, .. } = taken.job.clone();
    let source = if numbers.is_some() { Source::Sweep } else { Source::Backfill };
    let reference = reference(account_id, repository);
    let shown: Vec<i64> = listed.iter().map(|listed| listed.number).collect();
    // A second listing is for what differs; a first one takes all.
    let listed = if numbers.is_some() { differing(desk, account_id, repo_id, listed).await? } else { listed };
    let count = i64::try_from(listed.len()).unwrap_or(i64::MAX);
    let events: Vec<Event> =
        listed.into_iter().map(|listed| facts::fetched(source, &reference, listed, date)).collect();
    desk.append(account_id, events).await?;
    if !taken.is_wanted().await? {
        // Begun anew meanwhile: this page is fetched again, and counted then.
        return Ok(Next::Done);
    }
    match source {
        Source::Sweep => {
            sync::mended(taken.connection().await?, account_id, repo_id, count).await?;
            desk.metrics.mended(count);
        }
        _ => {
            sync::fetched(taken.connection().await?, account_id, repo_id, count).await?;
            desk.metrics.backfilled(count);
        }
    }
    let seen = numbers.map(|mut seen| {
        seen.extend(shown);
        seen
    });
    if next.is_some() {
        return Ok(Next::On { cursor: next, numbers: seen });
    }
    if let Some(seen) = seen {
        not_listed(desk, account_id, repo_id, kind, &seen).await?;
    }
    Ok(Next::Listed)
}

/// Those of listed items that are here otherwise, or not at all.
pub async fn differing(
    desk: &Desk,
    account_id: i64,
    repo_id: i64,
    listed: Vec<Listed>,
) -> Result<Vec<Listed>, GitHubError> {
    let numbers: Vec<i64> = listed.iter().map(|listed| listed.number).collect();
    let here = compared::here(&desk.pool, account_id, repo_id, &numbers).await?;
    let differs = |listed: &Listed| {
        let Some(here) = here.get(&listed.number) else { return true };
        let state = here.state.as_deref().map(|state| state != "closed");
        let open = listed.snapshot.status.as_ref().map(|status| status.state != crate::activity::State::Closed);
        here.live && (here.updated_at < Some(listed.snapshot.updated_at) || state != open || here.tied)
    };
    Ok(listed.into_iter().filter(differs).collect())
}

/// What is here as open and was not listed as open is somewhere else: each is looked at by itself.
async fn not_listed(
    desk: &Desk,
    account_id: i64,
    repo_id: i64,
    kind: JobKind,
    seen: &[i64],
) -> Result<(), GitHubError> {
    let open = matches!(kind, JobKind::Open | JobKind::OpenDiscussions);
    let discussions = matches!(kind, JobKind::OpenDiscussions | JobKind::ClosedDiscussions);
    let seen: BTreeSet<i64> = seen.iter().copied().collect();
    let here = compared::numbers(&desk.pool, account_id, repo_id, open, discussions).await?;
    let missing: Vec<i64> = here.into_iter().filter(|number| !seen.contains(number)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let check = NewJob { numbers: Some(missing), ..NewJob::now(account_id, JobKind::Check, repo_id) };
    Ok(desk.add(&[check]).await?)
}
