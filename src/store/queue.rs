//! The ranking that plain SQL gives, and what a page shows of the items that it is about.
//!
//! The ranking is correct for every filter and any date, and slow beyond some ten thousand items:
//! the live ranking serves open items, this one the others.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use futures_util::future::{BoxFuture, FutureExt};
use serde_json::{Value, json};
use sqlx::{PgConnection, PgPool};

use super::StoreError;
use super::details::details;
use crate::rank::live::Place;
use crate::rank::{Filter, Order, Page, PageRequest, PlaceKey, Ranking, RankingError};

/// Ranks in the database.
#[derive(Clone, Debug)]
pub struct SqlRanking {
    pub pool: PgPool,
    /// The zone that days are counted in.
    pub zone: Tz,
}

impl Ranking for SqlRanking {
    fn page(&self, request: PageRequest) -> BoxFuture<'_, Result<Page, RankingError>> {
        async move { Ok(page(&self.pool, self.zone, &request).await?) }.boxed()
    }
}

impl From<StoreError> for RankingError {
    fn from(error: StoreError) -> Self {
        match error.is_unavailable() {
            true => RankingError::Unavailable(error.into()),
            false => RankingError::Failed(error.into()),
        }
    }
}

/// One page, and the count of all, of one moment.
async fn page(pool: &PgPool, zone: Tz, request: &PageRequest) -> Result<Page, StoreError> {
    let mut moment = pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    let position = sqlx::query_scalar!("SELECT head_position FROM accounts WHERE account_id = $1", request.account_id)
        .fetch_optional(&mut *moment)
        .await?;
    let (total, mut places) = places(&mut moment, zone, request).await?;
    let more = places.len() > request.limit;
    places.truncate(request.limit);
    let end = places.last().filter(|_| more).map(|place| place.key);
    let items = details(&mut moment, request.account_id, &request.sight, &places).await?;
    Ok(Page { position: position.unwrap_or_default(), total, items, end, approximate: false })
}

