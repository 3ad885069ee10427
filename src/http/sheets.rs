//! `/api/v1/sheets`: taking spreadsheets in.
//!
//! The players: `sheet::read` and `sheet::plan` say what a file holds and what it would change;
//! [`facts`] makes of it what is appended, all at once or nothing.

mod facts;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::CONTENT_LENGTH;
use axum::http::{HeaderMap, StatusCode};
use serde::Serialize;
use utoipa::ToSchema;

use super::AppState;
use super::acting::Acting;
use super::auth::{Caller, Scope};
use super::body::{WEBHOOK_BODY_CAP, read_capped};
use super::params::Params;
use super::problem::{NoAccount, Problem, Refused};
use crate::activity::{NoteText, ScrubFact};
use crate::sheet::{self, BadSheet, Book, Key, Known, Outcome, Plan};
use crate::store::scrubs::act::Request;
use crate::store::scrubs::sheets::{self, Called, Kept};
use crate::store::scrubs::take_in::{self, Imported};

/// A file may come slowly from somebody's desk.
const DEADLINE: Duration = Duration::from_secs(60);
/// How often a plan is made anew because somebody reads meanwhile.
const TRIES: usize = 5;
/// Unplaced rows that are listed at most.
const MOST_UNPLACED: i64 = 10_000;

/// What a spreadsheet changes, or would.
#[derive(Debug, Serialize, ToSchema)]
pub struct SheetAnswer {
    /// Nothing was changed: it says what would be.
    dry_run: bool,
    /// The position of the account's log: after the change, or as of which it was planned.
    position: i64,
    /// Rows by what becomes of them.
    counts: Counts,
    tabs: Vec<TabRow>,
    /// Tabs that were left out, and why.
    ignored: Vec<String>,
    /// Scrubs that the file tells of and that were not here.
    new_scrubs: Vec<i64>,
    rows: Vec<SheetRowAnswer>,
}

#[derive(Debug, Default, Serialize, ToSchema)]
pub struct Counts {
    new: usize,
    same: usize,
    conflict: usize,
    unknown_item: usize,
    unreadable: usize,
}

/// A tab of the file.
#[derive(Debug, Serialize, ToSchema)]
pub struct TabRow {
    name: String,
    /// The scrub that it is of; null if its name is no number.
    scrub: Option<i32>,
    rows: usize,
}

