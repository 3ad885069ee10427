//! The fold gives the same bytes in every order of events, and they are the truth.

use bugscrub::activity::{Event, ItemKey, ItemState, State};
use proptest::prelude::*;
use proptest::sample::SizeRange;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::history::{Delivery, History, bytes, events_of, fold, logins, steps};
use crate::support::payload::{ACCOUNT, issue, issues, repository, user};

fn events(deliveries: &[Delivery]) -> Vec<Event> {
    deliveries.iter().flat_map(events_of).collect()
}

/// Every event at least once and some twice, in any order.
fn any_order_of(count: usize) -> impl Strategy<Value = Vec<usize>> {
    let again = proptest::collection::vec(0..count, SizeRange::from(0..=count));
    again.prop_flat_map(move |again| Just((0..count).chain(again).collect::<Vec<_>>()).prop_shuffle())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Most acts share a second with others, so that every kind of tie occurs.
    #[test]
    fn any_order_and_any_duplication_fold_to_the_same_bytes(
        (history, order) in steps(0..2).prop_flat_map(|steps| {
            let history = History::of(&steps);
            let events: Vec<Event> = events(&history.deliveries).into_iter().chain(history.fetched()).collect();
            let order = any_order_of(events.len());
            (Just(events), order)
        })
    ) {
        let in_order = fold(&history);
        let shuffled = fold(order.iter().map(|at| &history[*at]));
        prop_assert_eq!(bytes(&in_order), bytes(&shuffled));
        prop_assert_eq!(logins(&history), logins(order.iter().map(|at| &history[*at])));
    }

    /// If no two acts share a second, nothing is left to a rule: the fold is the truth.
    #[test]
    fn a_history_without_ties_folds_to_the_truth(
        (history, events, order) in steps(1..3).prop_flat_map(|steps| {
            let history = History::of(&steps);
            let events = events(&history.deliveries);
            let order = any_order_of(events.len());
            (Just(history), Just(events), order)
        })
    ) {
        let folded = fold(order.iter().map(|at| &events[*at]));
        prop_assert_eq!(folded.len(), history.truth.len());
        prop_assert_eq!(&logins(order.iter().map(|at| &events[*at])), &history.shown);
        for (key, truth) in &history.truth {
            let item = &folded[key];
            prop_assert_eq!(item.live(), truth.live);
            prop_assert_eq!(item.title(), Some(truth.title.as_str()));
            prop_assert_eq!(item.state(), Some(if truth.open { State::Open } else { State::Closed }));
            prop_assert_eq!(item.labels(), truth.labels.iter().copied().collect::<Vec<_>>());
            prop_assert_eq!(item.assignees(), truth.assignees());
            prop_assert_eq!(item.milestone(), truth.milestone);
            prop_assert_eq!(item.comments(), Some(truth.comments));
            prop_assert_eq!(item.waits_for(), truth.waits_for());
            prop_assert_eq!(item.created_at(), Some(truth.created_at));
            prop_assert_eq!(item.updated_at(), Some(truth.updated_at));
            prop_assert!(!item.tied());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    /// Many acts in one second leave ties. What GitHub answers later settles all of them, in whatever
    /// order the events are folded.
    #[test]
    fn a_fetched_snapshot_settles_every_tie(
        (history, events, order) in steps(0..2).prop_flat_map(|steps| {
            let history = History::of(&steps);
            let events: Vec<Event> = events(&history.deliveries).into_iter().chain(history.fetched()).collect();
            let order = any_order_of(events.len());
            (Just(history), Just(events), order)
        })
    ) {
        let folded = fold(order.iter().map(|at| &events[*at]));
        for (key, truth) in history.truth.iter().filter(|(_, truth)| truth.live) {
            let item = &folded[key];
            prop_assert_eq!(item.title(), Some(truth.title.as_str()));
            prop_assert_eq!(item.state(), Some(if truth.open { State::Open } else { State::Closed }));
            prop_assert_eq!(item.labels(), truth.labels.iter().copied().collect::<Vec<_>>());
            prop_assert_eq!(item.assignees(), truth.assignees());
            prop_assert_eq!(item.milestone(), truth.milestone);
            prop_assert!(!item.tied());
        }
    }
}

const T0: &str = "2024-05-01T10:00:00Z";
const T1: &str = "2024-05-02T10:00:00Z";
const T2: &str = "2024-05-03T10:00:00Z";

fn delivery(guid: u128, event: &'static str, payload: Value) -> Delivery {
    Delivery { guid: Uuid::from_u128(guid), event, payload }
}

/// Issue 1 of repository 1, with some fields changed.
fn snapshot(updated_at: &str, changes: Value) -> Value {
    let mut issue = issue(1, T0, updated_at);
    for (name, value) in changes.as_object().unwrap() {
        issue[name] = value.clone();
    }
    issue
}

fn act(guid: u128, action: &str, at: &str, changes: Value) -> Delivery {
    delivery(guid, "issues", issues(action, &snapshot(at, changes), &repository(1, "widgets")))
}

fn with(mut delivery: Delivery, name: &str, value: Value) -> Delivery {
    delivery.payload[name] = value;
    delivery
}

fn commented(guid: u128, at: &str, changes: Value) -> Delivery {
    let comment = json!({"id": guid, "created_at": at, "updated_at": at, "user": user("octocat")});
    let mut payload = issues("created", &snapshot(at, changes), &repository(1, "widgets"));
    payload["comment"] = comment;
    delivery(guid, "issue_comment", payload)
}

fn label(id: i64) -> Value {
    json!({"id": id, "name": format!("label {id}")})
}

/// Issue 1 after the deliveries. Panics if it depends on their order.
fn item(deliveries: &[Delivery]) -> ItemState {
    items(deliveries, &[(1, 1)]).remove(0)
}

fn items(deliveries: &[Delivery], wanted: &[(i64, i64)]) -> Vec<ItemState> {
    let told = events(deliveries);
    let folded = fold(&told);
    let mut orders = vec![(0..told.len()).collect::<Vec<_>>()];
    permute(&mut (0..told.len()).collect(), 0, &mut orders);
    for order in orders {
        let other = fold(order.iter().map(|at| &told[*at]));
        assert_eq!(bytes(&folded), bytes(&other), "order {order:?}");
    }
    let key = |(repo_id, number): &(i64, i64)| ItemKey { account_id: ACCOUNT, repo_id: *repo_id, number: *number };
    wanted.iter().map(|place| folded[&key(place)].clone()).collect()
}

fn permute(order: &mut Vec<usize>, from: usize, all: &mut Vec<Vec<usize>>) {
    if from == order.len() {
        all.push(order.clone());
    }
    for other in from..order.len() {
        order.swap(from, other);
        permute(order, from + 1, all);
        order.swap(from, other);
    }
}

fn closed(at: &str) -> Value {
    json!({"state": "closed", "closed_at": at})
}

#[test]
fn close_with_comment_ends_closed() {
    // The comment's payload of that second may still show the issue as open.
    let story =
        [act(1, "opened", T0, json!({})), commented(2, T1, json!({"comments": 1})), act(3, "closed", T1, closed(T1))];
    let item = item(&story);
    assert_eq!(item.state(), Some(State::Closed));
    assert_eq!(item.comments(), Some(1));
    assert!(!item.tied());
}

#[test]
fn reopen_with_comment_ends_open() {
    let story = [
        act(1, "opened", T0, json!({})),
        act(2, "closed", T1, closed(T1)),
        commented(3, T2, closed(T1)),
        act(4, "reopened", T2, json!({})),
    ];
    let item = item(&story);
    assert_eq!(item.state(), Some(State::Open));
    assert_eq!(item.closed_at(), None);
    assert!(!item.tied());
}

#[test]
fn an_item_closed_in_the_second_of_its_opening_is_closed() {
    let item = item(&[act(1, "opened", T0, json!({})), act(2, "closed", T0, closed(T0))]);
    assert_eq!(item.state(), Some(State::Closed));
    assert!(!item.tied());
}

#[test]
fn two_labels_set_in_one_second_are_both_there() {
    // Each snapshot may show only one of them.
    let story = [
        act(1, "opened", T0, json!({})),
        with(act(2, "labeled", T1, json!({"labels": [label(1)]})), "label", label(1)),
        with(act(3, "labeled", T1, json!({"labels": [label(2)]})), "label", label(2)),
    ];
    let item = item(&story);
    assert_eq!(item.labels(), [1, 2]);
    assert!(!item.tied());
}

#[test]
fn a_label_removed_and_set_again_is_there() {
    let story = [
        act(1, "opened", T0, json!({"labels": [label(1)]})),
        with(act(2, "unlabeled", T1, json!({})), "label", label(1)),
        with(act(3, "labeled", T2, json!({"labels": [label(1)]})), "label", label(1)),
    ];
    assert_eq!(item(&story).labels(), [1]);
    assert_eq!(item(&story[..2]).labels(), [] as [i64; 0]);
}

/// By a name alone no label is known, so that a list with such an entry says only which labels there are.
#[test]
fn a_label_that_is_shown_without_its_id_stays() {
    for odd in [json!("label 1"), json!({"name": "label 1"}), json!({"id": null, "name": "label 1"}), json!(null)] {
        let mut story = vec![
            act(1, "opened", T0, json!({"labels": [label(1), label(2)]})),
            with(act(2, "unlabeled", T1, json!({"labels": [odd]})), "label", label(2)),
            commented(3, T2, json!({"labels": [odd, label(3)]})),
        ];
        assert_eq!(item(&story).labels(), [1, 3], "{odd}");
        // Whichever comes of one second, the list that shows all tells more.
        story.push(commented(4, T2, json!({"labels": [label(3)]})));
        assert_eq!(item(&story).labels(), [3], "{odd}");
    }
}

#[test]
fn a_late_comment_does_not_bring_back_what_a_later_event_removed() {
    let story = [
        act(1, "opened", T0, json!({"labels": [label(1)], "assignees": [user("ada")]})),
        commented(2, T1, json!({"labels": [label(1)], "assignees": [user("ada")]})),
        with(act(3, "unlabeled", T2, json!({"assignees": []})), "label", label(1)),
    ];
    let item = item(&story);
    assert_eq!(item.labels(), [] as [i64; 0]);
    assert!(item.assignees().is_empty());
}

#[test]
fn a_close_and_a_reopening_in_one_second_are_a_tie() {
    let story = [act(1, "opened", T0, json!({})), act(2, "closed", T1, closed(T1)), act(3, "reopened", T1, json!({}))];
    assert!(item(&story).tied());
    // A later event settles it.
    let settled = [&story[..], &[commented(4, T2, json!({}))]].concat();
    assert!(!item(&settled).tied());
    assert_eq!(item(&settled).state(), Some(State::Open));
}

#[test]
fn deletion_is_final() {
    let story =
        [act(1, "opened", T0, json!({})), act(2, "deleted", T1, json!({})), commented(3, T2, json!({"comments": 1}))];
    assert!(!item(&story).live());
}

/// The two deliveries that GitHub sends of a transfer.
fn transfer(guid: u128, at: &str, from: (i64, i64), to: (i64, i64)) -> [Delivery; 2] {
    let (old_repository, new_repository) = (repository(from.0, "from"), repository(to.0, "to"));
    let (old, new) = (issue(from.1, T0, at), issue(to.1, T0, at));
    let mut gone = issues("transferred", &old, &old_repository);
    gone["changes"] = json!({"new_issue": new, "new_repository": new_repository});
    let mut here = issues("opened", &new, &new_repository);
    here["changes"] = json!({"old_issue": old, "old_repository": old_repository});
    [delivery(guid, "issues", gone), delivery(guid + 1, "issues", here)]
}

#[test]
fn an_item_transferred_away_and_back_leaves_one_live_item() {
    // GitHub gives the item a new number at each place.
    let there = transfer(10, T1, (1, 1), (2, 5));
    let back = transfer(20, T2, (2, 5), (1, 9));
    let story = [&[act(1, "opened", T0, json!({}))], &there[..], &back[..]].concat();
    let [first, second, third] = items(&story, &[(1, 1), (2, 5), (1, 9)]).try_into().unwrap();
    assert!(!first.live() && !second.live() && third.live());
    assert_eq!(first.transferred_to().map(|key| (key.repo_id, key.number)), Some((2, 5)));
    assert_eq!(third.transferred_from().map(|key| (key.repo_id, key.number)), Some((2, 5)));
}

#[test]
fn one_half_of_a_transfer_is_enough() {
    // The `opened` at the new place also names the old one.
    let [_, here] = transfer(10, T1, (1, 1), (2, 5));
    let [old, new] = items(&[act(1, "opened", T0, json!({})), here], &[(1, 1), (2, 5)]).try_into().unwrap();
    assert!(!old.live() && new.live());
}

#[test]
fn activity_of_humans_and_bots_is_kept_apart() {
    let mut by_bot = commented(2, T1, json!({}));
    for place in ["/sender", "/comment/user"] {
        *by_bot.payload.pointer_mut(place).unwrap() = crate::support::payload::bot("stale");
    }
    let item = item(&[act(1, "opened", T0, json!({})), by_bot]);
    let (last, human) = (item.last_activity().unwrap(), item.last_human_activity().unwrap());
    assert_eq!((last.kind.as_str(), last.actor.login.as_str()), ("commented", "stale[bot]"));
    assert_eq!((human.kind.as_str(), human.actor.login.as_str()), ("opened", "octocat"));
}

#[test]
fn an_absent_field_changes_nothing() {
    // Payloads of reviews show a pull request without its count of comments.
    let widgets = repository(1, "widgets");
    let mut full = snapshot(T1, json!({"comments": 7, "draft": true}));
    let opened = json!({"action": "opened", "pull_request": full, "repository": widgets, "sender": user("ada")});
    for name in ["comments", "labels", "assignees", "milestone"] {
        full.as_object_mut().unwrap().remove(name);
    }
    full["updated_at"] = json!(T2);
    let reviewed = json!({"action": "submitted", "pull_request": full, "repository": widgets, "sender": user("ada"),
        "review": {"submitted_at": T2, "user": user("ada"), "author_association": "MEMBER"}});
    let item = item(&[delivery(1, "pull_request", opened), delivery(2, "pull_request_review", reviewed)]);
    assert_eq!(item.comments(), Some(7));
    assert!(item.draft());
    assert_eq!(item.last_human_activity().unwrap().association.as_deref(), Some("MEMBER"));
}

#[test]
fn a_discussion_is_closed_if_github_says_so_else_answered_else_open() {
    let widgets = repository(1, "widgets");
    let told = |guid, action: &str, at: &str, changes: Value| {
        let payload = json!({"action": action, "discussion": snapshot(at, changes), "repository": widgets, "sender": user("ada")});
        delivery(guid, "discussion", payload)
    };
    let created = told(1, "created", T0, json!({"answer_chosen_at": null}));
    let answered = told(2, "answered", T1, json!({"answer_chosen_at": T1}));
    let closed = told(3, "closed", T2, json!({"answer_chosen_at": T1, "state": "closed"}));
    assert_eq!(item(std::slice::from_ref(&created)).state(), Some(State::Open));
    assert_eq!(item(&[created.clone(), answered.clone()]).state(), Some(State::Answered));
    assert_eq!(item(&[created, answered, closed]).state(), Some(State::Closed));
}
