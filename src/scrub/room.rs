//! The room of a scrub that is going on: who is there and looks at what, who took rows to read by themselves, and how
//! much time is left.
//!
//! It is what is so at the moment. Nobody's coming and going here is an event, and nothing of it is kept.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, TimeDelta, Utc};

/// For how long somebody is there after they were last heard of.
pub const PRESENT: TimeDelta = TimeDelta::seconds(30);
/// For how long a host may be gone before others may take over.
pub const AWAY: TimeDelta = TimeDelta::seconds(60);
/// For how long somebody who wants to take over waits for another one to agree.
pub const ASKED: TimeDelta = TimeDelta::minutes(2);
/// For how long a row is somebody's to read. Their presence renews it.
pub const LEASE: TimeDelta = TimeDelta::minutes(10);
/// How many have to agree to another host while the host is away, if anybody else is there.
pub const NEEDED: usize = 2;
/// What a guest's name ends in, which no login does.
const GUEST: &str = " (guest)";
/// Characters of the name that a guest leaves at most.
const LONGEST_GUEST: usize = 80;

/// A room, as a reader sees it. Places are the reader's.
#[derive(Clone, Debug, PartialEq)]
pub struct Room {
    pub scrub: i64,
    /// Grows with each change that anybody is told of.
    pub version: i64,
    /// The position of the account's log that this includes.
    pub position: i64,
    pub host: Option<String>,
    /// The host is there, or has not been gone for longer than [`AWAY`].
    pub host_present: bool,
    pub host_request: Option<HostRequest>,
    /// In the order in which they came.
    pub people: Vec<Present>,
    /// How many more look on, without a name.
    pub watching: usize,
    pub timer: Timer,
    /// By their places.
    pub claims: Vec<Claim>,
    /// Who greets those who come.
    pub greeter: Option<String>,
    /// The database's time.
    pub now: DateTime<Utc>,
}

impl Room {
    /// The same without what changes by itself, and without what changes for others alone: what two rooms are compared by.
    pub fn at_rest(&self) -> Self {
        let claims = self.claims.iter().map(|claim| Claim { until: DateTime::UNIX_EPOCH, ..claim.clone() }).collect();
        Self { version: 0, position: 0, now: DateTime::UNIX_EPOCH, claims, ..self.clone() }
    }
}

/// Who asks for another host while the host is away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostRequest {
    pub host: String,
    pub asked_by: String,
    pub asked_at: DateTime<Utc>,
}

/// Somebody who is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Present {
    pub name: String,
    /// The place that they look at; `None`: none, or one that the reader does not see.
    pub place: Option<i64>,
    /// They look at what the cursor is on.
    pub following: bool,
    /// They are writing something.
    pub typing: bool,
    /// They were at no scrub before.
    pub first_time: bool,
    /// They left a name, and have no account.
    pub guest: bool,
    pub since: DateTime<Utc>,
}

/// What somebody without an account is called, by the name that they leave. `None` if it is too long, or nothing.
pub fn guest_name(left: &str) -> Option<String> {
    let mut name = left.trim();
    while let Some(bare) = name.strip_suffix(GUEST.trim()) {
        name = bare.trim();
    }
    (1..=LONGEST_GUEST).contains(&name.chars().count()).then(|| format!("{name}{GUEST}"))
}

/// A row that somebody took to read by themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    pub place: i64,
    pub name: String,
    pub until: DateTime<Utc>,
}

/// The timer of a meeting and of its rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timer {
    /// Grows with each setting.
    pub version: i64,
    /// For how long a row is read.
    pub row_seconds: Option<i64>,
    /// When the reading of the row under the cursor began, less the time for which the timer stood still since. `None`:
    /// nothing is being read.
    pub row_started_at: Option<DateTime<Utc>>,
    /// When the meeting ends.
    pub ends_at: Option<DateTime<Utc>>,
    /// Since when the timer stands still.
    pub paused_at: Option<DateTime<Utc>>,
}

/// For how long a timer stood still on the row that was read then, until it went on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TimerPause {
    pub until: Option<DateTime<Utc>>,
    pub ms: i64,
}

impl TimerPause {
    /// The beginning of a row's reading, later by the time for which the timer stood still.
    pub fn shift(self, started: DateTime<Utc>) -> DateTime<Utc> {
        match self.until.filter(|until| *until > started) {
            Some(until) => (started + TimeDelta::milliseconds(self.ms)).min(until),
            None => started,
        }
    }

    /// After a pause that ends now. `started`: when the reading of the row began.
    #[must_use]
    pub fn after(self, paused_at: DateTime<Utc>, now: DateTime<Utc>, started: Option<DateTime<Utc>>) -> Self {
        let began = started.map_or(paused_at, |started| paused_at.max(started));
        let before = if self.until > started { self.ms } else { 0 };
        Self { until: Some(now), ms: before + (now - began).num_milliseconds().max(0) }
    }
}

/// A tab in which somebody has the scrub open.
#[derive(Clone, Debug)]
pub struct Tab {
    /// In lower case; empty if they are not named.
    pub login: String,
    pub client: String,
    pub name: String,
    pub place: Option<i64>,
    pub following: bool,
    pub typing: bool,
    pub came_at: DateTime<Utc>,
    pub changed_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// The tabs, with the names that people left in those of somebody who is not named. `left` has them by the ids of the tabs.
pub fn with_guests(mut tabs: Vec<Tab>, left: &HashMap<String, String>) -> Vec<Tab> {
    for tab in tabs.iter_mut().filter(|tab| tab.login.is_empty()) {
        if let Some(name) = left.get(&tab.client) {
            (tab.login, tab.name) = (name.to_lowercase(), name.clone());
        }
    }
    tabs
}

/// Who is there, by their tabs: each person once, as they are in the tab in which they did something last, and how many
/// are not named.
pub fn present(tabs: Vec<Tab>, now: DateTime<Utc>) -> (Vec<Present>, usize) {
    let mut people: BTreeMap<String, (DateTime<Utc>, Present)> = BTreeMap::new();
    let mut watching = 0;
    for tab in tabs.into_iter().filter(|tab| tab.expires_at > now) {
        let Tab { login, name, place, following, typing, came_at, changed_at, .. } = tab;
        if login.is_empty() {
            watching += 1;
            continue;
        }
        let guest = name.ends_with(GUEST);
        let here = Present { name, place, following, typing, first_time: false, guest, since: came_at };
        match people.get_mut(&login) {
            None => drop(people.insert(login, (changed_at, here))),
            Some((last, known)) => {
                let (since, typing) = (known.since.min(came_at), known.typing || typing);
                if changed_at > *last {
                    (*last, *known) = (changed_at, here);
                }
                (known.since, known.typing) = (since, typing);
            }
        }
    }
    let mut people: Vec<Present> = people.into_values().map(|(_, here)| here).collect();
    people.sort_by(|one, other| (one.since, &one.name).cmp(&(other.since, &other.name)));
    (people, watching)
}

/// Whether a host is there, or has not been gone for long.
pub fn is_present(host: &str, tabs: &[Tab], now: DateTime<Utc>) -> bool {
    let host = host.to_lowercase();
    tabs.iter().any(|tab| tab.login == host && tab.expires_at + AWAY > now)
}
