//! What is done by hand beside going on: moving the cursor, and reading a row that it is not on.

use sqlx::PgPool;

use super::cursor::{self, ToRead};
use super::meeting::left_to_the_public;
use super::shape::Shape;
use super::turn::{Request, Turn};
use super::{claims, rows};
use crate::activity::{ScrubFact, Sight};
use crate::store::{StoreError, remarks};

/// The outcome of moving the cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MoveOutcome {
    /// The account's position.
    Done(i64),
    /// There is no such scrub.
    Unknown,
    Closed,
    /// The cursor is elsewhere.
    Elsewhere,
    /// The deck has no such row.
    NoPlace,
}

/// Moves the cursor to a row of the deck, whatever became of it. Places are numbers of the reader's: `from` is where the
/// cursor is for them; `None`: nothing is left to read. Moving marks nothing.
pub async fn move_cursor(
    pool: &PgPool,
    account_id: i64,
    scrub: i64,
    (from, to): (Option<i64>, i64),
    sight: &Sight,
    request: &Request,
) -> Result<MoveOutcome, StoreError> {
    let mut turn = Turn::begin(pool, account_id, request).await?;
    let Some(at) = rows::scrub(turn.connection(), account_id, scrub).await? else { return Ok(MoveOutcome::Unknown) };
    if turn.done_before().is_some() {
        return Ok(MoveOutcome::Done(turn.head.position));
    }
    if at.closed {
        return Ok(MoveOutcome::Closed);
    }
    let shape = Shape::of(turn.connection(), account_id, (scrub, false), sight).await?;
    let real = |shown: i64| shape.as_ref().map_or(shown, |shape| shape.place(shown));
    let cursor = at.cursor(scrub).seen_by(turn.connection(), account_id, sight).await?;
    if cursor != from.map(real) {
        return Ok(MoveOutcome::Elsewhere);
    }
    let place = real(to);
    if !cursor::is_seen(turn.connection(), account_id, (scrub, place), sight).await? {
        return Ok(MoveOutcome::NoPlace);
    }
    // Or there they see it, as if nobody saw more.
    if cursor == Some(place) {
        return Ok(MoveOutcome::Done(turn.head.position));
    }
    let hidden = !cursor::is_seen(turn.connection(), account_id, (scrub, place), &Sight::Public).await?;
    let public = match hidden {
        true => None,
        false => at.cursor(scrub).seen_by(turn.connection(), account_id, &Sight::Public).await?,
    };
    Ok(MoveOutcome::Done(turn.append(vec![ScrubFact::Moved { scrub, from: at.place, place, public, hidden }]).await?))
}

/// The outcome of reading a row that the cursor is not on.
#[derive(Debug)]
pub enum ReadRowOutcome {
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
    Closed,
    /// The deck has no such row.
    NoPlace,
    /// The row is somebody else's to read.
    Taken,
}

/// Marks a row as read in a scrub, or skips it, wherever the cursor is; it stays there. The place is the reader's number.
pub async fn read_row(
    pool: &PgPool,
    account_id: i64,
    scrub: i64,
    (shown, skip): (i64, bool),
    sight: &Sight,
    request: &Request,
) -> Result<ReadRowOutcome, StoreError> {
    let mut turn = Turn::begin(pool, account_id, request).await?;
    let Some(at) = rows::scrub(turn.connection(), account_id, scrub).await? else {
        return Ok(ReadRowOutcome::Unknown);
    };
    let done = |position: i64, view: String, left| Ok(ReadRowOutcome::Done { position, view, left });
    if turn.done_before().is_some() {
        return done(turn.head.position, at.view, (true, true));
    }
    if at.closed {
        return Ok(ReadRowOutcome::Closed);
    }
    let shape = Shape::of(turn.connection(), account_id, (scrub, false), sight).await?;
    let place = shape.map_or(shown, |shape| shape.place(shown));
    let Some(address) = rows::item_at(turn.connection(), account_id, scrub, place).await? else {
        return Ok(ReadRowOutcome::NoPlace);
    };
    if !rows::sees(turn.connection(), account_id, sight, address.0).await? {
        return Ok(ReadRowOutcome::NoPlace);
    }
    if claims::of_others(turn.connection(), account_id, scrub, &request.by).await?.contains(&place) {
        return Ok(ReadRowOutcome::Taken);
    }
    claims::end(turn.connection(), account_id, scrub, place).await?;
    let (marked, skipped) = rows::is_done(turn.connection(), account_id, scrub, place).await?;
    if marked || (skip && skipped) {
        let position = turn.end().await?;
        return done(position, at.view, (true, true));
    }
    let (repo_id, number) = remarks::current_key(turn.connection(), account_id, sight, address).await?;
    let started = cursor::started(turn.connection(), account_id, (scrub, &at)).await?;
    let to_read = ToRead { account_id, scrub, sight: &at.sight(), started, read: &cursor::NONE };
    let next = to_read.after(turn.connection(), place).await?;
    let left = (next.is_some(), left_to_the_public(&mut turn, scrub, &at, (place, next)).await?);
    let fact = match skip {
        true => ScrubFact::Skipped { scrub, place },
        false => ScrubFact::Read { repo_id, number, scrub: Some(scrub), place: Some(place), historic: false },
    };
    let position = turn.append(vec![fact]).await?;
    done(position, at.view, left)
}
