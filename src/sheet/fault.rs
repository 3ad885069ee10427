//! Why a file, a tab or a row cannot be read. Each fault is a sentence for whoever sent the file.

use super::attendance;
use super::columns::Column;
use super::limits;

/// Why a file cannot be read at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSheet {
    #[error("the file is empty")]
    Empty,
    #[error("the file is larger than {} MiB", limits::FILE >> 20)]
    TooLarge,
    #[error("the file is not a spreadsheet in a format that can be read: XLSX, ODS or CSV")]
    NotASpreadsheet,
    #[error("the file is in Excel's format from before 2007: save it as .xlsx")]
    OldExcel,
    #[error("the file is in Excel's binary format (.xlsb): save it as .xlsx")]
    BinaryExcel,
    #[error("the file is protected by a password: save it without one")]
    Encrypted,
    #[error("the file is damaged: {0}")]
    Damaged(String),
    #[error(
        "the text of the file is not UTF-8: save it as \"CSV UTF-8\", or say what it is, for example with the header \
         Content-Type: text/csv; charset=windows-1252"
    )]
    NotUtf8,
    #[error("the text of the file is not {0}, though it says so")]
    OtherEncoding(&'static str),
    #[error("there is no encoding {0:?}: name one such as utf-8, utf-16le or windows-1252")]
    UnknownCharset(String),
    #[error("unpacked, the file is larger than {} MiB", limits::UNPACKED >> 20)]
    TooLargeInside,
    #[error("a text in the file is larger than {} MiB", limits::ONE >> 20)]
    OneText,
    #[error("the file has more than {} parts", limits::PARTS)]
    TooManyParts,
    #[error("the file has more {0} than a spreadsheet of this kind needs")]
    TooMany(&'static str),
    #[error("the file has more than {} rows about items", limits::ROWS)]
    TooManyRows,
    #[error("the texts in the file are larger than {} MiB together", limits::TEXT >> 20)]
    TooMuchText,
    /// Says what is wrong with each tab.
    #[error("the file has no tab that can be read: {0}")]
    NoTab(String),
    #[error("the file has no row below its header")]
    NoRows,
}

/// Why a tab cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum BadTab {
    #[error("it is empty")]
    Empty,
    #[error("its first row must name the columns, but lacks {}", names(.0))]
    Lacks(Vec<Column>),
    #[error("it has none of the columns {}", names(&Column::WRITTEN))]
    NothingWritten,
    #[error("its first row names {} twice", .0.header())]
    Twice(Column),
    #[error("its first row has merged cells")]
    MergedHeader,
    #[error("its name is not a scrub's number")]
    Unnumbered,
    #[error("it is about the same scrub as the tab {0:?}")]
    SameScrub(String),
    #[error("it is a chart or a dialog, not a table")]
    NoCells,
    #[error("its first row must name the columns {}", attendance::COLUMNS.join(", "))]
    NoAttendance,
}

/// What cannot be read in a line of the tab Attendance.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum AttendanceFault {
    #[error("the date of scrub {0:04} cannot be read: {1:?}")]
    Date(i32, String),
    #[error("a name at scrub {0:04} is longer than 100 characters or has control characters: {1:?}")]
    Name(i32, String),
}

/// Why a row cannot be read.
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
    #[error("row {0} of the tab is about the same item")]
    Twice(u32),
}

fn names(columns: &[Column]) -> String {
    columns.iter().map(|column| column.header()).collect::<Vec<_>>().join(", ")
}

/// The beginning of a cell's text, for a sentence.
pub(super) fn excerpt(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Rows by their numbers, as words. Only the first few are named: `rows 3, 7 and 12 more`.
pub fn listed(lines: &[u32]) -> String {
    const SHOWN: usize = 10;
    let numbers: Vec<String> = lines.iter().take(SHOWN).map(u32::to_string).collect();
    let (word, numbers) = (if lines.len() == 1 { "row" } else { "rows" }, numbers.join(", "));
    match lines.len().saturating_sub(SHOWN) {
        0 => format!("{word} {numbers}"),
        more => format!("{word} {numbers} and {more} more"),
    }
}
