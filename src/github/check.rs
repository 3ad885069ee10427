//! Items looked at by themselves: not where they were listed, or standing by an arbitrary rule.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::json;

use super::answer::message;
use super::backfill::{moved, subject, with_labels};
use super::client::{Answer, As, GitHubError};
use super::facts;
use super::repair::{counted, mend};
use super::totals::may_read_discussions;
use super::wire::{self, OneNode, Repository, RepositoryDiscussion, RepositoryOwner};
use super::work::Desk;
use crate::activity::{ItemKey, ItemType};
use crate::store::compared;
use crate::store::jobs::{Job, Next};
use crate::store::sync::Synced;
use crate::webhook::listed_issue;

/// Items that a check looks at before it gives others a turn.
const CHECKED_AT_ONCE: usize = 20;
/// Items that fail in one step, one after another, before it is given up.
const TROUBLED_AT_MOST: usize = 3;
/// Transfers of one item that are followed.
const REDIRECTIONS: usize = 5;

/// Looks at certain items, each by itself.
pub async fn check(desk: &Desk, job: &Job) -> Result<Next, GitHubError> {
    let repository = match subject(desk, job).await? {
        Ok(repository) => repository,
        Err(next) => return Ok(next),
    };
    let mut numbers = job.numbers.clone().unwrap_or_default();
    // After a failure it begins with others: what fails for ever is in nobody's way.
    let failures = usize::try_from(job.failures).unwrap_or_default();
    let skipped = failures * TROUBLED_AT_MOST % numbers.len().max(1);
    numbers.rotate_left(skipped);
    let mut later = numbers.split_off(numbers.len().min(CHECKED_AT_ONCE));
    let here = compared::here(&desk.pool, job.account_id, job.repo_id, &numbers).await?;
    let discussions = may_read_discussions(desk, job.account_id).await?;
    let (mut done, mut troubled, mut trouble) = (0, vec![], None);
    let mut now = numbers.into_iter();
    while troubled.len() < TROUBLED_AT_MOST
        && let Some(number) = now.next()
    {
        let known = here.get(&number);
        let discussion = known.is_some_and(|known| known.item_type.as_deref() == Some(ItemType::Discussion.name()));
        let looked = match discussion {
            // Nothing is told of it.
            true if !discussions => Ok(None),
            true => check_discussion(desk, job, &repository, number).await,
            false => check_issue(desk, job, &repository, number).await,
        };
        match looked {
            Ok(None) => done += 1,
            Ok(Some(stop)) => return Ok(stop),
            Err(error @ (GitHubError::Failed(_) | GitHubError::Refused { .. } | GitHubError::Unreadable(_))) => {
                troubled.push(number);
                trouble.get_or_insert(error);
            }
            Err(error) => return Err(error),
        }
    }
    match trouble {
        Some(error) if done == 0 => return Err(error),
        _ => later = now.chain(later).chain(troubled).collect(),
    }
    Ok(match later.as_slice() {
        [] => Next::Done,
        _ => Next::On { cursor: None, numbers: Some(later) },
    })
}

async fn check_issue(desk: &Desk, job: &Job, repository: &Synced, number: i64) -> Result<Option<Next>, GitHubError> {
    let path = format!("/repos/{}/{}/issues/{number}", repository.owner, repository.name);
    let whose = desk.whose(job.account_id);
    let answer = desk.client.get(whose, &path).await?;
    let to = match answer.status {
        200 => {
            let listed = listed_issue(&answer.body).map_err(|error| GitHubError::Unreadable(error.to_string()))?;
            // A redirection that was followed on the way shows another item.
            let listed = listed.into_iter().filter(|listed| listed.number == number).collect();
            mend(desk, job.account_id, repository, listed, answer.date).await?;
            return Ok(None);
        }
        301 | 302 | 307 | 308 => {
            // To itself by id: it is the repository that has another name, and its listing tells.
            let itself = format!("/repositories/{}/issues/{number}", repository.repo_id);
            if answer.location.as_deref().is_some_and(|location| location.ends_with(&itself)) {
                return Ok(Some(moved(desk, job, answer.status).await?));
            }
            transferred_to(desk, whose, &answer).await?
        }
        404 | 410 => {
            let repository_path = format!("/repos/{}/{}", repository.owner, repository.name);
            let seen = desk.client.get(whose, &repository_path).await?;
            if seen.status != 200 {
                return Ok(Some(moved(desk, job, seen.status).await?));
            }
            // Turned off, GitHub shows none of them, and all again once they are turned on.
            if seen.json::<Repository>()?.has_issues == Some(false) {
                return Ok(None);
            }
            None
        }
        status => return Err(GitHubError::Refused { status, message: message(&answer) }),
    };
    gone(desk, job, number, to, answer.date).await
}

async fn check_discussion(
    desk: &Desk,
    job: &Job,
    repository: &Synced,
    number: i64,
) -> Result<Option<Next>, GitHubError> {
    let question = json!({"id": repository.node_id, "number": number});
    let (found, date): (OneNode<RepositoryDiscussion>, _) =
        desk.client.graphql(desk.whose(job.account_id), wire::DISCUSSION, question).await?;
    let Some(node) = found.node else { return Ok(Some(moved(desk, job, 404).await?)) };
    match node.discussion {
        Some(found) => {
            let listed = with_labels(desk, job.account_id, repository, vec![found]).await?;
            mend(desk, job.account_id, repository, listed, date).await?;
            Ok(None)
        }
        None if !node.has_discussions_enabled => Ok(None),
        None => gone(desk, job, number, None, date).await,
    }
}

async fn gone(
    desk: &Desk,
    job: &Job,
    number: i64,
    to: Option<ItemKey>,
    date: DateTime<Utc>,
) -> Result<Option<Next>, GitHubError> {
    let event = facts::left(job.repo_id, number, to, date);
    if desk.append(job.account_id, vec![event]).await? > 0 {
        counted(desk, job.account_id, job.repo_id, 1).await?;
    }
    Ok(None)
}

/// Where the redirections of an item lead; `None` if it is not there any more, or not to be seen.
async fn transferred_to(desk: &Desk, whose: As, answer: &Answer) -> Result<Option<ItemKey>, GitHubError> {
    #[derive(Deserialize)]
    struct Place {
        number: i64,
        repository_url: String,
    }
    #[derive(Deserialize)]
    struct Home {
        id: i64,
        owner: RepositoryOwner,
    }

    let path = |address: &str| Some(format!("/{}", address.split_once("://")?.1.split_once('/')?.1));
    let mut location = answer.location.clone();
    for _ in 0..REDIRECTIONS {
        let Some(to) = location.as_deref().and_then(path) else { return Ok(None) };
        let place = desk.client.get(whose, &desk.client.relative(&to)).await?;
        location = place.location.clone();
        if (300..400).contains(&place.status) {
            continue;
        }
        if place.status != 200 {
            return Ok(None);
        }
        let place: Place = place.json()?;
        let Some(home) = path(&place.repository_url) else { return Ok(None) };
        let home = desk.client.get(whose, &desk.client.relative(&home)).await?;
        if home.status != 200 {
            return Ok(None);
        }
        let home: Home = home.json()?;
        return Ok(Some(ItemKey { account_id: home.owner.id, repo_id: home.id, number: place.number }));
    }
    Ok(None)
}
