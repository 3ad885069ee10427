//! Marking items as read outside of a scrub, and taking a reading back.

use sqlx::PgPool;

use super::turn::{Request, Turn};
use super::{rounds, rows};
use crate::activity::{Mark, ScrubFact, Sight};
use crate::scrub::Track;
use crate::store::items::ItemAddress;
use crate::store::{StoreError, remarks};

/// Marks an item as read by somebody who reads alone. Returns the account's position, and whether everybody sees the
/// item who sees what is public. A reading that only those know of who see where the item came from is none yet here.
pub async fn mark_read(
    pool: &PgPool,
    account_id: i64,
    (repo_id, number): ItemAddress,
    sight: &Sight,
    request: &Request,
) -> Result<(i64, bool), StoreError> {
    let mut turn = Turn::begin(pool, account_id, request).await?;
    let public = rows::sees(turn.connection(), account_id, &Sight::Public, repo_id).await?;
    let last = turn.remarks(&Sight::Public, (repo_id, number)).await?;
    let started = rounds::latest_start(turn.connection(), account_id, Track::of(sight)).await?;
    let again = last.last_read().is_some_and(|mark| mark.is_same_reading(&request.by, request.at, started));
    if again || turn.done_before().is_some() {
        return Ok((turn.head.position, public));
    }
    let read = ScrubFact::Read { repo_id, number, scrub: None, place: None, historic: false };
    Ok((turn.append(vec![read]).await?, public))
}

/// Takes the last reading of an item back, if it was marked under the item's present key. Returns the
/// account's position.
pub async fn unmark_read(
    pool: &PgPool,
    account_id: i64,
    (repo_id, number): ItemAddress,
    request: &Request,
) -> Result<i64, StoreError> {
    let mut turn = Turn::begin(pool, account_id, request).await?;
    let mut own = remarks::own(turn.connection(), account_id, None, &[(repo_id, number)]).await?;
    let mistake = own.remove(&(repo_id, number)).and_then(|remarks| remarks.last_read().cloned());
    let Some(mistake) = mistake else { return Ok(turn.head.position) };
    if turn.done_before().is_some() {
        return Ok(turn.head.position);
    }
    let mut facts = vec![ScrubFact::Unread { repo_id, number }];
    let returns = cursor_returns(&mut turn, (repo_id, number), &mistake).await?;
    facts.extend(returns.map(|(scrub, place)| ScrubFact::Returned { scrub, place }));
    turn.append(facts).await
}

/// If nothing is left in the mark's scrub and the scrub is open, its cursor returns to the item: the scrub, and the
/// item's place in it.
pub(super) async fn cursor_returns(
    turn: &mut Turn<'_>,
    address: ItemAddress,
    mistake: &Mark,
) -> Result<Option<(i64, i64)>, StoreError> {
    let Some(scrub) = mistake.scrub else { return Ok(None) };
    let account_id = turn.account_id;
    let at = rows::scrub(turn.connection(), account_id, scrub).await?;
    if at.is_none_or(|at| at.closed || at.place.is_some()) {
        return Ok(None);
    }
    let place = match mistake.place {
        Some(place) => Some(place),
        None => rows::place_of(turn.connection(), account_id, scrub, address).await?,
    };
    let open = rows::is_open(turn.connection(), account_id, &Sight::All, address).await?;
    Ok(place.filter(|_| open).map(|place| (scrub, place)))
}
