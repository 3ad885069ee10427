//! How much of each repository was fetched, for the statistics.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgExecutor};

use super::StoreError;
use crate::activity::Sight;
use crate::stats::FetchState;

/// How much of each repository of an account was fetched, of which anything is to be fetched. Deliveries tell of the account
/// `since` some time, and of a repository that came later since then.
pub(super) async fn states(
    moment: &mut PgConnection,
    account_id: i64,
    since: DateTime<Utc>,
) -> Result<HashMap<i64, FetchState>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT s.repo_id, s.complete_at IS NOT NULL AS "complete!", r.present_since AS "present_since?"
           FROM sync s LEFT JOIN current_repositories r ON r.account_id = $1 AND r.repo_id = s.repo_id
           WHERE s.account_id = $1"#,
        account_id,
    )
    .fetch_all(moment)
    .await?;
    let states = rows.into_iter().map(|row| {
        let partly = FetchState::Partly { told_since: row.present_since.map_or(since, |present| present.max(since)) };
        (row.repo_id, if row.complete { FetchState::All } else { partly })
    });
    Ok(states.collect())
}

/// How far the fetching of an account has come. It is another one whenever [`states`] is, of the repositories that a reader sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FetchingStage {
    pub repositories: i64,
    pub complete: i64,
    pub completed_at: Option<DateTime<Utc>>,
}

/// How far the fetching of an account has come, as far as a reader sees it.
pub async fn stage(executor: impl PgExecutor<'_>, account_id: i64, sight: &Sight) -> Result<FetchingStage, StoreError> {
    let stage = sqlx::query_as!(
        FetchingStage,
        r#"SELECT count(*) AS "repositories!", count(s.complete_at) AS "complete!", max(s.complete_at) AS completed_at
           FROM sync s JOIN visible_repositories r ON r.account_id = $1 AND r.repo_id = s.repo_id
           WHERE s.account_id = $1 AND ($2 OR NOT r.private OR r.repo_id = ANY($3))"#,
        account_id,
        sight.is_all(),
        sight.private() as _,
    )
    .fetch_one(executor)
    .await?;
    Ok(stage)
}
