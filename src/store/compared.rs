//! What is here, for comparing with what GitHub shows.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::PgPool;

use super::StoreError;

/// The database's time, by which events are recorded.
pub async fn now(pool: &PgPool) -> Result<DateTime<Utc>, StoreError> {
    Ok(sqlx::query_scalar!(r#"SELECT clock_timestamp() AS "now!""#).fetch_one(pool).await?)
}

/// Whether a delivery told the log of a repository, or of the account itself, since a time by the
/// database's clock.
pub async fn told_since(
    pool: &PgPool,
    account_id: i64,
    repo_id: Option<i64>,
    since: DateTime<Utc>,
) -> Result<bool, StoreError> {
    // In two halves, each with the whole index to itself.
    let told = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM events WHERE account_id = $1 AND repo_id = $2 AND number IS NULL
                    AND kind LIKE 'repository\_%' AND source = 'webhook' AND recorded_at >= $3)
               OR EXISTS (SELECT FROM events WHERE account_id = $1 AND $2 IS NULL AND repo_id IS NULL
                    AND source = 'webhook' AND recorded_at >= $3) AS "told!""#,
        account_id,
        repo_id,
        since
    )
    .fetch_one(pool)
    .await?;
    Ok(told)
}

/// One item as it is here, for comparing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Here {
    pub number: i64,
    pub item_type: Option<String>,
    pub updated_at: Option<DateTime<Utc>>,
    pub state: Option<String>,
    pub live: bool,
    pub tied: bool,
}

/// Certain items of a repository as they are here.
pub async fn here(
    pool: &PgPool,
    account_id: i64,
    repo_id: i64,
    numbers: &[i64],
) -> Result<HashMap<i64, Here>, StoreError> {
    let rows = sqlx::query_as!(
        Here,
        r#"SELECT i.number, i.type AS item_type, i.updated_at, i.state, i.live, i.tied
           FROM accounts a
           JOIN items i ON i.account_id = a.account_id AND i.generation = a.generation
           WHERE a.account_id = $1 AND i.repo_id = $2 AND i.number = ANY($3)"#,
        account_id,
        repo_id,
        numbers
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|row| (row.number, row)).collect())
}

/// What a repository has of one type, as counted here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    pub open: i64,
    pub all: i64,
}

/// Live items of repositories by (repository, type's name). GitHub's open counts the answered in.
pub async fn counts(
    pool: &PgPool,
    account_id: i64,
    repo_ids: &[i64],
) -> Result<HashMap<(i64, String), Count>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT i.repo_id, i.type AS "item_type!", count(*) FILTER (WHERE i.state <> 'closed') AS "open!",
             count(*) AS "all!"
           FROM accounts a
           JOIN items i ON i.account_id = a.account_id AND i.generation = a.generation
           WHERE a.account_id = $1 AND i.repo_id = ANY($2) AND i.live AND i.type IS NOT NULL AND i.state IS NOT NULL
           GROUP BY i.repo_id, i.type"#,
        account_id,
        repo_ids
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|row| ((row.repo_id, row.item_type), Count { open: row.open, all: row.all })).collect())
}

/// Numbers of a repository's live items that were here before a time: the open ones or the closed
/// ones, discussions or the others. An item of which only a deletion or a transfer is known has no
/// state and is not among them.
pub async fn numbers(
    pool: &PgPool,
    account_id: i64,
    repo_id: i64,
    open: bool,
    discussions: bool,
) -> Result<Vec<i64>, StoreError> {
    let numbers = sqlx::query_scalar!(
        r#"SELECT i.number
           FROM accounts a
           JOIN items i ON i.account_id = a.account_id AND i.generation = a.generation
           WHERE a.account_id = $1 AND i.repo_id = $2 AND i.live AND (i.state <> 'closed') = $3
             AND (i.type = 'Discussion') = $4
           ORDER BY i.number"#,
        account_id,
        repo_id,
        open,
        discussions
    )
    .fetch_all(pool)
    .await?;
    Ok(numbers)
}

/// Items that stand by an arbitrary rule, by repository, of those that may be asked about. Any of
/// them: the same ones each time would keep out the others as long as nothing settles them.
pub async fn tied(pool: &PgPool, account_id: i64, limit: i64) -> Result<Vec<(i64, i64)>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT i.repo_id, i.number
           FROM accounts a
           JOIN items i ON i.account_id = a.account_id AND i.generation = a.generation
           JOIN repositories r ON r.account_id = a.account_id AND r.generation = a.generation AND r.repo_id = i.repo_id
           WHERE a.account_id = $1 AND i.tied AND i.live AND NOT r.gone ORDER BY random() LIMIT $2"#,
        account_id,
        limit
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|row| (row.repo_id, row.number)).collect())
}

/// The directory's word on a repository, for comparing with a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    pub repo_id: i64,
    pub owner: Option<String>,
    pub name: Option<String>,
    pub private: bool,
    pub archived: bool,
    pub gone: bool,
    pub present_since: Option<DateTime<Utc>>,
}

/// All repositories of an account that the directory knows.
pub async fn known(pool: &PgPool, account_id: i64) -> Result<Vec<Known>, StoreError> {
    let rows = sqlx::query_as!(
        Known,
        "SELECT r.repo_id, r.owner, r.name, r.private, r.archived, r.gone, r.present_since
         FROM accounts a JOIN repositories r USING (account_id, generation) WHERE a.account_id = $1",
        account_id
    )
    .fetch_all(pool)
    .await?;
    Ok(rows)
}

/// What the log says of an account's installation: whether it may be seen, and since when chosen
/// repositories count; `None` before anything was told.
pub async fn profile(
    pool: &PgPool,
    account_id: i64,
) -> Result<Option<(Option<String>, bool, Option<DateTime<Utc>>)>, StoreError> {
    let row = sqlx::query!(
        "SELECT p.login, p.visible, p.chosen_since FROM accounts a
         JOIN account_profiles p USING (account_id, generation) WHERE a.account_id = $1",
        account_id
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|row| (row.login, row.visible, row.chosen_since)))
}
