//! Batches: one forming per account, one committing per account.
//!
//! An account has an entry in the map exactly while a task commits for it. The task takes the entries
//! that wait, commits them, answers each waiter, and ends when nothing waits. Within an account,
//! entries keep the order in which they arrived.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sqlx::PgPool;
use tokio::sync::{Notify, Semaphore, oneshot};

use super::IngestError;
use crate::activity::Bots;
use crate::store::StoreError;
use crate::store::append::{AppendOutcome, Entry, append};
use crate::store::live::GrownLogs;
use crate::telemetry::Metrics;

/// The most deliveries in one transaction: enough to make the commit cheap, and few enough that the
/// first does not wait long for the last.
const ENTRIES_AT_ONCE: usize = 128;
/// A commit that takes longer counts as failed, and whoever waits longer is told to come again:
/// GitHub gives up after 10 s.
const TIMEOUT: Duration = Duration::from_secs(8);

/// What the store made of an entry, and the outcome under which it is stored.
pub(super) type AppendResult = Result<(AppendOutcome, &'static str), IngestError>;

struct WaitingEntry {
    entry: Entry,
    answer: oneshot::Sender<AppendResult>,
}

#[derive(Clone)]
pub(super) struct Batches {
    shared: Arc<BatchState>,
}

struct BatchState {
    pool: PgPool,
    bots: Bots,
    metrics: Metrics,
    commits: Semaphore,
    forming: Mutex<HashMap<i64, Vec<WaitingEntry>>>,
    /// Notified whenever an account has nothing left.
    idle: Notify,
    /// Notified whenever something was committed.
    appended: Arc<GrownLogs>,
}

impl Batches {
    pub fn new(pool: PgPool, bots: Bots, metrics: Metrics, commits: usize, appended: Arc<GrownLogs>) -> Self {
        let forming = Mutex::new(HashMap::new());
        let commits = Semaphore::new(commits);
        let shared = BatchState { pool, bots, metrics, commits, forming, idle: Notify::new(), appended };
        Self { shared: Arc::new(shared) }
    }

    pub fn pool(&self) -> &PgPool {
        &self.shared.pool
    }

    /// Adds an entry to the account's batch that is forming; answers after its commit. If the caller
    /// gives up, the entry may be stored all the same.
    pub async fn append(&self, account_id: i64, entry: Entry) -> AppendResult {
        let _waiting = self.shared.metrics.delivery_waiting();
        let (answer, answered) = oneshot::channel();
        let first = {
            let mut forming = self.shared.forming();
            let first = !forming.contains_key(&account_id);
            forming.entry(account_id).or_default().push(WaitingEntry { entry, answer });
            first
        };
        if first {
            tokio::spawn(Committer { shared: self.shared.clone(), account_id }.run());
        }
        match tokio::time::timeout(TIMEOUT, answered).await {
            // The sender is dropped unanswered only if the committing task panicked.
            Ok(answer) => answer.unwrap_or(Err(IngestError::Refused)),
            Err(_) => Err(IngestError::Unavailable),
        }
    }

    pub async fn finish(&self) {
        loop {
            let idle = self.shared.idle.notified();
            if self.shared.forming().is_empty() {
                return;
            }
            idle.await;
        }
    }
}

impl BatchState {
    fn forming(&self) -> MutexGuard<'_, HashMap<i64, Vec<WaitingEntry>>> {
        // A list of waiters is whole whatever happened to the thread that held it.
        self.forming.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The task that commits for one account.
struct Committer {
    shared: Arc<BatchState>,
    account_id: i64,
}

impl Drop for Committer {
    /// If a commit panics, its account must not stay taken, and whoever waits must learn of it.
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.shared.forming().remove(&self.account_id);
        }
        self.shared.idle.notify_waiters();
    }
}

impl Committer {
    async fn run(self) {
        while let Some(batch) = self.take() {
            // The semaphore is never closed. If it were, the pool would still be a limit.
            let permit = self.shared.commits.acquire().await;
            self.commit(batch).await;
            drop(permit);
        }
    }

