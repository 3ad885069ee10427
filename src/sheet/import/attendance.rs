//! What the tab Attendance says about scrubs that are here: who else came, and what is not imported.

use std::collections::{BTreeMap, BTreeSet};

use crate::scrub::record::ScrubRecord;
use crate::sheet::book::Book;

/// Who becomes present, and what stays as it is.
#[derive(Debug, Default)]
pub(super) struct AttendanceChanges {
    /// Scrub and name.
    pub new: Vec<(i64, String)>,
    /// What is not imported, as sentences.
    pub ignored: Vec<String>,
}

/// Names in the form in which they are compared. A cell separates names by commas, so a name that contains a comma is split too.
fn comparable(names: &[String]) -> BTreeSet<String> {
    let parts = names.iter().flat_map(|name| name.split([',', ';', '\n']));
    parts.map(|part| part.trim().trim_start_matches('@').to_lowercase()).filter(|part| !part.is_empty()).collect()
}

impl AttendanceChanges {
    pub fn of(book: &Book, scrubs: &BTreeMap<i64, ScrubRecord>) -> Self {
        let mut changes = Self::default();
        let with_tab: BTreeSet<i32> = book.tabs.iter().filter_map(|tab| tab.scrub).collect();
        for row in &book.attendance {
            let number = i64::from(row.scrub);
            let mut say = |told: String| changes.ignored.push(format!("Attendance of scrub {number:04}: {told}"));
            let Some(known) = scrubs.get(&number) else {
                if !with_tab.contains(&row.scrub) {
                    say("there is no such scrub, and the file has no tab for it".to_owned());
                }
                continue;
            };
            let same = |ours: &str, theirs: &str| ours.trim().eq_ignore_ascii_case(theirs.trim());
            match (&known.host, &row.host) {
                (Some(ours), theirs) if theirs.as_ref().is_none_or(|theirs| !same(ours, theirs)) => {
                    say(format!("the host stays {ours}"));
                }
                (None, Some(theirs)) => say(format!("{theirs} does not become the host")),
                _ => {}
            }
            if let Some(date) = row.date.filter(|date| known.date != Some(*date)) {
                let ours = known.date.map_or_else(|| "unknown".to_owned(), |ours| ours.to_string());
                say(format!("the date stays {ours}, though the file says {date}"));
            }
            // The host is present too.
            let mut theirs = comparable(&row.attendees);
            theirs.extend(comparable(row.host.as_slice()));
            let gone = |name: &&String| !comparable(std::slice::from_ref(*name)).is_subset(&theirs);
            let gone: Vec<&str> = known.attendees.iter().filter(gone).map(String::as_str).collect();
            if !gone.is_empty() {
                say(format!("the file lacks {}, but nobody is removed", gone.join(", ")));
            }
            let mut ours = comparable(&known.attendees);
            for name in &row.attendees {
                if ours.insert(name.to_lowercase()) {
                    changes.new.push((number, name.clone()));
                }
            }
        }
        changes
    }
}
