//! The items by what can be asked of them.
//!
//! The players: [`Columns`] hold each item in a slot; every value that a filter can name (a
//! repository, a label, a milestone, a name) is a [`Term`] with a number; postings are the pairs
//! of term and slot, sorted, so that a term of three items costs three pairs and no set of its
//! own; and the addresses find a slot by repository and number. All are persistent: a clone of
//! [`Items`] is free and never changes.
//!
//! Not guaranteed: a term keeps its number for as long as the structure lives, also when the last
//! item that had it is gone.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use chrono_tz::Tz;

use super::columns::{Columns, Row};
use super::tree::Tree;
use super::{kinds, numbers};
use crate::activity::PersonKey;
use crate::rank::criterion::{self, Criterion, Item, LABEL, Looks, MILESTONE};
use crate::rank::text::folded;
use crate::rank::{Order, PlaceKey};

/// A value that filters name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Term {
    Repository(i64),
    Label(i64),
    /// The repository and the number within it.
    Milestone(i64, i64),
    /// Somebody's id, of a criterion, which is called by its name.
    Person(&'static str, i64),
    /// A name of a criterion, which is called by its own, as names are compared.
    Name(&'static str, Arc<str>),
    /// That an item has nothing of a criterion; no item is found by it.
    Nothing(&'static str),
}

impl Term {
    pub fn name(criterion: &Criterion, name: &str) -> Self {
        Term::Name(criterion.name, folded(name).into())
    }

    /// The name of the criterion whose value it is; none for repositories.
    pub fn criterion(&self) -> Option<&'static str> {
        Some(match self {
            Term::Repository(_) => return None,
            Term::Label(_) => LABEL.name,
            Term::Milestone(..) => MILESTONE.name,
            Term::Person(name, _) | Term::Name(name, _) | Term::Nothing(name) => name,
        })
    }

    pub fn person(criterion: &Criterion, person: &PersonKey) -> Self {
        match person {
            PersonKey::Id(id) => Term::Person(criterion.name, *id),
            PersonKey::Login(login) => Self::name(criterion, login),
        }
    }
}

/// What one search among a repository's items costs, in items read one after the other.
const SEARCH: usize = 64;

/// The items of one account.
#[derive(Clone, Debug)]
pub struct Items {
    pub(super) zone: Tz,
    pub(super) columns: Columns,
    /// Terms and their numbers, by term.
    terms: Tree<(Term, u32)>,
    /// Numbers of terms (repositories excepted) and slots.
    postings: Tree<(u32, u32)>,
    /// Numbers of repository terms and slots, by the term and the item's number.
    addresses: Tree<(u32, u32)>,
}

impl Items {
    /// Of two items with one address the later one counts.
    pub fn load(zone: Tz, items: impl IntoIterator<Item = Item>) -> Self {
        let mut columns = Columns::default();
        let mut numbers: HashMap<Term, u32> = HashMap::new();
        let mut number = |term: Term| {
            let next = numbers.len() as u32;
            *numbers.entry(term).or_insert(next)
        };
        let mut addresses = Vec::new();
        for item in items {
            let repository = number(Term::Repository(item.repo_id));
            let terms = ascending(terms(&item).into_iter().map(&mut number));
            addresses.push((repository, columns.take(&row(zone, &item), &terms)));
        }

        let key = |columns: &Columns, (repository, slot): (u32, u32)| (repository, number_of(columns, slot), slot);
        addresses.sort_unstable_by_key(|address| key(&columns, *address));
        let last = |index: usize, address: &(u32, u32)| {
            let next: Option<&(u32, u32)> = addresses.get(index + 1);
            next.is_none_or(|next| (next.0, number_of(&columns, next.1)) != (address.0, number_of(&columns, address.1)))
        };
        let (kept, superseded): (Vec<_>, Vec<_>) =
            addresses.iter().enumerate().partition(|(index, address)| last(*index, address));
        let addresses: Vec<(u32, u32)> = kept.into_iter().map(|(_, address)| *address).collect();
        let superseded: Vec<u32> = superseded.into_iter().map(|(_, address)| address.1).collect();
        superseded.into_iter().for_each(|slot| columns.free(slot));

        let mut postings: Vec<(u32, u32)> =
            columns.taken().flat_map(|slot| columns.terms(slot).iter().map(move |term| (*term, slot))).collect();
        postings.sort_unstable();
        let mut terms: Vec<(Term, u32)> = numbers.into_iter().collect();
        terms.sort_unstable();
        Self {
            zone,
            columns,
            terms: Tree::new(&terms),
            postings: Tree::new(&postings),
            addresses: Tree::new(&addresses),
        }
    }

    pub fn len(&self) -> usize {
        self.addresses.len()
    }

    /// The slot of an item.
    pub fn find(&self, repo_id: i64, number: i64) -> Option<u32> {
        let repository = self.term(&Term::Repository(repo_id))?;
        self.find_in(repository, number).1
    }

    /// Whether a slot holds an item.
    pub fn has(&self, slot: u32) -> bool {
        (slot as usize) < self.columns.capacity() && self.columns.row(slot).is_some()
    }

    /// The slots of a repository's items.
    pub fn in_repository(&self, repo_id: i64) -> Vec<u32> {
        let mut slots = Vec::new();
        self.in_repositories(&[repo_id], |slot| slots.push(slot));
        slots
    }

    /// Adds an item to a free slot, or replaces the one in `held`. Returns the slot.
    pub fn put(&mut self, held: Option<u32>, row: &Row, item: &Item) -> u32 {
        let terms = ascending(terms(item).into_iter().map(|term| self.intern(term)));
        let Some(slot) = held else {
            let slot = self.columns.take(row, &terms);
            let repository = self.intern(Term::Repository(item.repo_id));
            let index = self.find_in(repository, item.number).0;
            self.addresses.insert(index, (repository, slot));
            terms.into_iter().for_each(|term| self.post(term, slot));
            return slot;
        };
        let before = self.columns.terms(slot).to_vec();
        self.columns.set(slot, row, &terms);
        before.iter().filter(|term| !terms.contains(term)).for_each(|term| self.unpost(*term, slot));
        terms.into_iter().filter(|term| !before.contains(term)).for_each(|term| self.post(term, slot));
        slot
    }

    /// Frees the slot of an item.
    pub fn remove(&mut self, slot: u32) {
        let (chunk, at) = self.columns.chunk(slot);
        let (repo_id, number) = (chunk.repo_id[at], chunk.number[at]);
        if let Some(repository) = self.term(&Term::Repository(repo_id)) {
            self.addresses.remove(self.find_in(repository, number).0);
        }
        for term in self.columns.terms(slot).to_vec() {
            self.unpost(term, slot);
        }
        self.columns.free(slot);
    }

    /// Frees many slots at once, each that `gone` names.
    pub fn remove_all(&mut self, slots: &[u32], gone: impl Fn(u32) -> bool) {
        self.addresses.retain(|(_, slot)| !gone(*slot));
        self.postings.retain(|(_, slot)| !gone(*slot));
        slots.iter().for_each(|slot| self.columns.free(*slot));
    }

    /// How an item of the store is kept.
    pub fn row(&self, item: &Item) -> Row {
        row(self.zone, item)
    }

    /// The number of a term; `None` if no item has ever had it.
    pub fn term(&self, term: &Term) -> Option<u32> {
        let found = self.terms.get(self.terms.partition_point(|(held, _)| held < term))?;
        (found.0 == *term).then_some(found.1)
    }

    /// The numbers of terms, ascending; of those that items have or had.
    pub fn numbers(&self, terms: impl Iterator<Item = Term>) -> Vec<u32> {
        let mut terms: Vec<Term> = terms.collect();
        terms.sort_unstable();
        let mut reader = self.terms.reader();
        let number = |term: &Term| {
            let (held, number) = reader.seek(|(held, _)| held < term).1.first()?;
            (held == term).then_some(*number)
        };
        ascending(terms.iter().filter_map(number))
    }

    /// The slots that have any of some terms; none of them a repository.
    pub fn having(&self, terms: &[u32], each: impl FnMut(u32)) {
        each_with(&self.postings, terms, each);
    }

    /// The slots of some repositories' items.
    pub fn in_repositories(&self, ids: &[i64], each: impl FnMut(u32)) {
        each_with(&self.addresses, &self.numbers(ids.iter().map(|id| Term::Repository(*id))), each);
    }

    /// All terms that items have or had, with their numbers.
    pub fn terms(&self) -> impl Iterator<Item = &(Term, u32)> {
        self.terms.iter()
    }

    /// Numbers of repository terms and slots, sorted by the term and the item's number, as the slices they lie in.
    pub fn addresses(&self) -> impl Iterator<Item = &[(u32, u32)]> {
        self.addresses.runs(0)
    }

    /// How many numbers of terms there are: all are below it.
    pub fn term_count(&self) -> usize {
        self.terms.len()
    }

    /// Where in the addresses an item is or would be, and its slot.
    pub fn find_in(&self, repository: u32, number: i64) -> (usize, Option<u32>) {
        let sought = (repository, number);
        let address = |(term, slot): &(u32, u32)| (*term, number_of(&self.columns, *slot));
        let before = |entry: &(u32, u32)| entry.0 < repository || entry.0 == repository && address(entry).1 < number;
        let index = self.addresses.partition_point(before);
        let slot = self.addresses.get(index).filter(|entry| address(entry) == sought).map(|entry| entry.1);
        (index, slot)
    }

    /// The slots of the items that are at some of `sought`, which ascend.
    pub fn find_all(&self, sought: &[(i64, i64)], mut each: impl FnMut(u32)) {
        let (mut terms, mut addresses) = (self.terms.reader(), self.addresses.reader());
        for sought in sought.chunk_by(|a, b| a.0 == b.0) {
            let repository = Term::Repository(sought[0].0);
            let found = terms.seek(|(held, _)| *held < repository).1.first().filter(|(held, _)| *held == repository);
            let Some((_, repository)) = found else { continue };
            let (start, _) = addresses.seek(|address| address.0 < *repository);
            let (end, _) = addresses.seek(|address| address.0 <= *repository);
            if sought.len() * SEARCH < end - start {
                sought.iter().filter_map(|(_, number)| self.find_in(*repository, *number).1).for_each(&mut each);
                continue;
            }
            let mut sought = sought.iter().map(|(_, number)| *number).peekable();
            for (_, slot) in self.addresses.runs(start).flatten().take(end - start) {
                let number = number_of(&self.columns, *slot);
                while sought.next_if(|sought| *sought < number).is_some() {}
                if sought.peek() == Some(&number) {
                    each(*slot);
                }
            }
        }
    }

    /// The place of an item on a date; `today` as in [`Row`].
    pub fn place(&self, slot: u32, today: i32) -> PlaceKey {
        let (chunk, at) = self.columns.chunk(slot);
        PlaceKey {
            product: self.product(slot, today),
            created_at: DateTime::from_timestamp_micros(chunk.created_at[at])
                .expect("cannot fail: it was made from such a time"),
            repo_id: chunk.repo_id[at],
            number: chunk.number[at],
            first: None,
        }
    }

    /// How an item's place on a date compares with another; most are told apart by the product.
    pub fn compare(&self, slot: u32, today: i32, place: &PlaceKey) -> Ordering {
        let by_product = place.product.cmp(&self.product(slot, today));
        by_product.then_with(|| Order::Stalest.compare(&self.place(slot, today), place))
    }

    pub fn product(&self, slot: u32, today: i32) -> i64 {
        let (chunk, at) = self.columns.chunk(slot);
        let days = |day: i32| days_between(day, today);
        let (created, updated) = chunk.days[at];
        crate::rank::stale_product(days(created), days(updated))
    }

    fn intern(&mut self, term: Term) -> u32 {
        let index = self.terms.partition_point(|(held, _)| *held < term);
        match self.terms.get(index) {
            Some((held, number)) if *held == term => *number,
            _ => {
                let number = self.terms.len() as u32;
                self.terms.insert(index, (term, number));
                number
            }
        }
    }

    fn post(&mut self, term: u32, slot: u32) {
        let index = self.postings.partition_point(|posting| *posting < (term, slot));
        self.postings.insert(index, (term, slot));
    }

    fn unpost(&mut self, term: u32, slot: u32) {
        let index = self.postings.partition_point(|posting| *posting < (term, slot));
        self.postings.remove(index);
    }
}

/// The day that [`Row`] keeps for a date.
pub fn day_number(date: NaiveDate) -> i32 {
    date.num_days_from_ce()
}

/// Whole days from a day to today; never below 0. [`crate::rank::stale_age::days_since`] of
/// days that are known already.
pub fn days_between(day: i32, today: i32) -> i64 {
    (i64::from(today) - i64::from(day)).max(0)
}

fn row(zone: Tz, item: &Item) -> Row {
    let day = |time: DateTime<Utc>| day_number(time.with_timezone(&zone).date_naive());
    Row {
        created_at: item.created_at.timestamp_micros(),
        repo_id: item.repo_id,
        number: item.number,
        created_day: day(item.created_at),
        updated_day: day(item.updated_at),
        read: item.read,
        bits: kinds::of(item),
        numbers: numbers::of(item),
    }
}

/// An item's terms but its repository.
fn terms(item: &Item) -> Vec<Term> {
    let labels = item.labels.iter().map(|id| Term::Label(*id));
    let milestone = item.milestone.iter().map(|number| Term::Milestone(item.repo_id, *number));
    let mut terms: Vec<Term> = labels.chain(milestone).collect();
    for criterion in &criterion::ALL {
        match criterion.looks {
            Looks::Names(of) => of(item, &mut |name| terms.push(Term::name(criterion, name))),
            Looks::People(of) => of(item, &mut |person| terms.push(Term::person(criterion, person))),
            _ => {}
        }
    }
    terms
}

fn ascending(terms: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut terms: Vec<u32> = terms.collect();
    terms.sort_unstable();
    terms.dedup();
    terms
}

fn number_of(columns: &Columns, slot: u32) -> i64 {
    let (chunk, at) = columns.chunk(slot);
    chunk.number[at]
}

/// The slots that stand with some terms in pairs sorted by term.
fn each_with(pairs: &Tree<(u32, u32)>, terms: &[u32], mut each: impl FnMut(u32)) {
    let mut reader = pairs.reader();
    for term in terms {
        let mut run = reader.seek(|pair| pair.0 < *term).1;
        loop {
            let of_term = run.iter().take_while(|pair| pair.0 == *term);
            let read = of_term.map(|pair| each(pair.1)).count();
            if read < run.len() || run.is_empty() {
                break;
            }
            run = reader.next();
        }
    }
}
