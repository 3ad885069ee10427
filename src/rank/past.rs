//! A page of items that are offered one after another, in any order: of a date that is over, and of
//! what is not open.
//!
//! Only a page of items is kept, and the place of each open one.

use chrono::{DateTime, NaiveDate};
use chrono_tz::Tz;

use super::criterion::{Candidate, Item};
use super::measure::{Measure, seconds};
use super::order::Measures;
use super::queue::{PageRequest, Place, PlaceKey};
use super::stale_age::{days_since, stale_product};
use super::waits::Waits;
use crate::activity::State;

/// A page in the making; `T` is what is shown of an item.
#[derive(Debug)]
pub struct Past<'a, T> {
    request: &'a PageRequest,
    /// Of all open items, whether or not they pass.
    open: Vec<PlaceKey>,
    /// The first of those that pass and come after where the page begins.
    kept: Vec<(Place, T)>,
    total: i64,
    waits: Waits,
}

/// A page that is made.
#[derive(Debug)]
pub struct PastPage<T> {
    /// Items that pass, on all pages.
    pub total: i64,
    /// For how long these wait.
    pub waits: Waits,
    pub items: Vec<(Place, T)>,
    /// Where the page ends, if more items follow.
    pub end: Option<PlaceKey>,
}

impl<'a, T> Past<'a, T> {
    pub fn new(request: &'a PageRequest) -> Self {
        Self { request, open: vec![], kept: vec![], total: 0, waits: Waits::default() }
    }

    /// Offers an item, once.
    pub fn offer(&mut self, candidate: &Candidate<'_>, shown: impl FnOnce(Place) -> T) {
        let place = self.place(candidate);
        if candidate.item.state == State::Open {
            self.open.push(place.key);
        }
        let seen = self.request.sight.sees(candidate.repository.repo_id, candidate.repository.private);
        if !seen || !self.request.filter.passes(candidate) {
            return;
        }
        self.total += 1;
        Measure::WaitsSince.of(candidate.item).into_iter().for_each(|since| self.waits.add(since));
        if self.request.after.is_some_and(|after| self.request.order.compare(&place.key, &after).is_le()) {
            return;
        }
        self.kept.push((place, shown(place)));
        // One more than the page, which tells that there is a next one; sorted now and then only.
        if self.kept.len() > 2 * (self.request.limit + 1) {
            self.cut();
        }
    }

    /// The page, all items having been offered.
    pub fn page(mut self) -> PastPage<T> {
        self.cut();
        self.open.sort_unstable();
        let more = self.kept.len() > self.request.limit;
        self.kept.truncate(self.request.limit);
        for (place, _) in &mut self.kept {
            // Only open items are found there.
            let found = self.open.binary_search(&place.key).ok();
            place.rank = found.and_then(|index| i64::try_from(index + 1).ok());
        }
        let end = self.kept.last().filter(|_| more).map(|(place, _)| place.key);
        PastPage { total: self.total, waits: self.waits, items: self.kept, end }
    }

    fn place(&self, candidate: &Candidate<'_>) -> Place {
        let item = candidate.item;
        let days = |at| days_since(at, self.request.date, candidate.zone);
        let (days_age, days_stale) = (days(item.created_at), days(item.updated_at));
        let product = stale_product(days_age, days_stale);
        let first = self.request.order.first(&OnDate { item, days_age, date: self.request.date, zone: candidate.zone });
        let key = PlaceKey { product, created_at: item.created_at, repo_id: item.repo_id, number: item.number, first };
        Place { key, rank: None, days_age, days_stale }
    }

    fn cut(&mut self) {
        let order = self.request.order;
        self.kept.sort_unstable_by(|(one, _), (other, _)| order.compare(&one.key, &other.key));
        self.kept.truncate(self.request.limit + 1);
    }
}

/// An item on one date.
struct OnDate<'a> {
    item: &'a Item,
    days_age: i64,
    date: NaiveDate,
    zone: Tz,
}

impl Measures for OnDate<'_> {
    fn measure(&self, measure: Measure) -> Option<i64> {
        measure.of(self.item)
    }

    fn closed_at(&self) -> Option<i64> {
        self.item.closed_at.map(seconds)
    }

    fn days_age(&self) -> i64 {
        self.days_age
    }

    fn days_since(&self, at: i64) -> i64 {
        DateTime::from_timestamp(at, 0).map_or(0, |at| days_since(at, self.date, self.zone))
    }
}
