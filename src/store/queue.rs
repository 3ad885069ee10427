//! The ranking that plain SQL gives: correct, and slow beyond some ten thousand open items.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use futures_util::future::{BoxFuture, FutureExt};
use sqlx::PgPool;
use sqlx::types::Json;

use super::StoreError;
use crate::activity::{ItemState, ItemType, State};
use crate::rank::{Filter, Order, Page, PageRequest, PlaceKey, QueueItem, Ranking, RankingError};

/// Ranks in the database.
#[derive(Clone, Debug)]
pub struct SqlRanking {
    pub pool: PgPool,
    /// The zone that days are counted in.
    pub zone: Tz,
}

impl Ranking for SqlRanking {
    fn page(&self, request: PageRequest) -> BoxFuture<'_, Result<Page, RankingError>> {
        async move {
            page(&self.pool, self.zone, &request).await.map_err(|error| match error.is_unavailable() {
                true => RankingError::Unavailable(error.into()),
                false => RankingError::Failed(error.into()),
            })
        }
        .boxed()
    }
}

/// One page, and the count of all, of one snapshot.
///
/// Every condition is an array that may be empty, so that one query, checked at compile time,
/// serves all filters.
async fn page(pool: &PgPool, zone: Tz, request: &PageRequest) -> Result<Page, StoreError> {
    let Filter { repo, item_type, state, label, author } = &request.filter;
    let after = request.after;
    let open_only = state.is_empty();
    let rows = sqlx::query!(
        r#"WITH placed AS (
             SELECT i.*, r.owner, r.name, r.html_url, r.private,
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
             WHERE ($2 OR NOT private)
               AND CASE WHEN $5 THEN state = 'open' ELSE
                     (cardinality($6::text[]) = 0 OR state = ANY($6)) AND state <> ALL($7::text[]) END
               AND (cardinality($8::text[]) = 0 OR type = ANY($8)) AND type <> ALL($9::text[])
               AND (cardinality($10::text[]) = 0 OR lower(name) = ANY($10) OR lower(owner || '/' || name) = ANY($10))
               AND lower(name) <> ALL($11::text[]) AND lower(owner || '/' || name) <> ALL($11)
               AND (cardinality($12::text[]) = 0 OR lower(author) = ANY($12))
               AND coalesce(lower(author), '') <> ALL($13::text[])
               AND (cardinality($14::text[]) = 0 OR EXISTS (SELECT FROM labels l
                     WHERE l.account_id = i.account_id AND l.generation = i.generation AND l.repo_id = i.repo_id
                       AND l.label_id = ANY(i.labels) AND NOT l.removed AND lower(l.name) = ANY($14)))
               AND (cardinality($15::text[]) = 0 OR NOT EXISTS (SELECT FROM labels l
                     WHERE l.account_id = i.account_id AND l.generation = i.generation AND l.repo_id = i.repo_id
                       AND l.label_id = ANY(i.labels) AND NOT l.removed AND lower(l.name) = ANY($15)))),
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
           SELECT (SELECT head_position FROM accounts WHERE account_id = $1) AS "position?",
                  (SELECT count(*) FROM filtered) AS "total!",
                  p.rank AS "rank?", p.product AS "product?", p.days_age AS "days_age?",
                  p.days_stale AS "days_stale?", p.repo_id AS "repo_id?", p.number AS "number?",
                  p.owner AS "owner?", p.name AS "name?", p.html_url AS "html_url?", p.type AS "type?",
                  p.state AS "state?", p.folded AS "folded?: Json<ItemState>",
                  ARRAY(SELECT l.name FROM labels l
                        WHERE l.account_id = p.account_id AND l.generation = p.generation AND l.repo_id = p.repo_id
                          AND l.label_id = ANY(p.labels) AND NOT l.removed ORDER BY lower(l.name), l.name) AS "label_names!",
                  (SELECT m.title FROM milestones m
                   WHERE m.account_id = p.account_id AND m.generation = p.generation AND m.repo_id = p.repo_id
                     AND m.number = p.milestone AND NOT m.removed) AS "milestone_title?"
           FROM (SELECT 1) AS always LEFT JOIN paged p ON true
           ORDER BY p.place"#,
        request.account_id,
        request.private,
        request.date,
        zone.name(),
        open_only,
        names(&state.any, |state| state.name()) as _,
        names(&state.none, |state| state.name()) as _,
        names(&item_type.any, |item_type| item_type.name()) as _,
        names(&item_type.none, |item_type| item_type.name()) as _,
        &lower(&repo.any),
        &lower(&repo.none),
        &lower(&author.any),
        &lower(&author.none),
        &lower(&label.any),
        &lower(&label.none),
        request.order == Order::Freshest,
        after.map(|after| after.product),
        after.map(|after| after.created_at) as Option<DateTime<Utc>>,
        after.map(|after| after.repo_id),
        after.map(|after| after.number),
        i64::try_from(request.limit).unwrap_or(i64::MAX).saturating_add(1),
    )
    .fetch_all(pool)
    .await?;

    let position = rows.first().and_then(|row| row.position).unwrap_or_default();
    let total = rows.first().map_or(0, |row| row.total);
    let items = rows.into_iter().filter_map(|row| {
        let state: ItemState = row.folded?.0;
        let place = PlaceKey {
            product: row.product?,
            created_at: state.created_at()?,
            repo_id: row.repo_id?,
            number: row.number?,
        };
        Some(QueueItem {
            rank: row.rank,
            place,
            days_age: row.days_age?,
            days_stale: row.days_stale?,
            owner: row.owner?,
            repository: row.name?,
            repository_url: row.html_url,
            item_type: ItemType::from_name(&row.r#type?)?,
            title: state.title().unwrap_or_default().to_owned(),
            state: State::from_name(&row.state?)?,
            author: state.author().map(str::to_owned),
            labels: row.label_names,
            assignees: state.assignees(),
            milestone: row.milestone_title,
            comments: state.comments(),
            draft: state.draft(),
            updated_at: state.updated_at()?,
            last_activity: state.last_activity().cloned(),
            last_human_activity: state.last_human_activity().cloned(),
        })
    });
    let mut items: Vec<QueueItem> = items.collect();
    let more = items.len() > request.limit;
    items.truncate(request.limit);
    Ok(Page { position, total, items, more })
}

fn names<T: Copy>(values: &[T], name: impl Fn(T) -> &'static str) -> Vec<&'static str> {
    values.iter().map(|value| name(*value)).collect()
}

fn lower(values: &[String]) -> Vec<String> {
    values.iter().map(|value| value.to_lowercase()).collect()
}
