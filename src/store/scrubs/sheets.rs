//! What is on record of the items that a spreadsheet names, and the rows that wait for theirs.

use std::collections::{BTreeSet, HashMap};

use sqlx::{PgConnection, PgPool};

use super::placement;
use crate::activity::{Fact, HISTORIC, Mark, NoteText, Remarks, ScrubFact, Sight};
use crate::rank::QueueItem;
use crate::scrub::Track;
use crate::scrub::record::{ItemName, ItemRecord, Records, ScrubRecord, UnplacedRow, newest_of_each_item};
use crate::store::items::ItemAddress;
use crate::store::log::events_of;
use crate::store::pool::{self, ONE_MOMENT};
use crate::store::{StoreError, remarks};

/// How many unplaced rows are looked at, the newest.
const MOST_UNPLACED: i64 = 100_000;

/// What is on record of the items that a sheet names and the reader may see. `then` is the position for [`ItemRecord::marks_then`].
pub async fn records(
    pool: &PgPool,
    account_id: i64,
    sight: &Sight,
    names: &[ItemName],
    then: Option<i64>,
) -> Result<Records, StoreError> {
    let mut moment = pool::begin(pool, ONE_MOMENT).await?;
    let position = sqlx::query_scalar!("SELECT head_position FROM accounts WHERE account_id = $1", account_id)
        .fetch_one(&mut *moment)
        .await?;
    let placed = placement::place(&mut moment, account_id, sight, names).await?;
    let addresses: Vec<ItemAddress> = placed.items.values().copied().collect();
    let remarks = remarks::of(&mut moment, account_id, sight, &addresses).await?;
    let told = told(&mut moment, account_id, sight, &addresses, then).await?;
    let decks = decks(&mut moment, account_id, &addresses).await?;
    let items = placed.items.into_iter().map(|(place, address)| {
        // Two rows may mean one item: by an earlier name or an earlier place.
        let (notes, marks_then) = told.get(&address).cloned().unwrap_or_default();
        let record = ItemRecord {
            address,
            remarks: remarks.get(&address).cloned().unwrap_or_default(),
            notes,
            marks_then,
            decks: decks.get(&address).cloned().unwrap_or_default(),
        };
        (names[place].clone(), record)
    });
    let items = items.collect();
    let scrubs = scrub_records(&mut moment, account_id, Track::of(sight), None).await?;
    let scrubs = scrubs.into_iter().map(|record| (record.scrub, record)).collect();
    Ok(Records { position, items, repositories: placed.repositories, scrubs })
}

/// Gives items the notes and marks that they have at one position of the log. Answers that position, and what is on record
/// of a scrub then.
///
/// An item of a page may have been read later than the page's position: a sheet with that position would take the note that
/// it shows for one that was written afterwards.
pub async fn remarks_now(
    pool: &PgPool,
    account_id: i64,
    sight: &Sight,
    scrub: Option<i64>,
    items: &mut [QueueItem],
) -> Result<(i64, Option<ScrubRecord>), StoreError> {
    let mut moment = pool::begin(pool, ONE_MOMENT).await?;
    let position = sqlx::query_scalar!("SELECT head_position FROM accounts WHERE account_id = $1", account_id)
        .fetch_one(&mut *moment)
        .await?;
    let addresses: Vec<ItemAddress> = items.iter().map(|item| (item.place.repo_id, item.place.number)).collect();
    let mut remarks = remarks::of(&mut moment, account_id, sight, &addresses).await?;
    for (item, address) in items.iter_mut().zip(addresses) {
        item.remarks = remarks.remove(&address).unwrap_or_default();
    }
    let record = match scrub {
        Some(scrub) => scrub_records(&mut moment, account_id, Track::of(sight), Some(scrub)).await?.pop(),
        None => None,
    };
    Ok((position, record))
}

/// All scrubs, or one.
async fn scrub_records(
    connection: &mut PgConnection,
    account_id: i64,
    track: Track,
    scrub: Option<i64>,
) -> Result<Vec<ScrubRecord>, StoreError> {
    let scrubs = sqlx::query_as!(
        ScrubRecord,
        r#"SELECT s.scrub AS "scrub!", s.date, s.host, s.opened_at, s.opened_position AS "opened_position!",
                  s.imported AS "imported!",
                  coalesce((SELECT max(r.started_position) FROM current_round_starts r
                    WHERE r.account_id = $1 AND r.view = s.view AND CASE $4::text WHEN 'whole' THEN r.whole WHEN 'public' THEN r.public ELSE r.people END
                      AND r.started_position < s.opened_position), $3) AS "started!", closed.position AS "closed_position?",
                  ARRAY(SELECT t.name FROM attendees t
                        WHERE t.account_id = $1 AND t.generation = s.generation AND t.scrub = s.scrub
                        ORDER BY t.position, t.login) AS "attendees!"
           FROM current_scrubs s
           LEFT JOIN events closed ON closed.account_id = $1 AND closed.source_key = 'scrub:' || s.scrub || ':closed'
           WHERE s.account_id = $1 AND ($2::bigint IS NULL OR s.scrub = $2)"#,
        account_id,
        scrub,
        HISTORIC,
        track.name(),
    )
    .fetch_all(connection)
    .await?;
    Ok(scrubs)
}

