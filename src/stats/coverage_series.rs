//! How much of a backlog was read in each day, week or month, and how much of it had been read by then.

use std::ops::Range;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use super::lifetime::{BacklogChange, Lifetime, date_of, day_of};
use super::steps::{Step, Steps};

/// What was read in one step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct CoveragePoint {
    pub first_date: NaiveDate,
    /// The last day of the step.
    pub date: NaiveDate,
    /// Items that were open at the end of the step.
    pub open: u32,
    /// Those of them that somebody had read by then, in this step or before.
    pub ever_read: u32,
    /// Items that were read in the step, each once; also those that were closed by its end.
    pub read: u32,
    /// Whether an item that is counted here was not yet followed by webhooks on some day of the step.
    pub approximate: bool,
}

/// Counts in steps from `from` to `to`, both included, as [`crate::stats::backlog()`] does. Each item comes with the times of
/// its readings; of one whose time is not known, it is known that it was before all others.
pub fn coverage_series<'a>(
    items: impl IntoIterator<Item = (&'a Lifetime, &'a [Option<DateTime<Utc>>])>,
    zone: Tz,
    from: NaiveDate,
    to: NaiveDate,
    step: Step,
) -> Vec<CoveragePoint> {
    let Some(steps) = Steps::new(from, to, step) else { return vec![] };
    let mut tally = Tally::new(steps, zone);
    for (lifetime, readings) in items {
        tally.add(lifetime, readings);
    }
    tally.points()
}

/// How many more items count in each step than in the one before; negative if fewer do.
struct Changes(Vec<i32>);

impl Changes {
    fn add(&mut self, steps: Range<usize>) {
        if !steps.is_empty() {
            self.0[steps.start] += 1;
            self.0[steps.end] -= 1;
        }
    }

    fn counts(self) -> impl Iterator<Item = u32> {
        let sums = self.0.into_iter().scan(0, |count, change| {
            *count += change;
            Some(*count)
        });
        sums.map(|count: i32| count.max(0).unsigned_abs())
    }
}

struct Tally {
    steps: Steps,
    zone: Tz,
    open: Changes,
    ever_read: Changes,
    approximate: Changes,
    read: Vec<u32>,
}

impl Tally {
    fn new(steps: Steps, zone: Tz) -> Self {
        let count = steps.count();
        let none = || Changes(vec![0; count + 1]);
        Self { steps, zone, open: none(), ever_read: none(), approximate: none(), read: vec![0; count] }
    }

    /// The steps that end on this day or later.
    fn from(&self, day: i32) -> usize {
        if day > self.steps.last_day { self.steps.count() } else { self.steps.index(day) }
    }

    fn add(&mut self, lifetime: &Lifetime, readings: &[Option<DateTime<Utc>>]) {
        let zone = self.zone;
        let days = |at: &Option<DateTime<Utc>>| at.map_or(i32::MIN, |at| day_of(at, zone));
        let mut read: Vec<i32> = readings.iter().map(days).collect();
        read.sort_unstable();
        let first_read = read.first().map_or(self.steps.count(), |day| self.from((*day).max(self.steps.first_day)));
        let mut within: Vec<usize> = read
            .into_iter()
            .filter(|day| (self.steps.first_day..=self.steps.last_day).contains(day))
            .map(|day| self.steps.index(day))
            .collect();
        within.dedup();
        // The steps that this item makes approximate if it is counted in them.
        let vague = match lifetime.approximate_before.map(|before| day_of(before, zone)) {
            Some(before) if before >= self.steps.first_day => self.steps.index(before.min(self.steps.last_day)) + 1,
            _ => 0,
        };
        for step in within {
            self.read[step] += 1;
            self.approximate.add(step..vague.min(step + 1));
        }
        let mut changes = lifetime.changes().map(|(at, change)| (self.from(day_of(at, zone)), change)).peekable();
        let (mut open, mut ever_read) = (vec![], vec![]);
        while let Some((from, change)) = changes.next() {
            if change == BacklogChange::Opened {
                let until = changes.peek().map_or(self.steps.count(), |(until, _)| *until);
                open.push(from..until);
                ever_read.push(from.max(first_read)..until);
            }
        }
        drop(changes);
        for steps in open {
            self.approximate.add(steps.start..steps.end.min(vague));
            self.open.add(steps);
        }
        ever_read.into_iter().for_each(|steps| self.ever_read.add(steps));
    }

    fn points(self) -> Vec<CoveragePoint> {
        let Self { steps, open, ever_read, approximate, read, .. } = self;
        let counts = open.counts().zip(ever_read.counts()).zip(approximate.counts()).zip(read).enumerate();
        let point = |(index, (((open, ever_read), approximate), read))| {
            let (first, last) = steps.bounds(index);
            let (first_date, date) = (date_of(first), date_of(last));
            CoveragePoint { first_date, date, open, ever_read, read, approximate: approximate > 0 }
        };
        counts.map(point).collect()
    }
}
