//! The note on one item, and what it said before.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};

use crate::activity::{Fact, Note, Remarks, ScrubFact};
use crate::store::items::ItemAddress;
use crate::store::log::{EventRow, LoggedEvent};
use crate::store::{StoreError, remarks};

/// Earlier notes that are shown at most.
const LONGEST: i64 = 100;

/// An item's note with its history; of one moment, the account's `position`.
#[derive(Debug)]
pub struct Notes {
    pub position: i64,
    pub remarks: Remarks,
    /// Newest first, without what the note is now.
    pub history: Vec<Note>,
}

/// The note on an item, with those of the places that it came from.
pub async fn notes(pool: &PgPool, account_id: i64, address: ItemAddress) -> Result<Notes, StoreError> {
    let mut moment = pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    let head = sqlx::query!("SELECT head_position, generation FROM accounts WHERE account_id = $1", account_id)
        .fetch_one(&mut *moment)
        .await?;
    let lineage = remarks::lineages(&mut moment, account_id, &[address]).await?.remove(&address).unwrap_or_default();
    let remarks = remarks::of(&mut moment, account_id, head.generation, &[address]).await?;
    let remarks = remarks.into_values().next().unwrap_or_default();
    let (repo_ids, numbers): (Vec<i64>, Vec<i64>) = lineage.into_iter().unzip();
    let rows = sqlx::query_as!(
        EventRow,
        r#"SELECT e.position, e.source_key, e.source, e.kind, e.actor_login, e.actor_id, e.actor_bot, e.occurred_at,
                  e.recorded_at, e.data::text AS "data!"
           FROM UNNEST($2::bigint[], $3::bigint[]) AS wanted (repo_id, number)
           JOIN events e ON e.account_id = $1 AND e.repo_id = wanted.repo_id AND e.number = wanted.number
           WHERE e.kind = 'noted' ORDER BY e.position DESC LIMIT $4"#,
        account_id,
        &repo_ids,
        &numbers,
        LONGEST + 1,
    )
    .fetch_all(&mut *moment)
    .await?;
    let mut history = vec![];
    for logged in rows.into_iter().filter_map(EventRow::known) {
        let Fact::Scrub(ScrubFact::Noted { text, scrub, .. }) = logged.event.fact else { continue };
        let by = logged.event.actor.map(|actor| actor.login).unwrap_or_default();
        let note = Note { position: logged.position, at: logged.event.occurred_at, by, scrub, text };
        if note.position != remarks.note_position() {
            history.push(note);
        }
    }
    Ok(Notes { position: head.head_position, remarks, history })
}

/// The notes of items as they were when a scrub ended: the last that was written by then, or in it.
pub async fn at_the_end(
    pool: &PgPool,
    account_id: i64,
    addresses: &[ItemAddress],
    scrub: i64,
    end: DateTime<Utc>,
) -> Result<HashMap<ItemAddress, Note>, StoreError> {
    let mut moment = pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    let lineages = remarks::lineages(&mut moment, account_id, addresses).await?;
    let mut of_key: HashMap<ItemAddress, ItemAddress> = HashMap::new();
    for (address, line) in &lineages {
        of_key.extend(line.iter().map(|key| (*key, *address)));
    }
    let keys: Vec<ItemAddress> = of_key.keys().copied().collect();
    let mut notes = HashMap::new();
    for logged in done_with(&mut moment, account_id, &keys, &["noted"]).await? {
        let Fact::Scrub(ScrubFact::Noted { repo_id, number, text, scrub: written, superseded }) = logged.event.fact
        else {
            continue;
        };
        let by_then = !superseded && logged.event.occurred_at.unwrap_or(logged.recorded_at) <= end;
        let Some(address) = of_key.get(&(repo_id, number)).filter(|_| by_then || written == Some(scrub)) else {
            continue;
        };
        let by = logged.event.actor.map(|actor| actor.login).unwrap_or_default();
        let note = Note { position: logged.position, at: logged.event.occurred_at, by, scrub: written, text };
        notes.insert(*address, note);
    }
    notes.retain(|_, note: &mut Note| !note.text.is_empty());
    Ok(notes)
}

/// What was done with items, by events of some kinds, in the order of the log.
pub(super) async fn done_with(
    moment: &mut PgConnection,
    account_id: i64,
    keys: &[ItemAddress],
    kinds: &[&str],
) -> Result<Vec<LoggedEvent>, StoreError> {
    let (repo_ids, numbers): (Vec<i64>, Vec<i64>) = keys.iter().copied().unzip();
    let rows = sqlx::query_as!(
        EventRow,
        r#"SELECT e.position, e.source_key, e.source, e.kind, e.actor_login, e.actor_id, e.actor_bot, e.occurred_at,
                  e.recorded_at, e.data::text AS "data!"
           FROM UNNEST($2::bigint[], $3::bigint[]) AS wanted (repo_id, number)
           CROSS JOIN LATERAL (SELECT * FROM events
             WHERE account_id = $1 AND repo_id = wanted.repo_id AND number = wanted.number AND kind = ANY($4)) AS e
           ORDER BY e.position"#,
        account_id,
        &repo_ids,
        &numbers,
        kinds as _,
    )
    .fetch_all(moment)
    .await?;
    Ok(rows.into_iter().filter_map(EventRow::known).collect())
}
