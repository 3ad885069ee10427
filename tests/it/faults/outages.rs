//! The database goes away and comes back.

use std::time::{Duration, Instant};

use reqwest::Method;
use uuid::Uuid;

use super::load::comment;
use super::{assert_all_stored, assert_sound, hold_head};
use crate::support::app::problem;
use crate::support::{TestApp, run_test, wait};

/// How long GitHub waits for an answer.
const GITHUB_WAITS: Duration = Duration::from_secs(10);

async fn send(app: &TestApp, guid: Uuid) -> reqwest::Response {
    let body = serde_json::to_vec(&comment(501, 1)).unwrap();
    app.signed("issue_comment", &guid.to_string(), body).send().await.unwrap()
}

async fn assert_unavailable(answer: reqwest::Response) {
    assert!(answer.headers().contains_key("retry-after"));
    let (status, said) = problem(answer).await;
    assert_eq!(status, 503, "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_database_the_service_answers_503_and_recovers_when_it_is_back() {
    run_test(async |app| {
        let guids: Vec<Uuid> = (0..4).map(|_| Uuid::new_v4()).collect();
        assert_eq!(send(&app, guids[0]).await.status(), 202);
        for guid in &guids[1..3] {
            app.database.take_away().await;
            let asked = Instant::now();
            assert_unavailable(send(&app, *guid).await).await;
            assert!(asked.elapsed() < GITHUB_WAITS);
            assert_eq!(app.client.get(app.url("/readyz")).send().await.unwrap().status(), 503);
            assert_eq!(app.client.get(app.url("/healthz")).send().await.unwrap().status(), 200);
            assert_unavailable(app.request(Method::GET, "/api/v1/queue?account=501").send().await.unwrap()).await;
            app.database.bring_back().await;
            assert_eq!(send(&app, *guid).await.status(), 202);
            assert_eq!(app.client.get(app.url("/readyz")).send().await.unwrap().status(), 200);
        }
        assert_all_stored(&app.database.pool, &guids[..3]).await;
        assert_sound(&app.database.pool).await;
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_delivery_during_an_outage_is_answered_in_time() {
    run_test(async |app| {
        app.database.take_away().await;
        let asked = Instant::now();
        let guids: Vec<Uuid> = (0..300).map(|_| Uuid::new_v4()).collect();
        let answers = futures_util::future::join_all(guids.iter().map(|guid| send(&app, *guid))).await;
        assert!(asked.elapsed() < GITHUB_WAITS);
        for answer in answers {
            assert_unavailable(answer).await;
        }
        app.database.bring_back().await;
        let kept: i64 =
            sqlx::query_scalar("SELECT count(*) FROM deliveries").fetch_one(&app.database.pool).await.unwrap();
        assert_eq!(kept, 0);
        for guid in &guids {
            assert_eq!(send(&app, *guid).await.status(), 202);
        }
        assert_all_stored(&app.database.pool, &guids).await;
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_whose_head_is_locked_holds_up_no_other() {
    run_test(async |app| {
        let held = hold_head(&app.database.pool, 501).await;
        let (blocked, free) = (Uuid::new_v4(), Uuid::new_v4());
        let asked = Instant::now();
        let other = async {
            let body = serde_json::to_vec(&comment(502, 1)).unwrap();
            app.signed("issue_comment", &free.to_string(), body).send().await.unwrap().status()
        };
        let (refused, stored) = futures_util::future::join(send(&app, blocked), other).await;
        assert_eq!(stored, 202);
        assert_unavailable(refused).await;
        assert!(asked.elapsed() < GITHUB_WAITS);
        held.rollback().await.unwrap();
        assert_eq!(send(&app, blocked).await.status(), 202);
        assert_all_stored(&app.database.pool, &[blocked, free]).await;
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_metric_tells_of_an_outage() {
    run_test(async |app| {
        let shows = async |line: &str| {
            wait::until(&format!("the metrics have {line:?}"), async || app.metrics().await.contains(line)).await;
        };
        shows("\nbugscrub_database_up 1\n").await;
        app.database.take_away().await;
        shows("\nbugscrub_database_up 0\n").await;
        app.database.bring_back().await;
        shows("\nbugscrub_database_up 1\n").await;
        app
    })
    .await;
}
