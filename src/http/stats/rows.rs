//! The rows of the statistics' tables, and their columns, which stay in their places.

use serde::Serialize;

use super::table::Columns;
use crate::service::stats::{Ages, Coverage, Throughput};
use crate::stats::{
    AgeBucket, AgeOf, BacklogPoint, CoverageBucket, CoveragePoint, FlowPoint, Forecast, ForecastSummary, ThroughputRow,
};

impl Columns for BacklogPoint {
    const COLUMNS: &'static [&'static str] =
        &["first_date", "date", "open", "opened", "closed", "gone", "median_stale_age", "p90_stale_age", "approximate"];
}

impl Columns for FlowPoint {
    const COLUMNS: &'static [&'static str] = &[
        "first_date",
        "date",
        "opened",
        "closed",
        "answered",
        "median_hours_to_first_response",
        "p75_hours_to_first_response",
        "p90_hours_to_first_response",
        "not_answered",
        "answer_unknown",
        "items_closed",
        "median_hours_to_close",
        "p75_hours_to_close",
        "p90_hours_to_close",
        "approximate",
    ];
}

/// A line of `ages.csv`.
#[derive(Serialize)]
pub(super) struct AgesLine {
    of: AgeOf,
    bucket: &'static str,
    from_days: i64,
    to_days: Option<i64>,
    items: usize,
}

impl Columns for AgesLine {
    const COLUMNS: &'static [&'static str] = &["of", "bucket", "from_days", "to_days", "items"];
}

impl Columns for ThroughputRow {
    const COLUMNS: &'static [&'static str] = &[
        "repo_id",
        "repository",
        "opened",
        "closed",
        "answered",
        "median_hours_to_first_response",
        "p90_hours_to_first_response",
        "not_answered",
        "answer_unknown",
        "items_closed",
        "median_hours_to_close",
        "p90_hours_to_close",
    ];
}

impl Columns for CoverageBucket {
    const COLUMNS: &'static [&'static str] = &["bucket", "from_weeks", "to_weeks", "items"];
}

impl Columns for CoveragePoint {
    const COLUMNS: &'static [&'static str] = &["first_date", "date", "open", "ever_read", "read", "approximate"];
}

impl Columns for ForecastSummary {
    const COLUMNS: &'static [&'static str] = &[
        "today",
        "open_now",
        "verdict",
        "weeks",
        "mean_net_weekly",
        "date_50",
        "date_80",
        "date_95",
        "share_closing",
        "horizon_weeks",
        "runs",
        "sentence",
        "whole_since",
        "approximate_before",
        "fetching",
    ];
}

/// The two tables one after the other.
pub(super) fn ages(ages: &Ages) -> Vec<AgesLine> {
    let line = |of| {
        move |found: &AgeBucket| {
            let AgeBucket { bucket, from_days, to_days, items } = *found;
            AgesLine { of, bucket, from_days, to_days, items }
        }
    };
    let by_staleness = ages.by_staleness.iter().map(line(AgeOf::Update));
    ages.by_age.iter().map(line(AgeOf::Creation)).chain(by_staleness).collect()
}

/// Each repository. What all have together is no row among them.
pub(super) fn throughput(found: &Throughput) -> Vec<ThroughputRow> {
    found.rows.clone()
}

pub(super) fn coverage(found: &Coverage) -> Vec<CoverageBucket> {
    found.weeks_since_read.clone()
}

pub(super) fn forecast(found: &Forecast) -> Vec<ForecastSummary> {
    vec![found.summary.clone()]
}
