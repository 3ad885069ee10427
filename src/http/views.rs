//! `/api/v1/views`: named filters, built in, declared in a file, or stored per account.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::AppState;
use super::description::answers::{BadBody, NoAccount, NotReached, Refused};
use super::description::params::{AccountParam, CountsParam, MinPositionParam};
use super::description::schemas::{self, ViewName};
use super::json::{Body, Whole};
use super::params::Params;
use super::problem::Problem;
use crate::rank::{Criteria, Order, criterion};
use crate::scrub::{Origin, View};
use crate::service::Viewer;
use crate::service::views::{self, CountViews, ListedView, StoredView, ViewCounts};

/// The views of an account.
#[derive(Debug, Serialize, ToSchema)]
pub struct ViewsAnswer {
    views: Vec<ViewRow>,
}

/// A view.
#[derive(Debug, Serialize, ToSchema)]
pub struct ViewRow {
    #[schema(example = "needs-info")]
    name: String,
    /// What it is called; its name if it was given no title.
    #[schema(example = "Needs information")]
    title: String,
    description: String,
    /// What to do with its items, in a sentence. May be empty.
    #[schema(example = "Ask for a reproduction or close it.")]
    resolution: String,
    /// How many items it may have and still count as done: 0 if an empty list means done. Null if it never does.
    #[schema(example = 0)]
    target: Option<i64>,
    /// `builtin`, `file` (declared where the service is installed) or `stored`.
    #[schema(value_type = schemas::ViewOrigin)]
    origin: Origin,
    /// The queue's filters by name. Each is a text, true or false, or a list of texts. `180d` keeps meaning 180 days
    /// ago, whenever the view is used.
    #[schema(value_type = schemas::ViewFilter, example = json!({"state": "open", "type": ["Issue", "Discussion"], "label": "-triaged"}))]
    filter: Criteria,
    #[schema(value_type = schemas::Order)]
    order: Order,
    /// What it has now; only with `counts=true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = ViewCountsRow, required = false)]
    counts: Option<ViewCountsRow>,
}

/// What a view has now, of what the token may see.
#[derive(Debug, Serialize, ToSchema)]
pub struct ViewCountsRow {
    /// How many items it has. Null if it shows others than open ones: `/queue` counts those.
    #[schema(example = 17)]
    items: Option<i64>,
    /// How many of them nobody has read in its round. Null as `items` is.
    #[schema(example = 5)]
    unread: Option<i64>,
    /// The position of the account's log that the counts include.
    position: i64,
}

/// A view to be stored.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"title": "Needs information", "description": "We cannot tell what is wrong", "resolution": "Ask for a reproduction or close it.", "target": 0, "filter": {"type": ["Issue"], "label": "needs-info"}, "order": "stalest"}))]
pub struct ViewPlan {
    /// What it is called; by default its name.
    #[serde(default)]
    #[schema(required = false, max_length = 200, pattern = "^[^\\x00]*$")]
    title: String,
    #[serde(default)]
    #[schema(required = false, max_length = 1_000, pattern = "^[^\\x00]*$")]
    description: String,
    /// What to do with its items, in a sentence.
    #[serde(default)]
    #[schema(required = false, max_length = 1_000, pattern = "^[^\\x00]*$")]
    resolution: String,
    /// How many items it may have and still count as done: 0 if an empty list means done. By default it never does.
    #[serde(default)]
    #[schema(value_type = Option<i64>, required = false, minimum = 0, maximum = 1_000_000_000)]
    target: Option<Whole>,
    /// The queue's filters by name. Each is a text, true or false, or a list of texts.
    #[serde(default)]
    #[schema(value_type = schemas::ViewFilter, required = false)]
    filter: GivenFilter,
    /// By default `stalest`.
    #[serde(default)]
    #[schema(value_type = schemas::Order, required = false)]
    order: Order,
}

/// A filter, each of whose values has the shape that its criterion takes.
#[derive(Debug, Default)]
struct GivenFilter(Criteria);

impl<'de> Deserialize<'de> for GivenFilter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let given = serde_json::Map::deserialize(deserializer)?;
        for (name, value) in &given {
            let takes = match (criterion::named(name), value) {
                (Some(criterion), Value::Bool(_)) => criterion.is_flag(),
                (Some(criterion), Value::Array(_)) => !criterion.is_flag() && !criterion.is_date(),
                _ => true,
            };
            if !takes {
                return Err(D::Error::custom(format!("the filter {name} is not a value that it takes: {value}")));
            }
        }
        let criteria = Criteria::deserialize(Value::Object(given));
        criteria.map(Self).map_err(D::Error::custom)
    }
}

