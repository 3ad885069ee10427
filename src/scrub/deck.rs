//! A row of a deck: its state, and what happened to its item since it was last read and while it was
//! being read.

use chrono::{DateTime, TimeDelta, Utc};

use super::Scrub;
use crate::activity::scrubbing::DeckPlace;
use crate::activity::{HISTORIC, Mark};
use crate::rank::QueueItem;

/// GitHub's times are whole seconds. So what happened in the second of an arrival may have happened after the arrival.
const SECOND: TimeDelta = TimeDelta::seconds(1);

/// A row of a deck.
#[derive(Clone, Debug)]
pub struct DeckRow {
    /// From 1.
    pub place: i64,
    /// As it was when the scrub opened.
    pub frozen: DeckPlace,
    pub status: RowStatus,
    pub visit: Visit,
    /// The item as it is now, wherever it is now; `None` if it was deleted or the reader may not see it.
    pub item: Option<QueueItem>,
    /// Where the item was when the scrub opened: `owner/name`.
    pub repository: String,
    /// The last reading before this scrub.
    pub read_before: Option<Mark>,
    /// What humans did since that reading, before the item was met here.
    pub news: Vec<Happening>,
    /// What happened while the cursor was on it.
    pub outcomes: Vec<Happening>,
}

impl DeckRow {
    /// Whether the item was updated after the scrub opened.
    pub fn changed(&self, scrub: &Scrub) -> bool {
        let updated = self.item.as_ref().map(|item| item.updated_at);
        updated.zip(scrub.opened_at).is_some_and(|(updated, opened)| updated > opened)
    }
}

/// Something that GitHub told about an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happening {
    /// Its position in the account's log.
    pub position: i64,
    /// GitHub's time. `None` if GitHub does not say.
    pub at: Option<DateTime<Utc>>,
    /// The event's kind: `closed`, `labeled`.
    pub kind: String,
    pub actor: Option<String>,
    pub human: bool,
    /// The label, assignee or milestone that it is about.
    pub about: Option<String>,
}

/// The last reading. Whatever happened after it is news.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// A position of the log.
    Position(i64),
    /// A time, for a reading that the log heard of only later.
    Time(DateTime<Utc>),
}

impl Since {
    /// Takes a mark as the last reading.
    pub fn mark(mark: &Mark) -> Self {
        match mark.at {
            Some(at) if mark.position == HISTORIC => Self::Time(at),
            _ => Self::Position(mark.position),
        }
    }

    fn is_before(self, happening: &Happening) -> bool {
        match self {
            Self::Position(position) => happening.position > position,
            Self::Time(time) => happening.at.is_none_or(|at| at > time),
        }
    }
}

/// The time during which the cursor was on a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Visit {
    /// The event with which it came, and its time. `None` if it has not come.
    pub arrived: Option<(i64, DateTime<Utc>)>,
    /// The event with which it went. `None` if it is still there, or has not come.
    pub left: Option<(i64, DateTime<Utc>)>,
}

impl Visit {
    /// Whether something is an outcome of the reading: GitHub told it while the cursor was on the row, or it happened then and
    /// GitHub told it later.
    pub fn saw(&self, happening: &Happening) -> bool {
        let Some((arrived, arrived_at)) = self.arrived else { return false };
        let told = happening.position > arrived && self.left.is_none_or(|(left, _)| happening.position <= left);
        let happened = happening.at.is_some_and(|at| {
            happening.position > arrived
                && at + SECOND > arrived_at
                && self.left.is_none_or(|(_, left_at)| at <= left_at)
        });
        told || happened
    }

    /// Whether a human did something after a reading and before this one, so that the group must catch up with it.
    pub fn is_news(&self, read: Since, happening: &Happening) -> bool {
        happening.human && read.is_before(happening) && !self.saw(happening) && !self.is_over_for(happening)
    }

    fn is_over_for(&self, happening: &Happening) -> bool {
        self.left.is_some_and(|(left, _)| happening.position > left)
    }
}

/// The state of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowStatus {
    /// The cursor is on it.
    Current,
    Read,
    Skipped,
    /// Somebody read it in this round, but not in this scrub.
    ReadElsewhere,
    Closed,
    Deleted,
    /// The reader may not see where it is now.
    Gone,
    Waiting,
}

/// What a row's status depends on.
#[derive(Clone, Copy, Debug)]
pub struct RowFacts {
    /// A reading of the row in this scrub stands.
    pub marked: bool,
    /// The cursor is on the row.
    pub current: bool,
    pub skipped: bool,
    pub item: RowItem,
}

/// A row's item as it is now.
#[derive(Clone, Copy, Debug)]
pub enum RowItem {
    Visible {
        open: bool,
        /// It was read since the scrub's round began.
        read: bool,
    },
    Deleted,
    /// The reader may not see where it is.
    Hidden,
}

impl RowStatus {
    pub fn of(row: RowFacts) -> Self {
        match row.item {
            _ if row.marked => Self::Read,
            _ if row.current => Self::Current,
            _ if row.skipped => Self::Skipped,
            RowItem::Deleted => Self::Deleted,
            RowItem::Hidden => Self::Gone,
            RowItem::Visible { open: false, .. } => Self::Closed,
            RowItem::Visible { read: true, .. } => Self::ReadElsewhere,
            RowItem::Visible { .. } => Self::Waiting,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Read => "read",
            Self::Skipped => "skipped",
            Self::ReadElsewhere => "read elsewhere",
            Self::Closed => "closed",
            Self::Deleted => "deleted",
            Self::Gone => "gone",
            Self::Waiting => "waiting",
        }
    }
}
