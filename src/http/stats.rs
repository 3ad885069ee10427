//! `GET /api/v1/stats/...`: how the backlog fares, as JSON, CSV or SVG by the path's suffix.
//!
//! Everything is counted from the lifetimes of one moment, off the threads that serve requests.

mod asked;
mod described;

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use axum::routing::get;
use chrono::{Datelike, TimeDelta};
use serde::Serialize;
use utoipa::PartialSchema;
use utoipa::openapi::{Content, RefOr};
use utoipa_axum::router::OpenApiRouter;

use self::asked::{Asked, MOST_STEPS, Viewed};
use self::described::{AgesAnswer, BacklogAnswer, ForecastAnswer, ThroughputAnswer};
use self::described::{BacklogParams, CommonParams, CoverageAnswer, ForecastParams, ThroughputParams};
use super::AppState;
use super::auth::Caller;
use super::params::Params;
use super::problem::{NoAccount, Problem, Refused};
use crate::activity::{Mark, Remarks};
use crate::rank::stale_age::days_since;
use crate::stats::{self, AgeBucket, AgeOf, ForecastRequest, OpenDays, Step, Week, chart};
use crate::store::queue::Ranked;
use crate::store::remarks::remarks;
use crate::store::scrubs::read::{last_paces, round};

/// Scrubs whose pace is looked at.
const PACES: i64 = 12;

/// A line of `ages.csv`.
#[derive(Serialize)]
struct AgesLine {
    of: AgeOf,
    bucket: &'static str,
    from_days: i64,
    to_days: Option<i64>,
    items: usize,
}

/// The same handlers under the paths with a suffix, each with a description of what it answers.
pub fn suffixed(router: OpenApiRouter<AppState>) -> OpenApiRouter<AppState> {
    let (mut router, mut openapi) = router.split_for_parts();
    let subjects = openapi.paths.paths.clone().into_iter();
    for (path, described) in subjects.filter(|(path, _)| path.starts_with("/api/v1/stats/")) {
        for (suffix, content_type) in [("json", None), ("csv", Some("text/csv")), ("svg", Some("image/svg+xml"))] {
            let mut described = described.clone();
            let operation = described.get.as_mut().expect("cannot fail: every subject is read");
            operation.operation_id = operation.operation_id.as_ref().map(|id| format!("{id}_{suffix}"));
            if let (Some(content_type), Some(RefOr::T(answer))) =
                (content_type, operation.responses.responses.get_mut("200"))
            {
                let text = Content::new(Some(String::schema()));
                answer.content = [(content_type.to_owned(), RefOr::T(text))].into_iter().collect();
            }
            openapi.paths.paths.insert(format!("{path}.{suffix}"), described);
        }
    }
    for suffix in ["json", "csv", "svg"] {
        let path = |subject: &str| format!("/api/v1/stats/{subject}.{suffix}");
        router = router.route(&path("backlog"), get(backlog)).route(&path("ages"), get(ages));
        router = router.route(&path("throughput"), get(throughput)).route(&path("forecast"), get(forecast));
        router = router.route(&path("coverage"), get(coverage));
    }
    OpenApiRouter::with_openapi(openapi).merge(router.into())
}

/// Show how many items were open at the end of each week or day, and how stale.
#[utoipa::path(
    get, path = "/api/v1/stats/backlog", tag = "stats", params(CommonParams, BacklogParams),
    responses(
        (status = 200, description = "As of today, or of the date that `as_of` names", body = BacklogAnswer),
        Refused, NoAccount,
    ),
)]
pub async fn backlog(
    State(state): State<AppState>,
    caller: Caller,
    params: Params,
    uri: Uri,
) -> Result<Response, Problem> {
    let asked = Asked::of(&state, &caller, &params, &uri, &["from", "to", "step"])?;
    let step = match params.one("step")? {
        None | Some("week") => Step::Week,
        Some("day") => Step::Day,
        Some(_) => return Err(Problem::bad_parameter("step").detail("Either day or week.").allowed(["day", "week"])),
    };
    let (from, to) = asked.range(&params, if step == Step::Day { 1 } else { 7 })?;
    let read = asked.read(&state, &caller, &params).await?;
    let zone = state.calendar.zone;
    asked
        .answer(move |asked| {
            let points = stats::backlog(&read.lifetimes, zone, from, to, step);
            asked.shown(
                || chart::backlog_chart(&points, asked.size),
                || points.iter().collect(),
                || BacklogAnswer {
                    as_of: asked.today,
                    position: read.position,
                    approximate: points.iter().any(|point| point.approximate),
                    points: points.clone(),
                },
            )
        })
        .await
}

