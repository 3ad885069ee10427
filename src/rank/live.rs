//! The live ranking: an account's open items in order, held in memory.
//!
//! It follows the log: whoever reads the events tells it what became of each item, and it answers
//! pages of any filter in any order, of today and, for the hour past midnight, of yesterday.
//! The players:
//! - [`Live`]: takes changes, one writer at a time, and publishes a whole new snapshot for each;
//! - [`snapshot`]: one moment, which never changes; what pages are read from;
//! - [`ranked`]: the pages and the ranks of one date; [`parts`]: a page with what is told of all items; [`sorted`]: an
//!   order of all items;
//! - [`selection`]: a filter whose names were resolved, and the slots that it selects;
//! - [`facets`]: how many of them have each value; [`facet_names`]: what values are called;
//! - [`items`], [`columns`], [`kinds`]: what is kept of each item, and how it is found;
//! - [`slots`], [`tree`]: the set and the sequence that all of it is made of.
//!
//! Readers never wait: they take the snapshot that is there. A snapshot that is held keeps only
//! what has changed since alive, but for as long as it is held.
//!
//! Not guaranteed: that times are kept finer than microseconds; that positions rise (the caller
//! says which one a change belongs to).

mod columns;
mod facet_names;
mod facets;
mod items;
mod kinds;
mod numbers;
mod parts;
mod ranked;
mod selection;
mod slots;
mod snapshot;
mod sorted;
mod tree;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;
use chrono::NaiveDate;
use chrono_tz::Tz;

pub use facet_names::{FacetNames, Unknown};
pub use facets::OpenCounts;
pub use parts::Part;
pub use ranked::{DateView, Page};
pub use selection::{Addresses, Meanings, Selection};
use snapshot::DateOrder;
pub use snapshot::Snapshot;
use sorted::{By, SortedSlots};

use crate::rank::criterion::Item;

/// What became of an item.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "most changes are of this kind, and each lives for a moment")]
pub enum Change {
    /// It is open and may be seen: it is new, or replaces what was at its address.
    Put(Item),
    /// It is closed, gone, or may not be seen. It need not be there.
    Remove { repo_id: i64, number: i64 },
    /// No item of the repository may be seen.
    RemoveRepository(i64),
}

/// The live ranking of one account.
#[derive(Debug)]
pub struct Live {
    published: ArcSwap<Snapshot>,
    /// Held by whoever is about to publish. While a turn sorts aside: the slots that changes have
    /// touched since it began.
    writer: Mutex<Option<BTreeSet<u32>>>,
    /// Held by whoever turns.
    turning: Mutex<()>,
}

impl Live {
    /// All open, visible items of an account as of `position`. Of two items with one address the
    /// later one counts.
    pub fn load(zone: Tz, today: NaiveDate, position: i64, items: impl IntoIterator<Item = Item>) -> Self {
        let mut public = vec![];
        let items = items.into_iter().inspect(|item| public.extend(item.to_the_public()));
        let items = items::Items::load(zone, items);
        let public = items::Items::load(zone, public);
        let (created, today) = (SortedSlots::new(&items, By::Creation), DateOrder::new(&items, today));
        let snapshot = Snapshot { position, items, public, created, today, yesterday: None };
        Self { published: ArcSwap::from_pointee(snapshot), writer: Mutex::new(None), turning: Mutex::new(()) }
    }

    /// The ranking as it is now. Takes no lock.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.published.load_full()
    }

    /// Applies changes in their order and publishes the result, which holds the account's events
    /// up to `position`.
    pub fn apply(&self, changes: impl IntoIterator<Item = Change>, position: i64) {
        let mut writer = lock(&self.writer);
        let mut next = Snapshot::clone(&self.published.load());
        next.position = position;
        let mut touched = Vec::new();
        for change in changes {
            match change {
                Change::Put(item) => touched.push(next.put(&item)),
                Change::Remove { repo_id, number } => touched.extend(next.remove(repo_id, number)),
                Change::RemoveRepository(repo_id) => touched.extend(next.remove_repository(repo_id)),
            }
        }
        if let Some(slots) = &mut *writer {
            slots.extend(touched);
        }
        self.published.store(Arc::new(next));
    }

    /// Makes `today` the date. The order that was becomes yesterday's and is kept, and follows
    /// changes, until [`Live::drop_yesterday`] or the next turn. Changes are applied while this
    /// sorts aside; it takes some tenths of a second for a million items.
    pub fn turn(&self, today: NaiveDate) {
        let _turning = lock(&self.turning);
        let begun = {
            let mut writer = lock(&self.writer);
            let begun = self.snapshot();
            if begun.date() == today {
                return;
            }
            *writer = Some(BTreeSet::new());
            begun
        };
        let mut dated = DateOrder::new(&begun.items, today);

        let mut writer = lock(&self.writer);
        let mut next = Snapshot::clone(&self.published.load());
        let touched = writer.take().unwrap_or_default();
        dated.queue.follow(&begun.items, &next.items, &touched);
        next.yesterday = Some(std::mem::replace(&mut next.today, dated));
        self.published.store(Arc::new(next));
    }

    /// Forgets yesterday's order.
    pub fn drop_yesterday(&self) {
        let _writer = lock(&self.writer);
        let mut next = Snapshot::clone(&self.published.load());
        if next.yesterday.take().is_some() {
            self.published.store(Arc::new(next));
        }
    }
}

/// A lock guards an order of turns, not data that a panic could leave half changed: what is
/// published is replaced whole or not at all.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
