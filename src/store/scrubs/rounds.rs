//! The rounds of views, on all tracks.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::{PgExecutor, PgPool};

use super::turn::{Request, Turn};
use crate::activity::ScrubFact;
use crate::scrub::{Round, Track};
use crate::store::StoreError;

/// The round that a view is in, or the one that it was in before `end`.
pub async fn round(
    executor: impl PgExecutor<'_>,
    account_id: i64,
    view: &str,
    track: Track,
    end: Option<DateTime<Utc>>,
) -> Result<Round, StoreError> {
    find(executor, account_id, view, track, (end, None)).await
}

/// The round that a view was in at a position of the log: that in which a scrub was opened there.
pub async fn round_at(
    executor: impl PgExecutor<'_>,
    account_id: i64,
    view: &str,
    track: Track,
    position: i64,
) -> Result<Round, StoreError> {
    find(executor, account_id, view, track, (None, Some(position))).await
}

async fn find(
    executor: impl PgExecutor<'_>,
    account_id: i64,
    view: &str,
    track: Track,
    (end, position): (Option<DateTime<Utc>>, Option<i64>),
) -> Result<Round, StoreError> {
    let found = sqlx::query!(
        r#"SELECT count(*) + 1 AS "round!", max(started_position) AS started,
                  (array_agg(started_at ORDER BY started_position DESC))[1] AS started_at
           FROM current_round_starts
           WHERE account_id = $1 AND view = $2 AND CASE $3::text WHEN 'whole' THEN whole WHEN 'public' THEN public ELSE people END
             AND ($4::timestamptz IS NULL OR started_at < $4) AND ($5::bigint IS NULL OR started_position < $5)"#,
        account_id,
        view,
        track.name(),
        end,
        position,
    )
    .fetch_one(executor)
    .await?;
    let (round, started) = (found.round, found.started.unwrap_or(Round::FIRST.started));
    Ok(Round { round, started, started_at: found.started_at })
}

/// The positions at which the rounds began in which views are. Of a view that is in its first there is none.
pub async fn starts(
    executor: impl PgExecutor<'_>,
    account_id: i64,
    track: Track,
) -> Result<HashMap<String, i64>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT view AS "view!", max(started_position) AS "started!" FROM current_round_starts
           WHERE account_id = $1 AND CASE $2::text WHEN 'whole' THEN whole WHEN 'public' THEN public ELSE people END
           GROUP BY view"#,
        account_id,
        track.name(),
    )
    .fetch_all(executor)
    .await?;
    Ok(rows.into_iter().map(|row| (row.view, row.started)).collect())
}

/// The position at which the latest round of any view began.
pub(super) async fn latest_start(
    executor: impl PgExecutor<'_>,
    account_id: i64,
    track: Track,
) -> Result<i64, StoreError> {
    let started = sqlx::query_scalar!(
        "SELECT max(started_position) FROM current_round_starts
         WHERE account_id = $1 AND CASE $2::text WHEN 'whole' THEN whole WHEN 'public' THEN public ELSE people END",
        account_id,
        track.name(),
    )
    .fetch_one(executor)
    .await?;
    Ok(started.unwrap_or(Round::FIRST.started))
}

/// The rounds of a view in which nothing is left, by where they started; `None` for a track that goes on.
#[derive(Clone, Copy, Debug, Default)]
pub struct Over {
    pub whole: Option<i64>,
    pub public: Option<i64>,
}

/// Begins a view's next rounds, unless somebody has begun them already. Returns the account's position.
pub async fn begin(
    pool: &PgPool,
    account_id: i64,
    view: &str,
    over: Over,
    request: &Request,
) -> Result<i64, StoreError> {
    // It comes with something that was asked for, which alone is known by the request's key.
    let request = Request { repeatable: None, ..request.clone() };
    let mut turn = Turn::begin(pool, account_id, &request).await?;
    let whole = round(turn.connection(), account_id, view, Track::Whole, None).await?;
    let public = round(turn.connection(), account_id, view, Track::Public, None).await?;
    let is_over = |round: Round, over: Option<i64>| over == Some(round.started);
    let (key, fact) = match (is_over(whole, over.whole), is_over(public, over.public)) {
        (true, public_too) => {
            let round = whole.round + 1;
            let fact = ScrubFact::RoundBegan { view: view.to_owned(), round, alone: !public_too };
            (format!("round:{view}:{round}"), fact)
        }
        (false, true) => {
            let round = public.round + 1;
            (
                format!("public-round:{view}:{round}"),
                ScrubFact::PublicRoundBegan { view: view.to_owned(), round, people: false },
            )
        }
        (false, false) => return Ok(turn.head.position),
    };
    let event = turn.event(key, fact);
    turn.append_events(vec![event]).await
}

/// Begins a view's next round for those who see something private, unless somebody has begun it already: nothing in the
/// view is public. `over`: where the round started that has nothing left.
pub async fn begin_for_people(
    pool: &PgPool,
    account_id: i64,
    view: &str,
    over: i64,
    request: &Request,
) -> Result<i64, StoreError> {
    let request = Request { repeatable: None, ..request.clone() };
    let mut turn = Turn::begin(pool, account_id, &request).await?;
    let now = round(turn.connection(), account_id, view, Track::People, None).await?;
    if now.started != over {
        return Ok(turn.head.position);
    }
    let round = now.round + 1;
    let fact = ScrubFact::PublicRoundBegan { view: view.to_owned(), round, people: true };
    let event = turn.event(format!("people-round:{view}:{}", now.started), fact);
    turn.append_events(vec![event]).await
}
