//! `/api/v1/sheets`: importing spreadsheets.
//!
//! `crate::sheet` reads a file and says what it would change; [`answer`] reports what became of it; [`waiting`] lists
//! the rows that are kept until their items are here.

pub mod answer;
pub mod file;
pub mod waiting;

use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};

use self::answer::SheetAnswer;
use super::AppState;
use super::authorship::WriteId;
use super::body::{WEBHOOK_BODY_CAP, read_capped};
use super::description::answers::{NoAccount, Refused};
use super::description::params::{AccountParam, ByParam};
use super::description::schemas::{File, SheetRows};
use super::params::Params;
use super::problem::Problem;
use crate::service::sheets::ImportOptions;
use crate::service::{Scope, Viewer};
use crate::sheet::Without;

/// How long a file may take: somebody's upload may be slow.
const DEADLINE: Duration = Duration::from_secs(60);

/// Import a spreadsheet.
///
/// Imports the notes and readings of a scrub's sheet that people edited, or of the spreadsheet with which they used
/// to hold bug scrubs, whose numbered tabs become past scrubs: XLSX, ODS or CSV, at most 25 MiB. The body is the file
/// itself, not a form. All but the rows in `without` is imported, or nothing. A note of ours that differs is never
/// overwritten. Importing the same file again changes nothing.
#[utoipa::path(
    post, path = "/api/v1/sheets", tag = "sheets", operation_id = "import_sheet",
    request_body(content = inline(File), description = "The file", content_type = "application/octet-stream"),
    params(
        AccountParam,
        ("dry_run" = Option<bool>, Query, description = "`true` to change nothing, and to be told row by row what would"),
        ("scrub" = Option<i32>, Query, description = "The scrub of the file's only tab, if the tab's name does not say it, as in CSV", minimum = 0),
        ("without" = Option<Vec<SheetRows>>, Query, description = "Rows to leave out, by their keys"),
        ("file" = Option<String>, Query, description = "The `file` of the dry run, so that no other is taken for it", pattern = "^[0-9a-fA-F]{64}$"),
        ByParam,
    ),
    responses(
        (status = 200, description = "What changes, row by row", body = SheetAnswer),
        (status = 408, description = "The file did not come in time", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "The file is larger than 25 MiB", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "The body is a form, not the file itself", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The file cannot be read (`/problems/bad-sheet`), or is another one (`/problems/other-sheet`)", body = Problem, content_type = "application/problem+json"),
        Refused, NoAccount,
    ),
)]
pub async fn import(
    State(state): State<AppState>,
    viewer: Viewer,
    id: WriteId,
    params: Params,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<SheetAnswer>, Problem> {
    params.only(&["account", "dry_run", "scrub", "without", "file", "by"])?;
    let scrub = params.number("scrub", 0, i32::MAX.unsigned_abs().into())?.and_then(|scrub| i32::try_from(scrub).ok());
    let dry_run = match params.one("dry_run")? {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => {
            return Err(Problem::bad_parameter("dry_run").detail("Either true or false.").allowed(["true", "false"]));
        }
    };
    let without = Without::of(params.all("without")).map_err(|given| {
        let detail =
            format!("Rows by their keys, such as `0051:12`, or `0051:2-40,44` for several of a tab; not {given:?}.");
        Problem::bad_parameter("without").detail(detail)
    })?;
    let chosen_of = params.one("file")?.map(str::to_owned);
    if chosen_of.as_ref().is_some_and(|file| file.len() != 64 || !file.bytes().all(|byte| byte.is_ascii_hexdigit())) {
        return Err(Problem::bad_parameter("file").detail("The `file` of a dry run: 64 hexadecimal digits."));
    }
    let (account, authorship) = (params.one("account")?, id.by(params.one("by")?));
    // Before a large body is read in vain.
    state.service.account_for(&viewer, Scope::Scrub, account).await?;
    not_a_form(&headers)?;
    let length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    let file = read_capped(body, length, WEBHOOK_BODY_CAP, DEADLINE, &state.upload_budget).await?;
    // Not before it is here: whoever sends slowly takes nobody's turn.
    let _turn = state.spreadsheets.take(&viewer).await?;
    let options = ImportOptions { scrub, dry_run, charset: charset(&headers), without, file: chosen_of };
    let imported = state.service.import_sheet(&viewer, account, file, options, authorship).await?;
    Ok(Json(SheetAnswer::of(&imported, dry_run)))
}

/// The encoding that the header `Content-Type: text/csv; charset=...` declares.
fn charset(headers: &HeaderMap) -> Option<String> {
    let content_type = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let mut further = content_type.split(';').skip(1).filter_map(|pair| pair.split_once('='));
    let (_, name) = further.find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))?;
    Some(name.trim().trim_matches('"').to_owned())
}

/// # Errors
/// 415 for a form, which browsers and `curl -F` make of a file.
fn not_a_form(headers: &HeaderMap) -> Result<(), Problem> {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if content_type.trim_start().to_ascii_lowercase().starts_with("multipart/") {
        let detail = "The body is the file itself, not a form that holds it: `curl --data-binary @scrubs.xlsx`.";
        return Err(Problem::of(StatusCode::UNSUPPORTED_MEDIA_TYPE).detail(detail));
    }
    Ok(())
}
