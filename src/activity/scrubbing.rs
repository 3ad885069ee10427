//! Scrub facts: what people do with the queue in Bug Scrub. GitHub knows nothing of them.
//!
//! Each is decided while its account's head is locked, so their order in the log is the order in which
//! they happened, and folding them may rely on it, unlike folding what GitHub tells. Their serde names
//! are part of the stored form, see `store::stored`.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::item::ItemType;
use super::mark::Mark;

/// Something that somebody did in a scrub, or while reading alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScrubFact {
    /// Somebody read an item.
    Read {
        repo_id: i64,
        number: i64,
        /// The scrub in which it was read; absent if it was read alone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        scrub: Option<i64>,
        /// The item's place in the scrub's deck, if the cursor was on it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        place: Option<i64>,
        /// It was read before Bug Scrub was used, as a spreadsheet tells. No round counts it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        historic: bool,
    },
    /// The last reading of an item was a mistake.
    Unread { repo_id: i64, number: i64 },
    /// An item's part of marking several at once was undone: its marks are as they were before.
    MarkUndone {
        repo_id: i64,
        number: i64,
        /// The position of the event that is undone.
        undoes: i64,
        /// The mark that comes back: one that was taken back, or that a reading had pushed out of those that are kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        restores: Option<Mark>,
    },
    /// The note on an item was changed to this; an empty text removes it.
    Noted {
        repo_id: i64,
        number: i64,
        text: NoteText,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        scrub: Option<i64>,
        /// A newer note had already replaced it: it is only part of the history.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        superseded: bool,
    },
    /// Nothing in a view was left to read. Its next round begins after this event.
    RoundBegan {
        view: String,
        round: i64,
        /// Only for those who see all repositories: the others have something left.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        alone: bool,
    },
    /// Nothing public was left to read in a view. The next round begins for those who do not see all repositories.
    PublicRoundBegan {
        view: String,
        round: i64,
        /// Only for those who see something private: nothing in the view is public.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        people: bool,
    },
    /// A scrub began with this deck.
    Opened(Box<Opening>),
    /// The cursor moved on from a place in the deck.
    Advanced {
        scrub: i64,
        /// The place that it left, from 1.
        place: i64,
        skipped: bool,
        /// Where it is now.
        #[serde(flatten)]
        to: Cursors,
    },
    /// The cursor moved back to a row whose reading was a mistake, since nothing else was left.
    Returned {
        scrub: i64,
        place: i64,
        /// It did so only for those who see what is public alone: the others have something left.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        alone: bool,
        /// It did so only for the others: those who see what is public alone do not see the row.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        hidden: bool,
    },
    /// The cursor was moved by hand, back or ahead. It marks nothing.
    Moved {
        scrub: i64,
        /// The place that it left; absent if nothing was left to read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<i64>,
        place: i64,
        /// The place that it left for those who see what is public alone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        public: Option<i64>,
        /// Those who see what is public alone do not see the row that it was moved to: for them it stays where it was.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        hidden: bool,
    },
    /// A row was skipped by whoever had taken it to read by themselves. The cursor is where it was.
    Skipped { scrub: i64, place: i64 },
    /// Another host leads a scrub.
    HandedOver { scrub: i64, host: String },
    /// Somebody came to a scrub, or was listed as present by mistake.
    Attended { scrub: i64, login: String, present: bool },
    /// A scrub ended.
    Closed {
        scrub: i64,
        /// Nobody closed it, and it was open for too long.
        forgotten: bool,
        /// The place at which the cursor was for those who see what is public alone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        public: Option<i64>,
    },
    /// A scrub from before Bug Scrub was used, as a spreadsheet tells of it.
    Imported {
        scrub: i64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        date: Option<NaiveDate>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        host: Option<String>,
        attendees: Vec<String>,
    },
    /// A spreadsheet's row about an item that is not here. It is kept until the item is.
    Unplaced {
        repository: String,
        item_type: ItemType,
        number: i64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        scrub: Option<i64>,
        text: NoteText,
        read: bool,
    },
}

/// What a note says. An empty text says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct NoteText {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub recommended_action: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub comment: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub flag: String,
}

impl NoteText {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether it lacks a text that the other one has.
    pub fn lacks_of(&self, other: &Self) -> bool {
        let texts = [
            (&self.recommended_action, &other.recommended_action),
            (&self.comment, &other.comment),
            (&self.flag, &other.flag),
        ];
        texts.into_iter().any(|(own, other)| own.is_empty() && !other.is_empty())
    }
}

/// How a scrub began.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Opening {
    pub scrub: i64,
    pub view: String,
    /// The round of the view in which the deck was dealt.
    pub round: i64,
    /// The date up to which the deck's days are counted.
    pub date: NaiveDate,
    pub host: String,
    pub attendees: Vec<String>,
    /// How many unread items there were. The deck may hold fewer.
    pub total: i64,
    /// Whoever opened it does not see all repositories: the deck is what their round had left.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub public: bool,
    /// Then, of the deck's repositories those that are private.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub private: Vec<i64>,
    /// The deck's order by its name, if one was asked for; else it is the view's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
    /// How many rows the deck was to have at most, if that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<i64>,
    /// The place of the first row that those see who see what is public alone, where their cursor begins; 0 if there is none.
    #[serde(default = "first", skip_serializing_if = "is_first")]
    pub first_public: i64,
    pub deck: Vec<DeckPlace>,
}

