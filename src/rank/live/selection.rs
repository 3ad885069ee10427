//! Which items: a filter whose names have become ids, and the slots that it selects.
//!
//! What names something (a repository, a label, a login, a milestone, an item) is looked up in
//! the postings; what is left is then tested in the columns, 64 slots at a time, where any is
//! left. A filter costs what it matches, plus some microseconds for a bit per slot.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::columns::{Chunk, WORDS, ones};
use super::items::{Items, Term, day_number};
use super::kinds::{self, Test};
use super::numbers::{self, NumberTest};
use super::slots::Slots;
use crate::activity::Sight;
use crate::rank::criterion::{self, Criterion, Holders, Item, Looks, Repository};
use crate::rank::days::Days;
use crate::rank::filter::{Filter, Unread};
use crate::rank::measure::Measure;
use crate::rank::terms::{NOTHING, Terms};
use crate::rank::text::folded;

/// What finding a term's postings costs, in slots whose terms are looked at.
const SEEK: usize = 128;

/// What the names in a filter stand for in one account, by the name as names are compared.
#[derive(Clone, Debug, Default)]
pub struct Meanings {
    pub holders: Holders,
    /// Ids; of [`NOTHING`] those that were removed.
    pub labels: HashMap<String, Vec<i64>>,
    /// The repository's id and the number within it; of [`NOTHING`] those that were removed.
    pub milestones: HashMap<String, Vec<(i64, i64)>>,
    /// Repository and number of the items that have a text in their title.
    pub titles: HashMap<String, Vec<(i64, i64)>>,
}

/// The resolved filter: all of it must hold. The default selects all items.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Selection {
    /// Ids of the only repositories whose items are selected.
    repositories: Option<Vec<i64>>,
    /// Ids of repositories whose items are not; they keep their ranks.
    hidden: Vec<i64>,
    kinds: Vec<Test>,
    numbers: Vec<NumberTest>,
    /// An item has many: it needs one of each list of `any`, and none of `none`. A list whose names
    /// stand for nothing is empty and selects nothing.
    terms: Terms<Term>,
    /// Labels and milestones that are no more, for items that have nothing else.
    gone: Vec<Term>,
    /// All of these must hold.
    unread: Vec<Unread>,
    created: Days,
    updated: Days,
    /// Dates of what is closed, which nothing here is.
    closed: Days,
    /// Times that are held as numbers, and the dates that they must be on.
    times: Vec<(Measure, Days)>,
    /// Marks and notes count as the public sees them, or as these items have them.
    as_public: bool,
    own: Option<OwnItems>,
    /// Only these: what a search for titles found.
    among: Option<Addresses>,
    /// All but these.
    except: Addresses,
}

/// Items as one reader sees them.
#[derive(Clone, Debug)]
struct OwnItems(Arc<Items>);

impl PartialEq for OwnItems {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

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

impl Addresses {
    fn has(&self, address: &(i64, i64)) -> bool {
        self.0.binary_search(address).is_ok()
    }
}

impl Selection {
    /// What of the account's `repositories` a reader may see and a filter passes.
    pub fn of<'a>(
        filter: &Filter,
        sight: &Sight,
        repositories: impl ExactSizeIterator<Item = &'a Repository>,
        meanings: &Meanings,
    ) -> Self {
        let mut selection = Self {
            kinds: kinds::tests(filter),
            numbers: numbers::tests(filter),
            unread: filter.unread.clone(),
            created: filter.created,
            updated: filter.updated,
            closed: filter.closed,
            times: [(Measure::WaitsSince, filter.waiting), (Measure::HumanAt, filter.active)]
                .into_iter()
                .filter(|(_, days)| !days.is_open())
                .collect(),
            as_public: !sight.is_all() && filter.asks_for_remarks(),
            ..Self::default()
        };
        if !sight.is_all() || filter.asks_for_repositories() {
            selection.keep_repositories(repositories, |repository| {
                sight.sees(repository.repo_id, repository.private) && filter.passes_repository(repository)
            });
        }
        for (criterion, terms) in filter.given() {
            match criterion.looks {
                Looks::Names(_) => selection.keep(terms.map(|name| Term::name(criterion, name))),
                Looks::People(_) => {
                    // Of those whose id is not known there is only the name.
                    let id = |login: &String| meanings.holders.get(&folded(login)).copied();
                    let person = |login: &String| id(login).map(|id| Term::Person(criterion.name, id));
                    let meant = |login: &String| match login == NOTHING {
                        true => vec![Term::Nothing(criterion.name)],
                        false => person(login).into_iter().chain([Term::name(criterion, login)]).collect(),
                    };
                    selection.keep(terms.flat_map(meant));
                }
                Looks::Labels => {
                    let ids = |name: &str| meant(&meanings.labels, name).iter().map(|id| Term::Label(*id)).collect();
                    selection.keep_named(criterion, terms, ids);
                }
                Looks::Milestone => {
                    let term = |(repo_id, number): &(i64, i64)| Term::Milestone(*repo_id, *number);
                    let found = |title: &str| meant(&meanings.milestones, title).iter().map(term).collect();
                    selection.keep_named(criterion, terms, found);
                }
                Looks::Title => {
                    let found = terms.flat_map(|text| meant(&meanings.titles, text).iter().copied());
                    found.any.into_iter().for_each(|any| selection.keep_among(any));
                    selection.except = found.none.into_iter().collect();
                }
                // The columns and the repositories tell.
                Looks::Kind(..) | Looks::Flag(_) | Looks::Number(_) => {}
                Looks::Repository | Looks::RepositoryFlag(_) => {}
                // These have no values.
                Looks::Unread | Looks::After(_) | Looks::Before(_) => {}
            }
        }
        selection
    }

