//! How the open items spread over their days-age or days-stale.

use serde::Serialize;

/// The day counts of an open item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenDays {
    pub days_age: i64,
    pub days_stale: i64,
}

/// Which of the two day counts a bucket is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AgeOf {
    /// `days_age`: since the item was created.
    Creation,
    /// `days_stale`: since it was last updated.
    Update,
}

/// How many open items have a day count between two bounds, both included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct AgeBucket {
    /// `0`, `1-7` (days) or `1-2 y` (years of 365 days).
    pub bucket: &'static str,
    pub from_days: i64,
    /// Null if there is no upper bound.
    pub to_days: Option<i64>,
    pub items: usize,
}

/// The name of each bucket, and its upper bound in days, included.
const BOUNDS: [(&str, Option<i64>); 9] = [
    ("0", Some(0)),
    ("1-7", Some(7)),
    ("8-30", Some(30)),
    ("31-90", Some(90)),
    ("91-180", Some(180)),
    ("181-365", Some(365)),
    ("1-2 y", Some(730)),
    ("2-5 y", Some(1825)),
    ("> 5 y", None),
];

/// Counts open items into buckets, the youngest first. Empty buckets are included.
pub fn ages(open: &[OpenDays], of: AgeOf) -> Vec<AgeBucket> {
    let mut counts = [0; BOUNDS.len()];
    for item in open {
        let days = match of {
            AgeOf::Creation => item.days_age,
            AgeOf::Update => item.days_stale,
        };
        counts[BOUNDS.partition_point(|(_, to_days)| to_days.is_some_and(|to_days| to_days < days))] += 1;
    }
    let mut from_days = 0;
    let mut buckets = Vec::with_capacity(BOUNDS.len());
    for ((bucket, to_days), items) in BOUNDS.into_iter().zip(counts) {
        buckets.push(AgeBucket { bucket, from_days, to_days, items });
        from_days = to_days.map_or(from_days, |to_days| to_days + 1);
    }
    buckets
}
