//! The workers: each takes a job, asks GitHub for one page, stores it, and gives the job back.

use std::sync::{Arc, Mutex, PoisonError};

use sqlx::PgPool;
use tokio::task::JoinSet;

use super::answer::GitHubError;
use super::context::JobContext;
use super::{backfill, check, conversations, installations, listing, redelivery, repair, schedule, sweep};
use crate::ingest::IngestError;
use crate::store::StoreError;
use crate::store::jobs::{self, Job, JobKind, NewJob, PageOutcome, TakenJob};

/// The workers of this process. They stop when this is dropped.
pub struct Workers {
    _tasks: JoinSet<()>,
}

impl Workers {
    /// Starts the workers and adds the jobs of a start.
    pub fn start(context: &JobContext) -> Self {
        let Self { _tasks: mut tasks } = Self::start_without_jobs(context);
        let context = context.clone();
        tasks.spawn(async move {
            while let Err(error) = schedule::at_start(&context).await {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "the jobs of the start could not be stored; trying again"
                );
                tokio::time::sleep(context.rhythm.poll).await;
            }
        });
        Self { _tasks: tasks }
    }

    /// Starts the workers only; the caller adds the jobs.
    pub fn start_without_jobs(context: &JobContext) -> Self {
        let mut tasks = JoinSet::new();
        let worker = Worker { context: context.clone(), assignments: Assignments::default() };
        for _ in 0..context.rhythm.workers {
            tasks.spawn(worker.clone().run());
        }
        Self { _tasks: tasks }
    }
}

#[derive(Clone)]
struct Worker {
    context: JobContext,
    assignments: Assignments,
}

impl Worker {
    async fn run(self) {
        loop {
            match self.work_once().await {
                Ok(true) => {}
                Ok(false) => self.context.woken().await,
                Err(error) => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "a worker could not take a job or give it back; trying again"
                    );
                    tokio::time::sleep(self.context.rhythm.poll).await;
                }
            }
        }
    }

    /// Takes one job and does a page of it; `false` if none is due.
    async fn work_once(&self) -> Result<bool, StoreError> {
        let context = &self.context;
        let Some((mut taken, _assignment)) = self.assignments.take(&context.pool, context.rhythm.workers).await? else {
            return Ok(false);
        };
        let next = match self.perform(&mut taken).await {
            Ok(next) => next,
            Err(GitHubError::Shut { until, .. }) => PageOutcome::Postponed(until),
            // Nothing was lost; the job stays where it was.
            Err(GitHubError::Store(error)) if error.is_unavailable() => return Err(error),
            Err(GitHubError::Ingest(IngestError::Unavailable)) => {
                return Err(StoreError::Unavailable(sqlx::Error::PoolTimedOut));
            }
            // If the account comes back, its jobs are made anew.
            Err(GitHubError::NotInstalled(_)) => PageOutcome::Done,
            Err(error) => {
                if matches!(error, GitHubError::Changed(_)) {
                    context.add(&[NewJob::now(0, JobKind::Installations, 0)]).await?;
                }
                match refused_cursor(&taken.job, &error) {
                    true => self.begun_anew(&taken, &error),
                    false => self.failed(&taken, &error),
                }
            }
        };
        taken.end(&next).await?;
        Ok(true)
    }

    async fn perform(&self, taken: &mut TakenJob) -> Result<PageOutcome, GitHubError> {
        let (context, job) = (&self.context, taken.job.clone());
        match job.kind {
            JobKind::Installations => installations::list(context).await,
            JobKind::Repositories => listing::list(context, &job).await,
            JobKind::Redeliver => redelivery::redeliver(context, &job).await,
            JobKind::Open | JobKind::Closed => backfill::issues(context, taken).await,
            JobKind::OpenDiscussions | JobKind::ClosedDiscussions => backfill::discussions(context, taken).await,
            JobKind::Conversations => conversations::fetch(context, &job).await,
            JobKind::Sweep => sweep::sweep(context, &job).await,
            JobKind::Repair => repair::repair(context, &job).await,
            JobKind::Check => check::check(context, &job).await,
            JobKind::Purge => installations::purge(context, &job).await,
        }
    }

    /// Logs and counts that a list begins anew, each time after a longer while.
    fn begun_anew(&self, taken: &TakenJob, error: &GitHubError) -> PageOutcome {
        let job = &taken.job;
        tracing::warn!(
            account = job.account_id,
            job = job.kind.name(),
            repository = job.repo_id,
            error = error as &dyn std::error::Error,
            "GitHub no longer takes the place where a list was to go on; the list begins anew"
        );
        self.context.metrics.github_failure();
        PageOutcome::Anew { after: self.context.rhythm.backoff(job.begun_anew), error: error.to_string() }
    }

    /// Logs and counts a failure; the job is tried again later.
    fn failed(&self, taken: &TakenJob, error: &GitHubError) -> PageOutcome {
        let job = &taken.job;
        let after = self.context.rhythm.backoff(job.failures);
        tracing::warn!(
            account = job.account_id,
            job = job.kind.name(),
            repository = job.repo_id,
            error = error as &dyn std::error::Error,
            again_in_s = after.num_seconds(),
            "a job that asks GitHub failed; it is tried again"
        );
        self.context.metrics.github_failure();
        PageOutcome::Failed { after, error: error.to_string() }
    }
}

