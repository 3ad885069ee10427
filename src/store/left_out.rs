//! What could not be read of what GitHub sent and answered.

use chrono::{DateTime, Utc};
use sqlx::PgPool;

use super::StoreError;

/// A place where something could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// The delivery's event, or what GitHub was asked for.
    pub source: String,
    pub place: String,
    pub times: i64,
    pub last_at: DateTime<Utc>,
    /// The delivery's GUID, or the repository, of the last time; empty if there is none.
    pub last_seen: String,
}

/// Counts what was left out of one delivery or answer.
pub async fn add(
    pool: &PgPool,
    account_id: i64,
    source: &str,
    last_seen: &str,
    places: &[(&str, i64)],
) -> Result<(), StoreError> {
    // They are few, and an account may have none but these rows yet.
    for (place, times) in places {
        sqlx::query!(
            r#"INSERT INTO left_out (account_id, source, place, times, last_at, last_seen)
               VALUES ($1, $2, $3, $4, clock_timestamp(), $5)
               ON CONFLICT (account_id, source, place) DO UPDATE SET times = left_out.times + EXCLUDED.times,
                 last_at = EXCLUDED.last_at, last_seen = EXCLUDED.last_seen"#,
            account_id,
            source,
            place,
            times,
            last_seen,
        )
        .execute(pool)
        .await?;
    }
    Ok(())
}

/// What was left out of an account's deliveries and answers, and of those that are about none; the latest
/// first.
pub async fn list(pool: &PgPool, account_id: i64, limit: i64) -> Result<Vec<LeftOut>, StoreError> {
    let rows = sqlx::query_as!(
        LeftOut,
        "SELECT source, place, times, last_at, last_seen FROM left_out WHERE account_id IN (0, $1)
         ORDER BY last_at DESC, source, place LIMIT $2",
        account_id,
        limit
    )
    .fetch_all(pool)
    .await?;
    Ok(rows)
}
