//! Numbers that items have, by which they are chosen and put in order: each once.

use chrono::{DateTime, Utc};

use super::candidate::Item;

/// What counts as this is as large or larger.
pub const MOST: i64 = u32::MAX as i64 - 1;

/// A number that an item may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    Comments,
    Reactions,
    Commenters,
    /// When it began to wait for whomever it waits for, in seconds since 1970.
    WaitsSince,
    /// When a human last did something with it, in seconds since 1970.
    HumanAt,
}

impl Measure {
    pub const ALL: [Measure; 5] =
        [Measure::Comments, Measure::Reactions, Measure::Commenters, Measure::WaitsSince, Measure::HumanAt];

    /// What it is of an item, from 0 to [`MOST`]; `None` if that is not known.
    pub fn of(self, item: &Item) -> Option<i64> {
        let number = match self {
            Measure::Comments => item.comments,
            Measure::Reactions => item.reactions,
            Measure::Commenters => item.commenters,
            Measure::WaitsSince => item.waits_since.map(seconds),
            Measure::HumanAt => item.human_at.map(seconds),
        };
        number.map(|number| number.clamp(0, MOST))
    }
}

/// A time as [`Measure`] counts it. Fractions are cut off, which GitHub's times do not have.
pub fn seconds(at: DateTime<Utc>) -> i64 {
    at.timestamp()
}
