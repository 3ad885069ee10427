//! Forgetting raw deliveries after their retention. Events stay for ever.

use chrono::{DateTime, Utc};
use sqlx::PgPool;

use super::StoreError;

/// Deletes up to `limit` deliveries of an account that came before a time; answers how many.
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

/// Ids of all accounts that deliveries are kept for, account 0 included.
pub async fn accounts_with_deliveries(pool: &PgPool) -> Result<Vec<i64>, StoreError> {
    let ids = sqlx::query_scalar!("SELECT account_id FROM accounts ORDER BY account_id").fetch_all(pool).await?;
    Ok(ids)
}
