//! `GET /api/v1/scrubs/{number}/room`: who is there, the timer, and who reads which rows by themselves.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::number::scrub_number;
use crate::http::AppState;
use crate::http::caching::OWN;
use crate::http::description::answers::{NoAccount, Refused};
use crate::http::description::params::{AccountParam, ScrubPath};
use crate::http::params::Params;
use crate::http::problem::{Problem, kinds};
use crate::scrub::room::{Claim, HostRequest, NEEDED, Present, Room, Timer};
use crate::service::Viewer;
use crate::service::scrubs::room::RoomOutcome;

/// The room of a scrub: what is so at the moment, of which nothing is kept. Of a closed scrub it is empty.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoomAnswer {
    #[schema(example = 51)]
    number: i64,
    /// Grows with each change in the room.
    #[schema(example = 812)]
    version: i64,
    host: Option<String>,
    /// The host is there, or has not been gone for a minute.
    host_present: bool,
    /// Null unless somebody asks for another host while the host is away.
    host_request: Option<HostRequestAnswer>,
    /// Who is there, in the order in which they came.
    people: Vec<PersonHere>,
    /// How many more have it open, who only read.
    watching: usize,
    timer: TimerAnswer,
    /// The rows that people took to read by themselves, by their places; those that you see.
    claims: Vec<ClaimAnswer>,
    /// Who greets those who come. Null: nobody yet.
    greeter: Option<String>,
    /// The service's time, by which all times here are.
    now: DateTime<Utc>,
    /// The answer includes at least this position of the account's log.
    position: i64,
}

/// Somebody asks for another host.
#[derive(Debug, Serialize, ToSchema)]
pub struct HostRequestAnswer {
    #[schema(example = "octocat")]
    host: String,
    #[schema(example = "hubot")]
    asked_by: String,
    asked_at: DateTime<Utc>,
    /// Who wants it by now.
    consents: Vec<String>,
    /// How many have to.
    #[schema(example = 2)]
    needed: usize,
}

/// Somebody who has a scrub open.
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonHere {
    #[schema(example = "octocat")]
    login: String,
    /// The place that they look at; of who follows, the cursor's. Null: none that you see.
    #[schema(example = 7)]
    place: Option<i64>,
    following: bool,
    typing: bool,
    /// They are at a scrub of the account for the first time.
    first_time: bool,
    /// They left a name, and have no account; their name ends in `(guest)`.
    guest: bool,
    since: DateTime<Utc>,
}

/// The timer of a scrub.
#[derive(Debug, Serialize, ToSchema)]
pub struct TimerAnswer {
    /// What a change of it names as the one that it has seen.
    #[schema(example = 3)]
    version: i64,
    /// For how long a row is read. Null: as long as it takes.
    #[schema(example = 120)]
    row_seconds: Option<i64>,
    /// When the reading of the row under the cursor began, later by the time for which the timer stood still since. Null: nothing
    /// is being read.
    row_started_at: Option<DateTime<Utc>>,
    /// When the meeting ends. Null: nobody said so.
    ends_at: Option<DateTime<Utc>>,
    /// Whether the timer of rows stands still.
    paused: bool,
    paused_at: Option<DateTime<Utc>>,
}

/// A row that somebody took to read by themselves.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClaimAnswer {
    #[schema(example = 12)]
    place: i64,
    #[schema(example = "hubot")]
    login: String,
    /// Their presence makes it later.
    until: DateTime<Utc>,
}

impl From<&Room> for RoomAnswer {
    fn from(room: &Room) -> Self {
        Self {
            number: room.scrub,
            version: room.version,
            host: room.host.clone(),
            host_present: room.host_present,
            host_request: room.host_request.as_ref().map(HostRequestAnswer::from),
            people: room.people.iter().map(PersonHere::from).collect(),
            watching: room.watching,
            timer: TimerAnswer::from(&room.timer),
            claims: room.claims.iter().map(ClaimAnswer::from).collect(),
            greeter: room.greeter.clone(),
            now: room.now,
            position: room.position,
        }
    }
}

impl From<&HostRequest> for HostRequestAnswer {
    fn from(request: &HostRequest) -> Self {
        let HostRequest { host, asked_by, asked_at } = request.clone();
        Self { host, consents: vec![asked_by.clone()], asked_by, asked_at, needed: NEEDED }
    }
}

impl From<&Present> for PersonHere {
    fn from(person: &Present) -> Self {
        let Present { name, place, following, typing, first_time, guest, since } = person.clone();
        Self { login: name, place, following, typing, first_time, guest, since }
    }
}

impl From<&Timer> for TimerAnswer {
    fn from(timer: &Timer) -> Self {
        let Timer { version, row_seconds, row_started_at, ends_at, paused_at } = *timer;
        Self { version, row_seconds, row_started_at, ends_at, paused: paused_at.is_some(), paused_at }
    }
}

impl From<&Claim> for ClaimAnswer {
    fn from(claim: &Claim) -> Self {
        Self { place: claim.place, login: claim.name.clone(), until: claim.until }
    }
}

/// What became of a change in a room; `changed`: what it is if somebody was faster.
pub(super) fn changed(outcome: RoomOutcome, changed: Problem) -> Result<Json<RoomAnswer>, Problem> {
    match outcome {
        RoomOutcome::Done(room) => Ok(Json(RoomAnswer::from(&room))),
        RoomOutcome::Changed(room) => Err(changed.current(&RoomAnswer::from(&room))),
        RoomOutcome::Closed(room) => Err(Problem::new(&kinds::SCRUB_CLOSED)
            .detail("This scrub is closed, and nobody is in its room; open the next one.")
            .current(&RoomAnswer::from(&room))),
    }
}

/// Show the room of a scrub.
///
/// Who has the scrub open and looks at what, the timer, who took rows to read by themselves, and whether somebody asks for another
/// host. It changes all the time: the scrub's stream tells of it.
#[utoipa::path(
    get, path = "/api/v1/scrubs/{number}/room", tag = "scrubs", operation_id = "show_room",
    params(ScrubPath, AccountParam),
    responses((status = 200, description = "The room as it is now", body = RoomAnswer), Refused, NoAccount),
)]
pub async fn show(
    State(state): State<AppState>,
    viewer: Viewer,
    Path(number): Path<String>,
    params: Params,
) -> Result<Response, Problem> {
    params.only(&["account"])?;
    let room = state.service.show_room(&viewer, params.one("account")?, scrub_number(&number)).await?;
    Ok(([(CACHE_CONTROL, OWN)], Json(RoomAnswer::from(&room))).into_response())
}
