//! One moment of an account's live ranking.

use chrono::NaiveDate;

use super::columns::Row;
use super::items::{Items, day_number};
use super::ranked::{Page, Queue};
use super::selection::Selection;
use super::slots::Slots;
use crate::rank::criterion::Item;
use crate::rank::{Order, Place, PlaceKey};

/// Removals of one call from which on all is filtered once, instead of one item after another.
const MANY: usize = 4096;

/// All open items of one account as of one position, in the order of one or two dates. It never
/// changes.
#[derive(Clone, Debug)]
pub struct Snapshot {
    pub(super) position: i64,
    pub(super) items: Items,
    pub(super) today: Dated,
    /// The date before, while pages that were begun on it may be asked for.
    pub(super) yesterday: Option<Dated>,
}

/// A date's order.
#[derive(Clone, Debug)]
pub(super) struct Dated {
    pub date: NaiveDate,
    pub queue: Queue,
}

impl Dated {
    pub fn new(items: &Items, date: NaiveDate) -> Self {
        Self { date, queue: Queue::new(items, day_number(date)) }
    }
}

/// A snapshot read on one of its dates.
#[derive(Clone, Copy, Debug)]
pub struct Ranked<'a> {
    snapshot: &'a Snapshot,
    dated: &'a Dated,
}

impl Snapshot {
    /// The position up to which the account's events are in it.
    pub fn position(&self) -> i64 {
        self.position
    }

    /// Today, as of this moment.
    pub fn date(&self) -> NaiveDate {
        self.today.date
    }

    /// Open items.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The ranking of a date: today's, or yesterday's while it is kept.
    pub fn on(&self, date: NaiveDate) -> Option<Ranked<'_>> {
        let dated = std::iter::once(&self.today).chain(&self.yesterday).find(|dated| dated.date == date)?;
        Some(Ranked { snapshot: self, dated })
    }

    /// Today's page; [`Ranked::page`].
    pub fn page(&self, selection: &Selection, order: Order, after: Option<PlaceKey>, limit: usize) -> Page {
        self.ranked().page(selection, order, after, limit)
    }

    fn ranked(&self) -> Ranked<'_> {
        Ranked { snapshot: self, dated: &self.today }
    }

    fn queues_mut(&mut self) -> impl Iterator<Item = &mut Queue> {
        std::iter::once(&mut self.today).chain(&mut self.yesterday).map(|dated| &mut dated.queue)
    }

    /// Adds an item, or replaces the one at its address. Returns its slot.
    pub(super) fn put(&mut self, item: &Item) -> u32 {
        let held = self.items.find(item.repo_id, item.number);
        let row = self.items.row(item);
        let place = |row: Row| (row.created_at, row.created_day, row.updated_day);
        let stays = held.and_then(|slot| self.items.columns.row(slot)).is_some_and(|held| place(held) == place(row));
        if let Some(slot) = held.filter(|_| !stays) {
            self.unqueue(slot);
        }
        let slot = self.items.put(held, &row, item);
        if !stays {
            let Self { items, today, yesterday, .. } = self;
            for dated in std::iter::once(today).chain(yesterday) {
                dated.queue.insert(items, slot);
            }
        }
        slot
    }

    /// Removes an item, if it is there. Returns the slot that it had.
    pub(super) fn remove(&mut self, repo_id: i64, number: i64) -> Option<u32> {
        let slot = self.items.find(repo_id, number)?;
        self.remove_slot(slot);
        Some(slot)
    }

    /// Removes all items of a repository. Returns the slots that they had.
    pub(super) fn remove_repository(&mut self, repo_id: i64) -> Vec<u32> {
        let slots = self.items.in_repository(repo_id);
        if slots.len() < MANY {
            slots.iter().for_each(|slot| self.remove_slot(*slot));
            return slots;
        }
        let mut gone = Slots::none(self.items.columns.capacity());
        slots.iter().for_each(|slot| gone.insert(*slot));
        self.queues_mut().for_each(|queue| queue.retain(|slot| !gone.contains(slot)));
        self.items.remove_all(&slots, |slot| gone.contains(slot));
        slots
    }

    fn remove_slot(&mut self, slot: u32) {
        self.unqueue(slot);
        self.items.remove(slot);
    }

    fn unqueue(&mut self, slot: u32) {
        let Self { items, today, yesterday, .. } = self;
        for dated in std::iter::once(today).chain(yesterday) {
            dated.queue.remove(items, slot);
        }
    }
}

impl Ranked<'_> {
    pub fn date(&self) -> NaiveDate {
        self.dated.date
    }

    /// The items of a selection that come strictly after a place, whether or not an item is
    /// there; in the order that `order` reads.
    pub fn page(&self, selection: &Selection, order: Order, after: Option<PlaceKey>, limit: usize) -> Page {
        self.dated.queue.page(&self.snapshot.items, selection, order, after, limit)
    }

    /// The place of an item in the whole queue; `None` if it is not in it.
    pub fn place_of(&self, repo_id: i64, number: i64) -> Option<Place> {
        let slot = self.snapshot.items.find(repo_id, number)?;
        Some(self.dated.queue.place(&self.snapshot.items, slot))
    }
}
