//! Which rows of decks are marked as read.
//!
//! A row is marked while its item has a mark of the row's scrub. That depends on the item's events
//! alone, so a rebuild, which folds item by item, comes to the same result.

use std::collections::BTreeMap;

use crate::activity::{Mark, Remarks, ScrubFact};

/// A deck's row, by its scrub and either its place or its item (repository and number).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DeckRowKey {
    Place { scrub: i64, place: i64 },
    Item { scrub: i64, repo_id: i64, number: i64 },
}

impl DeckRowKey {
    fn new(scrub: i64, place: Option<i64>, (repo_id, number): (i64, i64)) -> Self {
        place.map_or(Self::Item { scrub, repo_id, number }, |place| Self::Place { scrub, place })
    }
}

/// What some events do to a deck's row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeckMark {
    /// Whether it is marked after them.
    pub marked: bool,
    /// The position of the first of them by which its item was read: that makes the row, in a deck that holds only what
    /// was read. It stays when the mark is taken back.
    pub first_read: Option<i64>,
}

/// The rows that some events are about, and what these do to each.
#[derive(Debug, Default)]
pub struct DeckMarks(pub BTreeMap<DeckRowKey, DeckMark>);

impl DeckMarks {
    /// Folds an event of an item. `before` was the item's last mark before the event; `after` is what
    /// the item has since.
    pub fn apply(&mut self, position: i64, fact: &ScrubFact, before: Option<&Mark>, after: &Remarks) {
        match fact {
            ScrubFact::Read { repo_id, number, scrub: Some(scrub), place, .. } => {
                let row = self.0.entry(DeckRowKey::new(*scrub, *place, (*repo_id, *number))).or_default();
                row.marked = true;
                row.first_read.get_or_insert(position);
            }
            ScrubFact::Unread { repo_id, number } => {
                let Some(mistake) = before else { return };
                let Some(scrub) = mistake.scrub else { return };
                let row = self.0.entry(DeckRowKey::new(scrub, mistake.place, (*repo_id, *number))).or_default();
                row.marked = after.marks.iter().any(|mark| mark.scrub == Some(scrub));
            }
            ScrubFact::MarkUndone { repo_id, number, restores: Some(mark), .. } => {
                let Some(scrub) = mark.scrub else { return };
                self.0.entry(DeckRowKey::new(scrub, mark.place, (*repo_id, *number))).or_default().marked = true;
            }
            _ => {}
        }
    }
}
