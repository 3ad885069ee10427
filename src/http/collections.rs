//! `/api/v1/collections`: several views in one answer, as a meeting's agenda.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, ETAG, VARY};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::{IntoParams, ToSchema};

use super::AppState;
use super::description::answers::{NoAccount, NotReached, Refused};
use super::description::params::{AccountParam, MinPositionParam, in_query};
use super::description::schemas::{self, ViewName, number};
use super::etag;
use super::outside::RequestOrigin;
use super::params::Params;
use super::problem::Problem;
use super::row::QueueRow;
use super::warnings::{Warning, warnings};
use crate::scrub::{Collection, Origin};
use crate::service::Viewer;
use crate::service::collections::{CollectedView, CollectionQuestion, CountedView, MissingView, ShownCollection};
use crate::service::queue::VersionedAnswer;

const USUAL_ROWS: usize = 5;
const MOST_ROWS: i64 = 50;

/// How many items of each view are shown.
pub struct RowsParam;

impl IntoParams for RowsParam {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        vec![in_query("rows", "How many items of each view are shown. By default 5.", number(0, MOST_ROWS))]
    }
}

/// The collections there are.
#[derive(Debug, Serialize, ToSchema)]
pub struct CollectionsAnswer {
    collections: Vec<CollectionRow>,
}

/// A collection of views.
#[derive(Debug, Serialize, ToSchema)]
pub struct CollectionRow {
    #[schema(example = "agenda")]
    name: String,
    /// What it is called; its name if it was given no title.
    #[schema(example = "Agenda")]
    title: String,
    description: String,
    /// `builtin`, or `file` (declared where the service is installed).
    #[schema(value_type = schemas::ViewOrigin)]
    origin: Origin,
    /// The names of its views. An account may have no view of such a name.
    #[schema(example = json!(["needs-triage", "waiting-for-us"]))]
    views: Vec<String>,
}

impl From<(Origin, Collection)> for CollectionRow {
    fn from((origin, collection): (Origin, Collection)) -> Self {
        let title = collection.heading().to_owned();
        let Collection { name, description, views, .. } = collection;
        Self { name, title, description, origin, views }
    }
}

/// A collection with what its views have.
#[derive(Debug, Serialize, ToSchema)]
pub struct CollectionAnswer {
    #[schema(example = "agenda")]
    name: String,
    /// What it is called; its name if it was given no title.
    #[schema(example = "Agenda")]
    title: String,
    description: String,
    /// `builtin`, or `file` (declared where the service is installed).
    #[schema(value_type = schemas::ViewOrigin)]
    origin: Origin,
    /// The date to which days are counted, in the account's time zone.
    as_of: NaiveDate,
    /// The position of the account's log that the answer includes. Its views of open items are of this one moment. A view
    /// of other items is read afterwards, and may be later.
    position: i64,
    /// In the collection's order.
    views: Vec<CollectedViewRow>,
}

/// A view of a collection, and what it has.
#[derive(Debug, Serialize, ToSchema)]
pub struct CollectedViewRow {
    #[schema(example = "needs-triage")]
    name: String,
    /// What it is called; its name if it was given no title.
    #[schema(example = "Needs triage")]
    title: String,
    description: String,
    /// What to do with its items, in a sentence. May be empty.
    #[schema(example = "Ask for a reproduction or close it.")]
    resolution: String,
    /// How many items it may have and still count as done. Null if it never does.
    #[schema(example = 0)]
    target: Option<i64>,
    /// Whether it has no more items than its target. Null without a target, and if there is no such view.
    done: Option<bool>,
    /// How many items it has.
    #[schema(example = 17)]
    total: i64,
    /// The first of them, in the view's order.
    items: Vec<QueueRow>,
    /// The median of the whole days for which its items have waited, since `waits_since`: of all of them, not of the rows
    /// alone. Null if it is known of none.
    #[schema(example = 12.5)]
    median_wait_days: Option<f64>,
    /// Of how many items it is known since when they wait, so that the median is that of these.
    #[schema(example = 16)]
    waits_known: usize,
    /// The address of its queue, which has all of them. Null if there is no such view.
    #[schema(example = "/api/v1/queue?account=9919&view=needs-triage")]
    queue: Option<String>,
    /// The view's name, if the account has no such view or nobody understands its filter any more; or names in its filter
    /// that nothing has which the token may see.
    /// Usually none.
    warnings: Vec<Warning>,
}

