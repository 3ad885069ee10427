//! `GET /api/v1/doctor`: what is wrong with the App, and what to do, as `bugscrub doctor` says it.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::AppState;
use super::description::answers::{NoAccount, Refused};
use super::description::params::AccountParam;
use super::params::Params;
use super::problem::Problem;
use crate::service::Viewer;
use crate::service::doctor::{DoctorReport, Finding};

#[derive(Debug, Serialize, ToSchema)]
pub struct DoctorAnswer {
    /// When GitHub was asked: at most a minute ago.
    checked_at: DateTime<Utc>,
    findings: Vec<FindingRow>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct FindingRow {
    #[schema(inline)]
    health: FindingHealth,
    text: String,
}

/// `doubtful`: it works, but not as it should.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum FindingHealth {
    Good,
    Doubtful,
    Bad,
}

/// Ask the doctor.
///
/// Checks the App, its installation on the account, and the database, as `bugscrub doctor` does, for the scope `admin`.
#[utoipa::path(
    get, path = "/api/v1/doctor", tag = "github", operation_id = "ask_doctor",
    params(AccountParam),
    responses((status = 200, description = "What was found, in sentences", body = DoctorAnswer), Refused, NoAccount),
)]
pub async fn show(
    State(state): State<AppState>,
    viewer: Viewer,
    params: Params,
) -> Result<Json<DoctorAnswer>, Problem> {
    params.only(&["account"])?;
    let report = state.service.doctor_report(&viewer, params.one("account")?).await?;
    let DoctorReport { checked_at, findings } = &*report;
    Ok(Json(DoctorAnswer { checked_at: *checked_at, findings: findings.iter().map(FindingRow::from).collect() }))
}

impl From<&Finding> for FindingRow {
    fn from(finding: &Finding) -> Self {
        let health = match finding {
            Finding::Good(_) => FindingHealth::Good,
            Finding::Warning(_) => FindingHealth::Doubtful,
            Finding::Bad(_) => FindingHealth::Bad,
        };
        Self { health, text: finding.text().to_owned() }
    }
}
