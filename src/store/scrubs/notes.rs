//! Notes on items: writing one, and what it said before.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};

use super::cursor;
use super::turn::{Request, Turn};
use crate::activity::{Fact, Note, NoteText, Remarks, ScrubFact, Sight};
use crate::store::items::ItemAddress;
use crate::store::log::{LoggedEvent, events_of};
use crate::store::pool::{self, ONE_MOMENT};
use crate::store::{StoreError, remarks};

/// How many earlier notes are shown, the last ones.
const LONGEST: usize = 100;
/// How many are read for that: more, since those that say nothing to a reader are passed over.
const LOOKED_AT: i64 = 1_000;

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
    let noted = events_of(&mut *moment, account_id, &lineage, Some(&["noted"]), LOOKED_AT).await?;
    let blank = blank(&noted);
    for logged in noted {
        let Fact::Scrub(ScrubFact::Noted { text, scrub, .. }) = logged.event.fact else { continue };
        let by = logged.event.actor.map(|actor| actor.login).unwrap_or_default();
        let note = Note { position: logged.position, at: logged.event.occurred_at, by, scrub, text };
        if note.position != remarks.note_position() && !blank.contains(&note.position) && history.len() < LONGEST {
            history.push(note);
        }
    }
    Ok(Notes { position, remarks, history })
}

/// The positions of the empty notes among an item's notes, newest first, that empty nothing the reader sees. Whoever
/// wrote one took back a note of a place that the item came from and this reader does not see.
pub(in crate::store) fn blank(noted: &[LoggedEvent]) -> HashSet<i64> {
    let (mut blank, mut said) = (HashSet::new(), false);
    for logged in noted.iter().rev() {
        let Fact::Scrub(ScrubFact::Noted { text, superseded: false, .. }) = &logged.event.fact else { continue };
        if text.is_empty() && !said {
            blank.insert(logged.position);
        }
        said = !text.is_empty();
    }
    blank
}

/// The same of one item, for a reader.
pub(in crate::store) async fn blank_of(
    moment: &mut PgConnection,
    account_id: i64,
    sight: &Sight,
    address: ItemAddress,
) -> Result<HashSet<i64>, StoreError> {
    let lineage = remarks::lineages(moment, account_id, sight, &[address]).await?.remove(&address).unwrap_or_default();
    Ok(blank(&events_of(&mut *moment, account_id, &lineage, Some(&["noted"]), i64::MAX).await?))
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
