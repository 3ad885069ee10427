//! Why a file, a tab or a row cannot be read. Each is a sentence for whoever sent the file.

use super::columns::Column;
use super::read::limits;

/// Why nothing of a file can be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSheet {
    #[error("the file is empty")]
    Empty,
    #[error("the file has more than {} MiB", limits::FILE >> 20)]
    TooLarge,
    #[error("the file is not a spreadsheet: XLSX, ODS and CSV can be read")]
    NotASpreadsheet,
    #[error("the file is in Excel's format from before 2007: save it as .xlsx")]
    OldExcel,
    #[error("the file is in Excel's binary format (.xlsb): save it as .xlsx")]
    BinaryExcel,
    #[error("the file is protected by a password: save it without one")]
    Encrypted,
    #[error("the file is damaged: {0}")]
    Damaged(String),
    #[error("unpacked the file has more than {} MiB", limits::UNPACKED >> 20)]
    TooLargeInside,
    #[error("a text in the file has more than {} MiB", limits::ONE >> 20)]
    OneText,
    #[error("the file is made of more than {} parts", limits::PARTS)]
    TooManyParts,
    #[error("the file has more {0} than a spreadsheet of this kind needs")]
    TooMany(&'static str),
    #[error("the file has more than {} rows", limits::ROWS)]
    TooManyRows,
    #[error("the texts of the file have more than {} MiB", limits::TEXT >> 20)]
    TooMuchText,
    /// With what is wrong with each of its tabs.
    #[error("no scrub's tab is in the file: {0}")]
    NoTab(String),
    #[error("there is no row below the header")]
    NoRows,
}

/// Why a tab's rows cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum BadTab {
    #[error("it is empty")]
    Empty,
    #[error("its first row must name the columns, and lacks {}", names(.0))]
    Lacks(Vec<Column>),
    #[error("it has none of the columns {}", names(&Column::WRITTEN))]
    NothingWritten,
    #[error("its first row names {} twice", .0.header())]
    Twice(Column),
    #[error("its first row has merged cells")]
    MergedHeader,
    #[error("its name is not a scrub's number")]
    Unnumbered,
    #[error("the tab {0:?} is of the same scrub")]
    SameScrub(String),
    #[error("it is a chart or a dialog")]
    NoCells,
    #[error("its first row must name the columns Scrub, Date, Host and Attendees")]
    NoAttendance,
}

/// What of a line of the tab Attendance cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum AttendanceFault {
    #[error("the date of {0:04} cannot be read: {1:?}")]
    Date(i32, String),
    #[error("a name of {0:04} is longer than 100 characters: {1:?}")]
    Name(i32, String),
}

/// Why one row cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum RowFault {
    #[error("Repository must be owner/name, not {0:?}")]
    Repository(String),
    #[error("Type must be Issue, PR or Discussion, not {0:?}")]
    Type(String),
    #[error("# must be a number, not {0:?}")]
    Number(String),
    #[error("the cell in the column {} shows the error {text}", column.header())]
    Error { column: Column, text: String },
    #[error("the cell in the column {} is longer than {} characters", .0.header(), limits::CELL)]
    TooLong(Column),
    #[error("the text in the column {} is longer than the {} characters that a note may have there", .0.header(), .1)]
    LongNote(Column, usize),
    #[error("some of its cells are merged")]
    Merged,
    #[error("its item stands in row {0} of the tab already")]
    Twice(u32),
}

fn names(columns: &[Column]) -> String {
    columns.iter().map(|column| column.header()).collect::<Vec<_>>().join(", ")
}

/// The beginning of what stands in a cell, to be shown in a sentence.
pub(super) fn excerpt(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
