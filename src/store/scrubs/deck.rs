//! A scrub's rows: frozen as they were at the opening, beside what the items are now.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use sqlx::{PgConnection, PgPool};

use super::happenings::{Stretch, happenings};
use crate::activity::scrubbing::DeckPlace;
use crate::activity::{Bots, HISTORIC, Mark, Sight};
use crate::rank::stale_age::days_since;
use crate::rank::{Place, PlaceKey, QueueItem, stale_product};
use crate::scrub::Scrub;
use crate::scrub::deck::{DeckRow, Since, Status, Visit};
use crate::store::details::details;
use crate::store::items::ItemAddress;
use crate::store::{StoreError, remarks};

/// Which rows of a scrub are wanted.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// What the reader may see.
    pub sight: Sight,
    /// After this place.
    pub after: i64,
    pub limit: i64,
    /// Only those that the cursor has come to.
    pub visited: bool,
}

struct Row {
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
    generation: i64,
    repository: String,
    transferred: bool,
    deleted: bool,
}

/// Rows of a scrub's deck in order, with days counted to `date`, and the place to go on after.
pub async fn deck(
    pool: &PgPool,
    (zone, date): (Tz, NaiveDate),
    bots: &Bots,
    account_id: i64,
    scrub: &Scrub,
    wanted: Wanted,
) -> Result<(Vec<DeckRow>, Option<i64>), StoreError> {
    let mut moment = pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    let mut rows = rows(&mut moment, account_id, scrub.scrub, &wanted).await?;
    let more = rows.len() as i64 > wanted.limit;
    rows.truncate(usize::try_from(wanted.limit).unwrap_or(usize::MAX));
    let next = rows.last().filter(|_| more).map(|row| row.place);
    let mut keys: BTreeMap<i64, ItemAddress> = BTreeMap::new();
    for row in &rows {
        let address = (row.repo_id, row.number);
        let key = match row.transferred {
            true => remarks::current_key(&mut moment, account_id, address).await?,
            false => address,
        };
        keys.insert(row.place, key);
    }
    let Some(generation) = rows.first().map(|row| row.generation) else { return Ok((vec![], None)) };
    let addresses: Vec<ItemAddress> = keys.values().copied().collect::<BTreeSet<_>>().into_iter().collect();
    let mut items = items(&mut moment, (zone, date), account_id, &wanted.sight, &addresses).await?;
    let round = started(&mut moment, account_id, generation, scrub).await?;
    let mut happenings =
        happenings(&mut moment, (account_id, generation), bots, &wanted_happenings(scrub, &rows, &keys, &items))
            .await?;
    let made = rows.into_iter().map(|row| {
        let key = keys.get(&row.place).copied().unwrap_or((row.repo_id, row.number));
        let item = items.remove(&key);
        let visit =
            Visit { arrived: row.arrived_position.zip(row.arrived_at), left: row.left_position.zip(row.left_at) };
        let read_before = item.as_ref().and_then(|item| read_before(item, scrub)).cloned();
        let told = happenings.remove(&row.place).unwrap_or_default();
        let read = read_before.as_ref().map(Since::mark);
        let news = told.iter().filter(|one| read.is_some_and(|read| visit.is_news(read, one))).cloned().collect();
        let outcomes = told.into_iter().filter(|one| visit.saw(one)).collect();
        let status = status(scrub, &row, item.as_ref(), round);
        let Row { place, repo_id, number, rank, days_age, days_stale, repository, .. } = row;
        let frozen = DeckPlace { repo_id, number, rank, days_age, days_stale };
        DeckRow { place, frozen, status, visit, item, repository, read_before, news, outcomes }
    });
    Ok((made.collect(), next))
}

/// The last reading before a scrub was opened.
fn read_before<'a>(item: &'a QueueItem, scrub: &Scrub) -> Option<&'a Mark> {
    item.remarks.marks.iter().rfind(|mark| mark.position < scrub.opened_position)
}

fn status(scrub: &Scrub, row: &Row, item: Option<&QueueItem>, round: i64) -> Status {
    match item {
        _ if row.marked => Status::Read,
        _ if scrub.cursor == Some(row.place) => Status::Current,
        _ if row.outcome.as_deref() == Some("skipped") => Status::Skipped,
        None if row.deleted => Status::Deleted,
        None => Status::Gone,
        Some(item) if item.state != crate::activity::State::Open => Status::Closed,
        Some(item) if item.remarks.read_position() > round => Status::ReadElsewhere,
        Some(_) => Status::Waiting,
    }
}

