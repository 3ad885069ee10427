//! Installations of the App, as GitHub last listed them.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};

use super::StoreError;
use super::append::{Entry, append_behind};
use super::head::lock_head;
use super::jobs::{self, NewJob};
use super::pool;
use crate::activity::{Bots, Event};

/// The installation through which an account is asked about.
#[derive(Clone, Debug, PartialEq)]
pub struct Installation {
    pub account_id: i64,
    pub installation_id: i64,
    pub login: String,
    pub suspended: bool,
    /// The permissions that GitHub grants: their levels by name.
    pub permissions: serde_json::Value,
    pub seen_at: DateTime<Utc>,
    pub gone_at: Option<DateTime<Utc>>,
}

/// Records an installation that GitHub lists, all in one transaction: an event about it, its row, and the
/// jobs that follow. A reinstalled account is present again; about a suspended one nothing is asked.
pub async fn record_installed(
    pool: &PgPool,
    shown: &Installation,
    told: Option<Event>,
    wanted: &[NewJob],
) -> Result<(), StoreError> {
    let mut transaction = pool::begin(pool, "BEGIN").await?;
    tell(&mut transaction, shown.account_id, told).await?;
    sqlx::query!(
        r#"INSERT INTO installations (account_id, installation_id, login, suspended, permissions, seen_at)
           VALUES ($1, $2, $3, $4, $5, $6)
           ON CONFLICT (account_id) DO UPDATE SET installation_id = EXCLUDED.installation_id,
             login = EXCLUDED.login, suspended = EXCLUDED.suspended, permissions = EXCLUDED.permissions,
             seen_at = EXCLUDED.seen_at, gone_at = NULL"#,
        shown.account_id,
        shown.installation_id,
        shown.login,
        shown.suspended,
        shown.permissions,
        shown.seen_at,
    )
    .execute(&mut *transaction)
    .await?;
    if shown.suspended {
        jobs::forget(&mut transaction, shown.account_id).await?;
    }
    jobs::add_within(&mut transaction, wanted).await?;
    transaction.commit().await?;
    Ok(())
}

/// Records that an account's installation is gone (only the first time counts), in one transaction with
/// an event about it and the job that purges it. Nothing else is asked about it any more.
pub async fn record_gone(pool: &PgPool, account_id: i64, told: Option<Event>, purge: NewJob) -> Result<(), StoreError> {
    let mut transaction = pool::begin(pool, "BEGIN").await?;
    tell(&mut transaction, account_id, told).await?;
    sqlx::query!(
        "UPDATE installations SET gone_at = COALESCE(gone_at, (SELECT statement_timestamp())) WHERE account_id = $1",
        account_id
    )
    .execute(&mut *transaction)
    .await?;
    jobs::forget(&mut transaction, account_id).await?;
    jobs::add_within(&mut transaction, &[purge]).await?;
    transaction.commit().await?;
    Ok(())
}

/// Deletes the jobs of an account that is not to be kept.
pub async fn forget_jobs(pool: &PgPool, account_id: i64) -> Result<(), StoreError> {
    let mut transaction = pool::begin(pool, "BEGIN").await?;
    jobs::forget(&mut transaction, account_id).await?;
    transaction.commit().await?;
    Ok(())
}

/// Appends an event about an account. This locks its head row, which must come before any other lock.
async fn tell(connection: &mut PgConnection, account_id: i64, told: Option<Event>) -> Result<(), StoreError> {
    let Some(told) = told else { return Ok(()) };
    lock_head(connection, account_id).await?;
    append_behind(connection, account_id, &[Entry::new(None, vec![told])], &Bots::default()).await?;
    Ok(())
}

/// One account's installation.
pub async fn of(pool: &PgPool, account_id: i64) -> Result<Option<Installation>, StoreError> {
    let found = sqlx::query_as!(
        Installation,
        "SELECT account_id, installation_id, login, suspended, permissions, seen_at, gone_at FROM installations
         WHERE account_id = $1",
        account_id
    )
    .fetch_optional(pool)
    .await?;
    Ok(found)
}

/// All installations, including those that are gone.
pub async fn all(pool: &PgPool) -> Result<Vec<Installation>, StoreError> {
    let found = sqlx::query_as!(
        Installation,
        "SELECT account_id, installation_id, login, suspended, permissions, seen_at, gone_at FROM installations
         ORDER BY account_id"
    )
    .fetch_all(pool)
    .await?;
    Ok(found)
}
