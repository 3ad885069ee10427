//! The stale-age: one number that blends how old an item is with how long nobody touched it.
//!
//! `stale_age = log10((days_age + 1) * (days_stale + 1))`, after the spreadsheet of the Flux
//! maintainers' bug scrub (`flux-pr-review`). Items are compared by the integer product; the
//! logarithm is for showing.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

/// Whole calendar days from the date of `time` in `zone` to `today`; never below 0.
pub fn days_since(time: DateTime<Utc>, today: NaiveDate, zone: Tz) -> i64 {
    (today - time.with_timezone(&zone).date_naive()).num_days().max(0)
}

/// What items are ordered by: `(days_age + 1) * (days_stale + 1)`.
pub fn stale_product(days_age: i64, days_stale: i64) -> i64 {
    (days_age + 1) * (days_stale + 1)
}

/// The stale-age, to six decimals: enough to tell any two products below a million apart, and
/// short enough to read.
pub fn stale_age(days_age: i64, days_stale: i64) -> f64 {
    let exact = (stale_product(days_age, days_stale) as f64).log10();
    (exact * 1e6).round() / 1e6
}
