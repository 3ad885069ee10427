//! What is on record about scrubs, and about the items that spreadsheets mention.
//!
//! The store looks it up, and [`crate::sheet`] compares files with it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};

use crate::activity::{ItemType, Mark, NoteText, Remarks, ScrubFact};

/// An item as a sheet names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemName {
    /// `owner/name` in lower case, because GitHub ignores case in it.
    pub repository: String,
    pub item_type: ItemType,
    pub number: i64,
}

/// What is on record about an item.
#[derive(Clone, Debug)]
pub struct ItemRecord {
    /// Its repository and number today.
    pub address: (i64, i64),
    pub remarks: Remarks,
    /// Every text that its note has had, oldest first, each with the position of its event.
    pub notes: Vec<(i64, NoteText)>,
    /// The marks it had at the position that was asked about.
    pub marks_then: Vec<Mark>,
    /// Scrubs whose deck it was in.
    pub decks: Vec<i64>,
}

/// What is on record about a scrub, as far as sheets need it.
#[derive(Clone, Debug)]
pub struct ScrubRecord {
    pub scrub: i64,
    pub date: Option<NaiveDate>,
    pub host: Option<String>,
    pub attendees: Vec<String>,
    pub opened_at: Option<DateTime<Utc>>,
    pub opened_position: i64,
    /// Whether it is known only from a spreadsheet.
    pub imported: bool,
    /// The position at which its round began.
    pub started: i64,
    /// `None` while it is open, and if it is known only from a spreadsheet.
    pub closed_position: Option<i64>,
}

impl ScrubRecord {
    /// Whether its sheet shows an item with these marks as read: because it was read in this scrub,
    /// or in the scrub's round before the scrub ended.
    pub fn shows_read(&self, marks: &[Mark]) -> bool {
        let end = self.closed_position.unwrap_or(i64::MAX);
        let in_time = |mark: &Mark| !self.imported && mark.position > self.started && mark.position <= end;
        marks.iter().any(|mark| mark.scrub == Some(self.scrub) || in_time(mark))
    }
}

/// What is on record about the items that a book names, as of the account's `position`.
#[derive(Debug)]
pub struct Records {
    pub position: i64,
    /// Items that the reader may see.
    pub items: BTreeMap<ItemName, ItemRecord>,
    /// Names of repositories that the reader may see.
    pub repositories: BTreeSet<String>,
    /// All scrubs of the account, by number.
    pub scrubs: BTreeMap<i64, ScrubRecord>,
}

/// A fact that a spreadsheet tells.
#[derive(Clone, Debug)]
pub struct SheetFact {
    /// Its event's key, without the account. A fact whose key is in the log already is left out.
    pub key: String,
    /// When it happened, if the file tells.
    pub at: Option<DateTime<Utc>>,
    pub by: String,
    pub fact: ScrubFact,
}

/// A row of a spreadsheet that is kept until its item is here.
#[derive(Clone, Debug)]
pub struct UnplacedRow {
    /// The position of the event that keeps it.
    pub position: i64,
    pub item: ItemName,
    /// As the spreadsheet wrote it.
    pub repository: String,
    pub scrub: Option<i64>,
    pub text: NoteText,
    /// Whether a row about this item says that it was read.
    pub read: bool,
}

/// Keeps one row for each item: that of the newest scrub that says anything. It counts as read if any of the rows does.
pub fn newest_of_each_item(rows: impl IntoIterator<Item = UnplacedRow>) -> Vec<UnplacedRow> {
    let weight = |row: &UnplacedRow| (!row.text.is_empty(), row.scrub, row.position);
    let mut newest: BTreeMap<ItemName, UnplacedRow> = BTreeMap::new();
    for mut row in rows {
        if let Some(known) = newest.get_mut(&row.item) {
            let read = row.read || known.read;
            if weight(&row) > weight(known) {
                std::mem::swap(known, &mut row);
            }
            known.read = read;
        } else {
            newest.insert(row.item.clone(), row);
        }
    }
    newest.into_values().collect()
}
