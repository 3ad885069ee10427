//! What is asked of a ranking, and what it answers.
//!
//! Handlers see only [`Ranking`]; what computes it may change without them.

use chrono::{DateTime, NaiveDate, Utc};
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};

use crate::activity::{Activity, ItemType, State};

/// Which end of the one total order comes first. `freshest` reads `stalest` backwards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// The largest stale-age first; ties by older `created_at`, then `repo_id`, then `number`.
    #[default]
    Stalest,
    Freshest,
}

impl Order {
    pub const NAMES: [&'static str; 2] = ["stalest", "freshest"];

    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "stalest" => Some(Order::Stalest),
            "freshest" => Some(Order::Freshest),
            _ => None,
        }
    }
}

/// One filter's values: any of `any`, and none of `none`. Empty lists do not filter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms<T> {
    #[serde(skip_serializing_if = "Vec::is_empty", default = "Vec::new")]
    pub any: Vec<T>,
    #[serde(skip_serializing_if = "Vec::is_empty", default = "Vec::new")]
    pub none: Vec<T>,
}

impl<T> Default for Terms<T> {
    fn default() -> Self {
        Self { any: vec![], none: vec![] }
    }
}

/// One value of a repeatable parameter: wanted, or with `-` in front unwanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Term<T> {
    Any(T),
    None(T),
}

impl<T> Terms<T> {
    pub fn push(&mut self, term: Term<T>) {
        match term {
            Term::Any(value) => self.any.push(value),
            Term::None(value) => self.none.push(value),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.any.is_empty() && self.none.is_empty()
    }
}

/// Which items: every filter given must hold. Names are compared without regard to case, as
/// GitHub does. A filter that this version does not know is refused, not left out: a cursor may
/// come from a newer replica.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Filter {
    /// `owner/name`, or the name alone.
    #[serde(skip_serializing_if = "Terms::is_empty")]
    pub repo: Terms<String>,
    #[serde(rename = "type", skip_serializing_if = "Terms::is_empty")]
    pub item_type: Terms<ItemType>,
    /// Open items only, unless given.
    #[serde(skip_serializing_if = "Terms::is_empty")]
    pub state: Terms<State>,
    #[serde(skip_serializing_if = "Terms::is_empty")]
    pub label: Terms<String>,
    #[serde(skip_serializing_if = "Terms::is_empty")]
    pub author: Terms<String>,
    #[serde(skip_serializing_if = "Terms::is_empty")]
    pub assignee: Terms<String>,
    /// A milestone's title.
    #[serde(skip_serializing_if = "Terms::is_empty")]
    pub milestone: Terms<String>,
    /// Text that the title has in it.
    #[serde(skip_serializing_if = "Terms::is_empty")]
    pub title: Terms<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub draft: Option<bool>,
    #[serde(skip_serializing_if = "Days::is_open")]
    pub created: Days,
    #[serde(skip_serializing_if = "Days::is_open")]
    pub updated: Days,
}

impl Filter {
    /// Whether only open items pass, which the queue ranks.
    pub fn open_only(&self) -> bool {
        self.state.is_empty() || !self.state.any.is_empty() && self.state.any.iter().all(|state| *state == State::Open)
    }

    /// Every text in it.
    pub fn texts(&self) -> impl Iterator<Item = &String> {
        let Self { repo, label, author, assignee, milestone, title, .. } = self;
        let terms = [repo, label, author, assignee, milestone, title];
        terms.into_iter().flat_map(|terms| terms.any.iter().chain(&terms.none))
    }
}

/// Dates in the account's zone, bounds included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Days {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<NaiveDate>,
}

impl Days {
    /// Whether every date is within.
    pub fn is_open(&self) -> bool {
        *self == Self::default()
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
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let key = |place: &Self| (-place.product, place.created_at, place.repo_id, place.number);
        key(self).cmp(&key(other))
    }
}

impl PartialOrd for PlaceKey {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// One page of one account's queue.
#[derive(Clone, Debug)]
pub struct PageRequest {
    pub account_id: i64,
    /// Items of private repositories too.
    pub private: bool,
    pub filter: Filter,
    pub order: Order,
    /// The date whose day counts apply.
    pub date: NaiveDate,
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
    pub item_type: ItemType,
    pub title: String,
    pub state: State,
    pub author: Option<String>,
    pub labels: Vec<String>,
    pub assignees: Vec<String>,
    pub milestone: Option<String>,
    pub comments: Option<i64>,
    pub draft: bool,
    pub updated_at: DateTime<Utc>,
    pub last_activity: Option<Activity>,
    pub last_human_activity: Option<Activity>,
}

/// Why a ranking could not answer.
#[derive(Debug, thiserror::Error)]
pub enum RankingError {
    /// The store cannot be reached now.
    #[error("the store cannot be reached")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("the ranking failed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Something that knows the order of an account's items.
pub trait Ranking: Send + Sync {
    fn page(&self, request: PageRequest) -> BoxFuture<'_, Result<Page, RankingError>>;
}
