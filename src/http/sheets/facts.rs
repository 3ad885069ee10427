//! What a spreadsheet tells, as facts for the log, each under a key of its own.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveTime, Utc};
use sha2::{Digest, Sha256};

use super::Planned;
use crate::activity::{NoteText, ScrubFact};
use crate::sheet::{Attended, Book, Key};
use crate::store::scrubs::act::Request;
use crate::store::scrubs::take_in::Told;

/// The facts of a book: its scrubs, then each item's marks and notes, then what cannot be placed.
pub fn facts(book: &Book, planned: &Planned, request: &Request) -> Vec<Told> {
    let attended: BTreeMap<i32, &Attended> = book.attendance.iter().map(|row| (row.scrub, row)).collect();
    let newest = book.tabs.iter().filter(|tab| tab.scrub.is_some()).max_by_key(|tab| tab.scrub);
    let read = newest.iter().flat_map(|tab| &tab.rows).filter_map(|row| row.row.as_ref().ok());
    let read = read.filter(|note| note.read).map(Key::of).collect();
    let told = Telling { book, planned, request, attended, read };
    let mut facts = told.scrubs();
    facts.extend(told.items());
    facts.extend(told.unplaced());
    facts
}

struct Telling<'a> {
    book: &'a Book,
    planned: &'a Planned,
    request: &'a Request,
    attended: BTreeMap<i32, &'a Attended>,
    /// Items that the newest tab shows as read.
    read: BTreeSet<Key>,
}

impl Telling<'_> {
    fn scrubs(&self) -> Vec<Told> {
        let new = self.planned.new_scrubs(self.book).into_iter().map(|scrub| {
            let attended = i32::try_from(scrub).ok().and_then(|scrub| self.attended.get(&scrub));
            let fact = ScrubFact::Imported {
                scrub,
                date: attended.and_then(|row| row.date),
                host: attended.and_then(|row| row.host.clone()),
                attendees: attended.map(|row| row.attendees.clone()).unwrap_or_default(),
            };
            Told { key: format!("sheet:scrub:{scrub}"), at: self.at(scrub), by: self.by(Some(scrub)), fact }
        });
        new.collect()
    }

    /// Noon of the scrub's date, where that is known.
    fn at(&self, scrub: i64) -> Option<DateTime<Utc>> {
        let told = i32::try_from(scrub).ok().and_then(|scrub| self.attended.get(&scrub)?.date);
        let date = told.or_else(|| self.planned.kept.scrubs.get(&scrub)?.date)?;
        NaiveTime::from_hms_opt(12, 0, 0).map(|noon| date.and_time(noon).and_utc())
    }

    /// The scrub's host, else who takes the file in.
    fn by(&self, scrub: Option<i64>) -> String {
        let attended = scrub.and_then(|scrub| self.attended.get(&i32::try_from(scrub).ok()?));
        attended.and_then(|row| row.host.clone()).unwrap_or_else(|| self.request.by.clone())
    }

    fn items(&self) -> Vec<Told> {
        let mut facts = vec![];
        for change in &self.planned.plan.changes {
            let Some(item) = self.planned.item(&change.key) else { continue };
            let (repo_id, number) = item.address;
            for scrub in &change.marks {
                let historic = !self.counts(&change.key, *scrub, change.marks.last() == Some(scrub));
                let scrub = i64::from(*scrub);
                facts.push(Told {
                    key: format!("sheet:read:{repo_id}:{number}:{scrub}"),
                    at: self.at(scrub).or((!historic).then_some(self.request.at)),
                    by: self.by(Some(scrub)),
                    fact: ScrubFact::Read { repo_id, number, scrub: Some(scrub), place: None, historic },
                });
            }
            let last = change.notes.len().saturating_sub(1);
            for (place, (scrub, text)) in change.notes.iter().enumerate() {
                let scrub = scrub.map(i64::from);
                facts.push(Told {
                    // Of what it replaces as well: a text may come back.
                    key: format!(
                        "sheet:note:{repo_id}:{number}:{}:{}",
                        item.remarks.note_position(),
                        hash(&(scrub, text))
                    ),
                    at: scrub.and_then(|scrub| self.at(scrub)).or((place == last).then_some(self.request.at)),
                    by: self.by(scrub),
                    fact: ScrubFact::Noted { repo_id, number, text: text.clone(), scrub, superseded: place != last },
                });
            }
        }
        facts
    }

    /// Whether a mark counts in the present round: one of a scrub that was held here, or, before any
    /// was, one that the newest tab still shows, since that has the round's readings.
    fn counts(&self, key: &Key, scrub: i32, last: bool) -> bool {
        let scrubs = &self.planned.kept.scrubs;
        if scrubs.get(&i64::from(scrub)).is_some_and(|known| !known.imported) {
            return true;
        }
        last && self.read.contains(key) && scrubs.values().all(|known| known.imported)
    }

    fn unplaced(&self) -> Vec<Told> {
        let rows = self.book.tabs.iter().flat_map(|tab| tab.rows.iter().map(move |row| (tab, row)));
        let unknown = rows.filter_map(|(tab, row)| {
            let note = row.row.as_ref().ok()?;
            let text = NoteText {
                recommended_action: note.recommended_action.clone().unwrap_or_default(),
                comment: note.comment.clone().unwrap_or_default(),
                flag: note.flag.clone().unwrap_or_default(),
            };
            // What says nothing need not be kept.
            if self.planned.item(&Key::of(note)).is_some() || text.is_empty() && !note.read {
                return None;
            }
            let scrub = tab.scrub.map(i64::from);
            let key = hash(&(&note.repository.to_lowercase(), note.item_type, note.number, scrub, &text, note.read));
            let fact = ScrubFact::Unplaced {
                repository: note.repository.clone(),
                item_type: note.item_type,
                number: note.number,
                scrub,
                text,
                read: note.read,
            };
            let at = scrub.and_then(|scrub| self.at(scrub));
            Some(Told { key: format!("sheet:unplaced:{key}"), at, by: self.by(scrub), fact })
        });
        unknown.collect()
    }
}

/// A short name for a content.
fn hash(content: &impl serde::Serialize) -> String {
    let json = serde_json::to_vec(content).expect("cannot fail: plain data with string keys");
    hex::encode(&Sha256::digest(json)[..12])
}
