//! What a spreadsheet says that people hand in.

use std::collections::BTreeSet;

use super::attendance::ScrubAttendance;
use super::fault::RowFault;
use crate::activity::{ItemType, NoteText};
use crate::scrub::record::ItemName;

/// The custom property of a workbook that holds [`Book::position`].
pub(super) const POSITION: &str = "bugscrub-position";

/// The content of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Book {
    /// In the file's order.
    pub tabs: Vec<Tab>,
    /// What the tab Attendance says, if there is one.
    pub attendance: Vec<ScrubAttendance>,
    /// What was left out, each with the reason, as sentences.
    pub ignored: Vec<String>,
    /// The [`super::Sheet::position`] with which the file was written. `None` if we did not write it, or if a program
    /// dropped the properties of the workbook.
    pub position: Option<i64>,
}

impl Book {
    /// Says which scrub the only tab is of. CSV needs this, because it has no tab names. Answers whether it was possible.
    pub fn name_scrub(&mut self, scrub: i32) -> bool {
        match self.tabs.as_mut_slice() {
            [tab] if tab.scrub.is_none_or(|own| own == scrub) => {
                tab.scrub = Some(scrub);
                true
            }
            _ => false,
        }
    }

    /// The items that the book is about: what to look up for [`super::plan()`].
    pub fn items(&self) -> BTreeSet<ItemName> {
        let rows = self.tabs.iter().flat_map(|tab| &tab.rows);
        rows.filter_map(|row| row.row.as_ref().ok()).map(SheetNote::item).collect()
    }
}

/// One tab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tab {
    /// Empty for CSV, which has no tabs.
    pub name: String,
    /// The scrub whose number is the tab's name. `None` only if no tab of the file has a number, and nobody has given it one
    /// ([`Book::name_scrub`]).
    pub scrub: Option<i32>,
    pub rows: Vec<ReadRow>,
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadRow {
    /// As the spreadsheet numbers it, from 1.
    pub line: u32,
    pub row: Result<SheetNote, RowFault>,
    /// Whoever imports the book wants nothing of what the row would change ([`Book::leave_out`]).
    pub left_out: bool,
}

/// What a row says about an item. Texts have no blanks around them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetNote {
    /// `owner/name`, as it is written there.
    pub repository: String,
    pub item_type: ItemType,
    pub number: i64,
    pub title: String,
    pub url: String,
    /// `None` if the tab has no such column. The same holds for the next two.
    pub recommended_action: Option<String>,
    pub comment: Option<String>,
    pub flag: Option<String>,
    /// Whether "Read yet?" says yes or no. `None` if the tab has no such column, or it says something else.
    pub read: Option<bool>,
    /// The text in "Read yet?".
    pub read_text: Option<String>,
    /// Whether the column State says that the item is not open. Then its note was left out of the sheet.
    pub over: bool,
}

impl SheetNote {
    /// The item that it is about.
    pub fn item(&self) -> ItemName {
        ItemName { repository: self.repository.to_lowercase(), item_type: self.item_type, number: self.number }
    }

    /// The row's note. For columns that the tab does not have, it takes the texts of `other`.
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

    /// Whether the row has no note.
    pub(super) fn is_blank(&self) -> bool {
        let texts = [&self.recommended_action, &self.comment, &self.flag];
        texts.into_iter().flatten().all(String::is_empty)
    }
}

/// A text in the form in which notes are compared: line ends are `\n`, and there are no blanks around it.
pub(super) fn tidy(text: &str) -> String {
    if text.contains('\r') {
        text.replace("\r\n", "\n").replace('\r', "\n").trim().to_owned()
    } else {
        text.trim().to_owned()
    }
}
