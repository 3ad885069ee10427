//! From when weeks count, compared with the rule said of each week.

use bugscrub::stats::{FetchState, History, Step, backlog};
use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;

use super::{any_date, any_lifetimes, any_time, any_zone, date};

fn partly(told_since: DateTime<Utc>) -> FetchState {
    FetchState::Partly { told_since }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn weeks_count_from_when_the_history_is_whole(
        lifetimes in any_lifetimes(),
        zone in any_zone(),
        (one, other) in (any_date(), any_date()),
        (told, later) in (any_time(), any_time()),
    ) {
        let points = backlog(&lifetimes, zone, one.min(other), one.max(other), Step::Week);
        let (found, extent) = History::of([FetchState::All; 3]).weeks(lifetimes.iter(), zone, points.clone());
        let first = lifetimes.iter().map(|lifetime| date(lifetime.created_at, zone)).min();
        let expected: Vec<_> =
            points.iter().filter(|point| first.is_some_and(|first| point.date >= first)).cloned().collect();
        prop_assert_eq!(&found, &expected, "all that was fetched counts");
        prop_assert_eq!((extent.whole_since, extent.fetching), (first, 0));
        prop_assert_eq!(extent.approximate_before.is_some(), expected.iter().any(|point| point.approximate));

        let (found, extent) = History::of([FetchState::All, FetchState::Nothing]).weeks(lifetimes.iter(), zone, points.clone());
        let exact: Vec<_> = points.iter().filter(|point| !point.approximate).cloned().collect();
        let expected: Vec<_> = exact.iter().skip_while(|point| point.is_quiet()).cloned().collect();
        prop_assert_eq!(&found, &expected, "what deliveries told");
        let told_of_all = lifetimes.iter().all(|lifetime| lifetime.approximate_before.is_none());
        let since = if told_of_all { first } else { found.first().map(|point| point.first_date) };
        prop_assert_eq!((extent.whole_since, extent.fetching), (since, 0));
        prop_assert_eq!(extent.approximate_before, None);

        let fetching = History::of([partly(told), FetchState::All, partly(later), FetchState::Nothing]);
        let (found, extent) = fetching.weeks(lifetimes.iter(), zone, points);
        let told = date(told.max(later), zone);
        let since: Vec<_> = exact.into_iter().filter(|point| point.first_date > told).collect();
        let expected: Vec<_> = since.into_iter().skip_while(|point| point.is_quiet()).collect();
        prop_assert_eq!(&found, &expected, "what deliveries told of all");
        prop_assert_eq!((extent.whole_since, extent.fetching), (found.first().map(|point| point.first_date), 2));
    }
}

#[test]
fn the_past_of_nothing_is_empty() {
    let now = DateTime::UNIX_EPOCH.date_naive() + Duration::days(20_000);
    let points = backlog([], Tz::UTC, now - Duration::weeks(9), now, Step::Week);
    for states in [vec![], vec![FetchState::All], vec![partly(DateTime::UNIX_EPOCH)], vec![FetchState::Nothing]] {
        let (weeks, extent) = History::of(states).weeks(std::iter::empty(), Tz::UTC, points.clone());
        assert_eq!((weeks, extent.whole_since, extent.approximate_before), (vec![], None, None));
    }
}
