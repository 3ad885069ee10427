//! Public repositories without an App, so that everybody can try Bug Scrub on their own.

use super::answer::GitHubError;
use super::context::JobContext;
use super::facts;
use super::plan::plan;
use super::wire::RepositoryEntry;
use crate::activity::Source;
use crate::activity::event::{AccountFact, OwnerRef};
use crate::store::clock;
use crate::store::jobs::{JobKind, NewJob};
use crate::store::sync::{self, ListedRepository};

/// Adds the jobs that fetch a repository; answers the id of its account. With a personal token (`whole`)
/// everything is fetched. Without one it is only the open issues and pull requests: only REST answers
/// requests without a token, sixty an hour.
///
/// # Errors
/// [`GitHubError::Refused`] with 404 if the repository does not exist or is not public.
pub async fn begin(context: &JobContext, owner: &str, name: &str, whole: bool) -> Result<i64, GitHubError> {
    let asked = clock::now(&context.pool).await?;
    let answer = context.client.get(context.requester(0), &format!("/repos/{owner}/{name}")).await?;
    let path = match (answer.status, &answer.location) {
        (200, _) => None,
        (301 | 302 | 307 | 308, Some(location)) => {
            location.split_once("://").and_then(|(_, rest)| rest.split_once('/'))
        }
        (status, _) => return Err(not_public(status, owner, name)),
    };
    let answer = match path {
        None => answer,
        Some((_, path)) => {
            context.client.get(context.requester(0), &context.client.relative(&format!("/{path}"))).await?
        }
    };
    if answer.status != 200 {
        return Err(not_public(answer.status, owner, name));
    }
    let entry: RepositoryEntry = answer.json()?;
    let incomplete = || GitHubError::Unreadable("it names no repository".to_owned());
    let found = entry.repository().ok_or_else(incomplete)?;
    let account_id = found.owner_id;
    let login = OwnerRef { id: account_id, login: found.owner.clone() };
    let account = AccountFact { owner: login, installed: Some(true), fresh: false, selected: None };
    let repository = facts::repository_event(Source::Backfill, facts::repository(&found), Some(true), asked);
    context.append(account_id, vec![facts::account_event("installed", account, asked), repository]).await?;
    let listed = [ListedRepository {
        repo_id: found.id,
        node_id: found.node_id.clone(),
        has_discussions: found.has_discussions,
    }];
    sync::add(&context.pool, account_id, &listed).await?;
    if whole {
        plan(context, account_id, &listed, 0).await?;
    } else {
        let open = entry.open_issues_count.unwrap_or_default();
        sync::set_item_count(&context.pool, account_id, found.id, open).await?;
        context.add(&[NewJob::now(account_id, JobKind::Open, found.id)]).await?;
    }
    Ok(account_id)
}

fn not_public(status: u16, owner: &str, name: &str) -> GitHubError {
    GitHubError::Refused { status, message: format!("there is no repository {owner}/{name}, or it is not public") }
}
