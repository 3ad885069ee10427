//! A replica whose clock is wrong, made by libfaketime: nothing is deleted, closed or counted by it.

use std::path::PathBuf;

use chrono::Utc;
use serde_json::json;
use sqlx::PgPool;

use crate::support::TestDatabase;
use crate::support::app::SECRET;
use crate::support::github::{APP_KEY, FakeGitHub};
use crate::support::payload::{ACCOUNT, issue, issues, repository};
use crate::support::service::{Serving, client, run};
use crate::support::wait::{for_state, until};

const ADMIN: &str = "the-admin-token-of-the-clocks";

/// The library that Debian's `faketime` preloads.
fn library() -> PathBuf {
    let folders = std::fs::read_dir("/usr/lib").unwrap().map(|entry| entry.unwrap().path());
    let mut places = folders.map(|folder| folder.join("faketime/libfaketimeMT.so.1"));
    places.find(|place| place.exists()).expect("scripts/ensure-tools.sh installs faketime")
}

struct Wrong {
    library: String,
    by: &'static str,
}

impl Wrong {
    fn by(by: &'static str) -> Self {
        Self { library: library().display().to_string(), by }
    }

    /// Settings that give a process this clock.
    fn settings(&self) -> [(&str, &str); 3] {
        [("LD_PRELOAD", &self.library), ("FAKETIME", self.by), ("FAKETIME_DONT_FAKE_MONOTONIC", "1")]
    }
}

async fn count(pool: &PgPool, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(pool).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replica_whose_clock_is_wrong_by_forty_days_changes_nothing_but_a_warning() {
    let database = TestDatabase::new().await;
    let pool = &database.pool;
    let settings = [
        ("BUGSCRUB_DATABASE_URL", &*database.url),
        ("BUGSCRUB_WEBHOOK_SECRET", SECRET),
        ("BUGSCRUB_ADMIN_TOKEN", ADMIN),
    ];
    // Two deliveries, two scrubs.
    let right = Serving::start(&settings).await;
    let ask = |method, url: String| client().request(method, url).bearer_auth(ADMIN);
    for number in [1, 2] {
        let [created, updated] = [100, 50].map(|days| (Utc::now() - chrono::Duration::days(days)).to_rfc3339());
        let item = issue(number, &created, &updated);
        let body = serde_json::to_vec(&issues("opened", &item, &repository(1, "widgets"))).unwrap();
        let signature = bugscrub::webhook::signature::sign(SECRET.as_bytes(), &body);
        let sent = client()
            .post(right.url("/webhooks/github"))
            .header("content-type", "application/json")
            .header("x-github-event", "issues")
            .header("x-github-delivery", uuid::Uuid::new_v4().to_string())
            .header("x-hub-signature-256", signature)
            .body(body);
        assert_eq!(sent.send().await.unwrap().status(), 202);
    }
    for view in ["bug-scrub", "open"] {
        for_state(async || {
            let opened = ask(reqwest::Method::POST, right.url("/api/v1/scrubs")).json(&json!({"view": view}));
            let answer = opened.send().await.unwrap();
            match answer.status().as_u16() {
                201 => Ok(()),
                status => Err(format!("{view}: {status} {}", answer.text().await.unwrap())),
            }
        })
        .await;
    }
    right.stop().await;
    // One of each is old by the database's clock, so that one can see that the old ones are looked for.
    database
        .administer(
            "UPDATE deliveries SET received_at = received_at - interval '31 days'
               WHERE guid = (SELECT min(guid::text)::uuid FROM deliveries);
             UPDATE scrubs SET touched_at = touched_at - interval '13 hours' WHERE view = 'open'",
        )
        .await;
    let today = Utc::now().date_naive();
    for by in ["+40d", "-40d"] {
        let wrong = Wrong::by(by);
        let all: Vec<(&str, &str)> = settings.iter().copied().chain(wrong.settings()).collect();
        let replica = Serving::start(&all).await;
        until("the old delivery is deleted", async || count(pool, "SELECT count(*) FROM deliveries").await <= 1).await;
        until("the old scrub is closed", async || {
            count(pool, "SELECT count(*) FROM scrubs WHERE closed_at IS NOT NULL").await >= 1
        })
        .await;
        assert_eq!(count(pool, "SELECT count(*) FROM deliveries").await, 1, "{by}");
        assert_eq!(count(pool, "SELECT count(*) FROM scrubs WHERE closed_at IS NULL").await, 1, "{by}");
        let queue = ask(reqwest::Method::GET, replica.url(&format!("/api/v1/queue?account={ACCOUNT}")));
        let queue: serde_json::Value = queue.send().await.unwrap().json().await.unwrap();
        // The test may run over midnight.
        let days = [today, Utc::now().date_naive()].map(|day| day.to_string());
        assert!(days.iter().any(|day| queue["as_of"] == *day), "{by}: {queue}");
        // It says how far it is off.
        let ahead = for_state(async || {
            let metrics =
                ask(reqwest::Method::GET, replica.url("/metrics")).send().await.unwrap().text().await.unwrap();
            let line = metrics.lines().find_map(|line| line.strip_prefix("bugscrub_clock_ahead_seconds "));
            line.and_then(|ahead| ahead.parse::<i64>().ok()).filter(|ahead| *ahead != 0).ok_or(metrics)
        })
        .await;
        let off = if by == "+40d" { 40 * 86_400 } else { -40 * 86_400 };
        assert!((ahead - off).abs() < 300, "{by}: {ahead}");
        let log = replica.stop().await;
        assert!(log.contains("this machine's clock differs from the database's"), "{log}");
    }
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_compares_the_clock_with_the_databases_and_with_githubs() {
    let database = TestDatabase::new().await;
    let github = FakeGitHub::start().await;
    github.hook("https://scrub.example/webhooks/github");
    let (url, id) = (github.url(), crate::support::github::APP_ID.to_string());
    let settings = [
        ("BUGSCRUB_GITHUB_API_URL", &*url),
        ("BUGSCRUB_APP_ID", &*id),
        ("BUGSCRUB_PRIVATE_KEY", APP_KEY),
        ("BUGSCRUB_DATABASE_URL", &*database.url),
    ];
    let said = run(&["doctor"], &settings).await.stdout;
    for line in [
        "ok   The clock agrees with GitHub's.",
        "ok   The clock agrees with the database's.",
        "ok   The database can be",
    ] {
        assert!(said.contains(line), "{said}");
    }
    let wrong = Wrong::by("+40d");
    let all: Vec<(&str, &str)> = settings.iter().copied().chain(wrong.settings()).collect();
    let said = run(&["doctor"], &all).await.stdout;
    for line in [
        "WARN The clock of this machine is 40 days ahead of GitHub's",
        "WARN The clock of this machine is 40 days ahead of the database's",
    ] {
        assert!(said.contains(line), "{said}");
    }
    // Without an answer it knows nothing.
    let settings = settings
        .map(|(name, value)| (name, if name == "BUGSCRUB_GITHUB_API_URL" { "http://127.0.0.1:9" } else { value }));
    let said = run(&["doctor"], &settings).await.stdout;
    assert!(said.contains("could not be compared with GitHub's") && !said.contains("agrees with GitHub's"), "{said}");
    database.drop().await;
}
