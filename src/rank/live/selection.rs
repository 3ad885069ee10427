//! Which items: a filter whose names have become ids, and the slots that it selects.
//!
//! What names something (a repository, a label, a login, a milestone, an item) is looked up in
//! the postings; what is left is then tested in the columns, 64 slots at a time, where any is
//! left. A filter costs what it matches, plus some microseconds for a bit per slot.

use std::ops::RangeInclusive;
use std::sync::Arc;

use chrono::NaiveDate;

use super::columns::{Chunk, WORDS, ones};
use super::items::{Items, Term, day_number};
use super::slots::Slots;
use crate::activity::ItemType;
use crate::rank::{Days, Terms, Unread};

/// What finding a term's postings costs, in slots whose terms are looked at.
const SEEK: usize = 128;

/// The resolved filter: every criterion given must hold. The default selects all items.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Selection {
    /// Ids.
    pub repos: Wanted<i64>,
    /// Ids of repositories that must not be shown; their items keep their ranks.
    pub hidden: Vec<i64>,
    pub types: Wanted<ItemType>,
    /// Ids. An item has many: it needs one of `any`, and none of `none`.
    pub labels: Wanted<i64>,
    /// Logins, as all logins without regard to case.
    pub authors: Wanted<String>,
    pub assignees: Wanted<String>,
    /// The repository's id and the number within it.
    pub milestones: Wanted<(i64, i64)>,
    pub drafts: Wanted<bool>,
    pub noted: Wanted<bool>,
    /// All of these must hold.
    pub unread: Vec<Unread>,
    pub created: Days,
    pub updated: Days,
    /// Only these: what a search for titles found.
    pub among: Option<Addresses>,
    /// All but these.
    pub except: Addresses,
}

/// One criterion's values, resolved: one of each list of `any` is needed. An empty list, whose
/// names resolved to nothing, selects nothing.
pub type Wanted<T> = Terms<T>;

/// Items by repository and number, sorted once, so that a large set can be kept and asked often.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Addresses(Arc<[(i64, i64)]>);

impl FromIterator<(i64, i64)> for Addresses {
    fn from_iter<I: IntoIterator<Item = (i64, i64)>>(addresses: I) -> Self {
        let mut addresses: Vec<_> = addresses.into_iter().collect();
        addresses.sort_unstable();
        addresses.dedup();
        Self(addresses.into())
    }
}

fn map<T, U>(wanted: &Wanted<T>, to: impl Fn(&T) -> U) -> Wanted<U> {
    Wanted {
        any: wanted.any.iter().map(|any| any.iter().map(&to).collect()).collect(),
        none: wanted.none.iter().map(&to).collect(),
    }
}

impl Selection {
    /// The slots selected; `None` for all of them.
    pub(super) fn slots(&self, items: &Items) -> Option<Slots> {
        if *self == Self::default() {
            return None;
        }
        let mut slots = self.of_kind(items);
        if let Some(among) = &self.among {
            slots.keep(&union(items, |found| items.find_all(&among.0, |slot| found.insert(slot))));
        }
        for ids in &self.repos.any {
            slots.keep(&union(items, |found| items.in_repositories(ids, |slot| found.insert(slot))));
        }
        let mut remove = |slot| slots.remove(slot);
        items.in_repositories(&self.repos.none, &mut remove);
        items.in_repositories(&self.hidden, &mut remove);
        items.find_all(&self.except.0, &mut remove);
        self.keep_read(items, &mut slots);
        // Last, as it costs most for each slot that is left.
        self.keep_days(items, &mut slots);
        self.keep_terms(items, &mut slots);
        Some(slots)
    }

    /// The items of the wanted types, drafts or not.
    fn of_kind(&self, items: &Items) -> Slots {
        let wanted = ItemType::ALL.map(|item_type| self.types.admit(&item_type));
        let (drafts, others) = (self.drafts.admit(&true), self.drafts.admit(&false));
        let word = |chunk: &Chunk, word: usize| {
            let of_types = chunk.types.iter().zip(wanted).filter(|(_, wanted)| *wanted);
            let of_types = of_types.fold(0, |slots, (of_type, _)| slots | of_type[word]);
            match (drafts, others) {
                (true, true) => of_types,
                (true, false) => of_types & chunk.drafts[word],
                (false, true) => of_types & !chunk.drafts[word],
                (false, false) => 0,
            }
        };
        Slots::of(items.columns.chunks().flat_map(|chunk| (0..WORDS).map(move |at| word(chunk, at))))
    }

