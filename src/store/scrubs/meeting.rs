//! Opening a scrub, stepping through its deck, attendance, and closing it.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgPool;

use super::cursor::{self, NONE, ToRead};
use super::shape::Shape;
use super::turn::{Request, Turn};
use super::{claims, room, rounds, rows};
use crate::activity::scrubbing::{DeckPlace, Opening};
use crate::activity::{ScrubFact, Sight};
use crate::scrub::Track;
use crate::store::places::names_of;
use crate::store::pool::{self, ONE_MOMENT};
use crate::store::{StoreError, remarks};

/// A scrub that is to be opened, with its deck.
#[derive(Clone, Debug)]
pub struct DealtScrub {
    pub view: String,
    /// The round of `track` that the deck was dealt of.
    pub round: i64,
    pub track: Track,
    /// Of the deck's repositories those that are private, unless whoever opens it sees all.
    pub private: Vec<i64>,
    pub date: NaiveDate,
    pub host: String,
    pub attendees: Vec<String>,
    pub total: i64,
    /// The order and the most rows that were asked for.
    pub order: Option<String>,
    pub limit: Option<i64>,
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
    if rounds::round(turn.connection(), account_id, &new.view, new.track, None).await?.round != new.round {
        return Ok(OpenOutcome::Overtaken);
    }
    let scrub = rows::last_number(turn.connection(), account_id).await?.map_or(first, |last| last + 1);
    let DealtScrub { view, round, track, private, date, host, attendees, total, order, limit, deck } = new;
    let public = track != Track::Whole;
    let repo_ids: BTreeSet<i64> = deck.iter().map(|row| row.repo_id).collect();
    let seen = names_of(turn.connection(), account_id, &Sight::Public, &repo_ids).await?;
    let first_public = (1..).zip(&deck).find(|(_, row)| seen.contains_key(&row.repo_id)).map_or(0, |(place, _)| place);
    let opening =
        Opening { scrub, view, round, date, host, attendees, total, public, private, order, limit, first_public, deck };
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
        /// The view that the scrub reads.
        view: String,
        /// Whether anything is left in the deck: for those who see all, and for those who see what is public.
        left: (bool, bool),
    },
    /// There is no such scrub.
    Unknown,
    /// The scrub is closed.
    Closed,
    /// The cursor is at another place by now, or past the last row.
    Elsewhere,
}

/// Moves on from a place in the deck, and marks its item as read unless it is skipped. The place is a number of
/// the reader's: of the row at which the cursor is for them. Where it is on a row that they do not see, it stays there.
pub async fn advance(
    pool: &PgPool,
    account_id: i64,
    scrub: i64,
    (shown, skipped): (i64, bool),
    sight: &Sight,
    request: &Request,
) -> Result<AdvanceOutcome, StoreError> {
    let mut turn = Turn::begin(pool, account_id, request).await?;
    let Some(at) = rows::scrub(turn.connection(), account_id, scrub).await? else {
        return Ok(AdvanceOutcome::Unknown);
    };
    if turn.done_before().is_some() {
        let left = at.place.is_some();
        return Ok(AdvanceOutcome::Done { position: turn.head.position, view: at.view, left: (left, left) });
    }
    if at.closed {
        return Ok(AdvanceOutcome::Closed);
    }
    let shape = Shape::of(turn.connection(), account_id, (scrub, false), sight).await?;
    let place = shape.map_or(shown, |shape| shape.place(shown));
    if at.cursor(scrub).seen_by(turn.connection(), account_id, sight).await? != Some(place) {
        return Ok(AdvanceOutcome::Elsewhere);
    }
    let Some(address) = rows::item_at(turn.connection(), account_id, scrub, place).await? else {
        return Ok(AdvanceOutcome::Elsewhere);
    };
    let address = remarks::current_key(turn.connection(), account_id, sight, address).await?;
    // A deck that was dealt of what somebody sees is read by that. What others took to read by themselves is passed.
    let taken = claims::of_others(turn.connection(), account_id, scrub, &request.by).await?;
    let to = at.cursor(scrub).after(turn.connection(), account_id, &at.sight(), place, &taken).await?;
    claims::end(turn.connection(), account_id, scrub, place).await?;
    // The cursor was moved back to a row that was read in this scrub.
    let (marked, _) = rows::is_done(turn.connection(), account_id, scrub, place).await?;
    // What those do not see who see what is public alone ends no round of theirs.
    let left = (to.whole.is_some(), to.public.is_some() || to.public == at.public_place);
    let mut facts = vec![ScrubFact::Advanced { scrub, place, skipped, to }];
    if !skipped && !marked {
        let (repo_id, number) = address;
        let read = ScrubFact::Read { repo_id, number, scrub: Some(scrub), place: Some(place), historic: false };
        facts.push(read);
    }
    let position = turn.append(facts).await?;
    Ok(AdvanceOutcome::Done { position, view: at.view, left })
}

