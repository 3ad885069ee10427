//! Marking items as read outside of a scrub, and taking a reading back.

use std::collections::BTreeSet;

use sqlx::PgPool;

use super::turn::{Request, Turn};
use super::{cursor, rounds, rows};
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
    let found = may_return(&mut turn, (repo_id, number), &mistake).await?;
    facts.extend(returns(found.as_slice()));
    turn.append(facts).await
}

/// A row to which a scrub's cursor may return, since its reading was a mistake and nothing else is left.
#[derive(Clone, Copy, Debug)]
pub(super) struct Return {
    scrub: i64,
    place: i64,
    /// Whether those who see what is public alone do not see the row.
    hidden: bool,
    /// Whether the others have something left.
    alone: bool,
}

/// The cursors that return, each to the first of the rows to which it may.
pub(super) fn returns(found: &[Return]) -> Vec<ScrubFact> {
    let scrubs: BTreeSet<i64> = found.iter().map(|one| one.scrub).collect();
    let mut facts = vec![];
    for scrub in scrubs {
        let first = |may: fn(&Return) -> bool| {
            found.iter().filter(|one| one.scrub == scrub && may(one)).map(|one| one.place).min()
        };
        let (whole, public) = (first(|one| !one.alone), first(|one| !one.hidden));
        if whole == public {
            facts.extend(whole.map(|place| ScrubFact::Returned { scrub, place, alone: false, hidden: false }));
        } else {
            facts.extend(whole.map(|place| ScrubFact::Returned { scrub, place, alone: false, hidden: true }));
            facts.extend(public.map(|place| ScrubFact::Returned { scrub, place, alone: true, hidden: false }));
        }
    }
    facts
}

/// The row of an item whose last mark was a mistake, if the mark's scrub is open and the cursor may return there.
pub(super) async fn may_return(
    turn: &mut Turn<'_>,
    address: ItemAddress,
    mistake: &Mark,
) -> Result<Option<Return>, StoreError> {
    let Some(scrub) = mistake.scrub else { return Ok(None) };
    let account_id = turn.account_id;
    let Some(at) = rows::scrub(turn.connection(), account_id, scrub).await? else { return Ok(None) };
    if at.closed || (at.place.is_some() && at.public_place.is_some()) {
        return Ok(None);
    }
    let place = match mistake.place {
        Some(place) => Some(place),
        None => rows::place_of(turn.connection(), account_id, scrub, address).await?,
    };
    let Some(place) = place else { return Ok(None) };
    let hidden = !cursor::is_seen(turn.connection(), account_id, (scrub, place), &Sight::Public).await?;
    let open = rows::is_open(turn.connection(), account_id, &Sight::All, address).await?;
    Ok(open.then_some(Return { scrub, place, hidden, alone: at.place.is_some() }))
}
