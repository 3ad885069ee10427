//! `GET /api/v1/scrubs/{number}/sheet.xlsx` and `sheet.csv`: a scrub as the spreadsheet that people
//! know.
//!
//! All open items that pass what has no column (a label, say), and those of the deck that are not open
//! any more; the view's other criteria are the sheet's autofilter.

use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use super::named;
use crate::http::AppState;
use crate::http::auth::{Scope, Viewer};
use crate::http::params::Params;
use crate::http::problem::{NoAccount, Problem, Refused};
use crate::rank::{Filter, Order, PageRequest, QueueItem};
use crate::scrub::Scrub;
use crate::sheet::{self, Attendance, Attended, Sheet, SheetRow, split_filter};
use crate::store::accounts::Account;
use crate::store::scrubs::deck::closed_since;
use crate::store::scrubs::sheets;

/// Items of a sheet at most.
const MOST_ROWS: usize = 100_000;

/// The media type of XLSX (ECMA-376).
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Show a scrub as a spreadsheet.
///
/// XLSX in the shape of the spreadsheet that bug scrubs were held with: live formulas, the view's
/// filter set, notes carried over for items that are open, and who came. Ascending by stale-age
/// unless `order` says otherwise.
#[utoipa::path(
    get, path = "/api/v1/scrubs/{number}/sheet.xlsx", tag = "sheets",
    params(
        ("number" = String, Path, description = "The scrub's number", example = "51"),
        ("account" = Option<String>, Query, description = "Login or id; may be left out when the token sees one account"),
        ("order" = Option<String>, Query, description = "`freshest` (the default), `stalest`, `oldest` or `newest` first"),
    ),
    responses(
        (status = 200, description = "XLSX", body = String, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        Refused, NoAccount,
    ),
)]
pub async fn xlsx(
    State(state): State<AppState>,
    caller: Viewer,
    Path(number): Path<String>,
    params: Params,
) -> Result<Response, Problem> {
    let (name, sheet) = asked(&state, &caller, &number, &params).await?;
    written(format!("{name}.xlsx"), XLSX, move || sheet::xlsx(&sheet)).await
}

/// Show a scrub as CSV.
///
/// The same rows and columns with values for formulas.
#[utoipa::path(
    get, path = "/api/v1/scrubs/{number}/sheet.csv", tag = "sheets",
    params(
        ("number" = String, Path, description = "The scrub's number", example = "51"),
        ("account" = Option<String>, Query, description = "Login or id; may be left out when the token sees one account"),
        ("order" = Option<String>, Query, description = "`freshest` (the default), `stalest`, `oldest` or `newest` first"),
    ),
    responses((status = 200, description = "CSV", body = String, content_type = "text/csv"), Refused, NoAccount),
)]
pub async fn csv(
    State(state): State<AppState>,
    caller: Viewer,
    Path(number): Path<String>,
    params: Params,
) -> Result<Response, Problem> {
    let (name, sheet) = asked(&state, &caller, &number, &params).await?;
    written(format!("{name}.csv"), "text/csv; charset=utf-8", move || sheet::csv(&sheet)).await
}

/// A file, made off the threads that serve requests.
pub async fn written(
    name: String,
    content_type: &'static str,
    write: impl FnOnce() -> Result<Vec<u8>, sheet::Unwritable> + Send + 'static,
) -> Result<Response, Problem> {
    let file = tokio::task::spawn_blocking(write).await.map_err(|_| Problem::internal())?;
    let file = file.map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "a sheet could not be written");
        Problem::internal()
    })?;
    let disposition = format!("attachment; filename=\"{name}\"");
    let headers = [
        (CONTENT_TYPE, content_type.to_owned()),
        (CONTENT_DISPOSITION, disposition),
        (CACHE_CONTROL, "private, no-cache".to_owned()),
    ];
    Ok((headers, file).into_response())
}

async fn asked(state: &AppState, caller: &Viewer, number: &str, params: &Params) -> Result<(String, Sheet), Problem> {
    caller.require(Scope::Read)?;
    params.only(&["account", "order"])?;
    let order = match params.one("order")? {
        None => Order::Freshest,
        Some(name) => Order::from_name(name)
            .ok_or_else(|| Problem::bad_parameter("order").detail("There is no such order.").allowed(Order::NAMES))?,
    };
    let (account, scrub) = named(state, caller, params, number).await?;
    let name = format!("{:04}", scrub.scrub);
    let sheet = sheet_of(state, caller, &account, scrub, name.clone(), order).await?;
    Ok((format!("bug-scrub-{name}"), sheet))
}

async fn sheet_of(
    state: &AppState,
    caller: &Viewer,
    account: &Account,
    scrub: Scrub,
    tab: String,
    order: Order,
) -> Result<Sheet, Problem> {
    let (account_id, sight, zone) = (account.account_id, caller.sight(), state.calendar.zone);
    let date = scrub.date.unwrap_or(state.calendar.today((state.clock)()));
    let view = match &scrub.view {
        Some(view) => state.service.view(account_id, view).await.ok(),
        None => None,
    };
    let filter = view.map_or_else(|| Ok(Filter::default()), |(_, view)| view.filter(date))?;
    let (columnless, filter) = split_filter(filter);
    let request = PageRequest {
        account_id,
        sight: sight.clone(),
        filter: columnless,
        order,
        date,
        past: false,
        after: None,
        limit: MOST_ROWS,
    };
    let page = state.live.page(request).await?;
    let mut items = page.items;
    items.extend(closed_since(&state.pool, (zone, date), account_id, &sight, scrub.scrub).await?);
    items.sort_by(|one, other| order.compare(&one.place, &other.place));
    let record = sheets::scrub_record(&state.pool, account_id, scrub.scrub).await?;
    let is_read = |item: &QueueItem| record.as_ref().is_some_and(|scrub| scrub.shows_read(&item.remarks.marks));
    let rows = items.iter().map(|item| SheetRow::of(item, is_read(item), &filter, zone)).collect();
    let attended = Attended {
        scrub: i32::try_from(scrub.scrub).unwrap_or(i32::MAX),
        date: scrub.date,
        host: scrub.host,
        attendees: scrub.attendees,
    };
    let attendance = Some(Attendance { rows: vec![attended] });
    Ok(Sheet { tab, date, zone, rows, filter, attendance, position: Some(page.position) })
}
