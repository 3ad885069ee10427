//! `GET /api/v1/items/{owner}/{repo}/{number}/similar`: items whose titles are like an item's.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::AppState;
use super::description::answers::{Elsewhere, NoAccount, Refused};
use super::description::params::ItemPath;
use super::description::schemas;
use super::items::{elsewhere, item_address};
use super::params::Params;
use super::problem::Problem;
use crate::service::Viewer;
use crate::service::similar::{SimilarItem, SimilarItems};

const USUAL_LIMIT: usize = 10;
const LARGEST_LIMIT: u64 = 50;

/// Items that are like another.
#[derive(Debug, Serialize, ToSchema)]
pub struct SimilarAnswer {
    /// The position of the account's log that the answer includes.
    position: i64,
    /// The most alike first. Empty if none is alike.
    items: Vec<SimilarRow>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SimilarRow {
    /// How alike the titles are: from 0.3 to 1 (the same words), to three decimals.
    #[schema(example = 0.714)]
    score: f64,
    #[schema(example = "acme/widgets")]
    repository: String,
    #[schema(value_type = schemas::ItemType, example = "Issue")]
    r#type: &'static str,
    #[schema(example = 7)]
    number: i64,
    title: String,
    #[schema(example = "https://github.com/acme/widgets/issues/7")]
    url: String,
    #[schema(value_type = schemas::ItemState, example = "closed")]
    state: &'static str,
    author: Option<String>,
    labels: Vec<String>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    /// When it was closed. Null if it is open, or if GitHub has not told.
    closed_at: Option<DateTime<Utc>>,
    /// Why it was closed: `merged`, or what GitHub says, such as `duplicate`. Null if it is open, or if GitHub has not told.
    #[schema(example = "completed")]
    closed_reason: Option<String>,
}

/// List items that are like another.
///
/// Items of the same account with alike titles, open and closed ones, the most alike first: what may have been said before.
/// Titles are alike by the runs of three letters that they have in common.
#[utoipa::path(
    get, path = "/api/v1/items/{owner}/{repo}/{number}/similar", tag = "items", operation_id = "list_similar_items",
    params(
        ItemPath,
        ("limit" = Option<usize>, Query, description = "How many items are listed at most. By default 10.", minimum = 1, maximum = 50),
    ),
    responses(
        (status = 200, description = "The most alike first", body = SimilarAnswer),
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
    params.only(&["account", "limit"])?;
    let limit = params.number("limit", 1, LARGEST_LIMIT)?.and_then(|limit| usize::try_from(limit).ok());
    let address = item_address(path, &params)?;
    match state.service.similar_items(&viewer, &address, limit.unwrap_or(USUAL_LIMIT)).await {
        Ok(SimilarItems { position, items }) => {
            let items = items.into_iter().map(SimilarRow::from).collect();
            let answer = SimilarAnswer { position, items };
            Ok(([(CACHE_CONTROL, "private, no-cache")], Json(answer)).into_response())
        }
        Err(refusal) => elsewhere(refusal, "/similar"),
    }
}

impl From<SimilarItem> for SimilarRow {
    fn from(SimilarItem { likeness, item }: SimilarItem) -> Self {
        Self {
            score: (likeness * 1_000.0).round() / 1_000.0,
            repository: format!("{}/{}", item.owner, item.repository),
            r#type: item.item_type.name(),
            number: item.place.number,
            url: item.url(),
            title: item.title,
            state: item.state.name(),
            author: item.author,
            labels: item.labels,
            created_at: item.place.created_at,
            updated_at: item.updated_at,
            closed_at: item.closed_at,
            closed_reason: item.closed_reason,
        }
    }
}
