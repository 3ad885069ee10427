//! `GET /api/v1/accounts`: the accounts that a token may see.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::AppState;
use super::description::answers::Refused;
use super::params::Params;
use super::problem::Problem;
use crate::service::Viewer;
use crate::service::accounts::Account;

#[derive(Debug, Serialize, ToSchema)]
pub struct AccountsAnswer {
    accounts: Vec<AccountRow>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct AccountRow {
    /// GitHub's id, which stays when the login changes.
    #[schema(example = 9919)]
    id: i64,
    #[schema(example = "acme")]
    login: String,
    /// The head of the account's log.
    position: i64,
}

impl From<Account> for AccountRow {
    fn from(account: Account) -> Self {
        let Account { account_id, login, position, .. } = account;
        Self { id: account_id, login, position }
    }
}

/// List the accounts that the token may see.
#[utoipa::path(
    get, path = "/api/v1/accounts", tag = "accounts", operation_id = "list_accounts",
    responses(
        (status = 200, description = "By id", body = AccountsAnswer),
        Refused,
    ),
)]
pub async fn list(
    State(state): State<AppState>,
    viewer: Viewer,
    params: Params,
) -> Result<Json<AccountsAnswer>, Problem> {
    params.only(&[])?;
    let accounts = state.service.list_accounts(&viewer).await?.into_iter();
    Ok(Json(AccountsAnswer { accounts: accounts.map(AccountRow::from).collect() }))
}
