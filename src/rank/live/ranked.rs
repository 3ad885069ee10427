//! The pages and the ranks of one date.

use std::cmp::Ordering;

use chrono::NaiveDate;

use super::items::{day_number, days_between};
use super::selection::Selection;
use super::slots::Slots;
use super::snapshot::{Dated, Snapshot};
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
pub struct Ranked<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) dated: &'a Dated,
}

impl Ranked<'_> {
    pub fn date(&self) -> NaiveDate {
        self.dated.date
    }

    /// The items of a selection that come strictly after a place, whether or not an item is
    /// there; in the order that `order` reads.
    pub fn page(&self, selection: &Selection, order: Order, after: Option<PlaceKey>, limit: usize) -> Page {
        let selected = selection.slots(&self.snapshot.items, &self.snapshot.public);
        let all = self.dated.queue.len();
        let total = selected.as_ref().map_or(all, Slots::len);
        let mut places = match &selected {
            Some(selected) if total < all / RARE => self.collect(selected, order, after, limit.saturating_add(1)),
            _ => self.walk(selected.as_ref(), order, after, limit.saturating_add(1)),
        };
        let more = places.len() > limit;
        places.truncate(limit);
        Page { total: total as i64, places, more }
    }

    /// The place of an item in the whole queue; `None` if it is not in it.
    pub fn place_of(&self, repo_id: i64, number: i64) -> Option<Place> {
        Some(self.place(self.snapshot.items.find(repo_id, number)?))
    }

    /// The first of the selected after a place, found by reading the order from there.
    fn walk(&self, selected: Option<&Slots>, order: Order, after: Option<PlaceKey>, limit: usize) -> Vec<Place> {
        let (queue, created) = (&self.dated.queue, &self.snapshot.created);
        let walk = |sorted: &super::sorted::Sorted, backwards| {
            sorted.walk(&self.snapshot.items, selected, backwards, after, limit).into_iter()
        };
        match order {
            Order::Stalest => walk(queue, false).map(|(index, slot)| self.at(slot, index)).collect(),
            Order::Freshest => walk(queue, true).map(|(index, slot)| self.at(slot, index)).collect(),
            Order::Oldest => walk(created, false).map(|(_, slot)| self.place(slot)).collect(),
            Order::Newest => walk(created, true).map(|(_, slot)| self.place(slot)).collect(),
        }
    }

    /// The same, found by sorting the selected.
    fn collect(&self, selected: &Slots, order: Order, after: Option<PlaceKey>, limit: usize) -> Vec<Place> {
        let (items, today) = (&self.snapshot.items, day_number(self.dated.date));
        let mut found: Vec<(PlaceKey, u32)> = selected
            .iter()
            .map(|slot| (items.place(slot, today), slot))
            .filter(|(place, _)| after.is_none_or(|after| order.compare(place, &after) == Ordering::Greater))
            .collect();
        if limit < found.len() {
            found.select_nth_unstable_by(limit, |a, b| order.compare(&a.0, &b.0));
            found.truncate(limit);
        }
        found.sort_unstable_by(|a, b| order.compare(&a.0, &b.0));
        found.into_iter().map(|(_, slot)| self.place(slot)).collect()
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
