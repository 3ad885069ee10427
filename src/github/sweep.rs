//! The job that compares an account's repositories with GitHub, a hundred with one question.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::answer::GitHubError;
use super::context::JobContext;
use super::differences::differences;
use super::plan::OVERLAP;
use super::totals::{RepositoryTotals, totals};
use super::wire::RepositoryPage;
use crate::activity::Sight;
use crate::store::jobs::{self, Job, JobKind, NewJob, PageOutcome};
use crate::store::sync::{self, SyncedRepository};
use crate::store::{backfills, conversations, local};

/// The number of repositories in one question.
const AT_ONCE: i64 = 100;
/// The number of items with a tie that are checked in one sweep.
const TIES_AT_ONCE: i64 = 1_000;

/// Compares up to a hundred repositories. The next page has the next hundred.
pub async fn sweep(context: &JobContext, job: &Job) -> Result<PageOutcome, GitHubError> {
    let account_id = job.account_id;
    if job.cursor.is_none() {
        begin_sweep(context, account_id).await?;
    }
    let after = job.cursor.as_deref().and_then(|after| after.parse().ok()).unwrap_or(0);
    let repositories = sync::page(&context.pool, account_id, &Sight::All, after, AT_ONCE).await?;
    let Some(last) = repositories.last().map(|last| last.repo_id) else {
        return Ok(PageOutcome::Restart(context.rhythm.sweep));
    };
    let (complete, others): (Vec<&SyncedRepository>, Vec<&SyncedRepository>) =
        repositories.iter().partition(|found| found.complete_at.is_some());
    let (mut jobs, same, date) = compare(context, account_id, &complete, job.failures).await?;
    // GitHub may have hidden one of them when its backfill was to be planned.
    let others: Vec<i64> = others.into_iter().map(|found| found.repo_id).collect();
    if !backfills::unplanned(&context.pool, account_id, &others).await?.is_empty()
        && !jobs::exists(&context.pool, account_id, JobKind::Repositories).await?
    {
        jobs.retain(|job| job.kind != JobKind::Repositories);
        jobs.push(NewJob::now(account_id, JobKind::Repositories, 0));
    }
    context.add(&jobs).await?;
    sync::set_swept(&context.pool, account_id, &same, date - OVERLAP).await?;
    Ok(PageOutcome::Continue { cursor: Some(last.to_string()), numbers: None })
}

/// Compares the number of an account's repositories, and plans checks of the items with a tie and questions for
/// conversations that are due.
async fn begin_sweep(context: &JobContext, account_id: i64) -> Result<(), GitHubError> {
    let answer = context.client.get(context.requester(account_id), "/installation/repositories?per_page=1").await?;
    let covered = answer.json::<RepositoryPage>()?.total_count;
    let known = local::repositories(&context.pool, account_id).await?;
    let present = known.iter().filter(|known| !known.gone).count();
    let mut jobs = vec![];
    if covered.is_some_and(|covered| i64::try_from(present) != Ok(covered)) {
        jobs.push(NewJob::now(account_id, JobKind::Repositories, 0));
    }
    let mut tied: HashMap<i64, Vec<i64>> = HashMap::new();
    for (repo_id, number) in local::tied_items(&context.pool, account_id, TIES_AT_ONCE).await? {
        tied.entry(repo_id).or_default().push(number);
    }
    jobs.extend(tied.into_iter().map(|(repo_id, numbers)| NewJob {
        numbers: Some(numbers),
        ..NewJob::now(account_id, JobKind::Check, repo_id)
    }));
    // All that a rebuild found out about, and pull requests whose checks are to be asked for.
    if context.client.is_known() {
        conversations::ask_again_for_checks(&context.pool, account_id).await?;
        let due = conversations::repositories_due(&context.pool, account_id).await?;
        jobs.extend(due.into_iter().map(|repo_id| NewJob::now(account_id, JobKind::Conversations, repo_id)));
    }
    Ok(context.add(&jobs).await?)
}

/// Compares repositories: answers the jobs for those that differ, the ids of the others, and GitHub's time.
async fn compare(
    context: &JobContext,
    account_id: i64,
    repositories: &[&SyncedRepository],
    failures: i32,
) -> Result<(Vec<NewJob>, Vec<i64>, DateTime<Utc>), GitHubError> {
    let (mut jobs, mut same) = (vec![], vec![]);
    if repositories.is_empty() {
        return Ok((jobs, same, context.client.now()));
    }
    let nodes: Vec<&str> = repositories.iter().map(|repository| repository.node_id.as_str()).collect();
    let (found, date) = totals(context, account_id, &nodes, failures).await?;
    let ids: Vec<i64> = repositories.iter().map(|repository| repository.repo_id).collect();
    let counts = local::counts(&context.pool, account_id, &ids).await?;
    for (repository, totals) in repositories.iter().zip(&found) {
        let totals = match totals {
            RepositoryTotals::Totals(totals) => Some(totals),
            RepositoryTotals::Hidden => None,
            // It is not compared this time.
            RepositoryTotals::Unanswered => continue,
        };
        let named = totals.is_some_and(|totals| {
            let same = |told: Option<bool>, ours: bool| told.is_none_or(|told| told == ours);
            let name = format!("{}/{}", repository.owner, repository.name);
            totals.name_with_owner.as_deref().is_none_or(|told| told == name)
                && same(totals.is_private, repository.private)
                && same(totals.is_archived, repository.archived)
        });
        if !named {
            jobs.push(NewJob::now(account_id, JobKind::Repositories, 0));
        }
        let Some(totals) = totals else { continue };
        sync::set_item_count(&context.pool, account_id, repository.repo_id, totals.items()).await?;
        let found = differences(context, account_id, repository, totals, &counts).await?;
        if found.is_nothing_new(repository) {
            same.push(repository.repo_id);
        } else {
            let repair = NewJob::now(account_id, JobKind::Repair, repository.repo_id);
            jobs.push(NewJob { after: context.rhythm.recheck, ..repair });
        }
    }
    // A statement can add only one job of each key.
    jobs.sort_by_key(|job| (job.kind, job.repo_id));
    jobs.dedup_by_key(|job| (job.kind, job.repo_id));
    Ok((jobs, same, date))
}
