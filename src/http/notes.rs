//! `/api/v1/items/{owner}/{repo}/{number}/note`: what the group thinks of an item.
//!
//! Every item has a note, which is empty at first. A note is replaced as a whole, and only by somebody who has seen
//! the current one: `If-Match` carries the ETag of the note that was read. `If-None-Match: *` writes the first one.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, ETAG, IF_MATCH, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::AppState;
use super::authorship::WriteId;
use super::description::answers::{BadBody, BadKey, Elsewhere, NoAccount, Refused};
use super::description::params::{IdempotencyKey, IfFirst, IfMatch, ItemPath};
use super::description::schemas::PersonName;
use super::etag::named;
use super::items::{elsewhere, item_address};
use super::json::Body;
use super::params::{Params, digits};
use super::problem::{Problem, kinds};
use super::row::NoteRow;
use crate::activity::NoteText;
use crate::service::Viewer;
use crate::service::notes::{self, Notes, SeenNote, WrittenNote};

/// An item's note.
#[derive(Debug, Serialize, ToSchema)]
pub struct NoteAnswer {
    /// Null if there is none.
    note: Option<NoteRow>,
    /// What it said earlier and who wrote that, newest first; the last 100 changes.
    history: Vec<NoteRow>,
    /// The position of the account's log that the answer includes.
    position: i64,
}

/// What a note should say. A text that is left out is empty. A note without any text removes the note.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"recommended_action": "close as stale", "comment": "Asked twice for a log.", "flag": "", "by": "octocat"}))]
pub struct NoteDraft {
    #[serde(default)]
    #[schema(required = false, max_length = 1_000, pattern = "^[^\\x00]*$")]
    recommended_action: String,
    #[serde(default)]
    #[schema(required = false, max_length = 10_000, pattern = "^[^\\x00]*$")]
    comment: String,
    #[serde(default)]
    #[schema(required = false, max_length = 200, pattern = "^[^\\x00]*$")]
    flag: String,
    /// Who writes it. By default the token's name.
    #[schema(value_type = Option<PersonName>)]
    by: Option<String>,
}

/// Show the note on an item, and its history.
///
/// Send its ETag as `If-Match` when you write the note.
#[utoipa::path(
    get, path = "/api/v1/items/{owner}/{repo}/{number}/note", tag = "items", operation_id = "show_note",
    params(
        ItemPath,
    ),
    responses(
        (status = 200, description = "The note, or null if there is none", body = NoteAnswer),
        Elsewhere,
        Refused, NoAccount,
    ),
)]
pub async fn show(
    State(state): State<AppState>,
    viewer: Viewer,
    Path(path): Path<(String, String, String)>,
    params: Params,
) -> Result<Response, Problem> {
    params.only(&["account"])?;
    match state.service.show_note(&viewer, &item_address(path, &params)?).await {
        Ok(notes) => Ok(answer(&notes)),
        Err(refusal) => elsewhere(refusal, "/note"),
    }
}

/// Write the note on an item.
///
/// `If-Match` carries the ETag of the note that was read, or `*` to replace whatever is there. An item's first note
/// needs none; with `If-None-Match: *` it is written only if it is the first one.
#[utoipa::path(
    put, path = "/api/v1/items/{owner}/{repo}/{number}/note", tag = "items", operation_id = "write_note", request_body = NoteDraft,
    params(
        ItemPath,
        IfMatch, IfFirst, IdempotencyKey,
    ),
    responses(
        (status = 200, description = "The note as it is now", body = NoteAnswer, headers(("ETag"))),
        Elsewhere,
        (status = 412, description = "Somebody has changed the note since, or there is one already with `If-None-Match: *`; `current` has what it says now, for a token with the scope read", body = Problem, content_type = "application/problem+json"),
        BadBody,
        (status = 428, description = "There is a note already, and `If-Match` is missing; `current` has what it says, for a token with the scope read", body = Problem, content_type = "application/problem+json"),
        Refused, NoAccount, BadKey,
    ),
)]
pub async fn put(
    State(state): State<AppState>,
    viewer: Viewer,
    Path(path): Path<(String, String, String)>,
    id: WriteId,
    params: Params,
    headers: HeaderMap,
    Body(new): Body<NoteDraft>,
) -> Result<Response, Problem> {
    params.only(&["account"])?;
    let NoteDraft { recommended_action, comment, flag, by } = new;
    let condition = Condition::of(&headers)?;
    let new = notes::NewNote { text: NoteText { recommended_action, comment, flag }, seen: condition.seen() };
    let address = item_address(path, &params)?;
    match state.service.write_note(&viewer, &address, new, id.by(by.as_deref())).await {
        Ok(WrittenNote::Done(notes)) => Ok(answer(&notes)),
        Ok(WrittenNote::ChangedSince(notes)) => Err(not_seen(&condition, notes.as_ref())),
        Err(refusal) => elsewhere(refusal, "/note"),
    }
}

