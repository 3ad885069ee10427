//! Reading alone, and slips that are taken back.

use chrono::TimeDelta;
use sqlx::PgPool;

use super::act::{Request, Turn};
use super::{read, stand};
use crate::activity::{Mark, ScrubFact};
use crate::store::items::ItemAddress;
use crate::store::{StoreError, remarks};

/// Reading an item again so soon is the same reading, if it is by the same person and no round has
/// begun since.
const SAME_READING: TimeDelta = TimeDelta::hours(1);

/// Marks an item as read, by somebody who reads alone.
pub async fn mark_read(
    pool: &PgPool,
    account_id: i64,
    (repo_id, number): ItemAddress,
    request: &Request,
) -> Result<i64, StoreError> {
    let mut turn = Turn::begin(pool, account_id, request).await?;
    let last = turn.remarks((repo_id, number)).await?;
    let generation = turn.head.generation;
    let started = read::latest_started(turn.connection(), account_id, generation).await?;
    let same = last.last_read().is_some_and(|mark| {
        let soon = mark.at.is_some_and(|at| (request.at - at).abs() < SAME_READING);
        mark.by == request.by && soon && mark.position > started
    });
    if same || turn.done_before().await?.is_some() {
        return Ok(turn.head.position);
    }
    turn.append(vec![ScrubFact::Read { repo_id, number, scrub: None, place: None, historic: false }]).await
}

/// Takes the last reading of an item back. Only what was marked under the item's present key is.
pub async fn unmark_read(
    pool: &PgPool,
    account_id: i64,
    (repo_id, number): ItemAddress,
    request: &Request,
) -> Result<i64, StoreError> {
    let mut turn = Turn::begin(pool, account_id, request).await?;
    let (account_id, generation) = (turn.account_id, turn.head.generation);
    let mut own = remarks::own(turn.connection(), account_id, generation, &[(repo_id, number)]).await?;
    let slip = own.remove(&(repo_id, number)).and_then(|remarks| remarks.last_read().cloned());
    let Some(slip) = slip else { return Ok(turn.head.position) };
    if turn.done_before().await?.is_some() {
        return Ok(turn.head.position);
    }
    let mut facts = vec![ScrubFact::Unread { repo_id, number }];
    facts.extend(returned(&mut turn, (repo_id, number), &slip).await?);
    turn.append(facts).await
}

/// The cursor of an open scrub in which nothing was left goes back to what was read by a slip.
async fn returned(turn: &mut Turn<'_>, address: ItemAddress, slip: &Mark) -> Result<Option<ScrubFact>, StoreError> {
    let Some(scrub) = slip.scrub else { return Ok(None) };
    let (account_id, generation) = (turn.account_id, turn.head.generation);
    let at = stand::cursor(turn.connection(), account_id, generation, scrub).await?;
    if at.is_none_or(|at| at.closed || at.place.is_some()) {
        return Ok(None);
    }
    let place = match slip.place {
        Some(place) => Some(place),
        None => stand::place_of(turn.connection(), account_id, generation, scrub, address).await?,
    };
    let open = stand::is_open(turn.connection(), account_id, address).await?;
    Ok(place.filter(|_| open).map(|place| ScrubFact::Returned { scrub, place }))
}
