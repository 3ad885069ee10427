//! Reading, by properties: whatever is wrong with a payload or a list costs what it is about, and no more.
//!
//! Payloads and pages as GitHub sends them get one to three faults anywhere. Nothing panics, and each
//! field of an item that no fault is about is what it is without them. `BUGSCRUB_FUZZ_RUNS` sets how many
//! are tried.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use bugscrub::activity::{Bots, Event, Fact, ItemState, RepositoryRef, Source};
use bugscrub::github::facts;
use bugscrub::github::wire::{OneNode, Reply, RepositoryDiscussions};
use bugscrub::webhook::reading::read;
use bugscrub::webhook::{ListedItem, VerifiedDelivery, listed_issues, translate};
use chrono::{DateTime, Utc};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::github::shapes;
use crate::support::github::world::{Item, Kind, World};

/// The folded fields of an item.
type Fields = BTreeMap<&'static str, String>;

/// What some faults may cost.
#[derive(Debug, Default)]
struct Costs {
    fields: BTreeSet<&'static str>,
    /// The item as a whole.
    item: bool,
}

impl Costs {
    /// Adds what a fault in a field of an item may cost; no field: the item itself.
    fn add_of_item(&mut self, path: &[&str]) {
        let fields: &[&'static str] = match path.first().copied() {
            None | Some("number") => return self.item = true,
            Some("title") => &["title"],
            Some("user" | "author") => &["author"],
            Some("state" | "closed" | "state_reason" | "stateReason") => &["state", "closed_at"],
            Some("closed_at" | "closedAt") => &["closed_at"],
            Some("created_at" | "createdAt") => &["created_at"],
            Some("updated_at" | "updatedAt") => &["updated_at"],
            Some("merged_at") => &["merged"],
            Some("answer_chosen_at" | "isAnswered") => &["state"],
            Some("pull_request") => &["type", "merged"],
            Some("draft") => &["draft"],
            Some("comments") => &["comments"],
            Some("labels") => &["labels"],
            Some("assignees") => &["assignees"],
            Some("milestone") => &["milestone"],
            Some(_) => &[],
        };
        self.fields.extend(fields);
        // Without a time of the last update, another time stands for it.
        self.item |= ["created_at", "updated_at"].iter().all(|name| self.fields.contains(name));
    }

    fn add(&mut self, path: &[&str]) {
        match path {
            ["issue" | "pull_request" | "discussion", inside @ ..] => self.add_of_item(inside),
            ["repository"] | ["repository", "id" | "owner"] | ["repository", "owner", "id"] => self.item = true,
            _ => {}
        }
    }

    /// Panics if more is lost.
    fn check(&self, whole: &Fields, found: Option<&Fields>, say: impl Fn() -> String) {
        let Some(found) = found else { return assert!(self.item, "the item is lost: {}", say()) };
        for (name, value) in whole.iter().filter(|(name, _)| !self.item && !self.fields.contains(*name)) {
            assert_eq!(found[name], *value, "{name}: {}", say());
        }
    }
}

fn fields(event: &Event) -> Option<Fields> {
    let Fact::Item(fact) = &event.fact else { return None };
    fact.snapshot.as_ref()?;
    let mut item = ItemState::default();
    item.apply(event, fact, &Bots::default());
    let field = |name, value: &dyn std::fmt::Debug| (name, format!("{value:?}"));
    Some(BTreeMap::from([
        field("key", &(fact.repo_id, fact.number)),
        field("type", &item.item_type()),
        field("title", &item.title()),
        field("author", &item.author()),
        field("created_at", &item.created_at()),
        field("updated_at", &item.updated_at()),
        field("state", &item.state()),
        field("closed_at", &item.closed_at()),
        field("merged", &item.merged()),
        field("draft", &item.draft()),
        field("comments", &item.comments()),
        field("labels", &item.labels()),
        field("assignees", &item.assignees()),
        field("milestone", &item.milestone()),
    ]))
}

/// JSON pointers of everything in a value.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields.iter().map(|(name, child)| (name.clone(), child)).collect(),
        Value::Array(entries) => entries.iter().enumerate().map(|(nth, child)| (nth.to_string(), child)).collect(),
        _ => vec![],
    };
    for (name, child) in children {
        let pointer = format!("{at}/{name}");
        pointers(child, &pointer, found);
        found.push(pointer);
    }
}

/// Another value in place of one.
fn other(value: &Value, random: &mut ChaCha8Rng) -> Value {
    let others = [
        Value::Null,
        json!(true),
        json!(-1),
        json!(0),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(1.5),
        json!(1e300),
        json!(""),
        json!("nonsense"),
        json!("nul\u{0}l"),
        json!("-0001-01-01T00:00:00Z"),
        json!("9999-12-31T23:59:59+00:01"),
        json!("{\"quoted\\\",}"),
        json!(value.to_string()),
        json!([]),
        json!([null]),
        json!([[value]]),
        json!({}),
        json!({"0": value}),
        json!({"login": null, "id": "1", "number": {}}),
    ];
    others[random.random_range(0..others.len())].clone()
}

