//! What the metrics of every replica measure in the database: how far things have come.

use chrono::{DateTime, Utc};
use sqlx::PgPool;

use super::StoreError;

/// How far one account's backfill has come. Accounts on which the App is uninstalled or suspended have
/// none, since GitHub is not asked about them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackfillRow {
    pub account_id: i64,
    pub repositories: i64,
    /// Repositories whose items are all here.
    pub complete: i64,
    /// Items that the backfill has stored.
    pub fetched: i64,
    /// Every repository was compared with GitHub at this time or later; `None` if one never was.
    pub swept_at: Option<DateTime<Utc>>,
    /// Jobs that are due, and jobs that failed and will be tried again.
    pub due: i64,
    pub failing: i64,
}

/// The backfills of all accounts that GitHub is asked about.
pub async fn backfills(pool: &PgPool) -> Result<Vec<BackfillRow>, StoreError> {
    let backfills = sqlx::query_as!(
        BackfillRow,
        r#"SELECT i.account_id, count(s.repo_id) AS "repositories!", count(s.complete_at) AS "complete!",
             COALESCE(sum(s.fetched), 0)::bigint AS "fetched!",
             CASE WHEN count(s.repo_id) = count(s.swept_at) THEN min(s.swept_at) END AS "swept_at?",
             (SELECT count(*) FROM jobs j WHERE j.account_id = i.account_id AND j.due_at <= clock_timestamp()) AS "due!",
             (SELECT count(*) FROM jobs j WHERE j.account_id = i.account_id AND j.failures > 0) AS "failing!"
           FROM installations i LEFT JOIN sync s ON s.account_id = i.account_id
           WHERE i.gone_at IS NULL AND NOT i.suspended
           GROUP BY i.account_id"#
    )
    .fetch_all(pool)
    .await?;
    Ok(backfills)
}

/// What is left of one of GitHub's hourly budgets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BudgetRow {
    /// 0: the App itself.
    pub account_id: i64,
    /// `core` or `graphql`.
    pub resource: String,
    pub limit: i64,
    pub remaining: i64,
}

/// Every budget that GitHub told us of, for the accounts that it is asked about. A budget whose hour is
/// over counts as full.
pub async fn budgets(pool: &PgPool) -> Result<Vec<BudgetRow>, StoreError> {
    let budgets = sqlx::query_as!(
        BudgetRow,
        r#"SELECT g.account_id, b.resource AS "resource!", b.most AS "limit!",
             CASE WHEN b.resets_at > clock_timestamp() THEN b.remaining ELSE b.most END AS "remaining!"
           FROM gates g CROSS JOIN LATERAL (VALUES
             ('core', g.core_limit, g.core_remaining, g.core_resets_at),
             ('graphql', g.graphql_limit, g.graphql_remaining, g.graphql_resets_at)
           ) AS b (resource, most, remaining, resets_at)
           WHERE b.most IS NOT NULL AND b.remaining IS NOT NULL AND b.resets_at IS NOT NULL
             AND (g.account_id = 0
                  OR EXISTS (SELECT FROM installations i WHERE i.account_id = g.account_id AND i.gone_at IS NULL))"#
    )
    .fetch_all(pool)
    .await?;
    Ok(budgets)
}

/// When the next of the valid tokens expires.
pub async fn next_token_expiry(pool: &PgPool) -> Result<Option<DateTime<Utc>>, StoreError> {
    let next = sqlx::query_scalar!(
        "SELECT min(expires_at) FROM tokens WHERE revoked_at IS NULL AND expires_at > clock_timestamp()"
    )
    .fetch_one(pool)
    .await?;
    Ok(next)
}
