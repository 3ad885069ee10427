//! `GET /api/v1/stats/...`: statistics of the backlog, as JSON, CSV or SVG by the path's suffix.

mod described;
mod form;
mod grouped;
pub mod milestones;
mod rows;
mod table;

use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use axum::routing::get;
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{Content, RefOr};
use utoipa::{IntoParams, PartialSchema};
use utoipa_axum::router::OpenApiRouter;

use self::described::{AgesAnswer, BacklogAnswer, FlowAnswer, ForecastAnswer, ThroughputAnswer};
use self::described::{CommonParams, CoverageAnswer, FormPath, RangeParams, SeedParam, StepParam, WindowParam};
use self::form::{Form, range};
use super::AppState;
use super::description::answers::{NoAccount, Refused};
use super::params::Params;
use super::problem::Problem;
use crate::service::Viewer;
use crate::service::stats::{Coverage, MOST_STEPS, Statistic};
use crate::stats::chart::Picture;
use crate::stats::{CoveragePoint, Size, Step, chart};

/// The same handlers under the paths with a suffix. The description has each statistic once with a suffix: it is a parameter there.
pub fn suffixed(router: OpenApiRouter<AppState>) -> OpenApiRouter<AppState> {
    let (mut router, mut openapi) = router.split_for_parts();
    let subjects = openapi.paths.paths.clone().into_iter();
    for (path, mut described) in subjects.filter(|(path, _)| path.starts_with("/api/v1/stats/")) {
        let operation = described.get.as_mut().expect("cannot fail: every subject is read");
        operation.operation_id = operation.operation_id.as_ref().map(|id| id.replace("show_", "export_"));
        operation.summary = operation.summary.as_ref().map(|says| says.replacen("Show", "Export", 1));
        let form = FormPath::into_params(|| None).into_iter().map(RefOr::T);
        operation.parameters = Some(form.chain(operation.parameters.take().into_iter().flatten()).collect());
        let schemes = ["token", "session", "embed_token"];
        operation.security = Some(schemes.map(|name| SecurityRequirement::new(name, [""; 0])).to_vec());
        if let Some(RefOr::T(answer)) = operation.responses.responses.get_mut("200") {
            for content_type in ["text/csv", "image/svg+xml"] {
                answer.content.insert(content_type.to_owned(), RefOr::T(Content::new(Some(String::schema()))));
            }
        }
        openapi.paths.paths.insert(format!("{path}.{{format}}"), described);
    }
    for suffix in ["json", "csv", "svg"] {
        let path = |subject: &str| format!("/api/v1/stats/{subject}.{suffix}");
        router = router.route(&path("backlog"), get(backlog)).route(&path("ages"), get(ages));
        router = router.route(&path("throughput"), get(throughput)).route(&path("forecast"), get(forecast));
        router = router.route(&path("coverage"), get(coverage)).route(&path("flow"), get(flow));
        router = router.route(&path("milestones"), get(milestones::show));
    }
    OpenApiRouter::with_openapi(openapi).merge(router.into())
}

/// Show how many items were open at the end of each week, day or month, and how stale they were.
#[utoipa::path(
    get, path = "/api/v1/stats/backlog", tag = "stats", operation_id = "show_backlog", params(CommonParams, RangeParams, StepParam),
    responses(
        (status = 200, description = "As of today, or of the date that `as_of` names", body = BacklogAnswer),
        Refused, NoAccount,
    ),
)]
pub async fn backlog(
    State(state): State<AppState>,
    viewer: Viewer,
    params: Params,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (form, question) = Form::of(&state, &viewer, &params, &uri, &["from", "to", "step"])?;
    let (range, step) = (range(&state, &params, &question)?, step(&params)?);
    let found = state.service.backlog(&viewer, &question, range, step, form.is_known(&headers)).await?;
    form.write(
        found,
        |found, size| chart::backlog_chart(&found.value, picture(found, size)),
        Clone::clone,
        BacklogAnswer::from,
    )
    .await
}

/// Show what was opened, answered and closed in each week, day or month, and how long answers and closings took.
///
/// The numbers of a step are those that `throughput` has of a window that is as long.
#[utoipa::path(
    get, path = "/api/v1/stats/flow", tag = "stats", operation_id = "show_flow", params(CommonParams, RangeParams, StepParam),
    responses(
        (status = 200, description = "As of today, or of the date that `as_of` names", body = FlowAnswer),
        Refused, NoAccount,
    ),
)]
pub async fn flow(
    State(state): State<AppState>,
    viewer: Viewer,
    params: Params,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (form, question) = Form::of(&state, &viewer, &params, &uri, &["from", "to", "step"])?;
    let (range, step) = (range(&state, &params, &question)?, step(&params)?);
    let found = state.service.flow(&viewer, &question, range, step, form.is_known(&headers)).await?;
    form.write(
        found,
        |found, size| chart::flow_chart(&found.value, picture(found, size)),
        Clone::clone,
        FlowAnswer::from,
    )
    .await
}

