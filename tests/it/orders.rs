//! Orders and filters by what is known of conversations and closings, from the deliveries to the rows of a page: in memory
//! and from the store they are what sorting the rows by hand gives.

use std::cmp::Reverse;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bugscrub::config::Settings;
use bugscrub::rank::Order;
use bugscrub::scrub::Declarations;
use chrono::{DateTime, Duration, NaiveDate, SecondsFormat, Utc};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use serde_json::{Value, json};

use crate::support::app::{problem, run_test_with, settings};
use crate::support::payload::{issue, issues, repository, user};
use crate::support::{TestApp, in_full, random, run_test};

const NOW: &str = "2026-11-22T10:00:00Z";

/// Days before now: created, updated, closed; comments, reactions; who commented last, and why it was closed.
type Made = (i64, i64, bool, i64, i64, usize, usize);

const REASONS: [Option<&str>; 4] = [None, Some("completed"), Some("not_planned"), Some("duplicate")];

fn before(days: i64) -> String {
    let now: DateTime<Utc> = NOW.parse().unwrap();
    (now - Duration::days(days)).to_rfc3339_opts(SecondsFormat::Secs, true)
}

async fn deliver(app: &TestApp, number: i64, made: Made) {
    let (age, stale, closed, comments, reactions, speaker, reason) = made;
    let home = repository(1, "widgets");
    let mut shown = issue(number, &before(age + stale), &before(stale));
    shown["comments"] = json!(comments);
    shown["reactions"] = json!({"total_count": reactions});
    if closed {
        shown["state"] = json!("closed");
        shown["state_reason"] = json!(REASONS[reason]);
        shown["closed_at"] = json!(before(stale));
    }
    let mut payload = issues(if closed { "closed" } else { "edited" }, &shown, &home);
    payload["sender"] = user("octocat");
    app.deliver("issues", &payload).await;
    if speaker > 0 {
        let mut said = issues("created", &shown, &home);
        let (login, association) = [("octocat", "NONE"), ("ada", "MEMBER")][speaker - 1];
        said["sender"] = user(login);
        said["comment"] = json!({"id": number, "created_at": before(stale), "updated_at": before(stale),
            "user": user(login), "author_association": association});
        app.deliver("issue_comment", &said).await;
    }
}

async fn rows(app: &TestApp, query: &str) -> Vec<Value> {
    app.all_pages(query).await
}

fn date(row: &Value, name: &str) -> Option<NaiveDate> {
    row[name].as_str().map(|at| at.parse::<DateTime<Utc>>().unwrap().date_naive())
}

/// The last that a human did: no bot does anything here.
fn human_date(row: &Value) -> Option<NaiveDate> {
    date(&row["last_activity"], "at")
}

/// What an order looks at first, the greatest first.
fn first(order: Order, row: &Value) -> Option<i64> {
    let seconds = |at: &Value| at.as_str().map(|at| at.parse::<DateTime<Utc>>().unwrap().timestamp());
    match order {
        Order::Stalest | Order::Freshest | Order::Oldest | Order::Newest => None,
        Order::HumanStalest => Some(10f64.powf(row["human_stale_age"].as_f64()?).round() as i64),
        Order::LongestWaiting => seconds(&row["waits_since"]).map(|at| -at),
        Order::Quietest => seconds(&row["last_activity"]["at"]).map(|at| -at),
        Order::MostComments => row["comments"].as_i64(),
        Order::MostReactions => row["reactions"].as_i64(),
        Order::MostCommenters => row["commenters"].as_i64(),
        Order::LastClosed => seconds(&row["closed_at"]),
    }
}

