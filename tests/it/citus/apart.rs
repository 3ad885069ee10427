//! The statements that stand in for others where accounts are spread, on a Postgres that knows nothing of it: what is
//! appended by them is what is appended by the others.

use bugscrub::store::accounts;
use bugscrub::store::rebuild;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::TestDatabase;
use crate::support::app::{TestApp, settings};
use crate::support::payload;

/// Delivers the same to a service; answers what it says of each delivery, and what is in its log.
async fn delivered(database: TestDatabase) -> (Vec<Value>, Vec<String>) {
    let app = TestApp::start(settings(), database).await;
    let mut answers = vec![];
    let widgets = payload::repository(1, "widgets");
    for (day, number) in [(1, 7), (2, 8), (3, 7)] {
        let issue = payload::issue(number, "2026-11-01T10:00:00Z", &format!("2026-11-0{day}T10:00:00Z"));
        let payload = payload::issues(if day == 3 { "edited" } else { "opened" }, &issue, &widgets);
        // The second one is a duplicate.
        for _ in 0..2 {
            let guid = format!("00000000-0000-4000-8000-00000000000{day}");
            answers.push(app.deliver_as("issues", &guid, &payload).await);
        }
    }
    // A person's act is appended behind the head, too.
    let scrub = app.new_token(&["read", "scrub"], None).await;
    let note = app.request_as(&scrub, Method::PUT, "/api/v1/items/acme/widgets/7/note");
    let note = note.header("idempotency-key", "one").json(&json!({"comment": "Look at it."})).send().await.unwrap();
    assert_eq!(note.status(), 200, "{}", note.text().await.unwrap());
    app.caught_up().await;
    let queue = app.json("/api/v1/queue").await;
    answers
        .extend(queue["items"].as_array().unwrap().iter().map(|item| json!([item["number"], item["note"]["comment"]])));
    let pool = app.database.pool.clone();
    for account_id in accounts::all_ids(&pool).await.unwrap() {
        let (_, differences) = rebuild::check(&pool, account_id, &Default::default()).await.unwrap();
        assert!(differences.is_empty(), "{differences:?}");
    }
    let log = "SELECT concat_ws(' ', e.account_id, e.position, e.kind, e.repo_id, e.number,
         CASE WHEN e.source = 'webhook' THEN e.source_key || e.data END,
         (SELECT count(*) FROM deliveries), a.head_position) FROM events e JOIN accounts a USING (account_id)
         ORDER BY e.account_id, e.position";
    let log = sqlx::query_scalar(log).fetch_all(&pool).await.unwrap();
    app.stop().await.drop().await;
    (answers, log)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_is_appended_statement_by_statement() {
    let together = delivered(TestDatabase::new().await).await;
    let apart = delivered(TestDatabase::as_if_spread().await).await;
    assert!(together.1.len() >= 4, "{together:?}");
    for (apart, together) in apart.0.iter().zip(&together.0) {
        assert_eq!(apart, together);
    }
    assert_eq!(apart.1, together.1);
}

/// Whoever appends waits for the account's head, and no position is given twice or left out.
#[tokio::test(flavor = "multi_thread")]
async fn many_at_once_are_appended_one_after_the_other() {
    let app = TestApp::start(settings(), TestDatabase::as_if_spread().await).await;
    let widgets = payload::repository(1, "widgets");
    let deliver = |number: i64| {
        let issue = payload::issue(number, "2026-11-01T10:00:00Z", "2026-11-01T10:00:00Z");
        let payload = payload::issues("opened", &issue, &widgets);
        let app = &app;
        async move { app.deliver("issues", &payload).await }
    };
    let answers = futures_util::future::join_all((1..=100).map(deliver)).await;
    let events: i64 = answers.iter().map(|answer| answer["events"].as_i64().unwrap()).sum();
    let (positions, last): (i64, i64) = sqlx::query_as("SELECT count(DISTINCT position), max(position) FROM events")
        .fetch_one(&app.database.pool)
        .await
        .unwrap();
    assert_eq!((positions, last), (events, events));
    assert_eq!(app.json("/api/v1/queue?min_position=100").await["total"], 100);
    app.stop().await.drop().await;
}
