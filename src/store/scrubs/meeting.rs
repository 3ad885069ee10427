//! Opening a scrub, stepping through its deck, attendance, and closing it.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgPool;

use super::turn::{Request, Turn};
use super::{rounds, rows};
use crate::activity::scrubbing::{DeckPlace, Opening};
use crate::activity::{ScrubFact, Sight};
use crate::store::{StoreError, remarks};

/// How many rows of a deck are looked at together to find the next one to read.
const ROWS_AT_ONCE: i64 = 50;

/// A scrub that is to be opened, with its deck.
#[derive(Clone, Debug)]
pub struct DealtScrub {
    pub view: String,
    pub round: i64,
    pub date: NaiveDate,
    pub host: String,
    pub attendees: Vec<String>,
    pub total: i64,
    pub deck: Vec<DeckPlace>,
}

/// The outcome of opening a scrub.
#[derive(Debug)]
pub enum OpenOutcome {
    /// The scrub's number, and the account's position.
    Done(i64, i64),
    /// Another scrub of the view is open. This is its number.
    Other(i64),
    /// The view's next round has begun meanwhile, so the deck must be dealt again.
    Overtaken,
}

/// Opens a scrub under the next number, or under `first` if there has been none.
pub async fn open(
    pool: &PgPool,
    account_id: i64,
    new: DealtScrub,
    first: i64,
    request: &Request,
) -> Result<OpenOutcome, StoreError> {
    let mut turn = Turn::begin(pool, account_id, request).await?;
    if let Some(position) = turn.done_before() {
        let scrub = rows::opened_at(turn.connection(), account_id, position).await?;
        return Ok(OpenOutcome::Done(scrub.unwrap_or_default(), turn.head.position));
    }
    if let Some(other) = rows::open_scrub(turn.connection(), account_id, &new.view).await? {
        return Ok(OpenOutcome::Other(other));
    }
    if rounds::round(turn.connection(), account_id, &new.view, None).await?.round != new.round {
        return Ok(OpenOutcome::Overtaken);
    }
    let scrub = rows::last_number(turn.connection(), account_id).await?.map_or(first, |last| last + 1);
    let DealtScrub { view, round, date, host, attendees, total, deck } = new;
    let opening = Opening { scrub, view, round, date, host, attendees, total, deck };
    let position = turn.append(vec![ScrubFact::Opened(Box::new(opening))]).await?;
    Ok(OpenOutcome::Done(scrub, position))
}

/// The outcome of a step.
#[derive(Debug)]
pub enum AdvanceOutcome {
    /// The cursor moved on.
    Done {
        /// The account's position.
        position: i64,
        /// Whether anything is left in the deck.
        left: bool,
    },
    /// There is no such scrub.
    Unknown,
    /// The scrub is closed.
    Closed,
    /// The cursor is at another place by now; `None`: past the last row.
    Elsewhere(Option<i64>),
    /// The row is of a repository that the reader may not see.
    Hidden,
}

/// Moves on from a place in the deck, and marks its item as read unless it is skipped.
pub async fn advance(
    pool: &PgPool,
    account_id: i64,
    scrub: i64,
    (place, skipped): (i64, bool),
    sight: &Sight,
    request: &Request,
) -> Result<AdvanceOutcome, StoreError> {
    let mut turn = Turn::begin(pool, account_id, request).await?;
    let Some(at) = rows::scrub(turn.connection(), account_id, scrub).await? else {
        return Ok(AdvanceOutcome::Unknown);
    };
    if turn.done_before().is_some() {
        return Ok(AdvanceOutcome::Done { position: turn.head.position, left: at.place.is_some() });
    }
    if at.closed {
        return Ok(AdvanceOutcome::Closed);
    }
    if at.place != Some(place) {
        return Ok(AdvanceOutcome::Elsewhere(at.place));
    }
    let Some(address) = rows::item_at(turn.connection(), account_id, scrub, place).await? else {
        return Ok(AdvanceOutcome::Elsewhere(at.place));
    };
    let address = remarks::current_key(turn.connection(), account_id, address).await?;
    if !rows::sees(turn.connection(), account_id, sight, address.0).await? {
        return Ok(AdvanceOutcome::Hidden);
    }
    let started = rounds::started(turn.connection(), account_id, &at.view, at.round).await?;
    let next = next_place(&mut turn, scrub, place, started).await?;
    let mut facts = vec![ScrubFact::Advanced { scrub, place, skipped, next }];
    if !skipped {
        let (repo_id, number) = address;
        let read = ScrubFact::Read { repo_id, number, scrub: Some(scrub), place: Some(place), historic: false };
        facts.push(read);
    }
    let position = turn.append(facts).await?;
    Ok(AdvanceOutcome::Done { position, left: next.is_some() })
}

