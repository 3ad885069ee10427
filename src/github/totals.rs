//! What repositories hold, a hundred in one question.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::client::GitHubError;
use super::wire::{self, ManyNodes, Totals};
use super::work::Desk;
use crate::store::installations;

/// After this many failures in a row, some minutes, a repository of which GitHub tells nothing is
/// passed over, so that others need not wait for it.
const PATIENT: i32 = 5;
/// So many in one question, at most: more are no fault of the repositories.
const PASSED_OVER: u8 = 3;

/// What GitHub told of a repository.
#[derive(Debug)]
pub enum Told {
    Totals(Box<Totals>),
    /// It may not be seen, or not now.
    Hidden,
    /// GitHub gave up on the question, again and again.
    Unanswered,
}

/// What up to a hundred repositories hold, by node id, with GitHub's time of it. `failures`: how
/// often it was asked in vain.
pub async fn totals(
    desk: &Desk,
    account_id: i64,
    nodes: &[&str],
    failures: i32,
) -> Result<(Vec<Told>, DateTime<Utc>), GitHubError> {
    let discussions = may_read_discussions(desk, account_id).await?;
    let mut passed_over = if failures < PATIENT { 0 } else { PASSED_OVER };
    asked(desk, account_id, nodes, discussions, &mut passed_over).await
}

/// Whether discussions may be asked for, as far as is known.
pub async fn may_read_discussions(desk: &Desk, account_id: i64) -> Result<bool, GitHubError> {
    Ok(match desk.client.identity() {
        // A person may read them wherever they are public.
        None => true,
        Some(_) => installations::of(&desk.pool, account_id)
            .await?
            .is_some_and(|found| found.permissions.get("discussions").is_some()),
    })
}

/// GitHub gives up on a question that takes it over ten seconds: then half of it is asked.
async fn asked(
    desk: &Desk,
    account_id: i64,
    nodes: &[&str],
    discussions: bool,
    passed_over: &mut u8,
) -> Result<(Vec<Told>, DateTime<Utc>), GitHubError> {
    let question = json!({"ids": nodes, "discussions": discussions});
    let answer: Result<(ManyNodes<Totals>, _), _> =
        desk.client.graphql_of_many(desk.whose(account_id), wire::TOTALS, question).await;
    match answer {
        Ok((found, date)) => {
            let told = |found: Option<Totals>| found.map_or(Told::Hidden, |totals| Told::Totals(Box::new(totals)));
            Ok((found.nodes.into_iter().map(told).collect(), date))
        }
        Err(GitHubError::Failed(502 | 504) | GitHubError::Refused { status: 200, .. }) if nodes.len() > 1 => {
            let (some, others) = nodes.split_at(nodes.len() / 2);
            let (mut told, date) = Box::pin(asked(desk, account_id, some, discussions, passed_over)).await?;
            let (rest, _) = Box::pin(asked(desk, account_id, others, discussions, passed_over)).await?;
            told.extend(rest);
            Ok((told, date))
        }
        Err(error @ (GitHubError::Failed(502 | 504) | GitHubError::Refused { status: 200, .. }))
            if *passed_over > 0 =>
        {
            *passed_over -= 1;
            tracing::warn!(
                account = account_id,
                node = nodes.first(),
                error = &error as &dyn std::error::Error,
                "GitHub does not tell what a repository holds; it is passed over"
            );
            Ok((nodes.iter().map(|_| Told::Unanswered).collect(), desk.client.now()))
        }
        Err(error) => Err(error),
    }
}
