//! `/api/v1/tokens`: who may ask what.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::AppState;
use super::json::Body;
use super::params::Params;
use super::problem::{Problem, Refused};
use crate::service::tokens::{self, TokenRow};
use crate::service::{Scope, Viewer};

/// The tokens that the caller may see: all, or those bound to no other accounts than its own.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokensAnswer {
    tokens: Vec<TokenAnswer>,
}

/// A token without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenAnswer {
    #[schema(example = 7)]
    id: i64,
    #[schema(example = "the dashboard in the office")]
    name: String,
    #[schema(example = json!(["read"]))]
    scopes: Vec<String>,
    /// Ids of the accounts that it is bound to; null: all.
    accounts: Option<Vec<i64>>,
    /// The view that a token with the scope `embed` is for.
    view: Option<String>,
    created_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
    revoked_at: Option<DateTime<Utc>>,
}

impl From<TokenRow> for TokenAnswer {
    fn from(row: TokenRow) -> Self {
        let TokenRow { token_id, name, scopes, accounts, view, created_at, expires_at, revoked_at } = row;
        Self { id: token_id, name, scopes, accounts, view, created_at, expires_at, revoked_at }
    }
}

/// A token to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "wiki", "scopes": ["embed"], "accounts": [9919], "view": "bug-scrub", "days": 365}))]
pub struct WantedToken {
    /// What it is for, in 1 to 200 characters.
    name: String,
    /// Of `read`, `scrub`, `admin`, `private` and `embed`.
    scopes: Vec<String>,
    /// Ids of the accounts that it is bound to; all unless given.
    accounts: Option<Vec<i64>>,
    /// With the scope `embed`: the view that it is for.
    view: Option<String>,
    /// Days that it is in force, 1 to 3650; until it is revoked unless given.
    days: Option<i32>,
}

impl WantedToken {
    /// # Errors
    /// 400 for an unknown scope.
    fn read(self) -> Result<tokens::WantedToken, Problem> {
        let Self { name, scopes, accounts, view, days } = self;
        let known: Option<Vec<Scope>> = scopes.iter().map(|scope| Scope::from_name(scope)).collect();
        let unknown = || Problem::bad_parameter("scopes").detail("There is no such scope.");
        let scopes = known.ok_or_else(|| unknown().allowed(Scope::ALL.map(Scope::name)))?;
        Ok(tokens::WantedToken { name, scopes, accounts, view, days })
    }
}

/// A token, shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewTokenAnswer {
    #[schema(example = 7)]
    id: i64,
    #[schema(example = "bugscrub_3f0c...")]
    token: String,
}

/// List tokens, revoked ones too.
#[utoipa::path(
    get, path = "/api/v1/tokens", tag = "tokens",
    responses((status = 200, description = "By id, without their secrets", body = TokensAnswer), Refused),
)]
pub async fn list(
    State(state): State<AppState>,
    viewer: Viewer,
    params: Params,
) -> Result<Json<TokensAnswer>, Problem> {
    params.only(&[])?;
    let tokens = state.service.list_tokens(&viewer).await?.into_iter();
    Ok(Json(TokensAnswer { tokens: tokens.map(TokenAnswer::from).collect() }))
}

/// Make a token.
///
/// The answer is the only place that shows it. `embed` makes a token that may stand in a URL
/// (`?token=`), for the CSV and SVG of one view of one account, without private repositories.
#[utoipa::path(
    post, path = "/api/v1/tokens", tag = "tokens", request_body = WantedToken,
    responses(
        (status = 201, description = "Made", body = NewTokenAnswer),
        (status = 413, description = "Over 64 KiB", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "Not application/json", body = Problem, content_type = "application/problem+json"),
        Refused,
    ),
)]
pub async fn create(
    State(state): State<AppState>,
    viewer: Viewer,
    params: Params,
    Body(wanted): Body<WantedToken>,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let made = state.service.create_token(&viewer, wanted.read()?).await?;
    let answer = NewTokenAnswer { id: made.id, token: made.secret };
    Ok((StatusCode::CREATED, [(CACHE_CONTROL, "no-store")], Json(answer)).into_response())
}

/// Revoke a token, at once.
#[utoipa::path(
    delete, path = "/api/v1/tokens/{id}", tag = "tokens",
    params(("id" = String, Path, description = "The token's id", example = "7")),
    responses(
        (status = 204, description = "It is in force no more"),
        (status = 404, description = "No token in force has this id", body = Problem, content_type = "application/problem+json"),
        Refused,
    ),
)]
pub async fn revoke(
    State(state): State<AppState>,
    viewer: Viewer,
    Path(id): Path<String>,
    params: Params,
) -> Result<StatusCode, Problem> {
    params.only(&[])?;
    // What is no number is no token's id, and neither is 0.
    state.service.revoke_token(&viewer, id.parse().unwrap_or(0)).await?;
    Ok(StatusCode::NO_CONTENT)
}
