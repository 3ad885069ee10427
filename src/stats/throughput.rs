//! What was opened, answered and closed in a window of dates, by repository.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use super::lifetime::{Change, Lifetime, day_of};
use super::percentile::median_and_p90;

/// One repository's figures, or those of all together. Hours are whole seconds / 3600, to two
/// decimals; for "median" and "p90" see [`super::percentile`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, utoipa::ToSchema)]
pub struct ThroughputRow {
    /// `None`: all repositories.
    pub repo_id: Option<i64>,
    pub repository: Option<String>,
    /// Creations and reopenings within the window.
    pub opened: u32,
    pub closed: u32,
    /// Items created and answered within the window: what the hours to first response rest on.
    pub answered: u32,
    pub median_hours_to_first_response: Option<f64>,
    pub p90_hours_to_first_response: Option<f64>,
    /// Items created within the window, without a response and still open at its end.
    pub not_answered: u32,
    /// Items created within the window but before we followed them: whether and when they were
    /// answered is not known, so that they are in neither count.
    pub answer_unknown: u32,
    /// Items closed within the window and still closed at its end: what the hours to close rest
    /// on. Each counts once, from its creation to its last closing.
    pub items_closed: u32,
    pub median_hours_to_close: Option<f64>,
    pub p90_hours_to_close: Option<f64>,
}

/// The figures of a window of dates in `zone`: first all repositories together, then each that had
/// an item opened or closed, the busiest (opened plus closed) first, ties by `repo_id`.
/// `name_of` tells a repository's name.
pub fn throughput(
    lifetimes: &[Lifetime],
    zone: Tz,
    window: RangeInclusive<NaiveDate>,
    name_of: impl Fn(i64) -> Option<String>,
) -> Vec<ThroughputRow> {
    let days = window.start().num_days_from_ce()..=window.end().num_days_from_ce();
    let mut all = Sums::default();
    let mut repositories: BTreeMap<i64, Sums> = BTreeMap::new();
    for lifetime in lifetimes {
        let share = Share::of(lifetime, zone, &days);
        if share != Share::default() {
            all.add(&share);
            repositories.entry(lifetime.repo_id).or_default().add(&share);
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

/// What became of an item that was created within the window.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Answer {
    After { seconds: i64 },
    Missing,
    Unknown,
}

/// What one item adds.
#[derive(Default, PartialEq, Eq)]
struct Share {
    opened: u32,
    closed: u32,
    answer: Option<Answer>,
    seconds_to_close: Option<i64>,
}

impl Share {
    fn of(lifetime: &Lifetime, zone: Tz, days: &RangeInclusive<i32>) -> Self {
        let mut share = Share::default();
        let mut open_at_end = false;
        for (at, change) in lifetime.changes() {
            let day = day_of(at, zone);
            if day > *days.end() {
                break;
            }
            open_at_end = change == Change::Opened;
            let within = days.contains(&day);
            share.opened += u32::from(within && change == Change::Opened);
            share.closed += u32::from(within && change == Change::Closed);
            // A later reopening takes it back, a later closing replaces it.
            share.seconds_to_close =
                (within && change == Change::Closed).then(|| (at - lifetime.created_at).num_seconds());
        }
        if days.contains(&day_of(lifetime.created_at, zone)) {
            share.answer = answer(lifetime, open_at_end, |at| day_of(at, zone) <= *days.end());
        }
        share
    }
}

/// `None` where nobody waits for an answer: the item was closed or went away without one.
fn answer(lifetime: &Lifetime, open: bool, by_end: impl Fn(DateTime<Utc>) -> bool) -> Option<Answer> {
    if lifetime.gone_at.is_some_and(|gone_at| gone_at <= lifetime.created_at) {
        return None;
    }
    if lifetime.approximate_before.is_some_and(|before| lifetime.created_at < before) {
        return Some(Answer::Unknown);
    }
    match lifetime.first_response_at {
        Some(at) if by_end(at) => Some(Answer::After { seconds: (at - lifetime.created_at).num_seconds().max(0) }),
        _ => open.then_some(Answer::Missing),
    }
}

/// What a repository's items add up to.
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
    fn add(&mut self, share: &Share) {
        self.opened += share.opened;
        self.closed += share.closed;
        self.seconds_to_close.extend(share.seconds_to_close);
        match share.answer {
            Some(Answer::After { seconds }) => self.seconds_to_answer.push(seconds),
            Some(Answer::Missing) => self.not_answered += 1,
            Some(Answer::Unknown) => self.answer_unknown += 1,
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

fn hours(seconds: i64) -> f64 {
    (seconds as f64 / 36.0).round() / 100.0
}