impl From<ListedView> for ViewRow {
    fn from((origin, view, counts): ListedView) -> Self {
        let title = view.heading().to_owned();
        let View { name, description, resolution, target, filter, order, .. } = view;
        let counts = counts.map(|ViewCounts { position, items, unread }| ViewCountsRow { items, unread, position });
        Self { name, title, description, resolution, target, origin, filter, order, counts }
    }
}

/// List the views of an account.
///
/// With `counts=true` also how many items each has now, and how many of them are unread. All of that is of one moment.
#[utoipa::path(
    get, path = "/api/v1/views", tag = "views", operation_id = "list_views",
    params(AccountParam, CountsParam, MinPositionParam),
    responses((status = 200, description = "By name", body = ViewsAnswer), Refused, NoAccount, NotReached),
)]
pub async fn list(State(state): State<AppState>, viewer: Viewer, params: Params) -> Result<Json<ViewsAnswer>, Problem> {
    params.only(&["account", "counts", "min_position"])?;
    let views = state.service.list_views(&viewer, params.one("account")?, counted(&params)?).await?;
    Ok(Json(ViewsAnswer { views: views.into_iter().map(ViewRow::from).collect() }))
}

/// Show one view.
#[utoipa::path(
    get, path = "/api/v1/views/{name}", tag = "views", operation_id = "show_view",
    params(
        ("name" = ViewName, Path, description = "The view's name", example = "bug-scrub"),
        AccountParam, CountsParam, MinPositionParam,
    ),
    responses((status = 200, description = "The view", body = ViewRow), Refused, NoAccount, NotReached),
)]
pub async fn show(
    State(state): State<AppState>,
    viewer: Viewer,
    Path(name): Path<String>,
    params: Params,
) -> Result<Json<ViewRow>, Problem> {
    params.only(&["account", "counts", "min_position"])?;
    Ok(Json(state.service.show_view(&viewer, params.one("account")?, &name, counted(&params)?).await?.into()))
}

/// Whether what views have is counted.
fn counted(params: &Params) -> Result<Option<CountViews>, Problem> {
    let min_position = params.position()?;
    Ok(params.flag("counts")?.unwrap_or_default().then_some(CountViews { min_position }))
}

/// Store a view.
///
/// It replaces a stored view of the same name, in whole: what is left out is empty. A built-in one, such as `open` or
/// `needs-triage`, only a token with the scope `admin` may replace. A view that is declared in a file cannot be changed here.
#[utoipa::path(
    put, path = "/api/v1/views/{name}", tag = "views", operation_id = "write_view",
    params(
        ("name" = ViewName, Path, description = "The view's name", example = "needs-info"),
        AccountParam,
    ),
    request_body = ViewPlan,
    responses(
        (status = 200, description = "The view was replaced", body = ViewRow),
        (status = 201, description = "The view is new", body = ViewRow),
        BadBody, Refused, NoAccount,
    ),
)]
pub async fn put(
    State(state): State<AppState>,
    viewer: Viewer,
    Path(name): Path<String>,
    params: Params,
    Body(new): Body<ViewPlan>,
) -> Result<Response, Problem> {
    params.only(&["account"])?;
    let ViewPlan { title, description, resolution, target, filter, order } = new;
    let target = target.map(|Whole(target)| target);
    let new = views::NewView { name, title, description, resolution, target, filter: filter.0, order };
    let StoredView { view, is_new } = state.service.store_view(&viewer, params.one("account")?, new).await?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(ViewRow::from((Origin::Stored, view, None)))).into_response())
}

/// Delete a stored view.
#[utoipa::path(
    delete, path = "/api/v1/views/{name}", tag = "views", operation_id = "delete_view",
    params(
        ("name" = ViewName, Path, description = "The view's name", example = "needs-info"),
        AccountParam,
    ),
    responses((status = 204, description = "The view was deleted"), Refused, NoAccount),
)]
pub async fn delete(
    State(state): State<AppState>,
    viewer: Viewer,
    Path(name): Path<String>,
    params: Params,
) -> Result<StatusCode, Problem> {
    params.only(&["account"])?;
    state.service.delete_view(&viewer, params.one("account")?, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}
