//! Scrubs, and what was done in them.

use chrono::{DateTime, Utc};
use sqlx::PgPool;

use super::rows;
use super::shape::Shape;
use crate::activity::Sight;
use crate::scrub::{Scrub, Track};
use crate::store::StoreError;
use crate::store::pool::{self, ONE_MOMENT};

/// The scrubs of an account, the latest first; with `before`, those before that number. Only rows that
/// the reader may see count.
pub async fn scrubs(
    pool: &PgPool,
    account_id: i64,
    sight: &Sight,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Scrub>, StoreError> {
    let scrubs = sqlx::query_as!(
        Scrub,
        r#"WITH hidden AS (
             SELECT repo_id FROM known_repositories
             WHERE account_id = $1 AND NOT (visible AND ($2 OR NOT private OR repo_id = ANY($5))))
           SELECT s.scrub AS "scrub!", s.view,
                  CASE WHEN s.view IS NOT NULL THEN (SELECT count(*) + 1 FROM current_round_starts t
                    WHERE t.account_id = $1 AND t.view = s.view AND CASE $6::text WHEN 'whole' THEN t.whole WHEN 'public' THEN t.public ELSE t.people END
                      AND t.started_position < s.opened_position) END AS round, s.date, s.host, s.opened_at,
                  s.opened_position AS "opened_position!", s.closed_at, s.forgotten AS "forgotten!",
                  s.imported AS "imported!", s.cursor_place AS cursor,
                  CASE WHEN $2 THEN s.total ELSE counts.rows END AS "total!",
                  s.deck_order AS "order?", CASE WHEN $2 OR (s.public AND s.private <@ coalesce($5, '{}')) THEN s.deck_limit END AS "limit?",
                  ARRAY(SELECT t.name FROM attendees t
                        WHERE t.account_id = $1 AND t.generation = s.generation AND t.scrub = s.scrub
                        ORDER BY t.position, t.login) AS "attendees!",
                  counts.rows AS "rows!", counts.read AS "read!", counts.skipped AS "skipped!"
           FROM current_scrubs s
           -- All rows of the deck, less those of the repositories that the reader does not see: they are few, mostly.
           CROSS JOIN LATERAL (
             SELECT count(*) AS rows, count(*) FILTER (WHERE marked) AS read,
                    count(*) FILTER (WHERE outcome = 'skipped' AND NOT marked) AS skipped
             FROM (SELECT marked, outcome FROM deck_rows
                   WHERE account_id = $1 AND generation = s.generation AND scrub = s.scrub ORDER BY place OFFSET 0) AS d) AS dealt
           CROSS JOIN LATERAL (
             SELECT count(*) AS rows, count(*) FILTER (WHERE marked) AS read,
                    count(*) FILTER (WHERE outcome = 'skipped' AND NOT marked) AS skipped
             FROM hidden
             CROSS JOIN LATERAL (SELECT marked, outcome FROM deck_rows
               WHERE account_id = $1 AND generation = s.generation AND scrub = s.scrub
                 AND repo_id BETWEEN hidden.repo_id AND hidden.repo_id ORDER BY repo_id, place OFFSET 0) AS d) AS hidden
           CROSS JOIN LATERAL (SELECT dealt.rows - hidden.rows AS rows, dealt.read - hidden.read AS read,
                                      dealt.skipped - hidden.skipped AS skipped) AS counts
           WHERE s.account_id = $1 AND ($3::bigint IS NULL OR s.scrub < $3)
           ORDER BY s.scrub DESC LIMIT $4"#,
        account_id,
        sight.is_all(),
        before,
        limit,
        sight.private() as _,
        Track::of(sight).name(),
    )
    .fetch_all(pool)
    .await?;
    if sight.is_all() {
        return Ok(scrubs);
    }
    let mut shown = vec![];
    for scrub in scrubs {
        let cursor = cursor_for(pool, account_id, sight, &scrub).await?;
        shown.push(Scrub { cursor, ..scrub });
    }
    Ok(shown)
}

/// Where the cursor is for a reader who does not see all rows, by their numbers.
async fn cursor_for(pool: &PgPool, account_id: i64, sight: &Sight, scrub: &Scrub) -> Result<Option<i64>, StoreError> {
    if scrub.cursor.is_none() {
        return Ok(None);
    }
    let mut moment = pool::begin(pool, ONE_MOMENT).await?;
    let Some(at) = rows::scrub(&mut moment, account_id, scrub.scrub).await? else { return Ok(None) };
    let place = at.cursor(scrub.scrub).seen_by(&mut moment, account_id, sight).await?;
    let shape = Shape::of(&mut moment, account_id, (scrub.scrub, scrub.imported), sight).await?;
    Ok(place.zip(shape).and_then(|(place, shape)| shape.shown(place)))
}

/// One of an account's scrubs.
pub async fn scrub(pool: &PgPool, account_id: i64, sight: &Sight, number: i64) -> Result<Option<Scrub>, StoreError> {
    let before = number.saturating_add(1);
    let found = scrubs(pool, account_id, sight, Some(before), 1).await?.pop();
    Ok(found.filter(|scrub| scrub.scrub == number))
}

/// Whether somebody is listed as present at a scrub.
pub async fn attends(pool: &PgPool, account_id: i64, scrub: i64, name: &str) -> Result<bool, StoreError> {
    rows::attends(&mut *pool.acquire().await?, account_id, scrub, name).await
}

/// Account and number of each open scrub, of all accounts, in which nothing was done since a time.
pub async fn untouched(pool: &PgPool, since: DateTime<Utc>) -> Result<Vec<(i64, i64)>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT account_id AS "account_id!", scrub AS "scrub!" FROM current_scrubs
           WHERE closed_at IS NULL AND touched_at < $1"#,
        since,
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|row| (row.account_id, row.scrub)).collect())
}

/// How many items each of a view's last closed scrubs read, of those that the reader sees, the latest first. Imported
/// scrubs count for every view.
pub async fn last_paces(
    pool: &PgPool,
    account_id: i64,
    view: &str,
    sight: &Sight,
    end: Option<DateTime<Utc>>,
    limit: i64,
) -> Result<Vec<i64>, StoreError> {
    let paces = sqlx::query_scalar!(
        r#"SELECT (SELECT count(*) FROM deck_rows d
                   WHERE d.account_id = $1 AND d.generation = s.generation AND d.scrub = s.scrub
                     AND d.marked AND ($5 OR EXISTS (SELECT FROM visible_repositories r
                       WHERE r.account_id = $1 AND r.repo_id = d.repo_id
                         AND (NOT r.private OR r.repo_id = ANY($6))))) AS "read!"
           FROM current_scrubs s
           WHERE s.account_id = $1 AND (s.view = $2 OR s.imported) AND s.closed_at IS NOT NULL
             AND ($4::timestamptz IS NULL OR s.closed_at < $4)
           ORDER BY s.scrub DESC LIMIT $3"#,
        account_id,
        view,
        limit,
        end,
        sight.is_all(),
        sight.private() as _,
    )
    .fetch_all(pool)
    .await?;
    Ok(paces)
}

/// The names of the views that scrubs were opened for.
pub async fn views_in_use(pool: &PgPool, account_id: i64) -> Result<Vec<String>, StoreError> {
    let names = sqlx::query_scalar!(
        r#"SELECT DISTINCT view AS "view!" FROM current_scrubs WHERE account_id = $1 AND view IS NOT NULL"#,
        account_id,
    )
    .fetch_all(pool)
    .await?;
    Ok(names)
}
