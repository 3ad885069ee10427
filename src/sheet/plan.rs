//! What taking a sheet in would change, told before anything does.
//!
//! The spreadsheet that came before copied notes and "Read yet?" from each scrub's tab to the next
//! while an item was open. So an item's note is that of the newest tab in which one stands, the
//! different ones before are its history, and of tabs that follow one another and say that it was
//! read the first is the scrub in which it was. Taking the same file in again changes nothing.
//!
//! A note of ours is never overwritten silently. Where the file tells how our note was when it was
//! written ([`Known::base`]), its fields are merged one by one; else a text that the file does not
//! have itself is in conflict with it.

use std::collections::{BTreeMap, BTreeSet};

use super::fault::RowFault;
use super::read::{Book, ReadRow, SheetNote};
use super::tidy;
use crate::activity::{ItemType, NoteText};

/// What a sheet calls an item by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// `owner/name` in small letters: GitHub does not tell them apart.
    pub repository: String,
    pub item_type: ItemType,
    pub number: i64,
}

impl Key {
    pub fn of(note: &SheetNote) -> Self {
        Self { repository: note.repository.to_lowercase(), item_type: note.item_type, number: note.number }
    }
}

impl Book {
    /// The items that it is about: what to look up for [`plan`].
    pub fn keys(&self) -> BTreeSet<Key> {
        let rows = self.tabs.iter().flat_map(|tab| &tab.rows);
        rows.filter_map(|row| row.row.as_ref().ok()).map(Key::of).collect()
    }
}

fn fields(text: &NoteText) -> [&String; 3] {
    [&text.recommended_action, &text.comment, &text.flag]
}

fn tidied(text: &NoteText) -> NoteText {
    let [recommended_action, comment, flag] = fields(text).map(|text| tidy(text));
    NoteText { recommended_action, comment, flag }
}

/// What is known of an item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    pub note: Option<NoteText>,
    /// Texts that its note had before, in any order.
    pub earlier: Vec<NoteText>,
    /// Its note as of [`Book::position`], blank if there was none; `None` where the book has no
    /// position, or none that is known.
    pub base: Option<NoteText>,
    /// Scrubs in which it was read; a reading alone counts for the scrub that was opened last
    /// before it.
    pub read_in: BTreeSet<i32>,
    /// Scrubs whose deck has it: it was unread when they opened, whatever was before.
    pub decks: BTreeSet<i32>,
    /// Scrubs in whose sheets it had an x as of [`Book::position`]: such an x is no edit.
    pub shown: BTreeSet<i32>,
    /// Scrubs that were held here, and whether it was read since their rounds began.
    pub held: BTreeMap<i32, bool>,
}

/// What becomes of one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It adds a note, a mark or both.
    New,
    /// It changes nothing.
    Same,
    /// Our note is another, and stays.
    Conflict {
        ours: NoteText,
        theirs: NoteText,
    },
    /// There is no such item here.
    UnknownItem,
    Unreadable(RowFault),
}

/// One row of the book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedRow {
    /// Which of [`Book::tabs`], and which of its rows.
    pub tab: usize,
    pub row: usize,
    pub outcome: Outcome,
    /// The note that it adds.
    pub note: Option<NoteText>,
    /// The scrub for which it marks its item as read; with a conflict about the note as well.
    pub mark: Option<i32>,
}

/// What to write for one item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub key: Key,
    /// One after the other, the last to stay; each with the scrub whose tab it is from.
    pub notes: Vec<(Option<i32>, NoteText)>,
    /// Scrubs in which it was read.
    pub marks: Vec<i32>,
}

/// The whole answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Every row, in the book's order.
    pub rows: Vec<PlannedRow>,
    /// In the order of their keys.
    pub changes: Vec<Change>,
}

/// Decides row by row. `known` is asked once for each of [`Book::keys`].
pub fn plan<'a>(book: &Book, known: impl Fn(&Key) -> Option<&'a Known>) -> Plan {
    let mut planned = vec![];
    let mut items: BTreeMap<Key, Vec<Standing>> = BTreeMap::new();
    for (tab, read) in book.tabs.iter().enumerate() {
        for (row, ReadRow { row: said, .. }) in read.rows.iter().enumerate() {
            let outcome = match said {
                Ok(note) => {
                    let standing = Standing { place: planned.len(), scrub: read.scrub, note };
                    items.entry(Key::of(note)).or_default().push(standing);
                    Outcome::Same
                }
                Err(fault) => Outcome::Unreadable(fault.clone()),
            };
            planned.push(PlannedRow { tab, row, outcome, note: None, mark: None });
        }
    }
    let mut changes = vec![];
    for (key, mut stands) in items {
        let Some(known) = known(&key) else {
            stands.iter().for_each(|standing| planned[standing.place].outcome = Outcome::UnknownItem);
            continue;
        };
        // From the oldest tab to the newest.
        stands.sort_by_key(|standing| standing.scrub);
        let (notes, marks) = decide(&mut planned, &stands, known);
        if !(notes.is_empty() && marks.is_empty()) {
            changes.push(Change { key, notes, marks });
        }
    }
    Plan { rows: planned, changes }
}