/// How many items pass, and the places of a page's items and one more.
///
/// Every condition is an array that may be empty, so that one query, checked at compile time,
/// serves all filters; what must be one of each of several lists is an array of arrays in JSON.
async fn places(moment: &mut PgConnection, zone: Tz, request: &PageRequest) -> Result<(i64, Vec<Ranked>), StoreError> {
    let Filter {
        repo,
        item_type,
        state,
        label,
        author,
        assignee,
        milestone,
        title,
        draft,
        unread,
        noted,
        created,
        updated,
    } = &request.filter;
    let after = request.after;
    let rows = sqlx::query!(
        r#"WITH placed AS (
             SELECT i.*, r.owner, r.name, r.private,
                    (i.created_at AT TIME ZONE $4)::date AS created_on, (i.updated_at AT TIME ZONE $4)::date AS updated_on,
                    GREATEST($3::date - (i.created_at AT TIME ZONE $4)::date, 0)::bigint AS days_age,
                    GREATEST($3::date - (i.updated_at AT TIME ZONE $4)::date, 0)::bigint AS days_stale
             FROM visible_repositories r
             JOIN items i USING (account_id, generation, repo_id)
             WHERE r.account_id = $1 AND i.live AND i.type IS NOT NULL AND i.state IS NOT NULL
               AND i.created_at IS NOT NULL AND i.updated_at IS NOT NULL),
           ordered AS (
             SELECT *, (days_age + 1) * (days_stale + 1) AS product FROM placed),
           ranked AS (
             SELECT *, CASE WHEN state = 'open' THEN row_number() OVER (
                      PARTITION BY state = 'open' ORDER BY -product, created_at, repo_id, number) END AS rank
             FROM ordered),
           filtered AS (
             SELECT * FROM ranked i
             WHERE CASE WHEN $35::bigint[] IS NULL THEN $2 OR NOT private ELSE repo_id = ANY($35) END
               AND ($5 AND state = 'open' OR NOT $5 AND state <> ALL($7::text[])
                    AND NOT EXISTS (SELECT FROM jsonb_array_elements($6::jsonb) AS one WHERE NOT one ? state))
               AND NOT EXISTS (SELECT FROM jsonb_array_elements($8::jsonb) AS one WHERE NOT one ? type)
               AND type <> ALL($9::text[])
               AND NOT EXISTS (SELECT FROM jsonb_array_elements($10::jsonb) AS one
                     WHERE NOT one ? lower(name) AND NOT one ? lower(owner || '/' || name))
               AND lower(name) <> ALL($11::text[]) AND lower(owner || '/' || name) <> ALL($11)
               AND NOT EXISTS (SELECT FROM jsonb_array_elements($12::jsonb) AS one
                     WHERE NOT coalesce(one ? lower(author), false))
               AND coalesce(lower(author), '') <> ALL($13::text[])
               AND NOT EXISTS (SELECT FROM jsonb_array_elements($14::jsonb) AS one
                     WHERE NOT EXISTS (SELECT FROM labels l
                       WHERE l.account_id = i.account_id AND l.generation = i.generation AND l.repo_id = i.repo_id
                         AND l.label_id = ANY(i.labels) AND NOT l.removed AND one ? lower(l.name)))
               AND (cardinality($15::text[]) = 0 OR NOT EXISTS (SELECT FROM labels l
                     WHERE l.account_id = i.account_id AND l.generation = i.generation AND l.repo_id = i.repo_id
                       AND l.label_id = ANY(i.labels) AND NOT l.removed AND lower(l.name) = ANY($15)))
               AND NOT EXISTS (SELECT FROM jsonb_array_elements($22::jsonb) AS one
                     WHERE NOT EXISTS (SELECT FROM UNNEST(i.assignees) AS login WHERE one ? lower(login)))
               AND NOT EXISTS (SELECT FROM UNNEST(i.assignees) AS login WHERE lower(login) = ANY($23::text[]))
               AND NOT EXISTS (SELECT FROM jsonb_array_elements($24::jsonb) AS one
                     WHERE NOT EXISTS (SELECT FROM milestones m
                       WHERE m.account_id = i.account_id AND m.generation = i.generation AND m.repo_id = i.repo_id
                         AND m.number = i.milestone AND NOT m.removed AND one ? lower(m.title)))
               AND (cardinality($25::text[]) = 0 OR NOT EXISTS (SELECT FROM milestones m
                     WHERE m.account_id = i.account_id AND m.generation = i.generation AND m.repo_id = i.repo_id
                       AND m.number = i.milestone AND NOT m.removed AND lower(m.title) = ANY($25)))
               AND NOT EXISTS (SELECT FROM jsonb_array_elements($26::jsonb) AS one
                     WHERE NOT EXISTS (SELECT FROM jsonb_array_elements_text(one) AS pattern WHERE title ILIKE pattern))
               AND coalesce(title, '') NOT ILIKE ALL($27::text[])
               AND NOT EXISTS (SELECT FROM jsonb_array_elements($33::jsonb) AS one WHERE NOT one ? draft::text)
               AND ($28::jsonb = '[]' AND $34::jsonb = '[]' OR (
                 WITH RECURSIVE line AS (
                   SELECT i.repo_id, i.number, i.folded -> 'transferred_from' AS came, 0 AS step
                   UNION ALL
                   SELECT p.repo_id, p.number, p.folded -> 'transferred_from', step + 1
                   FROM line JOIN items p ON p.account_id = i.account_id AND p.generation = i.generation
                     AND p.repo_id = (came ->> 'repo_id')::bigint AND p.number = (came ->> 'number')::bigint
                   WHERE (came ->> 'account_id')::bigint = i.account_id AND step < 20),
                 told AS (
                   SELECT m.* FROM line JOIN remarks m ON m.account_id = i.account_id AND m.generation = i.generation
                     AND m.repo_id = line.repo_id AND m.number = line.number)
                 SELECT NOT EXISTS (SELECT FROM jsonb_array_elements($28) AS one
                          WHERE (coalesce((SELECT max(read_position) FROM told), 0) <= (one ->> 'since')::bigint)
                                <> (one ->> 'is')::boolean)
                    AND NOT EXISTS (SELECT FROM jsonb_array_elements($34) AS one
                          WHERE NOT one ? coalesce((SELECT noted FROM told ORDER BY note_position DESC LIMIT 1), false)::text)))
               AND ($29::date IS NULL OR created_on >= $29) AND ($30::date IS NULL OR created_on <= $30)
               AND ($31::date IS NULL OR updated_on >= $31) AND ($32::date IS NULL OR updated_on <= $32)),
           paged AS (
             SELECT row_number() OVER (ORDER BY
                      CASE WHEN $16 THEN product ELSE -product END,
                      CASE WHEN $16 THEN -extract(epoch FROM created_at) ELSE extract(epoch FROM created_at) END,
                      CASE WHEN $16 THEN -repo_id ELSE repo_id END,
                      CASE WHEN $16 THEN -number ELSE number END) AS place, *
             FROM filtered
             WHERE $17::bigint IS NULL
                OR CASE WHEN $16 THEN (-product, created_at, repo_id, number) < (-$17, $18::timestamptz, $19::bigint, $20::bigint)
                                 ELSE (-product, created_at, repo_id, number) > (-$17, $18, $19, $20) END
             ORDER BY place LIMIT $21)
           SELECT (SELECT count(*) FROM filtered) AS "total!",
                  p.rank AS "rank?", p.product AS "product?", p.days_age AS "days_age?",
                  p.days_stale AS "days_stale?", p.created_at AS "created_at?", p.repo_id AS "repo_id?",
                  p.number AS "number?"
           FROM (SELECT 1) AS always LEFT JOIN paged p ON true
           ORDER BY p.place"#,
        request.account_id,
        request.sight.is_all(),
        request.date,
        zone.name(),
        state.is_empty(),
        lists(&state.any, |state| state.name()),
        names(&state.none, |state| state.name()) as _,
        lists(&item_type.any, |item_type| item_type.name()),
        names(&item_type.none, |item_type| item_type.name()) as _,
        lists(&repo.any, |name| name.to_lowercase()),
        &lower(&repo.none),
        lists(&author.any, |login| login.to_lowercase()),
        &lower(&author.none),
        lists(&label.any, |name| name.to_lowercase()),
        &lower(&label.none),
        request.order == Order::Freshest,
        after.map(|after| after.product),
        after.map(|after| after.created_at) as Option<DateTime<Utc>>,
        after.map(|after| after.repo_id),
        after.map(|after| after.number),
        i64::try_from(request.limit).unwrap_or(i64::MAX).saturating_add(1),
        lists(&assignee.any, |login| login.to_lowercase()),
        &lower(&assignee.none),
        lists(&milestone.any, |title| title.to_lowercase()),
        &lower(&milestone.none),
        lists(&title.any, |text| pattern(text)),
        &patterns(&title.none),
        unread.iter().map(|unread| json!({ "since": unread.since, "is": unread.is })).collect::<Value>(),
        created.from as Option<NaiveDate>,
        created.to as Option<NaiveDate>,
        updated.from as Option<NaiveDate>,
        updated.to as Option<NaiveDate>,
        lists(&draft.any, |draft| draft.to_string()),
        lists(&noted.any, |noted| noted.to_string()),
        request.sight.only() as _,
    )
    .fetch_all(moment)
    .await?;
    let total = rows.first().map_or(0, |row| row.total);
    let places = rows.into_iter().filter_map(|row| {
        let key =
            PlaceKey { product: row.product?, created_at: row.created_at?, repo_id: row.repo_id?, number: row.number? };
        Some(Ranked { key, rank: row.rank, days_age: row.days_age?, days_stale: row.days_stale? })
    });
    Ok((total, places.collect()))
}

