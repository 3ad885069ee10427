//! Decides what importing a spreadsheet would change, before anything changes.
//!
//! The old spreadsheet copied notes and "Read yet?" from each scrub's tab to the next while an item was open. So an item's
//! note is the one in the newest tab that has one, and the different ones before it are its history. If consecutive tabs
//! say that an item was read, the first of them is the scrub in which it was. Importing the same file again changes
//! nothing.
//!
//! A note of ours is never overwritten silently. If the file knows what our note was when it was written
//! ([`KnownItem::base`]), the fields are merged one by one. Otherwise, if the file does not contain our note, the two are in
//! conflict.
//!
//! The whole book decides. What a row that is left out would change is then not done, and all else is, as if nobody had left
//! it out: what was shown of the other rows holds.

use std::collections::{BTreeMap, BTreeSet};

use super::book::{Book, ReadRow, SheetNote, tidy};
use super::fault::RowFault;
use crate::activity::NoteText;
use crate::scrub::record::ItemName;

/// What we know about an item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownItem {
    pub note: Option<NoteText>,
    /// Earlier texts of its note, in any order.
    pub earlier: Vec<NoteText>,
    /// Its note as of [`Book::position`], blank if there was none. `None` if the book has no position, or an unknown one.
    pub base: Option<NoteText>,
    /// Scrubs in which it was read. A reading outside of scrubs counts for the scrub that was opened last before it.
    pub read_in: BTreeSet<i32>,
    /// Scrubs whose deck has it, which means that it was unread when they opened.
    pub decks: BTreeSet<i32>,
    /// Scrubs whose sheets showed an x for it as of [`Book::position`]. Such an x is not an edit.
    pub shown: BTreeSet<i32>,
    /// Scrubs that were held here, and whether it has been read since their rounds began.
    pub held: BTreeMap<i32, bool>,
}

/// What happens to a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It adds a note, a mark or both.
    New,
    /// It changes nothing.
    Same,
    /// Our note differs, and stays.
    Conflict {
        ours: NoteText,
        theirs: NoteText,
    },
    /// There is no such item here.
    UnknownItem,
    Unreadable(RowFault),
    /// It would change something or is in conflict, but whoever imports the book leaves it out.
    LeftOut,
}

/// A row of the book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedRow {
    /// Its tab in [`Book::tabs`], and its row there.
    pub tab: usize,
    pub row: usize,
    pub outcome: Outcome,
    /// The note that it adds, or would if it were not left out.
    pub note: Option<NoteText>,
    /// Our note that goes with that, if any of its texts go.
    pub loses: Option<NoteText>,
    /// The scrub in which it marks its item as read, or would. A conflict about the note does not prevent this.
    pub mark: Option<i32>,
}

/// What to write for an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemChange {
    pub item: ItemName,
    /// The notes to write one after another, each with the scrub of its tab. The last one stays.
    pub notes: Vec<(Option<i32>, NoteText)>,
    /// Scrubs in which it was read.
    pub marks: Vec<i32>,
}

/// The whole answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Every row, in the book's order.
    pub rows: Vec<PlannedRow>,
    /// In the order of their items.
    pub changes: Vec<ItemChange>,
}

/// Decides what happens to each row. `known` tells what we know about each of [`Book::items`]; `None` if the item is not here.
pub fn plan<'a>(book: &Book, known: impl Fn(&ItemName) -> Option<&'a KnownItem>) -> Plan {
    let mut planned = vec![];
    let mut items: BTreeMap<ItemName, Vec<Mention>> = BTreeMap::new();
    for (tab, read) in book.tabs.iter().enumerate() {
        for (row, ReadRow { row: said, left_out, .. }) in read.rows.iter().enumerate() {
            let outcome = match said {
                Ok(note) => {
                    let mention = Mention { place: planned.len(), scrub: read.scrub, note, left_out: *left_out };
                    items.entry(note.item()).or_default().push(mention);
                    Outcome::Same
                }
                Err(fault) => Outcome::Unreadable(fault.clone()),
            };
            planned.push(PlannedRow { tab, row, outcome, note: None, loses: None, mark: None });
        }
    }
    let mut changes = vec![];
    for (item, mut mentions) in items {
        let Some(known) = known(&item) else {
            mentions.iter().for_each(|mention| planned[mention.place].outcome = mention.outcome(Outcome::UnknownItem));
            continue;
        };
        // From the oldest tab to the newest.
        mentions.sort_by_key(|mention| mention.scrub);
        changes.extend(decide(&mut planned, item, &mentions, known));
    }
    Plan { rows: planned, changes }
}

/// A row that mentions an item.
struct Mention<'a> {
    /// Its index among all rows of the plan.
    place: usize,
    scrub: Option<i32>,
    note: &'a SheetNote,
    left_out: bool,
}

impl Mention<'_> {
    /// The row's outcome, which this would be if it were not left out.
    fn outcome(&self, outcome: Outcome) -> Outcome {
        if self.left_out { Outcome::LeftOut } else { outcome }
    }
}

