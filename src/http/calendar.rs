//! `GET /api/v1/scrubs/calendar.ics`: when the group meets, for calendar programs to subscribe to.
//!
//! Each meeting is an event of its own, under one `UID` for ever, and none recurs: editions take turns between zones, which
//! a rule cannot say, and programs differ in how they take exceptions from a rule (`EXDATE`, `RECURRENCE-ID`). So a meeting
//! that moves gets another `DTSTART`, one that is cancelled `STATUS:CANCELLED`, both a higher `SEQUENCE`. Programs differ in
//! that too: Google Calendar takes a cancelled event away, Apple's, Thunderbird and Nextcloud strike it out, and some show it
//! as if nothing were said. So its summary says it as well, and it keeps nobody busy.

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, TimeDelta, Utc};
use icalendar::{Calendar, Component, Event, EventLike, EventStatus};

use super::AppState;
use super::description::answers::{NoAccount, Refused};
use super::description::params::AccountParam;
use super::params::Params;
use super::problem::Problem;
use super::sheets::file::shown;
use crate::service::Viewer;
use crate::service::accounts::Account;
use crate::service::calendar::{Meetings, PlannedMeeting};

/// Show the schedule of scrubs as a calendar.
///
/// The meetings of the last four weeks and of the next year, in iCalendar form, with what was moved or cancelled and the
/// talks. A token with the scope `embed` may stand in the URL, so calendar programs can subscribe.
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
    let Meetings { account, now, meetings, .. } = state.service.meetings(&viewer, params.one("account")?).await?;
    let mut calendar = Calendar::new();
    // How often to ask again: programs that know nothing of it ask once a day or so.
    calendar.name(&format!("Bug scrub of {}", account.login)).ttl(&TimeDelta::hours(1));
    for meeting in &meetings {
        calendar.push(event(meeting, &account, now));
    }
    let headers = [(CONTENT_TYPE, "text/calendar; charset=utf-8"), (CACHE_CONTROL, "private, max-age=3600")];
    Ok((headers, shown("scrubs.ics"), calendar.done().to_string()).into_response())
}

fn event(planned: &PlannedMeeting, account: &Account, now: DateTime<Utc>) -> Event {
    let meeting = &planned.meeting;
    let mut event = Event::new();
    event
        .uid(&format!("{}-{}@bugscrub", meeting.date, account.account_id))
        .timestamp(now)
        .sequence(u32::try_from(planned.sequence).unwrap_or(u32::MAX))
        .starts(meeting.starts)
        .ends(meeting.ends)
        .description(&description(planned));
    if let Some(changed_at) = planned.changed_at {
        event.last_modified(changed_at);
    }
    let summary = format!("Bug scrub of {}", account.login);
    if planned.cancelled {
        event.summary(&format!("Cancelled: {summary}"));
        event.status(EventStatus::Cancelled).add_property("TRANSP", "TRANSPARENT");
    } else {
        event.summary(&summary).status(EventStatus::Confirmed);
    }
    event.done()
}

fn description(planned: &PlannedMeeting) -> String {
    let PlannedMeeting { meeting, scheduled, cancelled, reason, talks, .. } = planned;
    let mut lines = vec![];
    let because = if reason.is_empty() { String::new() } else { format!(": {reason}") };
    if *cancelled {
        lines.push(format!("Cancelled{because}"));
    } else if planned.is_moved() {
        lines.push(format!("Moved from {}{because}", scheduled.format("%Y-%m-%d %H:%M UTC")));
    } else if !reason.is_empty() {
        lines.push(reason.clone());
    }
    lines.push(format!("Edition {}. Reads what is left of the round, in the view's order.", meeting.edition));
    lines.extend(talks.iter().map(|talk| format!("Talk: {}", talk.in_words())));
    lines.join("\n")
}
