//! Made-up histories of a few items: the deliveries that GitHub would send, and the truth that the
//! fold must arrive at.
//!
//! A history is made from a list of steps. Each step acts on one item and says how many seconds
//! passed since the last. The deliveries carry snapshots of the moment after the act, as GitHub's
//! would.

use std::collections::{BTreeMap, BTreeSet};

use bugscrub::activity::directory::Directory;
use bugscrub::activity::event::OwnerRef;
use bugscrub::activity::{Bots, Event, Fact, ItemKey, ItemState, PersonKey, RepositoryRef, Source, WaitsFor};
use bugscrub::github::facts;
use bugscrub::webhook::{Headers, Secrets, check_headers, listed_issue, signature, translate, verify};
use chrono::{DateTime, Duration, SecondsFormat, Utc};
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

use super::payload::{ACCOUNT, person_id, repository, user};

pub const REPOSITORIES: [i64; 3] = [1, 2, 3];
const PEOPLE: [&str; 3] = ["ada", "grace", "linus"];
/// Grace is the author of every item.
const ASSOCIATIONS: [&str; 3] = ["MEMBER", "OWNER", "CONTRIBUTOR"];

/// What happens to an item.
#[derive(Clone, Copy, Debug)]
pub enum Act {
    Comment(usize),
    Close,
    Reopen,
    Label(i64),
    Unlabel(i64),
    Assign(usize),
    Unassign(usize),
    Retitle(u8),
    Milestone(i64),
    Demilestone,
    Transfer(usize),
    Delete,
    RenameRepository,
    /// Nothing tells of it: later payloads show another login.
    RenamePerson(usize),
}

#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// Which of the four items.
    pub item: usize,
    pub act: Act,
    /// Seconds since the previous step.
    pub pause: i64,
}

/// Steps with pauses from `pauses`. If all are at least 1, no two acts share a second.
pub fn steps(pauses: std::ops::Range<i64>) -> impl Strategy<Value = Vec<Step>> {
    let act = prop_oneof![
        4 => (0..PEOPLE.len()).prop_map(Act::Comment),
        2 => Just(Act::Close),
        2 => Just(Act::Reopen),
        3 => (1..5_i64).prop_map(Act::Label),
        2 => (1..5_i64).prop_map(Act::Unlabel),
        2 => (0..PEOPLE.len()).prop_map(Act::Assign),
        1 => (0..PEOPLE.len()).prop_map(Act::Unassign),
        1 => any::<u8>().prop_map(Act::Retitle),
        1 => (1..4_i64).prop_map(Act::Milestone),
        1 => Just(Act::Demilestone),
        1 => (0..REPOSITORIES.len()).prop_map(Act::Transfer),
        1 => Just(Act::Delete),
        1 => Just(Act::RenameRepository),
        1 => (0..PEOPLE.len()).prop_map(Act::RenamePerson),
    ];
    let step = (0..4_usize, act, pauses).prop_map(|(item, act, pause)| Step { item, act, pause });
    proptest::collection::vec(step, 1..30)
}

/// The true state of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Truth {
    pub title: String,
    pub open: bool,
    pub labels: BTreeSet<i64>,
    /// Which of the people.
    pub assignees: BTreeSet<usize>,
    pub milestone: Option<i64>,
    pub comments: i64,
    /// Who of the people commented last, at this place.
    pub last_word: Option<usize>,
    /// It came by transfer: what was said before is not known here.
    pub arrived: bool,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    /// Neither deleted nor transferred away.
    pub live: bool,
}

impl Truth {
    pub fn assignees(&self) -> Vec<PersonKey> {
        let ids: BTreeSet<i64> = self.assignees.iter().map(|who| person_id(PEOPLE[*who])).collect();
        ids.into_iter().map(PersonKey::Id).collect()
    }

