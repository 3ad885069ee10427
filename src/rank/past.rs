//! The queue of a time that is over: ranked from whatever is offered, one item after another.
//!
//! Only a page of items is kept, and the place of each open one.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::filter::Candidate;
use super::queue::{Order, Page, PageRequest, PlaceKey, QueueItem};
use super::stale_age::{days_since, stale_product};
use crate::activity::State;

/// A page in the making.
#[derive(Debug)]
pub struct Past<'a> {
    request: &'a PageRequest,
    zone: Tz,
    /// Of all open items, whether or not they pass.
    open: Vec<PlaceKey>,
    /// The first of those that pass and come after where the page begins.
    items: Vec<QueueItem>,
    total: i64,
}

impl<'a> Past<'a> {
    pub fn new(request: &'a PageRequest, zone: Tz) -> Self {
        Self { request, zone, open: vec![], items: vec![], total: 0 }
    }

    /// The place of an item with these times, and its two day counts.
    pub fn place(
        &self,
        (repo_id, number): (i64, i64),
        created_at: DateTime<Utc>,
        updated_at: DateTime<Utc>,
    ) -> (PlaceKey, i64, i64) {
        let days = |at| days_since(at, self.request.date, self.zone);
        let (days_age, days_stale) = (days(created_at), days(updated_at));
        (PlaceKey { product: stale_product(days_age, days_stale), created_at, repo_id, number }, days_age, days_stale)
    }

    /// Offers an item, once, in any order; of a private repository or not. Its rank is not looked at.
    pub fn offer(&mut self, item: QueueItem, private: bool) {
        if item.state == State::Open {
            self.open.push(item.place);
        }
        if !self.request.sight.sees(item.place.repo_id, private) || !self.passes(&item) {
            return;
        }
        self.total += 1;
        if self.request.after.is_some_and(|after| self.sort_key(&item.place) <= self.sort_key(&after)) {
            return;
        }
        self.items.push(item);
        // One more than the page, which tells that there is a next one; sorted now and then only.
        if self.items.len() > 2 * (self.request.limit + 1) {
            self.cut();
        }
    }

    /// The page, all items having been offered.
    pub fn page(mut self, position: i64, approximate: bool) -> Page {
        self.cut();
        self.open.sort_unstable();
        let more = self.items.len() > self.request.limit;
        self.items.truncate(self.request.limit);
        for item in &mut self.items {
            let place = self.open.binary_search(&item.place).ok();
            item.rank = place.and_then(|place| i64::try_from(place + 1).ok()).filter(|_| item.state == State::Open);
        }
        let end = self.items.last().filter(|_| more).map(|item| item.place);
        Page { position, total: self.total, items: self.items, end, approximate }
    }

    fn cut(&mut self) {
        let mut items = std::mem::take(&mut self.items);
        items.sort_unstable_by_key(|item| self.sort_key(&item.place));
        items.truncate(self.request.limit + 1);
        self.items = items;
    }

    /// What ascends in the order that is asked for.
    fn sort_key(&self, place: &PlaceKey) -> (Option<PlaceKey>, Option<std::cmp::Reverse<PlaceKey>>) {
        match self.request.order {
            Order::Stalest => (Some(*place), None),
            Order::Freshest => (None, Some(std::cmp::Reverse(*place))),
        }
    }

    fn passes(&self, item: &QueueItem) -> bool {
        let on = |at: DateTime<Utc>| at.with_timezone(&self.zone).date_naive();
        let labels: Vec<&str> = item.labels.iter().map(String::as_str).collect();
        self.request.filter.passes(&Candidate {
            owner: &item.owner,
            repository: &item.repository,
            item_type: item.item_type,
            state: item.state,
            labels: &labels,
            author: item.author.as_deref(),
            assignees: &item.assignees,
            milestone: item.milestone.as_deref(),
            title: &item.title,
            draft: item.draft,
            read: item.remarks.read_position(),
            noted: item.remarks.note().is_some(),
            created_on: on(item.place.created_at),
            updated_on: on(item.updated_at),
        })
    }
}
