//! Which item comes first.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::measure::Measure;
use super::queue::PlaceKey;
use super::stale_age::stale_product;

/// Which item comes first. Whatever is equal, or not known, is as [`Order::Stalest`] has it; what is not known comes last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
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
    /// The largest stale-age without what bots did first.
    HumanStalest,
    /// What has waited longest for whomever it waits for.
    LongestWaiting,
    /// What no human has touched for the longest time.
    Quietest,
    MostComments,
    MostReactions,
    MostCommenters,
    /// What was closed last.
    LastClosed,
}

impl Order {
    pub const ALL: [Order; 11] = [
        Order::Stalest,
        Order::Freshest,
        Order::Oldest,
        Order::Newest,
        Order::HumanStalest,
        Order::LongestWaiting,
        Order::Quietest,
        Order::MostComments,
        Order::MostReactions,
        Order::MostCommenters,
        Order::LastClosed,
    ];

    /// In the order of [`Self::ALL`].
    pub const NAMES: [&'static str; 11] = [
        "stalest",
        "freshest",
        "oldest",
        "newest",
        "human-stalest",
        "longest-waiting",
        "quietest",
        "most-comments",
        "most-reactions",
        "most-commenters",
        "last-closed",
    ];

    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|order| order.name() == name)
    }

    /// How two places compare: the one that comes first is the less.
    pub fn compare(self, one: &PlaceKey, other: &PlaceKey) -> Ordering {
        let created = |place: &PlaceKey| (place.created_at, place.repo_id, place.number);
        // Of a place that another order told, what that looked at first says nothing.
        let stalest = |one: &PlaceKey, other: &PlaceKey| {
            let plain = |place: &PlaceKey| PlaceKey { first: None, ..*place };
            plain(one).cmp(&plain(other))
        };
        match self {
            Order::Stalest => stalest(one, other),
            Order::Freshest => stalest(other, one),
            Order::Oldest => created(one).cmp(&created(other)),
            Order::Newest => created(other).cmp(&created(one)),
            // `None` is less than any number.
            _ => other.first.cmp(&one.first).then_with(|| one.cmp(other)),
        }
    }

    /// Whether it looks first at what [`Order::first`] tells.
    pub fn looks_at_more(self) -> bool {
        !matches!(self, Order::Stalest | Order::Freshest | Order::Oldest | Order::Newest)
    }

    /// What it looks at first, the greatest first; `None` of an item of which that is not known.
    pub fn first(self, of: &impl Measures) -> Option<i64> {
        match self {
            Order::Stalest | Order::Freshest | Order::Oldest | Order::Newest => None,
            Order::HumanStalest => Some(stale_product(of.days_age(), of.days_since(of.measure(Measure::HumanAt)?))),
            Order::LongestWaiting => Some(-of.measure(Measure::WaitsSince)?),
            Order::Quietest => Some(-of.measure(Measure::HumanAt)?),
            Order::MostComments => of.measure(Measure::Comments),
            Order::MostReactions => of.measure(Measure::Reactions),
            Order::MostCommenters => of.measure(Measure::Commenters),
            Order::LastClosed => of.closed_at(),
        }
    }
}

/// What an order can look at of an item, on one date.
pub trait Measures {
    fn measure(&self, measure: Measure) -> Option<i64>;

    /// When it was closed, in seconds since 1970; `None` of what is open.
    fn closed_at(&self) -> Option<i64>;

    fn days_age(&self) -> i64;

    /// Whole days from a time, in seconds since 1970, to the date.
    fn days_since(&self, at: i64) -> i64;
}
