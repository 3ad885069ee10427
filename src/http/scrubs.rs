//! `/api/v1/scrubs`: meetings that read a view together, one item after the other.
//!
//! The players: [`open`] deals a deck of what the round has left; [`advance`] moves the one cursor
//! that all see; [`deck`] shows the rows; [`minutes`] sums it up; [`rounds`] begins a view's next
//! round when nothing is left.

pub mod attendees;
pub mod deck;
pub mod minutes;
mod opening;
pub mod rounds;
pub mod sheet;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, LOCATION};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use self::deck::DeckRowAnswer;
use super::AppState;
use super::acting::{Acting, person};
use super::auth::{Scope, Viewer};
use super::json::{Body, OptionalBody};
use super::params::Params;
use super::problem::{NoAccount, Problem, Refused};
use crate::scrub::Scrub;
use crate::scrub::view::BUG_SCRUB;
use crate::store::accounts::Account;
use crate::store::scrubs::act::{self, Advanced, Changed};
use crate::store::scrubs::deck::Wanted;
use crate::store::scrubs::read;

/// Scrubs of a page.
const PAGE: i64 = 50;
/// People who come to one scrub at most.
const MOST_ATTENDEES: usize = 200;

/// A page of scrubs.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScrubsAnswer {
    scrubs: Vec<ScrubRow>,
    /// The next page's address; null on the last.
    next: Option<String>,
}

/// A scrub.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScrubRow {
    #[schema(example = 51)]
    number: i64,
    /// `open`, `closed`, or `imported` from a spreadsheet.
    #[schema(example = "open")]
    state: &'static str,
    /// The view that it reads; null where a spreadsheet tells of it.
    #[schema(example = "bug-scrub")]
    view: Option<String>,
    /// The view's round that its deck is of.
    round: Option<i64>,
    /// The date that the deck's days are counted to.
    date: Option<NaiveDate>,
    host: Option<String>,
    /// Who was there, in the order in which they came.
    attendees: Vec<String>,
    opened_at: Option<DateTime<Utc>>,
    closed_at: Option<DateTime<Utc>>,
    /// Nobody closed it: it closed itself.
    forgotten: bool,
    /// Items that were unread when it was opened; for a token without `private` the rows that it
    /// shows.
    unread: i64,
    /// Rows of its deck; fewer than `unread` if there were more than 10,000. Of a scrub that a
    /// spreadsheet tells of: what it read.
    rows: i64,
    /// Rows that were read, and that were skipped.
    read: i64,
    skipped: i64,
    /// The place that is being read; null when nothing is left, and once it is closed.
    cursor: Option<i64>,
}

impl From<Scrub> for ScrubRow {
    fn from(scrub: Scrub) -> Self {
        Self {
            number: scrub.scrub,
            state: scrub.state().name(),
            view: scrub.view,
            round: scrub.round,
            date: scrub.date,
            host: scrub.host,
            attendees: scrub.attendees,
            opened_at: scrub.opened_at,
            closed_at: if scrub.imported { None } else { scrub.closed_at },
            forgotten: scrub.forgotten,
            unread: scrub.total,
            rows: scrub.rows,
            read: scrub.read,
            skipped: scrub.skipped,
            cursor: scrub.cursor,
        }
    }
}

/// A scrub as it stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScrubAnswer {
    #[serde(flatten)]
    scrub: ScrubRow,
    /// The row under the cursor; null when nothing is left, once it is closed, and for who may not
    /// see it.
    current: Option<DeckRowAnswer>,
    /// The position of the account's log that the answer includes, at least.
    position: i64,
}

/// List scrubs.
#[utoipa::path(
    get, path = "/api/v1/scrubs", tag = "scrubs",
    params(
        ("account" = Option<String>, Query, description = "Login or id; may be left out when the token sees one account"),
        ("before" = Option<i64>, Query, description = "Only those with smaller numbers"),
    ),
    responses((status = 200, description = "The latest first, 50 a page", body = ScrubsAnswer), Refused, NoAccount),
)]
pub async fn list(
    State(state): State<AppState>,
    caller: Viewer,
    params: Params,
) -> Result<Json<ScrubsAnswer>, Problem> {
    caller.require(Scope::Read)?;
    params.only(&["account", "before"])?;
    let before = params.number("before", 1, i64::MAX.unsigned_abs())?.and_then(|before| i64::try_from(before).ok());
    let account = state.service.account(&caller, params.one("account")?).await?;
    let scrubs = read::scrubs(&state.pool, account.account_id, &caller.sight(), before, PAGE).await?;
    let last = scrubs.last().filter(|_| scrubs.len() as i64 == PAGE);
    let next = last.map(|last| format!("/api/v1/scrubs?account={}&before={}", account.account_id, last.scrub));
    Ok(Json(ScrubsAnswer { scrubs: scrubs.into_iter().map(ScrubRow::from).collect(), next }))
}