    pub fn waits_for(&self) -> Option<WaitsFor> {
        if !self.open || (self.arrived && self.last_word.is_none() && self.comments > 0) {
            return None;
        }
        let by_maintainer = self.last_word.is_some_and(|word| PEOPLE[word] == "ada");
        Some(if by_maintainer { WaitsFor::Author } else { WaitsFor::Maintainers })
    }
}

/// One delivery of a history.
#[derive(Clone, Debug)]
pub struct Delivery {
    pub guid: Uuid,
    pub event: &'static str,
    pub payload: Value,
}

/// The deliveries of what happened, and the truth after it.
#[derive(Clone, Debug, Default)]
pub struct History {
    pub deliveries: Vec<Delivery>,
    pub truth: BTreeMap<ItemKey, Truth>,
    numbers: BTreeMap<i64, i64>,
    renames: u32,
    /// How often each of the people was renamed.
    renamed: [u32; PEOPLE.len()],
    /// The logins that items' payloads showed last, by id.
    pub shown: BTreeMap<i64, String>,
    guids: u128,
}

impl History {
    /// Opens four items, then takes the steps. Leaves out acts on items that are gone.
    pub fn of(steps: &[Step]) -> Self {
        let mut history = Self::default();
        let mut now: DateTime<Utc> = "2024-02-28T23:59:50Z".parse().unwrap();
        let mut places: Vec<ItemKey> = (0..4).map(|item| history.open(REPOSITORIES[item % 2], now)).collect();
        for step in steps {
            now += Duration::seconds(step.pause);
            history.act(&mut places[step.item], step.act, now);
        }
        history
    }

    fn open(&mut self, repo_id: i64, now: DateTime<Utc>) -> ItemKey {
        let key = self.next_key(repo_id);
        let truth = Truth {
            title: format!("Item {}", key.number),
            open: true,
            labels: BTreeSet::new(),
            assignees: BTreeSet::new(),
            milestone: None,
            comments: 0,
            last_word: None,
            arrived: false,
            created_at: now,
            updated_at: now,
            live: true,
        };
        self.truth.insert(key, truth);
        self.tell("issues", key, json!({"action": "opened"}));
        key
    }

    fn next_key(&mut self, repo_id: i64) -> ItemKey {
        let number = self.numbers.entry(repo_id).or_default();
        *number += 1;
        ItemKey { account_id: ACCOUNT, repo_id, number: *number }
    }

    fn act(&mut self, place: &mut ItemKey, act: Act, now: DateTime<Utc>) {
        let key = *place;
        let called: [Value; PEOPLE.len()] = std::array::from_fn(|who| self.person(who));
        let Some(truth) = self.truth.get_mut(&key).filter(|truth| truth.live) else { return };
        let before = truth.clone();
        truth.updated_at = now;
        let (event, told) = match act {
            Act::Comment(who) => {
                truth.comments += 1;
                truth.last_word = Some(who);
                let at = text(now);
                let comment = json!({"id": truth.comments, "created_at": at, "updated_at": at,
                    "user": called[who], "author_association": ASSOCIATIONS[who], "body": "text"});
                ("issue_comment", json!({"action": "created", "comment": comment, "sender": called[who]}))
            }
            Act::Close if truth.open => {
                truth.open = false;
                ("issues", json!({"action": "closed"}))
            }
            Act::Reopen if !truth.open => {
                truth.open = true;
                ("issues", json!({"action": "reopened"}))
            }
            Act::Label(id) if truth.labels.insert(id) => ("issues", json!({"action": "labeled", "label": label(id)})),
            Act::Unlabel(id) if truth.labels.remove(&id) => {
                ("issues", json!({"action": "unlabeled", "label": label(id)}))
            }
            Act::Assign(who) if truth.assignees.insert(who) => {
                ("issues", json!({"action": "assigned", "assignee": called[who]}))
            }
            Act::Unassign(who) if truth.assignees.remove(&who) => {
                ("issues", json!({"action": "unassigned", "assignee": called[who]}))
            }
            Act::Retitle(n) if truth.title != format!("Title {n}") => {
                let from = std::mem::replace(&mut truth.title, format!("Title {n}"));
                ("issues", json!({"action": "edited", "changes": {"title": {"from": from}}}))
            }
            Act::Milestone(number) if truth.milestone != Some(number) => {
                truth.milestone = Some(number);
                ("issues", json!({"action": "milestoned", "milestone": milestone(number)}))
            }
            Act::Demilestone if truth.milestone.is_some() => {
                truth.milestone = None;
                ("issues", json!({"action": "demilestoned"}))
            }
            Act::Delete => {
                truth.live = false;
                ("issues", json!({"action": "deleted"}))
            }
            Act::Transfer(to) if REPOSITORIES[to] != key.repo_id => return self.transfer(place, REPOSITORIES[to], now),
            Act::RenameRepository => {
                *truth = before;
                return self.rename_repository(key.repo_id);
            }
            Act::RenamePerson(who) => {
                *truth = before;
                self.renamed[who] += 1;
                return;
            }
            _ => {
                *truth = before;
                return;
            }
        };
        self.tell(event, key, told);
    }