    /// Keeps the slots with the wanted labels, authors, assignees and milestones: by postings if
    /// the terms are few against the slots that are left, else by looking at each slot's terms.
    fn keep_terms(&self, items: &Items, slots: &mut Slots) {
        let wanted = [
            map(&self.labels, |id| Term::Label(*id)),
            map(&self.authors, |login| Term::author(login)),
            map(&self.assignees, |login| Term::assignee(login)),
            map(&self.milestones, |(repo_id, number)| Term::Milestone(*repo_id, *number)),
        ];
        let none = items.numbers(wanted.iter().flat_map(|terms| terms.none.iter().cloned()));
        let any: Vec<Vec<u32>> =
            wanted.iter().flat_map(|terms| &terms.any).map(|any| items.numbers(any.iter().cloned())).collect();
        let terms = none.len() + any.iter().map(Vec::len).sum::<usize>();
        if terms * SEEK < slots.len() {
            for any in &any {
                slots.keep(&union(items, |found| items.having(any, |slot| found.insert(slot))));
            }
            items.having(&none, |slot| slots.remove(slot));
        } else if !any.is_empty() || !none.is_empty() {
            keep_having(items, slots, &any, &none);
        }
    }

    /// Keeps the slots that were read or not, and have a note or not, as is wanted.
    fn keep_read(&self, items: &Items, slots: &mut Slots) {
        let (noted, others) = (self.noted.admit(&true), self.noted.admit(&false));
        if self.unread.is_empty() && noted && others {
            return;
        }
        for (words, chunk) in slots.words_mut().chunks_mut(WORDS).zip(items.columns.chunks()) {
            for (at, word) in words.iter_mut().enumerate().filter(|(_, word)| **word != 0) {
                let with_note = chunk.noted[at];
                *word &= if noted { with_note } else { 0 } | if others { !with_note } else { 0 };
                for unread in &self.unread {
                    let read = &chunk.read[at * 64..at * 64 + 64];
                    let bits = (0..).zip(read).map(|(bit, read)| u64::from(unread.admits(*read)) << bit);
                    *word &= bits.fold(0, |bits, bit| bits | bit);
                }
            }
        }
    }

    /// Keeps the slots whose days lie within the bounds.
    fn keep_days(&self, items: &Items, slots: &mut Slots) {
        let day = |date: Option<NaiveDate>, open: i32| date.map_or(open, day_number);
        let bounds = |days: Days| day(days.from, i32::MIN)..=day(days.to, i32::MAX);
        let (created, updated) = (bounds(self.created), bounds(self.updated));
        if (self.created, self.updated) == (Days::default(), Days::default()) {
            return;
        }
        for (words, chunk) in slots.words_mut().chunks_mut(WORDS).zip(items.columns.chunks()) {
            for (word, start) in words.iter_mut().zip((0..).step_by(64)) {
                if *word != 0 {
                    *word &= within(&chunk.days[start..start + 64], &created, &updated);
                }
            }
        }
    }
}

/// Which of 64 pairs of days lie within both bounds, a bit each.
fn within(days: &[(i32, i32)], created: &RangeInclusive<i32>, updated: &RangeInclusive<i32>) -> u64 {
    // Without branches: half of them would be guessed wrong.
    let holds = |day: i32, bounds: &RangeInclusive<i32>| (*bounds.start() <= day) & (day <= *bounds.end());
    let bits = (0..).zip(days).map(|(bit, days)| u64::from(holds(days.0, created) & holds(days.1, updated)) << bit);
    bits.fold(0, |bits, bit| bits | bit)
}

/// What `fill` inserts.
fn union(items: &Items, fill: impl FnOnce(&mut Slots)) -> Slots {
    let mut slots = Slots::none(items.columns.capacity());
    fill(&mut slots);
    slots
}

/// Keeps the slots with a term of each of `any`, at most 31, and with none of `none`.
fn keep_having(items: &Items, slots: &mut Slots, any: &[Vec<u32>], none: &[u32]) {
    // A bit per list of `any`, and one for `none`, by term.
    const NONE: u32 = 1 << 31;
    let mut lists = vec![0u32; items.term_count()];
    for (list, terms) in any.iter().enumerate() {
        terms.iter().for_each(|term| lists[*term as usize] |= 1 << list);
    }
    none.iter().for_each(|term| lists[*term as usize] |= NONE);
    let needed = (1 << any.len()) - 1;
    for (words, chunk) in slots.words_mut().chunks_mut(WORDS).zip(items.columns.chunks()) {
        for (word, start) in words.iter_mut().zip((0..).step_by(64)) {
            let holds = |bit: &u32| {
                let terms = chunk.terms_at(start + *bit as usize);
                terms.iter().fold(0, |found, term| found | lists[*term as usize]) == needed
            };
            *word = ones(*word).filter(holds).fold(0, |kept, bit| kept | 1 << bit);
        }
    }
}
