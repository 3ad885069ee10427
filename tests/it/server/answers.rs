//! What the service answers when something goes wrong, and what it logs and counts.

use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use bugscrub::http::problem::{Problem, with_problems};
use bugscrub::http::trace::with_tracing;
use bugscrub::telemetry::Metrics;
use serde_json::{Value, json};

use super::{PATIENT, client, json_of, start};
use crate::support::TestDatabase;
use crate::support::app::SECRET;
use crate::support::service::Serving;

#[tokio::test]
async fn every_error_is_answered_as_a_problem() {
    let router = Router::new()
        .route("/panic", get(async || -> &str { panic!("a secret") }))
        .route(
            "/parameter",
            get(async || Problem::bad_parameter("order").detail("It is an order.").allowed(["stalest", "freshest"])),
        )
        .route("/token", get(async || Problem::unauthorized()))
        .route("/late", get(async || Problem::of(StatusCode::GATEWAY_TIMEOUT).detail("Not there yet.")))
        .route("/leak", get(async || Problem::internal().detail(String::from("a secret"))))
        .route("/busy", get(async || Problem::unavailable("The database is down.", 5)));
    let server = start(with_problems(router), PATIENT).await;
    let plain = |status: u16, title: &str| json!({"status": status, "type": "about:blank", "title": title});
    let with = |mut problem: Value, detail: &str| {
        problem["detail"] = detail.into();
        problem
    };
    let internal = plain(500, "Internal Server Error");
    let late = with(plain(504, "Gateway Timeout"), "Not there yet.");
    let busy = with(plain(503, "Service Unavailable"), "The database is down.");
    let parameter = json!({
        "status": 400, "type": "/problems/bad-parameter", "title": "Bad parameter",
        "detail": "It is an order.", "parameter": "order", "allowed": ["stalest", "freshest"],
    });
    for (method, path, header, expected) in [
        ("GET", "/nowhere", None, plain(404, "Not Found")),
        ("POST", "/token", Some(("allow", "GET,HEAD")), plain(405, "Method Not Allowed")),
        ("GET", "/panic", None, internal.clone()),
        ("GET", "/leak", None, internal),
        ("GET", "/token", Some(("www-authenticate", "Bearer")), plain(401, "Unauthorized")),
        ("GET", "/busy", Some(("retry-after", "5")), busy),
        ("GET", "/late", None, late),
        ("GET", "/parameter", None, parameter),
    ] {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let answer = client().request(method, server.url(path)).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), expected["status"], "{path}");
        assert_eq!(answer.headers()["content-type"], "application/problem+json", "{path}");
        if let Some((name, value)) = header {
            assert_eq!(answer.headers()[name], value, "{path}");
        }
        assert_eq!(json_of(answer).await, expected, "{path}");
    }
}

#[test]
fn the_schema_of_a_problem_matches_what_is_sent() {
    let schema = <Problem as utoipa::PartialSchema>::schema();
    let schema = serde_json::to_value(schema).unwrap();
    let mut names: Vec<_> = schema["properties"].as_object().unwrap().keys().collect();
    names.sort();
    assert_eq!(names, ["allowed", "current", "detail", "parameter", "status", "title", "type"]);
    let mut required = schema["required"].as_array().unwrap().clone();
    required.sort_by_key(ToString::to_string);
    assert_eq!(required, ["status", "title", "type"]);
}

#[tokio::test]
async fn requests_in_flight_are_counted() {
    let metrics = Metrics::new();
    let seen = metrics.clone();
    let in_flight = async move || seen.encode();
    let router = with_problems(Router::new().route("/", get(in_flight)));
    let server = start(with_tracing(router, metrics.clone()), PATIENT).await;
    let answer = client().get(server.url("/")).send().await.unwrap();
    assert_eq!(answer.headers()["x-request-id"].len(), 36);
    let counted = answer.text().await.unwrap();
    assert!(counted.contains("bugscrub_http_requests_in_flight 1\n"), "{counted}");
    assert!(metrics.encode().contains("bugscrub_http_requests_in_flight 0\n"));
}

