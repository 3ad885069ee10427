//! Criteria: a filter as people write it, in a query, a stored view or a file.
//!
//! Names and values, such as `label` and `-wontfix`. Relative days stay relative (`180d`) until
//! the filter is made for a date.

use std::borrow::Cow;

use chrono::{NaiveDate, TimeDelta};
use chrono_tz::Tz;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::criterion::{ALL, Criterion, Looks, STATE};
use super::dates;
use super::filter::{Filter, NOTHING, Terms, Unread};
use super::range::{NumberRange, RANGES};
use super::text::same;

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
                    let allowed = [values, if name == STATE.name { &[EVERY] } else { &[] }].concat();
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
        Ok(filter)
    }

    /// A repeatable criterion; `-` in front of a value means "none of", `none` that there is none, `all:` that an item has
    /// all that follow, unless in quotes. `allowed` says what `takes` takes, where that is a list.
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
                for name in listed(names).ok_or_else(|| refused(LISTS))? {
                    all.push(vec![name]);
                }
                continue;
            }
            let bare = unquoted(written).ok_or_else(|| BadCriterion::new(name, QUOTES, &[]))?;
            if bare.is_empty() || !takes(&bare) {
                return Err(refused("The value is not one that this filter takes."));
            }
            terms.push(bare.into_owned());
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

/// `name`, or `owner/name`, in the characters that GitHub allows.
fn is_repository(value: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
    let is_name = |name: &str| !name.is_empty() && name.bytes().all(plain);
    match value.split_once('/') {
        None => is_name(value),
        Some((owner, name)) => is_name(owner) && is_name(name),
    }
}

/// Every state.
pub const EVERY: &str = "all";

/// That an item has none.
const LACKING: &str = "none";

/// In front of names that an item must have all of.
const ALL_OF: &str = "all:";

/// Names after `all:`, of one criterion.
const MOST_OF_ALL: usize = 16;

/// How `all:` is written, in words.
const LISTS: &str = "After `all:` stand names with commas between them; one with a comma in it, or that begins with a \
                     quotation mark, stands in quotes, in which each mark is doubled.";

/// The names of a list; `None` if one is empty, or quotes are not closed.
fn listed(written: &str) -> Option<Vec<String>> {
    let (mut names, mut rest) = (vec![], written);
    loop {
        rest = rest.trim_start();
        // A comma within quotes comes after an odd number of them.
        let quoted = rest.starts_with('"');
        let ends = |(at, _): &(usize, &str)| !quoted || rest[..*at].matches('"').count() % 2 == 0;
        let end = rest.match_indices(',').find(ends).map_or(rest.len(), |(at, _)| at);
        let name = unquoted(rest[..end].trim_end())?;
        if name.trim().is_empty() {
            return None;
        }
        names.push(name.into_owned());
        if end == rest.len() {
            return Some(names);
        }
        rest = &rest[end + 1..];
    }
}

/// How quotes are written, in words.
const QUOTES: &str = "A value that begins with a quotation mark ends with one, and each mark in between is doubled.";

/// What a value means: itself, or what stands in quotes. `None` if those are not closed.
fn unquoted(written: &str) -> Option<Cow<'_, str>> {
    let Some(rest) = written.strip_prefix('"') else { return Some(written.into()) };
    let parts: Vec<&str> = rest.strip_suffix('"')?.split("\"\"").collect();
    let closed = parts.iter().all(|part| !part.contains('"'));
    closed.then(|| parts.join("\"").into())
}

/// What a text that is looked for may be, as a pattern: not empty, not blank, and closed if it stands in quotes. U+0085 is a
/// blank to us, but not to the patterns of JSON Schema.
pub const TERM_PATTERN: &str = r#"^(-?"[\s\x85]*([^"\s\x85\x00]|"")([^"\x00]|"")*"|-?[\s\x85]+[^\s\x85\x00][^\x00]*|-[^\s\x85"\x00][^\x00]*|[^\s\x85"\x00-][^\x00]*)$"#;

/// The same where `all:` begins a list of at most 16 names.
pub const NAMES_PATTERN: &str = concat!(
    // In quotes, or behind a blank, `all:` begins nothing.
    r#"^(-?"[\s\x85]*([^"\s\x85\x00]|"")([^"\x00]|"")*"|-?[\s\x85]+[^\s\x85\x00][^\x00]*|"#,
    r#"-?([^\s\x85"a\x00-]|a[^l\x00]|al[^l\x00]|all[^:\x00])[^\x00]*|-?(a|al|all)|--[^\x00]*|"#,
    r#"all:[\s\x85]*([^\s\x85",\x00][^,\x00]*|"[\s\x85]*([^"\s\x85\x00]|"")([^"\x00]|"")*"[\s\x85]*)"#,
    r#"(,[\s\x85]*([^\s\x85",\x00][^,\x00]*|"[\s\x85]*([^"\s\x85\x00]|"")([^"\x00]|"")*"[\s\x85]*)){0,15})$"#,
);

/// What a repository may be, as a pattern.
pub const REPOSITORY_PATTERN: &str = r#"^(-?"[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)?"|-[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)?|[A-Za-z0-9_.][A-Za-z0-9_.-]*(/[A-Za-z0-9_.-]+)?)$"#;

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
