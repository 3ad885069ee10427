//! `GET /api/v1/scrubs/{number}/deck`: the rows of a scrub.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::HiddenRowAnswer;
use super::number::scrub_number;
use crate::http::AppState;
use crate::http::description::answers::{NoAccount, Refused};
use crate::http::description::params::{AccountParam, ScrubPath};
use crate::http::description::schemas;
use crate::http::outside::RequestOrigin;
use crate::http::pages::link;
use crate::http::params::Params;
use crate::http::problem::Problem;
use crate::http::row::{QueueRow, ReadMark};
use crate::rank::stale_age;
use crate::scrub::deck::{DeckRow, Happening};
use crate::service::Viewer;
use crate::service::scrubs::deck::{DeckPage, ShownRow};

/// How many rows a page has by default, and at most.
const PAGE: u64 = 100;
const LARGEST_PAGE: u64 = 1_000;

/// A page of a deck.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeckAnswer {
    rows: Vec<DeckRowAnswer>,
    /// Null unless you are signed in, attend, and the group is at a row that you may not see.
    hidden_row: Option<HiddenRowAnswer>,
    /// The address of the next page; null on the last page.
    next: Option<String>,
    /// The parameter `cursor` of the next page; null on the last page.
    next_cursor: Option<String>,
}

/// A row of a deck, as it was when the scrub was opened, and what has happened to its item since.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeckRowAnswer {
    /// Its place, from 1, which `advance` takes. If the scrub is known only from a spreadsheet, only the order
    /// matters.
    place: i64,
    /// Its rank in the account's whole queue when the scrub was opened; the days are of that time too. Null if the
    /// scrub is known only from a spreadsheet.
    rank: Option<i64>,
    days_age: Option<i64>,
    days_stale: Option<i64>,
    stale_age: Option<f64>,
    /// Where the item was when the scrub was opened.
    #[schema(example = "acme/widgets")]
    repository: String,
    #[schema(example = 12)]
    number: i64,
    /// `current`, `read` (in this scrub), `skipped`, `read elsewhere` (in this round, but outside of this scrub),
    /// `closed`, `deleted`, `gone` (to where it may not be seen) or `waiting`.
    #[schema(value_type = schemas::RowStatus, example = "waiting")]
    status: &'static str,
    /// Whether the item was updated after the scrub was opened.
    changed: bool,
    /// The item as it is now, wherever it is; if it is open, with its rank in today's queue. Null if it was deleted or may
    /// not be seen.
    item: Option<QueueRow>,
    /// The last reading before this scrub. Null if there is none.
    last_read: Option<ReadMark>,
    /// What humans did after that reading and before the group met the item; the first 100.
    since_last_read: Vec<HappeningRow>,
    /// What happened to the item while it was under the cursor.
    outcomes: Vec<HappeningRow>,
    arrived_at: Option<DateTime<Utc>>,
    left_at: Option<DateTime<Utc>>,
}

/// Something that GitHub told about an item.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HappeningRow {
    #[schema(example = "labeled")]
    kind: String,
    /// The label, assignee or milestone that it is about.
    #[schema(example = "bug")]
    about: Option<String>,
    actor: Option<String>,
    human: bool,
    at: Option<DateTime<Utc>>,
    position: i64,
}

impl From<Happening> for HappeningRow {
    fn from(happening: Happening) -> Self {
        let Happening { position, at, kind, actor, human, about } = happening;
        Self { kind, about, actor, human, at, position }
    }
}

/// Show the deck of a scrub.
///
/// The rows stay in the order in which they were dealt. Each shows what has happened to its item since.
#[utoipa::path(
    get, path = "/api/v1/scrubs/{number}/deck", tag = "scrubs", operation_id = "list_deck",
    params(
        ScrubPath,
        AccountParam,
        ("after" = Option<i64>, Query, description = "Only rows after this place", minimum = 0),
        ("cursor" = Option<String>, Query, description = "The `next_cursor` of the page before. Beside `after`, both hold.", pattern = "^(0|[1-9][0-9]{0,17})$"),
        ("limit" = Option<i64>, Query, description = "How many rows a page has, 1 to 1,000; by default 100", minimum = 1, maximum = 1000),
    ),
    responses((status = 200, description = "A page of rows", body = DeckAnswer, headers(("Link"))), Refused, NoAccount),
)]
pub async fn show(
    State(state): State<AppState>,
    viewer: Viewer,
    Path(number): Path<String>,
    params: Params,
    outside: RequestOrigin,
) -> Result<Response, Problem> {
    params.only(&["account", "after", "cursor", "limit"])?;
    let after = params.after()?;
    let limit = params.number("limit", 1, LARGEST_PAGE)?.unwrap_or(PAGE);
    let limit = i64::try_from(limit).unwrap_or(1);
    let (account, number) = (params.one("account")?, scrub_number(&number));
    let page = state.service.show_deck(&viewer, account, number, (after.unwrap_or(0), limit)).await?;
    let DeckPage { account_id, scrub, rows, hidden_row, next } = page;
    let first = format!("/api/v1/scrubs/{number}/deck?account={account_id}&limit={limit}");
    let following = next.map(|after| format!("{first}&after={after}"));
    let answer = DeckAnswer {
        rows: rows.into_iter().map(|row| DeckRowAnswer::of(row, !scrub.imported)).collect(),
        hidden_row: hidden_row.map(HiddenRowAnswer::from),
        next: following.as_ref().map(|next| outside.path(next)),
        next_cursor: next.map(|after| after.to_string()),
    };
    let links = link([("next", following), ("first", Some(first))]);
    Ok(([(CACHE_CONTROL, "private, no-cache")], links, Json(answer)).into_response())
}

impl DeckRowAnswer {
    /// `dealt` says whether the scrub had a deck. It had none if it is known only from a spreadsheet.
    pub fn of(shown: ShownRow, dealt: bool) -> Self {
        let ShownRow { row, item, changed } = shown;
        let DeckRow { place, frozen, status, visit, repository, read_before, news, outcomes, .. } = row;
        Self {
            place,
            rank: dealt.then_some(frozen.rank),
            days_age: dealt.then_some(frozen.days_age),
            days_stale: dealt.then_some(frozen.days_stale),
            stale_age: dealt.then(|| stale_age(frozen.days_age, frozen.days_stale)),
            repository,
            number: frozen.number,
            status: status.name(),
            changed,
            item: item.map(QueueRow::from),
            last_read: read_before.as_ref().map(ReadMark::from),
            since_last_read: news.into_iter().map(HappeningRow::from).collect(),
            outcomes: outcomes.into_iter().map(HappeningRow::from).collect(),
            arrived_at: visit.arrived.map(|(_, at)| at),
            left_at: visit.left.map(|(_, at)| at),
        }
    }
}
