//! `GET /api/v1/stats/milestones`: what is open and closed in milestones, and when each will be done.

use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::{IntoParams, ToSchema};

use super::described::{CommonParams, RangeParams, SeedParam};
use super::form::{Form, range};
use super::picture;
use super::table::Columns;
use crate::http::AppState;
use crate::http::description::answers::{NoAccount, Refused};
use crate::http::description::params::in_query;
use crate::http::description::schemas::{MilestoneChoice as ChoiceSchema, named, number};
use crate::http::params::Params;
use crate::http::problem::Problem;
use crate::http::warnings::{Warning, warnings};
use crate::service::Viewer;
use crate::service::stats::Statistic;
use crate::service::stats::milestones::{MilestoneChoice, Milestones, MilestonesQuestion};
use crate::stats::{MilestoneRow, chart};

/// Milestones of an answer at most, and unless asked for otherwise.
const MOST: u64 = 200;
const USUAL: usize = 50;

/// The parameters of every subject but those of groups, and which milestones.
struct MilestonesParams;

impl IntoParams for MilestonesParams {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let common = CommonParams::into_params(|| None).into_iter();
        let state = "Which milestones. By default those that are `open`.";
        let limit = "How many milestones, those that are due first. By default 50.";
        let own = [
            in_query("milestone_state", state, named::<ChoiceSchema>()),
            in_query("limit", limit, number(1, MOST as i64)),
        ];
        common.filter(|parameter| !GROUPS.contains(&parameter.name.as_str())).chain(own).collect()
    }
}

/// The parameters of groups, which milestones are already.
const GROUPS: [&str; 2] = ["group_by", "group_limit"];

#[derive(Debug, Serialize, ToSchema)]
pub struct MilestonesAnswer {
    /// The date of the answer, in the account's time zone.
    as_of: NaiveDate,
    /// The position of the account's log that the answer includes.
    position: i64,
    /// Whether a forecast drew from weeks before webhooks were received.
    approximate: bool,
    /// Names in the question that nothing has which the token may see; usually none.
    warnings: Vec<Warning>,
    /// How many milestones there are, with those beyond `limit`.
    total: usize,
    /// Those that are open first, and those that are due first before others.
    milestones: Vec<MilestoneRow>,
}

impl From<Statistic<Milestones>> for MilestonesAnswer {
    fn from(found: Statistic<Milestones>) -> Self {
        let Statistic { about, as_of, position, approximate, value: Milestones { total, rows }, .. } = found;
        Self { as_of, position, approximate, warnings: warnings(about.unknown), total, milestones: rows }
    }
}

impl Columns for MilestoneRow {
    const COLUMNS: &'static [&'static str] = &[
        "repository",
        "repository_id",
        "number",
        "title",
        "state",
        "due_on",
        "open",
        "closed",
        "verdict",
        "weeks",
        "date_50",
        "date_80",
        "date_95",
        "share_by_due",
        "on_time",
        "runs",
        "whole_since",
        "approximate",
        "sentence",
    ];
}

/// Show what is open and closed in milestones, when they are due, and when the last open item of each will be closed.
///
/// Items count in the milestone that they have now. If anything is asked of items, only milestones with such items are
/// there. The forecast draws from the milestone's own weeks since its first closing: from what was closed and reopened in
/// them. Nothing is added.
#[utoipa::path(
    get, path = "/api/v1/stats/milestones", tag = "stats", operation_id = "show_milestones",
    params(MilestonesParams, RangeParams, SeedParam),
    responses(
        (status = 200, description = "As of today, or of the date that `as_of` names", body = MilestonesAnswer),
        Refused, NoAccount,
    ),
)]
pub async fn show(
    State(state): State<AppState>,
    viewer: Viewer,
    params: Params,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let own = ["from", "to", "seed", "milestone_state", "limit"];
    let (form, question) = Form::without(&GROUPS, &state, &viewer, &params, &uri, &own)?;
    let limit = params.number("limit", 1, MOST)?.and_then(|limit| usize::try_from(limit).ok());
    let which = MilestonesQuestion {
        state: choice(&params)?,
        limit: limit.unwrap_or(USUAL),
        range: range(&state, &params, &question)?,
        seed: params.number("seed", 0, i64::MAX.unsigned_abs())?,
    };
    let found = state.service.milestones(&viewer, &question, which, form.is_known(&headers)).await?;
    form.write(
        found,
        |found, size| chart::milestones_chart(&found.value.rows, found.value.total, picture(found, size)),
        |found| found.rows.clone(),
        MilestonesAnswer::from,
    )
    .await
}

/// The milestones that a request asks for.
fn choice(params: &Params) -> Result<MilestoneChoice, Problem> {
    let Some(name) = params.one("milestone_state")? else { return Ok(MilestoneChoice::default()) };
    let refused = || {
        let allowed = MilestoneChoice::ALL.map(MilestoneChoice::name);
        Problem::bad_parameter("milestone_state").detail("There is no such state.").allowed(allowed)
    };
    MilestoneChoice::from_name(name).ok_or_else(refused)
}
