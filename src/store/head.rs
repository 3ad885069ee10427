//! An account's head row, which every append to its log locks first.
//!
//! Appends to an account wait for each other at this row. Positions therefore have no gaps, commit
//! order is position order, and replicas cannot deadlock.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool, Postgres, Transaction};

use super::{StoreError, pool};

/// Begins a transaction that gives up on a lock after 5 seconds, so that the account counts as out of
/// reach. The server keeps the time: if only the client stopped waiting, its connection would go on
/// waiting.
pub(super) async fn begin(pool: &PgPool) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    pool::begin_with(pool, "BEGIN", &["SET LOCAL lock_timeout = '5s'"]).await
}

/// An account's head row, locked until the transaction ends.
pub(super) struct LockedHead {
    pub position: i64,
    /// The generation of projections in use. Nobody can switch to another one while the row is locked.
    pub generation: i64,
    /// The time of receipt of what is appended now. It is later than all before it.
    pub now: DateTime<Utc>,
}

/// Locks an account's head row, and creates it if there is none.
pub(super) async fn lock_head(connection: &mut PgConnection, account_id: i64) -> Result<LockedHead, StoreError> {
    if let Some(head) = select_head(connection, account_id).await? {
        return Ok(head);
    }
    create(connection, account_id).await?;
    select_head(connection, account_id).await?.ok_or_else(vanished)
}

/// Creates an account's row, if there is none.
pub(super) async fn create(connection: &mut PgConnection, account_id: i64) -> Result<(), StoreError> {
    sqlx::query!("INSERT INTO accounts (account_id) VALUES ($1) ON CONFLICT DO NOTHING", account_id)
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) fn vanished() -> StoreError {
    StoreError::Unreadable("an account vanished".to_owned())
}

async fn select_head(connection: &mut PgConnection, account_id: i64) -> Result<Option<LockedHead>, StoreError> {
    let head = sqlx::query_as!(
        LockedHead,
        r#"SELECT head_position AS position, generation,
                  GREATEST(clock_timestamp(), last_recorded_at + interval '1 microsecond') AS "now!"
           FROM accounts WHERE account_id = $1 FOR UPDATE"#,
        account_id
    )
    .fetch_optional(connection)
    .await?;
    Ok(head)
}
