//! `PUT /api/v1/scrubs/{number}/host`: who leads a scrub.

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use utoipa::ToSchema;

use super::answer::ScrubAnswer;
use super::closed;
use super::number::scrub_number;
use crate::http::AppState;
use crate::http::authorship::WriteId;
use crate::http::description::answers::{BadBody, BadKey, NotKnown, Refused};
use crate::http::description::params::{AccountParam, IdempotencyKey, ScrubPath};
use crate::http::description::schemas::PersonName;
use crate::http::json::Body;
use crate::http::params::Params;
use crate::http::problem::{Problem, kinds};
use crate::service::Viewer;
use crate::service::scrubs::moving::{HostChange, HostChangeOutcome};

/// Who is to lead a scrub.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"host": "octocat", "from": "hubot"}))]
pub struct HostSetting {
    /// The same as `from`: the host keeps it, and whoever asked to take over is refused.
    #[schema(value_type = PersonName)]
    host: String,
    /// Who leads it now, as you see it. If it is somebody else, nothing is done.
    #[schema(value_type = PersonName)]
    from: String,
    /// Who says so; by default the token's name.
    #[schema(value_type = Option<PersonName>)]
    by: Option<String>,
}

/// Hand a scrub over.
///
/// The host does it at once; so do administrators, and a token that sees everything and acts for nobody (without `by`). While the
/// host is away, which is a minute after they were last in the room, another attendee may ask for another host, themselves or
/// somebody else. It is done once another one who is there has asked for the same, and at once if nobody else is there. Until then
/// the room shows `host_request`, for two minutes.
#[utoipa::path(
    put, path = "/api/v1/scrubs/{number}/host", tag = "scrubs", operation_id = "hand_over_scrub", request_body = HostSetting,
    params(ScrubPath, AccountParam, IdempotencyKey),
    responses(
        (status = 200, description = "The scrub as it stands now; `host` says whether it was done", body = ScrubAnswer),
        (status = 409, description = "Somebody else leads it by now (`/problems/host-changed`), the host is there (`/problems/host-present`), or the scrub is closed (`/problems/scrub-closed`); `current` has the scrub as it stands", body = Problem, content_type = "application/problem+json"),
        NotKnown, BadBody, Refused, BadKey,
    ),
)]
pub async fn put(
    State(state): State<AppState>,
    viewer: Viewer,
    Path(number): Path<String>,
    id: WriteId,
    params: Params,
    Body(new): Body<HostSetting>,
) -> Result<Json<ScrubAnswer>, Problem> {
    params.only(&["account"])?;
    let (account, number) = (params.one("account")?, scrub_number(&number));
    let HostSetting { host, from, by } = new;
    let change = HostChange { from, host };
    match state.service.change_host(&viewer, account, number, change, id.by(by.as_deref())).await? {
        HostChangeOutcome::Done(scrub) => Ok(Json(ScrubAnswer::from(scrub))),
        HostChangeOutcome::Closed(scrub) => Err(closed(scrub)),
        HostChangeOutcome::Changed(scrub) => Err(Problem::new(&kinds::HOST_CHANGED)
            .detail("Somebody else leads the scrub by now.")
            .current(&ScrubAnswer::from(scrub))),
        HostChangeOutcome::Present(scrub) => Err(Problem::new(&kinds::HOST_PRESENT)
            .detail("The host is there, and alone hands the scrub over.")
            .current(&ScrubAnswer::from(scrub))),
    }
}
