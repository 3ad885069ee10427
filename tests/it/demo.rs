//! The demo: its generated organization behaves as one on GitHub would, and the queue is shown.

mod company;
mod showing;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use bugscrub::deliver::RecordedDelivery;
use bugscrub::demo::{Organization, Trickle};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

fn end() -> DateTime<Utc> {
    "2026-11-22T00:00:00Z".parse().unwrap()
}

/// The deliveries of one organization, and their payloads, made once for all tests.
fn history() -> &'static [(RecordedDelivery, Value)] {
    &organization().0
}

/// What goes on after this history.
fn trickle() -> Trickle {
    organization().1.clone()
}

fn organization() -> &'static (Vec<(RecordedDelivery, Value)>, Trickle) {
    static ORGANIZATION: OnceLock<(Vec<(RecordedDelivery, Value)>, Trickle)> = OnceLock::new();
    ORGANIZATION.get_or_init(|| {
        let (recorded, trickle) = Organization::generate(1, end());
        let parsed = recorded.into_iter().map(|recorded| {
            let payload = serde_json::from_slice(&recorded.payload).unwrap();
            (recorded, payload)
        });
        (parsed.collect(), trickle)
    })
}

fn time(value: &Value) -> DateTime<Utc> {
    value.as_str().unwrap_or_else(|| panic!("no time: {value}")).parse().unwrap()
}

/// The item that a payload is about, and its type.
fn item(payload: &Value) -> Option<(&'static str, &Value)> {
    if payload["pull_request"].is_object() {
        Some(("PR", &payload["pull_request"]))
    } else if payload["discussion"].is_object() {
        Some(("Discussion", &payload["discussion"]))
    } else if payload["issue"].is_object() {
        let issue = &payload["issue"];
        Some((if issue["pull_request"].is_object() { "PR" } else { "Issue" }, issue))
    } else {
        None
    }
}

/// Repository id and item number.
type Key = (u64, u64);

fn key(payload: &Value) -> Option<Key> {
    let (_, item) = item(payload)?;
    Some((payload["repository"]["id"].as_u64().unwrap(), item["number"].as_u64().unwrap()))
}

/// What the last delivery of each item says, without items that were deleted or transferred away.
/// Within one second the order is not certain: a closing outranks a comment.
fn items() -> BTreeMap<Key, (&'static str, &'static Value)> {
    let mut items = BTreeMap::<Key, (&'static str, &'static Value)>::new();
    let mut gone = BTreeSet::new();
    for (_, payload) in history() {
        let Some(key) = key(payload) else { continue };
        if matches!(payload["action"].as_str(), Some("deleted" | "transferred")) {
            gone.insert(key);
        }
        let said = item(payload).unwrap();
        match items.get(&key) {
            Some((_, before)) if time(&before["updated_at"]) > time(&said.1["updated_at"]) => {}
            Some((_, before)) if before["updated_at"] == said.1["updated_at"] && before["state"] == "closed" => {}
            _ => {
                items.insert(key, said);
            }
        }
    }
    items.retain(|key, _| !gone.contains(key));
    items
}

#[test]
fn the_same_seed_and_end_give_the_same_bytes() {
    let (first, mut one) = Organization::generate(1, end());
    assert!(first.iter().eq(history().iter().map(|(recorded, _)| recorded)));
    let (second, mut two) = Organization::generate(2, end());
    assert!(!first.iter().eq(&second));
    let mut again = trickle();
    let now = end() + TimeDelta::hours(9);
    let next = again.next(now);
    assert_eq!(next, one.next(now));
    assert_ne!(next, two.next(now));
}

#[test]
fn deliveries_are_in_order_of_time_and_have_distinct_guids() {
    let history = history();
    assert!((12_000..=16_000).contains(&history.len()), "{}", history.len());
    assert!(history.is_sorted_by_key(|(recorded, _)| recorded.at));
    assert!(history.iter().all(|(recorded, _)| recorded.at < end()));
    assert!(history[0].0.at < end() - TimeDelta::days(6 * 365));
    let guids = history.iter().map(|(recorded, _)| recorded.delivery).collect::<BTreeSet<_>>();
    assert_eq!(guids.len(), history.len());
    assert_eq!(history[0].0.event, "installation");
}

#[test]
fn every_payload_names_its_account_installation_and_sender() {
    let (_, installed) = &history()[0];
    let account = installed["installation"]["account"]["id"].as_u64().unwrap();
    for (recorded, payload) in history() {
        assert!(payload["action"].is_string(), "{}", recorded.event);
        assert!(payload["installation"]["id"].is_u64());
        for user in [&payload["sender"], &payload["repository"]["owner"]] {
            assert_eq!(user["login"].as_str().unwrap_or_default().ends_with("[bot]"), user["type"] == "Bot");
        }
        assert!(payload["sender"]["id"].is_u64() && payload["sender"]["login"].is_string());
        if recorded.event != "installation" {
            assert_eq!(payload["repository"]["owner"]["id"], account);
            assert_eq!(payload["organization"]["id"], account);
            let name = payload["repository"]["name"].as_str().unwrap();
            assert_eq!(payload["repository"]["full_name"], format!("quarrywork/{name}"));
        }
        if let Some((_, item)) = item(payload) {
            assert!(item["id"].is_u64() && item["node_id"].is_string() && item["user"]["id"].is_u64());
        }
    }
}

