//! A mark: that an item was read.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// Within so short a time a second reading by the same person counts as the same reading.
const SAME_READING: TimeDelta = TimeDelta::hours(1);

/// "This item was read."
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The position of the mark's event. A round counts the marks after its beginning.
    pub position: i64,
    /// When the item was read; absent if a spreadsheet does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<DateTime<Utc>>,
    pub by: String,
    /// The scrub in which it was read; absent if it was read alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scrub: Option<i64>,
    /// The item's place in that scrub's deck, if the cursor was on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<i64>,
}

impl Mark {
    /// Whether a reading by `by` at `at` is the same as this one. It is not if a round began in between;
    /// `started` is when the latest round of any view began.
    pub fn is_same_reading(&self, by: &str, at: DateTime<Utc>, started: i64) -> bool {
        let soon = self.at.is_some_and(|read_at| (at - read_at).abs() < SAME_READING);
        self.by == by && soon && self.position > started
    }
}
