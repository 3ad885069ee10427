//! `PUT /api/v1/scrubs/{number}/greeter`: who greets those who come.

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use utoipa::ToSchema;

use super::number::scrub_number;
use super::room::{RoomAnswer, changed};
use crate::http::AppState;
use crate::http::description::answers::{BadBody, NotKnown, Refused};
use crate::http::description::params::{AccountParam, ScrubPath};
use crate::http::description::schemas::PersonName;
use crate::http::json::Body;
use crate::http::params::Params;
use crate::http::problem::{Problem, kinds};
use crate::service::Viewer;

/// Who is to greet.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"login": "octocat", "from": "hubot"}))]
pub struct GreeterSetting {
    /// Null: nobody.
    #[schema(value_type = Option<PersonName>)]
    login: Option<String>,
    /// Who greets now, as you see it. If it is somebody else, nothing is done.
    #[schema(value_type = Option<PersonName>)]
    from: Option<String>,
}

/// Say who greets those who come.
///
/// Whoever shares the screen misses who arrives. So somebody else keeps an eye on the room, and says hello to those who are there
/// for the first time. Anybody who takes part says who.
#[utoipa::path(
    put, path = "/api/v1/scrubs/{number}/greeter", tag = "scrubs", operation_id = "set_greeter", request_body = GreeterSetting,
    params(ScrubPath, AccountParam),
    responses(
        (status = 200, description = "The room as it is now", body = RoomAnswer),
        (status = 409, description = "Somebody else greets by now (`/problems/greeter-changed`), or the scrub is closed (`/problems/scrub-closed`); `current` has the room as it is", body = Problem, content_type = "application/problem+json"),
        NotKnown, BadBody, Refused,
    ),
)]
pub async fn put(
    State(state): State<AppState>,
    viewer: Viewer,
    Path(number): Path<String>,
    params: Params,
    Body(new): Body<GreeterSetting>,
) -> Result<Json<RoomAnswer>, Problem> {
    params.only(&["account"])?;
    let (account, number) = (params.one("account")?, scrub_number(&number));
    let GreeterSetting { login, from } = new;
    let outcome = state.service.set_greeter(&viewer, account, number, (from, login)).await?;
    changed(outcome, Problem::new(&kinds::GREETER_CHANGED).detail("Somebody else greets by now."))
}
