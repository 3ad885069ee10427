//! The items whose conversation is to be fetched.

use chrono::{DateTime, Utc};
use sqlx::PgPool;

use super::{StoreError, pool};
use crate::activity::{ItemType, Sight};

/// An open item that GitHub is to be asked about: it showed something since the conversation was last fetched, or there
/// are checks to ask for. One that it was asked about in vain is not, until it is updated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueItem {
    pub number: i64,
    pub discussion: bool,
    /// As it was known when it was chosen.
    pub updated_at: Option<DateTime<Utc>>,
}

/// The first items of a repository that are due, by number; discussions among them if they can be read.
pub async fn due(
    pool: &PgPool,
    account_id: i64,
    repo_id: i64,
    discussions: bool,
    limit: i64,
) -> Result<Vec<DueItem>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT i.number, i.type AS "item_type!", i.updated_at FROM accounts a
           CROSS JOIN LATERAL (SELECT number, type, updated_at FROM items
             WHERE account_id = $1 AND generation = a.generation AND repo_id = $2 AND conversation_due
               AND NOT EXISTS (SELECT FROM conversations_asked asked
                 WHERE asked.account_id = $1 AND asked.repo_id = $2 AND asked.number = items.number
                   AND asked.updated_at IS NOT DISTINCT FROM items.updated_at)
               AND ($3 AND type IS NOT NULL OR type <> 'Discussion')
             ORDER BY number LIMIT $4) AS i
           WHERE a.account_id = $1
           ORDER BY i.number"#,
        account_id,
        repo_id,
        discussions,
        limit,
    )
    .fetch_all(pool)
    .await?;
    let due = rows.into_iter().map(|row| DueItem {
        number: row.number,
        discussion: row.item_type == ItemType::Discussion.name(),
        updated_at: row.updated_at,
    });
    Ok(due.collect())
}

/// Whether an item of a repository is due.
pub async fn is_due(pool: &PgPool, account_id: i64, repo_id: i64) -> Result<bool, StoreError> {
    Ok(!due(pool, account_id, repo_id, true, 1).await?.is_empty())
}

/// Remembers of which items GitHub was asked in vain, as they were then: those that are due all the same. They are not
/// asked about again before they are updated.
pub async fn asked(pool: &PgPool, account_id: i64, repo_id: i64, items: &[DueItem]) -> Result<(), StoreError> {
    let numbers: Vec<i64> = items.iter().map(|item| item.number).collect();
    let updated: Vec<Option<DateTime<Utc>>> = items.iter().map(|item| item.updated_at).collect();
    let mut transaction = pool::begin(pool, "BEGIN").await?;
    sqlx::query!(
        "DELETE FROM conversations_asked asked USING accounts a
         WHERE asked.account_id = $1 AND a.account_id = $1 AND asked.repo_id = $2 AND asked.number = ANY($3)
           AND NOT (SELECT conversation_due FROM items WHERE account_id = $1 AND generation = a.generation
             AND repo_id = $2 AND number = asked.number LIMIT 1)",
        account_id,
        repo_id,
        &numbers,
    )
    .execute(&mut *transaction)
    .await?;
    sqlx::query!(
        "INSERT INTO conversations_asked (account_id, repo_id, number, updated_at)
         SELECT a.account_id, $2, asked.number, asked.updated_at FROM accounts a
         CROSS JOIN UNNEST($3::bigint[], $4::timestamptz[]) AS asked (number, updated_at)
         CROSS JOIN LATERAL (SELECT conversation_due FROM items WHERE account_id = $1 AND generation = a.generation
           AND repo_id = $2 AND number = asked.number LIMIT 1) AS i
         WHERE a.account_id = $1 AND i.conversation_due
         ON CONFLICT (account_id, repo_id, number) DO UPDATE SET updated_at = EXCLUDED.updated_at",
        account_id,
        repo_id,
        &numbers,
        updated as _,
    )
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(())
}

/// Lets GitHub be asked again about the pull requests whose checks had not ended when it was asked, those of the last day:
/// a check that is still to come after that may never come.
pub async fn ask_again_for_checks(pool: &PgPool, account_id: i64) -> Result<(), StoreError> {
    sqlx::query!(
        "DELETE FROM conversations_asked asked USING accounts a, items i
         WHERE asked.account_id = $1 AND a.account_id = $1 AND i.account_id = $1 AND i.generation = a.generation
           AND i.repo_id = asked.repo_id AND i.number = asked.number AND i.checks = 'pending'
           AND i.updated_at > statement_timestamp() - interval '1 day'",
        account_id,
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// How many items of an account are due, of the repositories that a reader sees.
pub async fn count(pool: &PgPool, account_id: i64, sight: &Sight) -> Result<i64, StoreError> {
    let count = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM accounts a JOIN items i USING (account_id, generation)
           WHERE a.account_id = $1 AND i.conversation_due
             AND NOT EXISTS (SELECT FROM conversations_asked asked
               WHERE asked.account_id = $1 AND asked.repo_id = i.repo_id AND asked.number = i.number
                 AND asked.updated_at IS NOT DISTINCT FROM i.updated_at)
             AND EXISTS (SELECT FROM visible_repositories r WHERE r.account_id = $1 AND r.repo_id = i.repo_id
               AND ($2 OR NOT r.private OR r.repo_id = ANY($3)))"#,
        account_id,
        sight.is_all(),
        sight.private() as _,
    )
    .fetch_one(pool)
    .await?;
    Ok(count)
}

/// The repositories of an account with items that are due.
pub async fn repositories_due(pool: &PgPool, account_id: i64) -> Result<Vec<i64>, StoreError> {
    let repo_ids = sqlx::query_scalar!(
        "SELECT DISTINCT i.repo_id FROM accounts a JOIN items i USING (account_id, generation)
         WHERE a.account_id = $1 AND i.conversation_due
           AND NOT EXISTS (SELECT FROM conversations_asked asked
             WHERE asked.account_id = $1 AND asked.repo_id = i.repo_id AND asked.number = i.number
               AND asked.updated_at IS NOT DISTINCT FROM i.updated_at)
         ORDER BY i.repo_id",
        account_id,
    )
    .fetch_all(pool)
    .await?;
    Ok(repo_ids)
}
