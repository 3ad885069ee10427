//! What people are called: the folded logins of one person.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::person::login_key;

/// The logins that a person was seen with.
///
/// GitHub sends no event when somebody is renamed. Later payloads show another login with the same id,
/// so the login that was seen last is the one they have.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonState(BTreeMap<String, Sighting>);

/// When a login was seen. The last time is compared first; it is cut to the minute, so that somebody
/// busy is written once a minute. Of two logins seen last in one minute the one that came later counts;
/// of two that GitHub's times do not tell apart, the one that was heard of later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Sighting {
    last: DateTime<Utc>,
    first: DateTime<Utc>,
    heard: DateTime<Utc>,
}

impl PersonState {
    /// Folds that GitHub showed a login at a time, of which we heard at `heard`.
    pub(super) fn mention(&mut self, at: DateTime<Utc>, heard: DateTime<Utc>, login: &str) {
        // Empty if the payload did not say it.
        if login.is_empty() {
            return;
        }
        let minute = DateTime::from_timestamp(at.timestamp().div_euclid(60) * 60, 0).unwrap_or(at);
        match self.0.get_mut(login) {
            Some(seen) => {
                let (last, first) = (seen.last.max(minute), seen.first.min(at));
                *seen = Sighting { last, first, heard: seen.heard.min(heard) };
            }
            None => drop(self.0.insert(login.to_owned(), Sighting { last: minute, first: at, heard })),
        }
    }

    /// The login as it is now.
    pub fn login(&self) -> &str {
        self.0.iter().max_by_key(|(_, seen)| **seen).map_or("", |(login, _)| login)
    }

    /// When we first heard of the login as it is now; `None` if the person has had no other.
    pub fn renamed_at(&self) -> Option<DateTime<Utc>> {
        let now = self.0.values().max().filter(|_| self.0.len() > 1)?;
        Some(now.heard)
    }

    /// Every login that the person has had, in lower case.
    pub fn logins(&self) -> impl Iterator<Item = String> {
        self.0.keys().map(|login| login_key(login))
    }

    /// When the person was last seen with a login, if ever; `login` is in lower case.
    fn seen_as(&self, login: &str) -> Option<Sighting> {
        self.0.iter().filter(|(known, _)| login_key(known) == login).map(|(_, seen)| *seen).max()
    }

    /// When the person was first seen with a login, if ever, and when we heard of it.
    fn first_seen_as(&self, login: &str) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        self.0.iter().filter(|(known, _)| login_key(known) == login).map(|(_, seen)| (seen.first, seen.heard)).min()
    }
}

/// Whom a login means: who has it now, or had it last. On GitHub a login is one person's at a time, so that
/// is who was seen with it last. `login` is in lower case.
pub fn last_holder(people: &BTreeMap<i64, PersonState>, login: &str) -> Option<i64> {
    let seen = |(id, person): (&i64, &PersonState)| Some((person.seen_as(login)?, *id));
    people.iter().filter_map(seen).max().map(|(_, id)| id)
}

/// Who was the first to be seen with a login, which is in lower case.
pub fn first_owner(people: &BTreeMap<i64, PersonState>, login: &str) -> Option<i64> {
    let seen = |(id, person): (&i64, &PersonState)| Some((person.first_seen_as(login)?, *id));
    people.iter().filter_map(seen).min().map(|(_, id)| id)
}
