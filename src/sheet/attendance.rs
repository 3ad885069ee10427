//! The tab Attendance: who came to which scrub.

use chrono::NaiveDate;

/// The tab's name.
pub(super) const TAB: &str = "Attendance";

/// Its columns.
pub(super) const COLUMNS: [&str; 4] = ["Scrub", "Date", "Host", "Attendees"];

/// The hosts and attendees of scrubs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attendance {
    pub rows: Vec<ScrubAttendance>,
}

/// Who came to one scrub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScrubAttendance {
    pub scrub: i32,
    /// Old spreadsheets do not tell the date of every scrub.
    pub date: Option<NaiveDate>,
    pub host: Option<String>,
    pub attendees: Vec<String>,
}