/// The first row after a place whose item is still to be read: it is open and visible, was not skipped
/// and was not read since the round began. After the last row come the rows that were left behind:
/// their reading was taken back, or their item was closed for a while.
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
    let account_id = turn.account_id;
    loop {
        let rows = rows::between(turn.connection(), account_id, scrub, (after, before), ROWS_AT_ONCE).await?;
        let Some(last) = rows.last() else { return Ok(None) };
        after = last.place;
        for row in rows.into_iter().filter(|row| row.open || row.transferred) {
            let address = (row.repo_id, row.number);
            let address = match row.transferred {
                true => remarks::current_key(turn.connection(), account_id, address).await?,
                false => address,
            };
            if (row.open || rows::is_open(turn.connection(), account_id, address).await?)
                && turn.remarks(address).await?.read_position() <= started
            {
                return Ok(Some(row.place));
            }
        }
    }
}

/// The outcome of a change of a scrub.
#[derive(Debug, PartialEq, Eq)]
pub enum ChangeOutcome {
    /// The account's position.
    Done(i64),
    /// There is no such scrub.
    Unknown,
}

/// Lists somebody as present at a scrub, or removes them from the list. The list of a closed scrub can
/// be corrected as well.
pub async fn attend(
    pool: &PgPool,
    account_id: i64,
    scrub: i64,
    login: &str,
    present: bool,
    request: &Request,
) -> Result<ChangeOutcome, StoreError> {
    let mut turn = Turn::begin(pool, account_id, request).await?;
    if rows::scrub(turn.connection(), account_id, scrub).await?.is_none() {
        return Ok(ChangeOutcome::Unknown);
    }
    let listed = rows::attends(turn.connection(), account_id, scrub, login).await?;
    if listed == present || turn.done_before().is_some() {
        return Ok(ChangeOutcome::Done(turn.head.position));
    }
    let fact = ScrubFact::Attended { scrub, login: login.to_owned(), present };
    Ok(ChangeOutcome::Done(turn.append(vec![fact]).await?))
}

/// Closes a scrub; a closed one stays closed. With `untouched_since` it is closed as forgotten, but only
/// if nothing was done in it since then.
pub async fn close(
    pool: &PgPool,
    account_id: i64,
    scrub: i64,
    untouched_since: Option<DateTime<Utc>>,
    request: &Request,
) -> Result<ChangeOutcome, StoreError> {
    let mut turn = Turn::begin(pool, account_id, request).await?;
    let Some(at) = rows::scrub(turn.connection(), account_id, scrub).await? else {
        return Ok(ChangeOutcome::Unknown);
    };
    let touched = untouched_since.is_some_and(|since| at.touched_at.is_none_or(|touched| touched >= since));
    if at.closed || touched {
        return Ok(ChangeOutcome::Done(turn.head.position));
    }
    let fact = ScrubFact::Closed { scrub, forgotten: untouched_since.is_some() };
    let event = turn.event(format!("scrub:{scrub}:closed"), fact);
    Ok(ChangeOutcome::Done(turn.append_events(vec![event]).await?))
}