impl CollectedViewRow {
    fn of(collected: CollectedView, queue: impl Fn(&str) -> String) -> Self {
        let counted = match collected {
            CollectedView::Here(counted) => *counted,
            CollectedView::Missing(missing) => return Self::missing(missing),
        };
        let CountedView { view, total, items, waits, unknown } = counted;
        Self {
            title: view.heading().to_owned(),
            done: view.is_done(total),
            queue: Some(queue(&view.name)),
            name: view.name,
            description: view.description,
            resolution: view.resolution,
            target: view.target,
            total,
            items: items.into_iter().map(QueueRow::from).collect(),
            median_wait_days: waits.median_days,
            waits_known: waits.known,
            warnings: warnings(unknown),
        }
    }

    fn missing(missing: MissingView) -> Self {
        Self {
            name: missing.name.clone(),
            title: missing.name.clone(),
            description: String::new(),
            resolution: String::new(),
            target: None,
            done: None,
            total: 0,
            items: vec![],
            median_wait_days: None,
            waits_known: 0,
            queue: None,
            warnings: vec![missing.into()],
        }
    }
}

/// List the collections of views.
#[utoipa::path(
    get, path = "/api/v1/collections", tag = "views", operation_id = "list_collections",
    params(AccountParam),
    responses((status = 200, description = "By name", body = CollectionsAnswer), Refused, NoAccount),
)]
pub async fn list(
    State(state): State<AppState>,
    viewer: Viewer,
    params: Params,
) -> Result<Json<CollectionsAnswer>, Problem> {
    params.only(&["account"])?;
    let collections = state.service.list_collections(&viewer, params.one("account")?).await?;
    Ok(Json(CollectionsAnswer { collections: collections.iter().cloned().map(CollectionRow::from).collect() }))
}

/// Show a collection of views.
///
/// Of each view: what it is called and what to do with its items, how many there are and whether that is done, the first
/// rows as the queue has them, and for how long all of its items have waited. So a meeting's agenda is one request.
#[utoipa::path(
    get, path = "/api/v1/collections/{name}", tag = "views", operation_id = "show_collection",
    params(
        ("name" = ViewName, Path, description = "The collection's name", example = "agenda"),
        AccountParam, RowsParam, MinPositionParam,
    ),
    responses(
        (status = 200, description = "The collection", body = CollectionAnswer, headers(("Vary"))),
        Refused, NoAccount, NotReached,
    ),
)]
pub async fn show(
    State(state): State<AppState>,
    viewer: Viewer,
    Path(name): Path<String>,
    params: Params,
    outside: RequestOrigin,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    params.only(&["account", "rows", "min_position"])?;
    let rows = params.number("rows", 0, MOST_ROWS.unsigned_abs())?.and_then(|rows| usize::try_from(rows).ok());
    let question = CollectionQuestion {
        account: params.one("account")?.map(str::to_owned),
        name,
        rows: rows.unwrap_or(USUAL_ROWS),
        min_position: params.position()?,
    };
    let form = format!("collection{}", outside.prefix());
    let is_known = |version: &_| etag::is_known(&headers, &etag::tag(version, &form));
    let (version, body) = match state.service.show_collection(&viewer, question, is_known).await? {
        VersionedAnswer::Known(version) => (version, StatusCode::NOT_MODIFIED.into_response()),
        VersionedAnswer::New(version, shown) => (version, Json(CollectionAnswer::of(shown, &outside)).into_response()),
    };
    let about = [
        (ETAG, etag::tag(&version, &form)),
        (CACHE_CONTROL, "private, no-cache".into()),
        (VARY, "Authorization".into()),
    ];
    Ok((about, body).into_response())
}

impl CollectionAnswer {
    fn of(shown: ShownCollection, outside: &RequestOrigin) -> Self {
        let ShownCollection { account_id, origin, collection, as_of, position, views } = shown;
        let queue = |view: &str| outside.path(&format!("/api/v1/queue?account={account_id}&view={view}"));
        Self {
            title: collection.heading().to_owned(),
            name: collection.name,
            description: collection.description,
            origin,
            as_of,
            position,
            views: views.into_iter().map(|view| CollectedViewRow::of(view, queue)).collect(),
        }
    }
}
