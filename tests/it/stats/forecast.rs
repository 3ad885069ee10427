//! The forecast where the answer is known, and its invariants where it is not.

use bugscrub::stats::{Forecast, ForecastRequest, Verdict, Week, forecast};
use chrono::{Duration, NaiveDate};
use proptest::prelude::*;

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 22).unwrap()
}

fn after(weeks: i64) -> Option<NaiveDate> {
    Some(today() + Duration::weeks(weeks))
}

fn week(opened: u32, closed: u32) -> Week {
    Week { opened, closed }
}

fn with(weeks: &[Week], open_now: u32) -> Forecast {
    forecast(weeks, ForecastRequest::new(today(), open_now, 7))
}

#[test]
fn a_constant_rate_gives_the_exact_date() {
    let summary = with(&[week(3, 8); 6], 50).summary;
    assert_eq!((summary.date_50, summary.date_80, summary.date_95), (after(10), after(10), after(10)));
    assert_eq!((summary.verdict, summary.mean_net_weekly), (Verdict::Closes, Some(-5.0)));
    // Part of a week counts as a whole one.
    assert_eq!(with(&[week(3, 8); 6], 51).summary.date_50, after(11));
}

#[test]
fn openings_and_closings_of_a_week_are_drawn_together() {
    let weeks = [week(100, 105), week(0, 5), week(7, 12), week(50, 55)];
    let summary = with(&weeks, 50).summary;
    assert_eq!((summary.date_50, summary.date_95), (after(10), after(10)));
}

#[test]
fn the_shares_follow_the_probabilities() {
    // Each week closes everything or nothing. By week k all is closed with a probability of 1 - 2^-k:
    // 0.75, 0.875, 0.9375, 0.96875.
    let summary = with(&[week(0, 10), week(3, 3), week(0, 10), week(1, 1)], 10).summary;
    assert_eq!((summary.date_80, summary.date_95), (after(3), after(5)));
}

#[test]
fn without_progress_there_is_no_date() {
    let summary = with(&[week(5, 5); 8], 50).summary;
    assert_eq!((summary.date_50, summary.date_80, summary.date_95), (None, None, None));
    assert_eq!((summary.verdict, summary.mean_net_weekly), (Verdict::NotAtThisRate, Some(0.0)));
    assert_eq!(summary.share_closing, Some(0.0));
    assert!(summary.sentence.starts_with("Not at this rate"), "{}", summary.sentence);
    assert_eq!(with(&[week(9, 5); 8], 50).summary.mean_net_weekly, Some(4.0));
}

#[test]
fn progress_too_slow_for_the_horizon_has_no_date() {
    let request = ForecastRequest { horizon_weeks: 9, ..ForecastRequest::new(today(), 50, 7) };
    assert_eq!(forecast(&[week(0, 5); 4], request).summary.verdict, Verdict::NotAtThisRate);
    let request = ForecastRequest { horizon_weeks: 10, ..request };
    assert_eq!(forecast(&[week(0, 5); 4], request).summary.date_95, after(10));
}

#[test]
fn too_little_history_gives_no_forecast() {
    for weeks in [vec![], vec![week(0, 5); 3], [vec![week(0, 5); 3], vec![week(0, 0); 9]].concat()] {
        let forecast = with(&weeks, 50);
        assert_eq!(forecast.summary.verdict, Verdict::TooLittleHistory);
        assert_eq!((forecast.summary.date_50, forecast.fan), (None, vec![]));
    }
}

#[test]
fn nothing_open_is_done_today() {
    let summary = with(&[week(5, 1); 8], 0).summary;
    assert_eq!((summary.verdict, summary.date_95), (Verdict::NothingOpen, after(0)));
}

#[test]
fn csv_columns_are_flat_and_named() {
    let forecast = with(&[week(3, 8); 6], 50);
    let mut csv = csv::Writer::from_writer(vec![]);
    csv.serialize(&forecast.summary).unwrap();
    let text = String::from_utf8(csv.into_inner().unwrap()).unwrap();
    let names =
        "today,open_now,verdict,weeks,mean_net_weekly,date_50,date_80,date_95,share_closing,horizon_weeks,runs,";
    assert!(
        text.starts_with(&format!(
            "{names}sentence,whole_since,approximate_before,fetching\n2026-11-22,50,closes,6,-5.0,2027-01-31,"
        )),
        "{text}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn shares_are_ordered_and_the_fan_reaches_zero_on_their_dates(
        weeks in proptest::collection::vec((0..40u32, 0..50u32), 4..30),
        open_now in 1..900u32,
        seed: u64,
    ) {
        let weeks: Vec<Week> = weeks.into_iter().map(|(opened, closed)| week(opened, closed)).collect();
        let request = ForecastRequest { runs: 500, ..ForecastRequest::new(today(), open_now, seed) };
        let found = forecast(&weeks, request);
        prop_assert_eq!(&found, &forecast(&weeks, request));
        let summary = &found.summary;
        // A missing date counts as later than all others.
        let order = [summary.date_50, summary.date_80, summary.date_95].map(|date| date.unwrap_or(NaiveDate::MAX));
        prop_assert!(order.is_sorted());
        prop_assert_eq!(summary.date_50.is_some(), summary.verdict == Verdict::Closes);
        for point in &found.fan {
            prop_assert!([point.p5, point.p20, point.p50, point.p80, point.p95].is_sorted());
        }
        prop_assert!(found.fan.is_sorted_by(|one, other| one.date < other.date));
        let zero = |count: fn(&bugscrub::stats::FanPoint) -> u32| {
            found.fan.iter().find(|point| count(point) == 0).map(|point| point.date)
        };
        if summary.verdict != Verdict::TooLittleHistory {
            prop_assert_eq!(zero(|point| point.p50), summary.date_50);
            prop_assert_eq!(zero(|point| point.p80), summary.date_80);
            prop_assert_eq!(zero(|point| point.p95), summary.date_95);
        }
    }
}
