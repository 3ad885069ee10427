//! Sheets, in: our own export after people edited it, the many numbered tabs of the spreadsheet
//! that came before, and CSV.
//!
//! Each format hands its cells over row by row; what they mean is one matter for all:
//! - [`package`]: a zip file, looked through before anything else reads it;
//! - [`workbook`] (XLSX), [`opendocument`] (ODS), [`text`] (CSV): cells;
//! - [`cell`]: what a cell holds; [`table`]: a tab's header and rows; [`attended`]: who came;
//! - [`tabs`]: which tab is which.

mod attended;
mod cell;
pub(super) mod limits;
mod opendocument;
mod package;
mod table;
mod tabs;
mod text;
mod workbook;

use super::Attended;
use super::fault::{BadSheet, RowFault};
use crate::activity::{ItemType, NoteText};
use package::Package;
use tabs::Tabs;

/// A file's content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Book {
    /// In the file's order.
    pub tabs: Vec<Tab>,
    /// What the tab Attendance tells, where there is one.
    pub attendance: Vec<Attended>,
    /// Tabs that were left out, each with the reason, as sentences.
    pub ignored: Vec<String>,
    /// The [`super::Sheet::position`] with which it was written, if it is of our making and came
    /// through a program that keeps a workbook's properties.
    pub position: Option<i64>,
}

impl Book {
    /// Says which scrub's its one tab is, where the file cannot: CSV has no tabs' names. Answers
    /// whether it could be said.
    pub fn name_scrub(&mut self, scrub: i32) -> bool {
        match self.tabs.as_mut_slice() {
            [tab] if tab.scrub.is_none_or(|own| own == scrub) => {
                tab.scrub = Some(scrub);
                true
            }
            _ => false,
        }
    }
}

/// One tab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tab {
    /// Empty for CSV, which has no tabs.
    pub name: String,
    /// The scrub whose number is the tab's name. `None` only if no tab of the file has a number, and
    /// nobody has said it ([`Book::name_scrub`]).
    pub scrub: Option<i32>,
    pub rows: Vec<ReadRow>,
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadRow {
    /// As the spreadsheet numbers it, from 1.
    pub line: u32,
    pub row: Result<SheetNote, RowFault>,
}

/// What a row says of an item. Texts have no blanks around them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetNote {
    /// `owner/name`, as it is written there.
    pub repository: String,
    pub item_type: ItemType,
    pub number: i64,
    pub title: String,
    pub url: String,
    /// `None` where the tab has no such column, as with the next two.
    pub recommended_action: Option<String>,
    pub comment: Option<String>,
    pub flag: Option<String>,
    /// Whether "Read yet?" says so: anything but nothing, `no`, `false`, `0` and an empty box.
    /// `None` where the tab has no such column.
    pub read: Option<bool>,
    /// What stood there.
    pub read_text: Option<String>,
    /// The column State says that it is not open: its note was left out of the sheet.
    pub over: bool,
}

impl SheetNote {
    /// Its note, with another's texts for the columns that the tab does not have.
    pub(super) fn note(&self, other: &NoteText) -> NoteText {
        let text = |own: &Option<String>, other: &String| own.as_ref().unwrap_or(other).clone();
        NoteText {
            recommended_action: text(&self.recommended_action, &other.recommended_action),
            comment: text(&self.comment, &other.comment),
            flag: text(&self.flag, &other.flag),
        }
    }

    /// Whether "Read yet?" says yes.
    pub fn is_read(&self) -> bool {
        self.read == Some(true)
    }

    /// Whether it says nothing.
    pub(super) fn is_blank(&self) -> bool {
        let texts = [&self.recommended_action, &self.comment, &self.flag];
        texts.into_iter().flatten().all(String::is_empty)
    }
}

/// What begins an Excel file from before 2007, and one with a password.
const COMPOUND: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";

/// Reads a file: XLSX, ODS or CSV, as its bytes say.
pub fn read(bytes: &[u8]) -> Result<Book, BadSheet> {
    if bytes.is_empty() {
        return Err(BadSheet::Empty);
    }
    if bytes.len() > limits::FILE {
        return Err(BadSheet::TooLarge);
    }
    let mut tabs = Tabs::default();
    let mut position = None;
    if bytes.starts_with(b"PK") {
        let mut package = Package::open(bytes)?;
        if package.is_opendocument()? {
            position = opendocument::read(&mut package, &mut tabs)?;
        } else if package.is_workbook()? {
            position = workbook::read(&package, &mut tabs)?;
        } else {
            return Err(BadSheet::NotASpreadsheet);
        }
    } else if bytes.starts_with(COMPOUND) {
        // Names in such a file are UTF-16.
        let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let encrypted = bytes.windows(name.len()).any(|window| window == name);
        return Err(if encrypted { BadSheet::Encrypted } else { BadSheet::OldExcel });
    } else {
        text::read(bytes, &mut tabs)?;
    }
    Ok(Book { position, ..tabs.finish()? })
}
