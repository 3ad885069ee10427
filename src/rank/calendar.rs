//! Dates in the account's time zone.

use chrono::{DateTime, Duration, NaiveDate, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;

/// How long a finished date's ranking still serves the pages that were begun on it.
const GRACE: Duration = Duration::hours(1);

/// Quarters of an hour that a zone's clocks were put forward by at most: Samoa left out a day.
const LONGEST_GAP: i64 = 4 * 25;

/// A time zone, and what the date is in it.
#[derive(Clone, Copy, Debug)]
pub struct Calendar {
    pub zone: Tz,
}

impl Calendar {
    pub fn today(&self, now: DateTime<Utc>) -> NaiveDate {
        now.with_timezone(&self.zone).date_naive()
    }

    /// The first moment after a date.
    pub fn end_of(&self, date: NaiveDate) -> DateTime<Utc> {
        self.beginning_of(date.succ_opt().unwrap_or(date))
    }

    /// The first moment of a date; of one that a zone left out, of the next one.
    pub fn beginning_of(&self, date: NaiveDate) -> DateTime<Utc> {
        let midnight = date.and_time(NaiveTime::MIN);
        // Where summer time begins at midnight, the day begins an hour later.
        let quarters = (0..=LONGEST_GAP).map(|quarters| midnight + Duration::minutes(15 * quarters));
        let begins = quarters.filter_map(|local| self.zone.from_local_datetime(&local).earliest()).next();
        begins.map_or_else(|| midnight.and_utc(), |begins| begins.with_timezone(&Utc))
    }

    /// Whether a cursor that pinned `date` may still be served: today's may, and yesterday's
    /// for an hour past midnight.
    pub fn serves(&self, date: NaiveDate, now: DateTime<Utc>) -> bool {
        date == self.today(now) || Some(date) == self.today(now).pred_opt() && date == self.today(now - GRACE)
    }
}