/// Whether an open scrub's cursor is on a row that a reader does not see.
pub async fn is_at_hidden(pool: &PgPool, account_id: i64, scrub: i64, sight: &Sight) -> Result<bool, StoreError> {
    let mut moment = pool::begin(pool, ONE_MOMENT).await?;
    match rows::scrub(&mut moment, account_id, scrub).await?.filter(|at| !at.closed).and_then(|at| at.place) {
        Some(place) => Ok(!cursor::is_seen(&mut moment, account_id, (scrub, place), sight).await?),
        None => Ok(false),
    }
}

/// Moves on from a row that the reader does not see, and leaves it unread.
pub async fn pass_hidden(
    pool: &PgPool,
    account_id: i64,
    scrub: i64,
    sight: &Sight,
    request: &Request,
) -> Result<AdvanceOutcome, StoreError> {
    let mut turn = Turn::begin(pool, account_id, request).await?;
    let Some(at) = rows::scrub(turn.connection(), account_id, scrub).await? else {
        return Ok(AdvanceOutcome::Unknown);
    };
    if at.closed {
        return Ok(AdvanceOutcome::Closed);
    }
    let left = (true, true);
    if turn.done_before().is_some() {
        return Ok(AdvanceOutcome::Done { position: turn.head.position, view: at.view, left });
    }
    let Some(place) = at.place else { return Ok(AdvanceOutcome::Elsewhere) };
    if cursor::is_seen(turn.connection(), account_id, (scrub, place), sight).await? {
        return Ok(AdvanceOutcome::Elsewhere);
    }
    let taken = claims::of_others(turn.connection(), account_id, scrub, &request.by).await?;
    let to = at.cursor(scrub).after(turn.connection(), account_id, &at.sight(), place, &taken).await?;
    let position = turn.append(vec![ScrubFact::Advanced { scrub, place, skipped: true, to }]).await?;
    Ok(AdvanceOutcome::Done { position, view: at.view, left })
}

/// Whether a row other than `place` is left to read for those who see what is public; true if they do not see that row: what they
/// do not see ends no round of theirs.
pub(super) async fn left_to_the_public(
    turn: &mut Turn<'_>,
    scrub: i64,
    at: &rows::ScrubRow,
    (place, next): (i64, Option<i64>),
) -> Result<bool, StoreError> {
    let (account_id, sight) = (turn.account_id, &Sight::Public);
    if !cursor::is_seen(turn.connection(), account_id, (scrub, place), sight).await? {
        return Ok(true);
    }
    if let Some(next) = next
        && cursor::is_seen(turn.connection(), account_id, (scrub, next), sight).await?
    {
        return Ok(true);
    }
    let round = rounds::round_at(turn.connection(), account_id, &at.view, Track::Public, at.opened_position).await?;
    let to_read = ToRead { account_id, scrub, sight, started: round.started, read: &NONE };
    Ok(to_read.after(turn.connection(), place).await?.is_some())
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
    room::clear(turn.connection(), account_id, scrub).await?;
    let public = at.cursor(scrub).seen_by(turn.connection(), account_id, &Sight::Public).await?;
    let fact = ScrubFact::Closed { scrub, forgotten: untouched_since.is_some(), public };
    let event = turn.event(format!("scrub:{scrub}:closed"), fact);
    Ok(ChangeOutcome::Done(turn.append_events(vec![event]).await?))
}
