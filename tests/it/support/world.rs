//! A made-up account: many lifetimes, the same for the same seed.

use bugscrub::activity::ItemType;
use bugscrub::stats::{Lifetime, Transition};
use chrono::{DateTime, Duration, TimeZone, Utc};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Noon on 2026-11-22, a Sunday.
pub fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 22, 12, 0, 0).unwrap()
}

/// `count` items created within five years before [`now`]. `closing` percent of them are closed some
/// time later, and each has up to 18 times of activity.
pub fn lifetimes(count: usize, repositories: i64, closing: u32, seed: u64) -> Vec<Lifetime> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let span = Duration::days(5 * 365).num_seconds();
    (0..count)
        .map(|_| {
            let created_at = now() - Duration::seconds(rng.random_range(0..span));
            let left = (now() - created_at).num_seconds().max(1);
            let some_time = |rng: &mut ChaCha8Rng| {
                let unit: f64 = rng.random();
                created_at + Duration::seconds((unit * unit * unit * left as f64) as i64)
            };
            let mut activity: Vec<_> = (0..rng.random_range(0..18)).map(|_| some_time(&mut rng)).collect();
            activity.sort();
            let mut transitions = vec![];
            if rng.random_range(0..100) < closing {
                transitions.push(Transition { at: some_time(&mut rng), open: false });
                if rng.random_range(0..20) == 0 {
                    transitions.push(Transition { at: transitions[0].at + Duration::days(3), open: true });
                }
            }
            let unit: f64 = rng.random();
            Lifetime {
                repo_id: 1 + (unit * unit * repositories as f64) as i64,
                item_type: ItemType::Issue,
                created_at,
                transitions,
                first_response_at: activity.first().copied(),
                activity,
                gone_at: (rng.random_range(0..50) == 0).then(|| some_time(&mut rng)),
                approximate_before: Some(now() - Duration::days(400)),
            }
        })
        .collect()
}
