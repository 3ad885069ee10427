//! The statistics, each compared with the simplest way to count the same thing.

mod ages;
mod backlog;
mod charts;
mod coverage;
mod fold;
mod forecast;
mod history;
mod layout;
mod milestones;
mod throughput;

use bugscrub::activity::ItemType;
use bugscrub::stats::{BacklogChange, Lifetime, Transition};
use chrono::{DateTime, Duration, NaiveDate, TimeZone, Utc};
use chrono_tz::Tz;
use proptest::option;
use proptest::prelude::*;

/// The first of 80 days in which everything happens. Each zone changes its clocks in them.
fn beginning() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 1, 0, 0, 0).unwrap()
}

fn any_time() -> impl Strategy<Value = DateTime<Utc>> {
    // Sometimes midnight or noon of one of the first days, so that equal times occur.
    prop_oneof![(0..80 * 24 * 3600i64), (0..12i64).prop_map(|half_day| half_day * 12 * 3600)]
        .prop_map(|second| beginning() + Duration::seconds(second))
}

fn any_date() -> impl Strategy<Value = NaiveDate> {
    (-5..90i64).prop_map(|day| (beginning() + Duration::days(day)).date_naive())
}

fn any_zone() -> impl Strategy<Value = Tz> {
    prop_oneof![Just(Tz::UTC), Just(Tz::Europe__Berlin), Just(Tz::America__New_York), Just(Tz::Asia__Kathmandu)]
}

/// Times that are mostly in order, as in lifetimes, and sometimes not.
fn any_times(most: usize) -> impl Strategy<Value = Vec<DateTime<Utc>>> {
    (proptest::collection::vec(any_time(), 0..most), 0..10).prop_map(|(mut times, disorder)| {
        if disorder > 0 {
            times.sort();
        }
        times
    })
}

prop_compose! {
    fn any_lifetime()(
        repo_id in 1..4i64,
        created_at in any_time(),
        changes in any_times(5),
        redundant in proptest::collection::vec(0..8, 5),
        activity in any_times(6),
        first_response_at in option::of(any_time()),
        gone_at in option::weighted(0.2, any_time()),
        approximate_before in option::weighted(0.3, any_time()),
    ) -> Lifetime {
        let transitions = changes
            .into_iter()
            .zip(redundant)
            .enumerate()
            .map(|(index, (at, redundant))| Transition { at, open: (index % 2 == 1) ^ (redundant == 0) })
            .collect();
        Lifetime {
            repo_id,
            item_type: ItemType::Issue,
            created_at,
            transitions,
            activity,
            first_response_at,
            gone_at,
            approximate_before,
        }
    }
}

fn any_lifetimes() -> impl Strategy<Value = Vec<Lifetime>> {
    proptest::collection::vec(any_lifetime(), 0..25)
}

/// An item's changes by the simplest rule: apply every transition in turn.
fn changes(lifetime: &Lifetime) -> Vec<(DateTime<Utc>, BacklogChange)> {
    let mut found = vec![];
    if lifetime.gone_at.is_some_and(|gone_at| gone_at <= lifetime.created_at) {
        return found;
    }
    found.push((lifetime.created_at, BacklogChange::Opened));
    let mut now = lifetime.created_at;
    for transition in &lifetime.transitions {
        now = now.max(transition.at);
        let open = found.last().unwrap().1 == BacklogChange::Opened;
        if transition.open != open && lifetime.gone_at.is_none_or(|gone_at| now < gone_at) {
            found.push((now, if transition.open { BacklogChange::Opened } else { BacklogChange::Closed }));
        }
    }
    if let Some(gone_at) = lifetime.gone_at
        && found.last().unwrap().1 == BacklogChange::Opened
    {
        found.push((gone_at, BacklogChange::Gone));
    }
    found
}

fn date(time: DateTime<Utc>, zone: Tz) -> NaiveDate {
    time.with_timezone(&zone).date_naive()
}

/// The percentile by nearest rank, read off the sorted values.
fn percentile(values: &[i64], percent: usize) -> Option<i64> {
    let mut sorted = values.to_vec();
    sorted.sort();
    sorted.iter().enumerate().find(|(index, _)| (index + 1) * 100 >= percent * sorted.len()).map(|(_, value)| *value)
}
