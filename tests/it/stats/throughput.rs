//! Throughput, compared with a count over the items for each figure.

use bugscrub::stats::{BacklogChange, Lifetime, ThroughputRow, throughput};
use chrono::NaiveDate;
use chrono_tz::Tz;
use proptest::prelude::*;

use super::{any_date, any_lifetimes, any_zone, changes, date, percentile};

fn row(lifetimes: &[&Lifetime], zone: Tz, from: NaiveDate, to: NaiveDate) -> ThroughputRow {
    let within = |time| (from..=to).contains(&date(time, zone));
    let mut row = ThroughputRow::default();
    let (mut answers, mut closings) = (vec![], vec![]);
    for lifetime in lifetimes {
        let known: Vec<_> = changes(lifetime).into_iter().filter(|(at, _)| date(*at, zone) <= to).collect();
        row.opened +=
            known.iter().filter(|(at, change)| within(*at) && *change == BacklogChange::Opened).count() as u32;
        row.closed +=
            known.iter().filter(|(at, change)| within(*at) && *change == BacklogChange::Closed).count() as u32;
        let Some((last_at, last)) = known.last() else { continue };
        if *last == BacklogChange::Closed && within(*last_at) {
            closings.push((*last_at - lifetime.created_at).num_seconds());
        }
        if !within(lifetime.created_at) {
            continue;
        }
        let followed = lifetime.approximate_before.is_none_or(|before| before <= lifetime.created_at);
        let answer = lifetime.first_response_at.filter(|at| date(*at, zone) <= to);
        match answer {
            _ if !followed => row.answer_unknown += 1,
            Some(at) => answers.push((at - lifetime.created_at).num_seconds().max(0)),
            None if *last == BacklogChange::Opened => row.not_answered += 1,
            None => {}
        }
    }
    let hours = |seconds: Option<i64>| seconds.map(|seconds| (seconds as f64 / 3600.0 * 100.0).round() / 100.0);
    row.answered = answers.len() as u32;
    row.median_hours_to_first_response = hours(percentile(&answers, 50));
    row.p90_hours_to_first_response = hours(percentile(&answers, 90));
    row.items_closed = closings.len() as u32;
    row.median_hours_to_close = hours(percentile(&closings, 50));
    row.p90_hours_to_close = hours(percentile(&closings, 90));
    row
}

/// Hours may differ in the second decimal, because the two ways round differently.
fn close(one: Option<f64>, other: Option<f64>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => (one - other).abs() < 0.011,
        (None, None) => true,
        _ => false,
    }
}

fn same(one: &ThroughputRow, other: &ThroughputRow) -> bool {
    let without_hours = |row: &ThroughputRow| ThroughputRow {
        repo_id: None,
        repository: None,
        median_hours_to_first_response: None,
        p90_hours_to_first_response: None,
        median_hours_to_close: None,
        p90_hours_to_close: None,
        ..row.clone()
    };
    without_hours(one) == without_hours(other)
        && close(one.median_hours_to_first_response, other.median_hours_to_first_response)
        && close(one.p90_hours_to_first_response, other.p90_hours_to_first_response)
        && close(one.median_hours_to_close, other.median_hours_to_close)
        && close(one.p90_hours_to_close, other.p90_hours_to_close)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn every_figure_equals_a_count_over_the_items(
        lifetimes in any_lifetimes(),
        zone in any_zone(),
        from in any_date(),
        to in any_date(),
    ) {
        let rows = throughput(&lifetimes, zone, from..=to, |id| Some(format!("acme/{id}")));
        let all: Vec<&Lifetime> = lifetimes.iter().collect();
        prop_assert_eq!(rows[0].repo_id, None);
        let expected = row(&all, zone, from, to);
        prop_assert!(same(&rows[0], &expected), "{:?} {:?}", rows[0], expected);
        for repo_id in 1..4 {
            let own: Vec<&Lifetime> = lifetimes.iter().filter(|lifetime| lifetime.repo_id == repo_id).collect();
            let expected = row(&own, zone, from, to);
            match rows.iter().find(|row| row.repo_id == Some(repo_id)) {
                Some(found) => {
                    prop_assert!(same(found, &expected), "{:?} {:?}", found, expected);
                    prop_assert_eq!(found.repository.clone(), Some(format!("acme/{repo_id}")));
                }
                None => prop_assert!(same(&expected, &ThroughputRow::default())),
            }
        }
        let busy: Vec<(i64, i64)> =
            rows[1..].iter().map(|row| (-i64::from(row.opened + row.closed), row.repo_id.unwrap())).collect();
        prop_assert!(busy.is_sorted());
    }
}