/// A scrub to be opened.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"view": "bug-scrub", "host": "octocat", "attendees": ["hubot"]}))]
pub struct NewScrub {
    /// The view to read; `bug-scrub` unless given.
    view: Option<String>,
    /// Who leads it; who opens it unless given.
    host: Option<String>,
    /// Who is there besides.
    #[serde(default)]
    #[schema(required = false)]
    attendees: Vec<String>,
    /// Who opens it; the token's name unless given.
    by: Option<String>,
}

/// Open a scrub.
///
/// It gets the next number. Its deck is what the view's round has left to read, in the view's order,
/// 10,000 rows at most, and stays as it is however items move. Where nothing is left the view's next
/// round begins. One scrub at a time may be open over a view.
#[utoipa::path(
    post, path = "/api/v1/scrubs", tag = "scrubs", request_body = NewScrub,
    params(("account" = Option<String>, Query, description = "Login or id; may be left out when the token sees one account")),
    responses(
        (status = 201, description = "It is open; `Location` has its address", body = ScrubAnswer),
        (status = 409, description = "Another one is open over the view (`/problems/scrub-open`), or nothing is eligible \
            (`/problems/nothing-to-read`); or a login that several accounts have had", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such account or view", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "Over 64 KiB", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "Not application/json", body = Problem, content_type = "application/problem+json"),
        Refused,
    ),
)]
pub async fn open(
    State(state): State<AppState>,
    caller: Viewer,
    acting: Acting,
    params: Params,
    Body(new): Body<NewScrub>,
) -> Result<Response, Problem> {
    caller.require(Scope::Scrub)?;
    params.only(&["account"])?;
    let NewScrub { view, host, attendees, by } = new;
    let request = acting.request(&state, &caller, by.as_deref())?;
    let host = host.map_or_else(|| Ok(request.by.clone()), |host| person("host", &host))?;
    if attendees.len() > MOST_ATTENDEES {
        return Err(Problem::bad_parameter("attendees").detail("At most 200 people."));
    }
    let attendees: Vec<String> =
        attendees.iter().map(|attendee| person("attendees", attendee)).collect::<Result<_, _>>()?;
    let account = state.service.account(&caller, params.one("account")?).await?;
    let view = view.unwrap_or_else(|| BUG_SCRUB.to_owned());
    let wanted = opening::Wanted { view, host, attendees };
    let (number, position) = opening::open(&state, &caller, account.account_id, wanted, &request).await?;
    let answer = answer(&state, &caller, account.account_id, number, position).await?;
    let address = format!("/api/v1/scrubs/{number}?account={}", account.account_id);
    Ok((StatusCode::CREATED, [(LOCATION, address)], Json(answer)).into_response())
}

/// Show a scrub, and the row under its cursor.
#[utoipa::path(
    get, path = "/api/v1/scrubs/{number}", tag = "scrubs",
    params(
        ("number" = String, Path, description = "The scrub's number", example = "51"),
        ("account" = Option<String>, Query, description = "Login or id; may be left out when the token sees one account"),
    ),
    responses((status = 200, description = "As it stands", body = ScrubAnswer), Refused, NoAccount),
)]
pub async fn show(
    State(state): State<AppState>,
    caller: Viewer,
    Path(number): Path<String>,
    params: Params,
) -> Result<Response, Problem> {
    caller.require(Scope::Read)?;
    params.only(&["account"])?;
    let (account, scrub) = named(&state, &caller, &params, &number).await?;
    let answer = answer(&state, &caller, account.account_id, scrub.scrub, account.position).await?;
    Ok(([(CACHE_CONTROL, "private, no-cache")], Json(answer)).into_response())
}

/// A step of a scrub.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"place": 7}))]
pub struct Step {
    /// The place of the row that is read now: if the cursor is elsewhere, nothing is done.
    place: i64,
    /// Leave the row unread, for another scrub.
    #[serde(default)]
    #[schema(required = false)]
    skip: bool,
    /// Who says so; the token's name unless given.
    by: Option<String>,
}

