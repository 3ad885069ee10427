//! `GET /api/v1/permissions`: what the App may do on GitHub, and that it wrote nothing.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::AppState;
use super::auth::{Caller, Scope};
use super::params::Params;
use super::problem::{NoAccount, Problem, Refused};
use crate::github::manifest::{OPTIONAL, declared_permissions};
use crate::store::{gates, installations};

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
    caller: Caller,
    params: Params,
) -> Result<Json<PermissionsAnswer>, Problem> {
    caller.require(Scope::Read)?;
    params.only(&["account"])?;
    let account = caller.account(&state, params.one("account")?).await?.account_id;
    let (installation, own, app) = tokio::join!(
        installations::of(&state.pool, account),
        gates::look(&state.pool, account),
        gates::look(&state.pool, 0),
    );
    let granted = installation?.map(|installation| installation.permissions).unwrap_or_default();
    let granted: BTreeMap<String, String> = serde_json::from_value(granted).unwrap_or_default();
    let declared = declared_permissions();
    let names: std::collections::BTreeSet<&String> = declared.keys().chain(granted.keys()).collect();
    let (own, app) = (own?, app?);
    let sum = |count: fn(&gates::Gate) -> i64| own.iter().chain(&app).map(count).sum();
    Ok(Json(PermissionsAnswer {
        permissions: names
            .into_iter()
            .map(|name| PermissionRow {
                name: name.clone(),
                declared: declared.get(name).cloned(),
                granted: granted.get(name).cloned(),
            })
            .collect(),
        as_declared: declared.iter().all(|(name, level)| granted.get(name) == Some(level))
            && granted.iter().all(|(name, level)| {
                declared.contains_key(name) || (level == "read" && OPTIONAL.contains(&name.as_str()))
            }),
        may_write: granted.values().any(|level| level != "read"),
        requests: RequestsRow {
            reads: sum(|gate| gate.reads),
            token_mints: sum(|gate| gate.token_mints),
            redeliveries: sum(|gate| gate.redeliveries),
            writes: 0,
        },
    }))
}