/// Show how the open items spread over age and over staleness.
#[utoipa::path(
    get, path = "/api/v1/stats/ages", tag = "stats", params(CommonParams),
    responses(
        (status = 200, description = "As of today, or of the date that `as_of` names", body = AgesAnswer),
        Refused, NoAccount,
    ),
)]
pub async fn ages(
    State(state): State<AppState>,
    caller: Caller,
    params: Params,
    uri: Uri,
) -> Result<Response, Problem> {
    let asked = Asked::of(&state, &caller, &params, &uri, &[])?;
    let read = asked.read(&state, &caller, &params).await?;
    let zone = state.calendar.zone;
    asked
        .answer(move |asked| {
            let days = |at| days_since(at, asked.today, zone);
            let open: Vec<OpenDays> = read
                .open
                .iter()
                .map(|(created_at, updated_at)| OpenDays { days_age: days(*created_at), days_stale: days(*updated_at) })
                .collect();
            let (by_age, by_staleness) = (stats::ages(&open, AgeOf::Creation), stats::ages(&open, AgeOf::Update));
            let line = |of| {
                move |found: &AgeBucket| {
                    let AgeBucket { bucket, from_days, to_days, items } = *found;
                    AgesLine { of, bucket, from_days, to_days, items }
                }
            };
            asked.shown(
                || chart::ages_chart(&by_age, &by_staleness, asked.size),
                || {
                    by_age
                        .iter()
                        .map(line(AgeOf::Creation))
                        .chain(by_staleness.iter().map(line(AgeOf::Update)))
                        .collect()
                },
                || AgesAnswer {
                    as_of: asked.today,
                    position: read.position,
                    approximate: asked.end.is_some_and(|end| read.approximate_from(end)),
                    by_age: by_age.clone(),
                    by_staleness: by_staleness.clone(),
                },
            )
        })
        .await
}

/// Show what was opened, answered and closed, by repository.
#[utoipa::path(
    get, path = "/api/v1/stats/throughput", tag = "stats", params(CommonParams, ThroughputParams),
    responses(
        (status = 200, description = "As of today, or of the date that `as_of` names", body = ThroughputAnswer),
        Refused, NoAccount,
    ),
)]
pub async fn throughput(
    State(state): State<AppState>,
    caller: Caller,
    params: Params,
    uri: Uri,
) -> Result<Response, Problem> {
    let asked = Asked::of(&state, &caller, &params, &uri, &["window"])?;
    let window = params.number("window", 1, MOST_STEPS.unsigned_abs())?.unwrap_or(90);
    let from = asked.today - TimeDelta::days(i64::try_from(window).unwrap_or(MOST_STEPS) - 1);
    let read = asked.read(&state, &caller, &params).await?;
    let zone = state.calendar.zone;
    asked
        .answer(move |asked| {
            let window = from..=asked.today;
            let name = |repo_id: i64| read.names.get(&repo_id).cloned();
            let rows = stats::throughput(&read.lifetimes, zone, window.clone(), name);
            let date = |at: chrono::DateTime<chrono::Utc>| at.with_timezone(&zone).date_naive();
            asked.shown(
                || chart::throughput_chart(&rows, window.clone(), asked.size),
                || rows.iter().collect(),
                || ThroughputAnswer {
                    as_of: asked.today,
                    position: read.position,
                    approximate: read
                        .lifetimes
                        .iter()
                        .any(|lifetime| lifetime.approximate_before.is_some_and(|before| date(before) >= from)),
                    from,
                    to: asked.today,
                    rows: rows.clone(),
                },
            )
        })
        .await
}

