//! The context of a job: everything that jobs share.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Duration, Utc};
use sqlx::PgPool;
use tokio::sync::Notify;

use super::answer::GitHubError;
use super::client::{Client, Requester};
use super::labels::LabelIds;
use super::rhythm::Rhythm;
use crate::activity::Event;
use crate::ingest::Ingest;
use crate::store::StoreError;
use crate::store::jobs::{self, NewJob};
use crate::telemetry::Metrics;
use crate::webhook::Omissions;

/// The client, the store and the settings that every job works with. Cheap to clone.
#[derive(Clone)]
pub struct JobContext {
    pub client: Client,
    pub pool: PgPool,
    pub ingest: Ingest,
    pub rhythm: Rhythm,
    pub metrics: Metrics,
    pub label_ids: Arc<LabelIds>,
    /// When the last reading of the whole list of failed deliveries began, by GitHub's clock;
    /// `None` before this process has read it to its end.
    whole_list_read_at: Arc<Mutex<Option<DateTime<Utc>>>>,
    new_jobs: Arc<Notify>,
}

impl JobContext {
    pub fn new(client: Client, pool: PgPool, ingest: Ingest, rhythm: Rhythm, metrics: Metrics) -> Self {
        let (label_ids, whole_list_read_at, new_jobs) = Default::default();
        Self { client, pool, ingest, rhythm, metrics, label_ids, whole_list_read_at, new_jobs }
    }

    /// Whether it is time to read the whole list of failed deliveries again.
    pub fn whole_list_due(&self, now: DateTime<Utc>, every: Duration) -> bool {
        let read_at = self.whole_list_read_at.lock().unwrap_or_else(PoisonError::into_inner);
        read_at.is_none_or(|at| now - at >= every)
    }

    /// Remembers that the whole list of failed deliveries was read, in a run that began at `begun`.
    pub fn whole_list_read(&self, begun: DateTime<Utc>) {
        *self.whole_list_read_at.lock().unwrap_or_else(PoisonError::into_inner) = Some(begun);
    }

    /// Who asks GitHub about an account: the App's installation there, or without an App the person.
    pub fn requester(&self, account_id: i64) -> Requester {
        if self.client.identity().is_some() { Requester::Installation(account_id) } else { Requester::Person }
    }

    /// Stores jobs and wakes a worker.
    pub async fn add(&self, jobs: &[NewJob]) -> Result<(), StoreError> {
        if !jobs.is_empty() {
            jobs::add(&self.pool, jobs).await?;
            self.wake();
        }
        Ok(())
    }

    /// Wakes a worker because there are new jobs.
    pub fn wake(&self) {
        self.new_jobs.notify_one();
    }

    /// Waits until somebody wakes a worker, or until it is time to look for jobs anyway.
    pub async fn woken(&self) {
        let _ = tokio::time::timeout(self.rhythm.poll, self.new_jobs.notified()).await;
    }

    /// Counts and names what could not be read of an answer about an account, or about one of its
    /// repositories.
    pub async fn left_out(&self, account_id: i64, source: &str, repo_id: Option<i64>, omissions: &Omissions) {
        if omissions.is_empty() {
            return;
        }
        tracing::warn!(account = account_id, repository = repo_id, source, places = %omissions,
            "parts of GitHub's answer cannot be read and are left out");
        let last = repo_id.map_or_else(String::new, |repo_id| format!("repository {repo_id}"));
        self.ingest.left_out(account_id, source, &last, omissions).await;
    }

    /// Appends fetched events to the account's log; answers how many were new.
    pub async fn append(&self, account_id: i64, events: Vec<Event>) -> Result<usize, GitHubError> {
        if events.is_empty() {
            return Ok(0);
        }
        Ok(self.ingest.append(account_id, events).await?.events)
    }
}
