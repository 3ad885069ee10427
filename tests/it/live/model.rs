//! The live ranking as it is defined: a list that is sorted and filtered for every question.

use std::collections::BTreeMap;

use bugscrub::rank::live::{Change, Item, Page, Place, Selection, Wanted};
use bugscrub::rank::stale_age::days_since;
use bugscrub::rank::{Days, Order, PlaceKey, stale_product};
use chrono::NaiveDate;
use chrono_tz::Tz;

#[derive(Clone, Debug)]
pub struct Model {
    pub zone: Tz,
    pub items: BTreeMap<(i64, i64), Item>,
}

/// What a page must say, with the filter as plain sets.
pub struct Asked<'a> {
    pub selection: &'a Selection,
    pub among: Option<&'a [(i64, i64)]>,
    pub except: &'a [(i64, i64)],
}

impl Model {
    pub fn new(zone: Tz, items: impl IntoIterator<Item = Item>) -> Self {
        Self { zone, items: items.into_iter().map(|item| ((item.repo_id, item.number), item)).collect() }
    }

    pub fn apply(&mut self, change: Change) {
        match change {
            Change::Put(item) => {
                self.items.insert((item.repo_id, item.number), item);
            }
            Change::Remove { repo_id, number } => {
                self.items.remove(&(repo_id, number));
            }
            Change::RemoveRepository(gone) => self.items.retain(|(repo_id, _), _| *repo_id != gone),
        }
    }

    /// All places, the stalest first.
    pub fn places(&self, today: NaiveDate) -> Vec<Place> {
        let mut places: Vec<Place> = self
            .items
            .values()
            .map(|item| {
                let days_age = days_since(item.created_at, today, self.zone);
                let days_stale = days_since(item.updated_at, today, self.zone);
                let product = stale_product(days_age, days_stale);
                let Item { created_at, repo_id, number, .. } = *item;
                let key = PlaceKey { product, created_at, repo_id, number };
                Place { key, rank: 0, days_age, days_stale }
            })
            .collect();
        places.sort_by_key(|place| place.key);
        (1..).zip(&mut places).for_each(|(rank, place)| place.rank = rank);
        places
    }

    pub fn page(
        &self,
        today: NaiveDate,
        asked: &Asked<'_>,
        order: Order,
        after: Option<PlaceKey>,
        limit: usize,
    ) -> Page {
        let mut places = self.places(today);
        places.retain(|place| self.selects(asked, &self.items[&(place.key.repo_id, place.key.number)]));
        if order == Order::Freshest {
            places.reverse();
        }
        let total = places.len() as i64;
        if let Some(after) = after {
            places.retain(|place| match order {
                Order::Stalest => place.key > after,
                Order::Freshest => place.key < after,
            });
        }
        let more = places.len() > limit;
        places.truncate(limit);
        Page { total, places, more }
    }

    fn selects(&self, asked: &Asked<'_>, item: &Item) -> bool {
        let selection = asked.selection;
        let address = (item.repo_id, item.number);
        let lower = |login: &String| login.to_lowercase();
        let logins = |wanted: &Wanted<String>| Wanted {
            any: wanted.any.iter().map(|any| any.iter().map(lower).collect()).collect(),
            none: wanted.none.iter().map(lower).collect(),
        };
        let author: Vec<String> = item.author.iter().map(lower).collect();
        let assignees: Vec<String> = item.assignees.iter().map(lower).collect();
        let milestones: Vec<_> = item.milestone.iter().map(|number| (item.repo_id, *number)).collect();
        let within = |days: Days, at: chrono::DateTime<chrono::Utc>| {
            let date = at.with_timezone(&self.zone).date_naive();
            days.from.is_none_or(|from| date >= from) && days.to.is_none_or(|to| date <= to)
        };
        holds(&selection.repos, &[item.repo_id])
            && !selection.hidden.contains(&item.repo_id)
            && holds(&selection.types, &[item.item_type])
            && holds(&selection.labels, &item.labels)
            && holds(&logins(&selection.authors), &author)
            && holds(&logins(&selection.assignees), &assignees)
            && holds(&selection.milestones, &milestones)
            && holds(&selection.drafts, &[item.draft])
            && holds(&selection.noted, &[item.noted])
            && selection.unread.iter().all(|unread| unread.is == (item.read <= unread.since))
            && within(selection.created, item.created_at)
            && within(selection.updated, item.updated_at)
            && asked.among.is_none_or(|among| among.contains(&address))
            && !asked.except.contains(&address)
    }
}

fn holds<T: PartialEq>(wanted: &Wanted<T>, had: &[T]) -> bool {
    wanted.any.iter().all(|any| had.iter().any(|value| any.contains(value)))
        && !had.iter().any(|value| wanted.none.contains(value))
}
