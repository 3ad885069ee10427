//! Accounts as readers of the API see them.

use sqlx::{PgExecutor, PgPool};

use super::StoreError;
use crate::activity::Sight;

/// An account that has something to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub account_id: i64,
    pub login: String,
    /// Every login that it has had, in lower case.
    pub logins: Vec<String>,
    /// How far its log went when it was read.
    pub position: i64,
}

/// Which accounts are meant.
#[derive(Clone, Copy, Debug, Default)]
pub struct Meant<'a> {
    /// Only those of these; `None`: any.
    pub among: Option<&'a [i64]>,
    /// Only those that have had this login, in lower case, or have this id.
    pub named: Option<(&'a str, Option<i64>)>,
    /// So many at most; `None`: all.
    pub limit: Option<i64>,
}

/// Accounts with a repository that the reader sees, by id. An account that is known only as the place that
/// something left is not among them.
pub async fn visible(pool: &PgPool, sight: &Sight, meant: Meant<'_>) -> Result<Vec<Account>, StoreError> {
    let (login, id) = meant.named.unzip();
    let accounts = sqlx::query_as!(
        Account,
        r#"SELECT a.account_id, p.login AS "login!", p.logins AS "logins!", a.head_position AS position
           FROM accounts a
           JOIN current_profiles p ON p.account_id = a.account_id
           CROSS JOIN LATERAL (SELECT 1 FROM visible_repositories r WHERE r.account_id = a.account_id
             AND ($5 OR NOT r.private OR r.repo_id = ANY($6)) LIMIT 1) AS seen
           WHERE p.login IS NOT NULL AND ($1::bigint[] IS NULL OR a.account_id = ANY($1))
             AND ($2::text IS NULL OR $2 = ANY(p.logins) OR a.account_id = $3)
           ORDER BY a.account_id LIMIT $4"#,
        meant.among,
        login,
        id.flatten(),
        meant.limit,
        sight.is_all(),
        sight.private() as _,
    )
    .fetch_all(pool)
    .await?;
    Ok(accounts)
}

/// The ids of all accounts with a log.
pub async fn all_ids(executor: impl PgExecutor<'_>) -> Result<Vec<i64>, StoreError> {
    let ids = sqlx::query_scalar!("SELECT account_id FROM accounts WHERE account_id <> 0 ORDER BY account_id")
        .fetch_all(executor)
        .await?;
    Ok(ids)
}

/// When the account's newest delivery came.
pub async fn last_delivery_at(
    pool: &PgPool,
    account_id: i64,
) -> Result<Option<chrono::DateTime<chrono::Utc>>, StoreError> {
    let at = sqlx::query_scalar!("SELECT max(received_at) FROM deliveries WHERE account_id = $1", account_id)
        .fetch_one(pool)
        .await?;
    Ok(at)
}

/// The position and the time of receipt of the last event after `after` by which a delivery told something of what
/// the public sees: of a public repository, or of the account itself.
pub async fn last_told(
    pool: &PgPool,
    account_id: i64,
    after: i64,
) -> Result<Option<(i64, chrono::DateTime<chrono::Utc>)>, StoreError> {
    let told = sqlx::query!(
        "SELECT position, recorded_at FROM events e
         WHERE account_id = $1 AND position > $2 AND source = 'webhook'
           AND (repo_id IS NULL
                OR repo_id IN (SELECT r.repo_id FROM visible_repositories r WHERE r.account_id = $1 AND NOT r.private))
         ORDER BY position DESC LIMIT 1",
        account_id,
        after,
    )
    .fetch_optional(pool)
    .await?;
    Ok(told.map(|told| (told.position, told.recorded_at)))
}
