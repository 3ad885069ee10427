//! The backlog, compared with a fresh count of all items at every step.

use bugscrub::rank::stale_age;
use bugscrub::rank::stale_age::days_since;
use bugscrub::stats::{BacklogChange, BacklogPoint, Lifetime, Step, backlog};
use chrono::{Datelike, Duration, NaiveDate, Weekday};
use chrono_tz::Tz;
use proptest::prelude::*;

use super::{any_date, any_lifetimes, any_zone, changes, date, percentile};

pub(super) fn steps(from: NaiveDate, to: NaiveDate, step: Step) -> Vec<(NaiveDate, NaiveDate)> {
    let mut steps: Vec<(NaiveDate, NaiveDate)> = vec![];
    let mut day = from;
    while step == Step::Week && day.weekday() != Weekday::Mon {
        day -= Duration::days(1);
    }
    while day <= to && from <= to {
        match steps.last_mut() {
            Some((_, last)) if step == Step::Week && day.weekday() != Weekday::Mon => *last = day,
            _ => steps.push((day, day)),
        }
        day += Duration::days(1);
    }
    steps
}

fn point(lifetimes: &[Lifetime], zone: Tz, (first_date, last): (NaiveDate, NaiveDate)) -> BacklogPoint {
    let mut counts = [0; 3];
    let mut products = vec![];
    let mut approximate = false;
    for lifetime in lifetimes {
        let known: Vec<_> = changes(lifetime).into_iter().filter(|(at, _)| date(*at, zone) <= last).collect();
        let within: Vec<_> = known.iter().filter(|(at, _)| date(*at, zone) >= first_date).collect();
        for (_, change) in &within {
            counts[match change {
                BacklogChange::Opened => 0,
                BacklogChange::Closed => 1,
                BacklogChange::Gone => 2,
            }] += 1;
        }
        let open = known.last().is_some_and(|(_, change)| *change == BacklogChange::Opened);
        if open {
            let times = known.iter().map(|(at, _)| *at).chain(lifetime.activity.iter().copied());
            let updated = times.filter(|at| date(*at, zone) <= last).max().unwrap();
            let (age, stale) = (days_since(lifetime.created_at, last, zone), days_since(updated, last, zone));
            products.push((age + 1) * (stale + 1));
        }
        let vague = lifetime.approximate_before.is_some_and(|before| date(before, zone) >= first_date);
        approximate |= vague && (open || !within.is_empty());
    }
    let shown = |product: Option<i64>| product.map(|product| stale_age(product - 1, 0));
    BacklogPoint {
        first_date,
        date: last,
        open: products.len() as u32,
        opened: counts[0],
        closed: counts[1],
        gone: counts[2],
        median_stale_age: shown(percentile(&products, 50)),
        p90_stale_age: shown(percentile(&products, 90)),
        approximate,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn every_step_equals_a_fresh_count(
        lifetimes in any_lifetimes(),
        zone in any_zone(),
        from in any_date(),
        to in any_date(),
        step in prop_oneof![Just(Step::Day), Just(Step::Week)],
    ) {
        let expected: Vec<_> = steps(from, to, step).into_iter().map(|step| point(&lifetimes, zone, step)).collect();
        let found = backlog(&lifetimes, zone, from, to, step);
        for pair in found.windows(2) {
            let [before, after] = pair else { unreachable!() };
            prop_assert_eq!(before.open + after.opened - after.closed - after.gone, after.open);
        }
        prop_assert_eq!(found, expected);
    }
}

#[test]
fn csv_columns_are_flat_and_named() {
    let point = point(&[], Tz::UTC, (NaiveDate::from_ymd_opt(2026, 11, 16).unwrap(), NaiveDate::MAX));
    let mut csv = csv::Writer::from_writer(vec![]);
    csv.serialize(&point).unwrap();
    let text = String::from_utf8(csv.into_inner().unwrap()).unwrap();
    assert!(text.starts_with(
        "first_date,date,open,opened,closed,gone,median_stale_age,p90_stale_age,approximate\n2026-11-16,"
    ));
}
