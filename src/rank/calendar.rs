//! Dates in the account's time zone.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use chrono_tz::Tz;

/// How long a finished date's ranking still serves the pages that were begun on it.
const GRACE: Duration = Duration::hours(1);

/// A time zone, and what the date is in it.
#[derive(Clone, Copy, Debug)]
pub struct Calendar {
    pub zone: Tz,
}

impl Calendar {
    pub fn today(&self, now: DateTime<Utc>) -> NaiveDate {
        now.with_timezone(&self.zone).date_naive()
    }

    /// Whether a cursor that pinned `date` may still be served: today's may, and yesterday's
    /// for an hour past midnight.
    pub fn serves(&self, date: NaiveDate, now: DateTime<Utc>) -> bool {
        date == self.today(now) || Some(date) == self.today(now).pred_opt() && date == self.today(now - GRACE)
    }
}
