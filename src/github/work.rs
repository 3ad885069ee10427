//! The workers: each takes a job, asks for one page, stores it, and gives the job back.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Duration, Utc};
use sqlx::PgPool;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::client::{As, Client, GitHubError};
use super::labels::Labels;
use super::{Rhythm, backfill, check, listing, redelivery, repair};
use crate::activity::Event;
use crate::ingest::{Ingest, IngestError};
use crate::store::jobs::{self, JobKind, NewJob, Next, Taken};
use crate::store::{StoreError, installations};
use crate::telemetry::Metrics;

/// A failing job is tried again after an hour at the latest.
const RETRY_AT_MOST: Duration = Duration::hours(1);

/// What jobs are done with. Cheap to clone.
#[derive(Clone)]
pub struct Desk {
    pub client: Client,
    pub pool: PgPool,
    pub ingest: Ingest,
    pub rhythm: Rhythm,
    pub metrics: Metrics,
    pub labels: Arc<Labels>,
    /// When this process began to read the whole list of failed deliveries, as it last did to the
    /// end, by GitHub's clock.
    listed: Arc<Mutex<Option<DateTime<Utc>>>>,
    wake: Arc<Notify>,
    asking: Asking,
}

impl Desk {
    pub fn new(client: Client, pool: PgPool, ingest: Ingest, rhythm: Rhythm, metrics: Metrics) -> Self {
        let (labels, listed, wake, asking) = Default::default();
        Self { client, pool, ingest, rhythm, metrics, labels, listed, wake, asking }
    }

    /// Whether the list of failed deliveries is to be read whole now.
    pub fn whole_list_due(&self, now: DateTime<Utc>, every: Duration) -> bool {
        let listed = self.listed.lock().unwrap_or_else(PoisonError::into_inner);
        listed.is_none_or(|at| now - at >= every)
    }

    /// The list of failed deliveries was read whole, in a run that began at this time.
    pub fn whole_list_read(&self, begun: DateTime<Utc>) {
        *self.listed.lock().unwrap_or_else(PoisonError::into_inner) = Some(begun);
    }

    /// As whom an account is asked about: its installation, or without an App the person.
    pub fn whose(&self, account_id: i64) -> As {
        if self.client.identity().is_some() { As::Account(account_id) } else { As::Person }
    }

    /// Makes jobs, and tells a worker.
    pub async fn add(&self, jobs: &[NewJob]) -> Result<(), StoreError> {
        if !jobs.is_empty() {
            jobs::add(&self.pool, jobs).await?;
            self.wake();
        }
        Ok(())
    }

    /// Tells a worker that jobs were made.
    pub fn wake(&self) {
        self.wake.notify_one();
    }

    /// Stores what was fetched; answers how many events were new.
    pub async fn append(&self, account_id: i64, events: Vec<Event>) -> Result<usize, GitHubError> {
        if events.is_empty() {
            return Ok(0);
        }
        Ok(self.ingest.append(account_id, events).await?.events)
    }

    /// A delivery told something of an installation or of repositories, which payloads give no
    /// usable time: GitHub is asked how it stands.
    pub async fn told(&self, event: &str, account_id: i64) -> Result<(), StoreError> {
        match event {
            "installation" | "installation_target" => self.add(&[NewJob::now(0, JobKind::Installations, 0)]).await,
            "installation_repositories" if account_id != 0 => {
                self.add(&[NewJob::now(account_id, JobKind::Repositories, 0)]).await
            }
            // These come in crowds, when many repositories are archived or renamed.
            "repository" if account_id != 0 => {
                let after = self.rhythm.doubt;
                self.add(&[NewJob { after, ..NewJob::now(account_id, JobKind::Repositories, 0) }]).await
            }
            _ => Ok(()),
        }
    }

    /// Makes the jobs that a start brings: what is unfinished goes on by itself.
    pub async fn start(&self) -> Result<(), StoreError> {
        let mut jobs = vec![NewJob::now(0, JobKind::Installations, 0), NewJob::now(0, JobKind::Redeliver, 0)];
        for known in installations::all(&self.pool).await? {
            // A purge finds out by itself when the grace is over.
            let kind = if known.gone_at.is_some() { JobKind::Purge } else { JobKind::Repositories };
            if kind == JobKind::Purge || !known.suspended {
                jobs.push(NewJob::now(known.account_id, kind, 0));
            }
        }
        self.add(&jobs).await
    }

