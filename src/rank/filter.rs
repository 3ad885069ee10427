//! Which items: what a filter holds, and whether an item passes it.
//!
//! A filter is a conjunction: [`Filter::and`] of a view's and a request's own is one filter again,
//! so that nothing that reads filters knows of views. What each criterion looks at is said in
//! [`super::criterion`] alone.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::criterion::{self, Candidate, Criterion, Looks, Moment, OF_REMARKS, Repository, STATE};
use super::days::Days;
use super::groups::{Groups, group_in};
use super::range::NumberRange;
use super::terms::{BEGINNING, NOTHING, Terms, is_called};
use super::text::{contains, folded, key, same};
use crate::activity::{PersonKey, State};

/// Lists of one criterion, of views and requests together, at most: each has one, and one for each name after `all:`.
const MOST_LISTS: usize = 40;

/// Which items: every criterion given must hold. A criterion that this version does not know is
/// refused, not left out: a cursor may come from a newer replica.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    #[serde(flatten)]
    terms: BTreeMap<Name, Terms>,
    /// Whether it was read; all of these must hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<Unread>,
    #[serde(default, skip_serializing_if = "Days::is_open")]
    pub created: Days,
    #[serde(default, skip_serializing_if = "Days::is_open")]
    pub updated: Days,
    #[serde(default, skip_serializing_if = "Days::is_open")]
    pub closed: Days,
    #[serde(default, skip_serializing_if = "Days::is_open")]
    pub waiting: Days,
    #[serde(default, skip_serializing_if = "Days::is_open")]
    pub active: Days,
}

