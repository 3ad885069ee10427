//! Facets: what items can be counted and grouped by, and how many items have each value.

use std::cmp::{Ordering, Reverse};
use std::collections::HashMap;

use super::criterion::{ASSIGNEE, AUTHOR, Criterion, LABEL, MILESTONE, REPO, TYPE};
use super::text::folded;

/// What items can be counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Facet {
    Repository,
    Type,
    Label,
    Author,
    Assignee,
    Milestone,
}

impl Facet {
    pub const ALL: [Facet; 6] =
        [Facet::Repository, Facet::Type, Facet::Label, Facet::Author, Facet::Assignee, Facet::Milestone];

    pub const NAMES: [&'static str; 6] = ["repository", "type", "label", "author", "assignee", "milestone"];

    pub fn name(self) -> &'static str {
        match self {
            Facet::Repository => "repository",
            Facet::Type => "type",
            Facet::Label => "label",
            Facet::Author => "author",
            Facet::Assignee => "assignee",
            Facet::Milestone => "milestone",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|facet| facet.name() == name)
    }

    /// The criterion that asks for its values.
    pub fn criterion(self) -> &'static Criterion {
        match self {
            Facet::Repository => &REPO,
            Facet::Type => &TYPE,
            Facet::Label => &LABEL,
            Facet::Author => &AUTHOR,
            Facet::Assignee => &ASSIGNEE,
            Facet::Milestone => &MILESTONE,
        }
    }
}

/// How many items have each value of a facet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ValueCounts {
    /// The values that most items have, those first; ties by the value. Spelled as most of the items spell it.
    pub values: Vec<(String, usize)>,
    /// How many further values there are.
    pub further: usize,
    /// Items that have no value.
    pub none: usize,
}

/// Counts items by the values that they have, one item after another.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// By the value as names are compared: the items, and how many of them spell it how.
    values: HashMap<String, (usize, HashMap<String, usize>)>,
    none: usize,
}

impl Tally {
    /// Counts an item with these values. One that it has twice counts once.
    pub fn add<'a>(&mut self, values: impl IntoIterator<Item = &'a str>) {
        let mut counted: Vec<String> = vec![];
        for value in values {
            let key = folded(value);
            if !counted.contains(&key) {
                let (items, spelled) = self.values.entry(key.clone()).or_default();
                *items += 1;
                *spelled.entry(value.to_owned()).or_default() += 1;
                counted.push(key);
            }
        }
        self.none += usize::from(counted.is_empty());
    }

    /// What was counted, with at most `limit` values.
    pub fn counted(self, limit: usize) -> ValueCounts {
        let value = |(items, spelled): (usize, HashMap<String, usize>)| {
            let best = spelled.into_iter().max_by_key(|(text, items)| (*items, Reverse(text.clone())));
            Some((best?.0, items))
        };
        ValueCounts {
            none: self.none,
            ..ValueCounts::top(self.values.into_values().filter_map(value).collect(), limit)
        }
    }
}

/// Values as they are met, each with a number.
#[derive(Clone, Debug, Default)]
pub struct Values {
    /// By the value as names are compared.
    numbers: HashMap<String, u32>,
    /// How often each is spelled how.
    spelled: Vec<HashMap<String, usize>>,
}

impl Values {
    /// The numbers of an item's values, each once.
    pub fn numbers(&mut self, values: Vec<String>) -> Vec<u32> {
        let mut numbers: Vec<u32> = Vec::with_capacity(values.len());
        for value in values {
            let next = self.spelled.len() as u32;
            let number = *self.numbers.entry(folded(&value)).or_insert(next);
            if number == next {
                self.spelled.push(HashMap::new());
            }
            if !numbers.contains(&number) {
                *self.spelled[number as usize].entry(value).or_default() += 1;
                numbers.push(number);
            }
        }
        numbers
    }

    /// Each value by its number, spelled as most items spell it.
    pub fn names(self) -> Vec<String> {
        let best = |spelled: HashMap<String, usize>| {
            let best = spelled.into_iter().max_by_key(|(text, items)| (*items, Reverse(text.clone())));
            best.map(|(text, _)| text).unwrap_or_default()
        };
        self.spelled.into_iter().map(best).collect()
    }
}

impl ValueCounts {
    /// The first values of many.
    pub(super) fn top<T: AsRef<str> + Into<String>>(mut values: Vec<(T, usize)>, limit: usize) -> Self {
        let order = |one: &(T, usize), other: &(T, usize)| {
            other.1.cmp(&one.1).then_with(|| by_name(one.0.as_ref(), other.0.as_ref()))
        };
        let further = values.len().saturating_sub(limit);
        if further > 0 {
            values.select_nth_unstable_by(limit, order);
            values.truncate(limit);
        }
        values.sort_unstable_by(order);
        let values = values.into_iter().map(|(value, items)| (value.into(), items)).collect();
        Self { values, further, none: 0 }
    }
}

/// Without regard to case first, and without making texts: there are many ties.
fn by_name(one: &str, other: &str) -> Ordering {
    let lower = |byte: u8| byte.to_ascii_lowercase();
    one.bytes().map(lower).cmp(other.bytes().map(lower)).then_with(|| one.cmp(other))
}
