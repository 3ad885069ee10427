//! `GET /api/v1/scrubs/calendar.ics`: when the group meets, for calendar programs to subscribe to.

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use icalendar::{Calendar, Component, Event, EventLike};

use super::AppState;
use super::description::answers::{NoAccount, Refused};
use super::description::params::AccountParam;
use super::params::Params;
use super::problem::Problem;
use super::sheets::file::shown;
use crate::service::Viewer;
use crate::service::calendar::{Meeting, Meetings};

/// Show the schedule of scrubs as a calendar.
///
/// The meetings of the last four weeks and of the next year, in iCalendar form. A token with the scope `embed` may
/// stand in the URL, so calendar programs can subscribe.
#[utoipa::path(
    get, path = "/api/v1/scrubs/calendar.ics", tag = "scrubs", operation_id = "show_calendar",
    security(("token" = []), ("session" = []), ("embed_token" = [])),
    params(AccountParam),
    responses(
        (status = 200, description = "iCalendar (RFC 5545)", body = String, content_type = "text/calendar", headers(("Content-Disposition"))),
        Refused, NoAccount,
    ),
)]
pub async fn show(State(state): State<AppState>, viewer: Viewer, params: Params) -> Result<Response, Problem> {
    params.only(&["account"])?;
    let Meetings { account, now, meetings } = state.service.meetings(&viewer, params.one("account")?).await?;
    let mut calendar = Calendar::new();
    calendar.name(&format!("Bug scrub of {}", account.login));
    for Meeting { starts, ends, edition, date } in meetings {
        let mut event = Event::new();
        event
            // The same in every answer, so that a program recognizes a meeting that has moved.
            .uid(&format!("{date}-{}@bugscrub", account.account_id))
            .timestamp(now)
            .summary(&format!("Bug scrub of {}", account.login))
            .description(&format!("Edition {edition}. Reads what is left of the round, in the view's order."))
            .starts(starts)
            .ends(ends);
        calendar.push(event.done());
    }
    let headers = [(CONTENT_TYPE, "text/calendar; charset=utf-8"), (CACHE_CONTROL, "private, max-age=3600")];
    Ok((headers, shown("scrubs.ics"), calendar.done().to_string()).into_response())
}
