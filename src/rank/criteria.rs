//! Criteria: a filter as people write it, in a query, a stored view or a file.
//!
//! Names and values, such as `label` and `-wontfix`. Relative days stay relative (`180d`) until
//! the filter is made for a date.

use std::borrow::Cow;
use std::collections::BTreeSet;

use chrono::{NaiveDate, TimeDelta};
use chrono_tz::Tz;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::criterion::{self, ALL, Criterion, Looks, STATE};
use super::dates;
use super::filter::{Filter, Unread};
use super::groups::{Groups, group_in};
use super::range::{NumberRange, RANGES};
use super::terms::{NOTHING, Terms};
use super::text::same;
use super::values::{LISTS, QUOTES, is_repository, listed, meaning};
use crate::activity::State;

/// Names and values, in the order given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Criteria(Vec<(String, String)>);

/// A criterion that cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {detail}{}", if allowed.is_empty() { String::new() } else { format!(" Allowed: {}.", allowed.join(", ")) })]
pub struct BadCriterion {
    /// Its name.
    pub name: String,
    pub detail: Cow<'static, str>,
    /// What it may be, where that is a list.
    pub allowed: Vec<String>,
}

impl BadCriterion {
    fn new(name: &str, detail: &'static str, allowed: &[&str]) -> Self {
        let allowed = allowed.iter().map(|allowed| (*allowed).to_owned()).collect();
        Self { name: name.to_owned(), detail: detail.into(), allowed }
    }
}

impl Criteria {
    /// The names there are.
    pub const NAMES: [&str; ALL.len()] = names();

    /// Of all names and values, those of criteria.
    pub fn of<'a>(given: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let ours = given.into_iter().filter(|(name, _)| Self::NAMES.contains(name));
        Self(ours.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    /// Those of one name.
    pub fn only(&self, name: &str) -> Self {
        Self(self.0.iter().filter(|(given, _)| given == name).cloned().collect())
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(given, _)| given == name)
    }

    /// The same with the logins of each group that it names.
    ///
    /// # Errors
    /// The first criterion that names a group which does not exist.
    pub fn with_groups(&self, groups: &Groups) -> Result<Self, BadCriterion> {
        let mut criteria = vec![];
        let mut met = BTreeSet::new();
        for (name, value) in &self.0 {
            if value.strip_prefix(ALL_OF).is_some_and(|all| group_of(name, all.trim_start()).is_some()) {
                return Err(BadCriterion::new(name, "A group cannot stand behind `all:`.", &[]));
            }
            let Some((sign, group)) = group_of(name, value) else {
                criteria.push((name.clone(), value.clone()));
                continue;
            };
            let unknown = || BadCriterion {
                name: name.clone(),
                detail: "There is no such group.".into(),
                allowed: groups.terms(),
            };
            let logins = groups.logins(group).ok_or_else(unknown)?.iter();
            if !met.insert((name, sign, group)) {
                continue;
            }
            // In quotes: somebody may be called `none`.
            criteria.extend(logins.map(|login| (name.clone(), format!("{sign}\"{login}\""))));
        }
        Ok(Self(criteria))
    }

