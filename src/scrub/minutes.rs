//! The minutes of a scrub, as Markdown to paste.
//!
//! Pasting them on GitHub disturbs nobody. Names and titles mention no one. Addresses on github.com, even those in titles and
//! notes, become addresses on redirect.github.com, so items do not show a cross-reference.

mod markdown;
mod message;

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};

use super::Scrub;
use super::deck::{DeckRow, Happening, RowStatus};
use super::meetings::Talk;
use super::message::Message;
use crate::activity::{ItemType, Note, NoteText, State};
use crate::rank::QueueItem;

/// What the minutes say about a scrub.
#[derive(Clone, Debug)]
pub struct Minutes {
    pub number: i64,
    pub date: Option<NaiveDate>,
    pub host: Option<String>,
    pub attendees: Vec<String>,
    /// Whether the scrub is still going on.
    pub open: bool,
    pub forgotten: bool,
    /// What was presented.
    pub talks: Vec<Talk>,
    /// `None` if the scrub is known only from a spreadsheet.
    pub deck: Option<MinutesDeck>,
    /// The items, in the order in which the group met them.
    pub rows: Vec<MinutesRow>,
}

/// What the group had to read.
#[derive(Clone, Debug)]
pub struct MinutesDeck {
    pub view: String,
    pub round: i64,
    /// How many items were unread when the scrub opened.
    pub unread: i64,
    /// See [`Scrub::dealt`].
    pub dealt: Option<String>,
}

/// An item that the group met.
#[derive(Clone, Debug)]
pub struct MinutesRow {
    /// The item as it is now. `None` if it may no longer be seen.
    pub item: Option<MinutesItem>,
    /// Its name at the time, `owner/name#12`.
    pub name: String,
    pub skipped: bool,
    /// Whether the cursor is on it, or was when the scrub ended.
    pub current: bool,
    /// The note as it was when the scrub ended, or as it is now.
    pub note: Option<NoteText>,
    /// Whether the note was written in this scrub.
    pub noted_here: bool,
    /// What happened to it while the group read it.
    pub outcomes: Vec<Happening>,
}

/// An item, as the minutes name it.
#[derive(Clone, Debug)]
pub struct MinutesItem {
    /// `owner/name#12`
    pub name: String,
    pub item_type: ItemType,
    pub title: String,
    pub url: String,
    pub state: State,
    /// Its repository is private.
    pub private: bool,
}

impl Minutes {
    /// The minutes of a scrub, with the rows to which its cursor came. `notes` has the notes as they were when the scrub ended, by
    /// repository id and number; `None` while it is still going on.
    pub fn of(scrub: Scrub, rows: Vec<DeckRow>, notes: Option<&HashMap<(i64, i64), Note>>) -> Self {
        let (open, number, dealt) = (scrub.closed_at.is_none(), scrub.scrub, scrub.dealt());
        let rows = rows.into_iter().filter_map(|row| {
            let note = row.item.as_ref().and_then(|item| match notes {
                Some(notes) => notes.get(&(item.place.repo_id, item.place.number)),
                None => item.remarks.note(),
            });
            let note = note.cloned();
            MinutesRow::of(number, scrub.closed_at, row, note)
        });
        Self {
            number,
            date: scrub.date,
            host: scrub.host.filter(|host| !host.is_empty()),
            attendees: scrub.attendees,
            open,
            forgotten: scrub.forgotten,
            talks: vec![],
            deck: scrub.view.map(|view| MinutesDeck {
                view,
                round: scrub.round.unwrap_or(1),
                unread: scrub.total,
                dealt,
            }),
            rows: rows.collect(),
        }
    }

    /// The same with what was presented.
    #[must_use]
    pub fn with_talks(self, talks: Vec<Talk>) -> Self {
        Self { talks, ..self }
    }

    /// The minutes as a message to a chat. `whole` is where all of them are.
    pub fn message(&self, account: &str, whole: Option<String>) -> Message {
        message::message(self, account, whole)
    }

    /// Writes the minutes as Markdown.
    pub fn markdown(&self) -> String {
        markdown::markdown(self)
    }
}

impl MinutesRow {
    /// The minutes of a row. `None` if the cursor came to it and left it without a word, because somebody had read the item outside of
    /// the scrub.
    fn of(scrub: i64, closed_at: Option<DateTime<Utc>>, row: DeckRow, note: Option<Note>) -> Option<Self> {
        // The row on which a scrub was closed was neither read nor skipped. The cursor left it with the end.
        let at_the_end = row.visit.arrived.is_some() && row.visit.left.map(|(_, at)| at) == closed_at;
        let last = closed_at.is_some() && at_the_end && !matches!(row.status, RowStatus::Read | RowStatus::Skipped);
        if !last && !matches!(row.status, RowStatus::Read | RowStatus::Skipped | RowStatus::Current) {
            return None;
        }
        Some(Self {
            name: format!("{}#{}", row.repository, row.frozen.number),
            skipped: row.status == RowStatus::Skipped,
            current: last || row.status == RowStatus::Current,
            noted_here: note.as_ref().is_some_and(|note| note.scrub == Some(scrub)),
            note: note.map(|note| note.text),
            outcomes: row.outcomes,
            item: row.item.map(MinutesItem::of),
        })
    }

    fn is_read(&self) -> bool {
        !self.skipped && !self.current
    }

    fn is_open(&self) -> bool {
        self.item.as_ref().is_some_and(|item| item.state == State::Open)
    }

    /// The note, if somebody is to do something about the open item.
    fn to_follow(&self) -> Option<&NoteText> {
        let note = self.note.as_ref().filter(|_| self.is_open())?;
        Some(note).filter(|note| !note.recommended_action.is_empty() || !note.flag.is_empty())
    }
}

impl MinutesItem {
    fn of(item: QueueItem) -> Self {
        Self {
            name: format!("{}/{}#{}", item.owner, item.repository, item.place.number),
            item_type: item.item_type,
            url: item.url(),
            title: item.title,
            state: item.state,
            private: item.private,
        }
    }
}

fn items(count: usize) -> String {
    if count == 1 { "1 item".to_owned() } else { format!("{count} items") }
}
