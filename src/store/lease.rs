//! Leases: a gate or a job that one worker of all replicas has while it asks GitHub.
//!
//! No transaction is open meanwhile: the database may end it if it idles for long, and the locks of a machine that
//! is gone would stay. A lease ends by the database's clock unless it is renewed, so what a killed process had is
//! free again after [`LEASE_SECONDS`].

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::task::JoinHandle;

use super::StoreError;

/// For how long a lease is taken.
pub(super) const LEASE_SECONDS: f64 = 4.0;
/// When a lease was taken that ends at a time: Citus tells no present time beside what it changes.
pub(super) fn taken_at(ends: DateTime<Utc>) -> DateTime<Utc> {
    ends - Duration::from_secs_f64(LEASE_SECONDS)
}

/// Time between two renewals. Two may fail. If the database is slow, it is slow for whoever would take the lease, too.
const RENEWED_EVERY: Duration = Duration::from_secs(1);

/// Renews a lease until this is dropped.
pub(super) struct Renewal(JoinHandle<()>);

impl Renewal {
    pub fn start<F>(renew: impl Fn() -> F + Send + 'static) -> Self
    where
        F: Future<Output = Result<(), StoreError>> + Send,
    {
        Self(tokio::spawn(async move {
            loop {
                tokio::time::sleep(RENEWED_EVERY).await;
                if let Err(error) = renew().await {
                    let error = &error as &dyn std::error::Error;
                    tracing::warn!(error, "a lease could not be renewed; trying again until it ends");
                }
            }
        }))
    }
}

impl Drop for Renewal {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Gives something back whose holder was dropped, if the process goes on. Otherwise its lease ends by itself.
pub(super) fn give_back(work: impl Future<Output = Result<(), StoreError>> + Send + 'static) {
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        runtime.spawn(async move {
            if let Err(error) = work.await {
                tracing::debug!(error = &error as &dyn std::error::Error, "a lease was not given back; it ends soon");
            }
        });
    }
}
