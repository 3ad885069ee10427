//! For how long items have waited: the median of many.

use chrono::{DateTime, NaiveDate};
use chrono_tz::Tz;

use super::stale_age::days_since;

/// Since when items wait, each in seconds since 1970.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waits(Vec<i64>);

impl Waits {
    pub fn add(&mut self, since: i64) {
        self.0.push(since);
    }

    /// Their number, and the median of the whole days from these times to a date; `None` if there are none. Of an even
    /// number it is the mean of the two in the middle.
    pub fn summed_up(mut self, today: NaiveDate, zone: Tz) -> WaitSummary {
        let (known, middle) = (self.0.len(), self.0.len() / 2);
        let days = |since: i64| DateTime::from_timestamp(since, 0).map_or(0, |at| days_since(at, today, zone));
        let median_days = (known > 0).then(|| {
            // Days follow the order of times, so only those in the middle are counted.
            let (earlier, later, _) = self.0.select_nth_unstable(middle);
            let later = days(*later);
            let earlier = earlier.iter().max().filter(|_| known.is_multiple_of(2)).map_or(later, |since| days(*since));
            (earlier + later) as f64 / 2.0
        });
        WaitSummary { known, median_days }
    }
}

/// For how long some items have waited.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct WaitSummary {
    /// Of how many of them it is known.
    pub known: usize,
    /// The median of these.
    pub median_days: Option<f64>,
}
