//! `GET /api/v1/stats/...`: statistics of the backlog, as JSON, CSV or SVG by the path's suffix.

mod described;
mod form;

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use axum::routing::get;
use serde::Serialize;
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{Content, RefOr};
use utoipa::{IntoParams, PartialSchema};
use utoipa_axum::router::OpenApiRouter;

use self::described::{AgesAnswer, BacklogAnswer, ForecastAnswer, ThroughputAnswer};
use self::described::{CommonParams, CoverageAnswer, FormPath, RangeParams, SeedParam, StepParam, WindowParam};
use self::form::{Form, range};
use super::AppState;
use super::description::answers::{NoAccount, Refused};
use super::params::Params;
use super::problem::Problem;
use crate::service::Viewer;
use crate::service::stats::{Ages, MOST_STEPS, Statistic};
use crate::stats::chart::Picture;
use crate::stats::{AgeBucket, AgeOf, Size, Step, chart};

/// A line of `ages.csv`.
#[derive(Serialize)]
struct AgesLine {
    of: AgeOf,
    bucket: &'static str,
    from_days: i64,
    to_days: Option<i64>,
    items: usize,
}

/// The two tables one after the other.
fn lines(ages: &Ages) -> Vec<AgesLine> {
    let line = |of| {
        move |found: &AgeBucket| {
            let AgeBucket { bucket, from_days, to_days, items } = *found;
            AgesLine { of, bucket, from_days, to_days, items }
        }
    };
    let by_staleness = ages.by_staleness.iter().map(line(AgeOf::Update));
    ages.by_age.iter().map(line(AgeOf::Creation)).chain(by_staleness).collect()
}

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
        let schemes = ["token", "embed_token"];
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
        router = router.route(&path("coverage"), get(coverage));
    }
    OpenApiRouter::with_openapi(openapi).merge(router.into())
}

/// Show how many items were open at the end of each week or day, and how stale they were.
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
) -> Result<Response, Problem> {
    let (form, question) = Form::of(&state, &viewer, &params, &uri, &["from", "to", "step"])?;
    let step = match params.one("step")? {
        None | Some("week") => Step::Week,
        Some("day") => Step::Day,
        Some(_) => return Err(Problem::bad_parameter("step").detail("Either day or week.").allowed(["day", "week"])),
    };
    let found = state.service.backlog(&viewer, &question, range(&state, &params, &question)?, step).await?;
    form.write(
        found,
        |found, size| chart::backlog_chart(&found.value, picture(found, size)),
        |found| found.value.clone(),
        BacklogAnswer::from,
    )
    .await
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
) -> Result<Response, Problem> {
    let (form, question) = Form::of(&state, &viewer, &params, &uri, &[])?;
    let found = state.service.ages(&viewer, &question).await?;
    form.write(
        found,
        |found, size| chart::ages_chart(&found.value.by_age, &found.value.by_staleness, picture(found, size)),
        |found| lines(&found.value),
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
) -> Result<Response, Problem> {
    let (form, question) = Form::of(&state, &viewer, &params, &uri, &["window"])?;
    let window = params.number("window", 1, MOST_STEPS.unsigned_abs())?.and_then(|window| i64::try_from(window).ok());
    let found = state.service.throughput(&viewer, &question, window).await?;
    form.write(
        found,
        |found, size| {
            chart::throughput_chart(&found.value.rows, found.value.from..=found.value.to, picture(found, size))
        },
        |found| found.value.rows.clone(),
        ThroughputAnswer::from,
    )
    .await
}

/// Show how much of a view was read, and how long ago.
///
/// Counts the items that the view has on the day, by default those of `bug-scrub`. It also says how far the view's
/// round is, and when the round will be over.
#[utoipa::path(
    get, path = "/api/v1/stats/coverage", tag = "stats", operation_id = "show_coverage", params(CommonParams),
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
) -> Result<Response, Problem> {
    let (form, question) = Form::of(&state, &viewer, &params, &uri, &[])?;
    let found = state.service.coverage(&viewer, &question).await?;
    form.write(
        found,
        |found, size| chart::coverage_chart(&found.value.weeks_since_read, picture(found, size)),
        |found| found.value.weeks_since_read.clone(),
        CoverageAnswer::from,
    )
    .await
}

/// Show when the last open item will be closed, if the weeks to come are like those that were.
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
) -> Result<Response, Problem> {
    let (form, question) = Form::of(&state, &viewer, &params, &uri, &["from", "to", "seed"])?;
    let range = range(&state, &params, &question)?;
    let seed = params.number("seed", 0, i64::MAX.unsigned_abs())?;
    let found = state.service.forecast(&viewer, &question, range, seed).await?;
    form.write(
        found,
        |found, size| chart::forecast_chart(&found.value, picture(found, size)),
        |found| vec![found.value.summary.clone()],
        ForecastAnswer::from,
    )
    .await
}

/// A chart says whose numbers it shows, of which view and date.
fn picture<T>(found: &Statistic<T>, size: Size) -> Picture {
    Picture { size, about: found.about() }
}
