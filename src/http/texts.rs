//! `GET /api/v1/items/{owner}/{repo}/{number}/text`: what is written on an item.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::IntoParams;
use utoipa::ToSchema;
use utoipa::openapi::path::{Parameter, ParameterIn};

use super::AppState;
use super::description::answers::{Elsewhere, NoAccount, Refused};
use super::description::params::{ItemPath, in_query};
use super::description::schemas::{self, text};
use super::items::{elsewhere, item_address};
use super::params::Params;
use super::problem::Problem;
use crate::activity::{Association, BotReason, Verdict};
use crate::service::Viewer;
use crate::service::texts::{ItemText, ShownText, TextSource};
use crate::webhook::spoken::SpokenKind;

/// What no cache keeps, wherever it is: the text is GitHub's, and who may read it may change.
const NEVER_KEPT: &str = "private, no-store";
/// What a cursor may be.
const CURSOR: &str = "^[!-~]{1,300}$";

/// Before which the page ends.
pub struct BeforeParam;

impl IntoParams for BeforeParam {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let about = "The `before` of an answer, for what was said earlier.";
        vec![in_query("before", about, text(CURSOR))]
    }
}

/// What is written on an item.
#[derive(Debug, Serialize, ToSchema)]
pub struct TextAnswer {
    /// `github`, or `deliveries`: what deliveries told, as long as they are kept, if the service does not ask GitHub.
    #[schema(value_type = schemas::TextSource, example = "github")]
    source: &'static str,
    /// As of when.
    fetched_at: DateTime<Utc>,
    /// The item's own text. Null if no delivery that is kept holds it.
    body: Option<TextEntry>,
    /// Comments, reviews and replies, oldest first: the last 50 comments and reviews, each with up to 50 replies to it or
    /// comments in it.
    entries: Vec<TextEntry>,
    /// There are earlier ones: ask with this `before`. Null if there are none.
    before: Option<String>,
}

/// Something written.
#[derive(Debug, Serialize, ToSchema)]
pub struct TextEntry {
    #[schema(value_type = schemas::TextKind, example = "comment")]
    kind: &'static str,
    /// GitHub's id. Null of the item's own text.
    #[schema(example = 1296269)]
    id: Option<i64>,
    /// Null if their account is gone.
    #[schema(example = "octocat")]
    author: Option<String>,
    /// Why the author counts as a bot. Null of others.
    #[schema(value_type = Option<schemas::BotReason>)]
    bot: Option<&'static str>,
    /// How the author stands to the repository. Null if GitHub has not told.
    #[schema(value_type = Option<schemas::AuthorAssociation>)]
    association: Option<&'static str>,
    created_at: Option<DateTime<Utc>>,
    /// When it was changed last. Null if it never was, or if that is not known.
    edited_at: Option<DateTime<Utc>>,
    /// Where it is on GitHub.
    #[schema(example = "https://github.com/acme/widgets/issues/12#issuecomment-1296269")]
    url: Option<String>,
    /// The text as HTML that a page may show as it is. Null if it is longer than 256 KiB: read it on GitHub.
    #[schema(example = "<p>It breaks when I do this.</p>")]
    html: Option<String>,
    /// What a review decides. Null of others.
    #[schema(value_type = Option<schemas::Verdict>)]
    verdict: Option<&'static str>,
    /// The id of the comment that it replies to.
    replies_to: Option<i64>,
    /// The file that a comment in a review is about.
    #[schema(example = "src/main.rs")]
    path: Option<String>,
    /// Its line there. Null if the file has changed since.
    line: Option<i64>,
    /// Whether it is the answer of a discussion.
    is_answer: bool,
    /// Why it is hidden on GitHub, such as `spam` or `outdated`. Null if it is not.
    #[schema(example = "outdated")]
    minimized: Option<String>,
    /// How many replies to it, or comments in it, are not in this answer.
    #[schema(example = 0)]
    further: i64,
}

/// Read what is written on an item.
///
/// The item's own text and what was said on it: comments, reviews and the comments in them, replies. It is asked of GitHub
/// when somebody reads it, as the App, and nothing of it is stored: it stays in memory for at most 4 minutes, and until GitHub
/// tells anything of the item. Who may not see the item may not read its text. A service without an App shows what the
/// deliveries hold that it still keeps, and says so in `source`.
///
/// `html` was cleaned: it has no script, no style and no form. Links have `rel="nofollow noopener noreferrer"`, images are
/// asked for over https and may be GitHub's for 5 minutes only, so show them soon.
#[utoipa::path(
    get, path = "/api/v1/items/{owner}/{repo}/{number}/text", tag = "items", operation_id = "show_item_text",
    params(ItemPath, BeforeParam),
    responses(
        (status = 200, description = "The text", body = TextAnswer),
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
    params.only(&["account", "before"])?;
    match state.service.item_text(&viewer, &item_address(path, &params)?, params.one("before")?).await {
        Ok(text) => Ok(([(CACHE_CONTROL, NEVER_KEPT)], Json(TextAnswer::from(&*text))).into_response()),
        Err(refusal) => elsewhere(refusal, "/text"),
    }
}

impl From<&ItemText> for TextAnswer {
    fn from(text: &ItemText) -> Self {
        Self {
            source: match text.source {
                TextSource::GitHub => "github",
                TextSource::Deliveries => "deliveries",
            },
            fetched_at: text.fetched_at,
            body: text.body.as_ref().map(TextEntry::from),
            entries: text.said.iter().map(TextEntry::from).collect(),
            before: text.before.clone(),
        }
    }
}

impl From<&ShownText> for TextEntry {
    fn from(shown: &ShownText) -> Self {
        let ShownText { spoken, bot, html } = shown;
        Self {
            kind: match spoken.kind {
                SpokenKind::Body => "body",
                SpokenKind::Comment => "comment",
                SpokenKind::Reply => "reply",
                SpokenKind::Review => "review",
                SpokenKind::ReviewComment => "review_comment",
            },
            id: spoken.id,
            author: spoken.author.as_ref().map(|author| author.login.clone()).filter(|login| !login.is_empty()),
            bot: bot.map(BotReason::name),
            association: spoken.association.map(Association::name),
            created_at: spoken.created_at,
            edited_at: spoken.edited_at,
            url: spoken.url.clone(),
            html: html.clone(),
            verdict: spoken.verdict.map(|verdict| match verdict {
                Verdict::Commented => "commented",
                Verdict::Approved => "approved",
                Verdict::ChangesRequested => "changes_requested",
                Verdict::Dismissed => "dismissed",
            }),
            replies_to: spoken.replies_to,
            path: spoken.path.clone(),
            line: spoken.line,
            is_answer: spoken.is_answer,
            minimized: spoken.minimized.clone(),
            further: spoken.further,
        }
    }
}
