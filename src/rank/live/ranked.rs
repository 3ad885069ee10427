//! The pages and the ranks of one date.

use std::cmp::Ordering;

use chrono::{DateTime, NaiveDate};

use super::items::{Items, day_number, days_between};
use super::numbers;
use super::selection::Selection;
use super::slots::Slots;
use super::snapshot::{DateOrder, Snapshot};
use crate::rank::measure::Measure;
use crate::rank::order::Measures;
use crate::rank::{Order, Place, PlaceKey};

/// Of how many items a selection must have at least one for its page to be found by walking the
/// order; a rarer one is collected and sorted.
const RARE: usize = 256;

/// A page of a ranking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Items that the selection has, on all pages.
    pub total: i64,
    pub places: Vec<Place>,
    /// More items follow.
    pub more: bool,
}

/// A snapshot read on one of its dates.
#[derive(Clone, Copy, Debug)]
pub struct DateView<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) dated: &'a DateOrder,
}

impl DateView<'_> {
    pub fn date(&self) -> NaiveDate {
        self.dated.date
    }

    /// The items of a selection that come strictly after a place, whether or not an item is
    /// there; in the order that `order` reads.
    pub fn page(&self, selection: &Selection, order: Order, after: Option<PlaceKey>, limit: usize) -> Page {
        let selected = selection.slots(&self.snapshot.items, &self.snapshot.public);
        self.page_of(selected.as_ref(), order, after, limit)
    }

    /// The same of slots that were selected; `None` for all of them.
    pub(super) fn page_of(
        &self,
        selected: Option<&Slots>,
        order: Order,
        after: Option<PlaceKey>,
        limit: usize,
    ) -> Page {
        let all = self.dated.queue.len();
        let total = selected.map_or(all, Slots::len);
        let mut places = match selected {
            Some(selected) if total < all / RARE || order.looks_at_more() => {
                self.collect(selected.iter(), order, after, limit.saturating_add(1))
            }
            None if order.looks_at_more() => {
                self.collect(self.snapshot.items.columns.taken(), order, after, limit.saturating_add(1))
            }
            _ => self.walk(selected, order, after, limit.saturating_add(1)),
        };
        let more = places.len() > limit;
        places.truncate(limit);
        Page { total: total as i64, places, more }
    }

    /// The place of the item that has so many of the selection before it, or of its last one; `None` if there is none, and
    /// for orders that look at more than dates.
    pub fn place_at(&self, selection: &Selection, order: Order, before: usize) -> Option<PlaceKey> {
        let selected = selection.slots(&self.snapshot.items, &self.snapshot.public);
        let total = selected.as_ref().map_or(self.dated.queue.len(), Slots::len);
        let before = before.min(total.checked_sub(1)?);
        let (queue, created) = (&self.dated.queue, &self.snapshot.created);
        let slot = match order {
            Order::Stalest => queue.nth(selected.as_ref(), false, before),
            Order::Freshest => queue.nth(selected.as_ref(), true, before),
            Order::Oldest => created.nth(selected.as_ref(), false, before),
            Order::Newest => created.nth(selected.as_ref(), true, before),
            _ => None,
        };
        Some(self.place(slot?).key)
    }

    /// The place of an item in the whole queue; `None` if it is not in it.
    pub fn place_of(&self, repo_id: i64, number: i64) -> Option<Place> {
        Some(self.place(self.snapshot.items.find(repo_id, number)?))
    }

    /// The first of the selected after a place, found by reading the order from there.
    fn walk(&self, selected: Option<&Slots>, order: Order, after: Option<PlaceKey>, limit: usize) -> Vec<Place> {
        let (queue, created) = (&self.dated.queue, &self.snapshot.created);
        let walk = |sorted: &super::sorted::SortedSlots, backwards| {
            sorted.walk(&self.snapshot.items, selected, backwards, after, limit).into_iter()
        };
        match order {
            Order::Stalest => walk(queue, false).map(|(index, slot)| self.at(slot, index)).collect(),
            Order::Freshest => walk(queue, true).map(|(index, slot)| self.at(slot, index)).collect(),
            _ => walk(created, order == Order::Newest).map(|(_, slot)| self.place(slot)).collect(),
        }
    }

    /// The same, found by looking at each of the selected.
    fn collect(
        &self,
        selected: impl Iterator<Item = u32>,
        order: Order,
        after: Option<PlaceKey>,
        limit: usize,
    ) -> Vec<Place> {
        let (items, today) = (&self.snapshot.items, day_number(self.dated.date));
        let mut found: Vec<(PlaceKey, u32)> = vec![];
        let mut last: Option<PlaceKey> = None;
        for slot in selected {
            let first = order.first(&InSlot { items, slot, today });
            if last.is_some_and(|last| first < last.first) {
                continue;
            }
            let place = PlaceKey { first, ..items.place(slot, today) };
            let comes = |after: PlaceKey| order.compare(&place, &after) == Ordering::Greater;
            if !after.is_none_or(comes) || last.is_some_and(comes) {
                continue;
            }
            found.push((place, slot));
            // Sorted now and then only; from then on it is known what comes too late.
            if found.len() >= limit.saturating_mul(2).max(64) {
                found.select_nth_unstable_by(limit - 1, |a, b| order.compare(&a.0, &b.0));
                found.truncate(limit);
                last = found.last().map(|(place, _)| *place);
            }
        }
        found.sort_unstable_by(|a, b| order.compare(&a.0, &b.0));
        found.truncate(limit);
        found.into_iter().map(|(place, slot)| self.placed(slot, place.first)).collect()
    }

    /// The place of an item, with what the order looked at first.
    fn placed(&self, slot: u32, first: Option<i64>) -> Place {
        let place = self.place(slot);
        Place { key: PlaceKey { first, ..place.key }, ..place }
    }

    fn place(&self, slot: u32) -> Place {
        self.at(slot, self.dated.queue.place_of(&self.snapshot.items, slot))
    }

    /// The item at an index of the date's order.
    fn at(&self, slot: u32, index: usize) -> Place {
        let (items, today) = (&self.snapshot.items, day_number(self.dated.date));
        let (chunk, at) = items.columns.chunk(slot);
        let (created, updated) = chunk.days[at];
        Place {
            key: items.place(slot, today),
            rank: Some(index as i64 + 1),
            days_age: days_between(created, today),
            days_stale: days_between(updated, today),
        }
    }
}

/// An item of a slot, on a date.
struct InSlot<'a> {
    items: &'a Items,
    slot: u32,
    today: i32,
}

impl Measures for InSlot<'_> {
    fn measure(&self, measure: Measure) -> Option<i64> {
        let (chunk, at) = self.items.columns.chunk(self.slot);
        numbers::held(chunk, at, measure)
    }

    fn closed_at(&self) -> Option<i64> {
        None
    }

    fn days_age(&self) -> i64 {
        let (chunk, at) = self.items.columns.chunk(self.slot);
        days_between(chunk.days[at].0, self.today)
    }

    fn days_since(&self, at: i64) -> i64 {
        let date = DateTime::from_timestamp(at, 0).map(|at| at.with_timezone(&self.items.zone).date_naive());
        date.map_or(0, |date| days_between(day_number(date), self.today))
    }
}
