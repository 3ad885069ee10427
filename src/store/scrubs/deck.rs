//! A scrub's deck: its rows as they were at the opening, and what their items are now.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use sqlx::{PgConnection, PgPool};

use super::happenings::{Stretch, happenings};
use super::rounds;
use super::shape::{self, Shape};
use crate::activity::scrubbing::DeckPlace;
use crate::activity::{Bots, HISTORIC, Sight, State};
use crate::rank::stale_age::days_since;
use crate::rank::{Place, PlaceKey, QueueItem, stale_product};
use crate::scrub::deck::{DeckRow, RowFacts, RowItem, RowStatus, Since, Visit};
use crate::scrub::{Scrub, Track};
use crate::store::details::details;
use crate::store::items::ItemAddress;
use crate::store::{StoreError, remarks};

/// Which rows of a deck to read.
#[derive(Clone, Debug)]
pub struct DeckRange {
    /// What the reader may see.
    pub sight: Sight,
    /// The place after which to begin.
    pub after: i64,
    pub limit: i64,
    /// Only rows that the cursor has come to.
    pub visited: bool,
}

use crate::store::pool::{self, ONE_MOMENT};

struct StoredRow {
    place: i64,
    repo_id: i64,
    number: i64,
    rank: i64,
    days_age: i64,
    days_stale: i64,
    outcome: Option<String>,
    marked: bool,
    arrived_position: Option<i64>,
    arrived_at: Option<DateTime<Utc>>,
    left_position: Option<i64>,
    left_at: Option<DateTime<Utc>>,
    repository: String,
    transferred: bool,
    deleted: bool,
}

/// Rows of a scrub's deck in order, with days counted up to `date`, and the place after which to go on if
/// there are more.
pub async fn deck(
    pool: &PgPool,
    (zone, date): (Tz, NaiveDate),
    bots: &Bots,
    account_id: i64,
    scrub: &Scrub,
    range: DeckRange,
) -> Result<(Vec<DeckRow>, Option<i64>), StoreError> {
    let mut moment = pool::begin(pool, ONE_MOMENT).await?;
    let shape = Shape::of(&mut moment, account_id, (scrub.scrub, scrub.imported), &range.sight).await?;
    let place = |shown: i64| shape.as_ref().map_or(shown, |shape| shape.place(shown));
    let cursor = scrub.cursor.map(place);
    let whole = shape::is_whole(&mut moment, account_id, scrub.scrub, &range.sight).await?;
    let mut rows = rows(&mut moment, account_id, scrub, (place(range.after), cursor), (&range, whole)).await?;
    if !whole {
        let places: Vec<i64> = rows.iter().map(|row| row.place).collect();
        let opened = scrub.opened_at.map(|at| (scrub.opened_position, at));
        let visits =
            shape::visits(&mut moment, account_id, scrub.scrub, &range.sight, (&places, cursor, opened)).await?;
        for row in &mut rows {
            row.take(visits.get(&row.place).copied().unwrap_or_default());
        }
    }
    if let Some(shape) = &shape {
        for row in &mut rows {
            row.place = shape.shown(row.place).unwrap_or_default();
        }
    }
    let more = rows.len() as i64 > range.limit;
    rows.truncate(usize::try_from(range.limit).unwrap_or(usize::MAX));
    let next = rows.last().filter(|_| more).map(|row| row.place);
    let mut keys: BTreeMap<i64, ItemAddress> = BTreeMap::new();
    for row in &rows {
        let address = (row.repo_id, row.number);
        let key = match row.transferred {
            true => remarks::current_key(&mut moment, account_id, &range.sight, address).await?,
            false => address,
        };
        keys.insert(row.place, key);
    }
    if rows.is_empty() {
        return Ok((vec![], None));
    }
    let addresses: Vec<ItemAddress> = keys.values().copied().collect::<BTreeSet<_>>().into_iter().collect();
    let mut items = items(&mut moment, (zone, date), account_id, &range.sight, bots, &addresses).await?;
    let started = match &scrub.view {
        Some(view) => {
            let track = Track::of(&range.sight);
            rounds::round_at(&mut *moment, account_id, view, track, scrub.opened_position).await?.started
        }
        None => HISTORIC,
    };
    let stretches = stretches(scrub, &rows, &keys, &items);
    let mut happenings = happenings(&mut moment, account_id, bots, &stretches).await?;
    let made = rows.into_iter().map(|row| {
        let key = keys.get(&row.place).copied().unwrap_or((row.repo_id, row.number));
        let item = items.remove(&key);
        let visit = row.visit();
        let read_before = item.as_ref().and_then(|item| item.remarks.last_read_before(scrub.opened_position)).cloned();
        let told = happenings.remove(&row.place).unwrap_or_default();
        let read = read_before.as_ref().map(Since::mark);
        let news = told.iter().filter(|one| read.is_some_and(|read| visit.is_news(read, one))).cloned().collect();
        let outcomes = told.into_iter().filter(|one| visit.saw(one)).collect();
        let status = RowStatus::of(facts(scrub, &row, item.as_ref(), started));
        let StoredRow { place, repo_id, number, rank, days_age, days_stale, repository, .. } = row;
        let frozen = DeckPlace { repo_id, number, rank, days_age, days_stale };
        DeckRow { place, frozen, status, visit, item, repository, read_before, news, outcomes }
    });
    Ok((made.collect(), next))
}

