//! Deliveries and listings.

use bugscrub::activity::{Event, Fact, ItemSnapshot};
use bugscrub::webhook::listed_issues;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{damaged, fuzz, one_of, wreck};
use crate::support::history::{Delivery, events_of};
use crate::support::payload::{bot, issue, repository, user};

/// An item with something in every field that is read.
fn item(number: i64) -> Value {
    let mut item = issue(number, "2024-05-01T10:00:00Z", "2024-05-02T10:00:00Z");
    let more = json!({
        "labels": [{"id": 1, "name": "bug"}, {"id": 2, "name": "help wanted"}, {"id": 3, "name": "ß"}],
        "assignees": [user("ada"), user("grace"), bot("renovate")],
        "milestone": {"id": 9, "number": 2, "title": "v2"}, "comments": 7, "draft": true,
        "closed_at": null, "state_reason": null, "author_association": "MEMBER",
    });
    more.as_object().unwrap().iter().for_each(|(name, value)| item[name] = value.clone());
    item
}

/// The event, where its item is, and a payload.
fn base(rng: &mut ChaCha8Rng) -> (&'static str, &'static str, Value) {
    const ITEMS: [(&str, &str, &[&str]); 5] = [
        (
            "issues",
            "issue",
            &["opened", "edited", "closed", "labeled", "unlabeled", "assigned", "unassigned", "field_added"],
        ),
        ("issue_comment", "issue", &["created", "edited", "deleted", "pinned"]),
        ("pull_request", "pull_request", &["opened", "synchronize", "milestoned", "converted_to_draft", "new_action"]),
        ("pull_request_review", "pull_request", &["submitted", "dismissed"]),
        ("discussion", "discussion", &["created", "answered", "labeled", "new_action"]),
    ];
    let (event, at, actions) = *one_of(rng, &ITEMS);
    let comment = json!({"id": 1, "created_at": "2024-05-02T10:00:00Z", "updated_at": "2024-05-02T10:00:00Z",
        "submitted_at": "2024-05-02T10:00:00Z", "user": user("ada"), "author_association": "OWNER"});
    let payload = json!({
        "action": *one_of(rng, actions), at: item(12), "comment": comment, "review": comment,
        "repository": repository(1, "widgets"), "sender": user("ada"), "installation": {"id": 1},
        "organization": {"login": "acme", "id": 9000}, "label": {"id": 1, "name": "bug"}, "assignee": user("ada"),
        "changes": {"title": {"from": "before"}}, "milestone": {"id": 9, "number": 2, "title": "v2"},
    });
    (event, at, payload)
}

fn delivered(event: &'static str, payload: &Value) -> Vec<Event> {
    events_of(&Delivery { guid: Uuid::from_u128(1), event, payload: payload.clone() })
}

fn shown(events: &[Event]) -> Option<ItemSnapshot> {
    events.iter().find_map(|event| match &event.fact {
        Fact::Item(fact) if fact.number == 12 => fact.snapshot.clone(),
        _ => None,
    })
}

/// Writes a field of an item.
type Field = fn(&ItemSnapshot) -> String;

/// Fields of an item with their places in payloads.
const FIELDS: [(&str, Field); 9] = [
    ("title", |item| format!("{:?}", item.title)),
    ("user", |item| format!("{:?}", item.author)),
    ("created_at", |item| format!("{:?}", item.created_at)),
    ("state", |item| format!("{:?}", item.status.as_ref().map(|status| status.state))),
    ("draft", |item| format!("{:?}", item.draft)),
    ("comments", |item| format!("{:?}", item.comments)),
    ("labels", |item| format!("{:?}", item.labels)),
    ("assignees", |item| format!("{:?}", item.assignees)),
    ("milestone", |item| format!("{:?}", item.milestone)),
];

