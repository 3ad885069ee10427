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

use self::question::{FilterParams, Format, PageParams, reached, read_in, request};
use super::AppState;
use super::auth::{Caller, Scope};
use super::etag;
use super::params::Params;
use super::problem::{NoAccount, NotReached, Problem, Refused};
use super::row::{QueueRow, row};
use super::scrubs::sheet::{XLSX, written};
use super::sync::backfill;
use crate::rank::{Cursor, Order, Page, PageRequest, QueueItem, RankingError};
use crate::sheet::{self, Sheet, SheetRow};
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
    /// With `as_of`: items are among these of which nothing but the dates of creation and closing
    /// is known of that time.
    approximate: bool,
    freshness: Freshness,
}

/// How current an answer is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Freshness {
    last_delivery_at: Option<DateTime<Utc>>,
    /// Milliseconds from a delivery's acknowledgement to its being in answers: 0, since answers
    /// are made from what is committed.
    lag_ms: u32,
    /// Whether what was there before the first delivery was fetched: `none`, `running`, `open` (all
    /// open items are here, history is on its way) or `complete`.
    backfill: &'static str,
    /// Up to when, at least, every repository was compared with GitHub.
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
        (status = 410, description = "The cursor's date is over", body = Problem, content_type = "application/problem+json"),
        Refused, NoAccount, NotReached,
    ),
)]
pub async fn show(State(state): State<AppState>, caller: Caller, params: Params, headers: HeaderMap) -> Response {
    let wants_csv = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).is_some_and(prefers_csv);
    let format = if wants_csv { Format::Csv } else { Format::Json };
    if let Err(refused) = caller.require(Scope::Read) {
        return refused.into_response();
    }
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
        (status = 410, description = "The cursor's date is over", body = Problem, content_type = "application/problem+json"),
        Refused, NoAccount, NotReached,
    ),
)]
pub async fn show_csv(State(state): State<AppState>, caller: Caller, params: Params, headers: HeaderMap) -> Response {
    if let Err(refused) = caller.require_embed() {
        return refused.into_response();
    }
    respond(&state, &caller, &params, &headers, Format::Csv).await
}

/// Show the stale-age queue as a spreadsheet.
///
/// XLSX in the shape that a scrub's sheet has, with the same filters: up to 10,000 items, ascending by
/// stale-age unless `order` says otherwise. Where more follows, its address is in the header Link. An x
/// means that the view's present round has read it; without a view, that of `bug-scrub`.
#[utoipa::path(
    get, path = "/api/v1/queue.xlsx", tag = "sheets", params(FilterParams, PageParams),
    responses(
        (status = 200, description = "XLSX", body = String, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (status = 410, description = "The cursor's date is over", body = Problem, content_type = "application/problem+json"),
        Refused, NoAccount, NotReached,
    ),
)]
pub async fn show_xlsx(State(state): State<AppState>, caller: Caller, params: Params) -> Result<Response, Problem> {
    caller.require(Scope::Read)?;
    let (account, mut request) = request(&state, &caller, &params, Format::Xlsx).await?;
    if !params.has("order") && !params.has("cursor") {
        request.order = Order::Freshest;
    }
    reached(&state, account.account_id, &params).await?;
    let named = params.one("view")?;
    let round = read_in(&state, &account, named, request.date).await?;
    let page = state.ranking.page(request.clone()).await?;
    let is_read = |item: &QueueItem| item.remarks.read_position() > round.started;
    let next = page.end.map(|end| {
        let view = named.map(|view| format!("&view={view}")).unwrap_or_default();
        let cursor = Cursor::of(request.clone(), end).encode();
        format!("</api/v1/queue.xlsx?cursor={cursor}{view}>; rel=\"next\"")
    });
    let filter = &request.filter;
    let rows = page.items.iter().map(|item| SheetRow::of(item, is_read(item), filter, state.calendar.zone)).collect();
    let (date, zone, filter) = (request.date, state.calendar.zone, request.filter);
    let position = Some(page.position);
    let (tab, name) = names(named);
    let sheet = Sheet { tab, date, zone, rows, filter, attendance: None, position };
    let mut response = written(name, XLSX, move || sheet::xlsx(&sheet)).await?;
    if let Some(link) = next.and_then(|next| next.parse().ok()) {
        response.headers_mut().insert(LINK, link);
    }
    Ok(response)
}

/// The tab and the file of a queue, by its view. A tab whose name is a number would be a scrub's.
fn names(view: Option<&str>) -> (String, String) {
    let Some(view) = view else { return ("queue".to_owned(), "queue.xlsx".to_owned()) };
    let is_number = view.bytes().all(|byte| byte.is_ascii_digit());
    let tab = if is_number { format!("view-{view}") } else { view.to_owned() };
    (tab, format!("queue-{view}.xlsx"))
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
    let (account, request) = request(state, caller, params, format).await?;
    reached(state, account.account_id, params).await?;
    let asked = format!("{format:?} {request:?} {}", caller.is_embed());
    let head = state.live.head(account.account_id);
    let generation = head.map_or(0, |head| head.generation);
    let tag = |position| etag::tag(account.account_id, request.date, generation, position, &asked);
    let about = |tag: String| {
        [(ETAG, tag), (CACHE_CONTROL, "private, no-cache".to_owned()), (VARY, "Accept, Authorization".to_owned())]
    };
    if let Some(known) = head.map(|head| tag(head.position)).filter(|tag| etag::is_known(headers, tag)) {
        return Ok((StatusCode::NOT_MODIFIED, about(known)).into_response());
    }
    let (page, last_delivery_at, progress) = tokio::join!(
        state.ranking.page(request.clone()),
        last_delivery_at(&state.pool, account.account_id),
        state.seen.progress(state, account.account_id),
    );
    let page = page?;
    let about = about(tag(page.position));
    if format == Format::Csv {
        let answer = answer(state, &request, page, Freshness::unknown());
        let link = answer.next.as_ref().map(|next| {
            let next = next.replacen("/queue?", "/queue.csv?", 1);
            [(LINK, format!("<{next}>; rel=\"next\""))]
        });
        let body = csv::csv(&answer, !caller.is_embed());
        return Ok((about, link, [(CONTENT_TYPE, "text/csv; charset=utf-8")], body).into_response());
    }
    let progress = progress?;
    let freshness = Freshness {
        last_delivery_at: last_delivery_at?,
        lag_ms: 0,
        backfill: backfill(state.github.is_some(), &progress),
        last_sweep_at: progress.swept_at,
    };
    let answer = answer(state, &request, page, freshness);
    Ok((about, Json(answer)).into_response())
}

fn answer(state: &AppState, request: &PageRequest, page: Page, freshness: Freshness) -> QueueAnswer {
    let next = page.end.map(|end| format!("/api/v1/queue?cursor={}", Cursor::of(request.clone(), end).encode()));
    let row = |item| row(state, request.date, item);
    QueueAnswer {
        as_of: request.date,
        position: page.position,
        total: page.total,
        items: page.items.into_iter().map(row).collect(),
        next,
        approximate: page.approximate,
        freshness,
    }
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
