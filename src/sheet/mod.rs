//! Spreadsheets: out and in.
//!
//! Pure: bytes in, bytes out; no IO and no clock. The players:
//! - [`columns`]: the columns that a scrub's sheet has, in their order;
//! - [`write`]: a sheet as XLSX or CSV, and [`guard`]: no text in CSV becomes a formula;
//! - [`read`]: XLSX, ODS and CSV that people edited, or that another tool wrote;
//! - [`plan`]: what taking such a file in would change;
//! - [`fault`]: why a file, a tab or a row cannot be read.
//!
//! Files come from strangers: reading is bounded in memory and time by the limits in [`read`],
//! whatever a file says of itself.

pub mod columns;
pub mod fault;
pub mod guard;
pub mod plan;
pub mod read;
pub mod write;

use chrono::NaiveDate;

pub use columns::Column;
pub use fault::{BadSheet, RowFault};
pub use plan::{Change, Key, Known, Outcome, Plan, PlannedRow, plan};
pub use read::{Book, ReadRow, SheetNote, Tab, read};
pub use write::{Sheet, SheetRow, Unwritable, csv, xlsx};

/// The tab that tells who came.
const ATTENDANCE: &str = "Attendance";

/// The custom property of a workbook that holds [`Sheet::position`].
const POSITION: &str = "bugscrub-position";

/// The scrubs' hosts and attendees, as a tab of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attendance {
    pub rows: Vec<Attended>,
}

/// Who came to one scrub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attended {
    pub scrub: i32,
    /// Not told of every scrub of the time before.
    pub date: Option<NaiveDate>,
    pub host: Option<String>,
    pub attendees: Vec<String>,
}

/// Rows by their numbers, the first of them: `rows 3, 7 and 12 more`.
pub fn listed(lines: &[u32]) -> String {
    const SHOWN: usize = 10;
    let numbers: Vec<String> = lines.iter().take(SHOWN).map(u32::to_string).collect();
    let (word, numbers) = (if lines.len() == 1 { "row" } else { "rows" }, numbers.join(", "));
    match lines.len().saturating_sub(SHOWN) {
        0 => format!("{word} {numbers}"),
        more => format!("{word} {numbers} and {more} more"),
    }
}

/// A note as it is compared: line ends are `\n`, and none of the blanks around it count.
fn tidy(text: &str) -> String {
    if text.contains('\r') {
        text.replace("\r\n", "\n").replace('\r', "\n").trim().to_owned()
    } else {
        text.trim().to_owned()
    }
}
