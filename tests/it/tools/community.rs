//! The page as those use it who come to a scrub: dates and talks, guests and who greets them.

use std::path::Path;
use std::process::Stdio;

use bugscrub::config::{ScrubSettings, Settings};
use bugscrub::http::public::PublicSettings;
use chrono::{DateTime, Utc};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::process::Command;

use super::browser::{browser, folder};
use crate::support::TestApp;
use crate::support::app::{run_test_with, settings};
use crate::support::payload::{issue, issues, repository};
use crate::support::wait::in_time;

async fn fill(app: &TestApp) {
    // The browser goes by this machine's clock.
    app.clock.set(&DateTime::<Utc>::from(std::time::SystemTime::now()).to_rfc3339());
    for number in 1..=12 {
        let at = format!("2026-01-{number:02}T00:00:00Z");
        app.deliver("issues", &issues("opened", &issue(number, &at, &at), &repository(1, "widgets"))).await;
    }
    app.caught_up().await;
    let token = app.new_token(&["read", "private", "scrub"], None).await;
    let opening = json!({"view": "open", "host": "ada"});
    let opened = app.request_as(&token, Method::POST, "/api/v1/scrubs").json(&opening).send().await.unwrap();
    assert_eq!(opened.status(), 201, "{}", opened.text().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_community_plans_comes_and_greets() {
    let scrubs = ScrubSettings { schedule: Some("wednesday 17:00".parse().unwrap()), ..ScrubSettings::default() };
    let public = PublicSettings { on: true, ..PublicSettings::default() };
    run_test_with(Settings { scrubs, public, ..settings() }, async |app| {
        fill(&app).await;
        let token = app.new_token(&["read", "private", "scrub"], None).await;
        let pictures = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/pictures");
        let mut node = Command::new("node");
        node.arg("community.mjs").arg(browser()).arg(app.url("").trim_end_matches('/')).arg(&token).arg(pictures);
        node.current_dir(folder()).stdin(Stdio::null()).kill_on_drop(true);
        let output = in_time("the browser is done", node.output()).await.unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let saw: Value = serde_json::from_slice(&output.stdout).unwrap();
        for none in ["faults", "violations", "axe", "wide"] {
            assert_eq!(saw[none], json!([]), "{none}: {saw:#}");
        }
        let steps = json!([
            ["the first one is cancelled", true],
            ["the next one is the moved one", true],
            ["with its talk", 1],
            ["a guest decides nothing", 0],
            ["the host sees who came", 1],
        ]);
        assert_eq!(saw["steps"], steps);
        app
    })
    .await;
}
