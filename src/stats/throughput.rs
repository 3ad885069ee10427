//! What was opened, answered and closed in a window of dates, by repository.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use super::lifetime::{BacklogChange, Lifetime, day_of};
use super::percentile::median_and_p90;

/// The figures of one repository, or of all together. Hours are whole seconds divided by 3600, to two decimals. Percentiles are by
/// the nearest rank.
#[derive(Clone, Debug, Default, PartialEq, Serialize, utoipa::ToSchema)]
pub struct ThroughputRow {
    /// Null for all repositories together.
    pub repo_id: Option<i64>,
    pub repository: Option<String>,
    /// Creations and reopenings within the window.
    pub opened: u32,
    pub closed: u32,
    /// Items created and answered within the window. The hours to the first response are about these.
    pub answered: u32,
    pub median_hours_to_first_response: Option<f64>,
    pub p90_hours_to_first_response: Option<f64>,
    /// Items created within the window that are still open at its end without a response.
    pub not_answered: u32,
    /// Items created within the window, but before we followed them. We do not know whether they were answered, so they are in
    /// neither count.
    pub answer_unknown: u32,
    /// Items closed within the window and still closed at its end. The hours to closing are about these. Each counts once, from
    /// its creation to its last closing.
    pub items_closed: u32,
    pub median_hours_to_close: Option<f64>,
    pub p90_hours_to_close: Option<f64>,
}

/// Counts the figures of a window of dates in `zone`. All repositories together come first, then each repository in which an
/// item was opened or closed: the busiest (opened plus closed) first, ties by `repo_id`. `name_of` tells a repository's name.
pub fn throughput<'a>(
    lifetimes: impl IntoIterator<Item = &'a Lifetime>,
    zone: Tz,
    window: RangeInclusive<NaiveDate>,
    name_of: impl Fn(i64) -> Option<String>,
) -> Vec<ThroughputRow> {
    let days = window.start().num_days_from_ce()..=window.end().num_days_from_ce();
    let mut all = Sums::default();
    let mut repositories: BTreeMap<i64, Sums> = BTreeMap::new();
    for lifetime in lifetimes {
        let contribution = Contribution::of(lifetime, zone, &days);
        if contribution != Contribution::default() {
            all.add(&contribution);
            repositories.entry(lifetime.repo_id).or_default().add(&contribution);
        }
    }
    let mut rows: Vec<ThroughputRow> = repositories
        .into_iter()
        .map(|(repo_id, sums)| ThroughputRow { repo_id: Some(repo_id), repository: name_of(repo_id), ..sums.row() })
        .collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.opened + row.closed));
    rows.insert(0, all.row());
    rows
}

/// The first response to an item that was created within the window.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum FirstResponse {
    After { seconds: i64 },
    Missing,
    Unknown,
}

/// What an item adds to the figures.
#[derive(Default, PartialEq, Eq)]
pub(super) struct Contribution {
    pub opened: u32,
    pub closed: u32,
    pub response: Option<FirstResponse>,
    pub seconds_to_close: Option<i64>,
}

impl Contribution {
    pub fn of(lifetime: &Lifetime, zone: Tz, days: &RangeInclusive<i32>) -> Self {
        let mut contribution = Contribution::default();
        let mut open_at_end = false;
        for (at, change) in lifetime.changes() {
            let day = day_of(at, zone);
            if day > *days.end() {
                break;
            }
            open_at_end = change == BacklogChange::Opened;
            let within = days.contains(&day);
            contribution.opened += u32::from(within && change == BacklogChange::Opened);
            contribution.closed += u32::from(within && change == BacklogChange::Closed);
            // A later reopening cancels it, and a later closing replaces it.
            contribution.seconds_to_close =
                (within && change == BacklogChange::Closed).then(|| (at - lifetime.created_at).num_seconds());
        }
        if days.contains(&day_of(lifetime.created_at, zone)) {
            contribution.response = first_response(lifetime, open_at_end, |at| day_of(at, zone) <= *days.end());
        }
        contribution
    }
}

/// The first response to an item. `None` if nobody waits for one, because the item was closed or went away without it.
fn first_response(lifetime: &Lifetime, open: bool, by_end: impl Fn(DateTime<Utc>) -> bool) -> Option<FirstResponse> {
    if lifetime.gone_at.is_some_and(|gone_at| gone_at <= lifetime.created_at) {
        return None;
    }
    if lifetime.approximate_before.is_some_and(|before| lifetime.created_at < before) {
        return Some(FirstResponse::Unknown);
    }
    match lifetime.first_response_at {
        Some(at) if by_end(at) => {
            Some(FirstResponse::After { seconds: (at - lifetime.created_at).num_seconds().max(0) })
        }
        _ => open.then_some(FirstResponse::Missing),
    }
}

/// What the items of a repository add up to.
#[derive(Default)]
struct Sums {
    opened: u32,
    closed: u32,
    not_answered: u32,
    answer_unknown: u32,
    seconds_to_answer: Vec<i64>,
    seconds_to_close: Vec<i64>,
}

impl Sums {
    fn add(&mut self, contribution: &Contribution) {
        self.opened += contribution.opened;
        self.closed += contribution.closed;
        self.seconds_to_close.extend(contribution.seconds_to_close);
        match contribution.response {
            Some(FirstResponse::After { seconds }) => self.seconds_to_answer.push(seconds),
            Some(FirstResponse::Missing) => self.not_answered += 1,
            Some(FirstResponse::Unknown) => self.answer_unknown += 1,
            None => {}
        }
    }

    fn row(mut self) -> ThroughputRow {
        let response = median_and_p90(&mut self.seconds_to_answer);
        let close = median_and_p90(&mut self.seconds_to_close);
        ThroughputRow {
            repo_id: None,
            repository: None,
            opened: self.opened,
            closed: self.closed,
            answered: self.seconds_to_answer.len() as u32,
            median_hours_to_first_response: response.map(|(median, _)| hours(median)),
            p90_hours_to_first_response: response.map(|(_, p90)| hours(p90)),
            not_answered: self.not_answered,
            answer_unknown: self.answer_unknown,
            items_closed: self.seconds_to_close.len() as u32,
            median_hours_to_close: close.map(|(median, _)| hours(median)),
            p90_hours_to_close: close.map(|(_, p90)| hours(p90)),
        }
    }
}

pub(super) fn hours(seconds: i64) -> f64 {
    (seconds as f64 / 36.0).round() / 100.0
}
