//! The age buckets, compared with their bounds in words.

use bugscrub::stats::{AgeOf, OpenDays, ages};
use proptest::prelude::*;

/// Whether an age belongs in a bucket, by the bucket's name.
fn belongs(bucket: &str, days: i64) -> bool {
    match bucket {
        "0" => days == 0,
        "1-7" => (1..=7).contains(&days),
        "8-30" => (8..=30).contains(&days),
        "31-90" => (31..=90).contains(&days),
        "91-180" => (91..=180).contains(&days),
        "181-365" => (181..=365).contains(&days),
        "1-2 y" => days > 365 && days <= 2 * 365,
        "2-5 y" => days > 2 * 365 && days <= 5 * 365,
        "> 5 y" => days > 5 * 365,
        other => panic!("no such bucket: {other}"),
    }
}

proptest! {
    #[test]
    fn every_item_is_in_its_bucket(days in proptest::collection::vec((0..2500i64, 0..400i64), 0..200)) {
        let open: Vec<OpenDays> =
            days.iter().map(|(days_age, days_stale)| OpenDays { days_age: *days_age, days_stale: *days_stale }).collect();
        for (of, days) in [
            (AgeOf::Creation, days.iter().map(|days| days.0).collect::<Vec<_>>()),
            (AgeOf::Update, days.iter().map(|days| days.1).collect()),
        ] {
            let buckets = ages(&open, of);
            prop_assert_eq!(buckets.len(), 9);
            for bucket in &buckets {
                prop_assert_eq!(bucket.items, days.iter().filter(|days| belongs(bucket.bucket, **days)).count());
                let bounds = |days: &i64| bucket.from_days <= *days && bucket.to_days.is_none_or(|to| *days <= to);
                prop_assert_eq!(bucket.items, days.iter().filter(|days| bounds(days)).count());
            }
        }
    }
}

#[test]
fn bucket_bounds_match_their_names() {
    for (days, name) in
        [(0, "0"), (1, "1-7"), (7, "1-7"), (8, "8-30"), (365, "181-365"), (366, "1-2 y"), (1826, "> 5 y")]
    {
        let buckets = ages(&[OpenDays { days_age: days, days_stale: 0 }], AgeOf::Creation);
        let full: Vec<_> = buckets.iter().filter(|bucket| bucket.items == 1).map(|bucket| bucket.bucket).collect();
        assert_eq!(full, [name]);
    }
}
