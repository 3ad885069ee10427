//! What was opened, answered and closed in each step, and how long answers and closings took.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::Serialize;

use super::lifetime::{Lifetime, date_of, day_of};
use super::percentile::rank;
use super::steps::{Step, Steps};
use super::throughput::{Contribution, FirstResponse, hours};

/// The figures of one step: those that [`super::throughput()`] has of a window that is as long. Hours are whole seconds divided
/// by 3600, to two decimals. Percentiles are by the nearest rank.
#[derive(Clone, Debug, Default, PartialEq, Serialize, utoipa::ToSchema)]
pub struct FlowPoint {
    pub first_date: NaiveDate,
    /// The last day of the step.
    pub date: NaiveDate,
    /// Creations and reopenings within the step.
    pub opened: u32,
    pub closed: u32,
    /// Items created and answered within the step. The hours to the first response are about these.
    pub answered: u32,
    pub median_hours_to_first_response: Option<f64>,
    pub p75_hours_to_first_response: Option<f64>,
    pub p90_hours_to_first_response: Option<f64>,
    /// Items created within the step that are still open at its end without a response.
    pub not_answered: u32,
    /// Items created within the step, but before we followed them.
    pub answer_unknown: u32,
    /// Items closed within the step and still closed at its end. The hours to closing are about these.
    pub items_closed: u32,
    pub median_hours_to_close: Option<f64>,
    pub p75_hours_to_close: Option<f64>,
    pub p90_hours_to_close: Option<f64>,
    /// Whether an item that is counted here was not yet followed by webhooks on some day of the step.
    pub approximate: bool,
}

/// Counts in steps from `from` to `to`, as [`super::backlog()`] does, oldest first.
pub fn flow<'a>(
    lifetimes: impl IntoIterator<Item = &'a Lifetime>,
    zone: Tz,
    from: NaiveDate,
    to: NaiveDate,
    step: Step,
) -> Vec<FlowPoint> {
    let Some(steps) = Steps::new(from, to, step) else { return vec![] };
    let mut sums: Vec<Sums> = (0..steps.count()).map(|_| Sums::default()).collect();
    for lifetime in lifetimes {
        // An item counts only in steps in which it is created, closed or reopened.
        let days = lifetime.changes().map(|(at, _)| day_of(at, zone)).chain([day_of(lifetime.created_at, zone)]);
        let within = days.filter(|day| (steps.first_day..=steps.last_day).contains(day));
        for index in within.map(|day| steps.index(day)).collect::<BTreeSet<_>>() {
            let (first, last) = steps.bounds(index);
            let contribution = Contribution::of(lifetime, zone, &(first..=last));
            let rough = lifetime.approximate_before.is_some_and(|before| day_of(before, zone) >= first);
            sums[index].add(&contribution, rough);
        }
    }
    let point = |(index, sums): (usize, Sums)| {
        let (first, last) = steps.bounds(index);
        sums.point(date_of(first), date_of(last))
    };
    sums.into_iter().enumerate().map(point).collect()
}

#[derive(Default)]
struct Sums {
    opened: u32,
    closed: u32,
    not_answered: u32,
    answer_unknown: u32,
    seconds_to_answer: Vec<i64>,
    seconds_to_close: Vec<i64>,
    approximate: bool,
}

impl Sums {
    fn add(&mut self, contribution: &Contribution, rough: bool) {
        if *contribution == Contribution::default() {
            return;
        }
        self.opened += contribution.opened;
        self.closed += contribution.closed;
        self.approximate |= rough;
        self.seconds_to_close.extend(contribution.seconds_to_close);
        match contribution.response {
            Some(FirstResponse::After { seconds }) => self.seconds_to_answer.push(seconds),
            Some(FirstResponse::Missing) => self.not_answered += 1,
            Some(FirstResponse::Unknown) => self.answer_unknown += 1,
            None => {}
        }
    }

    fn point(mut self, first_date: NaiveDate, date: NaiveDate) -> FlowPoint {
        self.seconds_to_answer.sort_unstable();
        self.seconds_to_close.sort_unstable();
        let percentile = |seconds: &[i64], percent| {
            let place = rank(seconds.len(), percent).checked_sub(1)?;
            seconds.get(place).map(|seconds| hours(*seconds))
        };
        let (answer, close) = (&self.seconds_to_answer, &self.seconds_to_close);
        FlowPoint {
            first_date,
            date,
            opened: self.opened,
            closed: self.closed,
            answered: answer.len() as u32,
            median_hours_to_first_response: percentile(answer, 50),
            p75_hours_to_first_response: percentile(answer, 75),
            p90_hours_to_first_response: percentile(answer, 90),
            not_answered: self.not_answered,
            answer_unknown: self.answer_unknown,
            items_closed: close.len() as u32,
            median_hours_to_close: percentile(close, 50),
            p75_hours_to_close: percentile(close, 75),
            p90_hours_to_close: percentile(close, 90),
            approximate: self.approximate,
        }
    }
}
