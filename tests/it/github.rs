//! Asking GitHub: the service and a fake GitHub, from the first request to a repaired outage.

mod asked_doctor;
mod backfill;
mod commands;
mod conversations;
mod costs;
mod credentials;
mod doctor;
mod doubts;
mod heads;
mod identity;
mod life;
mod limits;
mod mended;
mod moves;
mod numbers;
mod odd;
mod proxy;
mod reach;
mod repair;
mod setup;
mod steps;
mod stuck;
mod whole;

use std::collections::BTreeMap;
use std::time::Duration;

use bugscrub::config::{GitHubSettings, Settings};
use bugscrub::github::{ApiAddress, PrivateKey, Rhythm};
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::TestDatabase;
use crate::support::app::settings;
use crate::support::github::{APP_ID, APP_KEY, FakeGitHub};
use crate::support::wait;

/// The rhythm of the tests: retries come after moments, and what is periodic only when a test asks.
pub fn rhythm() -> Rhythm {
    let long = chrono::Duration::hours(1);
    Rhythm {
        redeliver: long,
        sweep: long,
        recheck: chrono::Duration::zero(),
        retry: chrono::Duration::milliseconds(20),
        poll: Duration::from_millis(20),
        grace: long,
        workers: 4,
    }
}

pub fn asking(github: &FakeGitHub, rhythm: Rhythm) -> Settings {
    let address = ApiAddress::new(&github.url()).unwrap();
    let asked =
        GitHubSettings { address, app_id: APP_ID.into(), private_key: PrivateKey::parse(APP_KEY).unwrap(), rhythm };
    Settings { github: Some(asked), ..settings() }
}

/// The service, with the fake as its GitHub.
pub async fn start(github: &FakeGitHub, rhythm: Rhythm) -> TestApp {
    start_on(github, asking(github, rhythm), TestDatabase::new().await).await
}

/// The service on a database that may have been used before. The jobs that a start brings are made:
/// whoever waits for jobs waits for these too.
pub async fn start_on(github: &FakeGitHub, settings: Settings, database: TestDatabase) -> TestApp {
    let before = asked(github, LISTING);
    let app = TestApp::start(settings, database).await;
    github.hook(&app.url("/webhooks/github"));
    asked_for(github, LISTING, before + 1).await;
    app
}

/// What every start asks for; its other jobs are made together with this one.
pub const LISTING: &str = "/app/installations?";

/// Asks the API until the answer is as wanted.
pub async fn until(app: &TestApp, path: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    wait::for_state(async || {
        let answer = app.request(reqwest::Method::GET, path).send().await.unwrap();
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        let answer: Value = serde_json::from_str(&text).unwrap();
        if status == 200 && wanted(&answer) { Ok(answer) } else { Err(format!("{path}: {status} {answer:#}")) }
    })
    .await
}

/// Waits until the backfill is complete and no job of the account is due.
pub async fn complete(app: &TestApp) -> Value {
    until(app, "/api/v1/sync", |sync| sync["backfill"] == "complete" && sync["due"] == 0).await;
    // The parts of one answer are not of one moment; those of the next are all of the end.
    app.json("/api/v1/sync").await
}

/// Waits until no job is due, and none has failed and is still to be tried again.
pub async fn healthy(app: &TestApp) {
    let left = "SELECT kind || coalesce(': ' || error, '') FROM jobs WHERE due_at <= clock_timestamp() OR failures > 0";
    wait::for_state(async || {
        let left: Vec<String> = sqlx::query_scalar(left).fetch_all(&app.database.pool).await.unwrap();
        if left.is_empty() { Ok(()) } else { Err(format!("jobs that are left: {left:?}")) }
    })
    .await;
}

/// Makes the jobs of a kind due now, and waits until no job is due.
pub async fn run_now(app: &TestApp, kind: &str) {
    let pool = &app.database.pool;
    sqlx::query("UPDATE jobs SET due_at = now() WHERE kind = $1").bind(kind).execute(pool).await.unwrap();
    settled(app).await;
}

/// Pretends that the accounts were uninstalled long ago.
pub async fn grace_is_over(app: &TestApp) {
    sqlx::query("UPDATE installations SET gone_at = gone_at - interval '2 hours'")
        .execute(&app.database.pool)
        .await
        .unwrap();
}

/// Waits until no job is due; one that a worker has in hand is due until it is done.
pub async fn settled(app: &TestApp) {
    no_job_is_due(&app.database).await;
}

pub async fn no_job_is_due(database: &TestDatabase) {
    let due = "SELECT kind FROM jobs WHERE due_at <= clock_timestamp()";
    wait::for_state(async || {
        let due: Vec<String> = sqlx::query_scalar(due).fetch_all(&database.pool).await.unwrap();
        if due.is_empty() { Ok(()) } else { Err(format!("jobs that are due: {due:?}")) }
    })
    .await;
}

/// Waits until a job of a kind has failed.
pub async fn failed(app: &TestApp, kind: &str) {
    let count = "SELECT count(*) FROM jobs WHERE kind = $1 AND failures > 0";
    wait::until(&format!("a job {kind} has failed"), async || {
        sqlx::query_scalar::<_, i64>(count).bind(kind).fetch_one(&app.database.pool).await.unwrap() > 0
    })
    .await;
}

/// How many requests contain a text in their path.
pub fn asked(github: &FakeGitHub, path: &str) -> usize {
    github.log().iter().filter(|request| request.path.contains(path)).count()
}

/// Waits for the nth request whose path contains a text.
pub async fn asked_for(github: &FakeGitHub, path: &str, nth: usize) {
    wait::until(&format!("{path} is asked for {nth} times"), async || asked(github, path) >= nth).await;
}

/// The queue from the API, in the form of the fake's truth.
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

/// Panics where the queue and the fake's truth differ, and says where.
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
