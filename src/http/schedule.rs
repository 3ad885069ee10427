//! `/api/v1/schedule`: when the group meets, which dates are cancelled or moved, and who presents what.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::AppState;
use super::description::answers::{BadBody, NoAccount, NotKnown, Refused};
use super::description::params::{AccountParam, MeetingPath};
use super::description::schemas::PersonName;
use super::json::{Body, Whole};
use super::params::{Params, digits};
use super::problem::Problem;
use crate::service::Viewer;
use crate::service::calendar::{AnnouncedTalk, MeetingPlan, PlannedMeeting, Talk, TalkPlan};

/// When the group meets.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScheduleAnswer {
    /// The meeting that goes on, or else the one that begins next. Null if the schedule has none within a year.
    next: Option<MeetingRow>,
    /// Those of the last four weeks and of the next year, in the order in which they are held; cancelled ones too.
    meetings: Vec<MeetingRow>,
    /// Whether you may cancel and move them, and announce talks.
    may_change: bool,
}

/// A meeting of the schedule.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeetingRow {
    /// The date that the schedule has, in the zone where it is held. It stays the meeting's name when it is moved.
    #[schema(example = "2026-12-23")]
    date: NaiveDate,
    /// The number of the edition whose turn it is, from 1.
    edition: usize,
    /// When it is held.
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    cancelled: bool,
    /// When it would begin, had nobody moved it. Null if nobody has.
    moved_from: Option<DateTime<Utc>>,
    /// Why it is cancelled or moved. May be empty.
    #[schema(example = "Holidays")]
    reason: String,
    /// In the order in which they were announced.
    talks: Vec<TalkRow>,
}

/// What somebody presents at a meeting.
#[derive(Debug, Serialize, ToSchema)]
pub struct TalkRow {
    /// Its number, by which it is taken off the meeting.
    #[schema(example = 2)]
    talk: i64,
    #[schema(example = "Flaky tests, and where they come from")]
    title: String,
    #[schema(example = "octocat")]
    presenter: String,
    /// How long it takes. Null if nobody has said.
    #[schema(example = 10)]
    minutes: Option<i64>,
}

impl From<&PlannedMeeting> for MeetingRow {
    fn from(planned: &PlannedMeeting) -> Self {
        let PlannedMeeting { meeting, scheduled, cancelled, reason, talks, .. } = planned;
        Self {
            date: meeting.date,
            edition: meeting.edition,
            starts_at: meeting.starts,
            ends_at: meeting.ends,
            cancelled: *cancelled,
            moved_from: planned.is_moved().then_some(*scheduled),
            reason: reason.clone(),
            talks: talks.iter().cloned().map(TalkRow::from).collect(),
        }
    }
}

impl From<Talk> for TalkRow {
    fn from(Talk { talk, title, presenter, minutes }: Talk) -> Self {
        Self { talk, title, presenter, minutes }
    }
}

/// How a meeting is to be held.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"cancelled": true, "reason": "Holidays"}))]
pub struct MeetingChange {
    #[serde(default)]
    #[schema(required = false)]
    cancelled: bool,
    /// When it begins instead, at most 60 days away from its date. It takes as long as it would have. Not beside `cancelled`.
    #[schema(example = "2026-12-22T17:00:00Z")]
    moved_to: Option<DateTime<Utc>>,
    /// Why, on one line.
    #[serde(default)]
    #[schema(required = false, max_length = 200)]
    reason: String,
}

/// A talk to be announced.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"title": "Flaky tests, and where they come from", "presenter": "octocat", "minutes": 10}))]
pub struct TalkAnnouncement {
    /// On one line.
    #[schema(max_length = 200, pattern = r"[^\s\x00-\x1f\x7f-\x9f]")]
    title: String,
    /// Who presents it. By default the token's name.
    #[schema(value_type = Option<PersonName>)]
    presenter: Option<String>,
    /// How long it takes.
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 720)]
    minutes: Option<Whole>,
}

/// Show the schedule.
#[utoipa::path(
    get, path = "/api/v1/schedule", tag = "scrubs", operation_id = "show_schedule",
    params(AccountParam),
    responses((status = 200, description = "The schedule", body = ScheduleAnswer), Refused, NoAccount),
)]
pub async fn show(State(state): State<AppState>, viewer: Viewer, params: Params) -> Result<Response, Problem> {
    params.only(&["account"])?;
    let meetings = state.service.meetings(&viewer, params.one("account")?).await?;
    let next = meetings.next().map(MeetingRow::from);
    let may_change = meetings.may_change;
    let answer =
        ScheduleAnswer { next, meetings: meetings.meetings.iter().map(MeetingRow::from).collect(), may_change };
    Ok(([(CACHE_CONTROL, "private, no-cache")], Json(answer)).into_response())
}

