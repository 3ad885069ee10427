//! Criteria: a filter as people write it, in a query, a stored view or a file.
//!
//! Names and values, such as `label` and `-wontfix`. Relative days stay relative (`180d`) until
//! the filter is made for a date.

use std::borrow::Cow;

use chrono::{Datelike, NaiveDate, TimeDelta};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::criterion::{ALL, Looks};
use super::filter::{Filter, Terms, Unread};

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

    /// The filter that they are on a date.
    ///
    /// # Errors
    /// The first criterion that cannot be understood.
    pub fn filter(&self, today: NaiveDate) -> Result<Filter, BadCriterion> {
        if let Some((name, _)) = self.0.iter().find(|(_, value)| value.contains('\0')) {
            // No name on GitHub has it, and Postgres takes it in no text.
            return Err(BadCriterion::new(name, "The value has a character U+0000.", &[]));
        }
        let mut filter = Filter::default();
        for criterion in &ALL {
            let name = criterion.name;
            match criterion.looks {
                Looks::Kind(values, _) => {
                    let known = |value: &str| values.iter().any(|known| known.eq_ignore_ascii_case(value));
                    filter = filter.with(criterion, self.terms(name, values, known)?);
                }
                Looks::Repository => {
                    filter = filter.with(criterion, self.terms(name, &[], is_repository)?);
                }
                Looks::Names(_) | Looks::People(_) => {
                    let terms = self.terms(name, &[], is_filled)?;
                    filter = filter.with(criterion, terms.map(|value| value.trim().to_owned()));
                }
                Looks::Labels | Looks::Milestone | Looks::Title => {
                    filter = filter.with(criterion, self.terms(name, &[], is_filled)?);
                }
                Looks::Flag(_) | Looks::RepositoryFlag(_) => {
                    let flag = self.flag(name)?.map(|flag| flag.to_string());
                    filter = filter.with(criterion, Terms::new(flag.into_iter().collect(), vec![]));
                }
                Looks::Unread => {
                    filter.unread = self.flag(name)?.map(|is| Unread { since: 0, is }).into_iter().collect()
                }
                Looks::After(moment) => filter.days_mut(moment).from = self.day(name, 1, today)?,
                Looks::Before(moment) => filter.days_mut(moment).to = self.day(name, -1, today)?,
            }
        }
        Ok(filter)
    }

    /// A repeatable criterion; `-` in front of a value means "none of", unless it stands in quotes. `allowed` says what `takes`
    /// takes, where that is a list.
    fn terms(&self, name: &str, allowed: &[&str], takes: impl Fn(&str) -> bool) -> Result<Terms, BadCriterion> {
        let (mut any, mut none) = (vec![], vec![]);
        for (_, value) in self.0.iter().filter(|(given, _)| given == name) {
            let (terms, written) = match value.strip_prefix('-') {
                Some(written) => (&mut none, written),
                None => (&mut any, value.as_str()),
            };
            let bare = unquoted(written).ok_or_else(|| BadCriterion::new(name, QUOTES, &[]))?;
            if bare.is_empty() || !takes(&bare) {
                return Err(BadCriterion::new(name, "The value is not one that this filter takes.", allowed));
            }
            terms.push(bare.into_owned());
        }
        Ok(Terms::new(any, none))
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
    fn day(&self, name: &str, step: i64, today: NaiveDate) -> Result<Option<NaiveDate>, BadCriterion> {
        let Some(text) = self.one(name)? else { return Ok(None) };
        let date = date(text, today).ok_or_else(|| BadCriterion::new(name, DATES, &[]))?;
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

/// How quotes are written, in words.
const QUOTES: &str = "A value that begins with a quotation mark ends with one, and each mark in between is doubled.";

/// What a value means: itself, or what stands in quotes. `None` if those are not closed.
fn unquoted(written: &str) -> Option<Cow<'_, str>> {
    let Some(rest) = written.strip_prefix('"') else { return Some(written.into()) };
    let parts: Vec<&str> = rest.strip_suffix('"')?.split("\"\"").collect();
    let closed = parts.iter().all(|part| !part.contains('"'));
    closed.then(|| parts.join("\"").into())
}

/// What [`date`] takes, in words.
pub const DATES: &str =
    "A date such as 2026-10-01, of the years 1 to 9998, or a number of days ago such as 180d, of at most 5 digits.";

/// The same as a pattern: a date that there is, or digits and `d`.
pub const DATES_PATTERN: &str = concat!(
    "^(([0-9]{1,5}d)|",
    "(000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-8][0-9]{3}|9[0-8][0-9]{2}|99[0-8][0-9]|999[0-8])-",
    "((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|",
    "([0-9]{2}(0[48]|[2468][048]|[13579][26])|(0[48]|[2468][048]|[13579][26])00)-02-29)$",
);

/// What a text that is looked for may be, as a pattern: not empty, not blank, and closed if it stands in quotes.
pub const TERM_PATTERN: &str =
    r#"^(-?"\s*([^"\s\x00]|"")([^"\x00]|"")*"|-?\s+[^\s\x00][^\x00]*|-[^\s"\x00][^\x00]*|[^\s"\x00-][^\x00]*)$"#;

/// What a repository may be, as a pattern.
pub const REPOSITORY_PATTERN: &str = r#"^(-?"[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)?"|-[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)?|[A-Za-z0-9_.][A-Za-z0-9_.-]*(/[A-Za-z0-9_.-]+)?)$"#;

/// A date, or `Nd` for N days before `today`; none that the store would not take, or that has no
/// room for a day on either side.
pub fn date(text: &str, today: NaiveDate) -> Option<NaiveDate> {
    let date = match text.strip_suffix('d') {
        Some(days) => whole(days).and_then(|days| today.checked_sub_signed(TimeDelta::try_days(days)?)),
        // Digits alone: the parser would take a sign, and blanks.
        None => {
            let mut places = text.bytes().enumerate();
            let plain = places.all(|(place, byte)| [4, 7].contains(&place) && byte == b'-' || byte.is_ascii_digit());
            NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| plain && text.len() == 10)
        }
    };
    date.filter(|date| (1..=9998).contains(&date.year()))
}

/// The digits of a number of days: more reach back to before any date.
const MOST_DIGITS: usize = 5;

/// A number of digits only: `parse` alone would take a sign.
fn whole(digits: &str) -> Option<i64> {
    (digits.len() <= MOST_DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit())).then(|| digits.parse().ok())?
}

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
