//! `PUT /api/v1/scrubs/{number}/timer`: how long a row and the meeting may take.

use axum::Json;
use axum::extract::{Path, State};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::ToSchema;

use super::number::scrub_number;
use super::room::{RoomAnswer, changed};
use crate::http::AppState;
use crate::http::description::answers::{BadBody, NotKnown, Refused};
use crate::http::description::params::{AccountParam, ScrubPath};
use crate::http::description::schemas::PersonName;
use crate::http::json::{Body, Whole};
use crate::http::params::Params;
use crate::http::problem::{Problem, kinds};
use crate::service::Viewer;
use crate::service::scrubs::room;

/// What a timer is set to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"version": 3, "row_seconds": 120, "ends_at": "2026-11-30T18:00:00Z", "paused": false}))]
pub struct TimerSetting {
    /// The version of the timer that you see. If it is another one, nothing is done.
    #[schema(value_type = i64)]
    version: Whole,
    /// For how long a row is read, 5 to 7200. Null: as long as it takes.
    #[schema(value_type = Option<i64>, minimum = 5, maximum = 7200)]
    row_seconds: Option<Whole>,
    /// When the meeting ends. Null: nobody says so.
    ends_at: Option<DateTime<Utc>>,
    /// Whether the timer of rows stands still.
    #[serde(default)]
    #[schema(required = false)]
    paused: bool,
    /// Who says so; by default the token's name.
    #[schema(value_type = Option<PersonName>)]
    by: Option<String>,
}

/// Set the timer.
///
/// The timer of a row begins anew with each move of the cursor. While it stands still, no time of the row goes by; the end of the
/// meeting stays. Nothing happens by itself when a time is over.
#[utoipa::path(
    put, path = "/api/v1/scrubs/{number}/timer", tag = "scrubs", operation_id = "set_timer", request_body = TimerSetting,
    params(ScrubPath, AccountParam),
    responses(
        (status = 200, description = "The room as it is now", body = RoomAnswer),
        (status = 409, description = "Somebody has set the timer since (`/problems/timer-changed`), or the scrub is closed (`/problems/scrub-closed`); `current` has the room", body = Problem, content_type = "application/problem+json"),
        NotKnown, BadBody, Refused,
    ),
)]
pub async fn put(
    State(state): State<AppState>,
    viewer: Viewer,
    Path(number): Path<String>,
    params: Params,
    Body(setting): Body<TimerSetting>,
) -> Result<Json<RoomAnswer>, Problem> {
    params.only(&["account"])?;
    let (account, number) = (params.one("account")?, scrub_number(&number));
    let TimerSetting { version: Whole(version), row_seconds, ends_at, paused, by } = setting;
    let row_seconds = row_seconds.map(|Whole(seconds)| seconds);
    let setting = room::TimerSetting { version, row_seconds, ends_at, paused };
    let outcome = state.service.set_timer(&viewer, account, number, setting, by).await?;
    changed(outcome, Problem::new(&kinds::TIMER_CHANGED).detail("Somebody has set the timer since you saw it."))
}
