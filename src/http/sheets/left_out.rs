//! What a spreadsheet says and is not taken in, as sentences.

use super::{Planned, written_at};
use crate::sheet::{Book, Key, Tab, listed};

/// Tabs that were left out, what of the attendance is not taken, and readings that are not.
pub fn left_out(book: &Book, planned: &Planned) -> Vec<String> {
    let mut told = book.ignored.clone();
    told.extend(planned.coming.ignored.iter().cloned());
    for tab in &book.tabs {
        let name = if tab.name.is_empty() { String::new() } else { format!("{}: ", tab.name) };
        let cleared = cleared(tab, book, planned);
        if !cleared.is_empty() {
            told.push(format!(
                "{name}{} has no x, but the item was read: an empty cell takes no reading back, \
                 DELETE /api/v1/items/{{owner}}/{{repo}}/{{number}}/read does",
                listed(&cleared)
            ));
        }
        let lost = unnumbered(tab);
        if !lost.is_empty() {
            told.push(format!(
                "{name}\"Read yet?\" of {} does not count, since the tab is no scrub's: if it is one's, say \
                 scrub=N with its number",
                listed(&lost)
            ));
        }
    }
    told
}

/// Rows without an x whose items the scrub's sheet showed as read when the file was written; if it does
/// not tell when, shows now.
fn cleared(tab: &Tab, book: &Book, planned: &Planned) -> Vec<u32> {
    let scrub = tab.scrub.and_then(|scrub| planned.kept.scrubs.get(&i64::from(scrub)));
    let Some(scrub) = scrub else { return vec![] };
    let knows = written_at(book, &planned.kept).is_some();
    let rows = tab.rows.iter().filter_map(|row| Some((row.line, row.row.as_ref().ok()?)));
    let cleared = rows.filter(|(_, note)| {
        let Some(item) = planned.item(&Key::of(note)).filter(|_| note.read == Some(false)) else { return false };
        // What was a slip since is not read any more.
        scrub.shows_read(&item.remarks.marks) && (!knows || scrub.shows_read(&item.then))
    });
    cleared.map(|(line, _)| line).collect()
}

/// Rows with an x in a tab that is no scrub's.
fn unnumbered(tab: &Tab) -> Vec<u32> {
    let rows = tab.rows.iter().filter(|_| tab.scrub.is_none());
    rows.filter(|row| row.row.as_ref().is_ok_and(|note| note.is_read())).map(|row| row.line).collect()
}
