//! What people do, decided under the account's head lock and appended in the same transaction: of
//! two who do the same at once, the second is told how things stand by then.
//!
//! An event's key is the request's id, so that a request that is sent again does nothing again.

use chrono::{DateTime, NaiveDate, SubsecRound, Utc};
use sqlx::{PgConnection, PgPool, Postgres, Transaction};

use super::{read, stand};
use crate::activity::scrubbing::{DeckPlace, Opening};
use crate::activity::{Actor, Event, Fact, NoteText, Remarks, ScrubFact, Sight, Source};
use crate::store::append::{BEGIN, Head, append_decided, lock_head};
use crate::store::items::ItemAddress;
use crate::store::{StoreError, remarks};

/// Rows of a deck that are looked at together for the next one to read.
const ROWS_AT_ONCE: i64 = 50;

/// Who asks for something, when, and under which id.
#[derive(Clone, Debug)]
pub struct Request {
    pub id: String,
    pub by: String,
    pub at: DateTime<Utc>,
}

/// A transaction that holds an account's head.
pub(super) struct Turn<'a> {
    transaction: Transaction<'static, Postgres>,
    pub account_id: i64,
    pub head: Head,
    request: &'a Request,
}

impl<'a> Turn<'a> {
    pub async fn begin(pool: &PgPool, account_id: i64, request: &'a Request) -> Result<Self, StoreError> {
        let mut transaction = pool.begin_with(BEGIN).await?;
        let head = lock_head(&mut transaction, account_id).await?;
        Ok(Self { transaction, account_id, head, request })
    }

    pub fn connection(&mut self) -> &mut PgConnection {
        &mut self.transaction
    }

    fn key(&self, ordinal: usize) -> String {
        format!("scrub:{}:{ordinal}", self.request.id)
    }

    /// Where the request's first event is, if it was done before.
    pub async fn done_before(&mut self) -> Result<Option<i64>, StoreError> {
        let (account_id, key) = (self.account_id, self.key(0));
        let position = sqlx::query_scalar!(
            "SELECT position FROM events WHERE account_id = $1 AND source_key = $2",
            account_id,
            key,
        )
        .fetch_optional(self.connection())
        .await?;
        Ok(position)
    }

    pub fn event(&self, source_key: String, fact: ScrubFact) -> Event {
        Event {
            source_key,
            kind: fact.kind().to_owned(),
            actor: Some(Actor { login: self.request.by.clone(), id: None, bot: false }),
            // As fine as Postgres keeps it, so that a rebuild folds the same.
            occurred_at: Some(self.request.at.trunc_subsecs(6)),
            source: Source::Scrub,
            fact: Fact::Scrub(fact),
        }
    }

    /// Appends the facts and ends the turn. Answers the account's position.
    pub async fn append(self, facts: Vec<ScrubFact>) -> Result<i64, StoreError> {
        let events = facts.into_iter().enumerate().map(|(ordinal, fact)| self.event(self.key(ordinal), fact));
        let events = events.collect();
        self.append_events(events).await
    }

    pub async fn append_events(mut self, events: Vec<Event>) -> Result<i64, StoreError> {
        let position = append_decided(&mut self.transaction, self.account_id, &self.head, &events).await?;
        self.transaction.commit().await?;
        Ok(position)
    }

    pub async fn remarks(&mut self, address: ItemAddress) -> Result<Remarks, StoreError> {
        let (account_id, generation) = (self.account_id, self.head.generation);
        Ok(remarks::of(self.connection(), account_id, generation, &[address])
            .await?
            .remove(&address)
            .unwrap_or_default())
    }
}

/// What became of a note.
#[derive(Debug)]
pub enum Noted {
    /// It is now as asked; the account's position.
    Done(i64),
    /// It has changed since it was seen.
    Changed,
}

/// Writes the note on an item, if it is still the one of the position `seen`; `None`: whatever it
/// is.
pub async fn note(
    pool: &PgPool,
    account_id: i64,
    (repo_id, number): ItemAddress,
    seen: Option<&[i64]>,
    text: NoteText,
    request: &Request,
) -> Result<Noted, StoreError> {
    let mut turn = Turn::begin(pool, account_id, request).await?;
    if turn.done_before().await?.is_some() {
        return Ok(Noted::Done(turn.head.position));
    }
    let now = turn.remarks((repo_id, number)).await?;
    if seen.is_some_and(|seen| !seen.contains(&now.note_position())) {
        return Ok(Noted::Changed);
    }
    let same = now.note().map_or(text.is_empty(), |note| note.text == text);
    if same {
        return Ok(Noted::Done(turn.head.position));
    }
    let (account_id, generation) = (turn.account_id, turn.head.generation);
    let scrub = stand::scrub_at(turn.connection(), account_id, generation, (repo_id, number)).await?;
    let fact = ScrubFact::Noted { repo_id, number, text, scrub, superseded: false };
    Ok(Noted::Done(turn.append(vec![fact]).await?))
}

