//! Remarks: what a group did with one item, folded from the log in its order.
//!
//! Marks say that it was read, the note says what was thought of it. They belong to the item's
//! lineage: an item that came by transfer has those of the places that it came from as well.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::event::Actor;
use super::scrubbing::{NoteText, ScrubFact};

/// Marks that are kept of one item: the last ones. The log has all.
const MOST_MARKS: usize = 50;

/// The position of marks from the time before, after which the first round begins: they count as
/// readings, and in no round. No event of an item that could be read stands there.
pub const HISTORIC: i64 = 1;

/// "This item was read."
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Of the event, in the account's log: a round counts the marks after its beginning.
    pub position: i64,
    /// When it was read; absent where a spreadsheet does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<DateTime<Utc>>,
    pub by: String,
    /// The scrub in which it was read; absent: alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scrub: Option<i64>,
    /// The item's place in that scrub's deck, if the cursor was on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<i64>,
}

/// What was thought of an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Of the event: another one for each change, so that nobody overwrites what they have not seen.
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
    /// An emptied note is kept, for its position.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<Note>,
}

impl Remarks {
    /// Folds an event about this item, later than all before it.
    pub fn apply(&mut self, position: i64, at: Option<DateTime<Utc>>, actor: Option<&Actor>, fact: &ScrubFact) {
        let by = || actor.map_or_else(String::new, |actor| actor.login.clone());
        match fact {
            ScrubFact::Read { scrub, place, historic, .. } => {
                if self.marks.len() == MOST_MARKS {
                    self.marks.remove(0);
                }
                let position = if *historic { HISTORIC } else { position };
                self.marks.push(Mark { position, at, by: by(), scrub: *scrub, place: *place });
                // The scrubs of the time before in their order, then what was read here.
                self.marks.sort_by_key(|mark| (mark.position, mark.scrub.filter(|_| mark.position == HISTORIC)));
            }
            ScrubFact::Unread { .. } => drop(self.marks.pop()),
            ScrubFact::Noted { text, scrub, superseded: false, .. } => {
                self.note = Some(Note { position, at, by: by(), scrub: *scrub, text: text.clone() });
            }
            _ => {}
        }
    }

    /// With those of a place that the item came from: all marks in the log's order, and of two
    /// notes the newer.
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

    /// The position of the last reading; 0 for none.
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

    /// What filters look at.
    pub fn summary(&self) -> Summary {
        let (read, note_position) = (self.read_position(), self.note_position());
        Summary { read, note_position, note: self.note().map(|note| note.text.clone()) }
    }
}

/// What filters look at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Position of the last mark; 0: none.
    pub read: i64,
    /// Position of the note's last change; 0: there never was one.
    pub note_position: i64,
    /// The note, if it says anything.
    pub note: Option<NoteText>,
}

impl Summary {
    /// [`Remarks::with_older`], of summaries.
    #[must_use]
    pub fn with_older(self, older: Summary) -> Self {
        let read = self.read.max(older.read);
        let newer = if self.note_position >= older.note_position { self } else { older };
        Self { read, ..newer }
    }
}