#[test]
fn every_kind_of_event_that_the_store_understands_occurs() {
    let seen =
        history().iter().map(|(recorded, payload)| (recorded.event.as_str(), payload["action"].as_str().unwrap()));
    let seen = seen.collect::<BTreeSet<_>>();
    for pair in [
        ("repository", "created"),
        ("repository", "renamed"),
        ("label", "created"),
        ("label", "edited"),
        ("milestone", "created"),
        ("milestone", "closed"),
        ("issues", "opened"),
        ("issues", "closed"),
        ("issues", "reopened"),
        ("issues", "labeled"),
        ("issues", "unlabeled"),
        ("issues", "assigned"),
        ("issues", "milestoned"),
        ("issues", "edited"),
        ("issues", "transferred"),
        ("issues", "deleted"),
        ("issue_comment", "created"),
        ("pull_request", "opened"),
        ("pull_request", "closed"),
        ("pull_request", "synchronize"),
        ("pull_request", "ready_for_review"),
        ("pull_request", "converted_to_draft"),
        ("pull_request", "review_requested"),
        ("pull_request_review", "submitted"),
        ("pull_request_review_comment", "created"),
        ("discussion", "created"),
        ("discussion", "answered"),
        ("discussion", "closed"),
        ("discussion", "transferred"),
        ("discussion_comment", "created"),
    ] {
        assert!(seen.contains(&pair), "{pair:?} never happens");
    }
}

#[test]
fn payloads_describe_items_consistently() {
    let mut types = BTreeMap::new();
    for (recorded, payload) in history() {
        let Some((kind, item)) = item(payload) else { continue };
        let key = key(payload).unwrap();
        assert_eq!(*types.entry(key).or_insert(kind), kind, "{key:?} changed its type");
        let (created, updated) = (time(&item["created_at"]), time(&item["updated_at"]));
        assert!(created <= updated, "{item}");
        // A deletion need not change `updated_at`.
        let under_way = if payload["action"] == "deleted" { TimeDelta::seconds(1) } else { recorded.at - updated };
        assert!(TimeDelta::zero() < under_way && under_way < TimeDelta::seconds(3), "{under_way}: {item}");
        if kind != "Discussion" {
            assert_eq!(item["state"] == "open", item["closed_at"].is_null(), "{item}");
        }
        if !item["merged_at"].is_null() {
            assert_eq!(item["state"], "closed");
        }
        let url = item["html_url"].as_str().unwrap();
        assert!(url.ends_with(&format!("/{}", key.1)), "{url}");
    }
}

#[test]
fn each_repository_numbers_its_items_without_gaps() {
    let mut numbers = BTreeMap::<u64, Vec<u64>>::new();
    for (recorded, payload) in history() {
        let action = payload["action"].as_str().unwrap();
        if matches!(
            (recorded.event.as_str(), action),
            ("issues" | "pull_request", "opened") | ("discussion", "created")
        ) {
            let (repository, number) = key(payload).unwrap();
            numbers.entry(repository).or_default().push(number);
        }
    }
    assert_eq!(numbers.len(), 12);
    for (repository, mut numbers) in numbers {
        numbers.sort_unstable();
        assert!(numbers.iter().copied().eq(1..=numbers.len() as u64), "repository {repository}");
    }
}

#[test]
fn comment_counts_grow_by_one() {
    let mut counts = BTreeMap::<Key, BTreeSet<u64>>::new();
    for (recorded, payload) in history() {
        if matches!(recorded.event.as_str(), "issue_comment" | "discussion_comment") {
            let count = item(payload).unwrap().1["comments"].as_u64().unwrap();
            assert!(counts.entry(key(payload).unwrap()).or_default().insert(count), "counted twice");
        }
    }
    for (key, counts) in counts {
        // A transferred item brings its comments along.
        let first = *counts.first().unwrap();
        assert!(counts.iter().copied().eq(first..first + counts.len() as u64), "{key:?}: {counts:?}");
    }
}

#[test]
fn every_transferred_item_arrives_elsewhere() {
    let mut left = BTreeMap::new();
    let mut arrived = BTreeMap::new();
    for (_, payload) in history() {
        for name in ["issue", "discussion"] {
            let (new, old) = (&payload["changes"][format!("new_{name}")], &payload["changes"][format!("old_{name}")]);
            if new.is_object() {
                assert_eq!(new["created_at"], payload[name]["created_at"]);
                left.insert(new["id"].as_u64(), payload[name]["id"].as_u64());
            }
            if old.is_object() {
                assert_ne!(payload["changes"]["old_repository"]["id"], payload["repository"]["id"]);
                arrived.insert(payload[name]["id"].as_u64(), old["id"].as_u64());
            }
        }
    }
    assert!(left.len() >= 5);
    assert_eq!(left, arrived);
}

