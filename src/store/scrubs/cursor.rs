//! Where a scrub's cursor goes next, and where it is for somebody who does not see the row that it is on.
//!
//! There is one cursor. To readers from whom its row is hidden it is at the first row after it that they may read;
//! when they read that row, it stays where it is for those who see more.

use std::collections::BTreeSet;

use sqlx::PgConnection;

use super::rounds::{self, round_at};
use super::rows;
use crate::activity::Sight;
use crate::scrub::Track;
use crate::store::items::ItemAddress;
use crate::store::{StoreError, remarks};

/// How many rows of a deck are looked at together to find the next one to read: mostly it is one of the first.
const FEW: i64 = 8;
const MANY: i64 = 500;

/// Which rows of a deck are still to be read, for whoever sees `sight`.
pub(super) struct ToRead<'a> {
    pub account_id: i64,
    pub scrub: i64,
    pub sight: &'a Sight,
    /// When the round began: marks after this position count.
    pub started: i64,
    /// Places that count as read, whatever is stored.
    pub read: &'a BTreeSet<i64>,
}

/// No places.
pub(super) static NONE: BTreeSet<i64> = BTreeSet::new();

impl ToRead<'_> {
    /// The first row after a place whose item is still to be read: it is open and visible, was not skipped
    /// and was not read since the round began. After the last row come the rows that were left behind:
    /// their reading was taken back, or their item was closed for a while.
    pub async fn after(&self, connection: &mut PgConnection, place: i64) -> Result<Option<i64>, StoreError> {
        Ok(self.some_after(connection, place, 1).await?.pop())
    }

    /// The first rows after a place that are still to be read, so many at most.
    pub async fn some_after(
        &self,
        connection: &mut PgConnection,
        place: i64,
        most: usize,
    ) -> Result<Vec<i64>, StoreError> {
        let mut found = vec![];
        for range in [(place, i64::MAX), (0, place)] {
            if found.len() < most {
                self.between(connection, range, most, &mut found).await?;
            }
        }
        Ok(found)
    }

    async fn between(
        &self,
        connection: &mut PgConnection,
        (mut after, before): (i64, i64),
        most: usize,
        found: &mut Vec<i64>,
    ) -> Result<(), StoreError> {
        let ToRead { account_id, scrub, sight, started, read } = *self;
        let mut at_once = if most == 1 { FEW } else { MANY };
        loop {
            let rows = rows::between(connection, account_id, scrub, sight, (after, before), at_once).await?;
            let Some(last) = rows.last() else { return Ok(()) };
            (after, at_once) = (last.place, MANY);
            let mut open: Vec<(i64, ItemAddress)> = vec![];
            for row in rows {
                let address = (row.repo_id, row.number);
                if row.open {
                    open.push((row.place, address));
                } else if row.transferred {
                    let address = remarks::current_key(connection, account_id, sight, address).await?;
                    let is_open = rows::is_open(connection, account_id, sight, address).await?;
                    open.extend(is_open.then_some((row.place, address)));
                }
            }
            let addresses: Vec<ItemAddress> = open.iter().map(|(_, address)| *address).collect();
            let marks = remarks::of(connection, account_id, sight, &addresses).await?;
            let is_read =
                |address: &ItemAddress| marks.get(address).is_some_and(|marks| marks.read_position() > started);
            let left = open.iter().filter(|(place, address)| !read.contains(place) && !is_read(address));
            found.extend(left.map(|(place, _)| *place).take(most - found.len()));
            if found.len() >= most {
                return Ok(());
            }
        }
    }
}

/// The place of the deck at which a scrub's cursor is for a reader; `place` is where it is.
pub(super) async fn seen_by(
    connection: &mut PgConnection,
    account_id: i64,
    (scrub, view, opened_position): (i64, &str, i64),
    sight: &Sight,
    place: i64,
) -> Result<Option<i64>, StoreError> {
    if sight.is_all() || is_seen(connection, account_id, (scrub, place), sight).await? {
        return Ok(Some(place));
    }
    let round = round_at(&mut *connection, account_id, view, Track::of(sight), opened_position).await?;
    ToRead { account_id, scrub, sight, started: round.started, read: &NONE }.after(connection, place).await
}

/// Where an open scrub's cursor is for those who see what is public alone.
pub(super) async fn for_the_public(
    connection: &mut PgConnection,
    account_id: i64,
    scrub: i64,
    at: &rows::ScrubRow,
) -> Result<Option<i64>, StoreError> {
    let Some(place) = at.place else { return Ok(None) };
    seen_by(connection, account_id, (scrub, &at.view, at.opened_position), &Sight::Public, place).await
}

/// Whether a reader sees the row at a place: the repository that its item was in at the opening.
pub(super) async fn is_seen(
    connection: &mut PgConnection,
    account_id: i64,
    (scrub, place): (i64, i64),
    sight: &Sight,
) -> Result<bool, StoreError> {
    match rows::item_at(connection, account_id, scrub, place).await? {
        Some((repo_id, _)) => rows::sees(connection, account_id, sight, repo_id).await,
        None => Ok(false),
    }
}

/// The open scrub in whose deck an item is: the one whose cursor is on it for a reader, else the newest.
pub(super) async fn scrub_at(
    connection: &mut PgConnection,
    account_id: i64,
    sight: &Sight,
    address: ItemAddress,
) -> Result<Option<i64>, StoreError> {
    let open = rows::open_scrubs_with(connection, account_id, address).await?;
    for row in &open {
        let Some(cursor) = row.cursor else { continue };
        let scrub = (row.scrub, row.view.as_str(), row.opened_position);
        if seen_by(connection, account_id, scrub, sight, cursor).await? == Some(row.place) {
            return Ok(Some(row.scrub));
        }
    }
    Ok(open.first().map(|row| row.scrub))
}

/// The position at which the round began in which a scrub deals and reads.
pub(super) async fn started(
    connection: &mut PgConnection,
    account_id: i64,
    scrub: &rows::ScrubRow,
) -> Result<i64, StoreError> {
    let track = Track::of(&scrub.sight());
    Ok(rounds::round_at(connection, account_id, &scrub.view, track, scrub.opened_position).await?.started)
}
