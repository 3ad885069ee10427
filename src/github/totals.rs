//! The numbers of items in repositories, a hundred repositories in one question.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::answer::GitHubError;
use super::client::QueryAnswer;
use super::context::JobContext;
use super::permissions::Permissions;
use super::wire::{self, ManyTotals, Totals};
use crate::store::installations;

/// The failures in a row, over some minutes, after which a repository that GitHub does not answer about
/// is passed over, so that the others need not wait for it.
const PATIENCE: i32 = 5;
/// The most repositories that are passed over in one question. If more fail, it is not their fault.
const PASSED_OVER: u8 = 3;

/// GitHub's answer about one repository.
#[derive(Debug)]
pub enum RepositoryTotals {
    Totals(Box<Totals>),
    /// We may not see it, at least for now.
    Hidden,
    /// GitHub has failed to answer again and again.
    Unanswered,
}

/// The totals of up to a hundred repositories, in the order of their node ids, with GitHub's time of the
/// answer. `failures` is the number of times that the question has failed before.
pub async fn totals(
    context: &JobContext,
    account_id: i64,
    nodes: &[&str],
    failures: i32,
) -> Result<(Vec<RepositoryTotals>, DateTime<Utc>), GitHubError> {
    let discussions = may_read_discussions(context, account_id).await?;
    let mut passed_over = if failures < PATIENCE { 0 } else { PASSED_OVER };
    ask(context, account_id, nodes, discussions, &mut passed_over).await
}

/// Whether the App may read discussions, as far as we know.
pub async fn may_read_discussions(context: &JobContext, account_id: i64) -> Result<bool, GitHubError> {
    Ok(match context.client.identity() {
        // A person may read the public ones.
        None => true,
        Some(_) => installations::of(&context.pool, account_id)
            .await?
            .is_some_and(|found| Permissions::new(&found.permissions).granted("discussions").is_some()),
    })
}

/// Asks about the repositories. GitHub gives up on a question that takes it longer than ten seconds;
/// then each half is asked about.
async fn ask(
    context: &JobContext,
    account_id: i64,
    nodes: &[&str],
    discussions: bool,
    passed_over: &mut u8,
) -> Result<(Vec<RepositoryTotals>, DateTime<Utc>), GitHubError> {
    let question = json!({"ids": nodes, "discussions": discussions});
    let answer: Result<QueryAnswer<ManyTotals>, _> =
        context.client.graphql_of_many(context.requester(account_id), wire::TOTALS, question).await;
    match answer {
        Ok(QueryAnswer { data, date, omissions }) => {
            context.left_out(account_id, "the counts of repositories", None, &omissions).await;
            let of_one = |found: Option<Totals>| {
                found.map_or(RepositoryTotals::Hidden, |totals| RepositoryTotals::Totals(Box::new(totals)))
            };
            let mut found: Vec<RepositoryTotals> = data.nodes.into_iter().flatten().map(of_one).collect();
            // Each stands at the place of its id.
            found.resize_with(nodes.len(), || RepositoryTotals::Unanswered);
            Ok((found, date))
        }
        Err(GitHubError::Failed(502 | 504) | GitHubError::Refused { status: 200, .. }) if nodes.len() > 1 => {
            let (some, others) = nodes.split_at(nodes.len() / 2);
            let (mut answers, date) = Box::pin(ask(context, account_id, some, discussions, passed_over)).await?;
            let (rest, _) = Box::pin(ask(context, account_id, others, discussions, passed_over)).await?;
            answers.extend(rest);
            Ok((answers, date))
        }
        Err(error @ (GitHubError::Failed(502 | 504) | GitHubError::Refused { status: 200, .. }))
            if *passed_over > 0 =>
        {
            *passed_over -= 1;
            tracing::warn!(
                account = account_id,
                node = nodes.first(),
                error = &error as &dyn std::error::Error,
                "GitHub does not answer how many items a repository has; it is passed over"
            );
            Ok((nodes.iter().map(|_| RepositoryTotals::Unanswered).collect(), context.client.now()))
        }
        Err(error) => Err(error),
    }
}