// The service runs in a process of its own, because a process sets up its log only once.
#[tokio::test(flavor = "multi_thread")]
async fn the_log_names_the_route_but_never_the_query_or_the_path() {
    let database = TestDatabase::new().await;
    let settings = [
        ("BUGSCRUB_DATABASE_URL", database.url.as_str()),
        ("BUGSCRUB_WEBHOOK_SECRET", SECRET),
        ("BUGSCRUB_ADMIN_TOKEN", "secret-token-of-the-admin"),
        ("BUGSCRUB_LOG", "trace"),
    ];
    let serving = Serving::start(&settings).await;
    let asked = [
        ("/api/v1/items/private-owner/private-name/1?account=secret-query", 404),
        ("/api/v1/queue?repo=secret-query", 404),
    ];
    for (path, status) in asked {
        let request = client().get(serving.url(path)).bearer_auth("secret-token-of-the-admin");
        assert_eq!(request.send().await.unwrap().status().as_u16(), status);
    }
    for path in ["/api/v1/stream?ticket=bugscrub_ticket_1_secret-ticket", "/api/v1/queue?token=secret-token-of-a-page"]
    {
        assert_eq!(client().get(serving.url(path)).send().await.unwrap().status(), 401);
    }
    let log = serving.stop().await;
    for said in ["/api/v1/items/{owner}/{repo}/{number}", "answered a request"] {
        assert!(log.contains(said), "{log}");
    }
    for hidden in ["secret-token", "secret-ticket", "secret-query", "private-owner", "private-name", SECRET] {
        let line = log.lines().find(|line| line.contains(hidden));
        assert_eq!(line, None, "{hidden}");
    }
    database.drop().await;
}

#[test]
fn metrics_are_named_counted_and_bounded() {
    let metrics = Metrics::new();
    metrics.delivery("issues", "translated");
    metrics.delivery("sub_issues", "translated");
    for invented in 0..1_000 {
        metrics.delivery(&format!("event-{invented}"), "unsigned");
    }
    metrics.batch(3, Duration::from_millis(4));
    metrics.batch_split();
    metrics.acknowledged(Duration::from_millis(4));
    metrics.queue(304, Duration::from_millis(1));
    metrics.head_position(7, 99_812);
    metrics.body_bytes(17_000);
    let text = metrics.clone().encode();
    for line in [
        r#"bugscrub_deliveries_total{event="issues",outcome="translated"} 1"#,
        r#"bugscrub_deliveries_total{event="sub_issues",outcome="translated"} 1"#,
        r#"bugscrub_deliveries_total{event="other",outcome="unsigned"} 1000"#,
        "bugscrub_batch_deliveries_sum 3.0",
        r#"bugscrub_batch_deliveries_bucket{le="4.0"} 1"#,
        "bugscrub_append_seconds_sum 0.004",
        "bugscrub_acknowledgement_seconds_count 1",
        r#"bugscrub_queue_seconds_count{status="304"} 1"#,
        r#"bugscrub_head_position{account="7"} 99812"#,
        "bugscrub_bodies_in_flight_bytes 17000",
        "bugscrub_batches_split_total 1",
        "bugscrub_http_requests_in_flight 0",
        "# UNIT bugscrub_append_seconds seconds",
        "# EOF",
    ] {
        assert!(text.lines().any(|printed| printed == line), "{line} not in\n{text}");
    }
    // The counters of refusals exist from the start, and unknown events count under one name.
    let counted = text.lines().filter(|line| line.starts_with("bugscrub_deliveries_total{"));
    let (none, some): (Vec<&str>, Vec<&str>) = counted.partition(|line| line.ends_with(" 0"));
    assert_eq!(some.len(), 3, "{some:?}");
    assert!(none.contains(&r#"bugscrub_deliveries_total{event="pull_request",outcome="rejected"} 0"#), "{none:?}");
    assert_eq!(none.iter().filter(|line| line.contains(r#"event="other""#)).count(), 6, "{none:?}");
}
