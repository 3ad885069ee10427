//! `GET /api/v1/accounts`: the accounts that a token may see.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::AppState;
use super::auth::{Caller, Scope};
use super::params::Params;
use super::problem::{Problem, Refused};

#[derive(Debug, Serialize, ToSchema)]
pub struct AccountsAnswer {
    accounts: Vec<AccountRow>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct AccountRow {
    /// GitHub's id: it stays when the login changes.
    #[schema(example = 9919)]
    id: i64,
    #[schema(example = "acme")]
    login: String,
    /// The head of the account's log.
    position: i64,
}

/// List the accounts that the token may see.
#[utoipa::path(
    get, path = "/api/v1/accounts", tag = "accounts",
    responses(
        (status = 200, description = "By id", body = AccountsAnswer),
        Refused,
    ),
)]
pub async fn list(
    State(state): State<AppState>,
    caller: Caller,
    params: Params,
) -> Result<Json<AccountsAnswer>, Problem> {
    caller.require(Scope::Read)?;
    params.only(&[])?;
    let accounts = caller.accounts(&state).await?.into_iter();
    let row = |account: crate::store::accounts::Account| AccountRow {
        id: account.account_id,
        login: account.login,
        position: account.position,
    };
    Ok(Json(AccountsAnswer { accounts: accounts.map(row).collect() }))
}
