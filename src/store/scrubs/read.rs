//! Scrubs, decks and rounds as they are.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};

use crate::activity::Sight;
use crate::scrub::{Round, Scrub};
use crate::store::StoreError;

/// The round that a view is in, or was in at the end of a date.
pub async fn round(
    pool: &PgPool,
    account_id: i64,
    view: &str,
    end: Option<DateTime<Utc>>,
) -> Result<Round, StoreError> {
    let round = sqlx::query_as!(
        Round,
        "SELECT r.round, r.started_position AS started, r.started_at
         FROM accounts a JOIN rounds r USING (account_id, generation)
         WHERE a.account_id = $1 AND r.view = $2 AND ($3::timestamptz IS NULL OR r.started_at < $3)
         ORDER BY r.round DESC LIMIT 1",
        account_id,
        view,
        end,
    )
    .fetch_optional(pool)
    .await?;
    Ok(round.unwrap_or(Round::FIRST))
}

/// The names of views of which more than the first round is known, or over which a scrub was opened.
pub async fn views_in_use(pool: &PgPool, account_id: i64) -> Result<Vec<String>, StoreError> {
    let names = sqlx::query_scalar!(
        r#"SELECT DISTINCT s.view AS "view!" FROM accounts a JOIN scrubs s USING (account_id, generation)
           WHERE a.account_id = $1 AND s.view IS NOT NULL"#,
        account_id,
    )
    .fetch_all(pool)
    .await?;
    Ok(names)
}

/// The same as [`round`], of a generation that the caller has locked.
pub(super) async fn round_in(
    connection: &mut PgConnection,
    account_id: i64,
    generation: i64,
    view: &str,
) -> Result<Round, StoreError> {
    let round = sqlx::query_as!(
        Round,
        "SELECT round, started_position AS started, started_at FROM rounds
         WHERE account_id = $1 AND generation = $2 AND view = $3 ORDER BY round DESC LIMIT 1",
        account_id,
        generation,
        view,
    )
    .fetch_optional(connection)
    .await?;
    Ok(round.unwrap_or(Round::FIRST))
}

/// The position after which a certain round's marks count.
pub(super) async fn round_started(
    connection: &mut PgConnection,
    account_id: i64,
    generation: i64,
    view: &str,
    round: i64,
) -> Result<i64, StoreError> {
    let started = sqlx::query_scalar!(
        "SELECT started_position FROM rounds
         WHERE account_id = $1 AND generation = $2 AND view = $3 AND round = $4",
        account_id,
        generation,
        view,
        round,
    )
    .fetch_optional(connection)
    .await?;
    Ok(started.unwrap_or(Round::FIRST.started))
}

/// The position at which any view's latest round began.
pub(super) async fn latest_started(
    connection: &mut PgConnection,
    account_id: i64,
    generation: i64,
) -> Result<i64, StoreError> {
    let started = sqlx::query_scalar!(
        "SELECT max(started_position) FROM rounds WHERE account_id = $1 AND generation = $2",
        account_id,
        generation,
    )
    .fetch_one(connection)
    .await?;
    Ok(started.unwrap_or(Round::FIRST.started))
}

/// The same as [`round_started`], of the projections in use.
pub async fn started(pool: &PgPool, account_id: i64, view: &str, round: i64) -> Result<i64, StoreError> {
    let mut connection = pool.acquire().await?;
    let head = crate::store::live::head(&mut connection, account_id).await?;
    round_started(&mut connection, account_id, head.generation, view, round).await
}

/// The scrubs of an account, the latest first; those before a number, if it is given. Only rows
/// that the reader may see count.
pub async fn scrubs(
    pool: &PgPool,
    account_id: i64,
    sight: &Sight,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Scrub>, StoreError> {
    let scrubs = sqlx::query_as!(
        Scrub,
        r#"SELECT s.scrub, s.view, s.round, s.date, s.host, s.opened_at, s.opened_position, s.closed_at, s.forgotten,
                  s.imported, s.cursor_place AS cursor,
                  CASE WHEN $2 THEN s.total ELSE counts.rows END AS "total!",
                  ARRAY(SELECT t.name FROM attendees t
                        WHERE t.account_id = $1 AND t.generation = s.generation AND t.scrub = s.scrub
                        ORDER BY t.position, t.login) AS "attendees!",
                  counts.rows AS "rows!", counts.read AS "read!", counts.skipped AS "skipped!"
           FROM accounts a JOIN scrubs s USING (account_id, generation)
           CROSS JOIN LATERAL (
             SELECT coalesce(sum(d.rows), 0)::bigint AS rows, coalesce(sum(d.read), 0)::bigint AS read,
                    coalesce(sum(d.skipped), 0)::bigint AS skipped
             FROM (SELECT repo_id, count(*) AS rows, count(*) FILTER (WHERE marked) AS read,
                          count(*) FILTER (WHERE outcome = 'skipped' AND NOT marked) AS skipped
                   FROM deck_rows WHERE account_id = $1 AND generation = s.generation AND scrub = s.scrub
                   GROUP BY repo_id) AS d
             JOIN visible_repositories r ON r.account_id = $1 AND r.repo_id = d.repo_id
               AND CASE WHEN $5::bigint[] IS NULL THEN $2 OR NOT r.private ELSE r.repo_id = ANY($5) END) AS counts
           WHERE a.account_id = $1 AND ($3::bigint IS NULL OR s.scrub < $3)
           ORDER BY s.scrub DESC LIMIT $4"#,
        account_id,
        sight.is_all(),
        before,
        limit,
        sight.only() as _,
    )
    .fetch_all(pool)
    .await?;
    Ok(scrubs)
}

/// One of them.
pub async fn scrub(pool: &PgPool, account_id: i64, sight: &Sight, number: i64) -> Result<Option<Scrub>, StoreError> {
    let before = number.saturating_add(1);
    let found = scrubs(pool, account_id, sight, Some(before), 1).await?.pop();
    Ok(found.filter(|scrub| scrub.scrub == number))
}

/// Open scrubs of all accounts in which nothing was done since: account and number.
pub async fn untouched(pool: &PgPool, since: DateTime<Utc>) -> Result<Vec<(i64, i64)>, StoreError> {
    let rows = sqlx::query!(
        "SELECT s.account_id, s.scrub FROM accounts a JOIN scrubs s USING (account_id, generation)
         WHERE s.closed_at IS NULL AND s.touched_at < $1",
        since,
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|row| (row.account_id, row.scrub)).collect())
}

/// Items that the last closed scrubs of a view read, the latest first; those of the time before
/// are of any view.
pub async fn last_paces(
    pool: &PgPool,
    account_id: i64,
    view: &str,
    end: Option<DateTime<Utc>>,
    limit: i64,
) -> Result<Vec<i64>, StoreError> {
    let paces = sqlx::query_scalar!(
        r#"SELECT (SELECT count(*) FROM deck_rows d
                   WHERE d.account_id = $1 AND d.generation = s.generation AND d.scrub = s.scrub
                     AND d.marked) AS "read!"
           FROM accounts a JOIN scrubs s USING (account_id, generation)
           WHERE a.account_id = $1 AND (s.view = $2 OR s.imported) AND s.closed_at IS NOT NULL
             AND ($4::timestamptz IS NULL OR s.closed_at < $4)
           ORDER BY s.scrub DESC LIMIT $3"#,
        account_id,
        view,
        limit,
        end,
    )
    .fetch_all(pool)
    .await?;
    Ok(paces)
}
