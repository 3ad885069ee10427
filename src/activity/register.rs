//! The merge types that folded fields are made of.
//!
//! Each keeps what the statement with the greatest stamp said of a field, and that stamp. Merging is
//! commutative, associative and idempotent: any order and any duplication of the same statements
//! ends in the same value.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// How much a statement about a field is worth among those of the same second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "i64", try_from = "i64")]
pub enum Authority {
    /// An event shows the field in passing.
    Shown,
    /// The event's own action changed the field.
    Changed,
    /// GitHub was asked after that second was over, so its answer knows all that happened in it. The
    /// number is the second of the question since 1970: of two answers the later is right.
    Fetched(i64),
}

impl From<Authority> for i64 {
    fn from(authority: Authority) -> i64 {
        match authority {
            Authority::Shown => 1,
            Authority::Changed => 2,
            Authority::Fetched(at) => at,
        }
    }
}

impl TryFrom<i64> for Authority {
    type Error = String;

    fn try_from(number: i64) -> Result<Self, String> {
        match number {
            1 => Ok(Authority::Shown),
            2 => Ok(Authority::Changed),
            at if at > 2 => Ok(Authority::Fetched(at)),
            other => Err(format!("no authority {other}")),
        }
    }
}

/// When a statement was true, and how much it is worth. The later is greater; of two with the same
/// time, the one with more authority.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stamp {
    pub at: DateTime<Utc>,
    pub authority: Authority,
}

/// A field whose statement with the greatest stamp wins.
///
/// Two different values under one stamp are a tie. The greater value wins, which is arbitrary but
/// the same in every order, and `tied` remembers that GitHub should be asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Register<T> {
    #[serde(rename = "t")]
    at: DateTime<Utc>,
    #[serde(rename = "a")]
    authority: Authority,
    #[serde(rename = "v")]
    value: T,
    #[serde(rename = "tie", skip_serializing_if = "std::ops::Not::not", default)]
    tied: bool,
}

impl<T: Ord + Clone> Register<T> {
    /// What the field holds.
    pub fn value(&self) -> &T {
        &self.value
    }

    /// Whether the value was chosen by the arbitrary rule.
    pub fn tied(&self) -> bool {
        self.tied
    }

    fn stamp(&self) -> Stamp {
        Stamp { at: self.at, authority: self.authority }
    }

    /// The same statement in another form.
    pub fn map<U>(self, to: impl FnOnce(T) -> U) -> Register<U> {
        let Self { at, authority, value, tied } = self;
        Register { at, authority, value: to(value), tied }
    }

    /// Merges one statement into a field, which may have none yet.
    pub fn state(field: &mut Option<Self>, stamp: Stamp, value: T) {
        let statement = |value| Self { at: stamp.at, authority: stamp.authority, value, tied: false };
        match field {
            None => *field = Some(statement(value)),
            Some(known) if stamp > known.stamp() => *known = statement(value),
            Some(known) if stamp == known.stamp() && value != known.value => {
                known.tied = true;
                if value > known.value {
                    known.value = value;
                }
            }
            Some(_) => {}
        }
    }

    /// The same for what may say nothing.
    pub fn merge(field: &mut Option<Self>, stamp: Stamp, said: &Option<T>) {
        if let Some(value) = said {
            Self::state(field, stamp, value.clone());
        }
    }
}

/// A field of which only our questions to GitHub tell. The latest answer counts, by GitHub's time of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AsOf<T> {
    #[serde(rename = "t")]
    pub at: DateTime<Utc>,
    #[serde(rename = "v")]
    pub value: T,
}

impl<T: Ord + Clone> AsOf<T> {
    /// Merges an answer, which may say nothing. Of two of one second the greater value counts.
    pub fn merge(field: &mut Option<Self>, at: DateTime<Utc>, said: &Option<T>) {
        let said = said.clone().map(|value| Self { at, value });
        *field = field.take().max(said);
    }
}

/// A set whose elements fold one by one: labels, assignees.
///
/// A snapshot speaks of the whole set, an action of one element, and so does a snapshot that does not show
/// all. An element is in the set if the statement with the greatest stamp that covers it says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound = "T: Ord + Clone + Serialize + serde::de::DeserializeOwned")]
pub struct Elements<T> {
    #[serde(skip_serializing_if = "Option::is_none", default)]
    whole: Option<Whole<T>>,
    /// Statements about single elements, kept while they outrank the whole set's.
    #[serde(with = "pairs", skip_serializing_if = "BTreeMap::is_empty", default = "BTreeMap::new")]
    each: BTreeMap<T, Register<bool>>,
}

