//! `GET /healthz`, `/readyz` and `/metrics`: for the platform, without a token.

use axum::Json;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use serde::Serialize;
use utoipa::ToSchema;

use super::AppState;
use super::problem::Problem;
use crate::service::readiness::Readiness;
use crate::telemetry::Metrics;

#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    #[schema(example = "ok")]
    status: &'static str,
}

/// Check that the process is alive.
#[utoipa::path(get, path = "/healthz", tag = "operations", security(()),
    responses((status = 200, description = "Alive", body = Health)))]
pub async fn alive() -> Json<Health> {
    Json(Health { status: "ok" })
}

/// Check that requests can be served.
///
/// They can be if the database answers, its schema is current, and the ranking is loaded.
#[utoipa::path(get, path = "/readyz", tag = "operations", security(()),
    responses(
        (status = 200, description = "Ready", body = Health),
        (status = 503, description = "Not ready; `detail` says why", body = Problem, content_type = "application/problem+json"),
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

/// Show the service's metrics in the OpenMetrics text format.
#[utoipa::path(get, path = "/metrics", tag = "operations", security(()),
    responses((status = 200, description = "All metrics", body = String, content_type = "application/openmetrics-text")))]
pub async fn metrics(State(state): State<AppState>) -> impl IntoResponse {
    state.metrics.body_bytes(state.body_budget.used());
    ([(CONTENT_TYPE, Metrics::CONTENT_TYPE)], state.metrics.encode())
}
