//! `GET /api/v1/scrubs/{number}/minutes.md`: a scrub as a text to paste.

use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use super::number::scrub_number;
use crate::http::AppState;
use crate::http::description::answers::{NoAccount, Refused};
use crate::http::description::params::{AccountParam, ScrubPath, VisibilityParam};
use crate::http::params::Params;
use crate::http::problem::Problem;
use crate::http::sheets::file::shown;
use crate::service::Viewer;

/// Show the minutes of a scrub.
///
/// Markdown: who was there, what was read and what came of it, the notes, and what to follow up. It mentions nobody,
/// so pasting it on GitHub disturbs nobody. Items of private repositories are marked as such.
#[utoipa::path(
    get, path = "/api/v1/scrubs/{number}/minutes.md", tag = "scrubs", operation_id = "show_minutes",
    params(
        ScrubPath,
        AccountParam,
        VisibilityParam,
    ),
    responses(
        (status = 200, description = "Markdown", body = String, content_type = "text/markdown", headers(("Content-Disposition"))),
        Refused, NoAccount,
    ),
)]
pub async fn show(
    State(state): State<AppState>,
    viewer: Viewer,
    Path(number): Path<String>,
    params: Params,
) -> Result<Response, Problem> {
    params.only(&["account", "visibility"])?;
    let (account, number) = (params.one("account")?, scrub_number(&number));
    let text = state.service.show_minutes(&params.seen_by(&viewer)?, account, number).await?.markdown();
    let headers = [(CONTENT_TYPE, "text/markdown; charset=utf-8"), (CACHE_CONTROL, "private, no-cache")];
    Ok((headers, shown(&format!("minutes-{number:04}.md")), text).into_response())
}
