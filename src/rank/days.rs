//! Which dates a moment must be on.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Dates in the account's zone, bounds included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Days {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<NaiveDate>,
}

impl Days {
    /// Whether every date is within.
    pub fn is_open(&self) -> bool {
        *self == Self::default()
    }

    pub fn hold(&self, date: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= date) && self.to.is_none_or(|to| date <= to)
    }

    pub(super) fn and(self, other: Self) -> Self {
        // Of two bounds the narrower; `None` sorts before any date.
        let to = self.to.into_iter().chain(other.to).min();
        Self { from: self.from.max(other.from), to }
    }
}
