//! `POST /api/v1/scrubs/{number}/rows/{place}/read`: a row that is read beside the cursor.

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
use crate::http::json::OptionalBody;
use crate::http::params::Params;
use crate::http::problem::{Problem, kinds};
use crate::service::Viewer;
use crate::service::scrubs::moving::RowOutcome;

/// How a row is read.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RowReading {
    /// Leave it unread, for another scrub.
    #[serde(default)]
    #[schema(required = false)]
    skip: bool,
    /// Who reads it; by default the token's name.
    #[schema(value_type = Option<PersonName>)]
    by: Option<String>,
}

/// Read a row.
///
/// Marks a row of the deck as read in the scrub, or skips it, and leaves the cursor where it is: for those who take rows to read
/// by themselves. The claim of the row ends. A row that somebody else took is refused; one that is nobody's is not. The body may
/// be left out.
#[utoipa::path(
    post, path = "/api/v1/scrubs/{number}/rows/{place}/read", tag = "scrubs", operation_id = "read_row",
    request_body = Option<RowReading>,
    params(
        ScrubPath,
        ("place" = i64, Path, description = "The row's place in the deck", minimum = 1, example = 7),
        AccountParam, IdempotencyKey,
    ),
    responses(
        (status = 200, description = "The scrub as it stands now", body = ScrubAnswer),
        (status = 409, description = "Somebody else took the row (`/problems/claimed`), or the scrub is closed (`/problems/scrub-closed`); `current` has the scrub as it stands", body = Problem, content_type = "application/problem+json"),
        NotKnown, BadBody, Refused, BadKey,
    ),
)]
pub async fn read(
    State(state): State<AppState>,
    viewer: Viewer,
    Path((number, place)): Path<(String, String)>,
    id: WriteId,
    params: Params,
    OptionalBody(reading): OptionalBody<RowReading>,
) -> Result<Json<ScrubAnswer>, Problem> {
    params.only(&["account"])?;
    let (account, number) = (params.one("account")?, scrub_number(&number));
    let RowReading { skip, by } = reading;
    // As with scrubs, what is no number is a place that no deck has.
    let place = scrub_number(&place);
    match state.service.read_row(&viewer, account, number, (place, skip), id.by(by.as_deref())).await? {
        RowOutcome::Done(scrub) => Ok(Json(ScrubAnswer::from(scrub))),
        RowOutcome::Closed(scrub) => Err(closed(scrub)),
        RowOutcome::Taken(scrub) => Err(Problem::new(&kinds::CLAIMED)
            .detail("Somebody else took this row to read by themselves.")
            .current(&ScrubAnswer::from(scrub))),
    }
}
