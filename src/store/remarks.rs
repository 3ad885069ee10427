//! Marks and notes of items. An item that came by transfer inherits those of the places that it was at: for
//! each reader those back to the first place that they may not see. What was written there stays there, until
//! somebody who sees both writes it again at the new place.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use futures_util::TryStreamExt;
use sqlx::types::Json;
use sqlx::{PgConnection, PgPool};

use super::StoreError;
use super::items::{ItemAddress, canonical};
use super::log::{Part, in_order_of_items};
use super::pool::{self, ONE_MOMENT};
use crate::activity::{Fact, ItemKey, NoteText, Remarks, Sight, Summary};
use crate::rank::Filter;

/// How many transfers are followed from one item. GitHub has no limit.
const MOST_STEPS: i32 = 20;

fn read(json: &str) -> Result<Remarks, StoreError> {
    serde_json::from_str(json).map_err(|error| StoreError::Unreadable(format!("remarks: {error}")))
}

/// The remarks of these addresses alone, without what they inherit; of the generation in use, or of
/// another one.
pub(super) async fn own(
    connection: &mut PgConnection,
    account_id: i64,
    generation: Option<i64>,
    addresses: &[ItemAddress],
) -> Result<BTreeMap<ItemAddress, Remarks>, StoreError> {
    let (repo_ids, numbers): (Vec<i64>, Vec<i64>) = addresses.iter().copied().unzip();
    let rows = sqlx::query!(
        r#"SELECT wanted.repo_id AS "repo_id!", wanted.number AS "number!", found.folded::text AS "folded!"
           FROM UNNEST($3::bigint[], $4::bigint[]) AS wanted (repo_id, number)
           CROSS JOIN LATERAL (SELECT folded FROM remarks WHERE account_id = $1
             AND generation = coalesce($2, (SELECT generation FROM accounts WHERE account_id = $1))
             AND repo_id = wanted.repo_id AND number = wanted.number LIMIT 1) AS found"#,
        account_id,
        generation,
        &repo_ids,
        &numbers,
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(|row| Ok(((row.repo_id, row.number), read(&row.folded)?))).collect()
}

pub(super) async fn save(
    connection: &mut PgConnection,
    account_id: i64,
    generation: i64,
    remarks: &[(ItemAddress, &Remarks)],
) -> Result<(), StoreError> {
    if remarks.is_empty() {
        return Ok(());
    }
    let (repo_ids, numbers): (Vec<i64>, Vec<i64>) = remarks.iter().map(|(address, _)| *address).unzip();
    let summaries: Vec<Summary> = remarks.iter().map(|(_, remarks)| remarks.summary()).collect();
    let reads: Vec<i64> = summaries.iter().map(|summary| summary.read).collect();
    let notes: Vec<i64> = summaries.iter().map(|summary| summary.note_position).collect();
    let noted: Vec<bool> = summaries.iter().map(|summary| summary.note.is_some()).collect();
    let folded: Vec<String> = remarks.iter().map(|(_, remarks)| canonical(*remarks)).collect();
    sqlx::query!(
        r#"INSERT INTO remarks (account_id, generation, repo_id, number, read_position, note_position, noted, folded)
           SELECT a.account_id, $2, repo_id, number, read_position, note_position, noted, folded::json
           FROM accounts a CROSS JOIN UNNEST($3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::boolean[], $8::text[])
             AS new (repo_id, number, read_position, note_position, noted, folded)
           WHERE a.account_id = $1
           ON CONFLICT (account_id, generation, repo_id, number) DO UPDATE SET
             read_position = EXCLUDED.read_position, note_position = EXCLUDED.note_position,
             noted = EXCLUDED.noted, folded = EXCLUDED.folded"#,
        account_id,
        generation,
        &repo_ids,
        &numbers,
        &reads,
        &notes,
        &noted,
        &folded,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The keys that each item has had within the account: its own first, then those it came from, up to the
/// first one that the reader may not see.
pub(super) async fn lineages(
    connection: &mut PgConnection,
    account_id: i64,
    sight: &Sight,
    addresses: &[ItemAddress],
) -> Result<BTreeMap<ItemAddress, Vec<ItemAddress>>, StoreError> {
    let (repo_ids, numbers): (Vec<i64>, Vec<i64>) = addresses.iter().copied().unzip();
    let rows = sqlx::query!(
        r#"WITH RECURSIVE line AS (
             SELECT repo_id AS of_repo, number AS of_number, repo_id, number, 0 AS step
             FROM UNNEST($2::bigint[], $3::bigint[]) AS wanted (repo_id, number)
             UNION ALL
             SELECT of_repo, of_number, (came ->> 'repo_id')::bigint, (came ->> 'number')::bigint, step + 1
             FROM line CROSS JOIN LATERAL (
               SELECT folded -> 'transferred_from' AS came FROM current_items
               WHERE account_id = $1 AND repo_id = line.repo_id AND number = line.number LIMIT 1) AS item
             WHERE came IS NOT NULL AND (came ->> 'account_id')::bigint = $1 AND step < $4
               AND ($5 OR EXISTS (SELECT FROM current_repositories r
                 WHERE r.account_id = $1 AND r.repo_id = (came ->> 'repo_id')::bigint
                   AND (NOT r.private OR r.repo_id = ANY($6)))))
           SELECT of_repo AS "of_repo!", of_number AS "of_number!", repo_id AS "repo_id!", number AS "number!"
           FROM line ORDER BY of_repo, of_number, step"#,
        account_id,
        &repo_ids,
        &numbers,
        MOST_STEPS,
        sight.is_all(),
        sight.private() as _,
    )
    .fetch_all(connection)
    .await?;
    let mut lineages: BTreeMap<ItemAddress, Vec<ItemAddress>> = BTreeMap::new();
    for row in rows {
        let line = lineages.entry((row.of_repo, row.of_number)).or_default();
        // GitHub would have to tell of transfers in a circle.
        if !line.contains(&(row.repo_id, row.number)) {
            line.push((row.repo_id, row.number));
        }
    }
    Ok(lineages)
}

/// An item's key today, after all transfers within the account. For a reader who may not see where it went, it is
/// at the last place that they see.
pub(super) async fn current_key(
    connection: &mut PgConnection,
    account_id: i64,
    sight: &Sight,
    address: ItemAddress,
) -> Result<ItemAddress, StoreError> {
    let (mut at, mut steps) = (address, 0);
    loop {
        let to = sqlx::query_scalar!(
            r#"SELECT folded -> 'transferred_to' AS "to: sqlx::types::Json<ItemKey>"
               FROM current_items
               WHERE account_id = $1 AND repo_id = $2 AND number = $3
                 AND ($4 OR EXISTS (SELECT FROM visible_repositories r
                   WHERE r.account_id = $1 AND r.repo_id = (folded -> 'transferred_to' ->> 'repo_id')::bigint
                     AND (NOT r.private OR r.repo_id = ANY($5))))"#,
            account_id,
            at.0,
            at.1,
            sight.is_all(),
            sight.private() as _,
        )
        .fetch_optional(&mut *connection)
        .await?
        .flatten();
        match to {
            Some(sqlx::types::Json(key)) if key.account_id == account_id && steps < MOST_STEPS => {
                (at, steps) = ((key.repo_id, key.number), steps + 1);
            }
            _ => return Ok(at),
        }
    }
}

/// The remarks of items, with what they inherit for a reader. Items without any are left out.
pub(super) async fn of(
    connection: &mut PgConnection,
    account_id: i64,
    sight: &Sight,
    addresses: &[ItemAddress],
) -> Result<BTreeMap<ItemAddress, Remarks>, StoreError> {
    let lineages = lineages(connection, account_id, sight, addresses).await?;
    let keys: Vec<ItemAddress> = lineages.values().flatten().copied().collect();
    let own = own(connection, account_id, None, &keys).await?;
    let inherited = lineages.into_iter().filter_map(|(address, line)| {
        let of_line = line.iter().filter_map(|key| own.get(key)).cloned();
        Some((address, of_line.reduce(Remarks::with_older)?))
    });
    Ok(inherited.collect())
}

/// The remarks of all items of an account that have any, as they are now or as they were at `end`.
pub async fn remarks(
    pool: &PgPool,
    account_id: i64,
    sight: &Sight,
    end: Option<DateTime<Utc>>,
) -> Result<HashMap<ItemAddress, Remarks>, StoreError> {
    let mut moment = pool::begin(pool, ONE_MOMENT).await?;
    if let Some(end) = end {
        return remarks_by(&mut moment, account_id, sight, end).await;
    }
    let rows = sqlx::query!(
        r#"SELECT repo_id AS "repo_id!", number AS "number!", folded::text AS "folded!"
           FROM current_remarks WHERE account_id = $1"#,
        account_id,
    )
    .fetch_all(&mut *moment)
    .await?;
    let own = rows.into_iter().map(|row| Ok(((row.repo_id, row.number), read(&row.folded)?)));
    let own: HashMap<_, _> = own.collect::<Result<_, StoreError>>()?;
    inherit(&mut moment, account_id, sight, own, Remarks::with_older).await
}

/// The summaries of all items of an account that have remarks, with what they inherit for a reader.
pub(super) async fn summaries(
    connection: &mut PgConnection,
    account_id: i64,
    sight: &Sight,
) -> Result<HashMap<ItemAddress, Summary>, StoreError> {
    let own = own_summaries(connection, account_id).await?;
    inherit(connection, account_id, sight, own, Summary::with_older).await
}

/// Summaries as those who see all have them, and of the items that the public sees otherwise, theirs.
#[derive(Default)]
pub(super) struct Summaries {
    pub all: HashMap<ItemAddress, Summary>,
    pub public: HashMap<ItemAddress, Summary>,
}

impl Summaries {
    fn of(all: HashMap<ItemAddress, Summary>, mut public: HashMap<ItemAddress, Summary>) -> Self {
        let seen = all.keys().map(|address| (*address, public.remove(address).unwrap_or_default()));
        let public = seen.filter(|(address, seen)| all.get(address) != Some(seen)).collect();
        Self { all, public }
    }
}

/// The summaries of all items of an account that have remarks, for everybody.
pub(super) async fn all_summaries(connection: &mut PgConnection, account_id: i64) -> Result<Summaries, StoreError> {
    let own = own_summaries(connection, account_id).await?;
    let all = inherit(connection, account_id, &Sight::All, own.clone(), Summary::with_older).await?;
    let public = inherit(connection, account_id, &Sight::Public, own, Summary::with_older).await?;
    Ok(Summaries::of(all, public))
}

async fn own_summaries(
    connection: &mut PgConnection,
    account_id: i64,
) -> Result<HashMap<ItemAddress, Summary>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT repo_id AS "repo_id!", number AS "number!", read_position AS "read_position!",
                  note_position AS "note_position!", CASE WHEN noted THEN folded -> 'note' END AS "note: Json<NoteText>"
           FROM current_remarks WHERE account_id = $1"#,
        account_id,
    )
    .fetch_all(&mut *connection)
    .await?;
    let own = rows.into_iter().map(|row| {
        let (read, note_position, note) = (row.read_position, row.note_position, row.note.map(|note| note.0));
        ((row.repo_id, row.number), Summary { read, note_position, note })
    });
    Ok(own.collect())
}