/// An item's place, and its rank if it is open.
#[derive(Clone, Copy, Debug)]
pub struct Ranked {
    pub key: PlaceKey,
    pub rank: Option<i64>,
    pub days_age: i64,
    pub days_stale: i64,
}

impl From<Place> for Ranked {
    fn from(place: Place) -> Self {
        let Place { key, rank, days_age, days_stale, .. } = place;
        Self { key, rank: Some(rank), days_age, days_stale }
    }
}

fn names<T: Copy>(values: &[T], name: impl Fn(T) -> &'static str) -> Vec<&'static str> {
    values.iter().map(|value| name(*value)).collect()
}

fn lists<T, U: Into<Value>>(lists: &[Vec<T>], name: impl Fn(&T) -> U) -> Value {
    lists.iter().map(|list| list.iter().map(|value| name(value).into()).collect::<Value>()).collect()
}

/// Names as they are compared.
pub fn lower(values: &[String]) -> Vec<String> {
    values.iter().map(|value| value.to_lowercase()).collect()
}

/// Patterns of ILIKE for titles with any of these texts in them.
pub(super) fn patterns(texts: &[String]) -> Vec<String> {
    texts.iter().map(|text| pattern(text)).collect()
}

fn pattern(text: &str) -> String {
    format!("%{}%", text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"))
}
