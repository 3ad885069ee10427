//! `GET /api/v1/permissions`: what the App may do on GitHub, and that it wrote nothing.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::AppState;
use super::description::answers::{NoAccount, Refused};
use super::description::params::AccountParam;
use super::params::Params;
use super::problem::Problem;
use crate::service::Viewer;
use crate::service::permissions::PermissionsReport;

/// What the App may do, and what it did.
#[derive(Debug, Serialize, ToSchema)]
pub struct PermissionsAnswer {
    /// The permissions in the App's manifest, and those that GitHub has granted.
    permissions: Vec<PermissionRow>,
    /// Whether GitHub grants exactly the manifest's permissions. You may add permissions to read members, checks and
    /// statuses.
    as_declared: bool,
    /// Whether any permission to write is granted.
    may_write: bool,
    requests: RequestsRow,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PermissionRow {
    #[schema(example = "issues")]
    name: String,
    /// What the manifest asks for.
    #[schema(example = "read")]
    declared: Option<String>,
    /// What GitHub says it has granted.
    #[schema(example = "read")]
    granted: Option<String>,
}

/// Requests to GitHub, of the account's installation and of the App itself. Their numbers are null for a token
/// without `private`, because they tell how much is hidden from it.
#[derive(Debug, Serialize, ToSchema)]
pub struct RequestsRow {
    /// Requests that only read.
    reads: Option<i64>,
    /// Requests that created an access token, each with read-only permissions, or that gave one back.
    token_mints: Option<i64>,
    /// Requests that asked for a failed delivery again.
    redeliveries: Option<i64>,
    /// All other requests. There are none, because the client sends nothing else. So this is always 0.
    writes: i64,
}

/// Show what the App may do on GitHub.
#[utoipa::path(
    get, path = "/api/v1/permissions", tag = "github", operation_id = "show_permissions",
    params(AccountParam),
    responses((status = 200, description = "What GitHub last said", body = PermissionsAnswer), Refused, NoAccount),
)]
pub async fn show(
    State(state): State<AppState>,
    viewer: Viewer,
    params: Params,
) -> Result<Json<PermissionsAnswer>, Problem> {
    params.only(&["account"])?;
    Ok(Json(state.service.permissions_report(&viewer, params.one("account")?).await?.into()))
}

impl From<PermissionsReport> for PermissionsAnswer {
    fn from(report: PermissionsReport) -> Self {
        let PermissionsReport { permissions, requests } = report;
        let row = |name: &str| PermissionRow {
            name: name.to_owned(),
            declared: permissions.declared(name).map(str::to_owned),
            granted: permissions.granted(name).map(str::to_owned),
        };
        Self {
            permissions: permissions.names().into_iter().map(row).collect(),
            as_declared: permissions.as_declared(),
            may_write: permissions.may_write(),
            requests: RequestsRow {
                reads: requests.map(|requests| requests.reads),
                token_mints: requests.map(|requests| requests.token_mints),
                redeliveries: requests.map(|requests| requests.redeliveries),
                writes: 0,
            },
        }
    }
}