    /// The filter that they are on a date, in an account's time zone.
    ///
    /// # Errors
    /// The first criterion that cannot be understood.
    pub fn filter(&self, today: NaiveDate, zone: Tz) -> Result<Filter, BadCriterion> {
        if let Some((name, _)) = self.0.iter().find(|(_, value)| value.contains('\0')) {
            // No name on GitHub has it, and Postgres takes it in no text.
            return Err(BadCriterion::new(name, "The value has a character U+0000.", &[]));
        }
        let mut filter = Filter::default();
        for criterion in &ALL {
            let name = criterion.name;
            match criterion.looks {
                Looks::Kind(values, _) => {
                    let every = |value: &str| name == STATE.name && value.eq_ignore_ascii_case(EVERY);
                    let known = |value: &str| every(value) || values.iter().any(|known| same(known, value));
                    let more: &[&str] = match name == STATE.name {
                        true => &[EVERY],
                        false if criterion.can_lack() => &[LACKING],
                        false => &[],
                    };
                    let allowed = [values, more].concat();
                    let terms = self.terms(criterion, &allowed, known)?;
                    if terms.none.iter().any(|value| every(value)) {
                        return Err(BadCriterion::new(name, "Nothing is in no state.", &allowed));
                    }
                    let meant = |value: &String| match every(value) {
                        true => values.iter().map(|value| (*value).to_owned()).collect(),
                        false => vec![value.clone()],
                    };
                    filter = filter.with(criterion, terms.flat_map(meant));
                }
                Looks::Repository => {
                    filter = filter.with(criterion, self.terms(criterion, &[], is_repository)?);
                }
                Looks::Number(_) => {
                    let terms = self.terms(criterion, &[], |value| NumberRange::parse(value).is_some());
                    let refused = |bad: BadCriterion| BadCriterion { detail: RANGES.into(), ..bad };
                    filter = filter.with(criterion, terms.map_err(refused)?);
                }
                Looks::Names(_) | Looks::People(_) => {
                    let terms = self.terms(criterion, &[], is_filled)?;
                    filter = filter.with(criterion, terms.map(|value| value.trim().to_owned()));
                }
                Looks::Labels | Looks::Milestone | Looks::Title => {
                    filter = filter.with(criterion, self.terms(criterion, &[], is_filled)?);
                }
                Looks::Flag(_) | Looks::RepositoryFlag(_) => {
                    let flag = self.flag(name)?.map(|flag| flag.to_string());
                    filter = filter.with(criterion, Terms::new(flag.into_iter().collect(), vec![]));
                }
                Looks::Unread => {
                    filter.unread = self.flag(name)?.map(|is| Unread { since: 0, is }).into_iter().collect()
                }
                Looks::After(moment) => filter.days_mut(moment).from = self.day(name, 1, (today, zone))?,
                Looks::Before(moment) => filter.days_mut(moment).to = self.day(name, -1, (today, zone))?,
            }
        }
        let of_closing = ALL.iter().any(|criterion| criterion.is_of_closing() && self.has(criterion.name));
        if of_closing && filter.terms(&STATE).is_empty() {
            filter = filter.with(&STATE, Terms::new(vec![State::Closed.name().to_owned()], vec![]));
        }
        Ok(filter)
    }

    /// A repeatable criterion; `-` in front of a value means "none of", `none` that there is none, `all:` that an item has
    /// all that follow, `*` at the end that it begins like this, unless in quotes. `allowed` says what `takes` takes, where
    /// that is a list.
    fn terms(
        &self,
        criterion: &Criterion,
        allowed: &[&str],
        takes: impl Fn(&str) -> bool,
    ) -> Result<Terms, BadCriterion> {
        let name = criterion.name;
        let refused = |detail| BadCriterion::new(name, detail, allowed);
        let (mut any, mut all, mut none) = (vec![], vec![], vec![]);
        for (_, value) in self.0.iter().filter(|(given, _)| given == name) {
            let (terms, written) = match value.strip_prefix('-') {
                Some(written) => (&mut none, written),
                None => (&mut any, value.as_str()),
            };
            if criterion.can_lack() && written.eq_ignore_ascii_case(LACKING) {
                terms.push(NOTHING.to_owned());
                continue;
            }
            if let Some(names) = written.strip_prefix(ALL_OF).filter(|_| criterion.has_many()) {
                if value.starts_with('-') {
                    return Err(refused("`-` cannot stand in front of `all:`."));
                }
                for written in listed(names).ok_or_else(|| refused(LISTS))? {
                    all.push(vec![meaning(criterion, written).ok_or_else(|| refused(LISTS))?]);
                }
                continue;
            }
            let meant = meaning(criterion, written).ok_or_else(|| BadCriterion::new(name, QUOTES, &[]))?;
            if meant.is_empty() || !takes(&meant) {
                return Err(refused("The value is not one that this filter takes."));
            }
            terms.push(meant);
        }
        if all.len() > MOST_OF_ALL {
            return Err(refused("At most 16 names may follow `all:`."));
        }
        let Terms { any: one, none } = Terms::new(any, none);
        Ok(Terms { any: [one, all].concat(), none })
    }

