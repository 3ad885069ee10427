//! What a spreadsheet changes, or would, row by row.

use serde::Serialize;
use utoipa::ToSchema;

use super::Planned;
use super::left_out::left_out;
use crate::activity::NoteText;
use crate::sheet::{self, Book, Outcome};

/// What a spreadsheet changes, or would.
#[derive(Debug, Serialize, ToSchema)]
pub struct SheetAnswer {
    /// Nothing was changed: it says what would be.
    dry_run: bool,
    /// The position of the account's log: after the change, or as of which it was planned.
    position: i64,
    /// Rows by what becomes of them.
    counts: Counts,
    tabs: Vec<TabRow>,
    /// What the file says and is not taken in, and why: tabs, readings that were cleared, changes of
    /// hosts and of who came.
    ignored: Vec<String>,
    /// Who is put down as present at scrubs that are here.
    attended: Vec<AttendedRow>,
    /// Scrubs that the file tells of and that were not here.
    new_scrubs: Vec<i64>,
    rows: Vec<SheetRowAnswer>,
}

/// Who came to a scrub, by the tab Attendance.
#[derive(Debug, Serialize, ToSchema)]
pub struct AttendedRow {
    scrub: i64,
    name: String,
}

#[derive(Debug, Default, Serialize, ToSchema)]
pub struct Counts {
    new: usize,
    same: usize,
    conflict: usize,
    unknown_item: usize,
    unreadable: usize,
}

/// A tab of the file.
#[derive(Debug, Serialize, ToSchema)]
pub struct TabRow {
    name: String,
    /// The scrub that it is of; null if its name is no number.
    scrub: Option<i32>,
    rows: usize,
}

/// A row of the file.
#[derive(Debug, Serialize, ToSchema)]
pub struct SheetRowAnswer {
    tab: String,
    /// As the spreadsheet numbers it.
    line: u32,
    repository: Option<String>,
    r#type: Option<&'static str>,
    number: Option<i64>,
    /// `new` (it adds a note, a mark or both), `same`, `conflict` (our note is another, and stays),
    /// `unknown item` (kept and listed at `/api/v1/sheets/unplaced`) or `unreadable`.
    outcome: &'static str,
    /// What is wrong with an unreadable row, or where an unknown item may be.
    detail: Option<String>,
    /// The note that it adds; in a conflict, theirs.
    note: Option<SheetNoteRow>,
    /// In a conflict, ours.
    ours: Option<SheetNoteRow>,
    /// The scrub in which it says the item was read.
    read_in: Option<i32>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SheetNoteRow {
    recommended_action: String,
    comment: String,
    flag: String,
}

impl From<&NoteText> for SheetNoteRow {
    fn from(text: &NoteText) -> Self {
        let NoteText { recommended_action, comment, flag } = text.clone();
        Self { recommended_action, comment, flag }
    }
}

impl Planned {
    pub fn answer(&self, book: &Book, dry_run: bool, position: i64) -> SheetAnswer {
        let mut counts = Counts::default();
        let rows = self.plan.rows.iter().map(|planned| {
            let tab = &book.tabs[planned.tab];
            let read = &tab.rows[planned.row];
            let note = read.row.as_ref().ok();
            let (count, outcome) = match &planned.outcome {
                Outcome::New => (&mut counts.new, "new"),
                Outcome::Same => (&mut counts.same, "same"),
                Outcome::Conflict { .. } => (&mut counts.conflict, "conflict"),
                Outcome::UnknownItem => (&mut counts.unknown_item, "unknown item"),
                Outcome::Unreadable(_) => (&mut counts.unreadable, "unreadable"),
            };
            *count += 1;
            let (ours, theirs, detail) = match &planned.outcome {
                Outcome::Conflict { ours, theirs } => (Some(ours.into()), Some(theirs.into()), None),
                Outcome::Unreadable(fault) => (None, None, Some(format!("{fault}."))),
                Outcome::UnknownItem => (None, None, note.and_then(|note| self.whereabouts(&note.repository))),
                _ => (None, None, None),
            };
            SheetRowAnswer {
                tab: tab.name.clone(),
                line: read.line,
                repository: note.map(|note| note.repository.clone()),
                r#type: note.map(|note| note.item_type.name()),
                number: note.map(|note| note.number),
                outcome,
                detail,
                note: theirs.or(planned.note.as_ref().map(SheetNoteRow::from)),
                ours,
                read_in: planned.mark,
            }
        });
        let rows = rows.collect();
        let attended = |(scrub, name): &(i64, String)| AttendedRow { scrub: *scrub, name: name.clone() };
        let tab = |tab: &sheet::Tab| TabRow { name: tab.name.clone(), scrub: tab.scrub, rows: tab.rows.len() };
        SheetAnswer {
            dry_run,
            position,
            counts,
            tabs: book.tabs.iter().map(tab).collect(),
            ignored: left_out(book, self),
            attended: self.coming.new.iter().map(attended).collect(),
            new_scrubs: self.new_scrubs(book).into_iter().collect(),
            rows,
        }
    }

    /// The same of an item that is not here and of one that may not be seen: nobody learns here which of
    /// both it is.
    fn whereabouts(&self, repository: &str) -> Option<String> {
        let hides = !self.sight.is_all() && !self.kept.repositories.contains(&repository.to_lowercase());
        hides.then(|| "It is not here, or not visible to this token.".to_owned())
    }
}
