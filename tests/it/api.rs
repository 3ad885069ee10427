//! The API as its clients see it: tokens, accounts, parameters, cursors, visibility, and web pages.

mod accounts;
mod browsers;
mod caching;
mod counting;
mod cursors;
mod dashboards;
mod embedding;
mod failures;
mod manners;
mod milestones;
mod negotiation;
mod operations;
mod outside;
mod page;
mod parameters;
mod problems;
mod shadows;
mod skipping;
mod statistics;
mod tokens;
mod typos;
mod visibility;

use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::app::problem;
use crate::support::payload::{issue, issues, user};

/// GETs with a token and expects 200.
async fn get(app: &TestApp, token: &str, path: &str) -> Value {
    let answer = app.client.get(app.url(path)).bearer_auth(token).send().await.unwrap();
    let (status, body) = (answer.status(), answer.text().await.unwrap());
    assert_eq!(status, 200, "{path}: {body}");
    serde_json::from_str(&body).unwrap()
}

/// GETs with a token and expects a problem.
async fn refused(app: &TestApp, token: &str, path: &str) -> (u16, Value) {
    let answer = app.client.get(app.url(path)).bearer_auth(token).send().await.unwrap();
    assert!(!answer.status().is_success(), "{path}: {}", answer.text().await.unwrap());
    problem(answer).await
}

/// Delivers the opening of an issue; a lower number is staler.
async fn open(app: &TestApp, number: i64, repository: &Value) {
    let day = format!("2024-01-{number:02}T00:00:00Z");
    let receipt = app.deliver("issues", &issues("opened", &issue(number, &day, &day), repository)).await;
    assert_eq!(receipt["events"], 1);
}

/// Delivers an event about an installation.
async fn installation(app: &TestApp, action: &str, account: (i64, &str), selection: &str, repositories: &[&Value]) {
    let (id, login) = account;
    let payload = json!({
        "action": action, "sender": user("octocat"), "repositories": listed(repositories),
        "installation": {
            "id": 1, "repository_selection": selection, "account": {"id": id, "login": login, "type": "Organization"},
        },
    });
    assert_ne!(app.deliver("installation", &payload).await["events"], 0);
}

/// Repositories as an installation lists them, without their owners.
fn listed(repositories: &[&Value]) -> Value {
    let short = |repository: &&Value| {
        json!({"id": repository["id"], "name": repository["name"], "full_name": repository["full_name"],
            "private": repository["private"]})
    };
    repositories.iter().map(short).collect()
}

/// `owner/name#number` of each item of an answer.
fn places(answer: &Value) -> Vec<String> {
    let place = |item: &Value| format!("{}#{}", item["repository"].as_str().unwrap(), item["number"]);
    answer["items"].as_array().unwrap().iter().map(place).collect()
}