/// What the rows of an item say about its note.
enum NoteDecision {
    /// Notes to write, each with the index of its mention.
    Write(Vec<(usize, NoteText)>),
    /// The mention at this index contradicts our note.
    Conflict(usize, NoteText),
}

/// Decides what happens to an item's rows. `None` if they change nothing.
fn decide(planned: &mut [PlannedRow], item: ItemName, mentions: &[Mention], known: &KnownItem) -> Option<ItemChange> {
    let marks = marks(mentions, known);
    for &(at, mark) in &marks {
        planned[mentions[at].place].mark = Some(mark);
        planned[mentions[at].place].outcome = mentions[at].outcome(Outcome::New);
    }
    let mut notes = vec![];
    match note(mentions, known) {
        NoteDecision::Write(texts) => {
            let mut before = known.note.clone().unwrap_or_default();
            for (at, text) in texts {
                // Without the one between them, a text can follow itself.
                if text == before && !mentions[at].left_out {
                    continue;
                }
                let row = &mut planned[mentions[at].place];
                row.note = Some(text.clone());
                row.outcome = mentions[at].outcome(Outcome::New);
                if !mentions[at].left_out {
                    row.loses = Some(before).filter(|before| text.lacks_of(before));
                    before = text.clone();
                    notes.push((mentions[at].scrub, text));
                }
            }
        }
        NoteDecision::Conflict(at, theirs) => {
            let ours = known.note.clone().unwrap_or_default();
            planned[mentions[at].place].outcome = mentions[at].outcome(Outcome::Conflict { ours, theirs });
        }
    }
    let marks = marks.into_iter().filter(|(at, _)| !mentions[*at].left_out);
    let marks: Vec<i32> = marks.map(|(_, mark)| mark).collect();
    (!notes.is_empty() || !marks.is_empty()).then_some(ItemChange { item, notes, marks })
}

fn note(mentions: &[Mention], known: &KnownItem) -> NoteDecision {
    let ours = known.note.as_ref().map(tidied).unwrap_or_default();
    if let Some(base) = &known.base {
        // A blank note counts too: somebody removed the note.
        let Some(newest) = mentions.len().checked_sub(1) else { return NoteDecision::Write(vec![]) };
        // The note of an item that is not open was left out of the sheet.
        let base = if mentions[newest].note.over { NoteText::default() } else { tidied(base) };
        let theirs = mentions[newest].note.note(&base);
        return match merged(&base, &ours, &theirs) {
            Some(merged) if merged == ours => NoteDecision::Write(vec![]),
            Some(merged) => NoteDecision::Write(vec![(newest, merged)]),
            None => NoteDecision::Conflict(newest, theirs),
        };
    }
    // The different texts, each with the first row that has it. A blank note says nothing, because the item may have a
    // note only here.
    let mut texts: Vec<(usize, NoteText)> = vec![];
    let mut newest = 0;
    for (at, mention) in mentions.iter().enumerate().filter(|(_, mention)| !mention.note.is_blank()) {
        newest = at;
        let text = mention.note.note(texts.last().map_or(&ours, |(_, text)| text));
        if texts.last().is_none_or(|(_, last)| *last != text) {
            texts.push((at, text));
        }
    }
    let earlier: Vec<NoteText> = known.earlier.iter().map(tidied).collect();
    let Some((_, last)) = texts.last() else { return NoteDecision::Write(vec![]) };
    if *last == ours || earlier.contains(last) {
        return NoteDecision::Write(vec![]);
    }
    let after = texts.iter().rposition(|(_, text)| *text == ours);
    if after.is_none() && !ours.is_empty() {
        return NoteDecision::Conflict(newest, last.clone());
    }
    let new = texts.into_iter().skip(after.map_or(0, |after| after + 1));
    NoteDecision::Write(new.filter(|(_, text)| !earlier.contains(text)).collect())
}

fn tidied(text: &NoteText) -> NoteText {
    let [recommended_action, comment, flag] =
        [&text.recommended_action, &text.comment, &text.flag].map(|text| tidy(text));
    NoteText { recommended_action, comment, flag }
}

/// Merges two edits of a note, field by field. `None` if both sides changed a field differently.
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

/// The rows that are the first to say that an item was read, and in which scrub, without those that we know of already. In a
/// scrub that was held here, we know of it if anybody has read the item since the round began.
fn marks(mentions: &[Mention], known: &KnownItem) -> Vec<(usize, i32)> {
    let mut marks: Vec<(usize, i32)> = vec![];
    let mut was_read = false;
    // A known mark from this scrub on is the one that the row reports.
    let mut since = i32::MIN;
    for (at, mention) in mentions.iter().enumerate() {
        let (Some(scrub), Some(read)) = (mention.scrub, mention.note.read) else { continue };
        if !read {
            since = scrub.saturating_add(1);
        } else if !was_read {
            let is_known = known.shown.contains(&scrub)
                || match known.held.get(&scrub) {
                    // A mark that we make for one of them is later than the beginnings of all their rounds.
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
