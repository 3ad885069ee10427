//! `/api/v1/sheets`: taking spreadsheets in.
//!
//! The players: `sheet` reads a file and says what it would change; [`answer`] tells what became of it;
//! [`waiting`] lists the rows that are kept until their items are here.

pub mod answer;
pub mod waiting;

use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};

use self::answer::SheetAnswer;
use super::AppState;
use super::acting::Acting;
use super::auth::{Scope, Viewer};
use super::body::{WEBHOOK_BODY_CAP, read_capped};
use super::params::Params;
use super::problem::{NoAccount, Problem, Refused};
use crate::activity::Sight;
use crate::scrub::record::ItemName;
use crate::sheet::{self, BadSheet, Book, Import};
use crate::store::scrubs::act::Request;
use crate::store::scrubs::import::{self as store, Imported};
use crate::store::scrubs::sheets;

/// A file may come slowly from somebody's desk.
const DEADLINE: Duration = Duration::from_secs(60);
/// How often a plan is made anew because somebody reads meanwhile.
const TRIES: usize = 5;

/// Take a spreadsheet in.
///
/// Notes and readings of a scrub's sheet that people edited, or of the spreadsheet that bug scrubs were
/// held with, its numbered tabs becoming past scrubs: XLSX, ODS or CSV, 25 MiB at most. The file itself is
/// the body, not a form (`curl --data-binary @scrubs.xlsx`). With `dry_run`
/// nothing changes and the answer says row by row what would. A note that differs from ours is never
/// overwritten; the same file once more changes nothing.
#[utoipa::path(
    post, path = "/api/v1/sheets", tag = "sheets",
    request_body(content = String, description = "The file", content_type = "application/octet-stream"),
    params(
        ("account" = Option<String>, Query, description = "Login or id; may be left out when the token sees one account"),
        ("dry_run" = Option<bool>, Query, description = "`true`: change nothing"),
        ("scrub" = Option<u32>, Query, description = "The scrub that the file's one tab is of, where the tab does not say so: CSV"),
        ("by" = Option<String>, Query, description = "Who takes it in; the token's name unless given"),
    ),
    responses(
        (status = 200, description = "Row by row what changes", body = SheetAnswer),
        (status = 408, description = "The file did not come in time", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "Over 25 MiB", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "A form, not the file itself", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The file cannot be read (`/problems/bad-sheet`)", body = Problem, content_type = "application/problem+json"),
        Refused, NoAccount,
    ),
)]
pub async fn import(
    State(state): State<AppState>,
    caller: Viewer,
    acting: Acting,
    params: Params,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<SheetAnswer>, Problem> {
    caller.require(Scope::Scrub)?;
    params.only(&["account", "dry_run", "scrub", "by"])?;
    let scrub = params.number("scrub", 0, i32::MAX.unsigned_abs().into())?.and_then(|scrub| i32::try_from(scrub).ok());
    let dry_run = match params.one("dry_run")? {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => {
            return Err(Problem::bad_parameter("dry_run").detail("Either true or false.").allowed(["true", "false"]));
        }
    };
    let request = acting.request(&state, &caller, params.one("by")?)?;
    let account = state.service.account(&caller, params.one("account")?).await?;
    not_a_form(&headers)?;
    let length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    let bytes = read_capped(body, length, WEBHOOK_BODY_CAP, DEADLINE, &state.body_budget).await?;
    let mut book =
        tokio::task::spawn_blocking(move || sheet::read(&bytes)).await.map_err(|_| Problem::internal())??;
    if let Some(scrub) = scrub
        && !book.name_scrub(scrub)
    {
        let detail = "The file has several tabs, or its tab has a scrub's number already: leave this out.";
        return Err(Problem::bad_parameter("scrub").detail(detail));
    }
    for _ in 0..TRIES {
        let import = compared(&state, account.account_id, &caller.sight(), book).await?;
        if dry_run {
            return Ok(Json(SheetAnswer::of(&import, true, import.position())));
        }
        let facts = import.facts(request.at, &request.by);
        match store::import(&state.pool, account.account_id, import.position(), facts, &request).await? {
            Imported::Done(position, _) => {
                finish(&state, account.account_id, position, &request).await?;
                return Ok(Json(SheetAnswer::of(&import, false, position)));
            }
            Imported::Overtaken => book = import.book,
        }
    }
    Err(Problem::unavailable("Others write notes and readings faster than the file can be compared with them.", 1))
}

/// A file can bring the last reading of a round.
async fn finish(state: &AppState, account_id: i64, position: i64, request: &Request) -> Result<(), Problem> {
    super::scrubs::rounds::finish_rounds(state, account_id, position, request).await
}

/// # Errors
/// 415 for what browsers and `curl -F` make of a file.
fn not_a_form(headers: &HeaderMap) -> Result<(), Problem> {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if content_type.trim_start().to_ascii_lowercase().starts_with("multipart/") {
        let detail = "The body is the file itself, not a form that holds it: `curl --data-binary @scrubs.xlsx`.";
        return Err(Problem::of(StatusCode::UNSUPPORTED_MEDIA_TYPE).detail(detail));
    }
    Ok(())
}

/// The book compared with what is on record now.
async fn compared(state: &AppState, account_id: i64, sight: &Sight, book: Book) -> Result<Import, Problem> {
    let items: Vec<ItemName> = book.items().into_iter().collect();
    let records = sheets::records(&state.pool, account_id, sight, &items, book.position).await?;
    Ok(Import::of(book, records, sight.is_all()))
}

impl From<BadSheet> for Problem {
    fn from(bad: BadSheet) -> Self {
        let status = match bad {
            BadSheet::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        let text = bad.to_string();
        let mut letters = text.chars();
        let sentence: String =
            letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default();
        Problem::new(status, "/problems/bad-sheet", "The file cannot be read").detail(format!("{sentence}."))
    }
}
