//! A row of a deck: what happened to its item since it was last read, and while it was being read.

use chrono::{DateTime, TimeDelta, Utc};

use crate::activity::{HISTORIC, Mark};

/// GitHub tells times in whole seconds: what it says happened in the second of an arrival may have
/// been after it.
const SECOND: TimeDelta = TimeDelta::seconds(1);

/// Something that GitHub told of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happening {
    /// Its place in the account's log.
    pub position: i64,
    /// GitHub's time; `None` where it does not say.
    pub at: Option<DateTime<Utc>>,
    /// As a past participle: `closed`, `labeled`.
    pub kind: String,
    pub actor: Option<String>,
    pub human: bool,
    /// Which label, assignee or milestone it is about.
    pub about: Option<String>,
}

/// From when on something is news: after the last reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// A position of the log.
    Position(i64),
    /// A time: of a reading that the log was only told of later.
    Time(DateTime<Utc>),
}

impl Since {
    /// Since a reading.
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

/// When the cursor was on a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Visit {
    /// The event that brought it, and its time; `None`: it has not come.
    pub arrived: Option<(i64, DateTime<Utc>)>,
    /// `None`: it is there, or has not come.
    pub left: Option<(i64, DateTime<Utc>)>,
}

impl Visit {
    /// Whether something is an outcome of the reading: it was told while the cursor was on the row,
    /// or happened then and was told later.
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

    /// Whether something happened since a reading and before this one: what the group must catch up
    /// with. Bots are left out.
    pub fn is_news(&self, read: Since, happening: &Happening) -> bool {
        happening.human && read.is_before(happening) && !self.saw(happening) && !self.is_over_for(happening)
    }

    fn is_over_for(&self, happening: &Happening) -> bool {
        self.left.is_some_and(|(left, _)| happening.position > left)
    }
}

/// How it stands with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// The cursor is on it.
    Current,
    Read,
    Skipped,
    /// Somebody read it outside of this scrub, in this round.
    ReadElsewhere,
    Closed,
    Deleted,
    /// It is where it may not be seen.
    Gone,
    Waiting,
}

impl Status {
    pub fn name(self) -> &'static str {
        match self {
            Status::Current => "current",
            Status::Read => "read",
            Status::Skipped => "skipped",
            Status::ReadElsewhere => "read elsewhere",
            Status::Closed => "closed",
            Status::Deleted => "deleted",
            Status::Gone => "gone",
            Status::Waiting => "waiting",
        }
    }
}
