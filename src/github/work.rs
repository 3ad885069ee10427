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
    /// When this process last began to read the whole list of failed deliveries, by GitHub's clock.
    listed: Arc<Mutex<Option<DateTime<Utc>>>>,
    wake: Arc<Notify>,
}

impl Desk {
    pub fn new(client: Client, pool: PgPool, ingest: Ingest, rhythm: Rhythm, metrics: Metrics) -> Self {
        let (labels, listed, wake) = (Arc::default(), Arc::default(), Arc::default());
        Self { client, pool, ingest, rhythm, metrics, labels, listed, wake }
    }

    /// Whether the list of failed deliveries is to be read whole now; then it counts as read.
    pub fn whole_list_due(&self, now: DateTime<Utc>, every: Duration) -> bool {
        let mut listed = self.listed.lock().unwrap_or_else(PoisonError::into_inner);
        let due = listed.is_none_or(|at| now - at >= every);
        if due {
            *listed = Some(now);
        }
        due
    }

    /// As whom an account is asked about: its installation, or without an App the person.
    pub fn whose(&self, account_id: i64) -> As {
        if self.client.identity().is_some() { As::Account(account_id) } else { As::Person }
    }

    /// Makes jobs, and tells a worker.
    pub async fn add(&self, jobs: &[NewJob]) -> Result<(), StoreError> {
        if !jobs.is_empty() {
            jobs::add(&self.pool, jobs).await?;
            self.wake.notify_one();
        }
        Ok(())
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
        let known = installations::all(&self.pool).await?.into_iter();
        let present = known.filter(|known| known.gone_at.is_none() && !known.suspended);
        jobs.extend(present.map(|known| NewJob::now(known.account_id, JobKind::Repositories, 0)));
        self.add(&jobs).await
    }

    /// Takes one job and does a page of it; `false` if none is due.
    pub async fn work_once(&self, account_id: Option<i64>) -> Result<bool, StoreError> {
        let Some(mut taken) = jobs::take(&self.pool, account_id).await? else { return Ok(false) };
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

    fn failed(&self, taken: &Taken, error: &GitHubError) -> Next {
        let job = &taken.job;
        let doublings = u32::try_from(job.failures.clamp(0, 12)).unwrap_or_default();
        let after = (self.rhythm.retry * 2_i32.pow(doublings)).min(RETRY_AT_MOST);
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
            match self.work_once(None).await {
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
