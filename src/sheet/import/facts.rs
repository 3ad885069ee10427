//! The facts that a book tells, for the log. Each has a key of its own.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveTime, Utc};
use sha2::{Digest, Sha256};

use super::Import;
use crate::activity::{NoteText, ScrubFact};
use crate::scrub::record::{ItemName, SheetFact};
use crate::sheet::attendance::ScrubAttendance;
use crate::sheet::book::SheetNote;
use crate::sheet::plan::Outcome;

impl Import {
    /// The book's facts: its scrubs, then each item's marks and notes, then the rows whose items are not here. `at` and `by` say when
    /// the file is imported, and by whom.
    pub fn facts(&self, at: DateTime<Utc>, by: &str) -> Vec<SheetFact> {
        let attended: BTreeMap<i32, &ScrubAttendance> =
            self.book.attendance.iter().map(|row| (row.scrub, row)).collect();
        let numbered = self.book.tabs.iter().enumerate().filter(|(_, tab)| tab.scrub.is_some());
        let newest = numbered.max_by_key(|(_, tab)| tab.scrub).map(|(place, _)| place);
        let rows = self.rows().iter().filter(|row| Some(row.tab) == newest && row.outcome != Outcome::LeftOut);
        let read = rows.filter_map(|row| self.book.tabs[row.tab].rows[row.row].row.as_ref().ok());
        let read = read.filter(|note| note.is_read()).map(SheetNote::item).collect();
        let maker = FactMaker { import: self, at, by, attended, read };
        let mut facts = maker.scrubs();
        facts.extend(maker.attended());
        facts.extend(maker.items());
        facts.extend(maker.unplaced());
        facts
    }
}

/// Makes the facts of an import.
struct FactMaker<'a> {
    import: &'a Import,
    at: DateTime<Utc>,
    by: &'a str,
    attended: BTreeMap<i32, &'a ScrubAttendance>,
    /// Items that the newest tab shows as read.
    read: BTreeSet<ItemName>,
}

