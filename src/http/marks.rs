//! `/api/v1/items/{owner}/{repo}/{number}/read`: readings of an item outside of scrubs.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::AppState;
use super::authorship::WriteId;
use super::description::answers::{BadKey, Elsewhere, NoAccount, Refused};
use super::description::params::{ByParam, IdempotencyKey, ItemPath};
use super::items::{elsewhere, item_address};
use super::params::Params;
use super::problem::Problem;
use crate::service::Viewer;

/// The result of a write.
#[derive(Debug, Serialize, ToSchema)]
pub struct PositionAnswer {
    /// The position of the account's log that includes the write. Use it as `?min_position=` of a later request.
    #[schema(example = 99_812)]
    pub(super) position: i64,
}

/// Mark an item as read.
///
/// Reading an item alone counts as much as reading it in a scrub: nobody meets it again in the current round of any
/// view. If the same person marks it again within an hour, that is the same reading, unless a view's next round has
/// begun meanwhile.
#[utoipa::path(
    put, path = "/api/v1/items/{owner}/{repo}/{number}/read", tag = "items", operation_id = "mark_read",
    params(
        ItemPath,
        ByParam,
        IdempotencyKey,
    ),
    responses(
        (status = 200, description = "The item is marked as read", body = PositionAnswer),
        Elsewhere,
        Refused, NoAccount, BadKey,
    ),
)]
pub async fn put(
    State(state): State<AppState>,
    viewer: Viewer,
    Path(path): Path<(String, String, String)>,
    id: WriteId,
    params: Params,
) -> Result<Response, Problem> {
    mark(&state, &viewer, path, id, &params, true).await
}

/// Take back the last reading of an item.
///
/// This undoes a slip: the item is as unread as it was before.
#[utoipa::path(
    delete, path = "/api/v1/items/{owner}/{repo}/{number}/read", tag = "items", operation_id = "unmark_read",
    params(
        ItemPath,
        ByParam,
        IdempotencyKey,
    ),
    responses(
        (status = 200, description = "The last mark is gone, if there was one", body = PositionAnswer),
        Elsewhere,
        Refused, NoAccount, BadKey,
    ),
)]
pub async fn delete(
    State(state): State<AppState>,
    viewer: Viewer,
    Path(path): Path<(String, String, String)>,
    id: WriteId,
    params: Params,
) -> Result<Response, Problem> {
    mark(&state, &viewer, path, id, &params, false).await
}

async fn mark(
    state: &AppState,
    viewer: &Viewer,
    path: (String, String, String),
    id: WriteId,
    params: &Params,
    read: bool,
) -> Result<Response, Problem> {
    params.only(&["account", "by"])?;
    let (address, authorship) = (item_address(path, params)?, id.by(params.one("by")?));
    let marked = match read {
        true => state.service.mark_read(viewer, &address, authorship).await,
        false => state.service.unmark_read(viewer, &address, authorship).await,
    };
    match marked {
        Ok(position) => Ok(Json(PositionAnswer { position }).into_response()),
        Err(refusal) => elsewhere(refusal, "/read"),
    }
}
