//! Taking a book in: what it changes, beside what is on record here.
//!
//! The players:
//! - [`Import`]: a book compared with the records; `plan` has decided row by row;
//! - [`attendance`]: who is to be put down as present;
//! - [`facts`]: what is appended to the log;
//! - [`left_out`]: what the book says and is not taken in.

mod attendance;
mod facts;
mod left_out;

use std::collections::{BTreeMap, BTreeSet};

use self::attendance::AttendanceChanges;
use super::book::Book;
use super::plan::{Known, Plan, PlannedRow, plan};
use crate::scrub::record::{ItemName, ItemRecord, Records};

/// A book compared with what is on record.
#[derive(Debug)]
pub struct Import {
    pub book: Book,
    records: Records,
    plan: Plan,
    attendance: AttendanceChanges,
    /// Whoever imports may not see every repository.
    sight_is_limited: bool,
}

impl Import {
    /// `records` are those of [`Book::items`]. `sees_all`: whoever imports may see every repository.
    pub fn of(book: Book, records: Records, sees_all: bool) -> Self {
        let known = records.items.iter().map(|(name, item)| (name, known(item, &records, &book)));
        let known: BTreeMap<&ItemName, Known> = known.collect();
        let plan = plan(&book, |name| known.get(name));
        let attendance = AttendanceChanges::of(&book, &records.scrubs);
        Self { book, records, plan, attendance, sight_is_limited: !sees_all }
    }

    /// The position of the account's log that it was planned as of.
    pub fn position(&self) -> i64 {
        self.records.position
    }

    /// What becomes of each row, in the book's order.
    pub fn rows(&self) -> &[PlannedRow] {
        &self.plan.rows
    }

    /// Who is to be put down as present: scrub and name.
    pub fn attended(&self) -> &[(i64, String)] {
        &self.attendance.new
    }

    /// Scrubs that the book has a tab of and that are not here yet.
    pub fn new_scrubs(&self) -> BTreeSet<i64> {
        let readable = self.book.tabs.iter().filter(|tab| tab.rows.iter().any(|row| row.row.is_ok()));
        let told = readable.filter_map(|tab| tab.scrub).map(i64::from);
        told.filter(|scrub| !self.records.scrubs.contains_key(scrub)).collect()
    }

    /// Whether an unknown item of this repository may be one that is here but hidden from whoever
    /// imports. The answer is the same for both, so that nobody learns which it is.
    pub fn may_be_hidden(&self, repository: &str) -> bool {
        self.sight_is_limited && !self.records.repositories.contains(&repository.to_lowercase())
    }
}

/// What the plan must know of an item.
fn known(item: &ItemRecord, records: &Records, book: &Book) -> Known {
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
    Known { note, earlier: earlier.collect(), base, read_in: read_in.collect(), decks, shown, held }
}

/// The position with which a book was written. One that this account has not come to is another
/// account's.
fn written_at(book: &Book, records: &Records) -> Option<i64> {
    book.position.filter(|position| (0..=records.position).contains(position))
}
