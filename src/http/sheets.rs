//! `/api/v1/sheets`: taking spreadsheets in.
//!
//! The players: `sheet::read` and `sheet::plan` say what a file holds and what it would change;
//! [`attendance`] does so for who came; [`facts`] makes of it what is appended, all at once or nothing;
//! [`answer`] tells what became of it, and [`left_out`] what did not; [`waiting`] lists what is kept until
//! its item is here.

mod answer;
mod attendance;
mod facts;
mod left_out;
pub mod waiting;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};

use self::answer::SheetAnswer;
use self::attendance::Coming;
use super::AppState;
use super::acting::Acting;
use super::auth::{Caller, Scope};
use super::body::{WEBHOOK_BODY_CAP, read_capped};
use super::params::Params;
use super::problem::{NoAccount, Problem, Refused};
use crate::activity::Sight;
use crate::sheet::{self, BadSheet, Book, Key, Known, Plan};
use crate::store::scrubs::act::Request;
use crate::store::scrubs::sheets::{self, Called, Kept};
use crate::store::scrubs::take_in::{self, Imported};

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
    caller: Caller,
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
    let account = caller.account(&state, params.one("account")?).await?;
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
        let planned = Planned::of(&state, account.account_id, caller.sight(), &book).await?;
        if dry_run {
            return Ok(Json(planned.answer(&book, true, planned.position)));
        }
        let told = facts::facts(&book, &planned, &request);
        match take_in::import(&state.pool, account.account_id, planned.position, told, &request).await? {
            Imported::Done(position, _) => {
                finish(&state, account.account_id, position, &request).await?;
                return Ok(Json(planned.answer(&book, false, position)));
            }
            Imported::Overtaken => {}
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

/// What a file is about, and what it would change.
struct Planned {
    position: i64,
    keys: Vec<Key>,
    kept: sheets::Known,
    plan: Plan,
    coming: Coming,
    /// What the reader may see.
    sight: Sight,
}

impl Planned {
    async fn of(state: &AppState, account_id: i64, sight: Sight, book: &Book) -> Result<Self, Problem> {
        let keys: Vec<Key> = book.keys().into_iter().collect();
        let called = keys.iter().map(|key| Called {
            repository: key.repository.clone(),
            item_type: key.item_type,
            number: key.number,
        });
        let called: Vec<Called> = called.collect();
        let kept = sheets::known(&state.pool, account_id, &sight, &called, book.position).await?;
        let known: BTreeMap<&Key, Known> =
            kept.items.iter().map(|(place, item)| (&keys[*place], known(item, &kept, book))).collect();
        let plan = sheet::plan(book, |key| known.get(key));
        let coming = Coming::of(book, &kept.scrubs);
        Ok(Self { position: kept.position, plan, coming, sight, keys: keys.clone(), kept })
    }

    /// What is known of the item that a key calls.
    fn item(&self, key: &Key) -> Option<&Kept> {
        let place = self.keys.binary_search(key).ok()?;
        self.kept.items.get(&place)
    }

    fn new_scrubs(&self, book: &Book) -> BTreeSet<i64> {
        let readable = book.tabs.iter().filter(|tab| tab.rows.iter().any(|row| row.row.is_ok()));
        let told = readable.filter_map(|tab| tab.scrub).map(i64::from);
        told.filter(|scrub| !self.kept.scrubs.contains_key(scrub)).collect()
    }

    /// Whether the item is here and who asks may not see it.
    fn hides(&self, key: &Key) -> bool {
        self.keys.binary_search(key).is_ok_and(|place| self.kept.hidden.contains(&place))
    }
}

/// An item in the words of the plan.
fn known(item: &Kept, kept: &sheets::Known, book: &Book) -> Known {
    let note = item.remarks.note().map(|note| note.text.clone());
    let now = item.remarks.note_position();
    let earlier = item.notes.iter().filter(|(position, _)| *position != now).map(|(_, text)| text.clone());
    let position = written_at(book, kept);
    let base = position.map(|position| {
        let by_then = item.notes.iter().rfind(|(noted, _)| *noted <= position);
        by_then.map(|(_, text)| text.clone()).unwrap_or_default()
    });
    let number = |scrub: i64| i32::try_from(scrub).ok();
    let read_in = item.remarks.marks.iter().filter_map(|mark| match mark.scrub {
        Some(scrub) => number(scrub),
        None => {
            let opened = kept.scrubs.values().filter(|scrub| scrub.opened_position < mark.position);
            opened.map(|scrub| scrub.scrub).max().and_then(number)
        }
    });
    let held = kept.scrubs.values().filter(|scrub| !scrub.imported);
    let decks = item.decks.iter().copied().filter(|deck| kept.scrubs.get(deck).is_some_and(|scrub| !scrub.imported));
    let decks = decks.filter_map(number).collect();
    let met = |started: i64| item.remarks.marks.iter().any(|mark| mark.position > started);
    let held = held.filter_map(|scrub| Some((number(scrub.scrub)?, met(scrub.started)))).collect();
    let shown = kept.scrubs.values().filter(|scrub| position.is_some() && scrub.shows_read(&item.then));
    let shown = shown.filter_map(|scrub| number(scrub.scrub)).collect();
    Known { note, earlier: earlier.collect(), base, read_in: read_in.collect(), decks, shown, held }
}

/// The position with which a file was written. One that this account has not come to is another's.
fn written_at(book: &Book, kept: &sheets::Known) -> Option<i64> {
    book.position.filter(|position| (0..=kept.position).contains(position))
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
