//! `GET /api/v1/scrubs/{number}/sheet.xlsx` and `sheet.csv`: a scrub as the spreadsheet that people know.

use axum::extract::{Path, State};
use axum::response::Response;

use super::number::scrub_number;
use crate::http::AppState;
use crate::http::params::Params;
use crate::http::problem::{NoAccount, Problem, Refused};
use crate::http::sheets::file::{XLSX, file};
use crate::rank::Order;
use crate::service::Viewer;
use crate::sheet::{self, Sheet};

/// Show a scrub as a spreadsheet.
///
/// XLSX in the shape of the spreadsheet with which people used to hold bug scrubs: live formulas, the view's filter,
/// the notes of open items, and who came. By default ascending by stale-age.
#[utoipa::path(
    get, path = "/api/v1/scrubs/{number}/sheet.xlsx", tag = "sheets",
    params(
        ("number" = String, Path, description = "The scrub's number", example = "51"),
        ("account" = Option<String>, Query, description = "A login or id; may be left out if the token sees one account"),
        ("order" = Option<String>, Query, description = "`freshest` (the default), `stalest`, `oldest` or `newest` first"),
    ),
    responses(
        (status = 200, description = "XLSX", body = String, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        Refused, NoAccount,
    ),
)]
pub async fn xlsx(
    State(state): State<AppState>,
    viewer: Viewer,
    Path(number): Path<String>,
    params: Params,
) -> Result<Response, Problem> {
    let _turn = state.spreadsheets.take(&viewer).await?;
    let (name, sheet) = sheet(&state, &viewer, &number, &params).await?;
    file(format!("{name}.xlsx"), XLSX, move || sheet::xlsx(&sheet)).await
}

/// Show a scrub as CSV.
///
/// The same rows and columns, with values instead of formulas.
#[utoipa::path(
    get, path = "/api/v1/scrubs/{number}/sheet.csv", tag = "sheets",
    params(
        ("number" = String, Path, description = "The scrub's number", example = "51"),
        ("account" = Option<String>, Query, description = "A login or id; may be left out if the token sees one account"),
        ("order" = Option<String>, Query, description = "`freshest` (the default), `stalest`, `oldest` or `newest` first"),
    ),
    responses((status = 200, description = "CSV", body = String, content_type = "text/csv"), Refused, NoAccount),
)]
pub async fn csv(
    State(state): State<AppState>,
    viewer: Viewer,
    Path(number): Path<String>,
    params: Params,
) -> Result<Response, Problem> {
    let _turn = state.spreadsheets.take(&viewer).await?;
    let (name, sheet) = sheet(&state, &viewer, &number, &params).await?;
    file(format!("{name}.csv"), "text/csv; charset=utf-8", move || sheet::csv(&sheet)).await
}

/// The file's name without its ending, and its contents.
async fn sheet(state: &AppState, viewer: &Viewer, number: &str, params: &Params) -> Result<(String, Sheet), Problem> {
    params.only(&["account", "order"])?;
    let order = match params.one("order")? {
        None => Order::Freshest,
        Some(name) => Order::from_name(name)
            .ok_or_else(|| Problem::bad_parameter("order").detail("There is no such order.").allowed(Order::NAMES))?,
    };
    let (account, number) = (params.one("account")?, scrub_number(number));
    let sheet = state.service.scrub_sheet(viewer, account, number, order).await?;
    Ok((format!("bug-scrub-{}", sheet.tab), sheet))
}
