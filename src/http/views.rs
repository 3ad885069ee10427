//! `/api/v1/views`: named filters, built in, declared in a file, or stored per account.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::AppState;
use super::json::Body;
use super::params::Params;
use super::problem::{NoAccount, Problem, Refused};
use crate::rank::{Criteria, Order};
use crate::scrub::{Origin, View};
use crate::service::Viewer;
use crate::service::views::{self, StoredView};

/// The views of an account.
#[derive(Debug, Serialize, ToSchema)]
pub struct ViewsAnswer {
    views: Vec<ViewRow>,
}

/// A view.
#[derive(Debug, Serialize, ToSchema)]
pub struct ViewRow {
    #[schema(example = "needs-triage")]
    name: String,
    description: String,
    /// `builtin`, `file` (declared where the service is installed) or `stored`.
    #[schema(value_type = String, example = "stored")]
    origin: Origin,
    /// The queue's filters by name. Each is a text, true or false, or a list of texts. `180d` keeps meaning 180 days
    /// ago, whenever the view is used.
    #[schema(value_type = Object, example = json!({"state": "open", "type": ["Issue", "Discussion"], "label": "-triaged"}))]
    filter: Criteria,
    #[schema(value_type = String, example = "stalest")]
    order: Order,
}

/// A view to be stored.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"description": "Nobody has looked yet", "filter": {"type": ["Issue"], "label": "-triaged"}, "order": "stalest"}))]
pub struct NewView {
    #[serde(default)]
    #[schema(required = false)]
    description: String,
    /// The queue's filters by name. Each is a text, true or false, or a list of texts.
    #[serde(default)]
    #[schema(value_type = Object, required = false)]
    filter: Criteria,
    /// `stalest` (the default), `freshest`, `oldest` or `newest`.
    #[serde(default)]
    #[schema(value_type = String, required = false)]
    order: Order,
}

impl From<(Origin, View)> for ViewRow {
    fn from((origin, view): (Origin, View)) -> Self {
        let View { name, description, filter, order } = view;
        Self { name, description, origin, filter, order }
    }
}

/// List the views of an account.
#[utoipa::path(
    get, path = "/api/v1/views", tag = "views", operation_id = "list_views",
    params(("account" = Option<String>, Query, description = "A login or id; may be left out if the token sees one account")),
    responses((status = 200, description = "By name", body = ViewsAnswer), Refused, NoAccount),
)]
pub async fn list(State(state): State<AppState>, viewer: Viewer, params: Params) -> Result<Json<ViewsAnswer>, Problem> {
    params.only(&["account"])?;
    let views = state.service.list_views(&viewer, params.one("account")?).await?;
    Ok(Json(ViewsAnswer { views: views.into_iter().map(ViewRow::from).collect() }))
}

/// Show one view.
#[utoipa::path(
    get, path = "/api/v1/views/{name}", tag = "views", operation_id = "show_view",
    params(
        ("name" = String, Path, description = "The view's name", example = "bug-scrub"),
        ("account" = Option<String>, Query, description = "A login or id; may be left out if the token sees one account"),
    ),
    responses((status = 200, description = "The view", body = ViewRow), Refused, NoAccount),
)]
pub async fn show(
    State(state): State<AppState>,
    viewer: Viewer,
    Path(name): Path<String>,
    params: Params,
) -> Result<Json<ViewRow>, Problem> {
    params.only(&["account"])?;
    Ok(Json(state.service.show_view(&viewer, params.one("account")?, &name).await?.into()))
}

/// Store a view.
///
/// It replaces a stored view of the same name. A built-in one (`open`, `bug-scrub`, `never-read`) only a token with the
/// scope `admin` may replace. A view that is declared in a file cannot be changed here.
#[utoipa::path(
    put, path = "/api/v1/views/{name}", tag = "views", operation_id = "write_view",
    params(
        ("name" = String, Path, description = "1 to 64 lower-case letters, digits and hyphens", example = "needs-triage"),
        ("account" = Option<String>, Query, description = "A login or id; may be left out if the token sees one account"),
    ),
    request_body = NewView,
    responses(
        (status = 200, description = "The view was replaced", body = ViewRow),
        (status = 201, description = "The view is new", body = ViewRow),
        (status = 413, description = "The body is larger than 64 KiB", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "The body is not application/json", body = Problem, content_type = "application/problem+json"),
        Refused, NoAccount,
    ),
)]
pub async fn put(
    State(state): State<AppState>,
    viewer: Viewer,
    Path(name): Path<String>,
    params: Params,
    Body(new): Body<NewView>,
) -> Result<Response, Problem> {
    params.only(&["account"])?;
    let NewView { description, filter, order } = new;
    let new = views::NewView { name, description, filter, order };
    let StoredView { view, is_new } = state.service.store_view(&viewer, params.one("account")?, new).await?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(ViewRow::from((Origin::Stored, view)))).into_response())
}

/// Delete a stored view.
#[utoipa::path(
    delete, path = "/api/v1/views/{name}", tag = "views", operation_id = "delete_view",
    params(
        ("name" = String, Path, description = "The view's name", example = "needs-triage"),
        ("account" = Option<String>, Query, description = "A login or id; may be left out if the token sees one account"),
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
