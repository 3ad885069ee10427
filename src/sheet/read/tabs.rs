//! Which tab is which, and what all of them may hold together.

use std::ops::RangeInclusive;

use super::attended::Attendees;
use super::cell::Cell;
use super::table::Table;
use super::{Book, SheetNote, Tab, limits};
use crate::sheet::fault::{BadSheet, BadTab, excerpt};
use crate::sheet::{ATTENDANCE, Attended};

/// Reasons that are told when no tab is left.
const REASONS: usize = 5;

/// A block of merged cells: rows as the spreadsheet numbers them, columns from 0.
#[derive(Clone, Debug)]
pub(super) struct Merge {
    pub lines: RangeInclusive<u32>,
    pub places: RangeInclusive<usize>,
}

/// What may still be kept.
pub(super) struct Budget {
    rows: usize,
    text: usize,
}

impl Budget {
    pub(super) fn row(&mut self) -> Result<(), BadSheet> {
        self.rows = self.rows.checked_sub(1).ok_or(BadSheet::TooManyRows)?;
        Ok(())
    }

    pub(super) fn text(&mut self, note: &SheetNote) -> Result<(), BadSheet> {
        let written = [&note.recommended_action, &note.comment, &note.flag, &note.read_text];
        let written: usize = written.into_iter().flatten().map(String::len).sum();
        let kept = written + note.repository.len() + note.title.len() + note.url.len();
        self.text = self.text.checked_sub(kept).ok_or(BadSheet::TooMuchText)?;
        Ok(())
    }
}

/// A tab that is being read.
pub(super) enum Open {
    Items(Table),
    Attendance(Attendees),
}

impl Open {
    /// Whether a column's cells are looked at.
    pub(super) fn wants(&self, place: usize) -> bool {
        place < limits::COLUMNS
            && match self {
                Open::Items(table) => table.wants(place),
                Open::Attendance(_) => true,
            }
    }

    /// Whether no more rows need come.
    pub(super) fn is_done(&self) -> bool {
        matches!(self, Open::Items(table) if table.is_done())
    }

    pub(super) fn row(&mut self, line: u32, cells: &[Cell], budget: &mut Budget) -> Result<(), BadSheet> {
        match self {
            Open::Items(table) => table.row(line, cells, budget),
            Open::Attendance(attendees) => attendees.row(cells),
        }
    }
}

/// The tabs of a file, as they come.
pub(super) struct Tabs {
    pub budget: Budget,
    tabs: Vec<Tab>,
    attendance: Vec<Attended>,
    ignored: Vec<String>,
}

impl Default for Tabs {
    fn default() -> Self {
        let budget = Budget { rows: limits::ROWS, text: limits::TEXT };
        Self { budget, tabs: vec![], attendance: vec![], ignored: vec![] }
    }
}

impl Tabs {
    /// Begins a tab, if it is to be read. A tab without a number is, where none of the file has
    /// one: the export of a queue.
    pub(super) fn begin(&mut self, name: &str, numbered: bool) -> Option<Open> {
        if name.trim().eq_ignore_ascii_case(ATTENDANCE) {
            return Some(Open::Attendance(Attendees::default()));
        }
        let scrub = scrub_of(name);
        if numbered && scrub.is_none() {
            self.ignore(name, &BadTab::Unnumbered);
            return None;
        }
        if let Some(same) = self.tabs.iter().find(|tab| scrub.is_some() && tab.scrub == scrub) {
            let fault = BadTab::SameScrub(same.name.clone());
            self.ignore(name, &fault);
            return None;
        }
        Some(Open::Items(Table::default()))
    }

    pub(super) fn end(&mut self, name: &str, open: Open, merges: &[Merge]) {
        let fault = match open {
            Open::Items(table) => {
                let uncalculated = table.uncalculated();
                match table.finish(merges) {
                    Ok(rows) => {
                        self.ignored.extend(uncalculated.iter().map(|told| in_tab(name, told)));
                        self.tabs.push(Tab { name: name.to_owned(), scrub: scrub_of(name), rows });
                        return;
                    }
                    Err(fault) => fault,
                }
            }
            Open::Attendance(attendees) => match attendees.finish() {
                Ok((rows, faults)) => {
                    self.attendance.extend(rows);
                    self.ignored.extend(faults.iter().map(|fault| in_tab(name, &fault.to_string())));
                    return;
                }
                Err(fault) => fault,
            },
        };
        self.ignore(name, &fault);
    }

    pub(super) fn ignore(&mut self, name: &str, fault: &BadTab) {
        self.ignored.push(in_tab(name, &fault.to_string()));
    }

    /// What was read, if anything was.
    pub(super) fn finish(self) -> Result<Book, BadSheet> {
        let Self { tabs, attendance, ignored, .. } = self;
        if tabs.is_empty() {
            let mut reasons = ignored.iter().take(REASONS).cloned().collect::<Vec<_>>().join("; ");
            if reasons.is_empty() {
                "it has no tabs".clone_into(&mut reasons);
            }
            return Err(BadSheet::NoTab(reasons));
        }
        if tabs.iter().all(|tab| tab.rows.is_empty()) {
            return Err(BadSheet::NoRows);
        }
        Ok(Book { tabs, attendance, ignored, position: None })
    }
}

/// A sentence about a tab; CSV has no name.
fn in_tab(name: &str, told: &str) -> String {
    let name = excerpt(name);
    if name.is_empty() { told.to_owned() } else { format!("{name}: {told}") }
}

/// The number of the scrub whose tab this is: digits and nothing else.
pub(super) fn scrub_of(name: &str) -> Option<i32> {
    let name = name.trim();
    let digits = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| name.parse().ok()).flatten()
}
