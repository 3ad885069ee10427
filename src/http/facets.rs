//! `GET /api/v1/queue/facets`: how many items of a queue have each value.

use axum::Json;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, ETAG, VARY};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::{IntoParams, ToSchema};

use super::AppState;
use super::description::answers::{NoAccount, NotReached, Refused};
use super::description::params::{MinPositionParam, in_query};
use super::description::schemas::number;
use super::etag;
use super::params::Params;
use super::problem::Problem;
use super::queue::question::{FilterParams, StateParam, StrictParam, subject};
use super::warnings::{Warning, strict, warnings};
use crate::rank::{Criteria, Facet, ValueCounts};
use crate::service::Viewer;
use crate::service::facets::{Facets, FacetsQuestion};
use crate::service::names::UnknownName;
use crate::service::queue::VersionedAnswer;

const USUAL_LIMIT: usize = 20;
const LARGEST_LIMIT: i64 = 500;

/// How many values are listed.
pub struct ValuesParam;

impl IntoParams for ValuesParam {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let about = "How many values of each facet are listed, those first that most items have. By default 20.";
        vec![in_query("limit", about, number(1, LARGEST_LIMIT))]
    }
}

/// How many items of a queue have each value.
#[derive(Debug, Serialize, ToSchema)]
pub struct FacetsAnswer {
    /// The position of the account's log that the answer includes.
    position: i64,
    /// How many items pass the filters.
    #[schema(example = 1234)]
    total: usize,
    facets: FacetCounts,
    /// Names in the question that nothing has which the token may see; usually none.
    warnings: Vec<Warning>,
}

/// What the items are counted by. Each facet counts as if its own filter were not given.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct FacetCounts {
    /// For the filter `repo`.
    repository: FacetValues,
    r#type: FacetValues,
    label: FacetValues,
    author: FacetValues,
    assignee: FacetValues,
    milestone: FacetValues,
}

/// The values of a facet.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct FacetValues {
    /// Those that most items have first; ties by name.
    values: Vec<FacetValue>,
    /// How many further values there are.
    #[schema(example = 3)]
    further: usize,
    /// How many items have no value.
    #[schema(example = 17)]
    none: usize,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct FacetValue {
    #[schema(example = "bug")]
    value: String,
    #[schema(example = 42)]
    count: usize,
}

impl FacetsAnswer {
    fn of(found: Facets, unknown: Vec<UnknownName>) -> Self {
        let Facets { position, total, counted } = found;
        let mut facets = FacetCounts::default();
        for (facet, counted) in counted {
            let place = match facet {
                Facet::Repository => &mut facets.repository,
                Facet::Type => &mut facets.r#type,
                Facet::Label => &mut facets.label,
                Facet::Author => &mut facets.author,
                Facet::Assignee => &mut facets.assignee,
                Facet::Milestone => &mut facets.milestone,
            };
            let ValueCounts { values, further, none } = counted;
            let values = values.into_iter().map(|(value, count)| FacetValue { value, count }).collect();
            *place = FacetValues { values, further, none };
        }
        Self { position, total, facets, warnings: warnings(unknown) }
    }
}

/// Count the queue by its values.
///
/// For each repository, type, label, author, assignee and milestone: how many items have it, among those that pass the
/// filters. A facet counts as if its own filter were not given, so that the other values can be chosen too: with
/// `label=bug` the labels of all items are counted, and the authors of bugs. Filters of a view always count. An item
/// with several labels counts for each.
#[utoipa::path(
    get, path = "/api/v1/queue/facets", tag = "queue", operation_id = "count_queue",
    params(FilterParams, StateParam, ValuesParam, MinPositionParam, StrictParam),
    responses(
        (status = 200, description = "The values that most items have", body = FacetsAnswer, headers(("Vary"))),
        Refused, NoAccount, NotReached,
    ),
)]
pub async fn show(
    State(state): State<AppState>,
    viewer: Viewer,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    params.only(&[&["account", "view", "limit", "min_position", "strict"][..], &Criteria::NAMES].concat())?;
    let limit = params.number("limit", 1, LARGEST_LIMIT.unsigned_abs())?.and_then(|limit| usize::try_from(limit).ok());
    let question = FacetsQuestion {
        subject: subject(&params)?,
        limit: limit.unwrap_or(USUAL_LIMIT),
        min_position: params.position()?,
        strict: strict(&params)?,
    };
    let is_known = |version: &_| etag::is_known(&headers, &etag::tag(version, "facets"));
    let (version, body) = match state.service.facets(&viewer, question, is_known).await? {
        VersionedAnswer::Known(version) => (version, StatusCode::NOT_MODIFIED.into_response()),
        VersionedAnswer::New(version, (facets, unknown)) => {
            (version, Json(FacetsAnswer::of(facets, unknown)).into_response())
        }
    };
    let about = [
        (ETAG, etag::tag(&version, "facets")),
        (CACHE_CONTROL, "private, no-cache".into()),
        (VARY, "Authorization".into()),
    ];
    Ok((about, body).into_response())
}
