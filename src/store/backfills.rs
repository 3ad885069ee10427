//! Backfills: which repositories still need one, and the jobs of it.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::{PgExecutor, PgPool};

use super::StoreError;
use super::jobs::{self, JobKind, NewJob};
use super::pool;
use super::sync::settle;

/// The repositories among `repo_ids` whose backfill is neither done nor under way, and whether their open
/// items are stored.
pub async fn unplanned(
    executor: impl PgExecutor<'_>,
    account_id: i64,
    repo_ids: &[i64],
) -> Result<HashMap<i64, bool>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT s.repo_id, s.open_at IS NOT NULL AS "open!" FROM sync s
           WHERE s.account_id = $1 AND s.repo_id = ANY($2) AND s.complete_at IS NULL
             AND NOT EXISTS (SELECT FROM jobs j WHERE j.account_id = $1 AND j.repo_id = s.repo_id
               AND j.kind IN ('open', 'open_discussions', 'closed', 'closed_discussions'))"#,
        account_id,
        repo_ids
    )
    .fetch_all(executor)
    .await?;
    Ok(rows.into_iter().map(|row| (row.repo_id, row.open)).collect())
}

/// The backfill of one repository, still to be made into jobs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackfillPlan {
    pub repo_id: i64,
    /// The number of items by GitHub's count; `None` if GitHub did not answer.
    pub items: Option<i64>,
    /// The parts that have any items.
    pub kinds: Vec<JobKind>,
}

/// Adds the jobs of backfills, all of them or none, for those repositories whose backfill is still
/// neither done nor under way: another worker may have planned some meanwhile. `at` is GitHub's time of
/// the counts; a repository that is compared for the first time is compared from then on.
pub async fn plan(
    pool: &PgPool,
    account_id: i64,
    planned: &[BackfillPlan],
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let ids: Vec<i64> = planned.iter().map(|planned| planned.repo_id).collect();
    let mut transaction = pool::begin(pool, "BEGIN").await?;
    let free = sqlx::query_scalar!(
        "SELECT repo_id FROM sync WHERE account_id = $1 AND repo_id = ANY($2) AND complete_at IS NULL
         ORDER BY repo_id FOR UPDATE",
        account_id,
        &ids
    )
    .fetch_all(&mut *transaction)
    .await?;
    // A statement of its own, so that it sees the commits of those who held the rows.
    let free = unplanned(&mut *transaction, account_id, &free).await?;
    let planned: Vec<(&BackfillPlan, bool)> =
        planned.iter().filter_map(|planned| Some((planned, *free.get(&planned.repo_id)?))).collect();
    let (ids, items): (Vec<i64>, Vec<Option<i64>>) =
        planned.iter().map(|(planned, _)| (planned.repo_id, planned.items)).unzip();
    sqlx::query!(
        "UPDATE sync s SET items = COALESCE(new.items, s.items), swept_at = COALESCE(s.swept_at, $4)
         FROM UNNEST($2::bigint[], $3::bigint[]) AS new (repo_id, items)
         WHERE s.account_id = $1 AND s.repo_id = new.repo_id",
        account_id,
        &ids,
        items as _,
        at
    )
    .execute(&mut *transaction)
    .await?;
    let wanted = planned.into_iter().flat_map(|(planned, open_here)| {
        let kinds = planned.kinds.iter().filter(move |kind| !(open_here && kind.is_open()));
        kinds.map(|kind| NewJob::now(account_id, *kind, planned.repo_id))
    });
    jobs::add_within(&mut transaction, &wanted.collect::<Vec<_>>()).await?;
    settle(&mut *transaction, account_id, &ids).await?;
    transaction.commit().await?;
    Ok(())
}

/// Starts the backfill of repositories again: everything is fetched again, and jobs under way no longer
/// count. It locks the jobs first, like everybody who ends a page.
pub async fn restart(pool: &PgPool, account_id: i64, repo_ids: &[i64]) -> Result<(), StoreError> {
    let mut transaction = pool::begin(pool, "BEGIN").await?;
    sqlx::query!(
        "DELETE FROM jobs WHERE account_id = $1 AND repo_id = ANY($2)
           AND kind IN ('open', 'open_discussions', 'closed', 'closed_discussions')",
        account_id,
        repo_ids
    )
    .execute(&mut *transaction)
    .await?;
    sqlx::query!(
        "UPDATE sync SET open_at = NULL, complete_at = NULL, fetched = 0, differs = NULL
         WHERE account_id = $1 AND repo_id = ANY($2)",
        account_id,
        repo_ids
    )
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(())
}
