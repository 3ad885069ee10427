//! Random items as the tests of the queue know them, the deliveries that tell of them, and their order by brute force.

use std::cmp::Reverse;

use chrono::{DateTime, Duration, NaiveDate, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::support::payload::{issue, issues, repository, user};

pub const ZONE: Tz = chrono_tz::Europe::Berlin;

/// An item as the test knows it.
#[derive(Clone, Debug)]
pub struct Item {
    pub repo_id: i64,
    pub number: i64,
    pub kind: &'static str,
    pub open: bool,
    pub author: &'static str,
    pub label: Option<&'static str>,
    pub assignee: Option<&'static str>,
    pub milestone: Option<&'static str>,
    pub title: &'static str,
    pub draft: bool,
    /// Of issues: a member commented on it last, whose login is `ada`.
    pub answered: bool,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl Item {
    pub fn archived(&self) -> bool {
        self.repo_id == 3
    }

    /// Of a pull request nobody knows whether it was reviewed.
    pub fn waits_for(&self) -> Option<&'static str> {
        let by_maintainer = self.kind == "Issue" && self.answered && self.author != "ada";
        let turn = if by_maintainer { "author" } else { "maintainers" };
        Some(turn).filter(|_| self.open && self.kind != "PR")
    }
}

/// Random items: times cluster around few days, so that ties are common, and around midnight.
pub fn items(runner: &mut TestRunner) -> Vec<Item> {
    let times = (0..40_i64, prop_oneof![Just(22 * 3600 + 1800), Just(23 * 3600), 0..86_400_i64], 0..30_i64, 0..3_i64);
    let author = prop_oneof![Just("ada"), Just("Grace"), Just("renovate[bot]")];
    let label = prop_oneof![Just(None), Just(Some("bug")), Just(Some("-BUG")), Just(Some("Good First Issue"))];
    let assignee = prop_oneof![2 => Just(None), 1 => Just(Some("ada")), 1 => Just(Some("Grace"))];
    let milestone = prop_oneof![2 => Just(None), 1 => Just(Some("v1")), 1 => Just(Some("Some Day"))];
    let title =
        prop_oneof![Just("Crash at start"), Just("100% CPU_load"), Just("A CRASH dump\\ is lost"), Just("Docs")];
    let shown = (author, label, assignee, milestone, title);
    let item = (times, 1..4_i64, prop::bool::weighted(0.85), shown, any::<bool>(), 0..3_usize);
    let base: DateTime<Utc> = "2026-03-10T00:00:00Z".parse().unwrap();
    let mut number = 0;
    let made = proptest::collection::vec(item, 120).new_tree(runner).unwrap().current();
    let item = |((day, second, stale, hours), repo_id, open, shown, draft, kind): (_, _, _, _, bool, usize)| {
        let (author, label, assignee, milestone, title) = shown;
        number += 1;
        let created_at = base + Duration::days(day) + Duration::seconds(second);
        Item {
            repo_id,
            number,
            kind: ["Issue", "PR", "Discussion"][kind],
            open,
            author,
            label,
            assignee,
            milestone,
            title,
            draft: draft && kind == 1,
            answered: draft,
            created_at,
            updated_at: created_at + Duration::days(stale) + Duration::hours(hours),
        }
    };
    made.into_iter().map(item).collect()
}

pub fn delivery(item: &Item) -> (&'static str, Value) {
    let at = |time: DateTime<Utc>| time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    let (event, key) = match item.kind {
        "PR" => ("pull_request", "pull_request"),
        "Discussion" => ("discussion", "discussion"),
        _ => ("issues", "issue"),
    };
    let mut shown = issue(item.number, &at(item.created_at), &at(item.updated_at));
    shown["user"] = user(item.author);
    shown["state"] = json!(if item.open { "open" } else { "closed" });
    shown["title"] = json!(item.title);
    shown["draft"] = json!(item.draft);
    shown["assignees"] = item.assignee.iter().map(|login| user(login)).collect();
    let milestone = |title: &str| json!({"number": title.len(), "title": title});
    shown["milestone"] = item.milestone.map_or(Value::Null, milestone);
    let id = item.label.map(|name| item.repo_id * 10 + i64::try_from(name.len()).unwrap());
    shown["labels"] = item.label.iter().map(|name| json!({"id": id, "name": name})).collect();
    let mut home = repository(item.repo_id, &format!("repo-{}", item.repo_id));
    home["archived"] = json!(item.archived());
    let mut payload = issues("edited", &shown, &home);
    if item.kind == "Issue" && item.answered {
        payload["action"] = json!("created");
        payload["sender"] = user("ada");
        let at = at(item.updated_at);
        payload["comment"] =
            json!({"id": 1, "created_at": at, "updated_at": at, "user": user("ada"), "author_association": "MEMBER"});
        return ("issue_comment", payload);
    }
    payload[key] = payload.as_object_mut().unwrap().remove("issue").unwrap();
    (event, payload)
}

pub fn days(time: DateTime<Utc>, today: NaiveDate) -> i64 {
    (today - time.with_timezone(&ZONE).date_naive()).num_days().max(0)
}

/// Repository and number, the stalest first; ties by older creation, then repository id, then number.
pub fn brute_force(items: &[Item], today: NaiveDate, keep: impl Fn(&Item) -> bool) -> Vec<(i64, i64)> {
    let mut kept: Vec<&Item> = items.iter().filter(|item| keep(item)).collect();
    kept.sort_by_key(|item| {
        let product = (days(item.created_at, today) + 1) * (days(item.updated_at, today) + 1);
        (Reverse(product), item.created_at, item.repo_id, item.number)
    });
    kept.into_iter().map(|item| (item.repo_id, item.number)).collect()
}

pub fn keys(answers: &[Value]) -> Vec<(i64, i64)> {
    let repo_id = |answer: &Value| answer["repository"].as_str().unwrap().trim_start_matches("acme/repo-").parse();
    answers.iter().map(|answer| (repo_id(answer).unwrap(), answer["number"].as_i64().unwrap())).collect()
}