/// The remarks of all items of an account as they were at `end`, folded from the events that had
/// occurred by then, with what they inherit.
pub(super) async fn remarks_by(
    connection: &mut PgConnection,
    account_id: i64,
    sight: &Sight,
    end: DateTime<Utc>,
) -> Result<HashMap<ItemAddress, Remarks>, StoreError> {
    let mut rows = in_order_of_items(&mut *connection, account_id, Part::Annotations, i64::MAX, Some(end));
    let mut folded: HashMap<ItemAddress, Remarks> = HashMap::new();
    while let Some(row) = rows.try_next().await? {
        let Some(logged) = row.known() else { continue };
        let Fact::Scrub(fact) = &logged.event.fact else { continue };
        let Some(address) = fact.item() else { continue };
        let remarks = folded.entry(address).or_default();
        remarks.apply(logged.position, logged.event.occurred_at, logged.event.actor.as_ref(), fact);
    }
    drop(rows);
    inherit(connection, account_id, sight, folded, Remarks::with_older).await
}

/// Gives each item that came by transfer the remarks of the places that it came from, as far as a reader sees
/// them.
async fn inherit<T: Clone>(
    connection: &mut PgConnection,
    account_id: i64,
    sight: &Sight,
    mut own: HashMap<ItemAddress, T>,
    with_older: impl Fn(T, T) -> T,
) -> Result<HashMap<ItemAddress, T>, StoreError> {
    if own.is_empty() {
        return Ok(own);
    }
    let rows = sqlx::query!(
        r#"SELECT repo_id AS "repo_id!", number AS "number!" FROM current_items
           WHERE account_id = $1 AND came_by_transfer"#,
        account_id,
    )
    .fetch_all(&mut *connection)
    .await?;
    let transferred: Vec<ItemAddress> = rows.into_iter().map(|row| (row.repo_id, row.number)).collect();
    let before = own.clone();
    for (address, line) in lineages(connection, account_id, sight, &transferred).await? {
        if let Some(of_line) = line.iter().filter_map(|key| before.get(key)).cloned().reduce(&with_older) {
            own.insert(address, of_line);
        }
    }
    Ok(own)
}

/// The same where a filter asks for remarks; else none are read.
pub(super) async fn summaries_for(
    connection: &mut PgConnection,
    account_id: i64,
    sight: &Sight,
    filter: &Filter,
) -> Result<HashMap<ItemAddress, Summary>, StoreError> {
    match filter.asks_for_remarks() {
        true => summaries(connection, account_id, sight).await,
        false => Ok(HashMap::new()),
    }
}

/// The summaries of some items, with what they inherit, for everybody.
pub(super) async fn summaries_of(
    connection: &mut PgConnection,
    account_id: i64,
    addresses: &[ItemAddress],
) -> Result<Summaries, StoreError> {
    let all = of(connection, account_id, &Sight::All, addresses).await?;
    let public = of(connection, account_id, &Sight::Public, addresses).await?;
    let summaries = |of: BTreeMap<ItemAddress, Remarks>| {
        of.into_iter().map(|(address, remarks)| (address, remarks.summary())).collect()
    };
    Ok(Summaries::of(summaries(all), summaries(public)))
}
