//! `POST /api/v1/stream/tickets`: tickets, which open a stream in the place of a token.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::AppState;
use super::caching::NOT_KEPT;
use super::description::answers::{NoAccount, Refused};
use super::description::params::AccountParam;
use super::params::Params;
use super::problem::Problem;
use crate::service::Viewer;
use crate::service::tickets::Ticket;

/// A ticket for streams of one account.
#[derive(Debug, Serialize, ToSchema)]
pub struct StreamTicket {
    /// Goes into the URL of a stream, as `ticket`.
    #[schema(example = "bugscrub_ticket_9919_3f0c...")]
    ticket: String,
    /// Until when it opens streams: a minute from now. A stream that was opened goes on.
    expires_at: DateTime<Utc>,
}

/// Create a ticket for the stream.
///
/// For browsers, whose `EventSource` cannot send a token. A ticket opens streams of one account for a minute
/// (`/api/v1/stream?ticket=...`), as often as needed, and nothing else. They show what the token may see, and end when
/// it is revoked. Only this answer shows the ticket. A token with the scope `embed` may have one too, though it may
/// stand in the URL itself.
#[utoipa::path(
    post, path = "/api/v1/stream/tickets", tag = "queue", operation_id = "create_stream_ticket",
    security(("token" = []), ("session" = []), ("embed_token" = [])),
    params(AccountParam),
    responses(
        (status = 201, description = "The ticket was created", body = StreamTicket),
        Refused, NoAccount,
    ),
)]
pub async fn create(State(state): State<AppState>, viewer: Viewer, params: Params) -> Result<Response, Problem> {
    params.only(&["account"])?;
    let Ticket { ticket, expires_at } = state.service.create_ticket(&viewer, params.one("account")?).await?;
    Ok((StatusCode::CREATED, [(CACHE_CONTROL, NOT_KEPT)], Json(StreamTicket { ticket, expires_at })).into_response())
}