/// What a row's status depends on. `started` is when the scrub's round began.
fn facts(scrub: &Scrub, row: &StoredRow, item: Option<&QueueItem>, started: i64) -> RowFacts {
    let item = match item {
        Some(item) => {
            RowItem::Visible { open: item.state == State::Open, read: item.remarks.read_position() > started }
        }
        None if row.deleted => RowItem::Deleted,
        None => RowItem::Hidden,
    };
    let (current, skipped) = (scrub.cursor == Some(row.place), row.outcome.as_deref() == Some("skipped"));
    RowFacts { marked: row.marked, current, skipped, item }
}

impl StoredRow {
    fn visit(&self) -> Visit {
        Visit { arrived: self.arrived_position.zip(self.arrived_at), left: self.left_position.zip(self.left_at) }
    }

    /// Takes a reader's visit in place of the one that is stored.
    fn take(&mut self, visit: Visit) {
        (self.arrived_position, self.arrived_at) = visit.arrived.unzip();
        (self.left_position, self.left_at) = visit.left.unzip();
    }
}

/// The rows after a place; `cursor` is where the cursor is for the reader, who sees the `whole` deck. To the others, the cursor has
/// been at rows where the group never was: it went on from them by hand, or when the scrub ended.
///
/// The scalar subquery and the LATERALs with LIMIT keep the planner from joining the whole deck with all items when it
/// knows little of the tables.
async fn rows(
    connection: &mut PgConnection,
    account_id: i64,
    scrub: &Scrub,
    (after, cursor): (i64, Option<i64>),
    (range, whole): (&DeckRange, bool),
) -> Result<Vec<StoredRow>, StoreError> {
    let rows = sqlx::query_as!(
        StoredRow,
        r#"SELECT d.place AS "place!", d.repo_id AS "repo_id!", d.number AS "number!", d.rank AS "rank!",
                  d.days_age AS "days_age!", d.days_stale AS "days_stale!", d.outcome, d.marked AS "marked!",
                  d.arrived_position, d.arrived_at, d.left_position, d.left_at,
                  r.owner || '/' || r.name AS "repository!",
                  coalesce(i.folded -> 'transferred_to' IS NOT NULL, false) AS "transferred!",
                  coalesce((i.folded ->> 'deleted')::boolean, false) AS "deleted!"
           FROM current_scrubs s
           CROSS JOIN LATERAL (SELECT * FROM deck_rows
             WHERE account_id = $1 AND generation = s.generation AND scrub = $2 AND place > $4
               AND (NOT $6 OR arrived_position IS NOT NULL OR marked OR outcome IS NOT NULL OR place = $8
                    OR (advanced_position IS NOT NULL AND NOT $9))
               AND (marked OR NOT s.imported)
               AND (SELECT ($3 OR NOT r.private OR r.repo_id = ANY($7))
                    FROM visible_repositories r WHERE r.account_id = $1 AND r.repo_id = deck_rows.repo_id LIMIT 1)
             ORDER BY place LIMIT $5) AS d
           CROSS JOIN LATERAL (SELECT owner, name FROM visible_repositories
             WHERE account_id = $1 AND repo_id = d.repo_id LIMIT 1) AS r
           LEFT JOIN LATERAL (SELECT folded FROM items
             WHERE account_id = $1 AND generation = s.generation AND repo_id = d.repo_id AND number = d.number LIMIT 1) AS i
             ON true
           WHERE s.account_id = $1 AND s.scrub = $2
           ORDER BY d.place"#,
        account_id,
        scrub.scrub,
        range.sight.is_all(),
        after,
        range.limit.saturating_add(1),
        range.visited,
        range.sight.private() as _,
        cursor,
        whole,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows)
}