    /// GitHub tells of a transfer at both places. Labels, assignees and milestone may be lost on the
    /// way; here all are.
    fn transfer(&mut self, place: &mut ItemKey, to: i64, now: DateTime<Utc>) {
        let from = *place;
        let key = self.next_key(to);
        let left = self.truth.get_mut(&from).unwrap();
        left.live = false;
        let mut arrived = left.clone();
        arrived.live = true;
        arrived.updated_at = now;
        arrived.labels.clear();
        arrived.assignees.clear();
        arrived.milestone = None;
        // GitHub tells of it at the old place.
        arrived.last_word = None;
        arrived.arrived = true;
        self.truth.insert(key, arrived);
        let (new, old) = (self.issue(key), self.issue(from));
        let (new_repository, old_repository) = (self.repository(to), self.repository(from.repo_id));
        let gone = json!({"action": "transferred", "changes": {"new_issue": new, "new_repository": new_repository}});
        self.tell("issues", from, gone);
        let here = json!({"action": "opened", "changes": {"old_issue": old, "old_repository": old_repository}});
        self.tell("issues", key, here);
        *place = key;
    }

    fn rename_repository(&mut self, repo_id: i64) {
        self.renames += 1;
        let repository = self.repository(repo_id);
        self.push("repository", json!({"action": "renamed", "repository": repository, "sender": user("ada")}));
    }

    /// Somebody as payloads show them now.
    fn person(&self, who: usize) -> Value {
        match self.renamed[who] {
            0 => user(PEOPLE[who]),
            times => user(&format!("{}--{times}", PEOPLE[who])),
        }
    }

    fn repository(&self, id: i64) -> Value {
        repository(id, &format!("repo-{id}-{}", self.renames))
    }

    fn tell(&mut self, event: &'static str, key: ItemKey, told: Value) {
        let mut payload = told;
        payload["issue"] = self.issue(key);
        payload["repository"] = self.repository(key.repo_id);
        // Now and then a label is shown by its name alone.
        if self.guids % 4 == 3
            && let Some(label) = payload["issue"]["labels"].as_array_mut().unwrap().first_mut()
        {
            *label = label["name"].take();
        }
        // Who labels, closes and so on.
        payload.as_object_mut().unwrap().entry("sender").or_insert(self.person(0));
        let assignees = payload["issue"]["assignees"].as_array().unwrap();
        for shown in assignees.iter().chain([&payload["issue"]["user"], &payload["sender"], &payload["assignee"]]) {
            if let (Some(id), Some(login)) = (shown["id"].as_i64(), shown["login"].as_str()) {
                self.shown.insert(id, login.to_owned());
            }
        }
        self.push(event, payload);
    }

    fn push(&mut self, event: &'static str, payload: Value) {
        self.guids += 1;
        self.deliveries.push(Delivery { guid: Uuid::from_u128(self.guids), event, payload });
    }

