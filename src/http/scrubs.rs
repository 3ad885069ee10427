//! `/api/v1/scrubs`: meetings that read a view together, one item after the other.

mod answer;
pub mod attendees;
pub mod claims;
pub mod cursor;
pub mod deck;
pub mod greeter;
pub mod guests;
pub mod host;
pub mod minutes;
mod number;
pub mod presence;
pub mod room;
pub mod rows;
pub mod sheet;
pub mod stream;
pub mod timer;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, LOCATION};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use self::answer::{ScrubAnswer, ScrubRow};
use self::number::scrub_number;
use super::AppState;
use super::authorship::WriteId;
use super::description::answers::{BadBody, BadKey, NoAccount, NotKnown, Refused};
use super::description::params::{AccountParam, IdempotencyKey, ScrubPath};
use super::description::schemas::{self, PersonName, ViewName};
use super::json::{Body, OptionalBody, Whole};
use super::outside::RequestOrigin;
use super::pages::link;
use super::params::Params;
use super::problem::{Problem, kinds};
use crate::rank::Order;
use crate::service::Viewer;
use crate::service::scrubs::{self, ScrubDetails, StepOutcome, opening};

/// A page of scrubs.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScrubsAnswer {
    scrubs: Vec<ScrubRow>,
    /// The address of the next page; null on the last page.
    next: Option<String>,
    /// The parameter `cursor` of the next page; null on the last page.
    next_cursor: Option<String>,
}

/// List scrubs.
#[utoipa::path(
    get, path = "/api/v1/scrubs", tag = "scrubs", operation_id = "list_scrubs",
    params(
        AccountParam,
        ("before" = Option<i64>, Query, description = "Only scrubs with smaller numbers", minimum = 1),
        ("cursor" = Option<String>, Query, description = "The `next_cursor` of the page before. Beside `before`, both hold.", pattern = "^[1-9][0-9]{0,17}$"),
    ),
    responses((status = 200, description = "The latest scrub first, 50 a page", body = ScrubsAnswer, headers(("Link"))), Refused, NoAccount),
)]
pub async fn list(
    State(state): State<AppState>,
    viewer: Viewer,
    params: Params,
    outside: RequestOrigin,
) -> Result<impl IntoResponse, Problem> {
    params.only(&["account", "before", "cursor"])?;
    let before = params.before()?;
    let page = state.service.list_scrubs(&viewer, params.one("account")?, before).await?;
    let first = format!("/api/v1/scrubs?account={}", page.account_id);
    let next = page.next.map(|before| format!("{first}&before={before}"));
    let answer = ScrubsAnswer {
        scrubs: page.scrubs.into_iter().map(ScrubRow::from).collect(),
        next: next.as_ref().map(|next| outside.path(next)),
        next_cursor: page.next.map(|before| before.to_string()),
    };
    Ok((link([("next", next), ("first", Some(first))]), Json(answer)))
}

/// A scrub to be opened.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"view": "bug-scrub", "host": "octocat", "attendees": ["hubot"], "order": "oldest", "limit": 20}))]
pub struct ScrubPlan {
    /// The view to read. By default `bug-scrub`.
    #[schema(value_type = Option<ViewName>)]
    view: Option<String>,
    /// Who leads it. By default whoever opens it.
    #[schema(value_type = Option<PersonName>)]
    host: Option<String>,
    /// Who else is there.
    #[serde(default)]
    #[schema(required = false, value_type = Vec<PersonName>, max_items = 200)]
    attendees: Vec<String>,
    /// In which order its deck is dealt. By default the view's.
    #[schema(value_type = Option<schemas::Order>)]
    order: Option<Order>,
    /// How many rows its deck has at most. By default 10,000.
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 10_000)]
    limit: Option<Whole>,
    /// Who opens it. By default the token's name.
    #[schema(value_type = Option<PersonName>)]
    by: Option<String>,
}

/// Open a scrub.
///
/// The scrub gets the next number. Its deck is what the view's round has left to read, in the view's order or
/// another one, with at most 10,000 rows or fewer. The deck stays as it is, however items move. If nothing is left, the view's next round begins.
/// Only one scrub at a time may be open over a view.
#[utoipa::path(
    post, path = "/api/v1/scrubs", tag = "scrubs", operation_id = "open_scrub", request_body = ScrubPlan,
    params(AccountParam, IdempotencyKey),
    responses(
        (status = 201, description = "The scrub is open; `Location` has its address", body = ScrubAnswer, headers(("Location"))),
        (status = 409, description = "Another scrub is open over the view (`/problems/scrub-open`), or there is nothing to read (`/problems/nothing-to-read`), or several accounts have had the login", body = Problem, content_type = "application/problem+json"),
        NotKnown, BadBody, Refused, BadKey,
    ),
)]
pub async fn open(
    State(state): State<AppState>,
    viewer: Viewer,
    id: WriteId,
    params: Params,
    Body(new): Body<ScrubPlan>,
) -> Result<Response, Problem> {
    params.only(&["account"])?;
    let ScrubPlan { view, host, attendees, order, limit, by } = new;
    let limit = limit.map(|Whole(limit)| limit);
    let new = opening::NewScrub { view, host, attendees, order, limit };
    let scrub = state.service.open_scrub(&viewer, params.one("account")?, new, id.by(by.as_deref())).await?;
    let address = format!("/api/v1/scrubs/{}?account={}", scrub.scrub.scrub, scrub.account_id);
    Ok((StatusCode::CREATED, [(LOCATION, address)], Json(ScrubAnswer::from(scrub))).into_response())
}

