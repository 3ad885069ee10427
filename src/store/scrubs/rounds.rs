//! The rounds of views.

use chrono::{DateTime, Utc};
use sqlx::{PgExecutor, PgPool};

use super::turn::{Request, Turn};
use crate::activity::ScrubFact;
use crate::scrub::Round;
use crate::store::StoreError;

/// The round that a view is in, or the one that it was in before `end`.
pub async fn round(
    executor: impl PgExecutor<'_>,
    account_id: i64,
    view: &str,
    end: Option<DateTime<Utc>>,
) -> Result<Round, StoreError> {
    let round = sqlx::query_as!(
        Round,
        r#"SELECT round AS "round!", started_position AS "started!", started_at
           FROM current_rounds
           WHERE account_id = $1 AND view = $2 AND ($3::timestamptz IS NULL OR started_at < $3)
           ORDER BY round DESC LIMIT 1"#,
        account_id,
        view,
        end,
    )
    .fetch_optional(executor)
    .await?;
    Ok(round.unwrap_or(Round::FIRST))
}

/// The position at which one of a view's rounds began.
pub async fn started(
    executor: impl PgExecutor<'_>,
    account_id: i64,
    view: &str,
    round: i64,
) -> Result<i64, StoreError> {
    let started = sqlx::query_scalar!(
        r#"SELECT started_position AS "started!" FROM current_rounds
           WHERE account_id = $1 AND view = $2 AND round = $3"#,
        account_id,
        view,
        round,
    )
    .fetch_optional(executor)
    .await?;
    Ok(started.unwrap_or(Round::FIRST.started))
}

/// The position at which the latest round of any view began.
pub(super) async fn latest_start(executor: impl PgExecutor<'_>, account_id: i64) -> Result<i64, StoreError> {
    let started =
        sqlx::query_scalar!("SELECT max(started_position) FROM current_rounds WHERE account_id = $1", account_id)
            .fetch_one(executor)
            .await?;
    Ok(started.unwrap_or(Round::FIRST.started))
}

/// Begins a view's next round after the round `over`, unless somebody has begun it already. Returns the
/// account's position.
pub async fn begin_round(
    pool: &PgPool,
    account_id: i64,
    view: &str,
    over: i64,
    request: &Request,
) -> Result<i64, StoreError> {
    // It comes with something that was asked for, which alone is known by the request's key.
    let request = Request { repeatable: None, ..request.clone() };
    let mut turn = Turn::begin(pool, account_id, &request).await?;
    if round(turn.connection(), account_id, view, None).await?.round != over {
        return Ok(turn.head.position);
    }
    let fact = ScrubFact::RoundBegan { view: view.to_owned(), round: over + 1 };
    let event = turn.event(format!("round:{view}:{}", over + 1), fact);
    turn.append_events(vec![event]).await
}