/// A criterion, known by its name.
#[derive(Clone, Copy)]
struct Name(&'static Criterion);

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

impl Filter {
    /// With these values of a criterion, which passes what it passed before.
    #[must_use]
    pub fn with(mut self, criterion: &'static Criterion, terms: Terms) -> Self {
        if !terms.is_empty() {
            let held = self.terms.remove(&Name(criterion)).unwrap_or_default();
            self.terms.insert(Name(criterion), held.and(terms));
        }
        self
    }

    /// The values of a criterion.
    pub fn terms(&self, criterion: &Criterion) -> &Terms {
        static NONE: Terms = Terms { any: vec![], none: vec![] };
        self.given().find(|(given, _)| given.name == criterion.name).map_or(&NONE, |(_, terms)| terms)
    }

    /// The criteria that have values, which is all but those of readings and dates.
    pub fn given(&self) -> impl Iterator<Item = (&'static Criterion, &Terms)> {
        self.terms.iter().map(|(name, terms)| (name.0, terms))
    }

    pub(super) fn days_mut(&mut self, moment: Moment) -> &mut Days {
        match moment {
            Moment::Created => &mut self.created,
            Moment::Updated => &mut self.updated,
            Moment::Closed => &mut self.closed,
            Moment::Waiting => &mut self.waiting,
            Moment::Active => &mut self.active,
        }
    }

    /// The dates that a moment must be on.
    pub fn days(&self, moment: Moment) -> Days {
        match moment {
            Moment::Created => self.created,
            Moment::Updated => self.updated,
            Moment::Closed => self.closed,
            Moment::Waiting => self.waiting,
            Moment::Active => self.active,
        }
    }

    /// Whether only open items pass, which the queue ranks.
    pub fn open_only(&self) -> bool {
        let state = self.terms(&STATE);
        let open = |state: &String| same(state, State::Open.name());
        state.is_empty() || state.any.iter().any(|any| any.iter().all(open))
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

    /// The same, written in one way however it was asked: to compare what two filters mean.
    #[must_use]
    pub fn canonical(mut self) -> Self {
        let list = |list: &[String]| list.iter().map(|value| folded(value)).collect::<BTreeSet<_>>();
        for terms in self.terms.values_mut() {
            let any: BTreeSet<_> = terms.any.iter().map(|any| list(any)).collect();
            terms.any = any.into_iter().map(|any| any.into_iter().collect()).collect();
            terms.none = list(&terms.none).into_iter().collect();
        }
        self
    }

    /// What passes both.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        for (name, terms) in other.terms {
            self = self.with(name.0, terms);
        }
        let new = |unread: &Unread| !self.unread.contains(unread);
        let unread = [&self.unread[..], &other.unread.into_iter().filter(new).collect::<Vec<_>>()].concat();
        Self {
            terms: self.terms,
            unread,
            created: self.created.and(other.created),
            updated: self.updated.and(other.updated),
            closed: self.closed.and(other.closed),
            waiting: self.waiting.and(other.waiting),
            active: self.active.and(other.active),
        }
    }

    /// In two: those of its values that are of some criteria, with its dates of creation and update, and all the rest.
    /// What passes both passes it.
    pub fn split(mut self, of: impl Fn(&Criterion) -> bool) -> (Self, Self) {
        let terms = std::mem::take(&mut self.terms);
        let (some, others) = terms.into_iter().partition(|(name, _)| of(name.0));
        let rest = Self {
            terms: others,
            unread: std::mem::take(&mut self.unread),
            closed: std::mem::take(&mut self.closed),
            waiting: std::mem::take(&mut self.waiting),
            active: std::mem::take(&mut self.active),
            ..Self::default()
        };
        (Self { terms: some, ..self }, rest)
    }

    /// With other logins of people for each that it names.
    #[must_use]
    pub fn with_logins(mut self, of: impl Fn(&String) -> Vec<String>) -> Self {
        for (name, terms) in &mut self.terms {
            if matches!(name.0.looks, Looks::People(_)) {
                *terms = terms.flat_map(&of);
            }
        }
        self
    }

    /// The same with the logins of each group that it names; `None` if one of these is no more.
    pub fn with_groups(self, groups: &Groups) -> Option<Self> {
        let known = |login: &String| group_in(login).is_none_or(|group| groups.logins(group).is_some());
        let people = self.given().filter(|(criterion, _)| matches!(criterion.looks, Looks::People(_)));
        if !people.flat_map(|(_, terms)| terms.values()).all(known) {
            return None;
        }
        let meant = |login: &String| group_in(login).and_then(|group| groups.logins(group));
        Some(self.with_logins(|login| meant(login).map_or_else(|| vec![login.clone()], <[String]>::to_vec)))
    }

    /// The same without groups.
    #[must_use]
    pub fn without_groups(self) -> Self {
        self.with_logins(|login| Some(login.clone()).filter(|login| group_in(login).is_none()).into_iter().collect())
    }

    /// Whether an item passes. One that is not open passes only a filter that says so.
    pub fn passes(&self, candidate: &Candidate) -> bool {
        let state = self.terms(&STATE);
        let in_state = match state.is_empty() {
            true => candidate.item.state == State::Open,
            false => holds(&STATE, state, candidate),
        };
        in_state
            && self.passes_in_any_state(candidate)
            && Moment::ALL.iter().all(|moment| {
                let days = self.days(*moment);
                days.is_open() || candidate.date(*moment).is_some_and(|date| days.hold(date))
            })
    }

    /// Whether an item passes, but for its state and its dates, which change with the date.
    pub fn passes_in_any_state(&self, candidate: &Candidate) -> bool {
        let mut lasting = self.given().filter(|(criterion, _)| criterion.name != STATE.name);
        lasting.all(|(criterion, terms)| holds(criterion, terms, candidate))
            && self.unread.iter().all(|unread| unread.admits(candidate.item.read))
    }

    /// Whether some item of a repository may pass.
    pub fn passes_repository(&self, repository: &Repository) -> bool {
        self.given().all(|(criterion, terms)| repository_holds(criterion, terms, repository).unwrap_or(true))
    }

    /// Whether it asks for anything of a repository.
    pub fn asks_for_repositories(&self) -> bool {
        self.given().any(|(criterion, _)| matches!(criterion.looks, Looks::Repository | Looks::RepositoryFlag(_)))
    }

    /// Whether it asks for anything that people wrote, or whether they read an item.
    pub fn asks_for_remarks(&self) -> bool {
        let of_remarks = |criterion: &Criterion| OF_REMARKS.iter().any(|one| one.name == criterion.name);
        !self.unread.is_empty() || self.given().any(|(criterion, _)| of_remarks(criterion))
    }

    /// The same without the values of a criterion.
    #[must_use]
    pub fn without(mut self, criterion: &'static Criterion) -> Self {
        self.terms.remove(&Name(criterion));
        self
    }

    /// Whether it is one that criteria, of views and requests together, make: anybody can write a
    /// cursor.
    pub fn is_sound(&self) -> bool {
        let texts = |terms: &Terms| terms.values().all(|text| !text.contains('\0'));
        let terms = |terms: &Terms| terms.any.len() <= MOST_LISTS && texts(terms);
        self.terms.values().all(terms) && self.unread.len() <= MOST_LISTS
    }
}

