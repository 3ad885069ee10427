//! The steps that a range of dates is counted in.

use chrono::{Datelike, Months, NaiveDate};
use serde::{Deserialize, Serialize};

/// The length of a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    Day,
    /// Monday to Sunday, as in ISO 8601.
    #[default]
    Week,
    /// A month of the calendar.
    Month,
}

impl Step {
    pub const ALL: [Step; 3] = [Step::Day, Step::Week, Step::Month];

    pub const NAMES: [&'static str; 3] = ["day", "week", "month"];

    pub fn name(self) -> &'static str {
        match self {
            Step::Day => "day",
            Step::Week => "week",
            Step::Month => "month",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.name() == name)
    }

    /// The days that one has at least.
    pub fn least_days(self) -> i64 {
        match self {
            Step::Day => 1,
            Step::Week => 7,
            Step::Month => 28,
        }
    }
}

/// The steps, in day numbers.
#[derive(Clone)]
pub(super) struct Steps {
    pub first_day: i32,
    pub last_day: i32,
    /// The first day of each.
    begins: Vec<i32>,
    /// The days of each, if all have as many.
    days: Option<i32>,
}

impl Steps {
    /// From `from` to `to`, both included. The first one begins as a step does, even if that is before `from`; the last one
    /// ends at `to`. `None` if `to` is before `from`.
    pub fn new(from: NaiveDate, to: NaiveDate, step: Step) -> Option<Self> {
        if to < from {
            return None;
        }
        let last_day = to.num_days_from_ce();
        let (first_day, days): (i32, Option<i32>) = match step {
            Step::Day => (from.num_days_from_ce(), Some(1)),
            Step::Week => (from.num_days_from_ce() - from.weekday().num_days_from_monday() as i32, Some(7)),
            Step::Month => (from.num_days_from_ce() - from.day0() as i32, None),
        };
        let begins = match days {
            Some(days) => (first_day..=last_day).step_by(days.unsigned_abs() as usize).collect(),
            None => {
                let first = from.with_day(1).unwrap_or(from);
                let months = (0..).map_while(|months| first.checked_add_months(Months::new(months)));
                months.take_while(|month| *month <= to).map(|month| month.num_days_from_ce()).collect()
            }
        };
        Some(Self { first_day, last_day, begins, days })
    }

    pub fn count(&self) -> usize {
        self.begins.len()
    }

    /// The step of a day. Days before the first step count as the first step.
    pub fn index(&self, day: i32) -> usize {
        match self.days {
            Some(days) => ((day - self.first_day).max(0) / days) as usize,
            None => self.begins.partition_point(|begins| *begins <= day).saturating_sub(1),
        }
    }

    /// The first and the last day of a step.
    pub fn bounds(&self, index: usize) -> (i32, i32) {
        let next = self.begins.get(index + 1).map_or(self.last_day, |next| next - 1);
        (self.begins[index], next.min(self.last_day))
    }
}
