//! `/api/v1/views`: named filters, built in, declared in a file, or stored per account.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::AppState;
use super::auth::{Caller, Scope};
use super::json::Body;
use super::params::Params;
use super::problem::{NoAccount, Problem, Refused};
use crate::rank::{Criteria, Order};
use crate::scrub::view::BadView;
use crate::scrub::{Origin, View};
use crate::store::views::{self, Put};

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
    /// The filters of the queue by name; each a text, true or false, or a list of texts. Days
    /// ago (`180d`) stay relative.
    #[schema(value_type = Object, example = json!({"state": "open", "type": ["Issue", "Discussion"], "label": "-triaged"}))]
    filter: Criteria,
    #[schema(value_type = String, example = "stalest")]
    order: Order,
}

/// What is to be stored as a view.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"description": "Nobody has looked yet", "filter": {"type": ["Issue"], "label": "-triaged"}, "order": "stalest"}))]
pub struct NewView {
    #[serde(default)]
    #[schema(required = false)]
    description: String,
    /// The filters of the queue by name; each a text, true or false, or a list of texts.
    #[serde(default)]
    #[schema(value_type = Object, required = false)]
    filter: Criteria,
    /// `stalest` (the default) or `freshest`.
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
    get, path = "/api/v1/views", tag = "views",
    params(("account" = Option<String>, Query, description = "Login or id; may be left out when the token sees one account")),
    responses((status = 200, description = "By name", body = ViewsAnswer), Refused, NoAccount),
)]
pub async fn list(State(state): State<AppState>, caller: Caller, params: Params) -> Result<Json<ViewsAnswer>, Problem> {
    let account_id = account(&state, &caller, &params, Scope::Read).await?;
    let views = state.views.all(views::list(&state.pool, account_id).await?);
    Ok(Json(ViewsAnswer { views: views.into_iter().map(ViewRow::from).collect() }))
}

/// Show one view.
#[utoipa::path(
    get, path = "/api/v1/views/{name}", tag = "views",
    params(
        ("name" = String, Path, description = "The view's name", example = "bug-scrub"),
        ("account" = Option<String>, Query, description = "Login or id; may be left out when the token sees one account"),
    ),
    responses((status = 200, description = "The view", body = ViewRow), Refused, NoAccount),
)]
pub async fn show(
    State(state): State<AppState>,
    caller: Caller,
    Path(name): Path<String>,
    params: Params,
) -> Result<Json<ViewRow>, Problem> {
    let account_id = account(&state, &caller, &params, Scope::Read).await?;
    Ok(Json(find(&state, account_id, &name).await?.into()))
}

/// Store a view.
///
/// In place of the stored or built-in one of its name, if there is one. A view that is declared in
/// a file cannot be changed here.
#[utoipa::path(
    put, path = "/api/v1/views/{name}", tag = "views",
    params(
        ("name" = String, Path, description = "1 to 64 small letters, digits and hyphens", example = "needs-triage"),
        ("account" = Option<String>, Query, description = "Login or id; may be left out when the token sees one account"),
    ),
    request_body = NewView,
    responses(
        (status = 200, description = "Replaced", body = ViewRow),
        (status = 201, description = "New", body = ViewRow),
        (status = 413, description = "Over 64 KiB", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "Not application/json", body = Problem, content_type = "application/problem+json"),
        Refused, NoAccount,
    ),
)]
pub async fn put(
    State(state): State<AppState>,
    caller: Caller,
    Path(name): Path<String>,
    params: Params,
    Body(new): Body<NewView>,
) -> Result<Response, Problem> {
    let account_id = account(&state, &caller, &params, Scope::Scrub).await?;
    let NewView { description, filter, order } = new;
    let view = View { name, description, filter, order };
    view.check()?;
    refuse_declared(&state, &view.name)?;
    let status = match views::put(&state.pool, account_id, &view).await? {
        Put::New => StatusCode::CREATED,
        Put::Replaced => StatusCode::OK,
        Put::Full => {
            return Err(Problem::new(StatusCode::CONFLICT, "/problems/too-many-views", "Too many views")
                .detail(format!("An account stores {} views at most.", views::MOST)));
        }
    };
    Ok((status, Json(ViewRow::from((Origin::Stored, view)))).into_response())
}

/// Forget a stored view.
#[utoipa::path(
    delete, path = "/api/v1/views/{name}", tag = "views",
    params(
        ("name" = String, Path, description = "The view's name", example = "needs-triage"),
        ("account" = Option<String>, Query, description = "Login or id; may be left out when the token sees one account"),
    ),
    responses((status = 204, description = "It is stored no more"), Refused, NoAccount),
)]
pub async fn delete(
    State(state): State<AppState>,
    caller: Caller,
    Path(name): Path<String>,
    params: Params,
) -> Result<StatusCode, Problem> {
    let account_id = account(&state, &caller, &params, Scope::Scrub).await?;
    refuse_declared(&state, &name)?;
    match name.contains('\0') || !views::delete(&state.pool, account_id, &name).await? {
        false => Ok(StatusCode::NO_CONTENT),
        true => Err(unknown().detail("No view of this name is stored.")),
    }
}

/// The view that a name means for an account.
///
/// # Errors
/// 404 if there is none.
pub async fn find(state: &AppState, account_id: i64, name: &str) -> Result<(Origin, View), Problem> {
    if let Some(view) = state.views.in_file(name) {
        return Ok((Origin::File, view.clone()));
    }
    let stored = match name.contains('\0') {
        true => None,
        false => views::find(&state.pool, account_id, name).await?,
    };
    let builtin = || state.views.builtin(name).map(|view| (Origin::Builtin, view.clone()));
    let found = stored.map(|view| (Origin::Stored, view)).or_else(builtin);
    found.ok_or_else(|| unknown().detail("The account has no view of this name."))
}

async fn account(state: &AppState, caller: &Caller, params: &Params, scope: Scope) -> Result<i64, Problem> {
    caller.require(scope)?;
    params.only(&["account"])?;
    Ok(caller.account(state, params.one("account")?).await?.account_id)
}

fn unknown() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "/problems/unknown-view", "Unknown view")
}

fn refuse_declared(state: &AppState, name: &str) -> Result<(), Problem> {
    match state.views.in_file(name) {
        None => Ok(()),
        Some(_) => Err(Problem::new(StatusCode::CONFLICT, "/problems/view-declared", "View declared in a file")
            .detail("This view is declared in the file of views; change it there.")),
    }
}

impl From<BadView> for Problem {
    fn from(bad: BadView) -> Self {
        let name = match bad {
            BadView::Criterion(criterion) => return criterion.into(),
            BadView::Name => "name",
            BadView::Description => "description",
            BadView::TooMany => "filter",
        };
        Problem::bad_parameter(name).detail(format!("This cannot be: {bad}."))
    }
}
