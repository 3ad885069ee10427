//! `PUT /api/v1/scrubs/{number}/cursor`: the cursor, moved by hand.

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use utoipa::ToSchema;

use super::answer::ScrubAnswer;
use super::number::scrub_number;
use super::stepped;
use crate::http::AppState;
use crate::http::authorship::WriteId;
use crate::http::description::answers::{BadBody, BadKey, NotKnown, Refused};
use crate::http::description::params::{AccountParam, IdempotencyKey, ScrubPath};
use crate::http::description::schemas::PersonName;
use crate::http::json::{Body, Whole};
use crate::http::params::Params;
use crate::http::problem::Problem;
use crate::service::Viewer;

/// Where the cursor is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"place": 3, "from": 7}))]
pub struct CursorMove {
    /// The place of a row of the deck, whatever became of it.
    #[schema(value_type = i64)]
    place: Whole,
    /// The place at which you see the cursor; null if nothing is left to read. If it is elsewhere, nothing is done.
    #[schema(value_type = Option<i64>)]
    from: Option<Whole>,
    /// Who says so; by default the token's name.
    #[schema(value_type = Option<PersonName>)]
    by: Option<String>,
}

/// Move the cursor.
///
/// Back, or ahead, to any row of the deck that you see: one that was read or skipped too. Moving marks nothing, and the row
/// that the cursor leaves stays as it is. Going on from a row that was read in this scrub marks it no second time; one that was
/// skipped can be read after all.
#[utoipa::path(
    put, path = "/api/v1/scrubs/{number}/cursor", tag = "scrubs", operation_id = "move_cursor", request_body = CursorMove,
    params(ScrubPath, AccountParam, IdempotencyKey),
    responses(
        (status = 200, description = "The scrub as it stands now", body = ScrubAnswer),
        (status = 409, description = "The cursor is elsewhere (`/problems/cursor-moved`), or the scrub is closed (`/problems/scrub-closed`); `current` has the scrub as it stands", body = Problem, content_type = "application/problem+json"),
        NotKnown, BadBody, Refused, BadKey,
    ),
)]
pub async fn put(
    State(state): State<AppState>,
    viewer: Viewer,
    Path(number): Path<String>,
    id: WriteId,
    params: Params,
    Body(new): Body<CursorMove>,
) -> Result<Json<ScrubAnswer>, Problem> {
    params.only(&["account"])?;
    let (account, number) = (params.one("account")?, scrub_number(&number));
    let CursorMove { place: Whole(place), from, by } = new;
    let from = from.map(|Whole(from)| from);
    stepped(state.service.move_cursor(&viewer, account, number, (from, place), id.by(by.as_deref())).await?)
}