/// Every note that each item had, with its position, and its marks as they were at the position `then`.
async fn told(
    moment: &mut PgConnection,
    account_id: i64,
    sight: &Sight,
    addresses: &[ItemAddress],
    then: Option<i64>,
) -> Result<HashMap<ItemAddress, (Vec<(i64, NoteText)>, Vec<Mark>)>, StoreError> {
    let lineages = remarks::lineages(moment, account_id, sight, addresses).await?;
    let keys: BTreeSet<ItemAddress> = lineages.values().flatten().copied().collect();
    let keys: Vec<ItemAddress> = keys.into_iter().collect();
    let kinds: &[&str] = if then.is_some() { &["noted", "read", "unread", "mark_undone"] } else { &["noted"] };
    let mut notes: HashMap<ItemAddress, Vec<(i64, NoteText)>> = HashMap::new();
    let mut marks: HashMap<ItemAddress, Remarks> = HashMap::new();
    for logged in events_of(&mut *moment, account_id, &keys, Some(kinds), i64::MAX).await?.into_iter().rev() {
        let Fact::Scrub(fact) = &logged.event.fact else { continue };
        let Some(key) = fact.item() else { continue };
        if let ScrubFact::Noted { text, .. } = fact {
            notes.entry(key).or_default().push((logged.position, text.clone()));
        } else if then.is_some_and(|then| logged.position <= then) {
            let actor = logged.event.actor.as_ref();
            marks.entry(key).or_default().apply(logged.position, logged.event.occurred_at, actor, fact);
        }
    }
    let of = lineages.into_iter().map(|(address, line)| {
        let mut all: Vec<(i64, NoteText)> = line.iter().filter_map(|key| notes.get(key)).flatten().cloned().collect();
        all.sort_by_key(|(position, _)| *position);
        // An empty note that empties nothing the reader sees says nothing to them.
        let mut said = false;
        all.retain(|(_, text)| std::mem::replace(&mut said, !text.is_empty()) || !text.is_empty());
        let marks = line.iter().filter_map(|key| marks.get(key)).cloned().reduce(Remarks::with_older);
        (address, (all, marks.unwrap_or_default().marks))
    });
    Ok(of.collect())
}

/// The scrubs in whose decks each item was.
async fn decks(
    moment: &mut PgConnection,
    account_id: i64,
    addresses: &[ItemAddress],
) -> Result<HashMap<ItemAddress, Vec<i64>>, StoreError> {
    let (repo_ids, numbers): (Vec<i64>, Vec<i64>) = addresses.iter().copied().unzip();
    let rows = sqlx::query!(
        r#"SELECT wanted.repo_id AS "repo_id!", wanted.number AS "number!", d.scrub AS "scrub!"
           FROM accounts a
           CROSS JOIN UNNEST($2::bigint[], $3::bigint[]) AS wanted (repo_id, number)
           CROSS JOIN LATERAL (SELECT scrub FROM deck_rows WHERE account_id = $1 AND generation = a.generation
             AND repo_id = wanted.repo_id AND number BETWEEN wanted.number AND wanted.number ORDER BY number) AS d
           WHERE a.account_id = $1"#,
        account_id,
        &repo_ids,
        &numbers,
    )
    .fetch_all(moment)
    .await?;
    let mut decks: HashMap<ItemAddress, Vec<i64>> = HashMap::new();
    for row in rows {
        decks.entry((row.repo_id, row.number)).or_default().push(row.scrub);
    }
    Ok(decks)
}

/// Rows of spreadsheets about items that are not here for the reader, oldest first, one per item
/// ([`newest_of_each_item`]). A reader who does not see all repositories gets only the rows of those that
/// are here and that they see.
pub async fn unplaced(
    pool: &PgPool,
    account_id: i64,
    sight: &Sight,
    limit: usize,
) -> Result<Vec<UnplacedRow>, StoreError> {
    let mut moment = pool::begin(pool, ONE_MOMENT).await?;
    let rows = sqlx::query!(
        r#"SELECT position AS "position!", told::text AS "told!" FROM current_unplaced_rows
           WHERE account_id = $1 ORDER BY position DESC LIMIT $2"#,
        account_id,
        MOST_UNPLACED,
    )
    .fetch_all(&mut *moment)
    .await?;
    let mut unplaced = vec![];
    for row in rows {
        let told = serde_json::from_str(&row.told)
            .map_err(|error| StoreError::Unreadable(format!("an unplaced row: {error}")))?;
        let ScrubFact::Unplaced { repository, item_type, number, scrub, text, read } = told else { continue };
        let item = ItemName { repository: repository.to_lowercase(), item_type, number };
        unplaced.push(UnplacedRow { position: row.position, item, repository, scrub, text, read });
    }
    let mut rows = newest_of_each_item(unplaced);
    let names: Vec<ItemName> = rows.iter().map(|row| row.item.clone()).collect();
    let placed = placement::place(&mut moment, account_id, sight, &names).await?;
    let mut place = 0..;
    rows.retain(|row| {
        let here = place.next().is_some_and(|place| placed.items.contains_key(&place));
        !here && (sight.is_all() || placed.repositories.contains(&row.item.repository))
    });
    rows.sort_by_key(|row| row.position);
    rows.truncate(limit);
    Ok(rows)
}
