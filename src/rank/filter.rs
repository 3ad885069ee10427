//! Which items: what a filter holds, and whether an item passes it.
//!
//! A filter is a conjunction: [`Filter::and`] of a view's and a request's own is one filter again,
//! so that nothing that reads filters knows of views.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::activity::{ItemType, State};

/// Lists of one criterion, of views and requests together, at most.
const MOST_LISTS: usize = 4;

/// One criterion's values: one of each list of `any`, and none of `none`. Empty lists of lists do
/// not filter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms<T> {
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

    /// Whether one thing passes.
    pub fn admit(&self, value: &T) -> bool {
        self.pass(|term| term == value)
    }

    /// What passes both.
    fn and(mut self, other: Self) -> Self {
        let new = |list: &Vec<T>| !self.any.contains(list);
        let any: Vec<_> = other.any.into_iter().filter(new).collect();
        self.any.extend(any);
        self.none.extend(other.none);
        self
    }
}

/// Which items: every criterion given must hold. Names are compared without regard to case, as
/// GitHub does. A criterion that this version does not know is refused, not left out: a cursor may
/// come from a newer replica.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Filter {
    /// `owner/name`, or the name alone.
    #[serde(skip_serializing_if = "Terms::is_empty")]
    pub repo: Terms<String>,
    #[serde(rename = "type", skip_serializing_if = "Terms::is_empty")]
    pub item_type: Terms<ItemType>,
    /// Open items only, unless given.
    #[serde(skip_serializing_if = "Terms::is_empty")]
    pub state: Terms<State>,
    #[serde(skip_serializing_if = "Terms::is_empty")]
    pub label: Terms<String>,
    #[serde(skip_serializing_if = "Terms::is_empty")]
    pub author: Terms<String>,
    #[serde(skip_serializing_if = "Terms::is_empty")]
    pub assignee: Terms<String>,
    /// A milestone's title.
    #[serde(skip_serializing_if = "Terms::is_empty")]
    pub milestone: Terms<String>,
    /// Text that the title has in it.
    #[serde(skip_serializing_if = "Terms::is_empty")]
    pub title: Terms<String>,
    #[serde(skip_serializing_if = "Terms::is_empty")]
    pub draft: Terms<bool>,
    /// Whether it was read; all of these must hold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<Unread>,
    /// Whether there is a note on it.
    #[serde(skip_serializing_if = "Terms::is_empty")]
    pub noted: Terms<bool>,
    #[serde(skip_serializing_if = "Days::is_open")]
    pub created: Days,
    #[serde(skip_serializing_if = "Days::is_open")]
    pub updated: Days,
}

/// Whether an item was read since a round began: whether it has a mark after a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unread {
    /// 0: ever.
    pub since: i64,
    /// Wanted are those that were not read.
    pub is: bool,
}

impl Unread {
    /// Whether an item passes whose last mark is at this position; 0 if it has none.
    pub fn admits(&self, read: i64) -> bool {
        (read <= self.since) == self.is
    }
}

/// What a filter looks at in an item.
#[derive(Clone, Debug)]
pub struct Candidate<'a> {
    pub owner: &'a str,
    pub repository: &'a str,
    pub item_type: ItemType,
    pub state: State,
    pub labels: &'a [&'a str],
    pub author: Option<&'a str>,
    pub assignees: &'a [String],
    pub milestone: Option<&'a str>,
    pub title: &'a str,
    pub draft: bool,
    /// Position of the last mark; 0: none.
    pub read: i64,
    pub noted: bool,
    /// In the account's zone.
    pub created_on: NaiveDate,
    pub updated_on: NaiveDate,
}

impl Filter {
    /// Whether only open items pass, which the queue ranks.
    pub fn open_only(&self) -> bool {
        self.state.is_empty() || self.state.any.iter().any(|any| any.iter().all(|state| *state == State::Open))
    }

