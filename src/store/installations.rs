//! Installations of the App, as GitHub last showed them.

use chrono::{DateTime, Utc};
use sqlx::{PgExecutor, PgPool};

use super::StoreError;

/// How an account is reached.
#[derive(Clone, Debug, PartialEq)]
pub struct Installation {
    pub account_id: i64,
    pub installation_id: i64,
    pub login: String,
    pub suspended: bool,
    /// What the App may do, by name: `read`, `write`.
    pub permissions: serde_json::Value,
    pub seen_at: DateTime<Utc>,
    pub gone_at: Option<DateTime<Utc>>,
}

/// Writes what GitHub shows of an installation; a reinstalled account is there again.
pub async fn save(executor: impl PgExecutor<'_>, shown: &Installation) -> Result<(), StoreError> {
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
    .execute(executor)
    .await?;
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

/// All of them, those that are gone included.
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

/// Notes that an account's installation is gone; the first time counts.
pub async fn gone(executor: impl PgExecutor<'_>, account_id: i64) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE installations SET gone_at = COALESCE(gone_at, clock_timestamp()) WHERE account_id = $1",
        account_id
    )
    .execute(executor)
    .await?;
    Ok(())
}