    /// Takes one job and does a page of it; `false` if none is due.
    pub async fn work_once(&self) -> Result<bool, StoreError> {
        let Some((mut taken, _asking)) = self.asking.take(&self.pool, self.rhythm.workers).await? else {
            return Ok(false);
        };
        let done = self.perform(&mut taken).await;
        let next = match done {
            Ok(next) => next,
            Err(GitHubError::Shut { until, .. }) => Next::Later(until),
            // Nothing was lost; the job stays where it was.
            Err(GitHubError::Store(error)) if error.is_unavailable() => return Err(error),
            Err(GitHubError::Ingest(IngestError::Unavailable)) => {
                return Err(StoreError::Unavailable(sqlx::Error::PoolTimedOut));
            }
            // What is to be asked of an account is made anew when it is there again.
            Err(GitHubError::NotInstalled(_)) => Next::Done,
            Err(error) => {
                if matches!(error, GitHubError::Changed(_)) {
                    self.add(&[NewJob::now(0, JobKind::Installations, 0)]).await?;
                }
                self.failed(&taken, &error)
            }
        };
        taken.end(&next).await?;
        Ok(true)
    }

    /// How long to wait after a failure that followed some others.
    pub fn backoff(&self, failures: i32) -> Duration {
        let doublings = u32::try_from(failures.clamp(0, 12)).unwrap_or_default();
        (self.rhythm.retry * 2_i32.pow(doublings)).min(RETRY_AT_MOST)
    }

    fn failed(&self, taken: &Taken, error: &GitHubError) -> Next {
        let job = &taken.job;
        let after = self.backoff(job.failures);
        tracing::warn!(
            account = job.account_id,
            job = job.kind.name(),
            repository = job.repo_id,
            error = error as &dyn std::error::Error,
            again_in_s = after.num_seconds(),
            "a question to GitHub failed"
        );
        self.metrics.github_failure();
        Next::Failed { after, error: error.to_string() }
    }

    async fn perform(&self, taken: &mut Taken) -> Result<Next, GitHubError> {
        let job = taken.job.clone();
        match job.kind {
            JobKind::Installations => listing::installations(self).await,
            JobKind::Repositories => listing::repositories(self, &job).await,
            JobKind::Redeliver => redelivery::redeliver(self, &job).await,
            JobKind::Open | JobKind::Closed => backfill::issues(self, taken).await,
            JobKind::OpenDiscussions | JobKind::ClosedDiscussions => backfill::discussions(self, taken).await,
            JobKind::Sweep => repair::sweep(self, &job).await,
            JobKind::Repair => repair::repair(self, &job).await,
            JobKind::Check => check::check(self, &job).await,
            JobKind::Purge => listing::purge(self, &job).await,
        }
    }

    async fn work(self) {
        loop {
            match self.work_once().await {
                Ok(true) => {}
                Ok(false) => {
                    let _ = tokio::time::timeout(self.rhythm.look, self.wake.notified()).await;
                }
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "no job could be taken; trying again");
                    tokio::time::sleep(self.rhythm.look).await;
                }
            }
        }
    }
}

/// The accounts that workers of this process ask about, one entry for each worker. Requests for one
/// account wait for one another, so no account has more than half of the workers: however busy it
/// is, the App itself and other accounts find one.
#[derive(Clone, Default)]
struct Asking {
    /// One worker takes a job at a time, so that each knows what the others took.
    taking: Arc<tokio::sync::Mutex<()>>,
    accounts: Arc<Mutex<Vec<i64>>>,
}

/// A worker's entry, until dropped.
struct Entry {
    asking: Asking,
    account_id: i64,
}

impl Asking {
    async fn take(&self, pool: &PgPool, workers: usize) -> Result<Option<(Taken, Entry)>, StoreError> {
        let _taking = self.taking.lock().await;
        let full = self.full(workers.div_ceil(2));
        let taken = jobs::take(pool, &full).await?;
        Ok(taken.map(|taken| {
            let account_id = taken.job.account_id;
            self.accounts.lock().unwrap_or_else(PoisonError::into_inner).push(account_id);
            (taken, Entry { asking: self.clone(), account_id })
        }))
    }

    fn full(&self, at_most: usize) -> Vec<i64> {
        let accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        let of = |account_id: i64| accounts.iter().filter(|one| **one == account_id).count();
        accounts.iter().copied().filter(|account_id| of(*account_id) >= at_most).collect()
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        let mut accounts = self.asking.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = accounts.iter().position(|one| *one == self.account_id) {
            accounts.swap_remove(at);
        }
    }
}

/// The workers of this process, until dropped.
pub struct Workers(#[allow(dead_code)] JoinSet<()>);

impl Workers {
    pub fn start(desk: &Desk) -> Self {
        let Self(mut workers) = Self::only(desk);
        let starting = desk.clone();
        workers.spawn(async move {
            while let Err(error) = starting.start().await {
                tracing::warn!(error = &error as &dyn std::error::Error, "the first jobs could not be made");
                tokio::time::sleep(starting.rhythm.look).await;
            }
        });
        Self(workers)
    }

    /// Without the jobs that a start brings.
    pub fn only(desk: &Desk) -> Self {
        let mut workers = JoinSet::new();
        for _ in 0..desk.rhythm.workers {
            workers.spawn(desk.clone().work());
        }
        Self(workers)
    }
}
