//! One moment of an account's live ranking.

use chrono::NaiveDate;

use super::columns::Row;
use super::items::{Items, Term, day_number};
use super::ranked::{DateView, Page};
use super::selection::Selection;
use super::slots::Slots;
use super::sorted::{By, SortedSlots};
use crate::activity::PersonKey;
use crate::rank::criterion::{self, Item, Looks};
use crate::rank::{Order, PlaceKey};

/// Removals of one call from which on all is filtered once, instead of one item after another.
const MANY: usize = 4096;

/// All open items of one account as of one position, in the order of their creation and in those of
/// one or two dates. It never changes.
#[derive(Clone, Debug)]
pub struct Snapshot {
    pub(super) position: i64,
    pub(super) items: Items,
    /// Of the items those that the public sees otherwise ([`Item::as_public`]), as it sees them: few, if any.
    pub(super) public: Items,
    /// The oldest first.
    pub(super) created: SortedSlots,
    pub(super) today: DateOrder,
    /// The date before, while pages that were begun on it may be asked for.
    pub(super) yesterday: Option<DateOrder>,
}

/// A date's order.
#[derive(Clone, Debug)]
pub(super) struct DateOrder {
    pub date: NaiveDate,
    /// The stalest first.
    pub queue: SortedSlots,
}

impl DateOrder {
    pub fn new(items: &Items, date: NaiveDate) -> Self {
        Self { date, queue: SortedSlots::new(items, By::StaleAge { today: day_number(date) }) }
    }
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

    /// Repository and number of the items of which the public sees other marks or another note.
    pub fn seen_otherwise(&self) -> Vec<(i64, i64)> {
        let columns = &self.public.columns;
        let address = |slot| {
            let (chunk, at) = columns.chunk(slot);
            (chunk.repo_id[at], chunk.number[at])
        };
        columns.taken().map(address).collect()
    }

    /// The ranking of a date: today's, or yesterday's while it is kept.
    pub fn on(&self, date: NaiveDate) -> Option<DateView<'_>> {
        let dated = std::iter::once(&self.today).chain(&self.yesterday).find(|dated| dated.date == date)?;
        Some(DateView { snapshot: self, dated })
    }

    /// Today's page; [`DateView::page`].
    pub fn page(&self, selection: &Selection, order: Order, after: Option<PlaceKey>, limit: usize) -> Page {
        self.ranked().page(selection, order, after, limit)
    }

    fn ranked(&self) -> DateView<'_> {
        DateView { snapshot: self, dated: &self.today }
    }

    /// Whether somebody has to do with an open item of a repository that is `seen`.
    pub fn has_person(&self, person: &PersonKey, seen: impl Fn(i64) -> bool) -> bool {
        let people = criterion::ALL.iter().filter(|criterion| matches!(criterion.looks, Looks::People(_)));
        let terms = self.items.numbers(people.map(|criterion| Term::person(criterion, person)));
        let mut found = false;
        self.items.having(&terms, |slot| {
            let (chunk, at) = self.items.columns.chunk(slot);
            found |= seen(chunk.repo_id[at]);
        });
        found
    }

    /// The items, and every order of them.
    fn parts(&mut self) -> (&mut Items, impl Iterator<Item = &mut SortedSlots>) {
        let Self { items, created, today, yesterday, .. } = self;
        let dated = std::iter::once(today).chain(yesterday).map(|dated| &mut dated.queue);
        (items, std::iter::once(created).chain(dated))
    }

    /// Adds an item, or replaces the one at its address. Returns its slot.
    pub(super) fn put(&mut self, item: &Item) -> u32 {
        self.put_public(item);
        let held = self.items.find(item.repo_id, item.number);
        let row = self.items.row(item);
        let place = |row: Row| (row.created_at, row.created_day, row.updated_day);
        let stays = held.and_then(|slot| self.items.columns.row(slot)).is_some_and(|held| place(held) == place(row));
        if let Some(slot) = held.filter(|_| !stays) {
            self.unqueue(slot);
        }
        let slot = self.items.put(held, &row, item);
        if !stays {
            let (items, orders) = self.parts();
            orders.for_each(|order| order.insert(items, slot));
        }
        slot
    }

    fn put_public(&mut self, item: &Item) {
        let held = self.public.find(item.repo_id, item.number);
        match (item.to_the_public(), held) {
            (Some(item), held) => drop(self.public.put(held, &self.public.row(&item), &item)),
            (None, Some(slot)) => self.public.remove(slot),
            (None, None) => {}
        }
    }

    /// Removes an item, if it is there. Returns the slot that it had.
    pub(super) fn remove(&mut self, repo_id: i64, number: i64) -> Option<u32> {
        if let Some(slot) = self.public.find(repo_id, number) {
            self.public.remove(slot);
        }
        let slot = self.items.find(repo_id, number)?;
        self.remove_slot(slot);
        Some(slot)
    }

    /// Removes all items of a repository. Returns the slots that they had.
    pub(super) fn remove_repository(&mut self, repo_id: i64) -> Vec<u32> {
        self.public.in_repository(repo_id).into_iter().for_each(|slot| self.public.remove(slot));
        let slots = self.items.in_repository(repo_id);
        if slots.len() < MANY {
            slots.iter().for_each(|slot| self.remove_slot(*slot));
            return slots;
        }
        let mut gone = Slots::none(self.items.columns.capacity());
        slots.iter().for_each(|slot| gone.insert(*slot));
        self.parts().1.for_each(|order| order.retain(|slot| !gone.contains(slot)));
        self.items.remove_all(&slots, |slot| gone.contains(slot));
        slots
    }

    fn remove_slot(&mut self, slot: u32) {
        self.unqueue(slot);
        self.items.remove(slot);
    }

    fn unqueue(&mut self, slot: u32) {
        let (items, orders) = self.parts();
        orders.for_each(|order| order.remove(items, slot));
    }
}
