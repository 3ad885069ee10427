//! The meetings of a schedule as they will be held: some are cancelled or moved, and some have talks.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::schedule::Meeting;

/// What people have said about one date of the schedule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DateNote {
    pub date: NaiveDate,
    pub cancelled: bool,
    /// When the meeting begins instead.
    pub moved_to: Option<DateTime<Utc>>,
    /// Why. May be empty.
    pub reason: String,
    /// How often the date or its talks have changed.
    pub sequence: i64,
    pub changed_at: DateTime<Utc>,
}

/// What somebody presents at a meeting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Talk {
    /// Its number, by which it is taken off its date.
    pub talk: i64,
    pub title: String,
    pub presenter: String,
    /// How long it takes, if that was said.
    pub minutes: Option<i64>,
}

impl Talk {
    /// `Flaky tests, by grace (10 minutes)`
    pub fn in_words(&self) -> String {
        let Self { title, presenter, minutes, .. } = self;
        match minutes {
            Some(1) => format!("{title}, by {presenter} (1 minute)"),
            Some(minutes) => format!("{title}, by {presenter} ({minutes} minutes)"),
            None => format!("{title}, by {presenter}"),
        }
    }
}

/// A meeting as it will be held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedMeeting {
    /// With the times at which it is held.
    pub meeting: Meeting,
    /// When it would begin, had nobody moved it.
    pub scheduled: DateTime<Utc>,
    pub cancelled: bool,
    pub reason: String,
    pub sequence: i64,
    /// When anything was last said about it.
    pub changed_at: Option<DateTime<Utc>>,
    /// In the order in which they were added.
    pub talks: Vec<Talk>,
}

/// How long before a meeting begins a scrub may be opened for it.
const EARLY: TimeDelta = TimeDelta::hours(3);

impl PlannedMeeting {
    /// A meeting with what people have said about its date.
    pub fn of(scheduled: Meeting, note: Option<&DateNote>, talks: Vec<Talk>) -> Self {
        let mut meeting = scheduled;
        if let Some(starts) = note.and_then(|note| note.moved_to) {
            meeting.ends = starts + (scheduled.ends - scheduled.starts);
            meeting.starts = starts;
        }
        Self {
            meeting,
            scheduled: scheduled.starts,
            cancelled: note.is_some_and(|note| note.cancelled),
            reason: note.map(|note| note.reason.clone()).unwrap_or_default(),
            sequence: note.map_or(0, |note| note.sequence),
            changed_at: note.map(|note| note.changed_at),
            talks,
        }
    }

    /// Whether it begins at another time than the schedule says.
    pub fn is_moved(&self) -> bool {
        self.meeting.starts != self.scheduled
    }

    /// Whether a scrub that was opened at a time is this meeting: not long before it begins, or while it goes on.
    fn has(&self, opened: DateTime<Utc>) -> bool {
        !self.cancelled && (self.meeting.starts - EARLY..=self.meeting.ends).contains(&opened)
    }
}

/// The meetings in the order in which they are held, with what was said about each.
pub fn planned(
    scheduled: Vec<Meeting>,
    notes: &[DateNote],
    mut talks: impl FnMut(NaiveDate) -> Vec<Talk>,
) -> Vec<PlannedMeeting> {
    let note = |date| notes.iter().find(|note| note.date == date);
    let planned =
        scheduled.into_iter().map(|meeting| PlannedMeeting::of(meeting, note(meeting.date), talks(meeting.date)));
    let mut planned: Vec<PlannedMeeting> = planned.collect();
    planned.sort_by_key(|planned| (planned.meeting.starts, planned.meeting.date));
    planned
}

/// The meeting that goes on, or else the one that begins next.
pub fn next(planned: &[PlannedMeeting], now: DateTime<Utc>) -> Option<&PlannedMeeting> {
    planned.iter().find(|planned| !planned.cancelled && planned.meeting.ends > now)
}

/// The meeting for which a scrub was opened: of several the nearest.
pub fn of_scrub(planned: &[PlannedMeeting], opened: DateTime<Utc>) -> Option<&PlannedMeeting> {
    let held = planned.iter().filter(|planned| planned.has(opened));
    held.min_by_key(|planned| (planned.meeting.starts - opened).abs())
}
