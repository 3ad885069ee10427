//! What is known about an item over time.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use chrono_tz::Tz;

use crate::activity::ItemType;

/// An item from its creation on. Items are open when they are created.
///
/// An item that was transferred within the account must be one lifetime, or two of which the second is created at the
/// transfer. Otherwise it would be counted twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lifetime {
    pub repo_id: i64,
    pub item_type: ItemType,
    pub created_at: DateTime<Utc>,
    /// Closings and reopenings, in order. A transition with an earlier time than the one before it (or than the creation)
    /// counts as happening at that time. A transition that changes nothing (a second closing) is ignored.
    pub transitions: Vec<Transition>,
    /// When GitHub's `updated_at` moved, in any order. The creation and transitions always move it, so they need not be here.
    pub activity: Vec<DateTime<Utc>>,
    /// The first comment or review by a human who is not the author.
    pub first_response_at: Option<DateTime<Utc>>,
    /// When it was deleted or transferred away. From then on it is not counted.
    pub gone_at: Option<DateTime<Utc>>,
    /// Before this time (the installation) only `created_at` and the last closing are known. So staleness may be overstated,
    /// and reopenings are missing.
    pub approximate_before: Option<DateTime<Utc>>,
}

/// A closing or a reopening. A discussion that is answered is not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transition {
    pub at: DateTime<Utc>,
    pub open: bool,
}

/// How an item enters or leaves the backlog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BacklogChange {
    /// Created or reopened.
    Opened,
    Closed,
    /// Deleted or transferred away, while open.
    Gone,
}

impl Lifetime {
    /// What was known about it before `end`. `None` if it was not created by then.
    pub fn until(&self, end: DateTime<Utc>) -> Option<Self> {
        let before = |at: &DateTime<Utc>| *at < end;
        before(&self.created_at).then(|| Self {
            transitions: self.transitions.iter().filter(|transition| before(&transition.at)).copied().collect(),
            activity: self.activity.iter().filter(|at| before(at)).copied().collect(),
            first_response_at: self.first_response_at.filter(before),
            gone_at: self.gone_at.filter(before),
            ..*self
        })
    }

    /// When it was created and last updated. `None` if it is not open in the end.
    pub fn open(&self) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        let (_, last) = self.changes().last()?;
        let moved = self.activity.iter().copied().chain(self.transitions.iter().map(|transition| transition.at));
        (last == BacklogChange::Opened).then(|| (self.created_at, moved.fold(self.created_at, DateTime::max)))
    }

    /// The changes that had an effect, in order. Openings alternate with departures, and the creation comes first. An item that
    /// was gone at its creation has no changes.
    pub fn changes(&self) -> impl Iterator<Item = (DateTime<Utc>, BacklogChange)> + '_ {
        let gone_at = self.gone_at;
        let mut latest = self.created_at;
        let mut open = false;
        std::iter::once(Transition { at: self.created_at, open: true })
            .chain(self.transitions.iter().copied())
            .map(move |transition| {
                latest = latest.max(transition.at);
                (latest, if transition.open { BacklogChange::Opened } else { BacklogChange::Closed })
            })
            .take_while(move |(at, _)| gone_at.is_none_or(|gone_at| *at < gone_at))
            .chain(gone_at.map(|gone_at| (gone_at, BacklogChange::Gone)))
            .filter(move |(_, change)| {
                let was_open = std::mem::replace(&mut open, *change == BacklogChange::Opened);
                was_open != open
            })
    }
}

/// The date of `time` in `zone`, as a day number (chrono's count from the Common Era). Day counts are differences of these.
pub(super) fn day_of(time: DateTime<Utc>, zone: Tz) -> i32 {
    time.with_timezone(&zone).date_naive().num_days_from_ce()
}

/// The date of a day number.
pub(super) fn date_of(day: i32) -> NaiveDate {
    NaiveDate::from_num_days_from_ce_opt(day).unwrap_or(if day < 0 { NaiveDate::MIN } else { NaiveDate::MAX })
}
