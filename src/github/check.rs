//! The job that checks single items: those that a list lacks, and those with a tie.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::answer::{GitHubAnswer, GitHubError, message};
use super::backfill::{listed_discussions, moved, subject};
use super::client::{QueryAnswer, Requester};
use super::context::JobContext;
use super::facts;
use super::repair::{count_mended, mend};
use super::totals::may_read_discussions;
use super::wire::{self, ItemAddress, OneNode, RepositoryDiscussion, RepositoryEntry};
use crate::activity::{ItemKey, ItemType};
use crate::store::jobs::{Job, PageOutcome};
use crate::store::local;
use crate::store::sync::SyncedRepository;
use crate::webhook::{ListedItems, listed_issue};

/// The number of items that a check looks at before other jobs get a turn.
const CHECKED_AT_ONCE: usize = 20;
/// The number of items that may fail before the step ends.
const FAILED_AT_MOST: usize = 3;
/// The number of transfers of one item that are followed.
const REDIRECTIONS: usize = 5;

/// Checks certain items, one after another.
pub async fn check(context: &JobContext, job: &Job) -> Result<PageOutcome, GitHubError> {
    let repository = match subject(context, job).await? {
        Ok(repository) => repository,
        Err(outcome) => return Ok(outcome),
    };
    let mut numbers = job.numbers.clone().unwrap_or_default();
    // After a failure, start with other items, so that those that always fail do not block the rest.
    let failures = usize::try_from(job.failures).unwrap_or_default();
    let skipped = failures * FAILED_AT_MOST % numbers.len().max(1);
    numbers.rotate_left(skipped);
    let mut later = numbers.split_off(numbers.len().min(CHECKED_AT_ONCE));
    let ours = local::items(&context.pool, job.account_id, job.repo_id, &numbers).await?;
    let discussions = may_read_discussions(context, job.account_id).await?;
    let (mut done, mut failed, mut first_error) = (0, vec![], None);
    let mut now = numbers.into_iter();
    while failed.len() < FAILED_AT_MOST
        && let Some(number) = now.next()
    {
        let known = ours.get(&number);
        let discussion = known.is_some_and(|known| known.item_type.as_deref() == Some(ItemType::Discussion.name()));
        let checked = match discussion {
            // GitHub would not show it.
            true if !discussions => Ok(None),
            true => check_discussion(context, job, &repository, number).await,
            false => check_issue(context, job, &repository, number).await,
        };
        match checked {
            Ok(None) => done += 1,
            Ok(Some(stop)) => return Ok(stop),
            Err(error @ (GitHubError::Failed(_) | GitHubError::Refused { .. } | GitHubError::Unreadable(_))) => {
                failed.push(number);
                first_error.get_or_insert(error);
            }
            Err(error) => return Err(error),
        }
    }
    match first_error {
        Some(error) if done == 0 => return Err(error),
        _ => later = now.chain(later).chain(failed).collect(),
    }
    Ok(match later.as_slice() {
        [] => PageOutcome::Done,
        _ => PageOutcome::Continue { cursor: None, numbers: Some(later) },
    })
}

async fn check_issue(
    context: &JobContext,
    job: &Job,
    repository: &SyncedRepository,
    number: i64,
) -> Result<Option<PageOutcome>, GitHubError> {
    let path = format!("/repos/{}/{}/issues/{number}", repository.owner, repository.name);
    let requester = context.requester(job.account_id);
    let answer = context.client.get(requester, &path).await?;
    let to = match answer.status {
        200 => {
            let listed = listed_issue(&answer.body).map_err(|error| GitHubError::Unreadable(error.to_string()))?;
            let ListedItems { items, omissions } = listed;
            context.left_out(job.account_id, "an issue", Some(job.repo_id), &omissions).await;
            // If a redirection was followed on the way, this is another item.
            let listed = items.into_iter().filter(|listed| listed.number == number).collect();
            mend(context, job.account_id, repository, listed, answer.date).await?;
            return Ok(None);
        }
        301 | 302 | 307 | 308 => {
            // It redirects to itself by id: the repository was renamed, which its listing finds out.
            let itself = format!("/repositories/{}/issues/{number}", repository.repo_id);
            if answer.location.as_deref().is_some_and(|location| location.ends_with(&itself)) {
                return Ok(Some(moved(context, job, answer.status).await?));
            }
            transferred_to(context, requester, &answer).await?
        }
        404 | 410 => {
            let repository_path = format!("/repos/{}/{}", repository.owner, repository.name);
            let seen = context.client.get(requester, &repository_path).await?;
            if seen.status != 200 {
                return Ok(Some(moved(context, job, seen.status).await?));
            }
            // If issues are turned off GitHub shows none, and all again once they are turned on.
            if seen.json::<RepositoryEntry>()?.has_issues == Some(false) {
                return Ok(None);
            }
            None
        }
        status => return Err(GitHubError::Refused { status, message: message(&answer) }),
    };
    gone(context, job, number, to, answer.date).await
}

