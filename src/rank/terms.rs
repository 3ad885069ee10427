//! The values of one criterion in a filter: one of some, and none of others.

use serde::{Deserialize, Serialize};

use super::text::{folded, same};

/// A value that no name is: that there is none.
pub const NOTHING: &str = "";

/// In front of a value that is the beginning of names. No name has it: GitHub takes no control characters.
pub const BEGINNING: char = '\u{1}';

/// One criterion's values: one of each list of `any`, and none of `none`. Empty lists of lists do
/// not filter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms<T = String> {
    #[serde(skip_serializing_if = "Vec::is_empty", default = "Vec::new")]
    pub any: Vec<Vec<T>>,
    #[serde(skip_serializing_if = "Vec::is_empty", default = "Vec::new")]
    pub none: Vec<T>,
}

impl<T> Default for Terms<T> {
    fn default() -> Self {
        Self { any: vec![], none: vec![] }
    }
}

impl<T: PartialEq> Terms<T> {
    /// One of `any`, if there are some, and none of `none`.
    pub fn new(any: Vec<T>, none: Vec<T>) -> Self {
        Self { any: if any.is_empty() { vec![] } else { vec![any] }, none }
    }

    pub fn is_empty(&self) -> bool {
        self.any.is_empty() && self.none.is_empty()
    }

    /// Whether something passes of which `is` says what it is or has.
    pub fn pass(&self, is: impl Fn(&T) -> bool) -> bool {
        self.any.iter().all(|any| any.iter().any(&is)) && !self.none.iter().any(&is)
    }

    /// Every value.
    pub fn values(&self) -> impl Iterator<Item = &T> {
        self.any.iter().flatten().chain(&self.none)
    }

    /// The same of other values.
    pub fn map<U>(&self, to: impl Fn(&T) -> U) -> Terms<U> {
        Terms {
            any: self.any.iter().map(|any| any.iter().map(&to).collect()).collect(),
            none: self.none.iter().map(&to).collect(),
        }
    }

    /// The same where a value stands for any number of others.
    pub fn flat_map<U, I: IntoIterator<Item = U>>(&self, to: impl Fn(&T) -> I) -> Terms<U> {
        Terms {
            any: self.any.iter().map(|any| any.iter().flat_map(&to).collect()).collect(),
            none: self.none.iter().flat_map(&to).collect(),
        }
    }

    /// What passes both.
    pub(super) fn and(mut self, other: Self) -> Self {
        let new = |list: &Vec<T>| !self.any.contains(list);
        let any: Vec<_> = other.any.into_iter().filter(new).collect();
        self.any.extend(any);
        let new = |value: &T| !self.none.contains(value);
        let none: Vec<_> = other.none.into_iter().filter(new).collect();
        self.none.extend(none);
        self
    }
}

impl Terms {
    /// Whether something passes that has this one name, or none.
    pub fn admit(&self, name: Option<&str>) -> bool {
        self.pass(|wanted| match name {
            Some(name) => is_called(name, wanted),
            None => wanted == NOTHING,
        })
    }

    /// Whether they ask for what has nothing.
    pub fn ask_for_nothing(&self) -> bool {
        self.values().any(|value| value == NOTHING)
    }
}

/// Whether a name is the wanted one, or begins as is wanted.
pub fn is_called(name: &str, wanted: &str) -> bool {
    match wanted.strip_prefix(BEGINNING) {
        Some(beginning) => folded(name).starts_with(&folded(beginning)),
        None => same(name, wanted),
    }
}
