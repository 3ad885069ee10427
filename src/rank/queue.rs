//! What is asked of a ranking, and what it answers.

use std::cmp::Ordering;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::filter::Filter;
use crate::activity::{Activity, Association, ItemType, Remarks, Review, Sight, State, WaitsFor};

/// Which item comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// The largest stale-age first; ties by older `created_at`, then `repo_id`, then `number`.
    #[default]
    Stalest,
    /// The same backwards.
    Freshest,
    /// By `created_at`, then `repo_id`, then `number`.
    Oldest,
    /// The same backwards.
    Newest,
}

impl Order {
    pub const ALL: [Order; 4] = [Order::Stalest, Order::Freshest, Order::Oldest, Order::Newest];

    pub const NAMES: [&'static str; 4] = ["stalest", "freshest", "oldest", "newest"];

    pub fn name(self) -> &'static str {
        match self {
            Order::Stalest => "stalest",
            Order::Freshest => "freshest",
            Order::Oldest => "oldest",
            Order::Newest => "newest",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|order| order.name() == name)
    }

    /// How two places compare: the one that comes first is the less.
    pub fn compare(self, one: &PlaceKey, other: &PlaceKey) -> Ordering {
        let created = |place: &PlaceKey| (place.created_at, place.repo_id, place.number);
        match self {
            Order::Stalest => one.cmp(other),
            Order::Freshest => other.cmp(one),
            Order::Oldest => created(one).cmp(&created(other)),
            Order::Newest => created(other).cmp(&created(one)),
        }
    }
}

/// An item's place in the total order of one date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceKey {
    /// [`super::stale_product`]
    pub product: i64,
    pub created_at: DateTime<Utc>,
    pub repo_id: i64,
    pub number: i64,
}

impl Ord for PlaceKey {
    /// The stalest is the least, so that rank 1 sorts first.
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |place: &Self| (-place.product, place.created_at, place.repo_id, place.number);
        key(self).cmp(&key(other))
    }
}

impl PartialOrd for PlaceKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// One page of one account's queue.
#[derive(Clone, Debug)]
pub struct PageRequest {
    pub account_id: i64,
    /// What the reader may see.
    pub sight: Sight,
    pub filter: Filter,
    pub order: Order,
    /// The date whose day counts apply.
    pub date: NaiveDate,
    /// The items as they were by the end of that date, instead of as they are now.
    pub past: bool,
    /// Where the page before ended.
    pub after: Option<PlaceKey>,
    /// At least 1.
    pub limit: usize,
}

/// The answer: all of one moment, the account's `position`.
#[derive(Clone, Debug)]
pub struct Page {
    pub position: i64,
    /// Items that pass the filter, on all pages.
    pub total: i64,
    pub items: Vec<QueueItem>,
    /// Where the page ends, if more items follow; its last item may be left out of `items`, having
    /// closed meanwhile.
    pub end: Option<PlaceKey>,
    /// Some items are shown by their dates of creation and closing alone, since nothing else is
    /// known of the time.
    pub approximate: bool,
}

/// An item as the queue shows it.
#[derive(Clone, Debug)]
pub struct QueueItem {
    /// The place in the account's whole unfiltered queue, from 1; `None` if the item is not open.
    pub rank: Option<i64>,
    pub place: PlaceKey,
    pub days_age: i64,
    pub days_stale: i64,
    pub owner: String,
    pub repository: String,
    pub repository_url: Option<String>,
    /// The repository is private.
    pub private: bool,
    pub item_type: ItemType,
    pub title: String,
    pub state: State,
    pub author: Option<String>,
    pub author_id: Option<i64>,
    pub labels: Vec<String>,
    pub assignees: Vec<String>,
    pub milestone: Option<String>,
    pub comments: Option<i64>,
    pub draft: bool,
    pub updated_at: DateTime<Utc>,
    /// `None` of what is open.
    pub closed_at: Option<DateTime<Utc>>,
    pub closed_reason: Option<String>,
    pub last_activity: Option<Activity>,
    pub last_human_activity: Option<Activity>,
    /// `None` where nobody can tell.
    pub waits_for: Option<WaitsFor>,
    /// Since when it waits.
    pub waits_since: Option<DateTime<Utc>>,
    /// Of an open pull request.
    pub review: Option<Review>,
    pub author_association: Option<Association>,
    pub reactions: Option<i64>,
    /// Humans who said something.
    pub commenters: Option<i64>,
    /// What was done with it here.
    pub remarks: Remarks,
}

impl QueueItem {
    /// Its address on the host that the repository's payloads named; on GitHub's own where none did.
    pub fn url(&self) -> String {
        let repository = match &self.repository_url {
            Some(url) => url.clone(),
            None => format!("https://github.com/{}/{}", self.owner, self.repository),
        };
        format!("{repository}/{}/{}", self.item_type.path(), self.place.number)
    }
}

/// An item's place, and its rank if it is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub key: PlaceKey,
    /// The place in the account's whole unfiltered queue, from 1.
    pub rank: Option<i64>,
    pub days_age: i64,
    pub days_stale: i64,
}
