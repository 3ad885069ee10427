//! `/api/v1/scrubs/{number}/attendees/{name}`: who is there.

use axum::Json;
use axum::extract::{Path, State};

use super::{ScrubAnswer, answer, named, unknown};
use crate::http::AppState;
use crate::http::acting::{Acting, person};
use crate::http::auth::{Scope, Viewer};
use crate::http::params::Params;
use crate::http::problem::{Problem, Refused};
use crate::store::scrubs::act::{self, Changed};

/// Put somebody down as present.
#[utoipa::path(
    put, path = "/api/v1/scrubs/{number}/attendees/{name}", tag = "scrubs",
    params(
        ("number" = String, Path, description = "The scrub's number", example = "51"),
        ("name" = String, Path, description = "A login or name", example = "octocat"),
        ("account" = Option<String>, Query, description = "Login or id; may be left out when the token sees one account"),
    ),
    responses(
        (status = 200, description = "As it stands now", body = ScrubAnswer),
        (status = 404, description = "There is no such account or scrub", body = Problem, content_type = "application/problem+json"),
        Refused,
    ),
)]
pub async fn put(
    State(state): State<AppState>,
    caller: Viewer,
    Path(path): Path<(String, String)>,
    acting: Acting,
    params: Params,
) -> Result<Json<ScrubAnswer>, Problem> {
    attend(&state, &caller, path, acting, &params, true).await
}

/// Take somebody off the list.
#[utoipa::path(
    delete, path = "/api/v1/scrubs/{number}/attendees/{name}", tag = "scrubs",
    params(
        ("number" = String, Path, description = "The scrub's number", example = "51"),
        ("name" = String, Path, description = "A login or name", example = "octocat"),
        ("account" = Option<String>, Query, description = "Login or id; may be left out when the token sees one account"),
    ),
    responses(
        (status = 200, description = "As it stands now", body = ScrubAnswer),
        (status = 404, description = "There is no such account or scrub", body = Problem, content_type = "application/problem+json"),
        Refused,
    ),
)]
pub async fn delete(
    State(state): State<AppState>,
    caller: Viewer,
    Path(path): Path<(String, String)>,
    acting: Acting,
    params: Params,
) -> Result<Json<ScrubAnswer>, Problem> {
    attend(&state, &caller, path, acting, &params, false).await
}

async fn attend(
    state: &AppState,
    caller: &Viewer,
    (number, name): (String, String),
    acting: Acting,
    params: &Params,
    present: bool,
) -> Result<Json<ScrubAnswer>, Problem> {
    caller.require(Scope::Scrub)?;
    params.only(&["account"])?;
    let name = person("name", &name)?;
    let request = acting.request(state, caller, None)?;
    let (account, scrub) = named(state, caller, params, &number).await?;
    let account_id = account.account_id;
    match act::attend(&state.pool, account_id, scrub.scrub, &name, present, &request).await? {
        Changed::Done(position) => Ok(Json(answer(state, caller, account_id, scrub.scrub, position).await?)),
        Changed::Unknown => Err(unknown()),
    }
}
