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
    let read = read.filter(|note| note.is_read()).map(Key::of).collect();
    let told = Telling { book, planned, request, attended, read };
    let mut facts = told.scrubs();
    facts.extend(told.attended());
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

    /// Who came to scrubs that are here.
    fn attended(&self) -> Vec<Told> {
        let new = self.planned.coming.new.iter().map(|(scrub, login)| Told {
            // Whoever was taken off since may come again.
            key: format!("sheet:attended:{scrub}:{}:{}", login.to_lowercase(), self.planned.position),
            at: Some(self.request.at),
            by: self.request.by.clone(),
            fact: ScrubFact::Attended { scrub: *scrub, login: login.clone(), present: true },
        });
        new.collect()
    }

    /// When what a scrub's tab tells was done: when it was opened, now if it is open; of one that the
    /// spreadsheet alone tells of, noon of its date, where that is known. Never what is to come.
    fn at(&self, scrub: i64) -> Option<DateTime<Utc>> {
        let known = self.planned.kept.scrubs.get(&scrub);
        if let Some(held) = known.filter(|known| !known.imported) {
            let at = held.opened_at.filter(|_| held.closed_position.is_some());
            return Some(at.map_or(self.request.at, |at| at.min(self.request.at)));
        }
        let told = i32::try_from(scrub).ok().and_then(|scrub| self.attended.get(&scrub)?.date);
        let date = told.or_else(|| known?.date)?;
        let noon = NaiveTime::from_hms_opt(12, 0, 0).map(|noon| date.and_time(noon).and_utc());
        noon.map(|noon| noon.min(self.request.at))
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
                    // A reading that was taken back may be told again.
                    key: format!("sheet:read:{repo_id}:{number}:{scrub}:{}", self.planned.position),
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

    /// Whether a mark counts in the present round: one of a scrub that was held here, or one of a scrub
    /// after all those, that the newest tab still shows, since that has the round's readings.
    fn counts(&self, key: &Key, scrub: i32, last: bool) -> bool {
        let (scrub, scrubs) = (i64::from(scrub), &self.planned.kept.scrubs);
        if scrubs.get(&scrub).is_some_and(|known| !known.imported) {
            return true;
        }
        let newer = scrubs.values().all(|known| known.imported || known.scrub < scrub);
        last && self.read.contains(key) && newer
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
            let key = Key::of(note);
            let here = self.planned.item(&key).is_some() || self.planned.hides(&key);
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