/// Puts one fault in, below a pointer. Returns where.
fn put_fault(document: &mut Value, below: &str, random: &mut ChaCha8Rng) -> Option<String> {
    let mut found = vec![];
    pointers(document.pointer(below)?, below, &mut found);
    // Half of the faults go where most of the fields are that we read.
    let depth = |pointer: &str| pointer.matches('/').count() - below.matches('/').count();
    if random.random_bool(0.5) {
        found.retain(|pointer| depth(pointer) <= 2);
    }
    let pointer = found.get(random.random_range(0..found.len().max(1)))?.clone();
    let (parent, name) = pointer.rsplit_once('/')?;
    if random.random_bool(0.2) {
        match document.pointer_mut(parent)? {
            Value::Object(fields) => drop(fields.remove(name)),
            Value::Array(entries) => drop(entries.remove(name.parse().unwrap())),
            _ => unreachable!("only these have children"),
        }
    } else {
        let child = document.pointer_mut(&pointer)?;
        *child = other(child, random);
    }
    Some(pointer)
}

/// The events of deliveries that tell of everything that happens to items of each kind.
fn payloads() -> Vec<(String, Value)> {
    let mut world = World::default();
    world.now = "2024-03-01T00:00:00Z".parse().unwrap();
    let account = world.account("acme");
    let (repo, to) = (world.repository(account, "widgets"), world.repository(account, "gadgets"));
    let label = world.label_of(repo, "bug");
    world.install(account, None);
    for kind in [Kind::Issue, Kind::Pull, Kind::Discussion] {
        let number = world.open(repo, kind, "An item", "ada");
        world.change_untold(repo, number, |item| {
            item.labels.insert(label);
            item.assignees.insert("grace".to_owned());
        });
        world.comment(repo, number, "linus");
        world.retitle(repo, number, "Another title");
        world.close(repo, number);
    }
    let number = world.open(repo, Kind::Issue, "One that moves", "ada");
    world.transfer(repo, number, to);
    let bodies = world.outgoing.into_iter().map(|sent| (sent.event, serde_json::from_slice(&sent.body).unwrap()));
    bodies.filter(|(event, _): &(String, Value)| event != "installation").collect()
}

fn translated(event: &str, body: &[u8]) -> Vec<Event> {
    translate(&VerifiedDelivery::stored(Uuid::nil(), event, body)).events
}

/// A source of random faults. It prints its seed, and `BUGSCRUB_TEST_SEED` repeats it.
fn source(runs: usize) -> (ChaCha8Rng, usize) {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().expect("a number"));
    let seed = number("BUGSCRUB_TEST_SEED").unwrap_or_else(rand::random);
    println!("BUGSCRUB_TEST_SEED={seed}");
    let runs = number("BUGSCRUB_FUZZ_RUNS").map_or(runs, |runs| usize::try_from(runs).unwrap());
    (ChaCha8Rng::seed_from_u64(seed), runs)
}

#[test]
fn a_fault_in_a_payload_costs_what_it_is_about() {
    let (mut random, runs) = source(3_000);
    let payloads = payloads();
    assert!(payloads.len() > 12, "{}", payloads.len());
    for run in 0..runs {
        let (event, payload) = &payloads[run % payloads.len()];
        let whole = translated(event, &serde_json::to_vec(payload).unwrap());
        let whole = whole.iter().find_map(fields).expect("a whole item");
        let (mut faulty, mut costs, mut faults) = (payload.clone(), Costs::default(), vec![]);
        for _ in 0..random.random_range(1..=3) {
            let Some(pointer) = put_fault(&mut faulty, "", &mut random) else { continue };
            costs.add(&pointer[1..].split('/').collect::<Vec<_>>());
            faults.push(pointer);
        }
        let body = serde_json::to_vec(&faulty).unwrap();
        let found = translated(event, &body).iter().find_map(fields);
        costs.check(&whole, found.as_ref(), || format!("{event} with {faults:?}: {faulty}"));
        // Bytes that are changed or cut off anywhere.
        let mut broken = body;
        let at = random.random_range(0..broken.len());
        broken[at] = random.random();
        translated(event, &broken);
        broken.truncate(at);
        translated(event, &broken);
    }
}

