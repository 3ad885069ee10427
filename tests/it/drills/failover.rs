//! Failover to a standby that was behind.

use serde_json::Value;

use crate::faults::assert_sound;
use crate::support::app::settings;
use crate::support::payload::{issue, issues, repository};
use crate::support::{TestApp, TestDatabase, wait};

async fn open(app: &TestApp, number: i64) -> Value {
    let told = issue(number, &format!("2024-01-{number:02}T00:00:00Z"), "2024-02-01T00:00:00Z");
    app.deliver("issues", &issues("opened", &told, &repository(1, "widgets"))).await
}

/// Waits until the queue shows these issues.
async fn shows(app: &TestApp, numbers: &[i64]) {
    wait::for_state(async || {
        let answer = app.request(reqwest::Method::GET, "/api/v1/queue").send().await.unwrap();
        let page: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        let items = page["items"].as_array().map(Vec::as_slice).unwrap_or_default();
        let shown: Vec<i64> = items.iter().map(|item| item["number"].as_i64().unwrap()).collect();
        if shown == numbers && page["total"] == numbers.len() { Ok(()) } else { Err(format!("{numbers:?}: {page:#}")) }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_failover_the_queue_shows_what_the_standby_had_and_what_came_since() {
    for since in [0, 1, 2] {
        let app = TestApp::start(settings(), TestDatabase::plain().await).await;
        open(&app, 1).await;
        open(&app, 2).await;
        shows(&app, &[1, 2]).await;
        let standby = app.database.copy().await;
        // The primary's last delivery never reached the standby.
        assert_eq!(open(&app, 3).await["position"], 3);
        shows(&app, &[1, 2, 3]).await;
        // Another replica finds the new primary first. When this one looks, the log is shorter than
        // before, as long, or longer.
        let quicker = TestApp::start(settings(), standby).await;
        for number in 4..4 + since {
            open(&quicker, number).await;
        }
        let standby = quicker.stop().await;
        app.database.fail_over_to(standby).await;
        let expected: Vec<i64> = [1, 2].into_iter().chain(4..4 + since).collect();
        shows(&app, &expected).await;
        open(&app, 9).await;
        shows(&app, &[expected, vec![9]].concat()).await;
        assert_sound(&app.database.pool).await;
        app.stop().await.drop().await;
    }
}
