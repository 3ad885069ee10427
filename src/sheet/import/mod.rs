//! Importing a book: what it changes, compared with what is on record here.
//!
//! The players:
//! - [`Import`]: a book, compared with the records. `plan` has decided what happens to each row;
//! - [`attendance`]: who becomes present at which scrub;
//! - [`facts`]: what is appended to the log;
//! - [`omissions`]: what the book says and is not imported.

mod attendance;
mod facts;
mod omissions;

use std::collections::{BTreeMap, BTreeSet};

use self::attendance::AttendanceChanges;
use super::book::Book;
use super::plan::{KnownItem, Plan, PlannedRow, plan};
use crate::scrub::record::{ItemName, ItemRecord, Records};

/// A book compared with what is on record.
#[derive(Debug)]
pub struct Import {
    pub book: Book,
    records: Records,
    plan: Plan,
    attendance: AttendanceChanges,
    /// Whether there are repositories that whoever imports may not see.
    sight_is_limited: bool,
}

impl Import {
    /// Compares a book with the records of [`Book::items`]. `sees_all` says whether whoever imports may see every repository.
    pub fn of(book: Book, records: Records, sees_all: bool) -> Self {
        let known = records.items.iter().map(|(name, item)| (name, known(item, &records, &book)));
        let known: BTreeMap<&ItemName, KnownItem> = known.collect();
        let plan = plan(&book, |name| known.get(name));
        let attendance = AttendanceChanges::of(&book, &records.scrubs);
        Self { book, records, plan, attendance, sight_is_limited: !sees_all }
    }

    /// The position of the account's log for which it was planned.
    pub fn position(&self) -> i64 {
        self.records.position
    }

    /// What happens to each row, in the book's order.
    pub fn rows(&self) -> &[PlannedRow] {
        &self.plan.rows
    }

    /// Who becomes present: scrub and name.
    pub fn attended(&self) -> &[(i64, String)] {
        &self.attendance.new
    }

    /// Scrubs that have a tab in the book and are not here yet. A tab whose rows are all left out tells of none.
    pub fn new_scrubs(&self) -> BTreeSet<i64> {
        let readable = self.book.tabs.iter().filter(|tab| tab.rows.iter().any(|row| row.row.is_ok() && !row.left_out));
        let told = readable.filter_map(|tab| tab.scrub).map(i64::from);
        told.filter(|scrub| !self.records.scrubs.contains_key(scrub)).collect()
    }

    /// Whether an unknown item of this repository may be here, but hidden from whoever imports. The answer is the same for an item
    /// that is not here, so nobody learns which it is.
    pub fn may_be_hidden(&self, repository: &str) -> bool {
        self.sight_is_limited && !self.records.repositories.contains(&repository.to_lowercase())
    }
}

/// What the plan must know about an item.
fn known(item: &ItemRecord, records: &Records, book: &Book) -> KnownItem {
    let note = item.remarks.note().map(|note| note.text.clone());
    let now = item.remarks.note_position();
    let earlier = item.notes.iter().filter(|(position, _)| *position != now).map(|(_, text)| text.clone());
    let position = written_at(book, records);
    let base = position.map(|position| {
        let by_then = item.notes.iter().rfind(|(noted, _)| *noted <= position);
        by_then.map(|(_, text)| text.clone()).unwrap_or_default()
    });
    let number = |scrub: i64| i32::try_from(scrub).ok();
    let read_in = item.remarks.marks.iter().filter_map(|mark| match mark.scrub {
        Some(scrub) => number(scrub),
        None => {
            let opened = records.scrubs.values().filter(|scrub| scrub.opened_position < mark.position);
            opened.map(|scrub| scrub.scrub).max().and_then(number)
        }
    });
    let held = records.scrubs.values().filter(|scrub| !scrub.imported);
    let decks = item.decks.iter().copied().filter(|deck| records.scrubs.get(deck).is_some_and(|scrub| !scrub.imported));
    let decks = decks.filter_map(number).collect();
    let met = |started: i64| item.remarks.marks.iter().any(|mark| mark.position > started);
    let held = held.filter_map(|scrub| Some((number(scrub.scrub)?, met(scrub.started)))).collect();
    let shown = records.scrubs.values().filter(|scrub| position.is_some() && scrub.shows_read(&item.marks_then));
    let shown = shown.filter_map(|scrub| number(scrub.scrub)).collect();
    KnownItem { note, earlier: earlier.collect(), base, read_in: read_in.collect(), decks, shown, held }
}

/// The position with which a book was written. `None` if this account's log has not reached it, because then the book is from
/// another account.
fn written_at(book: &Book, records: &Records) -> Option<i64> {
    book.position.filter(|position| (0..=records.position).contains(position))
}