async fn rows(
    connection: &mut PgConnection,
    account_id: i64,
    scrub: i64,
    wanted: &Wanted,
) -> Result<Vec<Row>, StoreError> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT d.place, d.repo_id, d.number, d.rank, d.days_age, d.days_stale, d.outcome, d.marked, d.arrived_position,
                  d.arrived_at, d.left_position, d.left_at, d.generation,
                  r.owner || '/' || r.name AS "repository!",
                  coalesce(i.folded -> 'transferred_to' IS NOT NULL, false) AS "transferred!",
                  coalesce((i.folded ->> 'deleted')::boolean, false) AS "deleted!"
           FROM accounts a
           JOIN deck_rows d ON d.account_id = a.account_id AND d.generation = a.generation
           JOIN scrubs s ON s.account_id = $1 AND s.generation = a.generation AND s.scrub = d.scrub
           JOIN visible_repositories r ON r.account_id = $1 AND r.repo_id = d.repo_id
             AND CASE WHEN $7::bigint[] IS NULL THEN $3 OR NOT r.private ELSE r.repo_id = ANY($7) END
           LEFT JOIN items i ON i.account_id = $1 AND i.generation = d.generation AND i.repo_id = d.repo_id
             AND i.number = d.number
           WHERE a.account_id = $1 AND d.scrub = $2 AND d.place > $4 AND (NOT $6 OR d.arrived_position IS NOT NULL OR d.marked)
             AND (d.marked OR NOT s.imported)
           ORDER BY d.place LIMIT $5"#,
        account_id,
        scrub,
        wanted.sight.is_all(),
        wanted.after,
        wanted.limit.saturating_add(1),
        wanted.visited,
        wanted.sight.only() as _,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows)
}

/// Items of a scrub's deck that are not open any more, with days counted to `date`.
pub async fn closed_since(
    pool: &PgPool,
    (zone, date): (Tz, NaiveDate),
    account_id: i64,
    sight: &Sight,
    scrub: i64,
) -> Result<Vec<QueueItem>, StoreError> {
    let mut moment = pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    let rows = sqlx::query!(
        "SELECT d.repo_id, d.number FROM accounts a JOIN deck_rows d USING (account_id, generation)
         JOIN items i USING (account_id, generation, repo_id, number)
         WHERE a.account_id = $1 AND d.scrub = $2 AND i.live AND i.state <> 'open'",
        account_id,
        scrub,
    )
    .fetch_all(&mut *moment)
    .await?;
    let addresses: Vec<ItemAddress> = rows.into_iter().map(|row| (row.repo_id, row.number)).collect();
    Ok(items(&mut moment, (zone, date), account_id, sight, &addresses).await?.into_values().collect())
}

/// Items as they are now, open or not, by address. Without their ranks.
async fn items(
    connection: &mut PgConnection,
    (zone, date): (Tz, NaiveDate),
    account_id: i64,
    sight: &Sight,
    addresses: &[ItemAddress],
) -> Result<BTreeMap<ItemAddress, QueueItem>, StoreError> {
    let (repo_ids, numbers): (Vec<i64>, Vec<i64>) = addresses.iter().copied().unzip();
    let times = sqlx::query!(
        r#"SELECT i.repo_id, i.number, i.created_at AS "created_at!", i.updated_at AS "updated_at!"
           FROM accounts a
           CROSS JOIN UNNEST($2::bigint[], $3::bigint[]) AS wanted (repo_id, number)
           CROSS JOIN LATERAL (SELECT * FROM items WHERE account_id = $1 AND generation = a.generation
             AND repo_id = wanted.repo_id AND number = wanted.number LIMIT 1) AS i
           WHERE a.account_id = $1 AND i.created_at IS NOT NULL AND i.updated_at IS NOT NULL"#,
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
        let key = PlaceKey { product, created_at: row.created_at, repo_id: row.repo_id, number: row.number };
        Place { key, rank: None, days_age, days_stale }
    });
    let places: Vec<Place> = places.collect();
    let items = details(connection, account_id, sight, &places).await?;
    Ok(items.into_iter().map(|item| ((item.place.repo_id, item.place.number), item)).collect())
}

async fn started(
    connection: &mut PgConnection,
    account_id: i64,
    generation: i64,
    scrub: &Scrub,
) -> Result<i64, StoreError> {
    match (&scrub.view, scrub.round) {
        (Some(view), Some(round)) => super::read::round_started(connection, account_id, generation, view, round).await,
        _ => Ok(HISTORIC),
    }
}

/// What is asked of each row's item: what came since it was last read, and since the cursor came to
/// it. Twice, so that a long story since the last reading does not hide what came of this one.
fn wanted_happenings(
    scrub: &Scrub,
    rows: &[Row],
    keys: &BTreeMap<i64, ItemAddress>,
    items: &BTreeMap<ItemAddress, QueueItem>,
) -> Vec<Stretch> {
    let mut wanted = vec![];
    for row in rows {
        let Some(key) = keys.get(&row.place) else { continue };
        let read = items.get(key).and_then(|item| read_before(item, scrub)).map(Since::mark);
        for since in [read, row.arrived_position.map(Since::Position)].into_iter().flatten() {
            let both = BTreeSet::from([*key, (row.repo_id, row.number)]);
            wanted.extend(both.into_iter().map(|item| Stretch { place: row.place, item, since }));
        }
    }
    wanted
}