    /// Marks and notes of these items count as they are here, instead of as the public sees them.
    pub fn see(&mut self, zone: Tz, items: Vec<Item>) {
        self.own = Some(OwnItems(Arc::new(Items::load(zone, items))));
    }

    /// Of these items alone, by repository and number.
    pub fn keep_among(&mut self, addresses: impl IntoIterator<Item = (i64, i64)>) {
        let held = self.among.take();
        let kept = addresses.into_iter().filter(|address| held.as_ref().is_none_or(|held| held.has(address)));
        self.among = Some(kept.collect());
    }

    fn keep(&mut self, terms: Terms<Term>) {
        self.terms.any.extend(terms.any);
        self.terms.none.extend(terms.none);
    }

    /// Keeps what has names that stand for terms.
    fn keep_named(&mut self, criterion: &Criterion, terms: &Terms, of: impl Fn(&str) -> Vec<Term>) {
        if terms.ask_for_nothing() {
            self.gone.extend(of(NOTHING));
        }
        self.keep(terms.flat_map(|name| if name == NOTHING { vec![Term::Nothing(criterion.name)] } else { of(name) }));
    }

    /// Those that pass, or all but those that do not, whichever are fewer.
    fn keep_repositories<'a>(
        &mut self,
        repositories: impl ExactSizeIterator<Item = &'a Repository>,
        passes: impl Fn(&Repository) -> bool,
    ) {
        let (passing, failing): (Vec<_>, Vec<_>) = repositories.partition(|repository| passes(repository));
        let ids = |repositories: Vec<&Repository>| repositories.iter().map(|repository| repository.repo_id).collect();
        if passing.len() < failing.len() {
            self.repositories = Some(ids(passing));
        } else {
            self.hidden = ids(failing);
        }
    }

    /// The slots of `items` that are selected; `None` for all of them. `public` has those that the public sees
    /// otherwise.
    pub(super) fn slots(&self, items: &Items, public: &Items) -> Option<Slots> {
        if *self == Self::default() {
            return None;
        }
        let mut slots = self.passing(items);
        if self.as_public {
            let public = self.own.as_ref().map_or(public, |own| &own.0);
            let passing = self.passing(public);
            for seen in public.columns.taken() {
                let (chunk, at) = public.columns.chunk(seen);
                let Some(slot) = items.find(chunk.repo_id[at], chunk.number[at]) else { continue };
                match passing.contains(seen) {
                    true => slots.insert(slot),
                    false => slots.remove(slot),
                }
            }
        }
        Some(slots)
    }

    fn passing(&self, items: &Items) -> Slots {
        if !self.closed.is_open() {
            return Slots::none(items.columns.capacity());
        }
        let mut slots = kinds::passing(&self.kinds, items.columns.chunks());
        if let Some(among) = &self.among {
            slots.keep(&union(items, |found| items.find_all(&among.0, |slot| found.insert(slot))));
        }
        if let Some(ids) = &self.repositories {
            slots.keep(&union(items, |found| items.in_repositories(ids, |slot| found.insert(slot))));
        }
        let mut remove = |slot| slots.remove(slot);
        items.in_repositories(&self.hidden, &mut remove);
        items.find_all(&self.except.0, &mut remove);
        self.keep_read(items, &mut slots);
        // Last, as it costs most for each slot that is left.
        self.keep_days(items, &mut slots);
        let times = self.times.iter().map(|(measure, days)| numbers::test_of_days(*measure, *days, items.zone));
        let tests: Vec<NumberTest> = self.numbers.iter().cloned().chain(times).collect();
        numbers::keep(&tests, items.columns.chunks(), &mut slots);
        self.keep_terms(items, &mut slots);
        slots
    }

    /// Keeps the slots with the wanted terms: by postings if the terms are few against the slots that
    /// are left, else by looking at each slot's terms.
    fn keep_terms(&self, items: &Items, slots: &mut Slots) {
        for lacking in self.lacking(items, &self.terms.none) {
            slots.drop_all(&lacking);
        }
        let none = items.numbers(self.terms.none.iter().cloned());
        let any = self.terms.any.iter().map(|any| Alternatives {
            terms: items.numbers(any.iter().cloned()),
            lacking: self.lacking(items, any).reduce(|mut one, other| {
                one.add(&other);
                one
            }),
        });
        let any: Vec<Alternatives> = any.collect();
        let terms = none.len() + any.iter().map(|any| any.terms.len()).sum::<usize>();
        if terms * SEEK < slots.len() {
            for any in &any {
                let mut found = union(items, |found| items.having(&any.terms, |slot| found.insert(slot)));
                any.lacking.iter().for_each(|lacking| found.add(lacking));
                slots.keep(&found);
            }
            items.having(&none, |slot| slots.remove(slot));
        } else if !any.is_empty() || !none.is_empty() {
            keep_having(items, slots, &any, &none);
        }
    }

    /// For each of some terms that asks for it: the slots that have nothing of a criterion, or nothing that is still there.
    fn lacking<'a>(&'a self, items: &'a Items, terms: &'a [Term]) -> impl Iterator<Item = Slots> + 'a {
        let asked = terms.iter().filter_map(|term| match term {
            Term::Nothing(name) => Some((*name, criterion::named(name)?)),
            _ => None,
        });
        asked.map(|(name, criterion)| {
            let bit = kinds::first(criterion);
            let word = |chunk: &Chunk, at: usize| chunk.taken[at] & !chunk.bits[bit][at];
            let chunks = items.columns.chunks();
            let mut slots =
                Slots::of(chunks.flat_map(|chunk| std::array::from_fn::<u64, WORDS, _>(|at| word(chunk, at))));
            let own = |term: &Term| term.criterion() == Some(name);
            let gone = items.numbers(self.gone.iter().filter(|term| own(term)).cloned());
            if !gone.is_empty() {
                let mut stands = vec![false; items.term_count()];
                items.terms().filter(|(term, _)| own(term)).for_each(|(_, number)| stands[*number as usize] = true);
                gone.iter().for_each(|number| stands[*number as usize] = false);
                let has = |slot: u32| items.columns.terms(slot).iter().any(|term| stands[*term as usize]);
                items.having(&gone, |slot| {
                    if !has(slot) {
                        slots.insert(slot)
                    }
                });
            }
            slots
        })
    }

    /// Keeps the slots that were read or not, as is wanted.
    fn keep_read(&self, items: &Items, slots: &mut Slots) {
        if self.unread.is_empty() {
            return;
        }
        for (words, chunk) in slots.words_mut().chunks_mut(WORDS).zip(items.columns.chunks()) {
            for (at, word) in words.iter_mut().enumerate().filter(|(_, word)| **word != 0) {
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

/// What a name stands for.
fn meant<'a, T>(meanings: &'a HashMap<String, Vec<T>>, name: &str) -> &'a [T] {
    meanings.get(&folded(name)).map_or(&[], Vec::as_slice)
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

/// One of these is wanted.
struct Alternatives {
    terms: Vec<u32>,
    /// Or any of these slots.
    lacking: Option<Slots>,
}

/// Keeps the slots that have what each of `any` wants, at most 63, and no term of `none`.
fn keep_having(items: &Items, slots: &mut Slots, any: &[Alternatives], none: &[u32]) {
    // A bit per list of `any`, and one for `none`, by term.
    const NONE: u64 = 1 << 63;
    let mut lists = vec![0u64; items.term_count()];
    for (list, any) in any.iter().enumerate() {
        any.terms.iter().for_each(|term| lists[*term as usize] |= 1 << list);
    }
    let lacking: Vec<(u64, &Slots)> =
        any.iter().enumerate().filter_map(|(list, any)| Some((1 << list, any.lacking.as_ref()?))).collect();
    none.iter().for_each(|term| lists[*term as usize] |= NONE);
    let needed = (1 << any.len()) - 1;
    for ((first, words), chunk) in
        (0..).step_by(WORDS).zip(slots.words_mut().chunks_mut(WORDS)).zip(items.columns.chunks())
    {
        for (at, word) in words.iter_mut().enumerate() {
            let holds = |bit: &u32| {
                let without = lacking.iter().filter(|(_, slots)| slots.words()[first + at] & 1 << bit != 0);
                let found = without.fold(0, |found, (list, _)| found | list);
                let terms = chunk.terms_at(at * 64 + *bit as usize);
                terms.iter().fold(found, |found, term| found | lists[*term as usize]) == needed
            };
            *word = ones(*word).filter(holds).fold(0, |kept, bit| kept | 1 << bit);
        }
    }
}
