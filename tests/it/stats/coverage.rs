//! Coverage: how many weeks ago items were read.

use bugscrub::stats::coverage;

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
