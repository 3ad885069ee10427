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
use super::auth::{self, Caller, Scope};
use super::json::Body;
use super::params::Params;
use super::problem::{Problem, Refused};
use crate::store::tokens::{self, NewToken, TokenRow};

/// Days that a token may be in force by its own expiry.
const LONGEST_DAYS: i32 = 3_650;
/// Characters of a token's name at most.
const LONGEST_NAME: usize = 200;

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
    caller: Caller,
    params: Params,
) -> Result<Json<TokensAnswer>, Problem> {
    caller.require(Scope::Admin)?;
    params.only(&[])?;
    let tokens = tokens::list(&state.pool).await?.into_iter();
    let tokens = tokens.filter(|row| is_within(&caller, row.accounts.as_deref()));
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
    caller: Caller,
    params: Params,
    Body(wanted): Body<WantedToken>,
) -> Result<Response, Problem> {
    caller.require(Scope::Admin)?;
    params.only(&[])?;
    let WantedToken { name, scopes, accounts, view, days } = wanted;
    let refused = |name: &str, detail: &'static str| Problem::bad_parameter(name).detail(detail);
    if !(1..=LONGEST_NAME).contains(&name.chars().count()) || name.contains('\0') {
        return Err(refused("name", "1 to 200 characters, and no U+0000."));
    }
    if days.is_some_and(|days| !(1..=LONGEST_DAYS).contains(&days)) {
        return Err(refused("days", "A whole number from 1 to 3650."));
    }
    let known: Option<Vec<Scope>> = scopes.iter().map(|scope| Scope::from_name(scope)).collect();
    let known =
        known.ok_or_else(|| refused("scopes", "There is no such scope.").allowed(Scope::ALL.map(Scope::name)))?;
    auth::check_token(&known, accounts.as_deref(), view.as_deref()).map_err(|(name, detail)| refused(name, detail))?;
    if !is_within(&caller, accounts.as_deref()) {
        return Err(refused("accounts", "Your token is bound to accounts: a new one can only be bound to those."));
    }
    let (token, hash) = auth::new_token();
    let new = NewToken {
        name: &name,
        hash: &hash,
        scopes: &scopes,
        accounts: accounts.as_deref(),
        view: view.as_deref(),
        days,
    };
    let id = tokens::create(&state.pool, new).await?;
    Ok((StatusCode::CREATED, [(CACHE_CONTROL, "no-store")], Json(NewTokenAnswer { id, token })).into_response())
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
    caller: Caller,
    Path(id): Path<String>,
    params: Params,
) -> Result<StatusCode, Problem> {
    caller.require(Scope::Admin)?;
    params.only(&[])?;
    let unknown = || Problem::of(StatusCode::NOT_FOUND).detail("No token in force has this id.");
    let id: i64 = id.parse().map_err(|_| unknown())?;
    let row = tokens::list(&state.pool).await?.into_iter().find(|row| row.token_id == id).ok_or_else(unknown)?;
    match is_within(&caller, row.accounts.as_deref()) && tokens::revoke(&state.pool, id).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(unknown()),
    }
}

/// Whether a token bound to `accounts` (`None`: all) is within what the caller is bound to.
fn is_within(caller: &Caller, accounts: Option<&[i64]>) -> bool {
    match (caller.bound_to(), accounts) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(bound), Some(accounts)) => accounts.iter().all(|account| bound.contains(account)),
    }
}
