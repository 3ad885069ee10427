//! What is asked of a ranking, and what it answers.

use std::cmp::Ordering;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::filter::Filter;
use super::order::Order;
use crate::activity::{Activity, Association, Checks, ItemType, Remarks, Review, Sight, State, WaitsFor};

/// An item's place in the total order of one date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceKey {
    /// [`super::stale_product`]
    pub product: i64,
    pub created_at: DateTime<Utc>,
    pub repo_id: i64,
    pub number: i64,
    /// What the order looks at first, where that is neither of those above: [`Order::first`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<i64>,
}

impl Ord for PlaceKey {
    /// The stalest is the least, so that rank 1 sorts first.
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |place: &Self| (-place.product, place.created_at, place.repo_id, place.number, place.first);
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
    /// When each of them did so last.
    pub spoke_at: Option<Vec<DateTime<Utc>>>,
    /// Of an open pull request, and when GitHub said so.
    pub checks: Option<(Checks, DateTime<Utc>)>,
    /// The numbers of open items of the same repository: pull requests that close an issue, or issues that a pull request
    /// closes. `None` where GitHub has not told, and of a past date.
    pub linked: Option<Vec<i64>>,
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
