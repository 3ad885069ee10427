//! One order of all items: their slots, from the first to the last.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::items::Items;
use super::slots::Slots;
use super::tree::Tree;
use crate::rank::PlaceKey;

/// What items are sorted by.
#[derive(Clone, Copy, Debug)]
pub(super) enum By {
    /// The stalest on a date first; the date as in [`super::columns::Row`].
    StaleAge { today: i32 },
    /// The oldest first.
    Creation,
}

#[derive(Clone, Debug)]
pub(super) struct SortedSlots {
    by: By,
    slots: Tree<u32>,
}

impl SortedSlots {
    /// Sorts all items.
    pub fn new(items: &Items, by: By) -> Self {
        let rest = |slot: u32| {
            let (chunk, at) = items.columns.chunk(slot);
            (chunk.created_at[at], chunk.repo_id[at], chunk.number[at])
        };
        // Most of what is compared first differs, so it stands beside the slots and the rest is looked up.
        let first = |slot: u32| match by {
            By::StaleAge { today } => -items.product(slot, today),
            By::Creation => rest(slot).0,
        };
        let mut places: Vec<(i64, u32)> = items.columns.taken().map(|slot| (first(slot), slot)).collect();
        places.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| rest(a.1).cmp(&rest(b.1))));
        let slots: Vec<u32> = places.into_iter().map(|(_, slot)| slot).collect();
        Self { by, slots: Tree::new(&slots) }
    }

    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// `items` must hold the slot already.
    pub fn insert(&mut self, items: &Items, slot: u32) {
        self.slots.insert(self.place_of(items, slot), slot);
    }

    /// `items` must hold the slot still, as it was when it was inserted.
    pub fn remove(&mut self, items: &Items, slot: u32) {
        self.slots.remove(self.place_of(items, slot));
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

    /// How many items come before one that is there.
    pub fn place_of(&self, items: &Items, slot: u32) -> usize {
        let today = match self.by {
            By::StaleAge { today } => today,
            // The product is not looked at.
            By::Creation => 0,
        };
        self.before(items, &items.place(slot, today))
    }

    /// The first of the selected after a place, found by reading the order from there, and how many
    /// items come before each.
    pub fn walk(
        &self,
        items: &Items,
        selected: Option<&Slots>,
        backwards: bool,
        after: Option<PlaceKey>,
        limit: usize,
    ) -> Vec<(usize, u32)> {
        let is_selected = |slot: u32| selected.is_none_or(|selected| selected.contains(slot));
        let start = match (backwards, after) {
            (false, None) => 0,
            (true, None) => self.slots.len(),
            (false, Some(after)) => self.slots.partition_point(|slot| self.compare(items, *slot, &after).is_le()),
            (true, Some(after)) => self.before(items, &after),
        };
        if backwards {
            let slots = self.slots.runs_back(start).flat_map(|run| run.iter().rev().copied());
            (0..start).rev().zip(slots).filter(|(_, slot)| is_selected(*slot)).take(limit).collect()
        } else {
            let slots = self.slots.runs(start).flatten().copied();
            (start..).zip(slots).filter(|(_, slot)| is_selected(*slot)).take(limit).collect()
        }
    }

    /// The one of the selected that has so many of them before it.
    pub fn nth(&self, selected: Option<&Slots>, backwards: bool, before: usize) -> Option<u32> {
        let Some(selected) = selected else {
            let last = self.slots.len().checked_sub(1)?;
            let index = if backwards { last.checked_sub(before)? } else { before };
            return if index <= last { self.slots.get(index).copied() } else { None };
        };
        if backwards {
            let slots = self.slots.runs_back(self.slots.len()).flat_map(|run| run.iter().rev().copied());
            slots.filter(|slot| selected.contains(*slot)).nth(before)
        } else {
            self.slots.runs(0).flatten().copied().filter(|slot| selected.contains(*slot)).nth(before)
        }
    }

    /// How many items come before a place.
    fn before(&self, items: &Items, place: &PlaceKey) -> usize {
        self.slots.partition_point(|slot| self.compare(items, *slot, place).is_lt())
    }

    /// How an item compares with a place.
    fn compare(&self, items: &Items, slot: u32, place: &PlaceKey) -> Ordering {
        match self.by {
            By::StaleAge { today } => items.compare(slot, today, place),
            By::Creation => {
                let (chunk, at) = items.columns.chunk(slot);
                let item = (chunk.created_at[at], chunk.repo_id[at], chunk.number[at]);
                item.cmp(&(place.created_at.timestamp_micros(), place.repo_id, place.number))
            }
        }
    }
}
