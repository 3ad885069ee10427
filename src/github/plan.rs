//! The plan of a backfill: which jobs a repository needs.

use chrono::Duration;

use super::answer::GitHubError;
use super::context::JobContext;
use super::totals::{RepositoryTotals, totals};
use super::wire::{Total, Totals};
use crate::store::backfills::{self, BackfillPlan};
use crate::store::jobs::JobKind;
use crate::store::sync::ListedRepository;

/// Activity is compared from a little before the last comparison.
pub const OVERLAP: Duration = Duration::minutes(2);

/// Adds the jobs of repositories whose backfill is neither done nor under way. One question shows how many
/// items a hundred of them have, so that empty ones cost nothing more. `failures` is the number of times
/// that the question has failed before.
pub async fn plan(
    context: &JobContext,
    account_id: i64,
    listed: &[ListedRepository],
    failures: i32,
) -> Result<(), GitHubError> {
    let ids: Vec<i64> = listed.iter().map(|listed| listed.repo_id).collect();
    let unplanned = backfills::unplanned(&context.pool, account_id, &ids).await?;
    let wanted: Vec<&ListedRepository> =
        listed.iter().filter(|listed| unplanned.contains_key(&listed.repo_id)).collect();
    for some in wanted.chunks(100) {
        let nodes: Vec<&str> = some.iter().map(|listed| listed.node_id.as_str()).collect();
        let (answers, date) = totals(context, account_id, &nodes, failures).await?;
        let planned = some.iter().zip(&answers).filter_map(|(listed, answer)| {
            let (items, kinds) = match answer {
                // It may not be seen after all. It is planned another time.
                RepositoryTotals::Hidden => return None,
                RepositoryTotals::Totals(totals) => (Some(totals.items()), parts(totals)),
                // List everything that it may have; the others need not wait for it.
                RepositoryTotals::Unanswered => (None, all_parts(listed.has_discussions)),
            };
            Some(BackfillPlan { repo_id: listed.repo_id, items, kinds })
        });
        backfills::plan(&context.pool, account_id, &planned.collect::<Vec<_>>(), date - OVERLAP).await?;
        context.wake();
    }
    Ok(())
}

/// All parts of a backfill.
fn all_parts(discussions: bool) -> Vec<JobKind> {
    let issues = [JobKind::Open, JobKind::Closed];
    let discussions = [JobKind::OpenDiscussions, JobKind::ClosedDiscussions].into_iter().filter(|_| discussions);
    issues.into_iter().chain(discussions).collect()
}

/// The parts of a backfill that have any items, or may have.
fn parts(totals: &Totals) -> Vec<JobKind> {
    let sum = |one: Option<i64>, other: Option<i64>| Some(one? + other?);
    let open = sum(Total::of(&totals.open_issues), Total::of(&totals.open_pull_requests));
    let all = sum(Total::of(&totals.all_issues), Total::of(&totals.all_pull_requests));
    let (open_discussions, all_discussions) = match (&totals.open_discussions, &totals.all_discussions) {
        // The App may not read them.
        (None, None) => (Some(0), Some(0)),
        (open, all) => (Total::of(open), Total::of(all)),
    };
    let closed = |open: Option<i64>, all: Option<i64>| Some(all? - open?);
    [
        (JobKind::Open, open),
        (JobKind::OpenDiscussions, open_discussions),
        (JobKind::Closed, closed(open, all)),
        (JobKind::ClosedDiscussions, closed(open_discussions, all_discussions)),
    ]
    .into_iter()
    .filter(|(_, count)| count.is_none_or(|count| count > 0))
    .map(|(kind, _)| kind)
    .collect()
}
