//! Names that filters give, resolved to what the projections know them by.

use sqlx::PgPool;

use super::StoreError;

/// Ids of the labels with any of these names, in lower case; of some repositories, or of all.
pub async fn labels(
    pool: &PgPool,
    account_id: i64,
    names: &[String],
    repo_ids: Option<&[i64]>,
) -> Result<Vec<i64>, StoreError> {
    let ids = sqlx::query_scalar!(
        "SELECT l.label_id FROM accounts a JOIN labels l USING (account_id, generation)
         WHERE a.account_id = $1 AND lower(l.name) = ANY($2) AND NOT l.removed
           AND ($3::bigint[] IS NULL OR l.repo_id = ANY($3))",
        account_id,
        names,
        repo_ids,
    )
    .fetch_all(pool)
    .await?;
    Ok(ids)
}

/// Repository and number of the milestones with any of these titles, in lower case.
pub async fn milestones(pool: &PgPool, account_id: i64, titles: &[String]) -> Result<Vec<(i64, i64)>, StoreError> {
    let rows = sqlx::query!(
        "SELECT m.repo_id, m.number FROM accounts a JOIN milestones m USING (account_id, generation)
         WHERE a.account_id = $1 AND lower(m.title) = ANY($2) AND NOT m.removed",
        account_id,
        titles,
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|row| (row.repo_id, row.number)).collect())
}

/// Repository and number of the open items whose title has any of these texts in it, without
/// regard to case.
pub async fn titled(pool: &PgPool, account_id: i64, texts: &[String]) -> Result<Vec<(i64, i64)>, StoreError> {
    let patterns = super::queue::patterns(texts);
    let rows = sqlx::query!(
        "SELECT i.repo_id, i.number FROM accounts a JOIN items i USING (account_id, generation)
         WHERE a.account_id = $1 AND i.state = 'open' AND i.live AND i.title ILIKE ANY($2)",
        account_id,
        &patterns,
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|row| (row.repo_id, row.number)).collect())
}
