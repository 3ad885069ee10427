//! Public repositories without any App, so that anyone can see their own queue.

use super::client::GitHubError;
use super::facts;
use super::listing::plan;
use super::wire::Repository;
use super::work::Desk;
use crate::activity::Source;
use crate::activity::event::{AccountFact, OwnerRef};
use crate::store::compared;
use crate::store::jobs::{JobKind, NewJob};
use crate::store::sync::{self, Listed};

/// Makes the jobs that fetch a repository: all of it with a personal token; else its open issues
/// and pull requests, since only REST answers to nobody, sixty times an hour. Answers the account.
///
/// # Errors
/// [`GitHubError::Refused`] with 404 for one that is not there or not public.
pub async fn begin(desk: &Desk, owner: &str, name: &str, whole: bool) -> Result<i64, GitHubError> {
    let asked = compared::now(&desk.pool).await?;
    let answer = desk.client.get(desk.whose(0), &format!("/repos/{owner}/{name}")).await?;
    let path = match (answer.status, &answer.location) {
        (200, _) => None,
        (301 | 302 | 307 | 308, Some(location)) => {
            location.split_once("://").and_then(|(_, rest)| rest.split_once('/'))
        }
        (status, _) => return Err(refused(status, owner, name)),
    };
    let answer = match path {
        None => answer,
        Some((_, path)) => desk.client.get(desk.whose(0), &desk.client.relative(&format!("/{path}"))).await?,
    };
    if answer.status != 200 {
        return Err(refused(answer.status, owner, name));
    }
    let found: Repository = answer.json()?;
    let account_id = found.owner.id;
    let login = OwnerRef { id: account_id, login: found.owner.login.clone() };
    let account = AccountFact { owner: login, installed: Some(true), fresh: false, selected: None };
    let repository = facts::repository_told(Source::Backfill, facts::repository(&found), Some(true), asked);
    desk.append(account_id, vec![facts::account_told("installed", account, asked), repository]).await?;
    let listed = [Listed { repo_id: found.id, node_id: found.node_id.clone(), has_discussions: found.has_discussions }];
    sync::note(&desk.pool, account_id, &listed).await?;
    if whole {
        plan(desk, account_id, &listed, 0).await?;
    } else {
        let open = answer.json::<serde_json::Value>()?["open_issues_count"].as_i64().unwrap_or_default();
        sync::counted(&desk.pool, account_id, found.id, open).await?;
        desk.add(&[NewJob::now(account_id, JobKind::Open, found.id)]).await?;
    }
    Ok(account_id)
}

fn refused(status: u16, owner: &str, name: &str) -> GitHubError {
    GitHubError::Refused { status, message: format!("there is no repository {owner}/{name}, or it is not public") }
}