async fn check_discussion(
    context: &JobContext,
    job: &Job,
    repository: &SyncedRepository,
    number: i64,
) -> Result<Option<PageOutcome>, GitHubError> {
    let question = json!({"id": repository.node_id, "number": number});
    let answer: QueryAnswer<OneNode<RepositoryDiscussion>> =
        context.client.graphql(context.requester(job.account_id), wire::DISCUSSION, question, 0).await?;
    let QueryAnswer { data, date, omissions } = answer;
    let Some(node) = data.node else { return Ok(Some(moved(context, job, 404).await?)) };
    match (node.discussion, node.has_discussions_enabled) {
        (Some(Some(found)), _) => {
            let listed = listed_discussions(context, job.account_id, repository, vec![found], omissions).await?;
            mend(context, job.account_id, repository, listed, date).await?;
            Ok(None)
        }
        (Some(None), Some(true)) => gone(context, job, number, None, date).await,
        (Some(None), Some(false)) => Ok(None),
        // Deletion is final, so it takes a clear answer.
        (Some(None), None) | (None, _) => Err(GitHubError::Unreadable("it does not say what became of it".to_owned())),
    }
}

/// Appends that an item has left its address.
async fn gone(
    context: &JobContext,
    job: &Job,
    number: i64,
    to: Option<ItemKey>,
    date: DateTime<Utc>,
) -> Result<Option<PageOutcome>, GitHubError> {
    let event = facts::left(job.repo_id, number, to, date);
    if context.append(job.account_id, vec![event]).await? > 0 {
        count_mended(context, job.account_id, job.repo_id, 1, 0).await?;
    }
    Ok(None)
}

/// The address to which an item's redirections lead; `None` if it no longer exists, or cannot be seen.
async fn transferred_to(
    context: &JobContext,
    requester: Requester,
    answer: &GitHubAnswer,
) -> Result<Option<ItemKey>, GitHubError> {
    let path = |address: &str| Some(format!("/{}", address.split_once("://")?.1.split_once('/')?.1));
    let mut location = answer.location.clone();
    for _ in 0..REDIRECTIONS {
        let Some(to) = location.as_deref().and_then(path) else { return Ok(None) };
        let place = context.client.get(requester, &context.client.relative(&to)).await?;
        location = place.location.clone();
        if (300..400).contains(&place.status) {
            continue;
        }
        if place.status != 200 {
            return Ok(None);
        }
        let place: ItemAddress = place.json()?;
        let unclear = || GitHubError::Unreadable("it does not say where the item is".to_owned());
        let (number, url) = place.number.zip(place.repository_url).ok_or_else(unclear)?;
        let Some(home) = path(&url) else { return Ok(None) };
        let home = context.client.get(requester, &context.client.relative(&home)).await?;
        if home.status != 200 {
            return Ok(None);
        }
        let home: RepositoryEntry = home.json()?;
        let owner = home.owner.and_then(|owner| owner.id);
        let (account_id, repo_id) = owner.zip(home.id).ok_or_else(unclear)?;
        return Ok(Some(ItemKey { account_id, repo_id, number }));
    }
    Ok(None)
}
