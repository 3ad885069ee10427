//! `GET /api/v1/scrubs/{number}/sheet.xlsx` and `sheet.csv`: a scrub as the spreadsheet that people know.

use axum::extract::{Path, State};
use axum::response::Response;

use super::number::scrub_number;
use crate::http::AppState;
use crate::http::description::answers::{NoAccount, Refused};
use crate::http::description::params::{AccountParam, ByteOrderMarkParam, OrderParam, ScrubPath, VisibilityParam};
use crate::http::description::schemas::File;
use crate::http::params::Params;
use crate::http::problem::Problem;
use crate::http::queue::question::{byte_order_mark, order};
use crate::http::sheets::file::{XLSX, file};
use crate::service::Viewer;
use crate::sheet::{self, Sheet};

/// Show a scrub as a spreadsheet.
///
/// XLSX in the shape of the spreadsheet with which people used to hold bug scrubs: live formulas, the view's filter,
/// the notes of open items, and who came. By default in the order of the scrub's view, as in its deck; the order of old
/// is `order=freshest`. If there are private rows, a last
/// column says which.
#[utoipa::path(
    get, path = "/api/v1/scrubs/{number}/sheet.xlsx", tag = "sheets", operation_id = "export_scrub_xlsx",
    params(
        ScrubPath,
        AccountParam,
        OrderParam,
        VisibilityParam,
    ),
    responses(
        (status = 200, description = "XLSX", body = inline(File), content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", headers(("Content-Disposition"))),
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
    let (name, sheet) = sheet(&state, &viewer, &number, &params, &["account", "order", "visibility"]).await?;
    file(format!("{name}.xlsx"), XLSX, move || sheet::xlsx(&sheet)).await
}

/// Show a scrub as CSV.
///
/// The same rows and columns, with values instead of formulas.
#[utoipa::path(
    get, path = "/api/v1/scrubs/{number}/sheet.csv", tag = "sheets", operation_id = "export_scrub_csv",
    params(
        ScrubPath,
        AccountParam,
        OrderParam,
        ByteOrderMarkParam,
        VisibilityParam,
    ),
    responses(
        (status = 200, description = "CSV", body = String, content_type = "text/csv", headers(("Content-Disposition"))),
        Refused, NoAccount,
    ),
)]
pub async fn csv(
    State(state): State<AppState>,
    viewer: Viewer,
    Path(number): Path<String>,
    params: Params,
) -> Result<Response, Problem> {
    let mark = byte_order_mark(&params)?;
    let _turn = state.spreadsheets.take(&viewer).await?;
    let (name, sheet) = sheet(&state, &viewer, &number, &params, &["account", "order", "visibility", "bom"]).await?;
    file(format!("{name}.csv"), "text/csv; charset=utf-8", move || sheet::csv(&sheet, mark)).await
}

/// The file's name without its ending, and its contents.
async fn sheet(
    state: &AppState,
    viewer: &Viewer,
    number: &str,
    params: &Params,
    known: &[&str],
) -> Result<(String, Sheet), Problem> {
    params.only(known)?;
    let (account, number) = (params.one("account")?, scrub_number(number));
    let sheet = state.service.scrub_sheet(&params.seen_by(viewer)?, account, number, order(params)?).await?;
    Ok((format!("bug-scrub-{}", sheet.tab), sheet))
}