/// Cancel or move a meeting.
///
/// It says in whole how the meeting of a date is held, in place of what was said before. Its talks stay.
#[utoipa::path(
    put, path = "/api/v1/schedule/{date}", tag = "scrubs", operation_id = "change_meeting", request_body = MeetingChange,
    params(MeetingPath, AccountParam),
    responses((status = 200, description = "The meeting as it will be held", body = MeetingRow), BadBody, Refused, NoAccount),
)]
pub async fn put(
    State(state): State<AppState>,
    viewer: Viewer,
    Path(date): Path<String>,
    params: Params,
    Body(change): Body<MeetingChange>,
) -> Result<Json<MeetingRow>, Problem> {
    params.only(&["account"])?;
    let MeetingChange { cancelled, moved_to, reason } = change;
    let plan = MeetingPlan { cancelled, moved_to, reason };
    let planned = state.service.plan_meeting(&viewer, params.one("account")?, day(&date)?, plan).await?;
    Ok(Json(MeetingRow::from(&planned)))
}

/// Hold a meeting as the schedule has it.
///
/// Takes back that it is cancelled or moved. Its talks stay.
#[utoipa::path(
    delete, path = "/api/v1/schedule/{date}", tag = "scrubs", operation_id = "restore_meeting",
    params(MeetingPath, AccountParam),
    responses((status = 204, description = "It is held as the schedule has it"), Refused, NoAccount),
)]
pub async fn delete(
    State(state): State<AppState>,
    viewer: Viewer,
    Path(date): Path<String>,
    params: Params,
) -> Result<StatusCode, Problem> {
    params.only(&["account"])?;
    state.service.plan_meeting(&viewer, params.one("account")?, day(&date)?, MeetingPlan::default()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Announce a talk.
///
/// A meeting has at most 20. The same title by the same person is one talk, however often it is announced.
#[utoipa::path(
    post, path = "/api/v1/schedule/{date}/talks", tag = "scrubs", operation_id = "add_talk", request_body = TalkAnnouncement,
    params(MeetingPath, AccountParam),
    responses(
        (status = 200, description = "It was announced before", body = TalkRow),
        (status = 201, description = "It is announced", body = TalkRow),
        (status = 409, description = "The meeting has as many talks as it can have (`/problems/too-many-talks`), or several accounts have had the login", body = Problem, content_type = "application/problem+json"),
        NotKnown, BadBody, Refused,
    ),
)]
pub async fn add_talk(
    State(state): State<AppState>,
    viewer: Viewer,
    Path(date): Path<String>,
    params: Params,
    Body(talk): Body<TalkAnnouncement>,
) -> Result<Response, Problem> {
    params.only(&["account"])?;
    let TalkAnnouncement { title, presenter, minutes } = talk;
    let plan = TalkPlan { title, presenter, minutes: minutes.map(|Whole(minutes)| minutes) };
    let AnnouncedTalk { talk, is_new } =
        state.service.add_talk(&viewer, params.one("account")?, day(&date)?, plan).await?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(TalkRow::from(talk))).into_response())
}

/// Take a talk off a meeting.
#[utoipa::path(
    delete, path = "/api/v1/schedule/{date}/talks/{talk}", tag = "scrubs", operation_id = "remove_talk",
    params(MeetingPath, ("talk" = i64, Path, description = "The talk's number", minimum = 1, example = 2), AccountParam),
    responses((status = 204, description = "It is not presented"), Refused, NoAccount),
)]
pub async fn remove_talk(
    State(state): State<AppState>,
    viewer: Viewer,
    Path((date, talk)): Path<(String, String)>,
    params: Params,
) -> Result<StatusCode, Problem> {
    params.only(&["account"])?;
    // No talk has a number that cannot be read.
    let talk = digits(&talk).unwrap_or_default();
    state.service.remove_talk(&viewer, params.one("account")?, day(&date)?, talk).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A date in a path.
fn day(text: &str) -> Result<NaiveDate, Problem> {
    let read = Some(text).filter(|text| text.len() == 10).and_then(|text| text.parse().ok());
    read.ok_or_else(|| Problem::bad_parameter("date").detail("A date such as 2026-12-23."))
}
