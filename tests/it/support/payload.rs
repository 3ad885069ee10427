//! Small payloads in the shape that GitHub sends.
//!
//! `tools::examples` posts the real published examples; these are for telling stories.

use serde_json::{Value, json};

pub use super::github::shapes::person_id;

/// The account of most tests.
pub const ACCOUNT: i64 = 9_000;

/// A public repository of the account.
pub fn repository(id: i64, name: &str) -> Value {
    owned_repository(ACCOUNT, "acme", id, name)
}

pub fn owned_repository(owner_id: i64, owner: &str, id: i64, name: &str) -> Value {
    json!({
        "id": id, "name": name, "full_name": format!("{owner}/{name}"), "private": false, "archived": false,
        "html_url": format!("https://github.com/{owner}/{name}"),
        "owner": {"login": owner, "id": owner_id, "type": "Organization"},
    })
}

pub fn user(login: &str) -> Value {
    json!({"login": login, "id": person_id(login), "type": "User"})
}

pub fn bot(login: &str) -> Value {
    json!({"login": format!("{login}[bot]"), "id": 77, "type": "Bot"})
}

/// An open issue by `octocat`, created and updated at these times.
pub fn issue(number: i64, created_at: &str, updated_at: &str) -> Value {
    json!({
        "id": 1_000_000 + number, "node_id": format!("I_{number}"), "number": number, "title": format!("Issue {number}"),
        "user": user("octocat"), "state": "open", "state_reason": null, "locked": false, "comments": 0,
        "labels": [], "assignees": [], "milestone": null, "author_association": "NONE",
        "created_at": created_at, "updated_at": updated_at, "closed_at": null, "body": "text",
    })
}

/// A payload of an action on an issue by `octocat`.
pub fn issues(action: &str, issue: &Value, repository: &Value) -> Value {
    json!({
        "action": action, "issue": issue, "repository": repository, "sender": user("octocat"),
        "installation": {"id": 1},
    })
}

/// An id of something that happened at a time, another one for each time.
pub fn id_at(at: &str) -> i64 {
    at.bytes().filter(u8::is_ascii_digit).fold(0, |id, digit| (id * 10 + i64::from(digit - b'0')) % 1_000_000_007)
}
