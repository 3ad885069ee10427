//! Notes on items: writing one, and what it said before.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::PgPool;

use super::cursor;
use super::turn::{Request, Turn};
use crate::activity::{Fact, Note, NoteText, Remarks, ScrubFact, Sight};
use crate::store::items::ItemAddress;
use crate::store::log::events_of;
use crate::store::pool::{self, ONE_MOMENT};
use crate::store::{StoreError, remarks};

/// How many earlier notes are shown, the last ones.
const LONGEST: i64 = 100;

/// The outcome of writing a note.
#[derive(Debug)]
pub enum NoteOutcome {
    /// The note is as asked for. This is the account's position.
    Done(i64),
    /// The note was changed after it was seen.
    Changed,
}

/// What the writer of a note knows of the one before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SeenNote {
    /// Nothing, and wants to replace whatever it says.
    Whatever,
    /// It stood at one of these positions.
    At(Vec<i64>),
    /// Nothing: there must be none.
    None,
}

impl SeenNote {
    fn permits(&self, now: &Remarks) -> bool {
        match self {
            Self::Whatever => true,
            Self::At(positions) => positions.contains(&now.note_position()),
            Self::None => now.note().is_none(),
        }
    }
}

/// Writes the note on an item, if its writer has seen what it says now, as far as they see it. A note that came by
/// transfer from a place that the public does not see becomes the new place's own when it is written again there, with
/// the same text too.
pub async fn write(
    pool: &PgPool,
    account_id: i64,
    (repo_id, number): ItemAddress,
    seen: &SeenNote,
    text: NoteText,
    sight: &Sight,
    request: &Request,
) -> Result<NoteOutcome, StoreError> {
    let mut turn = Turn::begin(pool, account_id, request).await?;
    if turn.done_before().is_some() {
        return Ok(NoteOutcome::Done(turn.head.position));
    }
    let now = turn.remarks(sight, (repo_id, number)).await?;
    if !seen.permits(&now) {
        return Ok(NoteOutcome::Changed);
    }
    let same = now.note().map_or(text.is_empty(), |note| note.text == text);
    // As far as everybody sees it who sees the item.
    let open = turn.remarks(&Sight::Public, (repo_id, number)).await?;
    if same && open.note_position() == now.note_position() {
        return Ok(NoteOutcome::Done(turn.head.position));
    }
    let scrub = cursor::scrub_at(turn.connection(), account_id, sight, (repo_id, number)).await?;
    let fact = ScrubFact::Noted { repo_id, number, text, scrub, superseded: false };
    Ok(NoteOutcome::Done(turn.append(vec![fact]).await?))
}

/// An item's note and its history, as of the account's `position`.
#[derive(Debug)]
pub struct Notes {
    pub position: i64,
    pub remarks: Remarks,
    /// The earlier notes, newest first.
    pub history: Vec<Note>,
}

/// The note on an item, and the notes of the places that it came from, as far as the reader sees them.
pub async fn notes(pool: &PgPool, account_id: i64, sight: &Sight, address: ItemAddress) -> Result<Notes, StoreError> {
    let mut moment = pool::begin(pool, ONE_MOMENT).await?;
    let position = sqlx::query_scalar!("SELECT head_position FROM accounts WHERE account_id = $1", account_id)
        .fetch_one(&mut *moment)
        .await?;
    let mut lineages = remarks::lineages(&mut moment, account_id, sight, &[address]).await?;
    let lineage = lineages.remove(&address).unwrap_or_default();
    let remarks = remarks::of(&mut moment, account_id, sight, &[address]).await?;
    let remarks = remarks.into_values().next().unwrap_or_default();
    let mut history = vec![];
    for logged in events_of(&mut *moment, account_id, &lineage, Some(&["noted"]), LONGEST + 1).await? {
        let Fact::Scrub(ScrubFact::Noted { text, scrub, .. }) = logged.event.fact else { continue };
        let by = logged.event.actor.map(|actor| actor.login).unwrap_or_default();
        let note = Note { position: logged.position, at: logged.event.occurred_at, by, scrub, text };
        if note.position != remarks.note_position() {
            history.push(note);
        }
    }
    Ok(Notes { position, remarks, history })
}

/// The notes of items as they were when a scrub ended: the last one that was written by then, or in the
/// scrub.
pub async fn at_the_end(
    pool: &PgPool,
    account_id: i64,
    sight: &Sight,
    addresses: &[ItemAddress],
    scrub: i64,
    end: DateTime<Utc>,
) -> Result<HashMap<ItemAddress, Note>, StoreError> {
    let mut moment = pool::begin(pool, ONE_MOMENT).await?;
    let lineages = remarks::lineages(&mut moment, account_id, sight, addresses).await?;
    let mut of_key: HashMap<ItemAddress, ItemAddress> = HashMap::new();
    for (address, line) in &lineages {
        of_key.extend(line.iter().map(|key| (*key, *address)));
    }
    let keys: Vec<ItemAddress> = of_key.keys().copied().collect();
    let mut notes = HashMap::new();
    for logged in events_of(&mut *moment, account_id, &keys, Some(&["noted"]), i64::MAX).await?.into_iter().rev() {
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
