//! What a book says and is not imported, as sentences.

use super::{Import, written_at};
use crate::sheet::book::Tab;
use crate::sheet::fault::listed;

impl Import {
    /// What is not imported, and why: tabs, changes of attendance, and readings that were cleared or belong to no scrub.
    pub fn left_out(&self) -> Vec<String> {
        let mut told = self.book.ignored.clone();
        told.extend(self.attendance.ignored.iter().cloned());
        for tab in &self.book.tabs {
            let name = if tab.name.is_empty() { String::new() } else { format!("{}: ", tab.name) };
            let cleared = cleared(tab, self);
            if !cleared.is_empty() {
                told.push(format!(
                    "{name}{} lacks an x, though the item was read; an empty cell takes no reading back, but DELETE \
                     /api/v1/items/{{owner}}/{{repo}}/{{number}}/read does",
                    listed(&cleared)
                ));
            }
            let lost = unnumbered(tab);
            if !lost.is_empty() {
                told.push(format!(
                    "{name}\"Read yet?\" in {} does not count, because the tab belongs to no scrub; if it does belong to \
                     one, add scrub=N with its number",
                    listed(&lost)
                ));
            }
        }
        told
    }
}

/// Rows without an x whose items the scrub's sheet showed as read when the file was written. If the file does not say when that was,
/// the sheet as it is now decides.
fn cleared(tab: &Tab, import: &Import) -> Vec<u32> {
    let scrub = tab.scrub.and_then(|scrub| import.records.scrubs.get(&i64::from(scrub)));
    let Some(scrub) = scrub else { return vec![] };
    let knows = written_at(&import.book, &import.records).is_some();
    let rows = tab.rows.iter().filter_map(|row| Some((row.line, row.row.as_ref().ok()?)));
    let cleared = rows.filter(|(_, note)| {
        let item = import.records.items.get(&note.item()).filter(|_| note.read == Some(false));
        let Some(item) = item else { return false };
        // A reading that was taken back since is no longer one.
        scrub.shows_read(&item.remarks.marks) && (!knows || scrub.shows_read(&item.marks_then))
    });
    cleared.map(|(line, _)| line).collect()
}

/// Rows with an x in a tab that belongs to no scrub.
fn unnumbered(tab: &Tab) -> Vec<u32> {
    let rows = tab.rows.iter().filter(|_| tab.scrub.is_none());
    rows.filter(|row| row.row.as_ref().is_ok_and(|note| note.is_read())).map(|row| row.line).collect()
}