    /// `true` or `false`.
    fn flag(&self, name: &str) -> Result<Option<bool>, BadCriterion> {
        match self.one(name)? {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(_) => Err(BadCriterion::new(name, "Either true or false.", &["true", "false"])),
        }
    }

    /// The date so many days after the one that is given.
    fn day(&self, name: &str, step: i64, on: (NaiveDate, Tz)) -> Result<Option<NaiveDate>, BadCriterion> {
        let Some(text) = self.one(name)? else { return Ok(None) };
        let date = dates::date(text, on).ok_or_else(|| BadCriterion::new(name, dates::DATES, &[]))?;
        // Dates that are taken have room for a day on either side.
        Ok(TimeDelta::try_days(step).and_then(|step| date.checked_add_signed(step)))
    }

    fn one(&self, name: &str) -> Result<Option<&str>, BadCriterion> {
        let mut values = self.0.iter().filter(|(given, _)| given == name).map(|(_, value)| value.as_str());
        let first = values.next();
        if values.next().is_some() {
            return Err(BadCriterion::new(name, "It may be given once.", &[]));
        }
        match first {
            Some("") => Err(BadCriterion::new(name, "The value is empty.", &[])),
            first => Ok(first),
        }
    }
}

/// The sign in front of a group that a value names, and the group's name.
fn group_of<'a>(criterion: &str, value: &'a str) -> Option<(&'a str, &'a str)> {
    let of_people = criterion::named(criterion).is_some_and(|named| matches!(named.looks, Looks::People(_)));
    let (sign, named) = value.split_at(usize::from(value.starts_with('-')));
    Some((sign, group_in(named).filter(|_| of_people)?))
}

const fn names() -> [&'static str; ALL.len()] {
    let mut names = [""; ALL.len()];
    let mut place = 0;
    while place < names.len() {
        names[place] = ALL[place].name;
        place += 1;
    }
    names
}

fn is_filled(value: &str) -> bool {
    !value.trim().is_empty()
}

/// Every state.
pub const EVERY: &str = "all";

/// That an item has none.
const LACKING: &str = "none";

/// In front of names that an item must have all of.
const ALL_OF: &str = "all:";

/// Names after `all:`, of one criterion.
const MOST_OF_ALL: usize = 16;

/// An object, such as `{"type": ["Issue", "PR"], "draft": "false"}`: a text, or a list of several.
impl Serialize for Criteria {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let given = Self::NAMES.iter().filter(|name| self.has(name));
        serializer.collect_map(given.map(|name| {
            let values = self.0.iter().filter(|(given, _)| given == name);
            let is_flag = ALL.iter().any(|criterion| criterion.name == *name && criterion.is_flag());
            (name, Values::of(values.map(|(_, value)| value.clone()).collect(), is_flag))
        }))
    }
}

impl<'de> Deserialize<'de> for Criteria {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let given = std::collections::BTreeMap::<String, Values>::deserialize(deserializer)?;
        let mut criteria = vec![];
        for (name, values) in given {
            if !Self::NAMES.contains(&name.as_str()) {
                let allowed = Self::NAMES.join(", ");
                return Err(serde::de::Error::custom(format!("there is no filter {name:?}; allowed: {allowed}")));
            }
            criteria.extend(values.texts().into_iter().map(|value| (name.clone(), value)));
        }
        Ok(Self(criteria))
    }
}

/// A criterion's values, written as the one that it is or as a list.
#[derive(Serialize, Deserialize)]
#[serde(untagged, expecting = "a filter's value must be a text, true, false, or a list of texts")]
enum Values {
    Flag(bool),
    One(String),
    Several(Vec<String>),
}

impl Values {
    fn of(mut texts: Vec<String>, is_flag: bool) -> Self {
        match texts.as_slice() {
            [flag] if is_flag && (flag == "true" || flag == "false") => Values::Flag(flag == "true"),
            [_] => Values::One(texts.remove(0)),
            _ => Values::Several(texts),
        }
    }

    fn texts(self) -> Vec<String> {
        match self {
            Values::Flag(flag) => vec![flag.to_string()],
            Values::One(text) => vec![text],
            Values::Several(texts) => texts,
        }
    }
}
