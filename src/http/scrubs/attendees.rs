//! `/api/v1/scrubs/{number}/attendees/{name}`: who is there.

use axum::Json;
use axum::extract::{Path, State};

use super::answer::ScrubAnswer;
use super::number::scrub_number;
use crate::http::AppState;
use crate::http::authorship::WriteId;
use crate::http::description::answers::{BadKey, NotKnown, Refused};
use crate::http::description::params::{AccountParam, IdempotencyKey, ScrubPath};
use crate::http::description::schemas::PersonName;
use crate::http::params::Params;
use crate::http::problem::Problem;
use crate::service::Viewer;

/// Add an attendee.
#[utoipa::path(
    put, path = "/api/v1/scrubs/{number}/attendees/{name}", tag = "scrubs", operation_id = "add_attendee",
    params(
        ScrubPath,
        ("name" = PersonName, Path, description = "A login or name", example = "octocat"),
        AccountParam, IdempotencyKey,
    ),
    responses(
        (status = 200, description = "The scrub as it stands now", body = ScrubAnswer),
        NotKnown, Refused, BadKey,
    ),
)]
pub async fn put(
    State(state): State<AppState>,
    viewer: Viewer,
    Path(path): Path<(String, String)>,
    id: WriteId,
    params: Params,
) -> Result<Json<ScrubAnswer>, Problem> {
    set(&state, &viewer, path, id, &params, true).await
}

/// Remove an attendee.
#[utoipa::path(
    delete, path = "/api/v1/scrubs/{number}/attendees/{name}", tag = "scrubs", operation_id = "remove_attendee",
    params(
        ScrubPath,
        ("name" = PersonName, Path, description = "A login or name", example = "octocat"),
        AccountParam, IdempotencyKey,
    ),
    responses(
        (status = 200, description = "The scrub as it stands now", body = ScrubAnswer),
        NotKnown, Refused, BadKey,
    ),
)]
pub async fn delete(
    State(state): State<AppState>,
    viewer: Viewer,
    Path(path): Path<(String, String)>,
    id: WriteId,
    params: Params,
) -> Result<Json<ScrubAnswer>, Problem> {
    set(&state, &viewer, path, id, &params, false).await
}

async fn set(
    state: &AppState,
    viewer: &Viewer,
    (number, name): (String, String),
    id: WriteId,
    params: &Params,
    present: bool,
) -> Result<Json<ScrubAnswer>, Problem> {
    params.only(&["account"])?;
    let (account, number) = (params.one("account")?, scrub_number(&number));
    let attendance = (name.as_str(), present);
    let scrub = state.service.set_attendance(viewer, account, number, attendance, id.by(None)).await?;
    Ok(Json(ScrubAnswer::from(scrub)))
}