/// The number of times that a list begins anew before its failures are like others.
const ANEW_AT_MOST: i32 = 5;
/// The failures in a row, over some minutes, after which any refusal is thought to be about the cursor.
const PATIENCE: i32 = 5;

/// Whether GitHub does not take the cursor that a job has stored. Cursors do not keep for ever.
fn refused_cursor(job: &Job, error: &GitHubError) -> bool {
    let refused = match error {
        GitHubError::BadCursor(_) | GitHubError::Refused { status: 400 | 404 | 410 | 422, .. } => true,
        GitHubError::Refused { .. } => job.failures >= PATIENCE,
        _ => false,
    };
    refused && job.cursor.is_some() && job.kind.goes_on_at_github() && job.begun_anew < ANEW_AT_MOST
}

/// The accounts that the workers of this process are busy with, one entry for each busy worker.
///
/// Requests for one account wait for one another. So no account gets more than half of the workers:
/// however busy it is, the App itself and other accounts find one.
#[derive(Clone, Default)]
struct Assignments {
    /// One worker takes a job at a time, so that each knows what the others took.
    taking: Arc<tokio::sync::Mutex<()>>,
    accounts: Arc<Mutex<Vec<i64>>>,
}

/// One worker's entry. It ends when this is dropped.
struct Assignment {
    assignments: Assignments,
    account_id: i64,
}

impl Assignments {
    async fn take(&self, pool: &PgPool, workers: usize) -> Result<Option<(TakenJob, Assignment)>, StoreError> {
        let _taking = self.taking.lock().await;
        let full = self.full(workers.div_ceil(2));
        let taken = jobs::take(pool, &full).await?;
        Ok(taken.map(|taken| {
            let account_id = taken.job.account_id;
            self.accounts.lock().unwrap_or_else(PoisonError::into_inner).push(account_id);
            (taken, Assignment { assignments: self.clone(), account_id })
        }))
    }

    /// The accounts that have all the workers they may have.
    fn full(&self, at_most: usize) -> Vec<i64> {
        let accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = |account_id: i64| accounts.iter().filter(|one| **one == account_id).count();
        accounts.iter().copied().filter(|account_id| count(*account_id) >= at_most).collect()
    }
}

impl Drop for Assignment {
    fn drop(&mut self) {
        let mut accounts = self.assignments.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = accounts.iter().position(|one| *one == self.account_id) {
            accounts.swap_remove(at);
        }
    }
}
