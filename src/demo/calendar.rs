//! When people work: week-ends, holidays, releases.
//!
//! Times are whole seconds since 1970, in UTC, like GitHub's.

use chrono::{DateTime, Datelike, NaiveDate, SecondsFormat, Utc, Weekday};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::chance::{percent, skewed, weighted};

pub(super) const HOUR: i64 = 3600;
pub(super) const DAY: i64 = 24 * HOUR;

pub(super) fn time(seconds: i64) -> DateTime<Utc> {
    // Outside chrono's range only for a demonstration in another geological era.
    DateTime::from_timestamp(seconds, 0).unwrap_or_default()
}

pub(super) fn date(seconds: i64) -> NaiveDate {
    time(seconds).date_naive()
}

/// A time as GitHub writes it: `2026-01-02T03:04:05Z`.
pub(super) fn stamp(seconds: i64) -> String {
    time(seconds).to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// How busy a day is; a working day is 10.
fn busy(day: i64) -> u32 {
    let date = date(day);
    let week = match date.weekday() {
        Weekday::Fri => 8,
        Weekday::Sat | Weekday::Sun => 3,
        _ => 10,
    };
    match (date.month(), date.day()) {
        _ if is_holiday(date) => 1,
        (8, _) => week * 6 / 10,
        _ => week,
    }
}

fn is_holiday(date: NaiveDate) -> bool {
    matches!((date.month(), date.day()), (12, 22..) | (1, 1..=2))
}

/// Moves a time forward to one at which somebody is likely to work.
pub(super) fn working(rng: &mut ChaCha8Rng, mut at: i64) -> i64 {
    if is_holiday(date(at)) && percent(rng, 85) {
        at += (rng.random_range(8..20)) * DAY;
    }
    if matches!(date(at).weekday(), Weekday::Sat | Weekday::Sun) && percent(rng, 60) {
        at += 2 * DAY;
    }
    if at.rem_euclid(DAY) < 6 * HOUR && percent(rng, 70) {
        at += rng.random_range(6 * HOUR..13 * HOUR);
    }
    at
}

/// A second of the day, most often between 8 and 18 o'clock in Europe.
pub(super) fn hour(rng: &mut ChaCha8Rng) -> i64 {
    const HOURS: [u32; 24] = [2, 2, 1, 1, 1, 2, 4, 8, 12, 14, 13, 11, 10, 12, 14, 14, 12, 9, 7, 6, 6, 5, 4, 3];
    weighted(rng, &HOURS) as i64 * HOUR + rng.random_range(0..HOUR)
}

/// Draws the days of a repository's releases: every eight to fourteen weeks, none around New Year.
pub(super) fn releases(rng: &mut ChaCha8Rng, from: i64, to: i64) -> Vec<i64> {
    let mut releases = Vec::new();
    let mut day = from + 45 * DAY;
    loop {
        day += rng.random_range(56..98) * DAY;
        while busy(day) < 8 {
            day += DAY;
        }
        if day >= to {
            return releases;
        }
        releases.push(day + 14 * HOUR + skewed(rng, 4 * HOUR));
    }
}

/// Draws `count` times between `from` and `to`. Their density grows over the first two years, is
/// greater on working days, and is two and a half times as great in the nine days after a release.
pub(super) fn arrivals(rng: &mut ChaCha8Rng, from: i64, to: i64, releases: &[i64], count: u32) -> Vec<i64> {
    let first = from - from.rem_euclid(DAY) + DAY;
    let mut upto = Vec::new();
    let mut total = 0_u32;
    for day in 0..(to - first) / DAY {
        let at = first + day * DAY;
        let grown = 40 + day.min(730) as u32 * 60 / 730 + day as u32 / 60;
        let released = releases.iter().any(|&release| (0..9 * DAY).contains(&(at - release)));
        total += busy(at) * grown * if released { 5 } else { 2 };
        upto.push(total);
    }
    let mut times = (0..count)
        .map(|_| {
            let draw = rng.random_range(0..total);
            let day = upto.partition_point(|&upto| upto <= draw) as i64;
            first + day * DAY + hour(rng)
        })
        .collect::<Vec<_>>();
    times.sort_unstable();
    times
}
