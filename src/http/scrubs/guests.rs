//! `POST /api/v1/scrubs/{number}/guests`: a name that somebody leaves without an account.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::number::scrub_number;
use crate::http::AppState;
use crate::http::auth::Guest;
use crate::http::description::answers::{BadBody, NotKnown, Refused};
use crate::http::description::params::{AccountParam, ScrubPath};
use crate::http::description::schemas::PersonName;
use crate::http::json::Body;
use crate::http::params::Params;
use crate::http::problem::Problem;

/// Who comes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Ada", "client": "3f0c9a1e"}))]
pub struct GuestPlan {
    #[schema(value_type = PersonName)]
    name: String,
    /// The id of the tab, as its presence has it.
    #[schema(pattern = "^[A-Za-z0-9_-]{1,64}$")]
    client: String,
}

/// A guest.
#[derive(Debug, Serialize, ToSchema)]
pub struct GuestAnswer {
    /// What they are called here.
    #[schema(example = "Ada (guest)")]
    name: String,
    /// The position of the account's log that includes it.
    #[schema(example = 99_812)]
    position: i64,
}

/// Leave a name.
///
/// For somebody without an account, where anybody reads without a token and the scrub is public: they are put down as present, as
/// `NAME (guest)`. Only a page of this service may ask, 10 times a minute from one address. A scrub has at most 200 guests. Another
/// name from the same tab is not taken.
#[utoipa::path(
    post, path = "/api/v1/scrubs/{number}/guests", tag = "scrubs", operation_id = "add_guest", request_body = GuestPlan,
    security(()),
    params(ScrubPath, AccountParam),
    responses(
        (status = 201, description = "They are put down as present", body = GuestAnswer),
        (status = 409, description = "The scrub is closed (`/problems/scrub-closed`), or has as many guests as it can have (`/problems/too-many-guests`)", body = Problem, content_type = "application/problem+json"),
        NotKnown, BadBody, Refused,
    ),
)]
pub async fn create(
    State(state): State<AppState>,
    Guest(viewer): Guest,
    Path(number): Path<String>,
    params: Params,
    Body(plan): Body<GuestPlan>,
) -> Result<(StatusCode, Json<GuestAnswer>), Problem> {
    params.only(&["account"])?;
    let (account, number) = (params.one("account")?, scrub_number(&number));
    let (name, position) = state.service.add_guest(&viewer, account, number, (&plan.name, &plan.client)).await?;
    Ok((StatusCode::CREATED, Json(GuestAnswer { name, position })))
}
