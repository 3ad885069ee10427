//! `POST /webhooks/github`: GitHub's deliveries.
//!
//! They have a router of their own: of what the others' layers do, an answer to GitHub needs little, and each layer
//! costs every delivery.

use std::time::Instant;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::Response;
use axum::routing::post;
use axum::{Json, Router};
use serde::Serialize;
use tower::ServiceBuilder;
use tower::util::MapResponseLayer;
use utoipa::ToSchema;

use super::AppState;
use super::body::{BodyError, WEBHOOK_BODY_CAP, WEBHOOK_BODY_DEADLINE, read_capped};
use super::browsers::add_policies;
use super::caching::NOT_KEPT;
use super::problem::{Problem, on_panics};
use super::trace::with_tracing;
use crate::github::schedule;
use crate::ingest::IngestError;
use crate::webhook::{self, BadDelivery, Headers};

/// Where GitHub sends them.
const PATH: &str = "/webhooks/github";

/// What the sender of a delivery is told once the delivery is durable.
#[derive(Debug, Serialize, ToSchema)]
pub struct Acknowledgement {
    /// The head of the account's log.
    #[schema(example = 99812)]
    position: i64,
    /// How many events the delivery appended.
    #[schema(example = 1)]
    events: usize,
    /// Whether the delivery's GUID was known already, so that nothing was appended.
    duplicate: bool,
}

/// Whether a request goes to this [`router`]. Any other method of the path is refused with the rest of the API.
pub fn is_delivery(request: &Request) -> bool {
    request.uri().path() == PATH && request.method() == Method::POST
}

/// The router of deliveries.
pub fn router(state: AppState) -> Router {
    let metrics = state.metrics.clone();
    let router = Router::new().route(PATH, post(receive)).with_state(state);
    let answered = ServiceBuilder::new().layer(MapResponseLayer::new(with_headers)).layer(on_panics());
    with_tracing(router.layer(answered), metrics)
}

/// With the headers of an answer that is no page, and that nobody keeps.
fn with_headers<B>(mut response: Response<B>) -> Response<B> {
    let headers = response.headers_mut();
    add_policies(headers);
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static(NOT_KEPT));
    response
}

/// Receive a delivery from GitHub.
///
/// The answer comes after the commit, so a delivery that was answered 202 is durable. The signature is checked over
/// the raw bytes before anything parses them.
#[utoipa::path(
    post, path = "/webhooks/github", tag = "webhooks", operation_id = "receive_delivery",
    params(
        ("X-GitHub-Event" = String, Header, description = "The event's name", pattern = "^[a-z0-9_]{1,64}$", example = "issues"),
        ("X-GitHub-Delivery" = String, Header, format = "uuid", description = "The delivery's GUID"),
        ("X-Hub-Signature-256" = String, Header, description = "`sha256=` and the HMAC-SHA-256 of the body, in hex", pattern = "^sha256=[0-9a-f]{64}$"),
    ),
    request_body(content = Object, description = "GitHub's payload", content_type = "application/json"),
    responses(
        (status = 202, description = "The delivery is durable", body = Acknowledgement),
        (status = 400, description = "A header is missing, or the delivery id is not a GUID", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "The signature is missing or wrong", body = Problem, content_type = "application/problem+json"),
        (status = 408, description = "The body did not come in time", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "The body is larger than 25 MB", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "The body is not application/json, or is compressed", body = Problem, content_type = "application/problem+json"),
        (status = 500, description = "The database refused the delivery", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The database cannot be reached, or too many bodies are in flight", body = Problem, content_type = "application/problem+json", headers(("Retry-After"))),
    ),
    security(()),
)]
pub async fn receive(
    State(state): State<AppState>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<Acknowledgement>), Problem> {
    let started = Instant::now();
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let event = text("x-github-event").unwrap_or_default();
    let refuse = |refusal: BadDelivery| {
        state.metrics.delivery(event, if refusal == BadDelivery::BadSignature { "unsigned" } else { "malformed" });
        Problem::from(refusal)
    };
    // It may be there several times; what is not text is not plain either.
    let encodings = headers.get_all(CONTENT_ENCODING).iter().map(|value| value.to_str().unwrap_or("?"));
    let encoding = encodings.collect::<Vec<_>>().join(",");
    let checked = webhook::check_headers(Headers {
        content_type: text(CONTENT_TYPE.as_str()),
        content_encoding: Some(&encoding),
        event: text("x-github-event"),
        delivery: text("x-github-delivery"),
        signature: text("x-hub-signature-256"),
    })
    .map_err(refuse)?;
    let length = text(CONTENT_LENGTH.as_str()).and_then(|length| length.parse().ok());
    let body = read_capped(body, length, WEBHOOK_BODY_CAP, WEBHOOK_BODY_DEADLINE, &state.body_budget)
        .await
        .inspect_err(|error| {
            state.metrics.delivery(event, body_outcome(error));
        })?;
    let delivery = webhook::verify(&state.secrets, checked, &body).map_err(refuse)?;
    let receipt = state.ingest.deliver(&delivery).await.inspect_err(|_| {
        state.metrics.delivery(event, "rejected");
    })?;
    if let Some(github) = &state.github
        && let Err(error) = schedule::after_delivery(github, event, receipt.account_id).await
    {
        // The delivery is durable; the next hourly look finds what it asks for.
        tracing::warn!(error = &error as &dyn std::error::Error, "a job could not be made");
    }
    state.metrics.acknowledged(started.elapsed());
    let accepted = Acknowledgement { position: receipt.position, events: receipt.events, duplicate: receipt.duplicate };
    Ok((StatusCode::ACCEPTED, Json(accepted)))
}

fn body_outcome(error: &BodyError) -> &'static str {
    match error {
        BodyError::TooLarge { .. } => "too_large",
        BodyError::TooSlow | BodyError::Broken(_) => "too_slow",
        BodyError::OverBudget => "over_budget",
    }
}

impl From<BadDelivery> for Problem {
    fn from(refusal: BadDelivery) -> Self {
        let status = match refusal {
            BadDelivery::NotJson | BadDelivery::Form | BadDelivery::Encoded => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            BadDelivery::MissingHeader(_) | BadDelivery::NoGuid | BadDelivery::NoEvent => StatusCode::BAD_REQUEST,
            BadDelivery::BadSignature => StatusCode::UNAUTHORIZED,
        };
        Problem::of(status).detail(format!("This is not a delivery: {refusal}."))
    }
}

impl From<IngestError> for Problem {
    fn from(error: IngestError) -> Self {
        match error {
            IngestError::Unavailable => Problem::unavailable("The store cannot be reached; nothing was lost.", 10),
            IngestError::Refused => Problem::internal(),
        }
    }
}
