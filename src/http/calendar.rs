//! `GET /api/v1/scrubs/calendar.ics`: when the group meets, for calendar programs to subscribe to.

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use icalendar::{Calendar, Component, Event, EventLike};

use super::AppState;
use super::auth::Caller;
use super::params::Params;
use super::problem::{NoAccount, Problem, Refused};
use crate::scrub::schedule::Meeting;

/// Weeks that are shown of the past, and in all.
const PAST_WEEKS: u64 = 4;
const WEEKS: u64 = 4 + 52;

/// Show the schedule of scrubs as a calendar.
///
/// The meetings of the last four weeks and of the next year, in iCalendar form. A token with the
/// scope `embed` may stand in the URL, so that calendar programs can subscribe.
#[utoipa::path(
    get, path = "/api/v1/scrubs/calendar.ics", tag = "scrubs",
    params(
        ("account" = Option<String>, Query, description = "Login or id; may be left out when the token sees one account"),
    ),
    responses(
        (status = 200, description = "iCalendar (RFC 5545)", body = String, content_type = "text/calendar"),
        Refused, NoAccount,
    ),
)]
pub async fn show(State(state): State<AppState>, caller: Caller, params: Params) -> Result<Response, Problem> {
    caller.require_embed()?;
    params.only(&["account"])?;
    let account = caller.account(&state, params.one("account")?).await?;
    let Some(schedule) = &state.schedule else {
        return Err(Problem::new(StatusCode::NOT_FOUND, "/problems/no-schedule", "No schedule")
            .detail("The setting BUGSCRUB_SCRUB_SCHEDULE says when scrubs are held; it is not set."));
    };
    let now = (state.clock)();
    let zone = state.calendar.zone;
    let from = state.calendar.today(now) - chrono::Days::new(PAST_WEEKS * 7);
    let mut calendar = Calendar::new();
    calendar.name(&format!("Bug scrub of {}", account.login));
    for Meeting { starts, ends, edition, date } in schedule.meetings(from, WEEKS, zone) {
        let mut event = Event::new();
        event
            // The same in every answer, so that a program moves what has moved.
            .uid(&format!("{date}-{}@bugscrub", account.account_id))
            .timestamp(now)
            .summary(&format!("Bug scrub of {}", account.login))
            .description(&format!("Edition {edition}. Reads what is left of the round, the stalest first."))
            .starts(starts)
            .ends(ends);
        calendar.push(event.done());
    }
    let headers = [(CONTENT_TYPE, "text/calendar; charset=utf-8"), (CACHE_CONTROL, "private, max-age=3600")];
    Ok((headers, calendar.done().to_string()).into_response())
}
