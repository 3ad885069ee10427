//! What a spreadsheet changes, or would, row by row.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::activity::NoteText;
use crate::http::description::schemas;
use crate::service::sheets::ImportedSheet;
use crate::sheet::{self, Import, Outcome};

/// What a spreadsheet changes, or would.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SheetAnswer {
    /// Whether nothing was changed, so that the answer says what would change.
    pub dry_run: bool,
    /// Its SHA-256.
    #[serde(default)]
    #[schema(required)]
    pub file: String,
    /// The position of the account's log after the change, or the one for which the change was planned.
    pub position: i64,
    /// The rows, counted by what happens to them.
    pub counts: Counts,
    pub tabs: Vec<TabRow>,
    /// What the file says and was not imported, and why: tabs, readings that were cleared, changes of hosts and
    /// attendees.
    pub ignored: Vec<String>,
    /// Who becomes present at scrubs that are here.
    pub attended: Vec<AttendedRow>,
    /// Scrubs in the file that were not here.
    pub new_scrubs: Vec<i64>,
    pub rows: Vec<SheetRowAnswer>,
}

/// Who came to a scrub, according to the tab Attendance.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct AttendedRow {
    pub scrub: i64,
    pub name: String,
}

#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct Counts {
    pub new: usize,
    /// Those of `new` that remove our note, or a text of it.
    #[serde(default)]
    #[schema(required)]
    pub removing: usize,
    pub same: usize,
    pub conflict: usize,
    pub unknown_item: usize,
    pub unreadable: usize,
    #[serde(default)]
    #[schema(required)]
    pub left_out: usize,
}

/// A tab of the file.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct TabRow {
    pub name: String,
    /// Its scrub. Null if its name is not a number.
    pub scrub: Option<i32>,
    pub rows: usize,
}

/// A row of the file.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SheetRowAnswer {
    #[serde(default)]
    #[schema(required)]
    pub key: String,
    pub tab: String,
    /// As the spreadsheet numbers it.
    pub line: u32,
    pub repository: Option<String>,
    #[schema(value_type = Option<schemas::ItemType>)]
    pub r#type: Option<String>,
    pub number: Option<i64>,
    #[serde(default)]
    #[schema(required)]
    pub title: Option<String>,
    /// `new` (it adds a note, a mark or both), `same`, `conflict` (our note differs, and stays), `unknown item` (kept
    /// and listed at `/api/v1/sheets/unplaced`), `unreadable` or `left out` (by `without`).
    pub outcome: RowOutcome,
    /// What is wrong with an unreadable row, where an unknown item may be, or which texts of our note go because their
    /// cells are empty.
    pub detail: Option<String>,
    /// The note that it adds; without any text, it removes ours. In a conflict, the file's note.
    pub note: Option<SheetNoteRow>,
    /// In a conflict, our note. Also our note if the row removes it or a text of it. It takes the scope `read`.
    pub ours: Option<SheetNoteRow>,
    /// The scrub in which the item was read, according to the row.
    pub read_in: Option<i32>,
}

/// What becomes of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum RowOutcome {
    New,
    Same,
    Conflict,
    #[serde(rename = "unknown item")]
    UnknownItem,
    Unreadable,
    #[serde(rename = "left out")]
    LeftOut,
}

impl RowOutcome {
    /// As answers name it.
    pub fn name(self) -> &'static str {
        match self {
            RowOutcome::New => "new",
            RowOutcome::Same => "same",
            RowOutcome::Conflict => "conflict",
            RowOutcome::UnknownItem => "unknown item",
            RowOutcome::Unreadable => "unreadable",
            RowOutcome::LeftOut => "left out",
        }
    }
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SheetNoteRow {
    pub recommended_action: String,
    pub comment: String,
    pub flag: String,
}

impl From<&NoteText> for SheetNoteRow {
    fn from(text: &NoteText) -> Self {
        let NoteText { recommended_action, comment, flag } = text.clone();
        Self { recommended_action, comment, flag }
    }
}

impl SheetAnswer {
    pub fn of(imported: &ImportedSheet, dry_run: bool) -> Self {
        let ImportedSheet { import, position, shows_notes, file } = imported;
        let (book, mut counts) = (&import.book, Counts::default());
        let rows = import.rows().iter().map(|planned| {
            let tab = &book.tabs[planned.tab];
            let read = &tab.rows[planned.row];
            let note = read.row.as_ref().ok();
            let (count, outcome) = match &planned.outcome {
                Outcome::New => (&mut counts.new, RowOutcome::New),
                Outcome::Same => (&mut counts.same, RowOutcome::Same),
                Outcome::Conflict { .. } => (&mut counts.conflict, RowOutcome::Conflict),
                Outcome::UnknownItem => (&mut counts.unknown_item, RowOutcome::UnknownItem),
                Outcome::Unreadable(_) => (&mut counts.unreadable, RowOutcome::Unreadable),
                Outcome::LeftOut => (&mut counts.left_out, RowOutcome::LeftOut),
            };
            *count += 1;
            let (ours, theirs, detail) = match &planned.outcome {
                Outcome::Conflict { ours, theirs } => (shows_notes.then(|| ours.into()), Some(theirs.into()), None),
                Outcome::Unreadable(fault) => (None, None, Some(format!("{fault}."))),
                Outcome::UnknownItem => (None, None, note.and_then(|note| whereabouts(import, &note.repository))),
                _ => (planned.loses.as_ref().filter(|_| *shows_notes).map(SheetNoteRow::from), None, loss(planned)),
            };
            counts.removing += usize::from(planned.loses.is_some());
            SheetRowAnswer {
                key: sheet::row_key(&tab.name, read.line),
                tab: tab.name.clone(),
                line: read.line,
                repository: note.map(|note| note.repository.clone()),
                r#type: note.map(|note| note.item_type.name().to_owned()),
                number: note.map(|note| note.number),
                title: note.map(|note| note.title.clone()).filter(|title| !title.is_empty()),
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
            file: file.clone(),
            position: *position,
            counts,
            tabs: book.tabs.iter().map(tab).collect(),
            ignored: import.left_out(),
            attended: import.attended().iter().map(attended).collect(),
            new_scrubs: import.new_scrubs().into_iter().collect(),
            rows,
        }
    }
}

/// Which texts of our note go.
fn loss(planned: &sheet::PlannedRow) -> Option<String> {
    let (ours, new) = (planned.loses.as_ref()?, planned.note.as_ref()?);
    if new.is_empty() {
        return Some("The note is removed, because its cells are empty.".to_owned());
    }
    let texts = [
        ("Recommend Action", &ours.recommended_action, &new.recommended_action),
        ("Comment", &ours.comment, &new.comment),
        ("Flag", &ours.flag, &new.flag),
    ];
    let gone = texts.into_iter().filter(|(_, ours, new)| !ours.is_empty() && new.is_empty());
    let gone: Vec<&str> = gone.map(|(column, ..)| column).collect();
    Some(format!("Of the note, {} goes, because the cell is empty.", gone.join(" and ")))
}

/// Why an item is unknown, for a reader who may not see all of them.
fn whereabouts(import: &Import, repository: &str) -> Option<String> {
    import.may_be_hidden(repository).then(|| "It is not here, or not visible to this token.".to_owned())
}
