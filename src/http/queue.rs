//! `GET /api/v1/queue`: the stale-age queue of one account, in pages.

mod csv;
pub mod question;

use std::time::Instant;

use axum::Json;
use axum::extract::State;
use axum::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, ETAG, LINK, VARY};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use self::question::{FilterParams, Format, PageParams, reached, request};
use super::AppState;
use super::auth::{Caller, Scope};
use super::etag;
use super::params::Params;
use super::problem::Problem;
use crate::activity::Activity;
use crate::rank::stale_age::days_since;
use crate::rank::{Calendar, Cursor, Page, PageRequest, QueueItem, RankingError, stale_age};
use crate::store::accounts::last_delivery_at;

/// A page of the queue.
#[derive(Debug, Serialize, ToSchema)]
pub struct QueueAnswer {
    /// The date that days are counted to, in the account's time zone.
    as_of: NaiveDate,
    /// The position of the account's log that the answer includes.
    position: i64,
    /// Items that pass the filters, on all pages.
    total: i64,
    items: Vec<QueueRow>,
    /// The next page's address; null on the last.
    next: Option<String>,
    freshness: Freshness,
}

/// An item in the queue.
#[derive(Debug, Serialize, ToSchema)]
pub struct QueueRow {
    /// The place in the account's whole unfiltered queue; null for an item that is not open.
    #[schema(example = 1)]
    rank: Option<i64>,
    #[schema(example = "acme/widgets")]
    repository: String,
    #[schema(example = "Issue")]
    r#type: &'static str,
    #[schema(example = 12)]
    number: i64,
    title: String,
    #[schema(example = "https://github.com/acme/widgets/issues/12")]
    url: String,
    #[schema(example = "open")]
    state: &'static str,
    author: Option<String>,
    labels: Vec<String>,
    assignees: Vec<String>,
    milestone: Option<String>,
    /// Null where no payload has said.
    comments: Option<i64>,
    draft: bool,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    #[schema(example = 1200)]
    days_age: i64,
    #[schema(example = 800)]
    days_stale: i64,
    /// log10((days_age + 1) * (days_stale + 1)), six decimals
    #[schema(example = 5.983164)]
    stale_age: f64,
    /// The same with the days since the last human activity; null where none is known.
    human_stale_age: Option<f64>,
    last_activity: Option<LastActivity>,
    /// Who read it last; always null until there are scrubs.
    #[schema(value_type = Option<Object>)]
    read: Option<()>,
    /// The note on it; always null until there are notes.
    #[schema(value_type = Option<Object>)]
    note: Option<()>,
}

/// The last thing that anyone did to an item.
#[derive(Debug, Serialize, ToSchema)]
pub struct LastActivity {
    #[schema(example = "commented")]
    kind: String,
    #[schema(example = "octocat")]
    actor: String,
    human: bool,
    at: DateTime<Utc>,
}

/// How current an answer is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Freshness {
    last_delivery_at: Option<DateTime<Utc>>,
    /// Milliseconds from a delivery's acknowledgement to its being in answers: 0, since answers
    /// are made from what is committed.
    lag_ms: u32,
    /// Whether what was there before the first delivery was fetched: `none` so far.
    backfill: &'static str,
    last_sweep_at: Option<DateTime<Utc>>,
}

impl Freshness {
    fn unknown() -> Self {
        Self { last_delivery_at: None, lag_ms: 0, backfill: "none", last_sweep_at: None }
    }
}