/// The items of a scrub's deck that are no longer open, with days counted up to `date`.
pub async fn closed_since(
    pool: &PgPool,
    (zone, date): (Tz, NaiveDate),
    account_id: i64,
    sight: &Sight,
    bots: &Bots,
    scrub: i64,
) -> Result<Vec<QueueItem>, StoreError> {
    let mut moment = pool::begin(pool, ONE_MOMENT).await?;
    let rows = sqlx::query!(
        r#"SELECT d.repo_id AS "repo_id!", d.number AS "number!" FROM current_deck_rows d
           JOIN items i USING (account_id, generation, repo_id, number)
           WHERE d.account_id = $1 AND d.scrub = $2 AND i.live AND i.state <> 'open'"#,
        account_id,
        scrub,
    )
    .fetch_all(&mut *moment)
    .await?;
    let addresses: Vec<ItemAddress> = rows.into_iter().map(|row| (row.repo_id, row.number)).collect();
    Ok(items(&mut moment, (zone, date), account_id, sight, bots, &addresses).await?.into_values().collect())
}

/// Items as they are now, open or not, without their ranks.
async fn items(
    connection: &mut PgConnection,
    (zone, date): (Tz, NaiveDate),
    account_id: i64,
    sight: &Sight,
    bots: &Bots,
    addresses: &[ItemAddress],
) -> Result<BTreeMap<ItemAddress, QueueItem>, StoreError> {
    let (repo_ids, numbers): (Vec<i64>, Vec<i64>) = addresses.iter().copied().unzip();
    let times = sqlx::query!(
        r#"SELECT i.repo_id AS "repo_id!", i.number AS "number!", i.created_at AS "created_at!",
                  i.updated_at AS "updated_at!"
           FROM UNNEST($2::bigint[], $3::bigint[]) AS wanted (repo_id, number)
           CROSS JOIN LATERAL (SELECT * FROM current_items WHERE account_id = $1
             AND repo_id = wanted.repo_id AND number = wanted.number LIMIT 1) AS i
           WHERE i.created_at IS NOT NULL AND i.updated_at IS NOT NULL"#,
        account_id,
        &repo_ids,
        &numbers,
    )
    .fetch_all(&mut *connection)
    .await?;
    let places = times.into_iter().map(|row| {
        let days = |at| days_since(at, date, zone);
        let (days_age, days_stale) = (days(row.created_at), days(row.updated_at));
        let product = stale_product(days_age, days_stale);
        let key =
            PlaceKey { product, created_at: row.created_at, repo_id: row.repo_id, number: row.number, first: None };
        Place { key, rank: None, days_age, days_stale }
    });
    let places: Vec<Place> = places.collect();
    let items = details(connection, account_id, sight, bots, &places).await?;
    Ok(items.into_iter().map(|item| ((item.place.repo_id, item.place.number), item)).collect())
}

/// The stretches of the rows' items: since the last reading, and since the cursor came. There are two, so
/// that much news since the last reading does not hide what came of this one.
fn stretches(
    scrub: &Scrub,
    rows: &[StoredRow],
    keys: &BTreeMap<i64, ItemAddress>,
    items: &BTreeMap<ItemAddress, QueueItem>,
) -> Vec<Stretch> {
    let mut stretches = vec![];
    for row in rows {
        let Some(key) = keys.get(&row.place) else { continue };
        let item = items.get(key);
        let read = item.and_then(|item| item.remarks.last_read_before(scrub.opened_position)).map(Since::mark);
        for since in [read, row.arrived_position.map(Since::Position)].into_iter().flatten() {
            // Both are places that the reader sees; what happened elsewhere is not theirs to know.
            let both = BTreeSet::from([*key, (row.repo_id, row.number)]);
            stretches.extend(both.into_iter().map(|item| Stretch { place: row.place, item, since }));
        }
    }
    stretches
}