/// Whether an item has the wanted values of a criterion.
fn holds(criterion: &Criterion, terms: &Terms, candidate: &Candidate) -> bool {
    let Candidate { item, repository, holders, labels, milestone, title, .. } = candidate;
    match criterion.looks {
        Looks::Kind(values, of) => terms.admit(of(item).and_then(|place| values.get(place)).copied()),
        Looks::Flag(of) => terms.admit(Some(flag(of(item)))),
        Looks::Number(measure) => terms.pass(|wanted| {
            let found = measure.of(item).zip(NumberRange::parse(wanted));
            found.is_some_and(|(number, range)| range.holds(number))
        }),
        Looks::Names(of) => terms.pass(|wanted| {
            let mut found = false;
            of(item, &mut |name| found |= same(name, wanted));
            found
        }),
        Looks::People(of) => terms.pass(|wanted| {
            let holder = holders.get(key(wanted).as_ref());
            let mut found = wanted == NOTHING;
            of(item, &mut |person| {
                if wanted == NOTHING {
                    found = false;
                    return;
                }
                found |= match person {
                    PersonKey::Id(id) => holder == Some(id),
                    PersonKey::Login(login) => same(login, wanted),
                }
            });
            found
        }),
        Looks::Labels => terms.pass(|wanted| match wanted == NOTHING {
            true => labels.is_empty(),
            false => labels.iter().any(|label| is_called(label, wanted)),
        }),
        Looks::Milestone => terms.admit(*milestone),
        Looks::Title => terms.pass(|wanted| contains(title, wanted)),
        Looks::Repository | Looks::RepositoryFlag(_) => repository_holds(criterion, terms, repository).unwrap_or(true),
        // These have no values.
        Looks::Unread | Looks::After(_) | Looks::Before(_) => true,
    }
}

/// Whether a repository has the wanted values of a criterion; `None` if it is not about repositories.
fn repository_holds(criterion: &Criterion, terms: &Terms, repository: &Repository) -> Option<bool> {
    match criterion.looks {
        Looks::Repository => Some(terms.pass(|wanted| match (wanted.starts_with(BEGINNING), wanted.split_once('/')) {
            (_, None) => is_called(&repository.name, wanted),
            (true, Some(_)) => is_called(&format!("{}/{}", repository.owner, repository.name), wanted),
            (false, Some((owner, name))) => same(owner, &repository.owner) && same(name, &repository.name),
        })),
        Looks::RepositoryFlag(of) => Some(terms.admit(Some(flag(of(repository))))),
        _ => None,
    }
}

fn flag(is: bool) -> &'static str {
    if is { "true" } else { "false" }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.0.name == other.0.name
    }
}

impl Eq for Name {}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Name {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.name.cmp(other.0.name)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.name)
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let unknown = || serde::de::Error::custom(format!("there is no criterion {name:?}"));
        criterion::named(&name).map(Name).ok_or_else(unknown)
    }
}