/// The refusal of a note over another one that its writer has not seen; `now` is what it says, if they may read it.
fn not_seen(condition: &Condition, now: Option<&Notes>) -> Problem {
    let problem = match condition {
        Condition::None => Problem::of(StatusCode::PRECONDITION_REQUIRED),
        Condition::First | Condition::Seen(_) => Problem::new(&kinds::NOTE_CHANGED),
    };
    let problem = problem.detail(match (condition, now.is_some()) {
        (Condition::None, true) => {
            "There is a note already, which `current` shows: send its ETag as `If-Match`, or `*` to replace it."
        }
        (Condition::None, false) => "There is a note already: send its ETag as `If-Match`, or `*` to replace it.",
        (Condition::First, true) => "There is a note already, which `current` shows.",
        (Condition::First, false) => "There is a note already.",
        (Condition::Seen(_), true) => {
            "Somebody has changed the note since you read it; `current` has what it says now."
        }
        (Condition::Seen(_), false) => "Somebody has changed the note since you read it.",
    });
    match now {
        Some(now) => problem.current(&NoteAnswer::from(now)),
        None => problem,
    }
}

fn answer(notes: &Notes) -> Response {
    let tag = format!("\"note-{}\"", notes.remarks.note_position());
    let head = [(ETAG, tag), (CACHE_CONTROL, "private, no-cache".to_owned())];
    (head, Json(NoteAnswer::from(notes))).into_response()
}

impl From<&Notes> for NoteAnswer {
    fn from(notes: &Notes) -> Self {
        let note = notes.remarks.note().map(NoteRow::from);
        let history = notes.history.iter().map(NoteRow::from).collect();
        Self { note, history, position: notes.position }
    }
}

/// Under which condition a note is written.
enum Condition {
    /// The request says nothing.
    None,
    /// There is none yet: `If-None-Match: *`.
    First,
    /// What `If-Match` says of the note that was read.
    Seen(SeenNote),
}

impl Condition {
    /// # Errors
    /// 400 for another `If-None-Match`, and for one beside an `If-Match`.
    fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        let tags: Vec<&str> = named(headers, &IF_MATCH).collect();
        let others: Vec<&str> = named(headers, &IF_NONE_MATCH).filter(|tag| !tag.is_empty()).collect();
        match (&tags[..], &others[..]) {
            ([], []) => Ok(Self::None),
            ([], ["*"]) => Ok(Self::First),
            (_, [_, ..]) => Err(Problem::bad_parameter("If-None-Match").detail(
                "A note is written with `If-None-Match: *`, which asks that there be none yet, or with `If-Match`.",
            )),
            (tags, []) if tags.contains(&"*") => Ok(Self::Seen(SeenNote::Whatever)),
            // A tag is of a version of the text, whatever a proxy has made of its bytes: a weak one will do.
            (tags, []) => {
                let position = |tag: &&str| digits(tag.strip_prefix("note-")?);
                Ok(Self::Seen(SeenNote::At(tags.iter().filter_map(position).collect())))
            }
        }
    }

    fn seen(&self) -> SeenNote {
        match self {
            Self::None | Self::First => SeenNote::None,
            Self::Seen(seen) => seen.clone(),
        }
    }
}
