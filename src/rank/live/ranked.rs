//! The order of one date, and the pages of it.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::items::{Items, days_between};
use super::selection::Selection;
use super::slots::Slots;
use super::tree::Tree;
use crate::rank::{Order, Place, PlaceKey};

/// Of how many items a selection must have at least one for its page to be found by walking the
/// order; a rarer one is collected and sorted.
const RARE: usize = 256;

/// All items on one date: their slots, the stalest first.
#[derive(Clone, Debug)]
pub(super) struct Queue {
    /// As in [`super::columns::Row`].
    pub today: i32,
    slots: Tree<u32>,
}

/// A page of a ranking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Items that the selection has, on all pages.
    pub total: i64,
    pub places: Vec<Place>,
    /// More items follow.
    pub more: bool,
}

impl Queue {
    /// Sorts all items.
    pub fn new(items: &Items, today: i32) -> Self {
        // Most products differ, so they stand beside the slots and the rest is looked up.
        let mut places: Vec<(i64, u32)> =
            items.columns.taken().map(|slot| (-items.product(slot, today), slot)).collect();
        let rest = |slot: u32| {
            let (chunk, at) = items.columns.chunk(slot);
            (chunk.created_at[at], chunk.repo_id[at], chunk.number[at])
        };
        places.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| rest(a.1).cmp(&rest(b.1))));
        let slots: Vec<u32> = places.into_iter().map(|(_, slot)| slot).collect();
        Self { today, slots: Tree::new(&slots) }
    }

    /// `items` must hold the slot already.
    pub fn insert(&mut self, items: &Items, slot: u32) {
        let place = items.place(slot, self.today);
        self.slots.insert(self.before(items, &place), slot);
    }

    /// `items` must hold the slot still, as it was when it was inserted.
    pub fn remove(&mut self, items: &Items, slot: u32) {
        let place = items.place(slot, self.today);
        self.slots.remove(self.before(items, &place));
    }

    /// Makes the order of the items `before` the order of the items `now`, which differ in the
    /// slots `touched` at most.
    pub fn follow(&mut self, before: &Items, now: &Items, touched: &BTreeSet<u32>) {
        touched.iter().filter(|slot| before.has(**slot)).for_each(|slot| self.remove(before, *slot));
        touched.iter().filter(|slot| now.has(**slot)).for_each(|slot| self.insert(now, *slot));
    }

    pub fn retain(&mut self, keep: impl Fn(u32) -> bool) {
        self.slots.retain(|slot| keep(*slot));
    }

    pub fn place(&self, items: &Items, slot: u32) -> Place {
        let place = items.place(slot, self.today);
        self.at(items, slot, self.before(items, &place))
    }

    pub fn page(
        &self,
        items: &Items,
        selection: &Selection,
        order: Order,
        after: Option<PlaceKey>,
        limit: usize,
    ) -> Page {
        let selected = selection.slots(items);
        let total = selected.as_ref().map_or(self.slots.len(), Slots::len);
        let mut places = match &selected {
            Some(selected) if total < self.slots.len() / RARE => {
                self.collect(items, selected, order, after, limit.saturating_add(1))
            }
            _ => self.walk(items, selected.as_ref(), order, after, limit.saturating_add(1)),
        };
        let more = places.len() > limit;
        places.truncate(limit);
        Page { total: total as i64, places, more }
    }

    /// The first of the selected after a place, found by reading the order from there.
    fn walk(
        &self,
        items: &Items,
        selected: Option<&Slots>,
        order: Order,
        after: Option<PlaceKey>,
        limit: usize,
    ) -> Vec<Place> {
        let is_selected = |slot: u32| selected.is_none_or(|selected| selected.contains(slot));
        let start = match (order, after) {
            (Order::Stalest, None) => 0,
            (Order::Freshest, None) => self.slots.len(),
            (Order::Stalest, Some(after)) => {
                self.slots.partition_point(|slot| items.compare(*slot, self.today, &after).is_le())
            }
            (Order::Freshest, Some(after)) => self.before(items, &after),
        };
        let found: Vec<(usize, u32)> = match order {
            Order::Stalest => (start..)
                .zip(self.slots.runs(start).flatten().copied())
                .filter(|(_, slot)| is_selected(*slot))
                .take(limit)
                .collect(),
            Order::Freshest => (0..start)
                .rev()
                .zip(self.slots.runs_back(start).flat_map(|run| run.iter().rev().copied()))
                .filter(|(_, slot)| is_selected(*slot))
                .take(limit)
                .collect(),
        };
        found.into_iter().map(|(index, slot)| self.at(items, slot, index)).collect()
    }

    /// The same, found by sorting the selected.
    fn collect(
        &self,
        items: &Items,
        selected: &Slots,
        order: Order,
        after: Option<PlaceKey>,
        limit: usize,
    ) -> Vec<Place> {
        let reading = |a: &PlaceKey, b: &PlaceKey| order.compare(a, b);
        let mut found: Vec<(PlaceKey, u32)> = selected
            .iter()
            .map(|slot| (items.place(slot, self.today), slot))
            .filter(|(place, _)| after.is_none_or(|after| reading(place, &after) == Ordering::Greater))
            .collect();
        if limit < found.len() {
            found.select_nth_unstable_by(limit, |a, b| reading(&a.0, &b.0));
            found.truncate(limit);
        }
        found.sort_unstable_by(|a, b| reading(&a.0, &b.0));
        found.into_iter().map(|(place, slot)| self.at(items, slot, self.before(items, &place))).collect()
    }

    /// How many items come before a place.
    fn before(&self, items: &Items, place: &PlaceKey) -> usize {
        self.slots.partition_point(|slot| items.compare(*slot, self.today, place).is_lt())
    }

    /// The item at an index of the order.
    fn at(&self, items: &Items, slot: u32, index: usize) -> Place {
        let (chunk, at) = items.columns.chunk(slot);
        let (created, updated) = chunk.days[at];
        Place {
            key: items.place(slot, self.today),
            rank: Some(index as i64 + 1),
            days_age: days_between(created, self.today),
            days_stale: days_between(updated, self.today),
        }
    }
}
