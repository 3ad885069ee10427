//! Coverage: how many weeks ago items were read.

use bugscrub::stats::{BacklogChange, CoveragePoint, Lifetime, Step, coverage, coverage_series};
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;

use super::backlog::steps;
use super::{any_date, any_lifetimes, any_zone, changes, date};

#[test]
fn every_item_is_in_the_bucket_of_its_weeks() {
    let read =
        [None, None, Some(0), Some(6), Some(7), Some(13), Some(14), Some(27), Some(28), Some(188), Some(189), Some(-1)];
    let buckets = coverage(read);
    let counts: Vec<_> = buckets.iter().map(|bucket| (bucket.bucket, bucket.items)).collect();
    assert_eq!(
        counts,
        [("never", 2), ("0", 3), ("1", 2), ("2-3", 2), ("4-7", 1), ("8-13", 0), ("14-26", 1), ("> 26", 1)]
    );
    // The bounds have no gaps: each begins where the one before ends.
    for pair in buckets[1..].windows(2) {
        assert_eq!(pair[0].to_weeks.map(|to| to + 1), pair[1].from_weeks);
    }
}

type Readings = Vec<Option<DateTime<Utc>>>;

/// A fresh count of all items.
fn point(items: &[(Lifetime, Readings)], zone: Tz, (first_date, last): (NaiveDate, NaiveDate)) -> CoveragePoint {
    let mut point = CoveragePoint { first_date, date: last, open: 0, ever_read: 0, read: 0, approximate: false };
    for (lifetime, readings) in items {
        let known = changes(lifetime).into_iter().rfind(|(at, _)| date(*at, zone) <= last);
        let open = known.is_some_and(|(_, change)| change == BacklogChange::Opened);
        let by_then = readings.iter().any(|at| at.is_none_or(|at| date(at, zone) <= last));
        let within = readings.iter().flatten().any(|at| (first_date..=last).contains(&date(*at, zone)));
        let vague = lifetime.approximate_before.is_some_and(|before| date(before, zone) >= first_date);
        point.open += u32::from(open);
        point.ever_read += u32::from(open && by_then);
        point.read += u32::from(within);
        point.approximate |= vague && (open || within);
    }
    point
}

proptest! {
    #[test]
    fn a_series_is_what_counting_all_items_in_each_step_gives(
        lifetimes in any_lifetimes(),
        // Seconds before or after the creation; some times are not known.
        readings in proptest::collection::vec(proptest::collection::vec(proptest::option::of(-9_000_000..90_000_000i64), 0..5), 30),
        (from, to) in (any_date(), any_date()),
        zone in any_zone(),
        weekly: bool,
    ) {
        let step = if weekly { Step::Week } else { Step::Day };
        let times = |(lifetime, seconds): (Lifetime, &Vec<Option<i64>>)| {
            let at = |seconds: &i64| lifetime.created_at + chrono::Duration::seconds(*seconds);
            let times = seconds.iter().map(|seconds| seconds.as_ref().map(at)).collect();
            (lifetime, times)
        };
        let items: Vec<(Lifetime, Readings)> = lifetimes.into_iter().zip(readings.iter().cycle()).map(times).collect();
        let counted = items.iter().map(|(lifetime, readings)| (lifetime, readings.as_slice()));
        let series = coverage_series(counted, zone, from, to, step);
        let expected: Vec<CoveragePoint> =
            steps(from, to, step).into_iter().map(|step| point(&items, zone, step)).collect();
        prop_assert_eq!(series, expected);
    }
}
