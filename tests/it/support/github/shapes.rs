//! JSON as GitHub writes it: templates made from its own description, with the relevant fields set.

use std::sync::LazyLock;

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::world::{Installation, Item, Kind, Milestone, Repository, Said};

static TEMPLATES: LazyLock<Value> = LazyLock::new(|| {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/github/templates.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
});

/// A template with these fields set.
pub fn of(template: &str, fields: Value) -> Value {
    let mut shape = TEMPLATES[template].clone();
    for (name, value) in fields.as_object().unwrap() {
        shape[name] = value.clone();
    }
    shape
}

pub fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The id of the person with a login. `ada--any` is what somebody is called who was `ada` before.
pub fn person_id(login: &str) -> i64 {
    let first = login.split("--").next().unwrap();
    first.bytes().fold(7, |id, byte| (id * 31 + i64::from(byte)) % 1_000_003)
}

pub fn user(login: &str) -> Value {
    let kind = if login.ends_with("[bot]") { "Bot" } else { "User" };
    of("user", json!({"login": login, "id": person_id(login), "type": kind}))
}

pub fn account(id: i64, login: &str) -> Value {
    of("user", json!({"login": login, "id": id, "type": "Organization"}))
}

pub fn repository_node(id: i64) -> String {
    format!("R_{id}")
}

pub fn label_node(id: i64) -> String {
    format!("LA_{id}")
}

pub fn label(id: i64, name: &str) -> Value {
    of("label", json!({"id": id, "node_id": label_node(id), "name": name, "color": "ffffff", "description": null}))
}

pub fn milestone(number: i64, milestone: &Milestone) -> Value {
    let (url, then) = ("https://github.example/x", "2020-01-01T00:00:00Z");
    json!({"url": url, "html_url": url, "labels_url": url, "id": number, "node_id": "x", "number": number,
        "title": milestone.title, "description": null, "creator": user("grace"), "open_issues": 1, "closed_issues": 1,
        "state": if milestone.open { "open" } else { "closed" }, "created_at": then, "updated_at": then,
        "closed_at": null, "due_on": milestone.due_on.map(time)})
}

pub fn repository(repository: &Repository, login: &str) -> Value {
    shaped(repository, login, "repository")
}

pub fn shaped(repository: &Repository, login: &str, template: &str) -> Value {
    of(
        template,
        json!({"id": repository.id, "node_id": repository_node(repository.id), "name": repository.name,
            "full_name": format!("{login}/{}", repository.name), "owner": account(repository.account_id, login),
            "private": repository.private, "archived": repository.archived, "has_discussions": !repository.discussions_off,
            "has_issues": !repository.issues_off,
            "open_issues_count": repository.items.values().filter(|item| item.open && item.kind != Kind::Discussion).count(),
            "html_url": format!("https://github.example/{login}/{}", repository.name)}),
    )
}

/// An issue, a pull request (also in the shape of an issue) or a discussion.
pub fn item(repository: &Repository, login: &str, item: &Item, as_issue: bool) -> Value {
    let labels: Vec<Value> = item.labels.iter().map(|id| label(*id, &repository.labels[id])).collect();
    let assignees: Vec<Value> = item.assignees.iter().map(|login| user(login)).collect();
    let prefix = match item.kind {
        Kind::Issue => "I",
        Kind::Pull => "PR",
        Kind::Discussion => "D",
    };
    let mut shape = of(
        "issue",
        json!({"id": repository.id * 100_000 + item.number, "number": item.number,
            "node_id": format!("{prefix}_{}_{}", repository.id, item.number), "title": item.title,
            "user": user(&item.author), "state": if item.open { "open" } else { "closed" },
            "created_at": time(item.created_at), "updated_at": time(item.updated_at),
            "closed_at": item.closed_at.map(time), "labels": labels, "assignees": assignees,
            "comments": item.comments, "author_association": "CONTRIBUTOR",
            "milestone": item.milestone.map(|number| milestone(number, &repository.milestones[&number])),
            "repository_url": format!("https://github.example/repos/{login}/{}", repository.name)}),
    );
    match item.kind {
        Kind::Issue => {}
        Kind::Pull => {
            shape["draft"] = json!(false);
            if as_issue {
                let url = "https://github.example/x";
                shape["pull_request"] =
                    json!({"url": url, "html_url": url, "diff_url": url, "patch_url": url, "merged_at": null});
            } else {
                shape["merged_at"] = json!(null);
                shape["head"] = json!({"sha": commit(item.commit)});
                shape["requested_reviewers"] = json!([]);
                shape["requested_teams"] = json!([]);
                shape["auto_merge"] = json!(null);
            }
        }
        Kind::Discussion => {
            shape["answer_chosen_at"] = if item.answered { json!(time(item.updated_at)) } else { json!(null) };
            shape.as_object_mut().unwrap().remove("assignees");
        }
    }
    shape
}

/// Something said, and the field of payloads that it is in.
pub fn said(said: &Said) -> (&'static str, Value) {
    let mut shape =
        json!({"id": said.id, "user": user(&said.by), "author_association": said.association, "body": "text"});
    match said.verdict {
        None => {
            shape["created_at"] = json!(time(said.at));
            shape["updated_at"] = json!(time(said.at));
            ("comment", shape)
        }
        Some(verdict) => {
            shape["submitted_at"] = json!(time(said.at));
            shape["state"] = json!(verdict);
            shape["commit_id"] = json!(commit(said.commit));
            ("review", shape)
        }
    }
}

/// A commit's id.
pub fn commit(number: i64) -> String {
    format!("{number:040x}")
}

/// An installation. GitHub's description requires the fields of a user and of an enterprise together.
pub fn installation(found: &Installation, login: &str) -> Value {
    let mut account = account(found.account_id, login);
    for (name, value) in [
        ("name", login),
        ("slug", login),
        ("created_at", "2020-01-01T00:00:00Z"),
        ("updated_at", "2020-01-01T00:00:00Z"),
    ] {
        account[name] = json!(value);
    }
    of(
        "installation",
        json!({"id": found.id, "app_id": super::APP_ID, "account": account,
            "repository_selection": if found.chosen.is_some() { "selected" } else { "all" },
            "permissions": found.permissions, "target_type": "Organization", "target_id": found.account_id,
            "suspended_at": found.suspended.then_some("2024-01-01T00:00:00Z")}),
    )
}
