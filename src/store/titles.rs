//! Titles as they are compared, where an earlier version wrote the row.

use sqlx::PgPool;

use super::StoreError;
use super::pool;
use crate::rank::text;

/// Folds titles of items that an earlier version wrote, at most `limit`; answers how many there were. Rows that
/// somebody else is writing are passed over: they get it from them.
pub async fn fold(pool: &PgPool, limit: i64) -> Result<usize, StoreError> {
    let mut passed: Vec<i64> = vec![];
    while let Some((account_id, open)) = next(pool, &passed).await? {
        let folded = fold_of(pool, account_id, open, limit).await?;
        if folded > 0 {
            return Ok(folded);
        }
        passed.push(account_id);
    }
    Ok(0)
}

/// An account with such items, open ones first, and whether it has open ones; none of `passed`.
async fn next(pool: &PgPool, passed: &[i64]) -> Result<Option<(i64, bool)>, StoreError> {
    let open = sqlx::query_scalar!(
        "SELECT account_id FROM items WHERE state = 'open' AND title_folded IS NULL AND title IS NOT NULL
           AND account_id <> ALL($1) ORDER BY account_id LIMIT 1",
        passed,
    )
    .fetch_optional(pool)
    .await?;
    if let Some(account_id) = open {
        return Ok(Some((account_id, true)));
    }
    let closed = sqlx::query_scalar!(
        "SELECT account_id FROM items WHERE state <> 'open' AND title_folded IS NULL AND title IS NOT NULL
           AND account_id <> ALL($1) ORDER BY account_id LIMIT 1",
        passed,
    )
    .fetch_optional(pool)
    .await?;
    Ok(closed.map(|account_id| (account_id, false)))
}

async fn fold_of(pool: &PgPool, account_id: i64, open: bool, limit: i64) -> Result<usize, StoreError> {
    let mut transaction = pool::begin(pool, "BEGIN").await?;
    let rows: Vec<_> = if open {
        let rows = sqlx::query!(
            r#"SELECT generation, repo_id, number, title AS "title!" FROM items
               WHERE account_id = $1 AND state = 'open' AND title_folded IS NULL AND title IS NOT NULL
               ORDER BY generation, repo_id, number LIMIT $2 FOR UPDATE SKIP LOCKED"#,
            account_id,
            limit,
        );
        let rows = rows.fetch_all(&mut *transaction).await?.into_iter();
        rows.map(|row| ((row.generation, row.repo_id, row.number), row.title)).collect()
    } else {
        let rows = sqlx::query!(
            r#"SELECT generation, repo_id, number, title AS "title!" FROM items
               WHERE account_id = $1 AND state <> 'open' AND title_folded IS NULL AND title IS NOT NULL
               ORDER BY generation, repo_id, number LIMIT $2 FOR UPDATE SKIP LOCKED"#,
            account_id,
            limit,
        );
        let rows = rows.fetch_all(&mut *transaction).await?.into_iter();
        rows.map(|row| ((row.generation, row.repo_id, row.number), row.title)).collect()
    };
    let keys = |key: fn(&(i64, i64, i64)) -> i64| rows.iter().map(|(of, _)| key(of)).collect::<Vec<i64>>();
    let folded: Vec<String> = rows.iter().map(|(_, title)| text::folded(title)).collect();
    sqlx::query!(
        r#"UPDATE items i SET title_folded = new.title_folded
           FROM UNNEST($2::bigint[], $3::bigint[], $4::bigint[], $5::text[])
             AS new (generation, repo_id, number, title_folded)
           WHERE i.account_id = $1 AND i.generation = new.generation AND i.repo_id = new.repo_id
             AND i.number = new.number"#,
        account_id,
        &keys(|of| of.0),
        &keys(|of| of.1),
        &keys(|of| of.2),
        &folded,
    )
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(rows.len())
}
