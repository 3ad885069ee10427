//! What the service is set against: the simplest durable receiver, one INSERT of JSONB and one
//! commit per delivery, behind the same HTTP stack, body budget and signature check.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use bugscrub::http::body::{BodyBudget, read_capped};
use bugscrub::http::serve::{ServeLimits, serve};
use bugscrub::store;
use bugscrub::webhook::{Headers, Secrets, check_headers, verify};
use sqlx::PgPool;
use tokio::net::TcpListener;

use super::service::SECRET;

#[derive(Clone)]
struct Plain {
    pool: PgPool,
    secrets: Arc<Secrets>,
    budget: BodyBudget,
}

/// Serves until its process is ended, and prints where it listens.
pub async fn run(database_url: &str) {
    let pool = store::pool(database_url, 16).expect("a URL");
    sqlx::raw_sql("CREATE TABLE plain_deliveries (guid uuid PRIMARY KEY, event text NOT NULL, payload jsonb NOT NULL)")
        .execute(&pool)
        .await
        .expect("a table");
    let secrets = Arc::new(Secrets::parse(SECRET).expect("a secret"));
    let state = Plain { pool, secrets, budget: BodyBudget::default() };
    let router = Router::new().route("/webhooks/github", post(receive)).with_state(state);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    println!("{}", listener.local_addr().expect("bound"));
    serve(listener, router, ServeLimits::default(), std::future::pending()).await;
}

async fn receive(State(plain): State<Plain>, headers: HeaderMap, body: Body) -> StatusCode {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let headers = Headers {
        content_type: text("content-type"),
        content_encoding: text("content-encoding"),
        event: text("x-github-event"),
        delivery: text("x-github-delivery"),
        signature: text("x-hub-signature-256"),
    };
    let checked = check_headers(headers).expect("the load is well-formed");
    let length = text("content-length").and_then(|length| length.parse().ok());
    let body = read_capped(body, length, 25 << 20, Duration::from_secs(8), &plain.budget).await.expect("a body");
    let delivery = verify(&plain.secrets, checked, &body).expect("signed");
    let payload = std::str::from_utf8(delivery.body()).expect("JSON");
    sqlx::query("INSERT INTO plain_deliveries VALUES ($1, $2, $3::text::jsonb) ON CONFLICT DO NOTHING")
        .bind(delivery.guid())
        .bind(delivery.event())
        .bind(payload)
        .execute(&plain.pool)
        .await
        .expect("stored");
    StatusCode::ACCEPTED
}