/// The items of a repository, in a world of their own.
fn items(kind: Kind) -> (World, i64) {
    let mut world = World::default();
    world.now = "2024-03-01T00:00:00Z".parse().unwrap();
    let account = world.account("acme");
    let repo = world.repository(account, "widgets");
    let label = world.label_of(repo, "bug");
    for at in 0..4 {
        let number = world.put(repo, kind, &format!("Item {at}"), "ada", "2024-01-01T00:00:00Z".parse().unwrap());
        world.change_untold(repo, number, |item| {
            (item.comments, item.open) = (at, at % 2 == 0);
            item.labels.insert(label);
            item.assignees.insert("grace".to_owned());
        });
    }
    (world, repo)
}

fn folded(listed: Vec<ListedItem>) -> BTreeMap<i64, Fields> {
    let repository =
        RepositoryRef { id: 1, owner: None, name: "widgets".to_owned(), private: None, archived: None, html_url: None };
    let date: DateTime<Utc> = "2024-03-02T00:00:00Z".parse().unwrap();
    let event = |listed: ListedItem| (listed.number, facts::fetched(Source::Backfill, &repository, listed, date));
    listed.into_iter().map(event).map(|(number, event)| (number, fields(&event).expect("an item"))).collect()
}

/// Puts faults into one entry of a page, and compares all entries.
fn faults_in_an_entry(
    page: &Value,
    list: &str,
    runs: usize,
    random: &mut ChaCha8Rng,
    read: impl Fn(&Value) -> BTreeMap<i64, Fields>,
) {
    let whole = read(page);
    let entries = page.pointer(list).unwrap().as_array().unwrap();
    assert_eq!(whole.len(), entries.len());
    for _ in 0..runs {
        let nth = random.random_range(0..entries.len());
        let number = entries[nth]["number"].as_i64().unwrap();
        let (mut faulty, mut costs, mut faults) = (page.clone(), Costs::default(), vec![]);
        let entry = format!("{list}/{nth}");
        if random.random_bool(0.05) {
            let there = faulty.pointer_mut(&entry).unwrap();
            *there = other(there, random);
            costs.item = true;
        }
        for _ in 0..random.random_range(1..=3) {
            let Some(pointer) = put_fault(&mut faulty, &entry, random) else { continue };
            costs.add_of_item(&pointer[entry.len() + 1..].split('/').collect::<Vec<_>>());
            faults.push(pointer);
        }
        let found = read(&faulty);
        for (other, fields) in whole.iter().filter(|(other, _)| **other != number) {
            // A number may have become that of another item.
            if !costs.item {
                assert_eq!(found.get(other), Some(fields), "{faults:?}: {faulty}");
            }
            assert!(found.contains_key(other), "{faults:?}: {faulty}");
        }
        costs.check(&whole[&number], found.get(&number), || format!("{faults:?}: {faulty}"));
    }
}

#[test]
fn a_fault_in_a_list_costs_what_it_is_about() {
    let (mut random, runs) = source(2_000);
    for kind in [Kind::Issue, Kind::Pull] {
        let (world, repo) = items(kind);
        let repo = &world.repositories[&repo];
        let page: Value = repo.items.values().map(|item| shapes::item(repo, "acme", item, true)).collect();
        faults_in_an_entry(&page, "", runs / 2, &mut random, |page| {
            folded(listed_issues(&serde_json::to_vec(page).unwrap()).unwrap().expect("a list").items)
        });
    }
    let (world, repo) = items(Kind::Discussion);
    let discussion = |item: &Item| {
        json!({"id": format!("D_{}", item.number), "number": item.number, "title": item.title,
            "createdAt": shapes::time(item.created_at), "updatedAt": shapes::time(item.updated_at),
            "closed": !item.open, "closedAt": (!item.open).then(|| shapes::time(item.updated_at)),
            "stateReason": (!item.open).then_some("RESOLVED"), "isAnswered": false, "authorAssociation": "NONE",
            "author": {"__typename": "User", "login": item.author, "databaseId": 5},
            "comments": {"totalCount": item.comments}, "labels": {"nodes": [{"id": "LA_1", "name": "bug"}]}})
    };
    let nodes: Vec<Value> = world.repositories[&repo].items.values().map(discussion).collect();
    let page = json!({"data": {"node": {"discussions": {"nodes": nodes,
        "pageInfo": {"hasNextPage": false, "endCursor": null}}}}});
    let labels = HashMap::from([("LA_1".to_owned(), 7)]);
    faults_in_an_entry(&page, "/data/node/discussions/nodes", runs / 2, &mut random, |page| {
        let (reply, _) = read::<Reply<OneNode<RepositoryDiscussions>>>(&serde_json::to_vec(page).unwrap()).unwrap();
        let found = reply.unwrap().data.unwrap().node.unwrap().discussions.unwrap();
        let (found, next) = found.entries(None).unwrap();
        assert_eq!(next, None);
        folded(found.into_iter().filter_map(|found| facts::discussion(found, &labels)).collect())
    });
}
