//! Raw deliveries while they are kept. They can be read again until the retention ends; events stay for ever.

use chrono::{DateTime, Utc};
use sqlx::PgPool;
use uuid::Uuid;

use super::StoreError;

/// Deletes up to `limit` deliveries of an account that came before a time, and returns how many.
pub async fn prune_deliveries(
    pool: &PgPool,
    account_id: i64,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<u64, StoreError> {
    let done = sqlx::query!(
        r#"DELETE FROM deliveries WHERE account_id = $1 AND guid IN (
             SELECT guid FROM deliveries WHERE account_id = $1 AND received_at < $2
             ORDER BY received_at LIMIT $3)"#,
        account_id,
        before,
        limit,
    )
    .execute(pool)
    .await?;
    Ok(done.rows_affected())
}

/// The ids of all accounts that may have deliveries, account 0 included.
pub async fn accounts_with_deliveries(pool: &PgPool) -> Result<Vec<i64>, StoreError> {
    let ids = sqlx::query_scalar!("SELECT account_id FROM accounts ORDER BY account_id").fetch_all(pool).await?;
    Ok(ids)
}

/// A stored delivery.
#[derive(Debug)]
pub struct StoredDelivery {
    pub guid: Uuid,
    pub event: String,
    pub outcome: String,
    pub received_at: DateTime<Utc>,
    /// Compressed with zstd.
    pub body: Vec<u8>,
}

/// An account's deliveries in order of receipt, after a time and GUID and at most `limit`.
pub async fn deliveries_after(
    pool: &PgPool,
    account_id: i64,
    after: (DateTime<Utc>, Uuid),
    limit: i64,
) -> Result<Vec<StoredDelivery>, StoreError> {
    let deliveries = sqlx::query_as!(
        StoredDelivery,
        "SELECT guid, event, outcome, received_at, body FROM deliveries
         WHERE account_id = $1 AND (received_at, guid) > ($2, $3) ORDER BY received_at, guid LIMIT $4",
        account_id,
        after.0,
        after.1,
        limit,
    )
    .fetch_all(pool)
    .await?;
    Ok(deliveries)
}

/// Changes a delivery's outcome, once a later version has translated it again.
pub async fn set_outcome(pool: &PgPool, account_id: i64, guid: Uuid, outcome: &str) -> Result<(), StoreError> {
    sqlx::query!("UPDATE deliveries SET outcome = $3 WHERE account_id = $1 AND guid = $2", account_id, guid, outcome)
        .execute(pool)
        .await?;
    Ok(())
}
