//! Who is in the demo's scrub before one comes.

use bugscrub::demo::{COMPANION, Companion, Service};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::payload::{issue, issues, repository};
use crate::support::{TestApp, run_test};

/// Turns for a row.
const TURNS: usize = 5;

async fn put(app: &TestApp, token: &str, path: &str, body: Value) -> Value {
    let answer = app.request_as(token, Method::PUT, path).json(&body).send().await.unwrap();
    assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
    answer.json().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_companion_waits_then_leads_then_hands_the_scrub_over_and_reads_rows_of_its_own() {
    run_test(async |app| {
        for number in 1..=12 {
            let opened = issue(number, "2026-09-01T00:00:00Z", "2026-09-01T00:00:00Z");
            app.deliver("issues", &issues("opened", &opened, &repository(1, "widgets"))).await;
        }
        app.caught_up().await;
        let token = app.new_token(&["read", "private", "scrub"], None).await;
        let service = Service::new(app.url("").trim_end_matches('/'), &token).unwrap();
        let mut companion = Companion::open(&service).await.unwrap();
        let scrub = format!("/api/v1/scrubs/{}", companion.scrub());
        for _ in 0..2 * TURNS {
            companion.take_turn().await.unwrap();
        }
        let alone = app.json(&scrub).await;
        assert_eq!((&alone["host"], &alone["cursor"]), (&json!(COMPANION), &json!(1)), "{alone}");

        let here =
            json!({"client": "visitor", "place": 1, "following": true, "typing": false, "leaving": false, "by": "ada"});
        let room = put(&app, &token, &format!("{scrub}/presence"), here).await;
        assert_eq!(room["people"].as_array().unwrap().len(), 2, "{room}");
        for _ in 0..TURNS {
            companion.take_turn().await.unwrap();
        }
        let led = app.json(&scrub).await;
        assert_eq!((&led["read"], &led["cursor"]), (&json!(1), &json!(2)), "{led}");
        let deck = app.json(&format!("{scrub}/deck")).await;
        assert_eq!(deck["rows"][0]["item"]["note"]["by"], COMPANION, "{deck}");

        // Three rows later it is the visitor's, and the companion reads rows that it took.
        for _ in 0..5 * TURNS {
            companion.take_turn().await.unwrap();
        }
        let handed = app.json(&scrub).await;
        assert_eq!(handed["host"], "ada", "{handed}");
        assert!(handed["read"].as_i64().unwrap() > 3, "{handed}");
        assert_eq!(handed["cursor"], 4, "{handed}");
        app
    })
    .await;
}