#[test]
fn the_queue_is_worth_looking_at() {
    let items = items();
    assert!((2_900..=3_200).contains(&items.len()), "{}", items.len());
    let open = items.values().filter(|(_, item)| item["state"] == "open" && item["answer_chosen_at"].is_null());
    let open = open.collect::<Vec<_>>();
    assert!((1_000..=1_300).contains(&open.len()), "{}", open.len());
    for kind in ["Issue", "PR", "Discussion"] {
        let count = open.iter().filter(|(of, _)| *of == kind).count();
        assert!(count >= 100, "{count} open of {kind}");
    }
    let days = |name: &str| {
        let mut days = open.iter().map(|(_, item)| (end() - time(&item[name])).num_days()).collect::<Vec<_>>();
        days.sort_unstable();
        days
    };
    let (age, stale) = (days("created_at"), days("updated_at"));
    assert!(age[age.len() - 1] > 2_000 && stale[stale.len() - 1] > 1_800, "nothing is really forgotten");
    assert!(stale[open.len() / 10] < 90 && stale[open.len() * 9 / 10] > 900, "staleness is not spread");
    let titles = items.values().map(|(_, item)| item["title"].as_str().unwrap()).collect::<BTreeSet<_>>();
    assert!(titles.len() * 100 > items.len() * 95, "{} titles of {}", titles.len(), items.len());
    assert!(titles.iter().all(|title| !title.contains(['{', '}']) && title.len() > 4));
}

#[test]
fn activity_is_uneven_bots_are_marked_and_one_repository_is_private() {
    let mut senders = BTreeMap::<&str, usize>::new();
    let mut private = BTreeSet::new();
    let mut same_second = 0;
    let mut commented = None;
    for (recorded, payload) in history() {
        *senders.entry(payload["sender"]["login"].as_str().unwrap()).or_default() += 1;
        if payload["repository"]["private"] == true {
            private.insert(payload["repository"]["name"].as_str().unwrap());
        }
        if let Some((_, item)) = item(payload) {
            if payload["action"] == "closed" && commented == key(payload).map(|key| (key, item["updated_at"].clone())) {
                same_second += 1;
            }
            if recorded.event == "issue_comment" {
                commented = key(payload).map(|key| (key, item["updated_at"].clone()));
            }
        }
    }
    assert_eq!(private, BTreeSet::from(["security-triage"]));
    assert!(same_second > 100, "{same_second} closed with a comment");
    let (bots, people): (Vec<_>, Vec<_>) = senders.iter().partition(|(login, _)| login.ends_with("[bot]"));
    assert_eq!(bots.len(), 4, "{bots:?}");
    assert!((50..=60).contains(&people.len()), "{}", people.len());
    let mut counts = people.iter().map(|(_, count)| **count).collect::<Vec<_>>();
    counts.sort_unstable();
    assert!(counts[counts.len() - 1] > 100 * counts[0], "{counts:?}");
}

#[test]
fn holidays_are_quiet() {
    let opened = |from: &str, days: i64| {
        let from = from.parse::<DateTime<Utc>>().unwrap();
        let within = |at: DateTime<Utc>| from <= at && at < from + TimeDelta::days(days);
        let counted = |(recorded, payload): &&(RecordedDelivery, Value)| {
            within(recorded.at) && recorded.event == "issues" && payload["action"] == "opened"
        };
        history().iter().filter(counted).count()
    };
    let holidays = opened("2024-12-22T00:00:00Z", 12) + opened("2025-12-22T00:00:00Z", 12);
    let ordinary = opened("2024-11-04T00:00:00Z", 12) + opened("2025-11-03T00:00:00Z", 12);
    assert!(holidays * 3 < ordinary, "{holidays} over two New Years, {ordinary} in two Novembers");
}

#[test]
fn the_organization_stays_active() {
    let mut trickle = trickle();
    let mut guids = history().iter().map(|(recorded, _)| recorded.delivery).collect::<BTreeSet<_>>();
    let mut actions = BTreeSet::new();
    for n in 0..200 {
        let now = end() + TimeDelta::seconds(2 * n + 30_000);
        let recorded = trickle.next(now);
        assert_eq!(recorded.at, now);
        assert!(guids.insert(recorded.delivery));
        let payload = serde_json::from_slice::<Value>(&recorded.payload).unwrap();
        let (_, item) = item(&payload).expect("an activity of an item");
        assert_eq!(time(&item["updated_at"]), now);
        assert_eq!(payload["repository"]["private"], false);
        actions.insert((recorded.event, payload["action"].as_str().unwrap().to_owned()));
    }
    assert!(actions.len() >= 8, "{actions:?}");
    assert!(actions.contains(&("issues".to_owned(), "opened".to_owned())));
}
