//! What a platform asks: whether the service is alive and ready, and what it counts.

use serde_json::json;

use super::{get, open};
use crate::support::app::problem;
use crate::support::payload::repository;
use crate::support::run_test;

#[tokio::test(flavor = "multi_thread")]
async fn health_needs_no_token_and_readiness_follows_the_database() {
    run_test(async |app| {
        let ask = async |path: &str| app.client.get(app.url(path)).send().await.unwrap();
        for path in ["/healthz", "/readyz"] {
            let answer = ask(path).await;
            assert_eq!((answer.status().as_u16(), answer.text().await.unwrap().as_str()), (200, r#"{"status":"ok"}"#));
        }
        let token = app.token.clone();
        open(&app, 1, &repository(1, "widgets")).await;

        app.database.take_away().await;
        assert_eq!(ask("/healthz").await.status(), 200);
        let answer = ask("/readyz").await;
        assert_eq!(answer.headers()["retry-after"], "5");
        let (status, said) = problem(answer).await;
        assert_eq!((status, &said["detail"]), (503, &json!("The database cannot be reached.")));
        for path in ["/api/v1/queue", "/api/v1/accounts"] {
            let answer = app.client.get(app.url(path)).bearer_auth(&token).send().await.unwrap();
            assert_eq!(answer.headers()["retry-after"], "5", "{path}");
            let (status, said) = problem(answer).await;
            assert_eq!((status, &said["detail"]), (503, &json!("The database cannot be reached.")), "{path}");
        }

        app.database.bring_back().await;
        assert_eq!(ask("/readyz").await.status(), 200);
        assert_eq!(get(&app, &token, "/api/v1/queue").await["total"], 1);

        // A database without this version's schema is not ready.
        sqlx::query("DELETE FROM _sqlx_migrations").execute(&app.database.pool).await.unwrap();
        let (status, said) = problem(ask("/readyz").await).await;
        assert_eq!(status, 503);
        assert!(said["detail"].as_str().unwrap().contains("bugscrub migrate"), "{said}");
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_count_under_the_documented_names() {
    run_test(async |app| {
        open(&app, 1, &repository(1, "widgets")).await;
        app.json("/api/v1/queue").await;
        let unsigned = app.signed("issues", "no-guid", b"{}".to_vec()).send().await.unwrap();
        assert_eq!(unsigned.status(), 400);
        let refused = app.client.get(app.url("/metrics"));
        assert_eq!(refused.try_clone().unwrap().send().await.unwrap().status(), 401);
        assert_eq!(refused.bearer_auth(&app.token).send().await.unwrap().status(), 403);
        let admin = app.new_token(&["admin"], None).await;
        let answer = app.client.get(app.url("/metrics")).bearer_auth(&admin).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let content_type = answer.headers()["content-type"].to_str().unwrap();
        assert_eq!(content_type, "text/plain; version=0.0.4; charset=utf-8");
        let text = answer.text().await.unwrap();
        for line in [
            r#"bugscrub_deliveries_total{event="issues",outcome="translated"} 1"#,
            r#"bugscrub_deliveries_total{event="issues",outcome="malformed"} 1"#,
            "bugscrub_batch_deliveries_count 1",
            "bugscrub_append_seconds_count 1",
            "bugscrub_acknowledgement_seconds_count 1",
            r#"bugscrub_queue_seconds_count{status="200"} 1"#,
            r#"bugscrub_head_position{account="9000"} 1"#,
            "bugscrub_batches_split_total 0",
            "bugscrub_http_requests_in_flight 1",
            "bugscrub_bodies_in_flight_bytes 0",
        ] {
            assert!(text.lines().any(|printed| printed == line), "{line} not in\n{text}");
        }
        // The listener for the platform asks for no token.
        assert!(app.metrics().await.contains("bugscrub_batch_deliveries_count 1"));
        app
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_docs_page_loads_nothing_from_elsewhere() {
    run_test(async |app| {
        let page = app.client.get(app.url("/docs")).send().await.unwrap();
        assert_eq!(page.status(), 200);
        assert!(page.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
        let page = page.text().await.unwrap();
        let addresses = page.split(['"', '\'']).filter(|text| text.contains("://") || text.starts_with("//"));
        assert_eq!(addresses.collect::<Vec<_>>(), [""; 0], "{page}");
        for name in ["swagger-ui-bundle.js", "swagger-ui.css", "swagger-initializer.js"] {
            let part = app.client.get(app.url(&format!("/docs/{name}"))).send().await.unwrap();
            assert_eq!(part.status(), 200, "{name}");
            let text = part.text().await.unwrap();
            assert!(!text.is_empty() && (name != "swagger-initializer.js" || text.contains("/openapi.json")), "{text}");
        }
        app
    })
    .await;
}
