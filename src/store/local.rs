//! Our state of items and repositories, to compare with GitHub's.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::PgPool;
use sqlx::types::Json;

use super::StoreError;
use crate::activity::ItemState;

/// Whether a delivery has said anything about a repository (`None`: about the account itself) since a
/// time by the database's clock.
pub async fn told_since(
    pool: &PgPool,
    account_id: i64,
    repo_id: Option<i64>,
    since: DateTime<Utc>,
) -> Result<bool, StoreError> {
    // Two halves, so that each can use the whole index.
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

/// The fields of an item that are compared.
#[derive(Clone, Debug)]
pub struct LocalItem {
    pub number: i64,
    pub item_type: Option<String>,
    pub updated_at: Option<DateTime<Utc>>,
    pub state: Option<String>,
    pub live: bool,
    pub tied: bool,
    pub folded: Json<ItemState>,
}

/// Certain items of a repository, by number. Those that we do not have are missing.
pub async fn items(
    pool: &PgPool,
    account_id: i64,
    repo_id: i64,
    numbers: &[i64],
) -> Result<HashMap<i64, LocalItem>, StoreError> {
    let rows = sqlx::query_as!(
        LocalItem,
        r#"SELECT i.number, i.type AS item_type, i.updated_at, i.state, i.live, i.tied,
                  i.folded AS "folded: Json<ItemState>"
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

/// The labels and milestones of a repository that were removed as a whole.
#[derive(Clone, Debug, Default)]
pub struct RemovedNames {
    pub labels: Vec<i64>,
    pub milestones: Vec<i64>,
}

/// The labels and milestones of a repository that were removed as a whole.
pub async fn removed_names(pool: &PgPool, account_id: i64, repo_id: i64) -> Result<RemovedNames, StoreError> {
    let labels = sqlx::query_scalar!(
        "SELECT l.label_id FROM accounts a JOIN labels l USING (account_id, generation)
         WHERE a.account_id = $1 AND l.repo_id = $2 AND l.removed",
        account_id,
        repo_id
    )
    .fetch_all(pool)
    .await?;
    let milestones = sqlx::query_scalar!(
        "SELECT m.number FROM accounts a JOIN milestones m USING (account_id, generation)
         WHERE a.account_id = $1 AND m.repo_id = $2 AND m.removed",
        account_id,
        repo_id
    )
    .fetch_all(pool)
    .await?;
    Ok(RemovedNames { labels, milestones })
}

/// The number of a repository's items of one type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ItemCount {
    pub open: i64,
    pub all: i64,
}

/// The numbers of live items by (repository, name of the type). An answered discussion counts as open,
/// as it does on GitHub.
pub async fn counts(
    pool: &PgPool,
    account_id: i64,
    repo_ids: &[i64],
) -> Result<HashMap<(i64, String), ItemCount>, StoreError> {
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
    Ok(rows.into_iter().map(|row| ((row.repo_id, row.item_type), ItemCount { open: row.open, all: row.all })).collect())
}

/// The numbers of a repository's live items: the open or the closed ones, discussions or the others. An
/// item of which only its deletion or transfer is known has no state and is not among them.
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

/// Items with a tie, as (repository, number), in repositories that GitHub can be asked about. The choice
/// is random: if it were the same each time, ties that nothing settles would keep out the others.
pub async fn tied_items(pool: &PgPool, account_id: i64, limit: i64) -> Result<Vec<(i64, i64)>, StoreError> {
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

/// A repository as the directory has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalRepository {
    pub repo_id: i64,
    pub owner: Option<String>,
    pub name: Option<String>,
    pub private: bool,
    pub archived: bool,
    pub gone: bool,
    pub present_since: Option<DateTime<Utc>>,
}

/// All repositories of an account that the directory has.
pub async fn repositories(pool: &PgPool, account_id: i64) -> Result<Vec<LocalRepository>, StoreError> {
    let rows = sqlx::query_as!(
        LocalRepository,
        "SELECT r.repo_id, r.owner, r.name, r.private, r.archived, r.gone, r.present_since
         FROM accounts a JOIN repositories r USING (account_id, generation) WHERE a.account_id = $1",
        account_id
    )
    .fetch_all(pool)
    .await?;
    Ok(rows)
}

/// An account as the log has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalAccount {
    pub login: Option<String>,
    /// Whether it may be seen: the App is installed there, and not suspended.
    pub visible: bool,
    /// The time since when only chosen repositories count; `None` if all do.
    pub chosen_since: Option<DateTime<Utc>>,
}

/// One account; `None` before the log says anything about it.
pub async fn account(pool: &PgPool, account_id: i64) -> Result<Option<LocalAccount>, StoreError> {
    let account = sqlx::query_as!(
        LocalAccount,
        "SELECT p.login, p.visible, p.chosen_since FROM accounts a
         JOIN account_profiles p USING (account_id, generation) WHERE a.account_id = $1",
        account_id
    )
    .fetch_optional(pool)
    .await?;
    Ok(account)
}