    /// The entries that wait now. If none does, removes the account in the same step and answers `None`,
    /// which ends its task.
    fn take(&self) -> Option<Vec<WaitingEntry>> {
        let mut forming = self.shared.forming();
        let waiting = forming.get_mut(&self.account_id)?;
        if waiting.is_empty() {
            forming.remove(&self.account_id);
            return None;
        }
        let now = waiting.len().min(ENTRIES_AT_ONCE);
        Some(waiting.drain(..now).collect())
    }

    /// All entries that wait.
    fn take_all(&self) -> Vec<WaitingEntry> {
        self.shared.forming().get_mut(&self.account_id).map(std::mem::take).unwrap_or_default()
    }

    async fn commit(&self, batch: Vec<WaitingEntry>) {
        let (entries, answers): (Vec<Entry>, Vec<_>) =
            batch.into_iter().map(|waiting| (waiting.entry, waiting.answer)).unzip();
        match self.append(&entries).await {
            Ok(appended) => {
                let kept_as = entries.iter().map(outcome);
                for ((answer, appended), kept_as) in answers.into_iter().zip(appended).zip(kept_as) {
                    // A waiter that is gone does not undo its delivery.
                    let _ = answer.send(Ok((appended, kept_as)));
                }
            }
            Err(error) if error.is_unavailable() => {
                tracing::warn!(
                    account = self.account_id,
                    deliveries = entries.len(),
                    error = &error as &dyn std::error::Error,
                    "a batch could not be stored: the database cannot be reached"
                );
                // Those that wait would fare no better. They get their answer at once, and nothing
                // is kept for a caller who left long ago.
                let waiting = self.take_all().into_iter().map(|waiting| waiting.answer);
                answers.into_iter().chain(waiting).for_each(|answer| drop(answer.send(Err(IngestError::Unavailable))));
            }
            Err(error) => {
                tracing::warn!(
                    account = self.account_id,
                    deliveries = entries.len(),
                    error = &error as &dyn std::error::Error,
                    "the database refused a batch; its deliveries are stored one by one"
                );
                self.shared.metrics.batch_split();
                for (entry, answer) in entries.into_iter().zip(answers) {
                    let _ = answer.send(self.append_alone(entry).await);
                }
            }
        }
    }

    /// Stores an entry in a transaction of its own. If it is refused again, keeps its raw form for a
    /// later version to understand.
    async fn append_alone(&self, entry: Entry) -> AppendResult {
        let told_by = entry.told_by();
        let refused = match self.append(std::slice::from_ref(&entry)).await {
            Ok(appended) => return first(&appended).map(|appended| (appended, outcome(&entry))),
            Err(error) if error.is_unavailable() => return Err(IngestError::Unavailable),
            Err(error) => error,
        };
        tracing::error!(
            account = self.account_id,
            delivery = told_by,
            error = &refused as &dyn std::error::Error,
            "the database refused the events of a delivery; its raw form is kept"
        );
        if entry.raw.is_none() {
            return Err(IngestError::Refused);
        }
        let raw = entry.raw_only();
        match self.append(std::slice::from_ref(&raw)).await {
            Ok(appended) => first(&appended).map(|appended| (appended, outcome(&raw))),
            Err(error) if error.is_unavailable() => Err(IngestError::Unavailable),
            Err(error) => {
                tracing::error!(
                    account = self.account_id,
                    delivery = told_by,
                    error = &error as &dyn std::error::Error,
                    "the database refused even the raw form of a delivery"
                );
                Err(IngestError::Refused)
            }
        }
    }

    async fn append(&self, entries: &[Entry]) -> Result<Vec<AppendOutcome>, StoreError> {
        let started = Instant::now();
        let BatchState { pool, bots, metrics, .. } = &*self.shared;
        let appended = tokio::time::timeout(TIMEOUT, append(pool, self.account_id, entries, bots))
            .await
            .unwrap_or(Err(StoreError::Unavailable(sqlx::Error::PoolTimedOut)))?;
        self.shared.appended.note(self.account_id);
        metrics.batch(entries.len(), started.elapsed());
        if let Some(appended) = appended.last() {
            metrics.head_position(self.account_id, appended.position);
        }
        Ok(appended)
    }
}

fn outcome(entry: &Entry) -> &'static str {
    entry.raw.as_ref().map_or("", |raw| raw.outcome)
}

fn first(appended: &[AppendOutcome]) -> Result<AppendOutcome, IngestError> {
    appended.first().copied().ok_or(IngestError::Refused)
}
