//! Decides which tab is which, and collects what they say.

use super::allowance::Allowance;
use super::attendance::AttendanceReader;
use super::cell::{Cell, Merge};
use super::table::Table;
use crate::sheet::attendance::{self, ScrubAttendance};
use crate::sheet::book::{Book, Tab};
use crate::sheet::fault::{BadSheet, BadTab, excerpt};
use crate::sheet::limits;

/// The most reasons that are given if no tab can be read.
const REASONS: usize = 5;

/// A tab that is being read.
pub(super) enum OpenTab {
    Items(Table),
    Attendance(AttendanceReader),
}

impl OpenTab {
    /// Whether the cells of a column are read.
    pub(super) fn wants(&self, place: usize) -> bool {
        place < limits::COLUMNS
            && match self {
                OpenTab::Items(table) => table.wants(place),
                OpenTab::Attendance(_) => true,
            }
    }

    /// Whether the rest of the tab can be skipped.
    pub(super) fn is_done(&self) -> bool {
        matches!(self, OpenTab::Items(table) if table.is_done())
    }

    /// Reads the next row.
    pub(super) fn row(&mut self, line: u32, cells: &[Cell], allowance: &mut Allowance) -> Result<(), BadSheet> {
        match self {
            OpenTab::Items(table) => table.row(line, cells, allowance),
            OpenTab::Attendance(attendance) => attendance.row(cells),
        }
    }
}

/// The tabs of a file, as they come.
#[derive(Default)]
pub(super) struct Tabs {
    pub allowance: Allowance,
    tabs: Vec<Tab>,
    attendance: Vec<ScrubAttendance>,
    ignored: Vec<String>,
}

impl Tabs {
    /// Begins a tab; `None` if it is not to be read. `numbered` says whether any tab of the file has a number. If none has, as in
    /// the export of a queue, a tab without a number is read too.
    pub(super) fn begin(&mut self, name: &str, numbered: bool) -> Option<OpenTab> {
        if name.trim().eq_ignore_ascii_case(attendance::TAB) {
            return Some(OpenTab::Attendance(AttendanceReader::default()));
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
        Some(OpenTab::Items(Table::default()))
    }

    /// Ends a tab: keeps its rows, or the reason why they cannot be read.
    pub(super) fn end(&mut self, name: &str, open: OpenTab, merges: &[Merge]) {
        let fault = match open {
            OpenTab::Items(table) => {
                let told = [table.uncalculated(), table.unclear()].concat();
                match table.finish(merges) {
                    Ok(rows) => {
                        self.ignored.extend(told.iter().map(|told| in_tab(name, told)));
                        self.tabs.push(Tab { name: name.to_owned(), scrub: scrub_of(name), rows });
                        return;
                    }
                    Err(fault) => fault,
                }
            }
            OpenTab::Attendance(attendance) => match attendance.finish() {
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

    /// Leaves a tab out.
    pub(super) fn ignore(&mut self, name: &str, fault: &BadTab) {
        self.ignored.push(in_tab(name, &fault.to_string()));
    }

    /// What was read.
    ///
    /// # Errors
    /// If nothing could be read.
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

/// A sentence with the tab's name in front; CSV has none.
fn in_tab(name: &str, told: &str) -> String {
    let name = excerpt(name);
    if name.is_empty() { told.to_owned() } else { format!("{name}: {told}") }
}

/// The number of a tab's scrub: the tab's name must consist of digits.
pub(super) fn scrub_of(name: &str) -> Option<i32> {
    let name = name.trim();
    let digits = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| name.parse().ok()).flatten()
}
