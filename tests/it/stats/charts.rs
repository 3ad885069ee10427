//! Charts are sound pictures, whatever they are given.

use bugscrub::stats::chart::{
    ages_chart, backlog_chart, contrast_ratios, coverage_chart, coverage_series_chart, forecast_chart,
    milestones_chart, throughput_chart,
};
use bugscrub::stats::{
    AgeOf, BacklogPoint, ForecastRequest, OpenDays, Size, Step, ThroughputRow, Week, ages, backlog, coverage,
    coverage_series, forecast,
};
use chrono::{Duration, NaiveDate};
use chrono_tz::Tz;
use proptest::prelude::*;

use super::layout::{assert_sound, words};
use crate::support::world;

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 22).unwrap()
}

fn any_size() -> impl Strategy<Value = Size> {
    (0..1600u32, 0..1000u32).prop_map(|(width, height)| Size { width, height })
}

/// From 0 to ten million, with every order of magnitude equally likely.
fn any_count() -> impl Strategy<Value = u32> {
    (0..8u32, 1..10u32, any::<bool>())
        .prop_map(|(power, digit, none)| if none { 0 } else { 10u32.pow(power) / 10 * digit })
}

fn row(repo_id: i64, repository: &str, opened: u32, closed: u32) -> ThroughputRow {
    let repository = Some(repository.to_owned());
    ThroughputRow { repo_id: Some(repo_id), repository, opened, closed, ..ThroughputRow::default() }
}

#[test]
fn colours_contrast_with_their_background() {
    for (what, ratio, least) in contrast_ratios() {
        assert!(ratio >= least, "{what}: {ratio:.2}");
    }
}

#[test]
fn names_are_drawn_as_text_and_nothing_else() {
    let window = today() - Duration::days(30)..=today();
    let names = ["a/<script>alert(1)</script>", "b/\"onload='x'&lt;", "c/\u{0}\u{8}\u{ffff}]]>", "d/\u{202e}gpj.exe"];
    let rows: Vec<_> = names.iter().zip(1..).map(|(name, id)| row(id, name, 5, 6)).collect();
    let svg = throughput_chart(&rows, window, Size::default());
    assert_sound(&svg);
    assert!(!svg.contains("<script"));
    let words = words(&svg);
    for name in
        ["a/<script>alert(1)</script>", "b/\"onload='x'&lt;", "c/\u{fffd}\u{fffd}\u{fffd}]]>", "d/\u{fffd}gpj.exe"]
    {
        assert!(words.iter().any(|word| word == name), "{name}: {words:?}");
    }
}

#[test]
fn the_coverage_chart_counts_what_was_read() {
    let read = (0..1_500).map(|days| (days % 3 != 0).then_some(days % 250));
    let svg = coverage_chart(&coverage(read), Size::default());
    assert_sound(&svg);
    let words = words(&svg);
    for word in ["Read: 1,000 of 1,500 items", "never", "> 26", "weeks since read"] {
        assert!(words.iter().any(|drawn| drawn == word), "{word}: {words:?}");
    }
}

#[test]
fn without_data_a_chart_says_so() {
    let none = forecast(&[], ForecastRequest::new(today(), 5, 1));
    let window = today() - Duration::days(30)..=today();
    for svg in [
        backlog_chart(&[], Size::default()),
        ages_chart(&ages(&[], AgeOf::Creation), &ages(&[], AgeOf::Update), Size::default()),
        throughput_chart(&[ThroughputRow::default()], window, Size::default()),
        forecast_chart(&none, Size::default()),
        coverage_chart(&coverage([]), Size::default()),
        coverage_series_chart(&[], Size::default()),
        milestones_chart(&[], 0, Size::default()),
    ] {
        assert_sound(&svg);
        assert!(words(&svg).iter().any(|word| word == "no data yet"));
    }
}

