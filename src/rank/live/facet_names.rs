//! What the items' terms are called: the names that facets count, kept beside a ranking for whoever asks for them.
//!
//! A label, a milestone or a login is called by its name; how several spell the same name is kept apart, so that who
//! sees some of the items sees how those spell it.
//!
//! Not guaranteed: that names are current. Whoever reads the log sets what has changed.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::items::{Items, Term};
use super::snapshot::Snapshot;
use crate::rank::criterion::{ASSIGNEE, AUTHOR};
use crate::rank::facet::Facet;
use crate::rank::text::folded;

/// No value.
const NONE: u32 = u32::MAX;

/// The values of terms, by their numbers in one ranking.
#[derive(Clone, Debug, Default)]
pub struct FacetNames {
    values: Vec<u32>,
    pub(super) spelled: Vec<Spelling>,
    /// The first spelling of each value, by the value as names are compared.
    first: HashMap<(Facet, Arc<str>), u32>,
    /// Repositories of which two labels are called the same.
    ambiguous: BTreeSet<i64>,
    /// Of some assignee, some items tell the id and others the login alone.
    mixed: bool,
    /// Some label was removed or never named.
    nameless: bool,
}

/// A value as it is spelled.
#[derive(Clone, Debug)]
pub(super) struct Spelling {
    pub facet: Facet,
    pub text: Arc<str>,
    /// The place of the first spelling of the same value.
    pub first: u32,
    /// The place of the next one, or [`NONE`].
    next: u32,
    /// Terms of assignees.
    terms: u32,
}

/// What is not known of yet: terms that came since.
#[derive(Debug, Default)]
pub struct Unknown {
    /// Ids of people.
    pub people: Vec<i64>,
}

impl FacetNames {
    /// Makes room for the terms of a snapshot that came since. Answers whose logins it needs.
    pub fn meet(&mut self, snapshot: &Snapshot) -> Unknown {
        let items = &snapshot.items;
        let mut unknown = Unknown::default();
        if items.term_count() == self.values.len() {
            return unknown;
        }
        let known = self.values.len() as u32;
        self.values.resize(items.term_count(), NONE);
        for (term, number) in items.terms().filter(|(_, number)| *number >= known) {
            match term {
                Term::Person(_, id) => unknown.people.push(*id),
                Term::Name(criterion, login) => {
                    if let Some(facet) = of_people(criterion) {
                        self.call(facet, *number, Some(login));
                    }
                }
                Term::Repository(_) | Term::Label(_) | Term::Milestone(..) | Term::Nothing(_) => {}
            }
        }
        unknown.people.sort_unstable();
        unknown.people.dedup();
        unknown
    }

    /// Whether a snapshot has terms that came since.
    pub fn lacks(&self, snapshot: &Snapshot) -> bool {
        snapshot.items.term_count() > self.values.len()
    }

    /// What the labels of a repository are called; empty: nothing. All of its labels are to be named.
    pub fn labels<'a>(&mut self, snapshot: &Snapshot, repo_id: i64, labels: impl IntoIterator<Item = (i64, &'a str)>) {
        let mut names = BTreeSet::new();
        self.ambiguous.remove(&repo_id);
        for (id, name) in labels {
            self.nameless |= name.is_empty();
            if !name.is_empty() && !names.insert(folded(name)) {
                self.ambiguous.insert(repo_id);
            }
            self.set(Facet::Label, &snapshot.items, &Term::Label(id), name);
        }
    }

    /// What a milestone is called; empty: nothing.
    pub fn milestone(&mut self, snapshot: &Snapshot, repo_id: i64, number: i64, title: &str) {
        self.set(Facet::Milestone, &snapshot.items, &Term::Milestone(repo_id, number), title);
    }

    /// What somebody is called.
    pub fn person(&mut self, snapshot: &Snapshot, id: i64, login: &str) {
        for (facet, criterion) in [(Facet::Author, AUTHOR.name), (Facet::Assignee, ASSIGNEE.name)] {
            self.set(facet, &snapshot.items, &Term::Person(criterion, id), login);
        }
    }

    /// The place of a term's value; `None` if it has none.
    pub(super) fn value(&self, term: usize) -> Option<usize> {
        self.values.get(term).filter(|value| **value != NONE).map(|value| *value as usize)
    }

    /// Whether a value is spelled in one way only.
    pub(super) fn is_spelled_alike(&self, place: usize) -> bool {
        let spelled = &self.spelled[place];
        spelled.first as usize == place && spelled.next == NONE
    }

    pub(super) fn has_nameless_labels(&self) -> bool {
        self.nameless
    }

    /// Whether an item may have two terms that are called the same.
    pub(super) fn is_ambiguous(&self) -> bool {
        self.mixed || !self.ambiguous.is_empty()
    }

    fn set(&mut self, facet: Facet, items: &Items, term: &Term, name: &str) {
        // What came after the snapshot is set when that is met.
        if let Some(number) = items.term(term).filter(|number| (*number as usize) < self.values.len()) {
            self.call(facet, number, Some(name).filter(|name| !name.is_empty()));
        }
    }

    fn call(&mut self, facet: Facet, number: u32, name: Option<&str>) {
        let value = name.map_or(NONE, |name| self.spell(facet, name));
        let before = std::mem::replace(&mut self.values[number as usize], value);
        if facet == Facet::Assignee && before != value {
            for (value, more) in [(before, false), (value, true)] {
                if let Some(first) = self.spelled.get(value as usize).map(|spelled| spelled.first) {
                    let first = &mut self.spelled[first as usize];
                    first.terms = if more { first.terms + 1 } else { first.terms - 1 };
                    self.mixed |= first.terms > 1;
                }
            }
        }
    }

    /// The place of a value as it is spelled.
    fn spell(&mut self, facet: Facet, name: &str) -> u32 {
        let key = folded(name);
        let place = self.spelled.len() as u32;
        let mut spelled = Spelling { facet, text: name.into(), first: place, next: NONE, terms: 0 };
        match self.first.get(&(facet, key.as_str().into())) {
            None => {
                let key = if key == name { spelled.text.clone() } else { key.into() };
                self.first.insert((facet, key), place);
            }
            Some(first) => {
                let mut last = *first;
                loop {
                    let held = &self.spelled[last as usize];
                    if *held.text == *name {
                        return last;
                    }
                    if held.next == NONE {
                        break;
                    }
                    last = held.next;
                }
                self.spelled[last as usize].next = place;
                spelled.first = *first;
            }
        }
        self.spelled.push(spelled);
        place
    }
}

fn of_people(criterion: &str) -> Option<Facet> {
    [Facet::Author, Facet::Assignee].into_iter().find(|facet| facet.criterion().name == criterion)
}
