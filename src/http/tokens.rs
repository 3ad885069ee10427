//! `/api/v1/tokens`: API tokens.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::AppState;
use super::caching::NOT_KEPT;
use super::description::answers::{BadBody, Refused};
use super::description::schemas;
use super::json::{Body, Whole};
use super::params::{Params, digits};
use super::problem::Problem;
use crate::service::tokens::{self, TokenRow};
use crate::service::{Scope, Viewer};

/// The tokens that the caller may see: all, those limited to accounts of its own, or those that a person made.
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
    #[schema(value_type = Vec<schemas::Scope>, example = json!(["read"]))]
    scopes: Vec<String>,
    /// The ids of the accounts to which it is limited. Null if it is not limited.
    accounts: Option<Vec<i64>>,
    /// The view that a token with the scope `embed` is for.
    view: Option<String>,
    /// The person who made it for themselves, by the id on GitHub. It sees what they see.
    person: Option<i64>,
    created_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
    revoked_at: Option<DateTime<Utc>>,
}

impl From<TokenRow> for TokenAnswer {
    fn from(row: TokenRow) -> Self {
        let TokenRow { token_id, name, scopes, accounts, view, person, created_at, expires_at, revoked_at } = row;
        // What a person's token is limited to is not known here.
        let accounts = accounts.filter(|_| person.is_none());
        Self { id: token_id, name, scopes, accounts, view, person, created_at, expires_at, revoked_at }
    }
}

/// A token to be created; [`TokenPlan`] describes it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WantedToken {
    name: String,
    scopes: Vec<String>,
    accounts: Option<Vec<Whole>>,
    view: Option<String>,
    days: Option<Whole>,
}

/// A token to be created.
#[derive(ToSchema)]
#[serde(untagged)]
#[allow(dead_code)]
pub enum TokenPlan {
    Access(AccessTokenPlan),
    Embed(EmbedTokenPlan),
}

/// A token that is sent in a header.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "the dashboard in the office", "scopes": ["read"], "days": 365}))]
#[allow(dead_code)]
pub struct AccessTokenPlan {
    /// What it is for.
    #[schema(min_length = 1, max_length = 200, pattern = "^[^\\x00]+$")]
    name: String,
    #[schema(value_type = schemas::AccessScopes)]
    scopes: Vec<String>,
    /// The ids of the accounts to which it is limited. By default it is not limited.
    #[schema(min_items = 1)]
    accounts: Option<Vec<i64>>,
    /// After how many days it expires. By default it is valid until it is revoked.
    #[schema(minimum = 1, maximum = 3650)]
    days: Option<i32>,
}

/// A token that may stand in a URL, for one view of one account.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "wiki", "scopes": ["embed"], "accounts": [9919], "view": "bug-scrub"}))]
#[allow(dead_code)]
pub struct EmbedTokenPlan {
    /// What it is for.
    #[schema(min_length = 1, max_length = 200, pattern = "^[^\\x00]+$")]
    name: String,
    #[schema(value_type = Vec<schemas::EmbedScope>, min_items = 1, max_items = 1)]
    scopes: Vec<String>,
    /// The id of the account.
    #[schema(min_items = 1, max_items = 1)]
    accounts: Vec<i64>,
    /// The view that it is for.
    #[schema(value_type = schemas::ViewName)]
    view: String,
    /// After how many days it expires. By default it is valid until it is revoked.
    #[schema(minimum = 1, maximum = 3650)]
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
        let accounts = accounts.map(|accounts| accounts.into_iter().map(|Whole(id)| id).collect());
        // No token is valid for as long as that.
        let days = days.map(|Whole(days)| i32::try_from(days).unwrap_or(i32::MAX));
        Ok(tokens::WantedToken { name, scopes, accounts, view, days })
    }
}

/// A new token. This is the only time that it is shown.
#[derive(Debug, Serialize, ToSchema)]
pub struct CreatedToken {
    #[schema(example = 7)]
    id: i64,
    #[schema(example = "bugscrub_3f0c...")]
    token: String,
}

/// List tokens, including revoked ones.
#[utoipa::path(
    get, path = "/api/v1/tokens", tag = "tokens", operation_id = "list_tokens",
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

/// Create a token.
///
/// Only this answer shows the token. A token with the scope `embed` may stand in a URL (`?token=`). It opens the queue,
/// the stream and the charts of one view of one account, without private repositories, readings and notes.
///
/// A person who is signed in makes tokens for themselves, without `accounts`, `private` and `embed`. Such a token sees what
/// the person sees, and may do no more than they. It works while the person has a session here, and is revoked when they
/// sign out everywhere.
#[utoipa::path(
    post, path = "/api/v1/tokens", tag = "tokens", operation_id = "create_token", request_body = TokenPlan,
    responses(
        (status = 201, description = "The token was created", body = CreatedToken),
        BadBody, Refused,
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
    let answer = CreatedToken { id: made.id, token: made.secret };
    Ok((StatusCode::CREATED, [(CACHE_CONTROL, NOT_KEPT)], Json(answer)).into_response())
}

/// Revoke a token.
#[utoipa::path(
    delete, path = "/api/v1/tokens/{id}", tag = "tokens", operation_id = "revoke_token",
    params(("id" = i64, Path, description = "The token's id", example = 7, minimum = 1)),
    responses(
        (status = 204, description = "The token is revoked, from now on"),
        (status = 404, description = "There is no valid token with this id", body = Problem, content_type = "application/problem+json"),
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
    // A text that is not a number is no token's id, and neither is 0.
    state.service.revoke_token(&viewer, digits(&id).unwrap_or(0)).await?;
    Ok(StatusCode::NO_CONTENT)
}