    /// What GitHub answers about each live item a minute after the last act.
    pub fn fetched(&self) -> Vec<Event> {
        let date = self.truth.values().map(|truth| truth.updated_at).max().unwrap() + Duration::minutes(1);
        let live = self.truth.iter().filter(|(_, truth)| truth.live);
        let event = |(key, _): (&ItemKey, &Truth)| {
            let mut shown = self.issue(*key);
            shown["node_id"] = json!(format!("I_{}_{}", key.repo_id, key.number));
            let listed = listed_issue(shown.to_string().as_bytes()).unwrap().items.remove(0);
            let owner = OwnerRef { id: ACCOUNT, login: "acme".to_owned() };
            let repository = RepositoryRef {
                id: key.repo_id,
                owner: Some(owner),
                name: "repo".to_owned(),
                private: Some(false),
                archived: None,
                html_url: None,
            };
            facts::fetched(Source::Sweep, &repository, listed, date)
        };
        live.map(event).collect()
    }

    fn issue(&self, key: ItemKey) -> Value {
        let truth = &self.truth[&key];
        json!({
            "id": key.repo_id * 1000 + key.number, "number": key.number, "title": truth.title, "user": self.person(1),
            "state": if truth.open { "open" } else { "closed" },
            "closed_at": if truth.open { Value::Null } else { json!(text(truth.updated_at)) },
            "labels": truth.labels.iter().map(|id| label(*id)).collect::<Vec<_>>(),
            "assignees": truth.assignees.iter().map(|who| self.person(*who)).collect::<Vec<_>>(),
            "milestone": truth.milestone.map(milestone), "comments": truth.comments,
            "created_at": text(truth.created_at), "updated_at": text(truth.updated_at),
        })
    }
}

fn text(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn label(id: i64) -> Value {
    json!({"id": id, "name": format!("label {id}"), "color": "ff0000"})
}

fn milestone(number: i64) -> Value {
    json!({"id": number + 100, "number": number, "title": format!("v{number}"), "state": "open"})
}

/// The events that the service translates a delivery to, after checking its signature.
pub fn events_of(delivery: &Delivery) -> Vec<Event> {
    let body = serde_json::to_vec(&delivery.payload).unwrap();
    let (guid, signed) = (delivery.guid.to_string(), signature::sign(b"s", &body));
    let headers = Headers {
        content_type: Some("application/json"),
        content_encoding: None,
        event: Some(delivery.event),
        delivery: Some(&guid),
        signature: Some(&signed),
    };
    let verified = verify(&Secrets::parse("s").unwrap(), check_headers(headers).unwrap(), &body).unwrap();
    let translation = translate(&verified);
    let elsewhere = translation.elsewhere.into_iter().map(|(_, event)| event);
    translation.events.into_iter().chain(elsewhere).collect()
}

/// Folds events in the given order, item by item.
pub fn fold<'a>(events: impl IntoIterator<Item = &'a Event>) -> BTreeMap<ItemKey, ItemState> {
    let mut items: BTreeMap<ItemKey, ItemState> = BTreeMap::new();
    for event in events {
        if let Fact::Item(fact) = &event.fact {
            let key = ItemKey { account_id: ACCOUNT, repo_id: fact.repo_id, number: fact.number };
            items.entry(key).or_default().apply(event, fact, &Bots::default());
        }
    }
    items
}

/// What people are called after events that were all heard of at once.
pub fn logins<'a>(events: impl IntoIterator<Item = &'a Event>) -> BTreeMap<i64, String> {
    let mut directory = Directory::default();
    events.into_iter().for_each(|event| directory.apply(ACCOUNT, event, DateTime::UNIX_EPOCH));
    directory.people.iter().map(|(id, person)| (*id, person.login().to_owned())).collect()
}

/// The bytes of folded items.
pub fn bytes(items: &BTreeMap<ItemKey, ItemState>) -> String {
    serde_json::to_string(&items.iter().collect::<Vec<_>>()).unwrap()
}