/// A scrub that is to be opened, with the deck that was dealt for it.
#[derive(Clone, Debug)]
pub struct NewScrub {
    pub view: String,
    pub round: i64,
    pub date: NaiveDate,
    pub host: String,
    pub attendees: Vec<String>,
    pub total: i64,
    pub deck: Vec<DeckPlace>,
}

/// What became of a scrub that was to be opened.
#[derive(Debug)]
pub enum Opened {
    /// Its number, and the account's position.
    Done(i64, i64),
    /// Another one over the view is open.
    Other(i64),
    /// The view's next round has begun meanwhile: the deck must be dealt anew.
    Overtaken,
}

/// Opens a scrub under the next number, or `first` if there was none.
pub async fn open(
    pool: &PgPool,
    account_id: i64,
    new: NewScrub,
    first: i64,
    request: &Request,
) -> Result<Opened, StoreError> {
    let mut turn = Turn::begin(pool, account_id, request).await?;
    let generation = turn.head.generation;
    if let Some(position) = turn.done_before().await? {
        let scrub = stand::opened_at(turn.connection(), account_id, generation, position).await?;
        return Ok(Opened::Done(scrub.unwrap_or_default(), turn.head.position));
    }
    if let Some(other) = stand::open_over(turn.connection(), account_id, generation, &new.view).await? {
        return Ok(Opened::Other(other));
    }
    if read::round_in(turn.connection(), account_id, generation, &new.view).await?.round != new.round {
        return Ok(Opened::Overtaken);
    }
    let scrub = stand::last_number(turn.connection(), account_id, generation).await?.map_or(first, |last| last + 1);
    let NewScrub { view, round, date, host, attendees, total, deck } = new;
    let opening = Opening { scrub, view, round, date, host, attendees, total, deck };
    let position = turn.append(vec![ScrubFact::Opened(Box::new(opening))]).await?;
    Ok(Opened::Done(scrub, position))
}

/// Begins a view's next round, unless somebody has: `over` is the one that is over.
pub async fn begin_round(
    pool: &PgPool,
    account_id: i64,
    view: &str,
    over: i64,
    request: &Request,
) -> Result<i64, StoreError> {
    let mut turn = Turn::begin(pool, account_id, request).await?;
    let generation = turn.head.generation;
    if read::round_in(turn.connection(), account_id, generation, view).await?.round != over {
        return Ok(turn.head.position);
    }
    let fact = ScrubFact::RoundBegan { view: view.to_owned(), round: over + 1 };
    let event = turn.event(format!("round:{view}:{}", over + 1), fact);
    turn.append_events(vec![event]).await
}

/// What became of a step.
#[derive(Debug)]
pub enum Advanced {
    /// The cursor went on; the account's position, and whether anything is left in the deck.
    Done {
        position: i64,
        left: bool,
    },
    Unknown,
    /// The scrub is closed.
    Closed,
    /// The cursor is elsewhere by now; `None`: past the last row.
    Elsewhere(Option<i64>),
    /// The row is of a repository that the reader may not see.
    Hidden,
}