/// Show how much of a view was read, and how long ago.
///
/// The items that the view `bug-scrub`, unless another is named, has on the day; how far its round
/// is, and when it will be over.
#[utoipa::path(
    get, path = "/api/v1/stats/coverage", tag = "stats", params(CommonParams),
    responses(
        (status = 200, description = "As of today, or of the date that `as_of` names", body = CoverageAnswer),
        Refused, NoAccount,
    ),
)]
pub async fn coverage(
    State(state): State<AppState>,
    caller: Caller,
    params: Params,
    uri: Uri,
) -> Result<Response, Problem> {
    let asked = Asked::of(&state, &caller, &params, &uri, &[])?;
    let Viewed { account_id, view, places } = asked.viewed(&state, &caller, &params).await?;
    let round = round(&state.pool, account_id, &view, asked.end).await?;
    let paces = last_paces(&state.pool, account_id, &view, asked.end, PACES).await?;
    let remarks = remarks(&state.pool, account_id, asked.end).await?;
    let zone = state.calendar.zone;
    asked
        .answer(move |asked| {
            let of = |place: &Ranked| remarks.get(&(place.key.repo_id, place.key.number)).and_then(Remarks::last_read);
            // Of what a spreadsheet tells without a date it is known only that it was long ago.
            let days = |mark: &Mark| mark.at.map_or(i64::MAX, |at| days_since(at, asked.today, zone));
            let buckets = stats::coverage(places.places.iter().map(|place| of(place).map(days)));
            let count =
                |is: &dyn Fn(Option<&Mark>) -> bool| places.places.iter().filter(|place| is(of(place))).count() as i64;
            let read = count(&|mark| mark.is_some_and(|mark| mark.position > round.started));
            let left = places.total - read;
            let pace = stats::coverage::pace(&paces);
            asked.shown(
                || chart::coverage_chart(&buckets, asked.size),
                || buckets.iter().collect(),
                || CoverageAnswer {
                    as_of: asked.today,
                    position: places.position,
                    approximate: places.approximate,
                    view: view.clone(),
                    eligible: places.total,
                    never_read: count(&|mark| mark.is_none()),
                    round: round.round,
                    rounds_completed: round.round - 1,
                    read_in_round: read,
                    left_in_round: left,
                    items_per_scrub: pace,
                    scrubs_until_round_ends: pace.and_then(|pace| stats::coverage::scrubs_left(left, pace)),
                    weeks_since_read: buckets.clone(),
                },
            )
        })
        .await
}

/// Show when the last open item will be closed, if weeks go on as they did.
#[utoipa::path(
    get, path = "/api/v1/stats/forecast", tag = "stats", params(CommonParams, ForecastParams),
    responses(
        (status = 200, description = "As of today, or of the date that `as_of` names", body = ForecastAnswer),
        Refused, NoAccount,
    ),
)]
pub async fn forecast(
    State(state): State<AppState>,
    caller: Caller,
    params: Params,
    uri: Uri,
) -> Result<Response, Problem> {
    let asked = Asked::of(&state, &caller, &params, &uri, &["from", "to", "seed"])?;
    let (from, to) = asked.range(&params, 7)?;
    let seed = params.number("seed", 0, u64::MAX)?;
    let seed = seed.unwrap_or(u64::from(asked.today.num_days_from_ce().unsigned_abs()));
    let read = asked.read(&state, &caller, &params).await?;
    let zone = state.calendar.zone;
    asked
        .answer(move |asked| {
            let mut points = stats::backlog(&read.lifetimes, zone, from, to, Step::Week);
            // Weeks before anything was heard of are no weeks in which nothing happened.
            let approximate = points.iter().any(|point| point.approximate);
            points.retain(|point| !point.approximate);
            let quiet = points.iter().take_while(|point| point.opened + point.closed + point.gone == 0).count();
            let weeks = Week::complete(&points[quiet..]);
            let open_now = u32::try_from(read.open.len()).unwrap_or(u32::MAX);
            let forecast = stats::forecast(&weeks, ForecastRequest::new(asked.today, open_now, seed));
            asked.shown(
                || chart::forecast_chart(&forecast, asked.size),
                || vec![&forecast.summary],
                || ForecastAnswer {
                    as_of: asked.today,
                    position: read.position,
                    approximate,
                    summary: forecast.summary.clone(),
                    fan: forecast.fan.clone(),
                },
            )
        })
        .await
}