/// A row of an item, and where it stands.
struct Standing<'a> {
    /// Among all rows of the plan.
    place: usize,
    scrub: Option<i32>,
    note: &'a SheetNote,
}

/// What is said of an item's note, by the rows that say it.
enum Said {
    /// To be written, each with the number of its row among the item's.
    New(Vec<(usize, NoteText)>),
    Conflict(usize, NoteText),
}

type Changes = (Vec<(Option<i32>, NoteText)>, Vec<i32>);

fn decide(planned: &mut [PlannedRow], stands: &[Standing], known: &Known) -> Changes {
    let marks = marks(stands, known);
    for &(at, mark) in &marks {
        planned[stands[at].place].mark = Some(mark);
        planned[stands[at].place].outcome = Outcome::New;
    }
    let mut notes = vec![];
    match said(stands, known) {
        Said::New(texts) => {
            for (at, text) in texts {
                planned[stands[at].place].note = Some(text.clone());
                planned[stands[at].place].outcome = Outcome::New;
                notes.push((stands[at].scrub, text));
            }
        }
        Said::Conflict(at, theirs) => {
            let ours = known.note.clone().unwrap_or_default();
            planned[stands[at].place].outcome = Outcome::Conflict { ours, theirs };
        }
    }
    (notes, marks.into_iter().map(|(_, mark)| mark).collect())
}

fn said(stands: &[Standing], known: &Known) -> Said {
    let ours = known.note.as_ref().map(tidied).unwrap_or_default();
    if let Some(base) = &known.base {
        // A blank note is an answer too: it was taken away.
        let Some(newest) = stands.len().checked_sub(1) else { return Said::New(vec![]) };
        // What is not open any more is written without its note.
        let base = if stands[newest].note.over { NoteText::default() } else { tidied(base) };
        let theirs = stands[newest].note.note(&base);
        return match merged(&base, &ours, &theirs) {
            Some(merged) if merged == ours => Said::New(vec![]),
            Some(merged) => Said::New(vec![(newest, merged)]),
            None => Said::Conflict(newest, theirs),
        };
    }
    // The different texts, each with the first row that has it. A blank note says nothing: an item
    // may have been noted here only.
    let mut texts: Vec<(usize, NoteText)> = vec![];
    let mut newest = 0;
    for (at, standing) in stands.iter().enumerate().filter(|(_, standing)| !standing.note.is_blank()) {
        newest = at;
        let text = standing.note.note(texts.last().map_or(&ours, |(_, text)| text));
        if texts.last().is_none_or(|(_, last)| *last != text) {
            texts.push((at, text));
        }
    }
    let earlier: Vec<NoteText> = known.earlier.iter().map(tidied).collect();
    let Some((_, last)) = texts.last() else { return Said::New(vec![]) };
    if *last == ours || earlier.contains(last) {
        return Said::New(vec![]);
    }
    let after = texts.iter().rposition(|(_, text)| *text == ours);
    if after.is_none() && !ours.is_empty() {
        return Said::Conflict(newest, last.clone());
    }
    let new = texts.into_iter().skip(after.map_or(0, |after| after + 1));
    Said::New(new.filter(|(_, text)| !earlier.contains(text)).collect())
}

/// Of each field what changed, if only one side changed it or both to the same.
fn merged(base: &NoteText, ours: &NoteText, theirs: &NoteText) -> Option<NoteText> {
    let field = |base: &String, ours: &String, theirs: &String| match (ours == base, theirs == base) {
        (_, true) => Some(ours.clone()),
        (true, _) => Some(theirs.clone()),
        _ => (ours == theirs).then(|| ours.clone()),
    };
    Some(NoteText {
        recommended_action: field(&base.recommended_action, &ours.recommended_action, &theirs.recommended_action)?,
        comment: field(&base.comment, &ours.comment, &theirs.comment)?,
        flag: field(&base.flag, &ours.flag, &theirs.flag)?,
    })
}

/// Which rows are the first to say that it was read, and in which scrub, but for those known. In a
/// scrub that was held here, it is known if anybody has read it since the round began.
fn marks(stands: &[Standing], known: &Known) -> Vec<(usize, i32)> {
    let mut marks: Vec<(usize, i32)> = vec![];
    let mut was_read = false;
    // The scrub from which on a known mark is the one that a row tells of.
    let mut since = i32::MIN;
    for (at, standing) in stands.iter().enumerate() {
        let (Some(scrub), Some(read)) = (standing.scrub, standing.note.read) else { continue };
        if !read {
            since = scrub.saturating_add(1);
        } else if !was_read {
            let is_known = known.shown.contains(&scrub)
                || match known.held.get(&scrub) {
                    // A mark that is made for one is later than the beginnings of all their rounds.
                    Some(met) => *met || marks.iter().any(|(_, marked)| known.held.contains_key(marked)),
                    None => {
                        let since = known.decks.range(..=scrub).next_back().map_or(since, |deck| since.max(*deck));
                        since <= scrub && known.read_in.range(since..=scrub).next().is_some()
                    }
                };
            if !is_known {
                marks.push((at, scrub));
            }
        }
        was_read = read;
    }
    marks
}