/// A row of the file.
#[derive(Debug, Serialize, ToSchema)]
pub struct SheetRowAnswer {
    tab: String,
    /// As the spreadsheet numbers it.
    line: u32,
    repository: Option<String>,
    r#type: Option<&'static str>,
    number: Option<i64>,
    /// `new` (it adds a note, a mark or both), `same`, `conflict` (our note is another, and stays),
    /// `unknown item` (kept and listed at `/api/v1/sheets/unplaced`) or `unreadable`.
    outcome: &'static str,
    /// What is wrong with an unreadable row.
    detail: Option<String>,
    /// The note that it adds; in a conflict, theirs.
    note: Option<SheetNoteRow>,
    /// In a conflict, ours.
    ours: Option<SheetNoteRow>,
    /// The scrub in which it says the item was read.
    read_in: Option<i32>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SheetNoteRow {
    recommended_action: String,
    comment: String,
    flag: String,
}

impl From<&NoteText> for SheetNoteRow {
    fn from(text: &NoteText) -> Self {
        let NoteText { recommended_action, comment, flag } = text.clone();
        Self { recommended_action, comment, flag }
    }
}

/// Take a spreadsheet in.
///
/// Notes and readings of a scrub's sheet that people edited, or of the spreadsheet that bug scrubs were
/// held with, its numbered tabs becoming past scrubs: XLSX, ODS or CSV, 25 MiB at most. With `dry_run`
/// nothing changes and the answer says row by row what would. A note that differs from ours is never
/// overwritten; the same file once more changes nothing.
#[utoipa::path(
    post, path = "/api/v1/sheets", tag = "sheets",
    request_body(content = String, description = "The file", content_type = "application/octet-stream"),
    params(
        ("account" = Option<String>, Query, description = "Login or id; may be left out when the token sees one account"),
        ("dry_run" = Option<bool>, Query, description = "`true`: change nothing"),
        ("by" = Option<String>, Query, description = "Who takes it in; the token's name unless given"),
    ),
    responses(
        (status = 200, description = "Row by row what changes", body = SheetAnswer),
        (status = 408, description = "The file did not come in time", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "Over 25 MiB", body = Problem, content_type = "application/problem+json"),
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
    params.only(&["account", "dry_run", "by"])?;
    let dry_run = match params.one("dry_run")? {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => {
            return Err(Problem::bad_parameter("dry_run").detail("Either true or false.").allowed(["true", "false"]));
        }
    };
    let request = acting.request(&state, &caller, params.one("by")?)?;
    let account = caller.account(&state, params.one("account")?).await?;
    let length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    let bytes = read_capped(body, length, WEBHOOK_BODY_CAP, DEADLINE, &state.body_budget).await?;
    let book = tokio::task::spawn_blocking(move || sheet::read(&bytes)).await.map_err(|_| Problem::internal())??;
    for _ in 0..TRIES {
        let planned = Planned::of(&state, account.account_id, caller.sees_private(), &book).await?;
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

/// What a file is about, and what it would change.
struct Planned {
    position: i64,
    keys: Vec<Key>,
    kept: sheets::Known,
    plan: Plan,
}

impl Planned {
    async fn of(state: &AppState, account_id: i64, private: bool, book: &Book) -> Result<Self, Problem> {
        let keys: Vec<Key> = book.keys().into_iter().collect();
        let called = keys.iter().map(|key| Called {
            repository: key.repository.clone(),
            item_type: key.item_type,
            number: key.number,
        });
        let called: Vec<Called> = called.collect();
        let kept = sheets::known(&state.pool, account_id, private, &called).await?;
        let known: BTreeMap<&Key, Known> =
            kept.items.iter().map(|(place, item)| (&keys[*place], known(item, &kept, book))).collect();
        let plan = sheet::plan(book, |key| known.get(key));
        Ok(Self { position: kept.position, plan, keys: keys.clone(), kept })
    }

    /// What is known of the item that a key calls.
    fn item(&self, key: &Key) -> Option<&Kept> {
        let place = self.keys.binary_search(key).ok()?;
        self.kept.items.get(&place)
    }

    fn new_scrubs(&self, book: &Book) -> BTreeSet<i64> {
        let told = book.tabs.iter().filter_map(|tab| tab.scrub).map(i64::from);
        told.filter(|scrub| !self.kept.scrubs.contains_key(scrub)).collect()
    }

    fn answer(&self, book: &Book, dry_run: bool, position: i64) -> SheetAnswer {
        let mut counts = Counts::default();
        let rows = self.plan.rows.iter().map(|planned| {
            let tab = &book.tabs[planned.tab];
            let read = &tab.rows[planned.row];
            let note = read.row.as_ref().ok();
            let (count, outcome) = match &planned.outcome {
                Outcome::New => (&mut counts.new, "new"),
                Outcome::Same => (&mut counts.same, "same"),
                Outcome::Conflict { .. } => (&mut counts.conflict, "conflict"),
                Outcome::UnknownItem => (&mut counts.unknown_item, "unknown item"),
                Outcome::Unreadable(_) => (&mut counts.unreadable, "unreadable"),
            };
            *count += 1;
            let (ours, theirs, detail) = match &planned.outcome {
                Outcome::Conflict { ours, theirs } => (Some(ours.into()), Some(theirs.into()), None),
                Outcome::Unreadable(fault) => (None, None, Some(format!("{fault}."))),
                _ => (None, None, None),
            };
            SheetRowAnswer {
                tab: tab.name.clone(),
                line: read.line,
                repository: note.map(|note| note.repository.clone()),
                r#type: note.map(|note| note.item_type.name()),
                number: note.map(|note| note.number),
                outcome,
                detail,
                note: theirs.or(planned.note.as_ref().map(SheetNoteRow::from)),
                ours,
                read_in: planned.mark,
            }
        });
        let rows = rows.collect();
        let tab = |tab: &sheet::Tab| TabRow { name: tab.name.clone(), scrub: tab.scrub, rows: tab.rows.len() };
        SheetAnswer {
            dry_run,
            position,
            counts,
            tabs: book.tabs.iter().map(tab).collect(),
            ignored: book.ignored.clone(),
            new_scrubs: self.new_scrubs(book).into_iter().collect(),
            rows,
        }
    }
}

/// An item in the words of the plan.
fn known(item: &Kept, kept: &sheets::Known, book: &Book) -> Known {
    let note = item.remarks.note().map(|note| note.text.clone());
    let now = item.remarks.note_position();
    let earlier = item.notes.iter().filter(|(position, _)| *position != now).map(|(_, text)| text.clone());
    // A position that this account has not come to is another's.
    let position = book.position.filter(|position| (0..=kept.position).contains(position));
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
    let decks = item.decks.iter().copied().filter_map(number);
    Known { note, earlier: earlier.collect(), base, read_in: read_in.collect(), decks: decks.collect() }
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

/// Rows that could not be placed.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnplacedAnswer {
    rows: Vec<UnplacedRow>,
}

/// A row of a spreadsheet about an item that was not here.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnplacedRow {
    repository: String,
    r#type: &'static str,
    number: i64,
    scrub: Option<i64>,
    recommended_action: String,
    comment: String,
    flag: String,
    read: bool,
    /// Of the event that keeps it.
    position: i64,
}

/// List rows of spreadsheets about items that were not here.
///
/// They are kept. Once the items are here, taking the file in again places them.
#[utoipa::path(
    get, path = "/api/v1/sheets/unplaced", tag = "sheets",
    params(("account" = Option<String>, Query, description = "Login or id; may be left out when the token sees one account")),
    responses((status = 200, description = "The oldest first, 10,000 at most", body = UnplacedAnswer), Refused, NoAccount),
)]
pub async fn unplaced(
    State(state): State<AppState>,
    caller: Caller,
    params: Params,
) -> Result<Json<UnplacedAnswer>, Problem> {
    caller.require(Scope::Scrub)?;
    // They may be of private repositories: nobody can tell.
    caller.require(Scope::Private)?;
    params.only(&["account"])?;
    let account = caller.account(&state, params.one("account")?).await?;
    let kept = sheets::unplaced(&state.pool, account.account_id, MOST_UNPLACED).await?;
    let rows = kept.into_iter().filter_map(|(position, fact)| {
        let ScrubFact::Unplaced { repository, item_type, number, scrub, text, read } = fact else { return None };
        let NoteText { recommended_action, comment, flag } = text;
        let r#type = item_type.name();
        Some(UnplacedRow { repository, r#type, number, scrub, recommended_action, comment, flag, read, position })
    });
    Ok(Json(UnplacedAnswer { rows: rows.collect() }))
}