#[test]
fn the_forecast_chart_says_when_no_date_is_in_sight() {
    let forecast = forecast(&[Week { opened: 6, closed: 4 }; 8], ForecastRequest::new(today(), 50, 1));
    let svg = forecast_chart(&forecast, Size::default());
    assert_sound(&svg);
    let words = words(&svg);
    assert!(words.iter().any(|word| word == "Forecast: not at this rate"));
    assert!(words.iter().any(|word| word.contains("grows by 2.00 items a week")), "{words:?}");
}

#[test]
fn at_most_fifteen_repositories_are_drawn() {
    let rows: Vec<_> = (1..40).map(|id| row(id, &format!("acme/service-{id}"), 50, 40)).collect();
    let svg = throughput_chart(&rows, today() - Duration::days(30)..=today(), Size { width: 840, height: 900 });
    assert_eq!(words(&svg).iter().filter(|word| word.starts_with("service-")).count(), 15);
    assert!(words(&svg).iter().any(|word| word == "shown: the 15 busiest of 39 repositories"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn a_backlog_of_any_length_is_drawn_soundly(days in 0..3000i64, scale in any_count(), size in any_size(), weekly: bool) {
        let step = if weekly { Step::Week } else { Step::Day };
        let lifetimes = world::lifetimes(300, 3, 70, 3);
        let mut points: Vec<BacklogPoint> =
            backlog(&lifetimes, Tz::UTC, today() - Duration::days(days), today(), step);
        for point in &mut points {
            (point.open, point.opened) = (point.open.saturating_mul(scale), point.opened.saturating_mul(scale));
        }
        assert_sound(&backlog_chart(&points, size));
    }

    #[test]
    fn a_series_of_any_length_is_drawn_soundly(days in 0..3000i64, scale in any_count(), size in any_size(), weekly: bool) {
        let step = if weekly { Step::Week } else { Step::Day };
        let lifetimes = world::lifetimes(300, 3, 70, 3);
        let readings: Vec<_> = lifetimes.iter().map(|lifetime| lifetime.activity.iter().copied().map(Some).collect::<Vec<_>>()).collect();
        let items = lifetimes.iter().zip(readings.iter().map(Vec::as_slice));
        let mut points = coverage_series(items, Tz::UTC, today() - Duration::days(days), today(), step);
        for point in &mut points {
            (point.open, point.read) = (point.open.saturating_mul(scale), point.read.saturating_mul(scale));
        }
        assert_sound(&coverage_series_chart(&points, size));
    }

    #[test]
    fn ages_of_any_count_are_drawn_soundly(counts in proptest::collection::vec(any_count(), 18), size in any_size()) {
        let one = |of| {
            let mut buckets = ages(&[OpenDays { days_age: 1, days_stale: 1 }], of);
            let counts = &counts[if of == AgeOf::Creation { 0..9 } else { 9..18 }];
            for (bucket, count) in buckets.iter_mut().zip(counts) {
                bucket.items = *count as usize;
            }
            buckets
        };
        assert_sound(&ages_chart(&one(AgeOf::Creation), &one(AgeOf::Update), size));
    }

    #[test]
    fn repositories_of_any_name_are_drawn_soundly(
        rows in proptest::collection::vec((any::<String>(), any_count(), any_count()), 0..30),
        size in any_size(),
    ) {
        let rows: Vec<_> = rows.iter().zip(1..).map(|((name, opened, closed), id)| row(id, name, *opened, *closed)).collect();
        assert_sound(&throughput_chart(&rows, today() - Duration::days(30)..=today(), size));
    }

    #[test]
    fn forecasts_of_any_weeks_are_drawn_soundly(
        weeks in proptest::collection::vec((0..40u32, 0..50u32), 0..30),
        open_now in any_count(),
        size in any_size(),
        seed: u64,
    ) {
        let weeks: Vec<Week> = weeks.into_iter().map(|(opened, closed)| Week { opened, closed }).collect();
        let request = ForecastRequest { runs: 200, ..ForecastRequest::new(today(), open_now, seed) };
        assert_sound(&forecast_chart(&forecast(&weeks, request), size));
    }
}