/// Show a scrub, and the row under its cursor.
#[utoipa::path(
    get, path = "/api/v1/scrubs/{number}", tag = "scrubs", operation_id = "show_scrub",
    params(ScrubPath, AccountParam),
    responses((status = 200, description = "The scrub as it stands", body = ScrubAnswer), Refused, NoAccount),
)]
pub async fn show(
    State(state): State<AppState>,
    viewer: Viewer,
    Path(number): Path<String>,
    params: Params,
) -> Result<Response, Problem> {
    params.only(&["account"])?;
    let scrub = state.service.show_scrub(&viewer, params.one("account")?, scrub_number(&number)).await?;
    Ok(([(CACHE_CONTROL, "private, no-cache")], Json(ScrubAnswer::from(scrub))).into_response())
}

/// A step of a scrub.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"place": 7}))]
pub struct ScrubStep {
    /// The place of the row that you see. If the cursor is elsewhere, nothing is done.
    #[schema(value_type = i64)]
    place: Whole,
    /// Leave the row unread, for another scrub.
    #[serde(default)]
    #[schema(required = false)]
    skip: bool,
    /// Go on from the row that `hidden_row` tells of, and leave it unread; `place` is its `before`, or 0 if that is null.
    /// Only the host may, signed in.
    #[serde(default)]
    #[schema(required = false)]
    hidden: bool,
    /// Who says so; by default the token's name.
    #[schema(value_type = Option<PersonName>)]
    by: Option<String>,
}

/// Go on to the next row.
///
/// Marks the row under the cursor as read, or skips it, and moves the cursor to the next row whose item is open and
/// was not read in the round. After the last row, the cursor returns to rows that became unread again, because
/// somebody took a mark back. If two people go on at once, the second is told where the cursor is.
#[utoipa::path(
    post, path = "/api/v1/scrubs/{number}/advance", tag = "scrubs", operation_id = "advance_scrub", request_body = ScrubStep,
    params(ScrubPath, AccountParam, IdempotencyKey),
    responses(
        (status = 200, description = "The scrub as it stands now", body = ScrubAnswer),
        (status = 409, description = "The cursor is elsewhere (`/problems/cursor-moved`), or the scrub is closed (`/problems/scrub-closed`); `current` has the scrub as it stands", body = Problem, content_type = "application/problem+json"),
        NotKnown, BadBody, Refused, BadKey,
    ),
)]
pub async fn advance(
    State(state): State<AppState>,
    viewer: Viewer,
    Path(number): Path<String>,
    id: WriteId,
    params: Params,
    Body(step): Body<ScrubStep>,
) -> Result<Json<ScrubAnswer>, Problem> {
    params.only(&["account"])?;
    let (account, number) = (params.one("account")?, scrub_number(&number));
    let ScrubStep { place: Whole(place), skip, hidden, by } = step;
    let step = scrubs::Step { place, skip, hidden };
    let outcome = state.service.advance_scrub(&viewer, account, number, step, id.by(by.as_deref())).await?;
    stepped(outcome)
}

/// What became of a step.
fn stepped(outcome: StepOutcome) -> Result<Json<ScrubAnswer>, Problem> {
    match outcome {
        StepOutcome::Done(scrub) => Ok(Json(ScrubAnswer::from(scrub))),
        StepOutcome::Closed(scrub) => Err(closed(scrub)),
        StepOutcome::Elsewhere(scrub) => Err(Problem::new(&kinds::CURSOR_MOVED)
            .detail("Somebody has already moved the cursor, or this is not the place that is being read now.")
            .current(&ScrubAnswer::from(scrub))),
    }
}

/// The refusal of what is done in a closed scrub.
fn closed(scrub: ScrubDetails) -> Problem {
    Problem::new(&kinds::SCRUB_CLOSED)
        .detail("This scrub is closed, so nothing more is read in it; open the next one.")
        .current(&ScrubAnswer::from(scrub))
}

/// Who closes a scrub.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScrubClosing {
    /// By default the token's name.
    #[schema(value_type = Option<PersonName>)]
    by: Option<String>,
}

/// Close a scrub.
///
/// Rows that were not read stay in the round. A closed scrub cannot be opened again. The body may be left out.
#[utoipa::path(
    post, path = "/api/v1/scrubs/{number}/close", tag = "scrubs", operation_id = "close_scrub", request_body = Option<ScrubClosing>,
    params(ScrubPath, AccountParam, IdempotencyKey),
    responses(
        (status = 200, description = "The scrub is closed", body = ScrubAnswer),
        BadBody, Refused, NoAccount, BadKey,
    ),
)]
pub async fn close(
    State(state): State<AppState>,
    viewer: Viewer,
    Path(number): Path<String>,
    id: WriteId,
    params: Params,
    OptionalBody(closing): OptionalBody<ScrubClosing>,
) -> Result<Json<ScrubAnswer>, Problem> {
    params.only(&["account"])?;
    let (account, number) = (params.one("account")?, scrub_number(&number));
    let scrub = state.service.close_scrub(&viewer, account, number, id.by(closing.by.as_deref())).await?;
    Ok(Json(ScrubAnswer::from(scrub)))
}
