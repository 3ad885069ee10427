//! `GET /api/v1/queue`: the stale-age queue of one account, in pages.

pub mod csv;
mod fields;
pub mod question;

use std::time::Instant;

use axum::Json;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, VARY};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use self::csv::CsvForm;
use self::fields::{ColumnsParam, Fields, FieldsParam, Row};
use self::question::{
    FilterParams, Format, LongPageParams, PageParams, StateParam, StrictParam, byte_order_mark, question, raw,
};
use super::AppState;
use super::accept::{CSV, JSON, wanted};
use super::description::answers::{DateOver, NoAccount, NotReached, Refused};
use super::description::params::{ByteOrderMarkParam, RawParam, VisibilityParam};
use super::description::schemas::{self, File};
use super::etag;
use super::outside::RequestOrigin;
use super::pages::link;
use super::params::Params;
use super::problem::Problem;
use super::row::QueueRow;
use super::sheets::file::{XLSX, download, file};
use super::warnings::{Warning, header, warnings};
use crate::service::Viewer;
use crate::service::queue::sheet::QueueSheet;
use crate::service::queue::{self as service, QueuePage, Version, VersionedAnswer};
use crate::sheet;

/// A page of the queue.
#[derive(Debug, Serialize, ToSchema)]
pub struct QueueAnswer {
    /// The date to which days are counted, in the account's time zone.
    as_of: NaiveDate,
    /// The position of the account's log that the answer includes.
    position: i64,
    /// How many items pass the filters, on all pages.
    total: i64,
    #[schema(value_type = Vec<QueueRow>)]
    items: Vec<Row>,
    /// The address of the next page; null on the last page.
    next: Option<String>,
    /// The parameter `cursor` of the next page, for clients that make addresses themselves; null on the last page.
    next_cursor: Option<String>,
    /// With `as_of`: whether the answer has items about which only the dates of creation and closing are known of
    /// that time.
    approximate: bool,
    /// Names in the question that nothing has which the token may see; usually none.
    warnings: Vec<Warning>,
    freshness: Freshness,
}

/// How current an answer is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Freshness {
    last_delivery_at: Option<DateTime<Utc>>,
    /// For how many milliseconds the oldest event has waited that was acknowledged before the question, and that this
    /// answer does not include yet. 0 if it includes all of them.
    lag_ms: u64,
    /// Whether everything was fetched that existed before the first delivery: `none`, `running`, `open` (all open
    /// items are here, history is on its way) or `complete`.
    #[schema(value_type = schemas::BackfillStage)]
    backfill: &'static str,
    /// Every repository was compared with GitHub at this time or later.
    last_sweep_at: Option<DateTime<Utc>>,
}

/// Show the stale-age queue.
///
/// Open items, the stalest first: by (days_age + 1) * (days_stale + 1); ties by older created_at, then repository id,
/// then number. All pages count days to the date of the first page. An hour after midnight, yesterday's pages end
/// with 410.
#[utoipa::path(
    get, path = "/api/v1/queue", tag = "queue", operation_id = "list_queue",
    security(("token" = []), ("session" = []), ("embed_token" = [])),
    params(FilterParams, StateParam, PageParams, FieldsParam, StrictParam),
    responses(
        (status = 200, description = "A page of the queue; CSV if `Accept` asks for `text/csv`",
            content((QueueAnswer = "application/json"), (String = "text/csv")), headers(("Link"), ("Vary"))),
        DateOver,
        Refused, NoAccount, NotReached,
    ),
)]
pub async fn show(State(state): State<AppState>, viewer: Viewer, params: Params, headers: HeaderMap) -> Response {
    let format = if wanted(&headers, &[JSON, CSV]) == Some(CSV) { Format::Csv } else { Format::Json };
    if let Err(refusal) = viewer.require_embed() {
        return Problem::from(refusal).into_response();
    }
    respond(&state, &viewer, &params, &headers, format).await
}

