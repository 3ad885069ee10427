//! The items whose conversation is to be fetched.

use sqlx::PgPool;

use super::StoreError;
use crate::activity::ItemType;

/// An open item of which GitHub showed something since its conversation was last fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueItem {
    pub number: i64,
    pub discussion: bool,
}

/// The first items of a repository whose conversation is due, by number, but for some.
pub async fn due(
    pool: &PgPool,
    account_id: i64,
    repo_id: i64,
    left_out: &[i64],
    limit: i64,
) -> Result<Vec<DueItem>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT i.number, i.type AS "item_type!" FROM accounts a
           CROSS JOIN LATERAL (SELECT number, type FROM items
             WHERE account_id = $1 AND generation = a.generation AND repo_id = $2 AND number <> ALL ($3)
               AND conversation_due AND type IS NOT NULL
             ORDER BY number LIMIT $4) AS i
           WHERE a.account_id = $1
           ORDER BY i.number"#,
        account_id,
        repo_id,
        left_out,
        limit,
    )
    .fetch_all(pool)
    .await?;
    let due = |item_type: &str| item_type == ItemType::Discussion.name();
    Ok(rows.into_iter().map(|row| DueItem { number: row.number, discussion: due(&row.item_type) }).collect())
}

/// The repositories of an account with items that are due.
pub async fn repositories_due(pool: &PgPool, account_id: i64) -> Result<Vec<i64>, StoreError> {
    let repo_ids = sqlx::query_scalar!(
        "SELECT DISTINCT i.repo_id FROM accounts a JOIN items i USING (account_id, generation)
         WHERE a.account_id = $1 AND i.conversation_due ORDER BY i.repo_id",
        account_id,
    )
    .fetch_all(pool)
    .await?;
    Ok(repo_ids)
}

/// Which of some items of a repository are due.
pub async fn still_due(pool: &PgPool, account_id: i64, repo_id: i64, numbers: &[i64]) -> Result<Vec<i64>, StoreError> {
    let numbers = sqlx::query_scalar!(
        "SELECT i.number FROM accounts a JOIN items i USING (account_id, generation)
         WHERE a.account_id = $1 AND i.repo_id = $2 AND i.number = ANY($3) AND i.conversation_due",
        account_id,
        repo_id,
        numbers,
    )
    .fetch_all(pool)
    .await?;
    Ok(numbers)
}