impl FactMaker<'_> {
    fn scrubs(&self) -> Vec<SheetFact> {
        let new = self.import.new_scrubs().into_iter().map(|scrub| {
            let attended = i32::try_from(scrub).ok().and_then(|scrub| self.attended.get(&scrub));
            let fact = ScrubFact::Imported {
                scrub,
                date: attended.and_then(|row| row.date),
                host: attended.and_then(|row| row.host.clone()),
                attendees: attended.map(|row| row.attendees.clone()).unwrap_or_default(),
            };
            SheetFact {
                key: format!("sheet:scrub:{scrub}"),
                at: self.time_of(scrub),
                by: self.author_of(Some(scrub)),
                fact,
            }
        });
        new.collect()
    }

    /// People who came to scrubs that are here.
    fn attended(&self) -> Vec<SheetFact> {
        let new = self.import.attendance.new.iter().map(|(scrub, login)| SheetFact {
            // The position lets somebody come again who was removed since.
            key: format!("sheet:attended:{scrub}:{}:{}", login.to_lowercase(), self.import.position()),
            at: Some(self.at),
            by: self.by.to_owned(),
            fact: ScrubFact::Attended { scrub: *scrub, login: login.clone(), present: true },
        });
        new.collect()
    }

    /// The time given to the readings and notes of a scrub's tab: when the scrub opened, or now if it is still open. For a scrub that
    /// is known only from the spreadsheet, noon of its date, if that is known. Never in the future.
    fn time_of(&self, scrub: i64) -> Option<DateTime<Utc>> {
        let known = self.import.records.scrubs.get(&scrub);
        if let Some(held) = known.filter(|known| !known.imported) {
            let at = held.opened_at.filter(|_| held.closed_position.is_some());
            return Some(at.map_or(self.at, |at| at.min(self.at)));
        }
        let told = i32::try_from(scrub).ok().and_then(|scrub| self.attended.get(&scrub)?.date);
        let date = told.or_else(|| known?.date)?;
        let noon = NaiveTime::from_hms_opt(12, 0, 0).map(|noon| date.and_time(noon).and_utc());
        noon.map(|noon| noon.min(self.at))
    }

    /// The scrub's host, or whoever imports the file if there is none.
    fn author_of(&self, scrub: Option<i64>) -> String {
        let attended = scrub.and_then(|scrub| self.attended.get(&i32::try_from(scrub).ok()?));
        attended.and_then(|row| row.host.clone()).unwrap_or_else(|| self.by.to_owned())
    }

    fn items(&self) -> Vec<SheetFact> {
        let mut facts = vec![];
        for change in &self.import.plan.changes {
            let Some(item) = self.import.records.items.get(&change.item) else { continue };
            let (repo_id, number) = item.address;
            for scrub in &change.marks {
                let historic = !self.counts(&change.item, *scrub, change.marks.last() == Some(scrub));
                let scrub = i64::from(*scrub);
                facts.push(SheetFact {
                    // The position lets a reading count again that was taken back since.
                    key: format!("sheet:read:{repo_id}:{number}:{scrub}:{}", self.import.position()),
                    at: self.time_of(scrub).or((!historic).then_some(self.at)),
                    by: self.author_of(Some(scrub)),
                    fact: ScrubFact::Read { repo_id, number, scrub: Some(scrub), place: None, historic },
                });
            }
            let last = change.notes.len().saturating_sub(1);
            for (place, (scrub, text)) in change.notes.iter().enumerate() {
                let scrub = scrub.map(i64::from);
                facts.push(SheetFact {
                    // The key includes what the note replaces, because an earlier text may return.
                    key: format!(
                        "sheet:note:{repo_id}:{number}:{}:{}",
                        item.remarks.note_position(),
                        hash(&(scrub, text))
                    ),
                    at: scrub.and_then(|scrub| self.time_of(scrub)).or((place == last).then_some(self.at)),
                    by: self.author_of(scrub),
                    fact: ScrubFact::Noted { repo_id, number, text: text.clone(), scrub, superseded: place != last },
                });
            }
        }
        facts
    }

    /// Whether a mark counts in the current round. Marks of scrubs that were held here do. So do marks of a newer scrub, if the newest
    /// tab still shows them, because that tab has the round's readings.
    fn counts(&self, item: &ItemName, scrub: i32, last: bool) -> bool {
        let (scrub, scrubs) = (i64::from(scrub), &self.import.records.scrubs);
        if scrubs.get(&scrub).is_some_and(|known| !known.imported) {
            return true;
        }
        let newer = scrubs.values().all(|known| known.imported || known.scrub < scrub);
        last && self.read.contains(item) && newer
    }

    fn unplaced(&self) -> Vec<SheetFact> {
        let rows = self.import.book.tabs.iter().flat_map(|tab| tab.rows.iter().map(move |row| (tab, row)));
        let unknown = rows.filter(|(_, row)| !row.left_out).filter_map(|(tab, row)| {
            let note = row.row.as_ref().ok()?;
            let text = NoteText {
                recommended_action: note.recommended_action.clone().unwrap_or_default(),
                comment: note.comment.clone().unwrap_or_default(),
                flag: note.flag.clone().unwrap_or_default(),
            };
            // A row that says nothing need not be kept.
            let item = note.item();
            let here = self.import.records.items.contains_key(&item);
            if here || text.is_empty() && !note.is_read() {
                return None;
            }
            let scrub = tab.scrub.map(i64::from);
            let key =
                hash(&(&note.repository.to_lowercase(), note.item_type, note.number, scrub, &text, note.is_read()));
            let fact = ScrubFact::Unplaced {
                repository: note.repository.clone(),
                item_type: note.item_type,
                number: note.number,
                scrub,
                text,
                read: note.is_read(),
            };
            let at = scrub.and_then(|scrub| self.time_of(scrub));
            Some(SheetFact { key: format!("sheet:unplaced:{key}"), at, by: self.author_of(scrub), fact })
        });
        unknown.collect()
    }
}

/// A short hash of a content.
fn hash(content: &impl serde::Serialize) -> String {
    let json = serde_json::to_vec(content).expect("cannot fail: plain data with string keys");
    hex::encode(&Sha256::digest(json)[..12])
}