fn sorted(order: Order, mut rows: Vec<Value>) -> Vec<i64> {
    let number = |row: &Value| row["number"].as_i64().unwrap();
    let created = |row: &Value| (row["created_at"].as_str().unwrap().to_owned(), number(row));
    let product = |row: &Value| (row["days_age"].as_i64().unwrap() + 1) * (row["days_stale"].as_i64().unwrap() + 1);
    let stalest = |row: &Value| (Reverse(product(row)), created(row));
    match order {
        Order::Oldest | Order::Newest => rows.sort_by_key(created),
        _ => rows.sort_by_key(|row| (Reverse(first(order, row)), stalest(row))),
    }
    if matches!(order, Order::Freshest | Order::Newest) {
        rows.reverse();
    }
    rows.iter().map(number).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_order_and_each_filter_is_what_the_rows_say() {
    run_test(async |app| {
        app.clock.set(NOW);
        let made = (0..9_i64, 0..70_i64, prop::bool::weighted(0.4), 0..4_i64, 0..4_i64, 0..3_usize, 0..4_usize);
        let made = proptest::collection::vec(made, 60).new_tree(&mut random()).unwrap().current();
        for (number, made) in (1..).zip(made) {
            deliver(&app, number, made).await;
        }
        let all = rows(&app, "state=all&limit=200").await;
        assert_eq!(all.len(), 60);
        for state in ["open", "closed", "all"] {
            let mut shown = all.clone();
            shown.retain(|row| state == "all" || row["state"] == state);
            for order in Order::ALL {
                let told = rows(&app, &format!("state={state}&order={}&limit=7", order.name())).await;
                let told: Vec<i64> = told.iter().map(|row| row["number"].as_i64().unwrap()).collect();
                assert_eq!(told, sorted(order, shown.clone()), "{state} {order:?}");
            }
        }
        let (month, today): (NaiveDate, NaiveDate) = ("2026-10-23".parse().unwrap(), "2026-11-22".parse().unwrap());
        let is = |row: &Value, name: &str, text: &str| row[name] == text;
        type Keep<'a> = Box<dyn Fn(&Value) -> bool + 'a>;
        let filters: [(&str, Keep<'_>); 14] = [
            ("waiting_before=30d", Box::new(|row| date(row, "waits_since").is_some_and(|since| since < month))),
            (
                "waiting_after=30d&state=all",
                Box::new(|row| date(row, "waits_since").is_some_and(|since| since > month)),
            ),
            ("waiting_before=0d", Box::new(|row| date(row, "waits_since").is_some_and(|since| since < today))),
            (
                "waits_for=author&waiting_before=30d",
                Box::new(|row| is(row, "waits_for", "author") && date(row, "waits_since").unwrap() < month),
            ),
            (
                "active_before=30d",
                Box::new(|row| is(row, "state", "open") && human_date(row).is_some_and(|at| at < month)),
            ),
            ("active_after=30d&state=all", Box::new(|row| human_date(row).is_some_and(|at| at > month))),
            ("closed_before=30d", Box::new(|row| date(row, "closed_at").is_some_and(|at| at < month))),
            ("closed_after=30d&state=all", Box::new(|row| date(row, "closed_at").is_some_and(|at| at > month))),
            ("closed_after=99d&state=open", Box::new(|_| false)),
            ("closed_reason=not_planned", Box::new(|row| is(row, "closed_reason", "not_planned"))),
            (
                "closed_reason=Completed&closed_reason=duplicate&closed_before=9d",
                Box::new(|row| {
                    let reason = is(row, "closed_reason", "completed") || is(row, "closed_reason", "duplicate");
                    reason && date(row, "closed_at").unwrap() < today - Duration::days(9)
                }),
            ),
            ("closed_reason=none", Box::new(|row| is(row, "state", "closed") && row["closed_reason"].is_null())),
            (
                "closed_reason=-none&closed_reason=-completed",
                Box::new(|row| !row["closed_reason"].is_null() && !is(row, "closed_reason", "completed")),
            ),
            ("closed_reason=completed&state=open", Box::new(|_| false)),
        ];
        for (query, keep) in filters {
            let mut told: Vec<i64> = rows(&app, &format!("{query}&limit=7"))
                .await
                .iter()
                .map(|row| row["number"].as_i64().unwrap())
                .collect();
            told.sort_unstable();
            let mut right: Vec<i64> =
                all.iter().filter(|row| keep(row)).map(|row| row["number"].as_i64().unwrap()).collect();
            right.sort_unstable();
            assert_eq!(told, right, "{query}");
        }
        app
    })
    .await;
}

/// Items with labels and a milestone each, in two repositories.
async fn with_names(app: &TestApp) {
    let named: [(&[&str], &str, &str); 7] = [
        (&["priority/high", "kind/bug"], "v2.1", "widgets"),
        (&["Priority/Low"], "V2.10", "widgets"),
        (&["kind/feature"], "v3.0", "widgets"),
        (&["PRIORITÄT/Ü"], "später", "widgets"),
        (&["priority*"], "v2", "gadgets"),
        (&[], "", "gadgets"),
        (&["priorit"], "v20.1", "gadgets"),
    ];
    for (number, (labels, milestone, home)) in (1_i64..).zip(named) {
        let mut item = issue(number, &before(100 + number), &before(10));
        let id = |at: usize| number * 10 + i64::try_from(at).unwrap();
        item["labels"] = labels.iter().enumerate().map(|(at, name)| json!({"id": id(at), "name": name})).collect();
        if !milestone.is_empty() {
            item["milestone"] = json!({"number": number, "title": milestone});
        }
        let repository = repository(1 + i64::from(home == "gadgets"), home);
        app.deliver("issues", &issues("opened", &item, &repository)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_star_at_the_end_asks_for_all_names_that_begin_so() {
    run_test(async |app| {
        app.clock.set(NOW);
        with_names(&app).await;
        let found: [(&str, &[i64], bool); 17] = [
            ("label=priority/*", &[1, 2], false),
            ("label=PRIORIT*", &[1, 2, 4, 5, 7], false),
            ("label=priorität*", &[4], false),
            ("label=\"priority*\"", &[5], false),
            ("label=-priority/*&label=-kind/*", &[4, 5, 6, 7], false),
            ("label=all:priority/*,KIND/*", &[1], false),
            ("label=all:priority/*,kind/feature", &[], false),
            ("label=kind/*&label=none", &[1, 3, 6], false),
            ("label=kind/bug&label=kind/*", &[1, 3], false),
            ("label=area/*", &[], true),
            ("label=*", &[], true),
            ("milestone=v2.*", &[1, 2], false),
            ("milestone=v2*&milestone=-v20*", &[1, 2, 5], false),
            ("milestone=SP*", &[4], false),
            ("repo=wid*", &[1, 2, 3, 4], false),
            ("repo=acme/*&repo=-acme/GAD*", &[1, 2, 3, 4], false),
            ("repo=nobody/*", &[], true),
        ];
        for (query, numbers, warns) in found {
            // In memory, and from the store.
            for state in ["open", "all"] {
                let answer = app.json(&format!("/api/v1/queue?{query}&state={state}&order=newest")).await;
                let mut told: Vec<i64> =
                    answer["items"].as_array().unwrap().iter().map(|row| row["number"].as_i64().unwrap()).collect();
                told.sort_unstable();
                assert_eq!(told, numbers, "{query} {state}");
                assert_eq!(answer["warnings"] != json!([]), warns, "{query} {state}: {}", answer["warnings"]);
            }
        }
        let answer = app.json("/api/v1/queue?label=area/*").await;
        assert_eq!(answer["warnings"][0]["value"], "area/*");
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_means_everybody_in_it() {
    let views = "
groups:
  team: [ada, none, nobody-here]
  partners: [Grace, 'renovate[bot]']
views:
  - name: from-outside
    filter: {author: [-group:team, -group:partners]}
";
    let views = Declarations::with_file(views).unwrap();
    run_test_with(Settings { views, ..settings() }, async |app| {
        for (number, login) in (1..).zip(["ada", "grace", "linus", "none", "renovate[bot]"]) {
            let mut item = issue(number, &before(100 + number), &before(10));
            item["user"] = user(login);
            item["assignees"] = json!([user(login)]);
            app.deliver("issues", &issues("opened", &item, &repository(1, "widgets"))).await;
        }
        app.clock.set(NOW);
        let found: [(&str, &[i64]); 8] = [
            ("author=group:team", &[1, 4]),
            ("author=group:team&author=group:team&author=group:partners", &[1, 2, 4, 5]),
            ("author=group:team&author=linus", &[1, 3, 4]),
            ("author=-group:team", &[2, 3, 5]),
            ("assignee=group:partners", &[2, 5]),
            ("assignee=group:partners&author=group:team", &[]),
            ("view=from-outside", &[3]),
            ("view=from-outside&assignee=-linus", &[]),
        ];
        for (query, numbers) in found {
            let (mut told, mut next) = (vec![], Some(format!("/api/v1/queue?{query}&order=newest&limit=1")));
            while let Some(path) = next {
                // A group may name people who have done nothing yet.
                let page = app.json(&format!("{path}&strict=true")).await;
                assert_eq!(page["warnings"], json!([]), "{query}");
                told.extend(page["items"].as_array().unwrap().iter().map(|row| row["number"].as_i64().unwrap()));
                next = page["next"].as_str().map(str::to_owned);
                // Who is in a group is for nobody to read.
                let cursor = URL_SAFE_NO_PAD.decode(page["next_cursor"].as_str().unwrap_or_default()).unwrap();
                let cursor = String::from_utf8(cursor).unwrap();
                assert!(!["nobody-here", "renovate", "ada"].iter().any(|login| cursor.contains(login)), "{cursor}");
            }
            told.sort_unstable();
            assert_eq!(told, numbers, "{query}");
        }
        let request = app.request(reqwest::Method::GET, "/api/v1/queue?author=group:friends");
        let (status, told) = problem(request.send().await.unwrap()).await;
        let allowed = json!(["group:partners", "group:team"]);
        assert_eq!((status, &told["parameter"], &told["allowed"]), (400, &json!("author"), &allowed));
        let scrub = app.new_token(&["scrub"], None).await;
        let view = app
            .request_as(&scrub, reqwest::Method::PUT, "/api/v1/views/ours")
            .json(&json!({"filter": {"author": "group:x"}}));
        assert_eq!(problem(view.send().await.unwrap()).await.0, 400);
        let shown = app.json("/api/v1/views/from-outside").await;
        assert_eq!(shown["filter"]["author"], json!(["-group:team", "-group:partners"]));
        app
    })
    .await;
}

#[test]
fn the_error_says_why_groups_cannot_be_used() {
    for (file, said) in [
        ("groups: {Team: [ada]}", "\"Team\""),
        ("groups: {team: []}", "the group \"team\" is empty"),
        ("groups: {team: [\"ada lovelace\"]}", "\"ada lovelace\" is not a login"),
        ("views: [{name: x, filter: {author: group:team}}]", "There is no such group."),
    ] {
        let told = in_full(&Declarations::with_file(file).unwrap_err());
        assert!(told.contains(said), "{file}: {told}");
    }
}
