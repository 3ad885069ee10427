//! Failed deliveries: those that arrived after all, and those that were asked for again.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use sqlx::PgPool;
use uuid::Uuid;

use super::{StoreError, clock};

/// The deliveries among `guids` that are stored, of any account.
pub async fn arrived(pool: &PgPool, guids: &[Uuid]) -> Result<HashSet<Uuid>, StoreError> {
    let guids = sqlx::query_scalar!(
        "SELECT d.guid FROM accounts a JOIN deliveries d ON d.account_id = a.account_id AND d.guid = ANY($1)",
        guids
    )
    .fetch_all(pool)
    .await?;
    Ok(guids.into_iter().collect())
}

/// How often a delivery was asked for again, and when last, by the database's clock.
#[derive(Clone, Copy, Debug)]
pub struct RedeliveryAttempts {
    pub times: i32,
    pub at: DateTime<Utc>,
}

/// The deliveries among `guids` that were asked for again, and the database's time.
pub async fn asked(
    pool: &PgPool,
    guids: &[Uuid],
) -> Result<(HashMap<Uuid, RedeliveryAttempts>, DateTime<Utc>), StoreError> {
    let rows =
        sqlx::query!("SELECT guid, asked, asked_at FROM redeliveries WHERE account_id = 0 AND guid = ANY($1)", guids)
            .fetch_all(pool)
            .await?;
    let now = clock::now(pool).await?;
    Ok((
        rows.into_iter().map(|row| (row.guid, RedeliveryAttempts { times: row.asked, at: row.asked_at })).collect(),
        now,
    ))
}

/// Counts that a delivery is asked for again. The App's deliveries belong to no account, so they are
/// filed under 0.
pub async fn note(pool: &PgPool, guid: Uuid) -> Result<(), StoreError> {
    sqlx::query!(
        r#"INSERT INTO redeliveries (account_id, guid, asked, asked_at) VALUES (0, $1, 1, clock_timestamp())
           ON CONFLICT (account_id, guid) DO UPDATE SET asked = redeliveries.asked + 1, asked_at = EXCLUDED.asked_at"#,
        guid
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// Deletes the counts of deliveries that GitHub no longer keeps.
pub async fn forget(pool: &PgPool) -> Result<(), StoreError> {
    sqlx::query!(
        "DELETE FROM redeliveries WHERE account_id = 0 AND asked_at < statement_timestamp() - interval '5 days'"
    )
    .execute(pool)
    .await?;
    Ok(())
}
