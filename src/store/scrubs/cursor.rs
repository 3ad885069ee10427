//! Where a scrub's cursor goes next, and where it is for somebody who does not see the row that it is on.
//!
//! There is one cursor, and of what is public one beside it, which is where the cursor would be if nothing else was in the deck. They
//! are at the same row, or the cursor is at a private one. Then the public rows wait for it where they are, whatever happens to
//! their items, so that nobody learns by them what is read that is hidden.

use std::collections::BTreeSet;

use sqlx::PgConnection;

use super::rounds;
use super::rows::{self, NextRow};
use crate::activity::Sight;
use crate::activity::scrubbing::Cursors;
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
        self.within(connection, &[(place, i64::MAX), (0, place)], most, |_| true).await
    }

    /// The first rows that are still to be read, so many at most, within some ranges of places, whose ends are not included.
    async fn within(
        &self,
        connection: &mut PgConnection,
        ranges: &[(i64, i64)],
        most: usize,
        which: fn(&NextRow) -> bool,
    ) -> Result<Vec<i64>, StoreError> {
        let mut found = vec![];
        for (mut after, before) in ranges.iter().copied() {
            let mut at_once = if most == 1 { FEW } else { MANY };
            while found.len() < most {
                let (account_id, scrub, sight) = (self.account_id, self.scrub, self.sight);
                let mut rows = rows::between(connection, account_id, scrub, sight, (after, before), at_once).await?;
                let Some(last) = rows.last() else { break };
                (after, at_once) = (last.place, MANY);
                rows.retain(which);
                found.extend(self.among(connection, rows).await?);
            }
        }
        found.truncate(most);
        Ok(found)
    }

    /// Those of some rows that are still to be read, in their order.
    async fn among(&self, connection: &mut PgConnection, rows: Vec<NextRow>) -> Result<Vec<i64>, StoreError> {
        let ToRead { account_id, sight, started, read, .. } = *self;
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
        let is_read = |address: &ItemAddress| marks.get(address).is_some_and(|marks| marks.read_position() > started);
        let left = open.iter().filter(|(place, address)| !read.contains(place) && !is_read(address));
        Ok(left.map(|(place, _)| *place).collect())
    }

    /// The row after a place to which the cursor goes for the reader, while it is at `public` for those who see what is public alone:
    /// the first one of that and of the private rows that are still to be read.
    async fn with_private(
        &self,
        connection: &mut PgConnection,
        place: i64,
        public: Option<i64>,
    ) -> Result<Option<i64>, StoreError> {
        if *self.sight == Sight::Public {
            return Ok(public);
        }
        // After the last row come those that were left behind.
        let before: &[(i64, i64)] = match public {
            Some(public) if public > place => &[(place, public)],
            Some(public) => &[(place, i64::MAX), (0, public)],
            None => &[(place, i64::MAX), (0, place)],
        };
        let private = self.within(connection, before, 1, |row| row.private).await?.pop();
        Ok(private.or(public))
    }
}

/// A scrub's cursor, and what is asked of it.
pub(super) struct Cursor<'a> {
    pub scrub: i64,
    pub view: &'a str,
    pub opened_position: i64,
    pub at: Cursors,
}

impl Cursor<'_> {
    /// The place of the deck at which it is for a reader.
    pub async fn seen_by(
        &self,
        connection: &mut PgConnection,
        account_id: i64,
        sight: &Sight,
    ) -> Result<Option<i64>, StoreError> {
        let Some(place) = self.at.whole else { return Ok(None) };
        if sight.is_all() || is_seen(connection, account_id, (self.scrub, place), sight).await? {
            return Ok(Some(place));
        }
        let public = self.at_public(connection, account_id).await?;
        let started = self.started(connection, account_id, sight).await?;
        let to_read = ToRead { account_id, scrub: self.scrub, sight, started, read: &NONE };
        to_read.with_private(connection, place, public).await
    }

    /// Where it is for those who see what is public alone. If the row has become private, it is at the next one that they may read.
    async fn at_public(&self, connection: &mut PgConnection, account_id: i64) -> Result<Option<i64>, StoreError> {
        let Some(place) = self.at.public else { return Ok(None) };
        if is_seen(connection, account_id, (self.scrub, place), &Sight::Public).await? {
            return Ok(Some(place));
        }
        self.next_public(connection, account_id, place, &NONE).await
    }

    async fn next_public(
        &self,
        connection: &mut PgConnection,
        account_id: i64,
        place: i64,
        read: &BTreeSet<i64>,
    ) -> Result<Option<i64>, StoreError> {
        let started = self.started(connection, account_id, &Sight::Public).await?;
        ToRead { account_id, scrub: self.scrub, sight: &Sight::Public, started, read }.after(connection, place).await
    }

    /// Where it is once somebody goes on from a place, whose item and those at `read` count as read. `dealt`: of what the deck was dealt.
    pub async fn after(
        &self,
        connection: &mut PgConnection,
        account_id: i64,
        dealt: &Sight,
        place: i64,
        read: &BTreeSet<i64>,
    ) -> Result<Cursors, StoreError> {
        let is_public = is_seen(connection, account_id, (self.scrub, place), &Sight::Public).await?;
        // Or nobody sees the row any more.
        let (public, waits) = match is_public || self.at.public == Some(place) {
            true => {
                let next = self.next_public(connection, account_id, place, read).await?;
                (next, next)
            }
            false => (self.at.public, self.at_public(connection, account_id).await?),
        };
        if self.at.whole != Some(place) {
            return Ok(Cursors { whole: self.at.whole, public });
        }
        let started = self.started(connection, account_id, dealt).await?;
        let to_read = ToRead { account_id, scrub: self.scrub, sight: dealt, started, read };
        Ok(Cursors { whole: to_read.with_private(connection, place, waits).await?, public })
    }

    /// The position at which the round began in which a scrub deals and reads, for whoever sees `sight`.
    async fn started(&self, connection: &mut PgConnection, account_id: i64, sight: &Sight) -> Result<i64, StoreError> {
        let track = Track::of(sight);
        Ok(rounds::round_at(connection, account_id, self.view, track, self.opened_position).await?.started)
    }
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
        let at = Cursors { whole: row.cursor, public: row.public_cursor };
        let cursor = Cursor { scrub: row.scrub, view: &row.view, opened_position: row.opened_position, at };
        if cursor.seen_by(connection, account_id, sight).await? == Some(row.place) {
            return Ok(Some(row.scrub));
        }
    }
    Ok(open.first().map(|row| row.scrub))
}

/// The position at which the round began in which a scrub deals and reads.
pub(super) async fn started(
    connection: &mut PgConnection,
    account_id: i64,
    (scrub, at): (i64, &rows::ScrubRow),
) -> Result<i64, StoreError> {
    at.cursor(scrub).started(connection, account_id, &at.sight()).await
}
