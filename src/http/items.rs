//! `GET /api/v1/items/{owner}/{repo}/{number}`: one item, why it ranks where it does, and what
//! happened to it.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, LOCATION};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::AppState;
use super::caching::NOT_KEPT;
use super::description::answers::{Elsewhere, NoAccount, NotReached, Refused};
use super::description::params::{ItemPath, MinPositionParam};
use super::description::schemas;
use super::params::{Params, digits};
use super::problem::Problem;
use super::row::{QueueRow, ReadMark};
use crate::activity::BotReason;
use crate::service::items::{ExplainedItem, ItemAddress, ItemEvent};
use crate::service::{Refusal, Viewer};

/// One item.
#[derive(Debug, Serialize, ToSchema)]
pub struct ItemAnswer {
    #[serde(flatten)]
    row: QueueRow,
    /// The date to which days are counted, in the account's time zone.
    as_of: NaiveDate,
    /// The position of the account's log that the answer includes.
    position: i64,
    explanation: Explanation,
    /// Who read it, in scrubs and outside of them, oldest first; the last 50 times.
    marks: Vec<ReadMark>,
    /// What happened to the item, on GitHub and here, oldest first; the last 1,000 events.
    history: Vec<HistoryEvent>,
    /// Whether older events were left out of `history`.
    truncated: bool,
}

/// Why an item ranks where it does.
#[derive(Debug, Serialize, ToSchema)]
pub struct Explanation {
    #[schema(example = 1200)]
    days_age: i64,
    #[schema(example = 800)]
    days_stale: i64,
    /// (days_age + 1) * (days_stale + 1), by which items are ordered.
    #[schema(example = 962001)]
    product: i64,
    /// The calculation in words.
    #[schema(example = "log10((1200 days old + 1) x (800 days stale + 1)) = log10(962001) = 5.983176")]
    formula: String,
    /// The event that set `updated_at`. Null if it is not known.
    updated_by: Option<HistoryEvent>,
    /// The stale-age with the days since the last human activity. Null if none is known.
    human_stale_age: Option<f64>,
}

/// Something that happened to an item.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HistoryEvent {
    /// The event's position in the account's log, which is the order in which deliveries came.
    #[schema(example = 99_812)]
    position: i64,
    #[schema(example = "commented")]
    kind: String,
    /// Null if GitHub does not say.
    #[schema(example = "octocat")]
    actor: Option<String>,
    /// False for bots. Null if there is no actor.
    human: Option<bool>,
    /// Why the actor counts as a bot: `github` calls it one, its `name` ends as bots' do, or a `setting` names it. Null for
    /// others.
    #[schema(value_type = Option<schemas::BotReason>)]
    bot: Option<&'static str>,
    /// GitHub's time. Null if the payload has none.
    occurred_at: Option<DateTime<Utc>>,
}

/// Show one item.
///
/// The answer has the fields of a row of the queue, whether the item is open or not. It also says why the item ranks
/// where it does, and what happened to it. If the item was transferred, the answer is the address of its new place,
/// if the token may see that.
#[utoipa::path(
    get, path = "/api/v1/items/{owner}/{repo}/{number}", tag = "items", operation_id = "show_item",
    params(
        ItemPath,
        MinPositionParam,
    ),
    responses(
        (status = 200, description = "The item", body = ItemAnswer),
        Elsewhere,
        Refused, NoAccount, NotReached,
    ),
)]
pub async fn show(
    State(state): State<AppState>,
    viewer: Viewer,
    Path(path): Path<(String, String, String)>,
    params: Params,
) -> Result<Response, Problem> {
    params.only(&["account", "min_position"])?;
    match state.service.show_item(&viewer, &item_address(path, &params)?, params.position()?).await {
        Ok(item) => Ok(([(CACHE_CONTROL, "private, no-cache")], Json(ItemAnswer::from(item))).into_response()),
        Err(refusal) => elsewhere(refusal, ""),
    }
}

/// The item that a path names.
///
/// # Errors
/// 400 if the number is not a number.
pub fn item_address(
    (owner, repository, number): (String, String, String),
    params: &Params,
) -> Result<ItemAddress, Problem> {
    let number = digits(&number).filter(|number: &i64| *number > 0);
    let number = number.ok_or_else(|| Problem::bad_parameter("number").detail("A whole number from 1."))?;
    Ok(ItemAddress { account: params.one("account")?.map(str::to_owned), owner, repository, number })
}

/// The answer for an item that is no longer at its address: 308 to its new address, followed by `below`.
///
/// # Errors
/// Any other refusal, as it is.
pub fn elsewhere(refusal: Refusal, below: &str) -> Result<Response, Problem> {
    let Refusal::ItemMoved { account_id, owner, repository, number } = refusal else { return Err(refusal.into()) };
    let address = format!("/api/v1/items/{owner}/{repository}/{number}{below}?account={account_id}");
    let address = HeaderValue::try_from(address).map_err(|_| Refusal::UnknownItem)?;
    let headers = [(LOCATION, address), (CACHE_CONTROL, HeaderValue::from_static(NOT_KEPT))];
    Ok((StatusCode::PERMANENT_REDIRECT, headers).into_response())
}

impl From<ExplainedItem> for ItemAnswer {
    fn from(explained: ExplainedItem) -> Self {
        let ExplainedItem { shown, as_of, position, updated_by, history, truncated } = explained;
        let product = shown.item.place.product;
        let marks = shown.item.remarks.marks.iter().map(ReadMark::from).collect();
        let row = QueueRow::from(shown);
        let (days_age, days_stale) = (row.days_age, row.days_stale);
        let formula = format!(
            "log10(({days_age} days old + 1) x ({days_stale} days stale + 1)) = log10({product}) = {}",
            row.stale_age
        );
        let (human_stale_age, updated_by) = (row.human_stale_age, updated_by.map(HistoryEvent::from));
        let explanation = Explanation { days_age, days_stale, product, formula, updated_by, human_stale_age };
        let history = history.into_iter().map(HistoryEvent::from).collect();
        Self { row, as_of, position, explanation, marks, history, truncated }
    }
}

impl From<ItemEvent> for HistoryEvent {
    fn from(event: ItemEvent) -> Self {
        let ItemEvent { position, kind, actor, bot, occurred_at } = event;
        let human = actor.is_some().then_some(bot.is_none());
        Self { position, kind, actor, human, bot: bot.map(BotReason::name), occurred_at }
    }
}
