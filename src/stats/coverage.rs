//! How much of a view has been read, and how long ago.

use serde::Serialize;

/// How many items were last read between two bounds, in whole weeks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct CoverageBucket {
    /// `never`, `0`, `2-3` or `> 26` (weeks).
    pub bucket: &'static str,
    /// Null if the items were never read.
    pub from_weeks: Option<i64>,
    /// Null if there is no upper bound, or the items were never read.
    pub to_weeks: Option<i64>,
    pub items: usize,
}

/// The name of each bucket, and its upper bound in weeks, included.
const BOUNDS: [(&str, Option<i64>); 7] = [
    ("0", Some(0)),
    ("1", Some(1)),
    ("2-3", Some(3)),
    ("4-7", Some(7)),
    ("8-13", Some(13)),
    ("14-26", Some(26)),
    ("> 26", None),
];

/// Counts items into buckets by the days since each was last read (`None`: never). Items that were never read come first,
/// then the latest. Empty buckets are included.
pub fn coverage(days_since_read: impl IntoIterator<Item = Option<i64>>) -> Vec<CoverageBucket> {
    let mut never = 0;
    let mut counts = [0; BOUNDS.len()];
    for days in days_since_read {
        match days {
            None => never += 1,
            Some(days) => {
                let weeks = days.max(0) / 7;
                counts[BOUNDS.partition_point(|(_, to)| to.is_some_and(|to| to < weeks))] += 1;
            }
        }
    }
    let mut buckets = vec![CoverageBucket { bucket: "never", from_weeks: None, to_weeks: None, items: never }];
    let mut from = 0;
    for ((bucket, to_weeks), items) in BOUNDS.into_iter().zip(counts) {
        buckets.push(CoverageBucket { bucket, from_weeks: Some(from), to_weeks, items });
        from = to_weeks.map_or(from, |to| to + 1);
    }
    buckets
}

/// How many items a scrub reads on average, to one decimal. `None` without any scrub.
pub fn pace(read: &[i64]) -> Option<f64> {
    let mean = read.iter().sum::<i64>() as f64 / read.len() as f64;
    (!read.is_empty()).then(|| (mean * 10.0).round() / 10.0)
}

/// How many scrubs it takes to read so many items at a pace. `None` if it never happens.
pub fn scrubs_left(items: i64, pace: f64) -> Option<i64> {
    match items {
        0 => Some(0),
        items if pace > 0.0 => Some((items as f64 / pace).ceil() as i64),
        _ => None,
    }
}
