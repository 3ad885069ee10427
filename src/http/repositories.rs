//! `GET /api/v1/repositories`: an account's repositories that a token may see.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use serde::Serialize;
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::{IntoParams, ToSchema};

use super::AppState;
use super::description::answers::{NoAccount, Refused};
use super::description::params::{AccountParam, in_query};
use super::description::schemas::{self, number, text};
use super::outside::RequestOrigin;
use super::pages::link;
use super::params::Params;
use super::problem::Problem;
use crate::service::Viewer;
use crate::service::facets::{ListedRepository, Repositories};

const USUAL_LIMIT: usize = 1_000;
const LARGEST_LIMIT: i64 = 10_000;

/// Which page.
pub struct RepositoriesPage;

impl IntoParams for RepositoriesPage {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let cursor = "The `next_cursor` of the page before. Beside `after`, both hold.";
        vec![
            in_query("after", "Only repositories with larger ids", number(0, i64::MAX)),
            in_query("cursor", cursor, text("^(0|[1-9][0-9]{0,17})$")),
            in_query("limit", "How many repositories a page has. By default 1,000.", number(1, LARGEST_LIMIT)),
        ]
    }
}

/// A page of repositories.
#[derive(Debug, Serialize, ToSchema)]
pub struct RepositoriesAnswer {
    /// The position of the account's log that the counts include.
    position: i64,
    /// By id.
    repositories: Vec<ListedRepositoryRow>,
    /// The address of the next page; null on the last page.
    next: Option<String>,
    /// The parameter `cursor` of the next page; null on the last page.
    next_cursor: Option<String>,
}

/// A repository.
#[derive(Debug, Serialize, ToSchema)]
pub struct ListedRepositoryRow {
    /// GitHub's id, which stays when the name changes.
    #[schema(example = 1296269)]
    id: i64,
    #[schema(example = "acme/widgets")]
    name: String,
    #[schema(value_type = schemas::Visibility, example = "public")]
    visibility: &'static str,
    archived: bool,
    #[schema(example = "https://github.com/acme/widgets")]
    url: String,
    open: OpenCountsRow,
}

/// How many items are open.
#[derive(Debug, Serialize, ToSchema)]
pub struct OpenCountsRow {
    #[schema(example = 7)]
    total: usize,
    #[schema(example = 4)]
    issues: usize,
    #[schema(example = 2)]
    pull_requests: usize,
    #[schema(example = 1)]
    discussions: usize,
}

impl From<ListedRepository> for ListedRepositoryRow {
    fn from(ListedRepository { repository, open }: ListedRepository) -> Self {
        let name = format!("{}/{}", repository.owner, repository.name);
        Self {
            id: repository.repo_id,
            visibility: if repository.private { "private" } else { "public" },
            archived: repository.archived,
            url: repository.html_url.unwrap_or_else(|| format!("https://github.com/{name}")),
            name,
            open: OpenCountsRow {
                total: open.issues + open.pull_requests + open.discussions,
                issues: open.issues,
                pull_requests: open.pull_requests,
                discussions: open.discussions,
            },
        }
    }
}

/// List the repositories of an account.
///
/// Those that the token may see, with the number of their open items.
#[utoipa::path(
    get, path = "/api/v1/repositories", tag = "accounts", operation_id = "list_repositories",
    params(AccountParam, RepositoriesPage),
    responses(
        (status = 200, description = "By id", body = RepositoriesAnswer, headers(("Link"))),
        Refused, NoAccount,
    ),
)]
pub async fn list(
    State(state): State<AppState>,
    viewer: Viewer,
    params: Params,
    outside: RequestOrigin,
) -> Result<impl IntoResponse, Problem> {
    params.only(&["account", "after", "cursor", "limit"])?;
    let after = params.after()?.unwrap_or_default();
    let limit = params.number("limit", 1, LARGEST_LIMIT.unsigned_abs())?.and_then(|limit| usize::try_from(limit).ok());
    let limit = limit.unwrap_or(USUAL_LIMIT);
    let found = state.service.list_repositories(&viewer, params.one("account")?, after, limit).await?;
    let Repositories { account_id, position, repositories, next: after } = found;
    let first = format!("/api/v1/repositories?account={account_id}&limit={limit}");
    let next = after.map(|after| format!("{first}&after={after}"));
    let answer = RepositoriesAnswer {
        position,
        repositories: repositories.into_iter().map(ListedRepositoryRow::from).collect(),
        next: next.as_ref().map(|next| outside.path(next)),
        next_cursor: after.map(|after| after.to_string()),
    };
    Ok((link([("next", next), ("first", Some(first))]), Json(answer)))
}