/// Show the stale-age queue as CSV.
///
/// The same as `/api/v1/queue`, with 1,000 items a page, or up to 10,000 with `limit`. The header Link has the
/// address of the next page. A text that a spreadsheet would take for a formula gets an apostrophe in front, unless you
/// ask for `raw=true`. Labels and assignees stand in one cell each, with `, ` between the names; one with a comma or a
/// quotation mark in it stands in quotes, in which each mark is doubled. With `raw=true` there is no blank after the
/// comma, so that the cell is a line of CSV again.
#[utoipa::path(
    get, path = "/api/v1/queue.csv", tag = "queue", operation_id = "export_queue_csv",
    security(("token" = []), ("session" = []), ("embed_token" = [])),
    params(FilterParams, StateParam, LongPageParams, VisibilityParam, ByteOrderMarkParam, RawParam, ColumnsParam, StrictParam),
    responses(
        (status = 200, description = "A header, and one line for each item", body = String, content_type = "text/csv",
            headers(("Link"), ("Vary"), ("Content-Disposition"), ("Bugscrub-Warning"))),
        DateOver,
        Refused, NoAccount, NotReached,
    ),
)]
pub async fn show_csv(State(state): State<AppState>, viewer: Viewer, params: Params, headers: HeaderMap) -> Response {
    if let Err(refusal) = viewer.require_embed() {
        return Problem::from(refusal).into_response();
    }
    respond(&state, &viewer, &params, &headers, Format::Csv).await
}

/// Show the stale-age queue as a spreadsheet.
///
/// XLSX in the shape of a scrub's sheet, with the queue's filters: up to 10,000 items, in the order of the
/// queue; the old spreadsheet's order is `order=freshest`. If more follows, the header Link has its address. An x means that the item was read in the view's
/// current round; without a view, in that of `bug-scrub`.
#[utoipa::path(
    get, path = "/api/v1/queue.xlsx", tag = "sheets", operation_id = "export_queue_xlsx",
    params(FilterParams, StateParam, LongPageParams, VisibilityParam, StrictParam),
    responses(
        (status = 200, description = "XLSX", body = inline(File), content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            headers(("Content-Disposition"), ("Link"), ("Bugscrub-Warning"))),
        DateOver,
        Refused, NoAccount, NotReached,
    ),
)]
pub async fn show_xlsx(State(state): State<AppState>, viewer: Viewer, params: Params) -> Result<Response, Problem> {
    let question = question(&state, &params, Format::Xlsx)?;
    let _turn = state.spreadsheets.take(&viewer).await?;
    let view = params.one("view")?;
    let viewer = params.seen_by(&viewer)?;
    let QueueSheet { sheet, next, unknown } = state.service.queue_sheet(&viewer, question, view).await?;
    let name = view.map_or_else(|| "queue.xlsx".to_owned(), |view| format!("queue-{view}.xlsx"));
    let response = file(name, XLSX, move || sheet::xlsx(&sheet)).await?;
    let next = next.map(|next| {
        let view = view.map(|view| format!("&view={view}")).unwrap_or_default();
        format!("/api/v1/queue.xlsx?cursor={}{view}{}", next.encode(), visibility(&params))
    });
    Ok((link([("next", next)]), header(&unknown), response).into_response())
}

async fn respond(state: &AppState, viewer: &Viewer, params: &Params, headers: &HeaderMap, format: Format) -> Response {
    let started = Instant::now();
    let answer = answer(state, viewer, params, headers, format).await;
    let status = answer.as_ref().map_or_else(Problem::status, Response::status);
    state.metrics.queue(status.as_u16(), started.elapsed());
    answer.into_response()
}

