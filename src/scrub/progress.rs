//! How far a view's round and a scrub have come.

use chrono::{DateTime, NaiveDate, Utc};

use crate::activity::{HISTORIC, Sight};

/// Which rounds of a view: what is hidden from somebody does not count in theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Track {
    /// Those of who sees all repositories.
    Whole,
    /// Those of who sees what is public alone.
    Public,
    /// Those of who sees something private too. They are the public ones, and where nothing in a view is public, others.
    People,
}

impl Track {
    pub fn name(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Public => "public",
            Self::People => "people",
        }
    }

    /// The rounds that a reader is in.
    pub fn of(sight: &Sight) -> Self {
        match sight {
            Sight::All => Self::Whole,
            Sight::Public => Self::Public,
            Sight::Only(_) => Self::People,
        }
    }
}

/// A round of a view. Readings after `started` count in it.
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
    /// `None` if the scrub is known only from a spreadsheet.
    pub view: Option<String>,
    pub round: Option<i64>,
    /// The date to which the deck's days are counted.
    pub date: Option<NaiveDate>,
    pub host: Option<String>,
    /// In the order in which they came.
    pub attendees: Vec<String>,
    pub opened_at: Option<DateTime<Utc>>,
    pub opened_position: i64,
    pub closed_at: Option<DateTime<Utc>>,
    /// Whether it closed itself, because it was left open for too long.
    pub forgotten: bool,
    /// Whether it is known only from a spreadsheet.
    pub imported: bool,
    /// The place that is being read. `None` if nothing is left, or the scrub is closed.
    pub cursor: Option<i64>,
    /// How many items were unread when it opened. If the reader does not see all repositories, how many rows they see.
    pub total: i64,
    /// The order in which its deck was dealt, by its name, if one was asked for; else it is the view's.
    pub order: Option<String>,
    /// How many rows its deck was to have at most, if that was asked for. `None` for readers who may not see all of the
    /// rows: they would learn how many they do not see.
    pub limit: Option<i64>,
    /// Rows of its deck.
    pub rows: i64,
    pub read: i64,
    pub skipped: i64,
}

/// Whether a scrub is still going on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScrubState {
    Open,
    Closed,
    /// It is known only from a spreadsheet.
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
    /// In which order its deck was dealt, and how many rows it was to have, in words. `None` if nobody said so.
    pub fn dealt(&self) -> Option<String> {
        let order = self.order.as_ref().map(|order| format!("in the order {order}"));
        let limit = self.limit.map(|limit| format!("at most {limit} {}", if limit == 1 { "row" } else { "rows" }));
        let said: Vec<String> = [order, limit].into_iter().flatten().collect();
        (!said.is_empty()).then(|| said.join(", "))
    }

    pub fn state(&self) -> ScrubState {
        match (self.imported, self.closed_at) {
            (true, _) => ScrubState::Imported,
            (false, None) => ScrubState::Open,
            (false, Some(_)) => ScrubState::Closed,
        }
    }
}

/// Everyone who is present when a scrub opens. The host comes first, and nobody is named twice.
pub fn present_at_opening(host: &str, others: &[String]) -> Vec<String> {
    let mut names = vec![host.to_owned()];
    for name in others {
        if !names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            names.push(name.clone());
        }
    }
    names
}