fn first() -> i64 {
    1
}

fn is_first(place: &i64) -> bool {
    *place == first()
}

/// Where a scrub's cursor is. `None`: nothing is left to read.
///
/// Those who see what is public alone have one of their own, which is where it would be if nothing else was in the deck. So
/// nothing that happens while the others read what is hidden changes theirs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "StoredCursors", into = "StoredCursors")]
pub struct Cursors {
    /// For those who see all of the deck.
    pub whole: Option<i64>,
    /// For those who see what is public alone.
    pub public: Option<i64>,
}

#[derive(Serialize, Deserialize)]
struct StoredCursors {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    next: Option<i64>,
    /// That of those who see what is public alone, if it is another; 0 if nothing is left for them. Events from before there was one
    /// have none: then it was the first row after the other one that they could read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    public: Option<i64>,
}

impl From<StoredCursors> for Cursors {
    fn from(StoredCursors { next, public }: StoredCursors) -> Self {
        Self { whole: next, public: public.map_or(next, |place| Some(place).filter(|place| *place > 0)) }
    }
}

impl From<Cursors> for StoredCursors {
    fn from(Cursors { whole, public }: Cursors) -> Self {
        Self { next: whole, public: (public != whole).then(|| public.unwrap_or(0)) }
    }
}

/// A row of a deck as it was when the scrub began. Its place is its index, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(i64, i64, i64, i64, i64)", into = "(i64, i64, i64, i64, i64)")]
pub struct DeckPlace {
    pub repo_id: i64,
    pub number: i64,
    /// The rank in the whole queue.
    pub rank: i64,
    pub days_age: i64,
    pub days_stale: i64,
}

impl From<(i64, i64, i64, i64, i64)> for DeckPlace {
    fn from((repo_id, number, rank, days_age, days_stale): (i64, i64, i64, i64, i64)) -> Self {
        Self { repo_id, number, rank, days_age, days_stale }
    }
}

impl From<DeckPlace> for (i64, i64, i64, i64, i64) {
    fn from(place: DeckPlace) -> Self {
        (place.repo_id, place.number, place.rank, place.days_age, place.days_stale)
    }
}

impl ScrubFact {
    /// The kinds of facts that change a scrub, or a row of its deck, and are about no item.
    pub const KINDS_OF_SCRUBS: [&str; 8] = [
        "scrub_advanced",
        "scrub_returned",
        "scrub_moved",
        "scrub_row_skipped",
        "scrub_handed_over",
        "scrub_attended",
        "scrub_left",
        "scrub_closed",
    ];

    /// Of a fact of [these kinds](Self::KINDS_OF_SCRUBS): the scrub, and the places of the deck that it is about.
    pub fn places(&self) -> Option<(i64, Vec<i64>)> {
        let of = |scrub: &i64, places: &[Option<i64>]| Some((*scrub, places.iter().flatten().copied().collect()));
        match self {
            ScrubFact::Advanced { scrub, place, to, .. } => of(scrub, &[Some(*place), to.whole, to.public]),
            ScrubFact::Moved { scrub, from, place, .. } => of(scrub, &[*from, Some(*place)]),
            ScrubFact::Returned { scrub, place, .. } | ScrubFact::Skipped { scrub, place } => {
                of(scrub, &[Some(*place)])
            }
            ScrubFact::HandedOver { scrub, .. }
            | ScrubFact::Attended { scrub, .. }
            | ScrubFact::Closed { scrub, .. } => of(scrub, &[]),
            _ => None,
        }
    }

    /// The item that the fact is filed under: repository and number.
    pub fn item(&self) -> Option<(i64, i64)> {
        match self {
            ScrubFact::Read { repo_id, number, .. }
            | ScrubFact::Unread { repo_id, number }
            | ScrubFact::MarkUndone { repo_id, number, .. }
            | ScrubFact::Noted { repo_id, number, .. } => Some((*repo_id, *number)),
            _ => None,
        }
    }

    /// The kind of the fact's event.
    pub fn kind(&self) -> &'static str {
        match self {
            ScrubFact::Read { .. } => "read",
            ScrubFact::Unread { .. } => "unread",
            ScrubFact::MarkUndone { .. } => "mark_undone",
            ScrubFact::Noted { .. } => "noted",
            ScrubFact::RoundBegan { .. } => "round_began",
            ScrubFact::PublicRoundBegan { .. } => "public_round_began",
            ScrubFact::Opened(_) => "scrub_opened",
            ScrubFact::Advanced { .. } => "scrub_advanced",
            ScrubFact::Returned { .. } => "scrub_returned",
            ScrubFact::Moved { .. } => "scrub_moved",
            ScrubFact::Skipped { .. } => "scrub_row_skipped",
            ScrubFact::HandedOver { .. } => "scrub_handed_over",
            ScrubFact::Attended { present: true, .. } => "scrub_attended",
            ScrubFact::Attended { present: false, .. } => "scrub_left",
            ScrubFact::Closed { .. } => "scrub_closed",
            ScrubFact::Imported { .. } => "scrub_imported",
            ScrubFact::Unplaced { .. } => "unplaced",
        }
    }
}
