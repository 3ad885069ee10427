//! `GET /healthz`, `/readyz` and `/metrics`: for the platform.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;
use utoipa::ToSchema;

use super::AppState;
use super::accept::wanted;
use super::auth::{Scope, Viewer};
use super::caching::with_caching;
use super::description::answers::Refused;
use super::params::Params;
use super::problem::{Problem, with_problems};
use crate::service::readiness::Readiness;
use crate::telemetry::Metrics;

const OPEN_METRICS: &str = "application/openmetrics-text";

#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    #[schema(example = "ok")]
    status: &'static str,
}

/// Check that the process is alive.
#[utoipa::path(get, path = "/healthz", tag = "operations", operation_id = "check_health", security(()),
    responses((status = 200, description = "Alive", body = Health)))]
pub async fn alive() -> Json<Health> {
    Json(Health { status: "ok" })
}

/// Check that requests can be served.
///
/// They can be if the database answers, its schema is current, and the ranking is loaded.
#[utoipa::path(get, path = "/readyz", tag = "operations", operation_id = "check_readiness", security(()),
    responses(
        (status = 200, description = "Ready", body = Health),
        (status = 503, description = "Not ready; `detail` says why", body = Problem, content_type = "application/problem+json", headers(("Retry-After"))),
    ))]
pub async fn ready(State(state): State<AppState>) -> Result<Json<Health>, Problem> {
    match state.service.readiness().await {
        Readiness::Ready => Ok(Json(Health { status: "ok" })),
        Readiness::Loading => Err(Problem::unavailable("The ranking is being loaded.", 1)),
        Readiness::OtherSchema => {
            Err(Problem::unavailable("The database's schema is not current; run `bugscrub migrate`.", 5))
        }
        Readiness::Unreachable => Err(Problem::unavailable("The database cannot be reached.", 5)),
    }
}

/// Show the service's metrics.
///
/// In the text format of Prometheus, or in that of OpenMetrics if `Accept` asks for it.
///
/// Here for a token with the scope `admin`, since they name accounts. Prometheus reads them without a token on the
/// address that `BUGSCRUB_METRICS_LISTEN` sets, where `/healthz` and `/readyz` answer too.
#[utoipa::path(get, path = "/metrics", tag = "operations", operation_id = "show_metrics",
    responses(
        (status = 200, description = "All metrics", content((String = "text/plain"), (String = "application/openmetrics-text"))),
        Refused,
    ))]
pub async fn metrics(
    State(state): State<AppState>,
    viewer: Viewer,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    params.only(&[])?;
    viewer.require(Scope::Admin)?;
    Ok(measured(State(state), headers).await)
}

/// OpenMetrics for who asks for it, as Prometheus does; else the older text, which everything reads.
async fn measured(State(state): State<AppState>, headers: HeaderMap) -> Response {
    state.metrics.body_bytes(state.body_budget.used());
    match wanted(&headers, &["text/plain", OPEN_METRICS]) {
        Some(OPEN_METRICS) => ([(CONTENT_TYPE, Metrics::CONTENT_TYPE)], state.metrics.encode()).into_response(),
        _ => ([(CONTENT_TYPE, Metrics::TEXT)], state.metrics.encode_text()).into_response(),
    }
}

/// The router of the listener for the platform alone, which asks for no token.
pub fn operations(state: AppState) -> Router {
    let router =
        Router::new().route("/healthz", get(alive)).route("/readyz", get(ready)).route("/metrics", get(measured));
    with_caching(with_problems(router.with_state(state)))
}