/// The steps that a request asks for.
fn step(params: &Params) -> Result<Step, Problem> {
    let Some(name) = params.one("step")? else { return Ok(Step::default()) };
    let refused = || Problem::bad_parameter("step").detail("There is no such step.").allowed(Step::NAMES);
    Step::from_name(name).ok_or_else(refused)
}

/// Show how the open items spread over age and over staleness.
#[utoipa::path(
    get, path = "/api/v1/stats/ages", tag = "stats", operation_id = "show_ages", params(CommonParams),
    responses(
        (status = 200, description = "As of today, or of the date that `as_of` names", body = AgesAnswer),
        Refused, NoAccount,
    ),
)]
pub async fn ages(
    State(state): State<AppState>,
    viewer: Viewer,
    params: Params,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (form, question) = Form::of(&state, &viewer, &params, &uri, &[])?;
    let found = state.service.ages(&viewer, &question, form.is_known(&headers)).await?;
    form.write(
        found,
        |found, size| chart::ages_chart(&found.value.by_age, &found.value.by_staleness, picture(found, size)),
        rows::ages,
        AgesAnswer::from,
    )
    .await
}

/// Show what was opened, answered and closed, by repository.
#[utoipa::path(
    get, path = "/api/v1/stats/throughput", tag = "stats", operation_id = "show_throughput", params(CommonParams, WindowParam),
    responses(
        (status = 200, description = "As of today, or of the date that `as_of` names", body = ThroughputAnswer),
        Refused, NoAccount,
    ),
)]
pub async fn throughput(
    State(state): State<AppState>,
    viewer: Viewer,
    params: Params,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (form, question) = Form::of(&state, &viewer, &params, &uri, &["window"])?;
    let window = params.number("window", 1, MOST_STEPS.unsigned_abs())?.and_then(|window| i64::try_from(window).ok());
    let found = state.service.throughput(&viewer, &question, window, form.is_known(&headers)).await?;
    form.write(
        found,
        |found, size| {
            chart::throughput_chart(&found.value.rows, found.value.from..=found.value.to, picture(found, size))
        },
        rows::throughput,
        ThroughputAnswer::from,
    )
    .await
}

/// Show how much of a view was read, and how long ago.
///
/// Counts the items that the view has on the day, by default those of `bug-scrub`. It also says how far the view's
/// round is, and when the round will be over.
///
/// With `step`, `from` or `to` it also has a series: how many items were read in each week, day or month, and how many of
/// those that were open had been read by then. A table and a chart are then of the series. As with other statistics over
/// time, the view's state and dates do not count in it.
#[utoipa::path(
    get, path = "/api/v1/stats/coverage", tag = "stats", operation_id = "show_coverage", params(CommonParams, RangeParams, StepParam),
    responses(
        (status = 200, description = "As of today, or of the date that `as_of` names", body = CoverageAnswer),
        Refused, NoAccount,
    ),
)]
pub async fn coverage(
    State(state): State<AppState>,
    viewer: Viewer,
    params: Params,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (form, question) = Form::of(&state, &viewer, &params, &uri, &["from", "to", "step"])?;
    let asked = ["from", "to", "step"].into_iter().any(|name| params.has(name));
    let series = if asked { Some((range(&state, &params, &question)?, step(&params)?)) } else { None };
    let found = state.service.coverage(&viewer, &question, series, form.is_known(&headers)).await?;
    if asked {
        let svg =
            |found: &Statistic<_>, size| chart::coverage_series_chart(&series_of(&found.value), picture(found, size));
        return form.write(found, svg, series_of, CoverageAnswer::from).await;
    }
    form.write(
        found,
        |found, size| chart::coverage_chart(&found.value.weeks_since_read, picture(found, size)),
        rows::coverage,
        CoverageAnswer::from,
    )
    .await
}

fn series_of(found: &Coverage) -> Vec<CoveragePoint> {
    found.series.clone()
}

/// Show when the last open item will be closed, if the weeks to come are like those that were.
///
/// It draws from weeks of which it is known what was opened and closed. What was there before webhooks were received counts
/// once all items are fetched, open and closed ones. The answer says from when the history counts as whole.
#[utoipa::path(
    get, path = "/api/v1/stats/forecast", tag = "stats", operation_id = "show_forecast", params(CommonParams, RangeParams, SeedParam),
    responses(
        (status = 200, description = "As of today, or of the date that `as_of` names", body = ForecastAnswer),
        Refused, NoAccount,
    ),
)]
pub async fn forecast(
    State(state): State<AppState>,
    viewer: Viewer,
    params: Params,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (form, question) = Form::of(&state, &viewer, &params, &uri, &["from", "to", "seed"])?;
    let range = range(&state, &params, &question)?;
    let seed = params.number("seed", 0, i64::MAX.unsigned_abs())?;
    let found = state.service.forecast(&viewer, &question, range, seed, form.is_known(&headers)).await?;
    form.write(
        found,
        |found, size| chart::forecast_chart(&found.value, picture(found, size)),
        rows::forecast,
        ForecastAnswer::from,
    )
    .await
}

/// A chart says whose numbers it shows, of which view and date.
fn picture<T>(found: &Statistic<T>, size: Size) -> Picture {
    Picture { size, about: found.about() }
}