/// Go on to the next row.
///
/// Marks the row under the cursor as read, or skips it, and moves the cursor to the next row whose
/// item is open and was not read in the round; after the last one, to what was left behind, such as
/// a slip that was taken back. Of two who go on at once the second is told where the
/// cursor is.
#[utoipa::path(
    post, path = "/api/v1/scrubs/{number}/advance", tag = "scrubs", request_body = Step,
    params(
        ("number" = String, Path, description = "The scrub's number", example = "51"),
        ("account" = Option<String>, Query, description = "Login or id; may be left out when the token sees one account"),
    ),
    responses(
        (status = 200, description = "As it stands now", body = ScrubAnswer),
        (status = 409, description = "The cursor is elsewhere (`/problems/cursor-moved`) or the scrub is closed \
            (`/problems/scrub-closed`); `current` says how the scrub stands", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such account or scrub", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "Over 64 KiB", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "Not application/json", body = Problem, content_type = "application/problem+json"),
        Refused,
    ),
)]
pub async fn advance(
    State(state): State<AppState>,
    caller: Viewer,
    Path(number): Path<String>,
    acting: Acting,
    params: Params,
    Body(step): Body<Step>,
) -> Result<Json<ScrubAnswer>, Problem> {
    caller.require(Scope::Scrub)?;
    params.only(&["account"])?;
    let request = acting.request(&state, &caller, step.by.as_deref())?;
    let (account, scrub) = named(&state, &caller, &params, &number).await?;
    let account_id = account.account_id;
    let stepped = (step.place, step.skip);
    let done = act::advance(&state.pool, account_id, scrub.scrub, stepped, &caller.sight(), &request).await?;
    let position = match done {
        Advanced::Done { position, left } => {
            if !left {
                rounds::finish_round(&state, account_id, scrub.view.as_deref(), position, &request).await?;
            }
            position
        }
        Advanced::Unknown => return Err(unknown()),
        Advanced::Hidden => {
            return Err(Problem::of(StatusCode::FORBIDDEN)
                .detail("The row is of a private repository: that takes a token with the scope private."));
        }
        Advanced::Closed => {
            let now = answer(&state, &caller, account_id, scrub.scrub, account.position).await?;
            return Err(closed().current(&now));
        }
        Advanced::Elsewhere(_) => {
            let now = answer(&state, &caller, account_id, scrub.scrub, account.position).await?;
            return Err(Problem::new(StatusCode::CONFLICT, "/problems/cursor-moved", "The cursor is elsewhere")
                .detail("Somebody has gone on already, or the place is not the one that is read now.")
                .current(&now));
        }
    };
    Ok(Json(answer(&state, &caller, account_id, scrub.scrub, position).await?))
}

/// Who closes a scrub.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Closing {
    /// The token's name unless given.
    by: Option<String>,
}

/// Close a scrub.
///
/// What was not read stays in the round. A closed scrub stays closed. The body may be left out.
#[utoipa::path(
    post, path = "/api/v1/scrubs/{number}/close", tag = "scrubs", request_body = Closing,
    params(
        ("number" = String, Path, description = "The scrub's number", example = "51"),
        ("account" = Option<String>, Query, description = "Login or id; may be left out when the token sees one account"),
    ),
    responses(
        (status = 200, description = "It is closed", body = ScrubAnswer),
        (status = 413, description = "Over 64 KiB", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "Not application/json", body = Problem, content_type = "application/problem+json"),
        Refused, NoAccount,
    ),
)]
pub async fn close(
    State(state): State<AppState>,
    caller: Viewer,
    Path(number): Path<String>,
    acting: Acting,
    params: Params,
    OptionalBody(closing): OptionalBody<Closing>,
) -> Result<Json<ScrubAnswer>, Problem> {
    caller.require(Scope::Scrub)?;
    params.only(&["account"])?;
    let request = acting.request(&state, &caller, closing.by.as_deref())?;
    let (account, scrub) = named(&state, &caller, &params, &number).await?;
    match act::close(&state.pool, account.account_id, scrub.scrub, None, &request).await? {
        Changed::Done(position) => Ok(Json(answer(&state, &caller, account.account_id, scrub.scrub, position).await?)),
        Changed::Unknown => Err(unknown()),
    }
}

/// The scrub that a path names, and its account.
async fn named(state: &AppState, caller: &Viewer, params: &Params, number: &str) -> Result<(Account, Scrub), Problem> {
    let account = state.service.account(caller, params.one("account")?).await?;
    let digits = number.bytes().all(|byte| byte.is_ascii_digit());
    let number = digits.then(|| number.parse::<i64>().ok()).flatten().ok_or_else(unknown)?;
    let scrub = read::scrub(&state.pool, account.account_id, &caller.sight(), number).await?;
    Ok((account, scrub.ok_or_else(unknown)?))
}

async fn answer(
    state: &AppState,
    caller: &Viewer,
    account_id: i64,
    number: i64,
    position: i64,
) -> Result<ScrubAnswer, Problem> {
    let sight = caller.sight();
    let scrub = read::scrub(&state.pool, account_id, &sight, number).await?.ok_or_else(unknown)?;
    let current = match scrub.cursor {
        Some(place) => {
            let wanted = Wanted { sight, after: place - 1, limit: 1, visited: false };
            deck::rows(state, account_id, &scrub, wanted).await?.0.pop().filter(|row| row.place == place)
        }
        None => None,
    };
    Ok(ScrubAnswer { scrub: scrub.into(), current, position })
}

fn unknown() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "/problems/unknown-scrub", "Unknown scrub")
        .detail("The account has no scrub of this number.")
}

fn closed() -> Problem {
    Problem::new(StatusCode::CONFLICT, "/problems/scrub-closed", "The scrub is closed")
        .detail("Nothing is read in a closed scrub; open the next one.")
}