/// Goes on from a place of the deck: marks its item as read, unless it is skipped.
pub async fn advance(
    pool: &PgPool,
    account_id: i64,
    scrub: i64,
    (place, skipped): (i64, bool),
    sight: &Sight,
    request: &Request,
) -> Result<Advanced, StoreError> {
    let mut turn = Turn::begin(pool, account_id, request).await?;
    let generation = turn.head.generation;
    let Some(at) = stand::cursor(turn.connection(), account_id, generation, scrub).await? else {
        return Ok(Advanced::Unknown);
    };
    if turn.done_before().await?.is_some() {
        return Ok(Advanced::Done { position: turn.head.position, left: at.place.is_some() });
    }
    if at.closed {
        return Ok(Advanced::Closed);
    }
    if at.place != Some(place) {
        return Ok(Advanced::Elsewhere(at.place));
    }
    let Some(address) = stand::row_address(turn.connection(), account_id, generation, scrub, place).await? else {
        return Ok(Advanced::Elsewhere(at.place));
    };
    let address = remarks::current_key(turn.connection(), account_id, address).await?;
    if !stand::sees(turn.connection(), account_id, sight, address.0).await? {
        return Ok(Advanced::Hidden);
    }
    let round = read::round_started(turn.connection(), account_id, generation, &at.view, at.round).await?;
    let next = next_place(&mut turn, scrub, place, round).await?;
    let mut facts = vec![ScrubFact::Advanced { scrub, place, skipped, next }];
    if !skipped {
        let (repo_id, number) = address;
        let read = ScrubFact::Read { repo_id, number, scrub: Some(scrub), place: Some(place), historic: false };
        facts.push(read);
    }
    let position = turn.append(facts).await?;
    Ok(Advanced::Done { position, left: next.is_some() })
}

/// The first row after a place whose item is still there to be read: open, to be seen, not skipped,
/// and not read since the round began. After the last one comes what was left behind: slips, and what
/// was closed for a while.
async fn next_place(turn: &mut Turn<'_>, scrub: i64, place: i64, started: i64) -> Result<Option<i64>, StoreError> {
    match next_between(turn, scrub, (place, i64::MAX), started).await? {
        Some(next) => Ok(Some(next)),
        None => next_between(turn, scrub, (0, place), started).await,
    }
}

async fn next_between(
    turn: &mut Turn<'_>,
    scrub: i64,
    (mut after, before): (i64, i64),
    started: i64,
) -> Result<Option<i64>, StoreError> {
    let (account_id, generation) = (turn.account_id, turn.head.generation);
    loop {
        let between = (after, before);
        let rows = stand::rows_between(turn.connection(), account_id, generation, scrub, between, ROWS_AT_ONCE).await?;
        let Some(last) = rows.last() else { return Ok(None) };
        after = last.place;
        for row in rows.into_iter().filter(|row| row.open || row.transferred) {
            let address = (row.repo_id, row.number);
            let address = match row.transferred {
                true => remarks::current_key(turn.connection(), account_id, address).await?,
                false => address,
            };
            if (row.open || stand::is_open(turn.connection(), account_id, address).await?)
                && turn.remarks(address).await?.read_position() <= started
            {
                return Ok(Some(row.place));
            }
        }
    }
}

/// What became of a change of a scrub.
#[derive(Debug, PartialEq, Eq)]
pub enum Changed {
    /// The account's position.
    Done(i64),
    Unknown,
}

/// Puts somebody down as present at a scrub, or not; a closed one's list may be put right too.
pub async fn attend(
    pool: &PgPool,
    account_id: i64,
    scrub: i64,
    login: &str,
    present: bool,
    request: &Request,
) -> Result<Changed, StoreError> {
    let mut turn = Turn::begin(pool, account_id, request).await?;
    let generation = turn.head.generation;
    if stand::cursor(turn.connection(), account_id, generation, scrub).await?.is_none() {
        return Ok(Changed::Unknown);
    }
    let there = stand::attends(turn.connection(), account_id, generation, scrub, login).await?;
    if there == present || turn.done_before().await?.is_some() {
        return Ok(Changed::Done(turn.head.position));
    }
    let fact = ScrubFact::Attended { scrub, login: login.to_owned(), present };
    Ok(Changed::Done(turn.append(vec![fact]).await?))
}

/// Closes a scrub; one that is closed stays so. `untouched_since` closes it only if nothing was done
/// in it since: it was forgotten.
pub async fn close(
    pool: &PgPool,
    account_id: i64,
    scrub: i64,
    untouched_since: Option<DateTime<Utc>>,
    request: &Request,
) -> Result<Changed, StoreError> {
    let mut turn = Turn::begin(pool, account_id, request).await?;
    let generation = turn.head.generation;
    let Some(at) = stand::cursor(turn.connection(), account_id, generation, scrub).await? else {
        return Ok(Changed::Unknown);
    };
    let touched = untouched_since.is_some_and(|since| at.touched_at.is_none_or(|touched| touched >= since));
    if at.closed || touched {
        return Ok(Changed::Done(turn.head.position));
    }
    let fact = ScrubFact::Closed { scrub, forgotten: untouched_since.is_some() };
    let event = turn.event(format!("scrub:{scrub}:closed"), fact);
    Ok(Changed::Done(turn.append_events(vec![event]).await?))
}
