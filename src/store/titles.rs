//! Titles as they are compared, where an earlier version wrote the row.

use sqlx::PgPool;

use super::StoreError;
use super::pool;
use crate::rank::text;

/// Folds titles of items that an earlier version wrote, at most `limit`; answers how many there were. Rows that
/// somebody else is writing are passed over: they get it from them.
pub async fn fold(pool: &PgPool, limit: i64) -> Result<usize, StoreError> {
    let mut transaction = pool::begin(pool, "BEGIN").await?;
    let rows = sqlx::query!(
        r#"SELECT account_id, generation, repo_id, number, title AS "title!" FROM items
           WHERE state = 'open' AND title_folded IS NULL AND title IS NOT NULL
           ORDER BY account_id, generation, repo_id, number LIMIT $1 FOR UPDATE SKIP LOCKED"#,
        limit
    )
    .fetch_all(&mut *transaction)
    .await?;
    let rows = rows.into_iter().map(|row| (row.account_id, row.generation, row.repo_id, row.number, row.title));
    let mut rows: Vec<_> = rows.collect();
    if rows.is_empty() {
        let closed = sqlx::query!(
            r#"SELECT account_id, generation, repo_id, number, title AS "title!" FROM items
               WHERE state <> 'open' AND title_folded IS NULL AND title IS NOT NULL
               ORDER BY account_id, generation, repo_id, number LIMIT $1 FOR UPDATE SKIP LOCKED"#,
            limit
        )
        .fetch_all(&mut *transaction)
        .await?;
        let closed = closed.into_iter();
        rows.extend(closed.map(|row| (row.account_id, row.generation, row.repo_id, row.number, row.title)));
    }
    let keys = |key: fn(&(i64, i64, i64, i64, String)) -> i64| rows.iter().map(key).collect::<Vec<i64>>();
    let folded: Vec<String> = rows.iter().map(|row| text::folded(&row.4)).collect();
    sqlx::query!(
        r#"UPDATE items i SET title_folded = new.title_folded
           FROM UNNEST($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[])
             AS new (account_id, generation, repo_id, number, title_folded)
           WHERE i.account_id = new.account_id AND i.generation = new.generation AND i.repo_id = new.repo_id
             AND i.number = new.number"#,
        &keys(|row| row.0),
        &keys(|row| row.1),
        &keys(|row| row.2),
        &keys(|row| row.3),
        &folded,
    )
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(rows.len())
}