/// Show the stale-age queue.
///
/// Open items, the stalest first: by (days_age + 1) * (days_stale + 1), ties by older created_at,
/// then repository id, then number. Pages count days to the date they began with; an hour after
/// midnight yesterday's pages end with 410.
#[utoipa::path(
    get, path = "/api/v1/queue", tag = "queue", params(FilterParams, PageParams),
    responses(
        (status = 200, description = "A page of the queue; as CSV where `Accept` asks for `text/csv`", body = QueueAnswer),
        (status = 304, description = "Nothing has changed since the answer with the ETag that `If-None-Match` names"),
        (status = 400, description = "A parameter is wrong; `parameter` names it", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No token, or not one in force", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The token lacks the scope read", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such account for this token", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "A login that several accounts have had; `allowed` lists their ids", body = Problem, content_type = "application/problem+json"),
        (status = 410, description = "The cursor's date is over", body = Problem, content_type = "application/problem+json"),
        (status = 500, description = "A fault of ours", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The store is out of reach", body = Problem, content_type = "application/problem+json"),
        (status = 504, description = "The log did not come to `min_position` in time", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn show(State(state): State<AppState>, caller: Caller, params: Params, headers: HeaderMap) -> Response {
    let wants_csv = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).is_some_and(prefers_csv);
    let format = if wants_csv { Format::Csv } else { Format::Json };
    respond(&state, &caller, &params, &headers, format).await
}

/// Show the stale-age queue as CSV.
///
/// The same as `/api/v1/queue`, 1,000 items a page unless `limit` says otherwise, up to 10,000.
/// The next page's address is in the header Link. Texts that a spreadsheet would take for a
/// formula have an apostrophe in front.
#[utoipa::path(
    get, path = "/api/v1/queue.csv", tag = "queue", params(FilterParams, PageParams),
    responses(
        (status = 200, description = "A header and a line an item", body = String, content_type = "text/csv"),
        (status = 304, description = "Nothing has changed since the answer with the ETag that `If-None-Match` names"),
        (status = 400, description = "A parameter is wrong; `parameter` names it", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No token, or not one in force", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The token lacks the scope read", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such account for this token", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "A login that several accounts have had; `allowed` lists their ids", body = Problem, content_type = "application/problem+json"),
        (status = 410, description = "The cursor's date is over", body = Problem, content_type = "application/problem+json"),
        (status = 500, description = "A fault of ours", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The store is out of reach", body = Problem, content_type = "application/problem+json"),
        (status = 504, description = "The log did not come to `min_position` in time", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn show_csv(State(state): State<AppState>, caller: Caller, params: Params, headers: HeaderMap) -> Response {
    respond(&state, &caller, &params, &headers, Format::Csv).await
}

/// Whether an `Accept` header names CSV, and no JSON before it.
fn prefers_csv(accept: &str) -> bool {
    let names = |media: &str| accept.find(media);
    let json = names("application/json").unwrap_or(usize::MAX);
    names("text/csv").is_some_and(|csv| csv < json)
}

async fn respond(state: &AppState, caller: &Caller, params: &Params, headers: &HeaderMap, format: Format) -> Response {
    let started = Instant::now();
    let answer = page(state, caller, params, headers, format).await;
    let status = answer.as_ref().map_or_else(Problem::status, Response::status);
    state.metrics.queue(status.as_u16(), started.elapsed());
    answer.into_response()
}

async fn page(
    state: &AppState,
    caller: &Caller,
    params: &Params,
    headers: &HeaderMap,
    format: Format,
) -> Result<Response, Problem> {
    caller.require(Scope::Read)?;
    let (account, request) = request(state, caller, params, format).await?;
    reached(state, account.account_id, params).await?;
    let asked = format!("{format:?} {request:?}");
    let head = state.live.head(account.account_id);
    let generation = head.map_or(0, |head| head.generation);
    let tag = |position| etag::tag(account.account_id, request.date, generation, position, &asked);
    let about = |tag: String| {
        [(ETAG, tag), (CACHE_CONTROL, "private, no-cache".to_owned()), (VARY, "Accept, Authorization".to_owned())]
    };
    if let Some(known) = head.map(|head| tag(head.position)).filter(|tag| etag::is_known(headers, tag)) {
        return Ok((StatusCode::NOT_MODIFIED, about(known)).into_response());
    }
    let (page, last_delivery_at) =
        tokio::join!(state.ranking.page(request.clone()), last_delivery_at(&state.pool, account.account_id));
    let page = page?;
    let about = about(tag(page.position));
    if format == Format::Csv {
        let answer = answer(state, &request, page, Freshness::unknown());
        let link = answer.next.as_ref().map(|next| {
            let next = next.replacen("/queue?", "/queue.csv?", 1);
            [(LINK, format!("<{next}>; rel=\"next\""))]
        });
        let body = csv::csv(&answer);
        return Ok((about, link, [(CONTENT_TYPE, "text/csv; charset=utf-8")], body).into_response());
    }
    let freshness = Freshness { last_delivery_at: last_delivery_at?, ..Freshness::unknown() };
    let answer = answer(state, &request, page, freshness);
    Ok((about, Json(answer)).into_response())
}

fn answer(state: &AppState, request: &PageRequest, page: Page, freshness: Freshness) -> QueueAnswer {
    let last = page.items.last().filter(|_| page.more);
    let next = last.map(|last| {
        let PageRequest { account_id, date, order, filter, limit, .. } = request.clone();
        let cursor = Cursor::new(account_id, date, order, filter, limit, last.place);
        format!("/api/v1/queue?cursor={}", cursor.encode())
    });
    let row = |item| row(state, request.date, item);
    QueueAnswer {
        as_of: request.date,
        position: page.position,
        total: page.total,
        items: page.items.into_iter().map(row).collect(),
        next,
        freshness,
    }
}

pub(super) fn row(state: &AppState, date: NaiveDate, item: QueueItem) -> QueueRow {
    let Calendar { zone } = state.calendar;
    let human_stale_age =
        item.last_human_activity.as_ref().map(|activity| stale_age(item.days_age, days_since(activity.at, date, zone)));
    QueueRow {
        rank: item.rank,
        repository: format!("{}/{}", item.owner, item.repository),
        r#type: item.item_type.name(),
        number: item.place.number,
        url: url(&item),
        title: item.title,
        state: item.state.name(),
        author: item.author,
        labels: item.labels,
        assignees: item.assignees,
        milestone: item.milestone,
        comments: item.comments,
        draft: item.draft,
        created_at: item.place.created_at,
        updated_at: item.updated_at,
        days_age: item.days_age,
        days_stale: item.days_stale,
        stale_age: stale_age(item.days_age, item.days_stale),
        human_stale_age,
        last_activity: item.last_activity.map(|activity| last_activity(state, activity)),
        read: None,
        note: None,
    }
}

fn last_activity(state: &AppState, activity: Activity) -> LastActivity {
    let human = state.bots.is_human(&activity.actor);
    LastActivity { kind: activity.kind, actor: activity.actor.login, human, at: activity.at }
}

/// On the host that the repository's payloads named; GitHub's own where none did.
fn url(item: &QueueItem) -> String {
    let repository = match &item.repository_url {
        Some(url) => url.clone(),
        None => format!("https://github.com/{}/{}", item.owner, item.repository),
    };
    format!("{repository}/{}/{}", item.item_type.path(), item.place.number)
}

impl From<RankingError> for Problem {
    fn from(error: RankingError) -> Self {
        match &error {
            RankingError::Unavailable(_) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "the queue could not be read");
                Problem::unavailable("The store cannot be reached.", 5)
            }
            RankingError::Failed(_) => {
                tracing::error!(error = &error as &dyn std::error::Error, "the queue could not be made");
                Problem::internal()
            }
        }
    }
}