async fn answer(
    state: &AppState,
    viewer: &Viewer,
    params: &Params,
    headers: &HeaderMap,
    format: Format,
) -> Result<Response, Problem> {
    let outside = RequestOrigin::of(headers);
    let question = question(state, params, format)?;
    let fields = match format {
        Format::Csv => Fields::of(params, &csv::columns(!viewer.is_embed()))?,
        Format::Json | Format::Xlsx => Fields::of(params, &QueueRow::FIELDS)?,
    };
    let form = CsvForm { mark: byte_order_mark(params)?, raw: raw(params)?, fields };
    let tag = |version: &Version| etag::tag(version, &format!("{format:?}{}{}", form.query(), outside.prefix()));
    let is_known = |version: &Version| etag::is_known(headers, &tag(version));
    let (version, body) = match format {
        Format::Csv => {
            let (viewer, further) = (params.seen_by(viewer)?, visibility(params));
            let name = params.one("view")?.map_or_else(|| "queue.csv".to_owned(), |view| format!("queue-{view}.csv"));
            let table = |page| table(page, &form, &further, &name);
            taken(state.service.queue_table(&viewer, question, is_known).await?, table)
        }
        Format::Json | Format::Xlsx => {
            taken(state.service.queue(viewer, question, is_known).await?, |(page, freshness)| {
                let further = form.fields.query();
                let next = page.next.as_ref().map(|next| format!("/api/v1/queue?cursor={}{further}", next.encode()));
                let answer = QueueAnswer {
                    next: next.as_ref().map(|next| outside.path(next)),
                    ..QueueAnswer::of(page, freshness, &form.fields)
                };
                (link([("next", next)]), Json(answer)).into_response()
            })
        }
    };
    let body = body.unwrap_or_else(|| StatusCode::NOT_MODIFIED.into_response());
    let vary = "Accept, Authorization".to_owned();
    let about = [(ETAG, tag(&version)), (CACHE_CONTROL, "private, no-cache".to_owned()), (VARY, vary)];
    Ok((about, body).into_response())
}

/// The version, and the body unless the client has it already.
fn taken<T>(answer: VersionedAnswer<T>, body: impl FnOnce(T) -> Response) -> (Version, Option<Response>) {
    match answer {
        VersionedAnswer::Known(version) => (version, None),
        VersionedAnswer::New(version, answer) => (version, Some(body(answer))),
    }
}

/// What of an address keeps its visibility on the next page.
fn visibility(params: &Params) -> String {
    let given = params.one("visibility").ok().flatten();
    given.map(|given| format!("&visibility={given}")).unwrap_or_default()
}

fn table(page: QueuePage, form: &CsvForm, visibility: &str, name: &str) -> Response {
    let QueuePage { items, next, remarks, unknown, .. } = page;
    let further = format!("{visibility}{}", form.query());
    let next = next.map(|next| format!("/api/v1/queue.csv?cursor={}{further}", next.encode()));
    let body = csv::csv(items.into_iter().map(QueueRow::from), remarks, form);
    (link([("next", next)]), header(&unknown), download(name), [(CONTENT_TYPE, "text/csv; charset=utf-8")], body)
        .into_response()
}

impl QueueAnswer {
    fn of(page: QueuePage, freshness: service::Freshness, fields: &Fields) -> Self {
        let QueuePage { as_of, position, total, items, next, approximate, unknown, .. } = page;
        Self {
            warnings: warnings(unknown),
            as_of,
            position,
            total,
            items: items.into_iter().map(|item| fields.of_row(item.into())).collect(),
            next: None,
            next_cursor: next.map(|next| next.encode()),
            approximate,
            freshness: freshness.into(),
        }
    }
}

impl From<service::Freshness> for Freshness {
    fn from(freshness: service::Freshness) -> Self {
        let service::Freshness { last_delivery_at, lag, backfill, last_sweep_at } = freshness;
        let lag_ms = u64::try_from(lag.as_millis()).unwrap_or(u64::MAX);
        Self { last_delivery_at, lag_ms, backfill: backfill.name(), last_sweep_at }
    }
}
