//! The database's clock: everything that is kept, deleted or closed by age goes by it.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::{PgExecutor, PgPool};
use tokio::time::Instant;

use super::StoreError;

/// Time between two readings of the database's clock.
const READ_EVERY: Duration = Duration::from_secs(10);

/// The database's time.
pub async fn now(executor: impl PgExecutor<'_>) -> Result<DateTime<Utc>, StoreError> {
    Ok(sqlx::query_scalar!(r#"SELECT clock_timestamp() AS "now!""#).fetch_one(executor).await?)
}

/// Shows the database's time without asking for it each time. This machine only tells how long ago it was read;
/// what its own clock shows, or is set to, changes nothing.
#[derive(Clone, Debug)]
pub struct DatabaseClock(Arc<RwLock<Reading>>);

#[derive(Clone, Copy, Debug)]
struct Reading {
    shown: DateTime<Utc>,
    at: Instant,
}

impl Reading {
    async fn new(pool: &PgPool) -> Result<Self, StoreError> {
        let shown = now(pool).await?;
        Ok(Self { shown, at: Instant::now() })
    }
}

impl DatabaseClock {
    /// Reads the database's clock now, and again and again as long as this or a clone of it exists.
    pub async fn start(pool: &PgPool) -> Result<Self, StoreError> {
        let clock = Self(Arc::new(RwLock::new(Reading::new(pool).await?)));
        let (pool, kept) = (pool.clone(), Arc::downgrade(&clock.0));
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(READ_EVERY).await;
                let Some(kept) = kept.upgrade() else { return };
                // While the database is away, nothing is kept or deleted either.
                if let Ok(reading) = Reading::new(&pool).await {
                    *kept.write().unwrap_or_else(PoisonError::into_inner) = reading;
                }
            }
        });
        Ok(clock)
    }

    pub fn now(&self) -> DateTime<Utc> {
        let Reading { shown, at } = *self.0.read().unwrap_or_else(PoisonError::into_inner);
        shown + at.elapsed()
    }
}
