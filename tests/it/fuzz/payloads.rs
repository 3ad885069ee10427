//! Deliveries and listings.

use bugscrub::activity::Event;
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
fn no_listing_is_too_odd_to_be_read() {
    fuzz("no_listing_is_too_odd_to_be_read", |rng, input| {
        let mut list: Value = (1..=4).map(item).collect();
        wreck(rng, &mut list, |_| true);
        input.input = list.to_string();
        drop(listed_issues(input.input.as_bytes()));
        drop(listed_issues(&damaged(rng, input.input.as_bytes())));
    });
}