/// What the snapshots with the greatest stamp say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound = "T: Ord + Serialize + serde::de::DeserializeOwned")]
struct Whole<T> {
    #[serde(rename = "t")]
    at: DateTime<Utc>,
    #[serde(rename = "a")]
    authority: Authority,
    /// Elements that every one of them shows.
    all: BTreeSet<T>,
    /// Elements that some show and others do not: settled by an action, else a tie.
    #[serde(skip_serializing_if = "BTreeSet::is_empty", default = "BTreeSet::new")]
    some: BTreeSet<T>,
}

impl<T> Whole<T> {
    fn stamp(&self) -> Stamp {
        Stamp { at: self.at, authority: self.authority }
    }
}

impl<T> Default for Elements<T> {
    fn default() -> Self {
        Self { whole: None, each: BTreeMap::new() }
    }
}

impl<T: Ord + Clone> Elements<T> {
    /// Merges what a snapshot shows: these elements and no others.
    pub fn state_whole(&mut self, stamp: Stamp, shown: BTreeSet<T>) {
        match &mut self.whole {
            Some(known) if stamp < known.stamp() => return,
            Some(known) if stamp == known.stamp() => {
                let all: BTreeSet<T> = known.all.intersection(&shown).cloned().collect();
                let seen: BTreeSet<T> = known.all.iter().chain(&known.some).chain(&shown).cloned().collect();
                known.some = seen.difference(&all).cloned().collect();
                known.all = all;
            }
            whole => {
                let Stamp { at, authority } = stamp;
                *whole = Some(Whole { at, authority, all: shown, some: BTreeSet::new() });
            }
        }
        self.each.retain(|_, statement| statement.stamp() > stamp);
    }

    /// Merges what an action did to one element, or that a snapshot shows it which may have others.
    pub fn state_one(&mut self, stamp: Stamp, element: T, present: bool) {
        if self.whole.as_ref().is_some_and(|whole| whole.stamp() >= stamp) {
            return;
        }
        let mut known = self.each.remove(&element);
        Register::state(&mut known, stamp, present);
        if let Some(known) = known {
            self.each.insert(element, known);
        }
    }

    /// The same statements about other elements, of which each stands for one of these.
    pub fn map<U: Ord + Clone>(&self, to: impl Fn(&T) -> U) -> Elements<U> {
        let set = |elements: &BTreeSet<T>| elements.iter().map(&to).collect();
        Elements {
            whole: self.whole.as_ref().map(|whole| Whole {
                at: whole.at,
                authority: whole.authority,
                all: set(&whole.all),
                some: set(&whole.some),
            }),
            each: self.each.iter().map(|(element, statement)| (to(element), statement.clone())).collect(),
        }
    }

    /// The elements that are in the set, in order.
    pub fn present(&self) -> Vec<T> {
        let mut present = BTreeSet::new();
        if let Some(whole) = &self.whole {
            present.extend(whole.all.iter().chain(&whole.some).cloned());
        }
        for (element, statement) in &self.each {
            if *statement.value() {
                present.insert(element.clone());
            } else {
                present.remove(element);
            }
        }
        present.into_iter().collect()
    }

    /// Whether the arbitrary rule decided on an element.
    pub fn tied(&self) -> bool {
        let unsettled = |element: &T| !self.each.contains_key(element);
        self.each.values().any(Register::tied) || self.whole.as_ref().is_some_and(|w| w.some.iter().any(unsettled))
    }
}

/// JSON objects have string keys only, so the map is written as a list of pairs.
mod pairs {
    use std::collections::BTreeMap;

    use serde::de::DeserializeOwned;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Register;

    type Map<T> = BTreeMap<T, Register<bool>>;

    pub fn serialize<T: Ord + Serialize, S: Serializer>(map: &Map<T>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(map)
    }

    pub fn deserialize<'de, T, D>(deserializer: D) -> Result<Map<T>, D::Error>
    where
        T: Ord + DeserializeOwned,
        D: Deserializer<'de>,
    {
        Ok(Vec::<(T, Register<bool>)>::deserialize(deserializer)?.into_iter().collect())
    }
}