    /// Whether it asks for marks or notes.
    pub fn needs_remarks(&self) -> bool {
        !self.unread.is_empty() || !self.noted.is_empty()
    }

    /// With "unread" meaning: since a round began, which is after this position.
    #[must_use]
    pub fn in_round(mut self, started: i64) -> Self {
        self.unread.iter_mut().for_each(|unread| unread.since = started);
        self
    }

    /// What of it was not read since this position.
    #[must_use]
    pub fn unread_since(mut self, since: i64) -> Self {
        self.unread.push(Unread { since, is: true });
        self
    }

    /// What passes both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            repo: self.repo.and(other.repo),
            item_type: self.item_type.and(other.item_type),
            state: self.state.and(other.state),
            label: self.label.and(other.label),
            author: self.author.and(other.author),
            assignee: self.assignee.and(other.assignee),
            milestone: self.milestone.and(other.milestone),
            title: self.title.and(other.title),
            draft: self.draft.and(other.draft),
            unread: [self.unread, other.unread].concat(),
            noted: self.noted.and(other.noted),
            created: self.created.and(other.created),
            updated: self.updated.and(other.updated),
        }
    }

    /// Whether an item passes.
    pub fn passes(&self, item: &Candidate) -> bool {
        let state = if self.state.is_empty() { item.state == State::Open } else { self.state.admit(&item.state) };
        state
            && self.passes_in_any_state(item)
            && self.created.hold(item.created_on)
            && self.updated.hold(item.updated_on)
    }

    /// Whether an item passes, but for its state and its dates, which change with the date.
    pub fn passes_in_any_state(&self, item: &Candidate) -> bool {
        let same = |a: &str, b: &str| a.to_lowercase() == b.to_lowercase();
        let repo = |name: &String| match name.split_once('/') {
            Some((owner, name)) => same(owner, item.owner) && same(name, item.repository),
            None => same(name, item.repository),
        };
        self.item_type.admit(&item.item_type)
            && self.draft.admit(&item.draft)
            && self.unread.iter().all(|unread| unread.admits(item.read))
            && self.noted.admit(&item.noted)
            && self.repo.pass(repo)
            && self.author.pass(|login| item.author.is_some_and(|author| same(author, login)))
            && self.label.pass(|name| item.labels.iter().any(|label| same(label, name)))
            && self.assignee.pass(|login| item.assignees.iter().any(|assignee| same(assignee, login)))
            && self.milestone.pass(|title| item.milestone.is_some_and(|milestone| same(milestone, title)))
            && self.title.pass(|text| item.title.to_lowercase().contains(&text.to_lowercase()))
    }

    /// Every text in it.
    pub fn texts(&self) -> impl Iterator<Item = &String> {
        let terms = self.named();
        terms.into_iter().flat_map(|terms| terms.any.iter().flatten().chain(&terms.none))
    }

    /// Whether it has no more lists than views and requests together make.
    pub fn is_bounded(&self) -> bool {
        self.named().iter().all(|terms| terms.any.len() <= MOST_LISTS)
            && self.item_type.any.len().max(self.state.any.len()).max(self.draft.any.len()) <= MOST_LISTS
            && self.unread.len().max(self.noted.any.len()) <= MOST_LISTS
    }

    fn named(&self) -> [&Terms<String>; 6] {
        let Self { repo, label, author, assignee, milestone, title, .. } = self;
        [repo, label, author, assignee, milestone, title]
    }
}

/// Dates in the account's zone, bounds included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Days {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<NaiveDate>,
}

impl Days {
    /// Whether every date is within.
    pub fn is_open(&self) -> bool {
        *self == Self::default()
    }

    pub fn hold(&self, date: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= date) && self.to.is_none_or(|to| date <= to)
    }

    fn and(self, other: Self) -> Self {
        // Of two bounds the narrower; `None` sorts before any date.
        let to = self.to.into_iter().chain(other.to).min();
        Self { from: self.from.max(other.from), to }
    }
}