/// Panics if a fault took more than the field that it is in.
fn assert_kept(before: &ItemSnapshot, after: &ItemSnapshot, item: &str, places: &[String]) {
    for (name, read) in FIELDS {
        let field = format!("{item}/{name}");
        if !places.iter().any(|place| place.starts_with(&field)) {
            assert_eq!(read(after), read(before), "{name}, with faults at {places:?}");
        }
        // An entry costs itself, never its list.
        let entry =
            |place: &String| place.strip_prefix(&format!("{field}/")).map(|rest| rest.split('/').next() != Some("0"));
        let in_list = places.iter().filter(|place| place.starts_with(&field));
        if places.iter().any(|place| place.starts_with(&field))
            && in_list.into_iter().all(|place| entry(place) == Some(true))
        {
            if name == "labels" {
                assert!(after.labels.iter().flatten().any(|label| label.id == 1), "{places:?}");
            }
            if name == "assignees" {
                assert!(after.assignees.iter().flatten().any(|person| person.login == "ada"), "{places:?}");
            }
        }
    }
}

/// What there is no item without: who owns the repository, which it is, and the item's number and time.
fn may_be_wrecked(item: &str, place: &str) -> bool {
    let needed = ["/number", "/updated_at"].map(|name| format!("{item}{name}"));
    !(place == item
        || place.starts_with("/action")
        || place.starts_with("/repository")
        || needed.iter().any(|needed| place == needed))
}

#[test]
fn a_fault_in_a_delivery_costs_its_field() {
    fuzz("a_fault_in_a_delivery_costs_its_field", |rng, input| {
        let (event, at, payload) = base(rng);
        let item = format!("/{at}");
        let before = shown(&delivered(event, &payload)).expect("the whole payload tells of its item");
        let mut wrecked = payload;
        let places = wreck(rng, &mut wrecked, |place| may_be_wrecked(&item, place));
        input.input = format!("{event} {wrecked}");
        let after = shown(&delivered(event, &wrecked)).unwrap_or_else(|| panic!("the item is lost by {places:?}"));
        assert_kept(&before, &after, &item, &places);
    });
}

#[test]
fn no_delivery_is_too_odd_to_be_understood() {
    fuzz("no_delivery_is_too_odd_to_be_understood", |rng, input| {
        let (mut event, _, mut payload) = base(rng);
        if rng.random_range(0..3) == 0 {
            let others = [
                "label",
                "milestone",
                "repository",
                "installation",
                "installation_repositories",
                "installation_target",
                "sub_issues",
                "issue_dependencies",
                "discussion_comment",
                "ping",
                "new_event",
            ];
            event = *one_of(rng, &others);
            payload["action"] =
                json!(*one_of(rng, &["created", "deleted", "edited", "renamed", "transferred", "added", "x"]));
            payload["repositories"] = json!([repository(1, "widgets"), repository(2, "gadgets")]);
            payload["repositories_removed"] = payload["repositories"].clone();
            payload["sub_issue"] = item(3);
            payload["parent_issue"] = item(4);
        }
        wreck(rng, &mut payload, |_| true);
        input.input = format!("{event} {payload}");
        delivered(event, &payload);
    });
}

#[test]
fn a_fault_in_a_listing_costs_its_item() {
    fuzz("a_fault_in_a_listing_costs_its_item", |rng, input| {
        let mut list: Value = (1..=4).map(item).collect();
        let at = rng.random_range(0..4_usize);
        wreck(rng, &mut list[at], |_| true);
        input.input = list.to_string();
        let found = numbers(input.input.as_bytes()).expect("it is a list");
        let others = (1..=4).filter(|number| *number != at as i64 + 1);
        others.for_each(|number| assert!(found.contains(&number), "{number} is lost by a fault in the item at {at}"));
        let bytes = damaged(rng, input.input.as_bytes());
        numbers(&bytes);
    });
}

/// The numbers of the items in a listing; `None` if it is none.
fn numbers(body: &[u8]) -> Option<Vec<i64>> {
    let listed = listed_issues(body).ok()??.items;
    Some(listed.iter().map(|item| item.number).collect())
}
