//! How far a view's round and a scrub have come.

use chrono::{DateTime, NaiveDate, Utc};

use crate::activity::HISTORIC;

/// A round of a view. What was read after `started` counts in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Round {
    /// From 1.
    pub round: i64,
    /// A position of the log. The first round begins with the log itself.
    pub started: i64,
    pub started_at: Option<DateTime<Utc>>,
}

impl Round {
    pub const FIRST: Round = Round { round: 1, started: HISTORIC, started_at: None };
}

/// A scrub and the counts of its deck, for a reader who may see some of its rows.
#[derive(Clone, Debug)]
pub struct Scrub {
    pub scrub: i64,
    /// `None` for a scrub known from a spreadsheet only.
    pub view: Option<String>,
    pub round: Option<i64>,
    /// The deck's days are counted to this date.
    pub date: Option<NaiveDate>,
    pub host: Option<String>,
    /// In the order in which they came.
    pub attendees: Vec<String>,
    pub opened_at: Option<DateTime<Utc>>,
    pub opened_position: i64,
    pub closed_at: Option<DateTime<Utc>>,
    /// Nobody closed it: it was left open for too long.
    pub forgotten: bool,
    /// It is known from a spreadsheet only.
    pub imported: bool,
    /// The place that is being read; `None` once nothing is left or the scrub is closed.
    pub cursor: Option<i64>,
    /// Items that were unread when it opened. A reader who does not see all repositories is shown the
    /// number of rows that they see instead.
    pub total: i64,
    /// Rows of its deck.
    pub rows: i64,
    pub read: i64,
    pub skipped: i64,
}

/// Whether a scrub goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScrubState {
    Open,
    Closed,
    /// It is known from a spreadsheet only.
    Imported,
}

impl ScrubState {
    pub fn name(self) -> &'static str {
        match self {
            ScrubState::Open => "open",
            ScrubState::Closed => "closed",
            ScrubState::Imported => "imported",
        }
    }
}

impl Scrub {
    pub fn state(&self) -> ScrubState {
        match (self.imported, self.closed_at) {
            (true, _) => ScrubState::Imported,
            (false, None) => ScrubState::Open,
            (false, Some(_)) => ScrubState::Closed,
        }
    }
}

/// Everyone present when a scrub opens. The host came first; nobody is named twice.
pub fn present_at_opening(host: &str, others: &[String]) -> Vec<String> {
    let mut names = vec![host.to_owned()];
    for name in others {
        if !names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            names.push(name.clone());
        }
    }
    names
}
