//! Asking GitHub: the service against a fake of it, from the first request to a healed outage.

mod backfill;
mod commands;
mod doctor;
mod doubts;
mod exchanges;
mod identity;
mod life;
mod limits;
mod moves;
mod repair;
mod setup;
mod steps;
mod stuck;
mod whole;

use std::collections::BTreeMap;
use std::time::Duration;

use bugscrub::config::{GitHubSettings, Settings};
use bugscrub::github::{Address, Rhythm};
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::TestDatabase;
use crate::support::app::settings;
use crate::support::github::{APP_ID, APP_KEY, FakeGitHub};

/// No wait here may take longer.
const PATIENCE: Duration = Duration::from_secs(120);

/// Minutes become moments.
pub fn rhythm() -> Rhythm {
    let long = chrono::Duration::hours(1);
    Rhythm {
        redeliver: long,
        sweep: long,
        doubt: chrono::Duration::zero(),
        retry: chrono::Duration::milliseconds(20),
        look: Duration::from_millis(20),
        grace: long,
        workers: 4,
    }
}

pub fn asking(github: &FakeGitHub, rhythm: Rhythm) -> Settings {
    let address = Address::new(&github.url()).unwrap();
    let asked = GitHubSettings { address, app_id: APP_ID, private_key: APP_KEY.to_owned(), rhythm };
    Settings { github: Some(asked), ..settings() }
}

/// The service, with the fake as its GitHub.
pub async fn start(github: &FakeGitHub, rhythm: Rhythm) -> TestApp {
    let app = TestApp::start(asking(github, rhythm), TestDatabase::new().await).await;
    github.hook(&app.url("/webhooks/github"));
    app
}

/// Asks until `done`; what is asked for is on its way without us.
pub async fn until(app: &TestApp, path: &str, done: impl Fn(&Value) -> bool) -> Value {
    let mut last = Value::Null;
    let asking = async {
        loop {
            let answer = app.request(reqwest::Method::GET, path).send().await.unwrap();
            if answer.status() == 200 {
                last = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
                if done(&last) {
                    return;
                }
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let over = tokio::time::timeout(PATIENCE, asking).await;
    assert!(over.is_ok(), "{path} never came to what was waited for; last it was {last:#}");
    last
}

/// Waits until everything is here and nothing is left to ask.
pub async fn complete(app: &TestApp) -> Value {
    until(app, "/api/v1/sync", |sync| sync["backfill"] == "complete" && sync["due"] == 0).await
}

/// Makes a job of an account due now, and waits until nothing is.
pub async fn run_now(app: &TestApp, kind: &str) {
    let pool = &app.database.pool;
    sqlx::query("UPDATE jobs SET due_at = now() WHERE kind = $1").bind(kind).execute(pool).await.unwrap();
    settled(app).await;
}

/// Makes it long since an account was uninstalled.
pub async fn grace_is_over(app: &TestApp) {
    sqlx::query("UPDATE installations SET gone_at = gone_at - interval '2 hours'")
        .execute(&app.database.pool)
        .await
        .unwrap();
}

/// Waits until no job is due.
pub async fn settled(app: &TestApp) {
    let idle = async {
        loop {
            let due: i64 = sqlx::query_scalar("SELECT count(*) FROM jobs WHERE due_at <= clock_timestamp()")
                .fetch_one(&app.database.pool)
                .await
                .unwrap();
            if due == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, idle).await.expect("jobs are due for ever");
}

/// Waits until a job of a kind has failed.
pub async fn failed(app: &TestApp, kind: &str) {
    let count = "SELECT count(*) FROM jobs WHERE kind = $1 AND failures > 0";
    let failing = async {
        while sqlx::query_scalar::<_, i64>(count).bind(kind).fetch_one(&app.database.pool).await.unwrap() == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, failing).await.unwrap_or_else(|_| panic!("no job {kind} fails"));
}

/// How many requests hold a text in their path.
pub fn asked(github: &FakeGitHub, path: &str) -> usize {
    github.log().iter().filter(|request| request.path.contains(path)).count()
}

/// Waits for the nth request whose path holds a text.
pub async fn asked_for(github: &FakeGitHub, path: &str, nth: usize) {
    let asking = async {
        while asked(github, path) < nth {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, asking).await.unwrap_or_else(|_| panic!("{path} is not asked for {nth} times"));
}

/// The queue as the API shows it, in the fake's form.
pub async fn queue(app: &TestApp) -> BTreeMap<(String, i64), Value> {
    let rows = app.all_pages("limit=500").await;
    let row = |row: &Value| {
        let name = (row["repository"].as_str().unwrap().to_owned(), row["number"].as_i64().unwrap());
        let shown = json!({"type": row["type"], "title": row["title"], "author": row["author"],
            "created_at": row["created_at"], "updated_at": row["updated_at"],
            "comments": row["comments"], "labels": row["labels"]});
        (name, shown)
    };
    rows.iter().map(row).collect()
}

/// Fails where the queue and the fake's truth differ, and says where.
pub async fn agrees(app: &TestApp, github: &FakeGitHub, installation: i64) {
    let (truth, queue) = (github.world(|world| world.truth(installation)), queue(app).await);
    if truth.keys().ne(queue.keys()) {
        let jobs: Vec<(String, i64, i32, Option<String>)> =
            sqlx::query_as("SELECT kind, repo_id, failures, error FROM jobs")
                .fetch_all(&app.database.pool)
                .await
                .unwrap();
        println!("jobs left: {jobs:?}");
        for (repo, number) in queue.keys().filter(|key| !truth.contains_key(*key)) {
            let path = format!("/api/v1/items/{repo}/{number}");
            println!("{repo}#{number}: {:#}", app.json(&path).await);
        }
    }
    let missing: Vec<_> = truth.keys().filter(|key| !queue.contains_key(*key)).take(5).collect();
    let extra: Vec<_> = queue.keys().filter(|key| !truth.contains_key(*key)).take(5).collect();
    assert!(missing.is_empty() && extra.is_empty(), "missing: {missing:?}; too many: {extra:?}");
    for (key, row) in &truth {
        assert_eq!(&queue[key], row, "{key:?}");
    }
}
