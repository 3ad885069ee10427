//! What the logs and metrics tell of every request: its id, method, route and outcome.
//!
//! They never hold its query string (which may hold a token), its headers or its body. They hold the
//! route's template instead of the path, which may name a private repository.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::HeaderName;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use tower::ServiceBuilder;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, RequestId, SetRequestIdLayer};
use tower_http::trace::TraceLayer;
use tracing::Span;

use crate::telemetry::Metrics;

/// The header with a request's id: a proxy's if it sent one, else ours. The answer carries it too.
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Characters of an id at most; the log leaves a longer one out.
const LONGEST_ID: usize = 64;

/// Adds a span around every request, and the gauge of requests in flight.
///
/// It is added after `with_problems`, so that those answers are traced too.
pub fn with_tracing<S: Clone + Send + Sync + 'static>(router: Router<S>, metrics: Metrics) -> Router<S> {
    let trace = TraceLayer::new_for_http().make_span_with(span).on_request(()).on_response(log_answer).on_failure(());
    // One layer for the router: each costs every request a clone of all that is below it.
    let layers = ServiceBuilder::new()
        .layer(SetRequestIdLayer::new(REQUEST_ID, MakeRequestUuid))
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(trace)
        .layer(from_fn_with_state(metrics, count));
    router.layer(layers)
}

async fn count(State(metrics): State<Metrics>, request: Request, next: Next) -> Response {
    let _in_flight = metrics.request();
    next.run(request).await
}

fn span(request: &Request<Body>) -> Span {
    let extensions = request.extensions();
    let id = extensions
        .get::<RequestId>()
        .and_then(|id| id.header_value().to_str().ok())
        .filter(|id| id.len() <= LONGEST_ID);
    let route = extensions.get::<MatchedPath>().map(MatchedPath::as_str);
    tracing::info_span!("request", id, method = %request.method(), route)
}

fn log_answer(response: &Response<Body>, latency: Duration, _: &Span) {
    let status = response.status().as_u16();
    let seconds = latency.as_secs_f64();
    if response.status().is_server_error() {
        tracing::warn!(status, seconds, "answered a request with a server error");
    } else {
        tracing::debug!(status, seconds, "answered a request");
    }
}
