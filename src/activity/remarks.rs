//! Remarks: what a group did with one item, folded from the log in its order.
//!
//! A mark says that the item was read; the note says what the group thinks of it. Both belong to the
//! item's lineage: an item that came by transfer also has those of the places that it came from.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::event::Actor;
use super::mark::Mark;
use super::scrubbing::{NoteText, ScrubFact};

/// How many of an item's marks are kept, the last ones. The log has all.
const MOST_MARKS: usize = 50;

/// The position of marks from before Bug Scrub was used. The first round begins after it, so they
/// count as readings but in no round. No event of an item that could be read is at this position.
pub const HISTORIC: i64 = 1;

/// What somebody thinks of an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// The position of the note's event. It changes with the note, so that nobody overwrites what they
    /// have not seen.
    pub position: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<DateTime<Utc>>,
    pub by: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scrub: Option<i64>,
    #[serde(flatten)]
    pub text: NoteText,
}

/// An item's marks, oldest first, and its note.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remarks {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<Mark>,
    /// A note that was emptied is kept for its position.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<Note>,
}

impl Remarks {
    /// Folds an event about this item. It must be later than all before it.
    pub fn apply(&mut self, position: i64, at: Option<DateTime<Utc>>, actor: Option<&Actor>, fact: &ScrubFact) {
        let by = || actor.map_or_else(String::new, |actor| actor.login.clone());
        match fact {
            ScrubFact::Read { scrub, place, historic, .. } => {
                if self.marks.len() == MOST_MARKS {
                    self.marks.remove(0);
                }
                let position = if *historic { HISTORIC } else { position };
                self.insert(Mark { position, at, by: by(), scrub: *scrub, place: *place });
            }
            ScrubFact::Unread { .. } => drop(self.marks.pop()),
            ScrubFact::MarkUndone { undoes, restores, .. } => {
                self.marks.retain(|mark| mark.position != *undoes);
                restores.iter().for_each(|mark| self.insert(mark.clone()));
            }
            ScrubFact::Noted { text, scrub, superseded: false, .. } => {
                self.note = Some(Note { position, at, by: by(), scrub: *scrub, text: text.clone() });
            }
            _ => {}
        }
    }

    fn insert(&mut self, mark: Mark) {
        self.marks.push(mark);
        // Scrubs from before Bug Scrub come first, in their order.
        self.marks.sort_by_key(|mark| (mark.position, mark.scrub.filter(|_| mark.position == HISTORIC)));
    }

    /// Adds the remarks of a place that the item came from: all marks in the order of the log, and the
    /// newer of the two notes.
    #[must_use]
    pub fn with_older(mut self, older: Remarks) -> Self {
        self.marks.extend(older.marks);
        self.marks.sort_by_key(|mark| mark.position);
        self.note = match (self.note, older.note) {
            (Some(own), Some(older)) => Some(if own.position >= older.position { own } else { older }),
            (own, older) => own.or(older),
        };
        self
    }

    /// The last reading.
    pub fn last_read(&self) -> Option<&Mark> {
        self.marks.last()
    }

    /// The last reading before a position.
    pub fn last_read_before(&self, position: i64) -> Option<&Mark> {
        self.marks.iter().rfind(|mark| mark.position < position)
    }

    /// The position of the last reading; 0 if there is none.
    pub fn read_position(&self) -> i64 {
        self.last_read().map_or(0, |mark| mark.position)
    }

    /// The note, if it says anything.
    pub fn note(&self) -> Option<&Note> {
        self.note.as_ref().filter(|note| !note.text.is_empty())
    }

    /// The position at which the note was last changed; 0 if there was never one.
    pub fn note_position(&self) -> i64 {
        self.note.as_ref().map_or(0, |note| note.position)
    }

    /// The summary that filters look at.
    pub fn summary(&self) -> Summary {
        let (read, note_position) = (self.read_position(), self.note_position());
        Summary { read, note_position, note: self.note().map(|note| note.text.clone()) }
    }
}

/// What filters look at, of an item's remarks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// The position of the last mark; 0 if there is none.
    pub read: i64,
    /// The position of the note's last change; 0 if there never was a note.
    pub note_position: i64,
    /// The note, if it says anything.
    pub note: Option<NoteText>,
}

impl Summary {
    /// The same as [`Remarks::with_older`], for summaries.
    #[must_use]
    pub fn with_older(self, older: Summary) -> Self {
        let read = self.read.max(older.read);
        let newer = if self.note_position >= older.note_position { self } else { older };
        Self { read, ..newer }
    }
}
