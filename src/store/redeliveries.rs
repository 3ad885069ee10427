//! Failed deliveries: which came after all, and which were asked for again.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use sqlx::PgPool;
use uuid::Uuid;

use super::StoreError;

/// Those of some deliveries that are here, of any account.
pub async fn arrived(pool: &PgPool, guids: &[Uuid]) -> Result<HashSet<Uuid>, StoreError> {
    let guids = sqlx::query_scalar!(
        "SELECT d.guid FROM accounts a JOIN deliveries d ON d.account_id = a.account_id AND d.guid = ANY($1)",
        guids
    )
    .fetch_all(pool)
    .await?;
    Ok(guids.into_iter().collect())
}

/// How often a delivery was asked for, and when last, by the database's clock.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    pub times: i32,
    pub at: DateTime<Utc>,
}

/// Those of some deliveries that were asked for, and the database's time.
pub async fn asked(pool: &PgPool, guids: &[Uuid]) -> Result<(HashMap<Uuid, Asked>, DateTime<Utc>), StoreError> {
    let rows =
        sqlx::query!("SELECT guid, asked, asked_at FROM redeliveries WHERE account_id = 0 AND guid = ANY($1)", guids)
            .fetch_all(pool)
            .await?;
    let now = sqlx::query_scalar!(r#"SELECT clock_timestamp() AS "now!""#).fetch_one(pool).await?;
    Ok((rows.into_iter().map(|row| (row.guid, Asked { times: row.asked, at: row.asked_at })).collect(), now))
}

/// Notes that a delivery is asked for. The App's deliveries are of no one account.
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

/// Forgets those that GitHub does not keep any more.
pub async fn forget(pool: &PgPool) -> Result<(), StoreError> {
    sqlx::query!("DELETE FROM redeliveries WHERE asked_at < clock_timestamp() - interval '5 days'")
        .execute(pool)
        .await?;
    Ok(())
}
