//! `GET /api/v1/permissions`: what the App may do on GitHub, and that it wrote nothing.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::AppState;
use super::params::Params;
use super::problem::{NoAccount, Problem, Refused};
use crate::service::Viewer;
use crate::service::permissions::PermissionsReport;

/// What the App may do, and what it did.
#[derive(Debug, Serialize, ToSchema)]
pub struct PermissionsAnswer {
    /// Permissions, as the App's manifest and as GitHub has them.
    permissions: Vec<PermissionRow>,
    /// GitHub grants the manifest's permissions and no more (but to read members, if you like).
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
    /// What GitHub says is granted.
    #[schema(example = "read")]
    granted: Option<String>,
}

/// Requests to GitHub, of the account's installation and of the App itself.
#[derive(Debug, Serialize, ToSchema)]
pub struct RequestsRow {
    /// Requests that read.
    reads: i64,
    /// Tokens minted; each is asked for with permissions to read only.
    token_mints: i64,
    /// Failed deliveries asked for again.
    redeliveries: i64,
    /// All other requests. There is none: the client sends nothing else, so that this is 0 for ever.
    writes: i64,
}

/// Show what the App may do on GitHub.
#[utoipa::path(
    get, path = "/api/v1/permissions", tag = "github",
    params(("account" = Option<String>, Query, description = "Login or id; may be left out when the token sees one account")),
    responses((status = 200, description = "As GitHub last said", body = PermissionsAnswer), Refused, NoAccount),
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
        let PermissionsReport { permissions, reads, token_mints, redeliveries } = report;
        let row = |name: &str| PermissionRow {
            name: name.to_owned(),
            declared: permissions.declared(name).map(str::to_owned),
            granted: permissions.granted(name).map(str::to_owned),
        };
        Self {
            permissions: permissions.names().into_iter().map(row).collect(),
            as_declared: permissions.as_declared(),
            may_write: permissions.may_write(),
            requests: RequestsRow { reads, token_mints, redeliveries, writes: 0 },
        }
    }
}
