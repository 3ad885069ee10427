//! The parameters and answers of the statistics, for the description.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::openapi::RefOr;
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::openapi::schema::Schema;
use utoipa::{IntoParams, ToSchema};

use super::form::MOST_GROUPS;
use super::grouped::{
    AgesOfGroup, BacklogOfGroup, CoverageOfGroup, FlowOfGroup, ForecastOfGroup, ThroughputOfGroup, WithGroups,
};
use crate::http::description::params::{AccountParam, AsOfParam, RawParam, ViewParam, in_path, in_query};
use crate::http::description::schemas::{DateOrDaysAgo, Facet, Step, named, number, one_of};
use crate::http::queue::question::{StrictParam, described};
use crate::http::warnings::{Warning, warnings};
use crate::rank::criterion::ALL;
use crate::service::stats::{Ages, Coverage, MOST_STEPS, Statistic, Throughput};
use crate::stats::{
    AgeBucket, BacklogPoint, CoverageBucket, CoveragePoint, FanPoint, FlowPoint, Forecast, ForecastSummary, Size,
    ThroughputRow,
};

/// The parameters of every subject: which items, by what they are now. A view's state and dates do not count, because
/// they hold at one moment only.
pub(super) struct CommonParams;

impl IntoParams for CommonParams {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let lasting = ALL.iter().filter(|criterion| criterion.lasts()).map(described);
        let which = [AccountParam::into_params(|| None), ViewParam::into_params(|| None)].into_iter().flatten();
        let group_by = "The same statistic of each group of items that have the same value now. An item with several labels \
                        is in the group of each. JSON has `groups`, CSV a column; there is no chart of groups.";
        let group_limit = "With `group_by`: how many values have groups of their own, those with the most open items. By \
                           default 10. All others are one group.";
        let groups = [
            in_query("group_by", group_by, named::<Facet>()),
            in_query("group_limit", group_limit, number(1, MOST_GROUPS)),
        ];
        let side = |name, about, least: u32, most: u32| in_query(name, about, number(least.into(), most.into()));
        let (smallest, largest) = (Size::SMALLEST, Size::LARGEST);
        let sides = [
            side("width", "The width of `.svg` in pixels.", smallest.width, largest.width),
            side("height", "The height of `.svg` in pixels.", smallest.height, largest.height),
        ];
        let strict = StrictParam::into_params(|| None);
        let form = RawParam::into_params(|| None).into_iter().chain(sides).chain(strict);
        which.chain(lasting).chain(AsOfParam::into_params(|| None)).chain(groups).chain(form).collect()
    }
}

/// The form of a statistic, where its path has a suffix.
pub(super) struct FormPath;

impl IntoParams for FormPath {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        vec![in_path("format", "JSON, a table or a chart", one_of(["json", "csv", "svg"]), "csv")]
    }
}

macro_rules! own_params {
    ($($name:ident = [$($parameter:literal, $about:literal, $schema:expr;)*])*) => {
        $(
            pub(super) struct $name;

            impl IntoParams for $name {
                fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
                    vec![$(in_query($parameter, $about, $schema)),*]
                }
            }
        )*
    };
}

own_params! {
    RangeParams = [
        "from", "A date, or `Nd` for N days ago. By default 52 weeks before `to`.", date();
        "to", "A date or `Nd`. At the latest, and by default, `as_of` or today.", date();
    ]
    StepParam = ["step", "By default `week`.", named::<Step>();]
    WindowParam = ["window", "How many days until today. By default 90.", number(1, MOST_STEPS);]
    SeedParam = ["seed", "The same seed gives the same answer. By default it comes from the date.", number(0, i64::MAX);]
}

fn date() -> RefOr<Schema> {
    named::<DateOrDaysAgo>()
}

#[derive(Debug, Serialize, ToSchema)]
pub struct BacklogAnswer {
    /// The date of the answer, in the account's time zone.
    as_of: NaiveDate,
    /// The position of the account's log that the answer includes.
    position: i64,
    /// Whether part of it is about a time before webhooks were received.
    approximate: bool,
    /// Names in the question that nothing has which the token may see; usually none.
    warnings: Vec<Warning>,
    points: Vec<BacklogPoint>,
    #[serde(flatten)]
    groups: WithGroups<BacklogOfGroup>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct FlowAnswer {
    /// The date of the answer, in the account's time zone.
    as_of: NaiveDate,
    /// The position of the account's log that the answer includes.
    position: i64,
    /// Whether part of it is about a time before webhooks were received.
    approximate: bool,
    /// Names in the question that nothing has which the token may see; usually none.
    warnings: Vec<Warning>,
    points: Vec<FlowPoint>,
    #[serde(flatten)]
    groups: WithGroups<FlowOfGroup>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct AgesAnswer {
    /// The date of the answer, in the account's time zone.
    as_of: NaiveDate,
    /// The position of the account's log that the answer includes.
    position: i64,
    /// Whether part of it is about a time before webhooks were received.
    approximate: bool,
    /// Names in the question that nothing has which the token may see; usually none.
    warnings: Vec<Warning>,
    by_age: Vec<AgeBucket>,
    by_staleness: Vec<AgeBucket>,
    #[serde(flatten)]
    groups: WithGroups<AgesOfGroup>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ThroughputAnswer {
    /// The date of the answer, in the account's time zone.
    as_of: NaiveDate,
    /// The position of the account's log that the answer includes.
    position: i64,
    /// Whether part of it is about a time before webhooks were received.
    approximate: bool,
    /// Names in the question that nothing has which the token may see; usually none.
    warnings: Vec<Warning>,
    from: NaiveDate,
    to: NaiveDate,
    /// All repositories together.
    total: ThroughputRow,
    /// Each repository in which something was opened or closed, the busiest first.
    rows: Vec<ThroughputRow>,
    #[serde(flatten)]
    groups: WithGroups<ThroughputOfGroup>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ForecastAnswer {
    /// The date of the answer, in the account's time zone.
    as_of: NaiveDate,
    /// The position of the account's log that the answer includes.
    position: i64,
    /// Whether part of it is about a time before webhooks were received.
    approximate: bool,
    /// Names in the question that nothing has which the token may see; usually none.
    warnings: Vec<Warning>,
    summary: ForecastSummary,
    fan: Vec<FanPoint>,
    #[serde(flatten)]
    groups: WithGroups<ForecastOfGroup>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CoverageAnswer {
    /// The date of the answer, in the account's time zone.
    as_of: NaiveDate,
    /// The position of the account's log that the answer includes.
    position: i64,
    /// Whether part of it is about a time before webhooks were received.
    approximate: bool,
    /// Names in the question that nothing has which the token may see; usually none.
    warnings: Vec<Warning>,
    /// The view whose items are counted.
    #[schema(example = "bug-scrub")]
    view: String,
    /// How many items the view has.
    eligible: i64,
    /// How many of them nobody has ever read.
    never_read: i64,
    /// The number of the view's current round, from 1, and how many rounds are over.
    round: i64,
    rounds_completed: i64,
    /// How many of them were read in the round, and how many are left.
    read_in_round: i64,
    left_in_round: i64,
    /// How many items a scrub of the view reads: the mean of the last twelve closed ones. Null if there was none.
    #[schema(example = 23.5)]
    items_per_scrub: Option<f64>,
    /// How many scrubs it takes to finish the round at that pace.
    #[schema(example = 4)]
    scrubs_until_round_ends: Option<i64>,
    /// The items by the weeks since each was last read.
    weeks_since_read: Vec<CoverageBucket>,
    /// What was read in each step, oldest first. Empty unless `step`, `from` or `to` asks for it.
    series: Vec<CoveragePoint>,
    #[serde(flatten)]
    groups: WithGroups<CoverageOfGroup>,
}

impl From<Statistic<Vec<BacklogPoint>>> for BacklogAnswer {
    fn from(found: Statistic<Vec<BacklogPoint>>) -> Self {
        let Statistic { about, as_of, position, approximate, value: points, groups } = found;
        let groups = WithGroups::of(groups, |points| BacklogOfGroup { points });
        Self { as_of, position, approximate, warnings: warnings(about.unknown), points, groups }
    }
}

impl From<Statistic<Vec<FlowPoint>>> for FlowAnswer {
    fn from(found: Statistic<Vec<FlowPoint>>) -> Self {
        let Statistic { about, as_of, position, approximate, value: points, groups } = found;
        let groups = WithGroups::of(groups, |points| FlowOfGroup { points });
        Self { as_of, position, approximate, warnings: warnings(about.unknown), points, groups }
    }
}

impl From<Statistic<Ages>> for AgesAnswer {
    fn from(found: Statistic<Ages>) -> Self {
        let Statistic { about, as_of, position, approximate, value: Ages { by_age, by_staleness }, groups } = found;
        let groups = WithGroups::of(groups, |Ages { by_age, by_staleness }| AgesOfGroup { by_age, by_staleness });
        Self { as_of, position, approximate, warnings: warnings(about.unknown), by_age, by_staleness, groups }
    }
}

impl From<Statistic<Throughput>> for ThroughputAnswer {
    fn from(found: Statistic<Throughput>) -> Self {
        let Statistic { about, as_of, position, approximate, value, groups } = found;
        let Throughput { from, to, total, rows } = value;
        let groups = WithGroups::of(groups, |Throughput { total, rows, .. }| ThroughputOfGroup { total, rows });
        Self { as_of, position, approximate, warnings: warnings(about.unknown), from, to, total, rows, groups }
    }
}

impl From<Statistic<Forecast>> for ForecastAnswer {
    fn from(found: Statistic<Forecast>) -> Self {
        let Statistic { about, as_of, position, approximate, value: Forecast { summary, fan, .. }, groups } = found;
        let groups = WithGroups::of(groups, |Forecast { summary, fan, .. }| ForecastOfGroup { summary, fan });
        Self { as_of, position, approximate, warnings: warnings(about.unknown), summary, fan, groups }
    }
}

impl From<Statistic<Coverage>> for CoverageAnswer {
    fn from(found: Statistic<Coverage>) -> Self {
        let Statistic { about, as_of, position, approximate, value, groups } = found;
        let of_group = |value: Coverage| CoverageOfGroup {
            eligible: value.eligible,
            never_read: value.never_read,
            read_in_round: value.read_in_round,
            left_in_round: value.left_in_round,
            weeks_since_read: value.weeks_since_read,
        };
        Self {
            as_of,
            position,
            approximate,
            warnings: warnings(about.unknown),
            groups: WithGroups::of(groups, of_group),
            view: value.view,
            eligible: value.eligible,
            never_read: value.never_read,
            round: value.round,
            rounds_completed: value.round - 1,
            read_in_round: value.read_in_round,
            left_in_round: value.left_in_round,
            items_per_scrub: value.items_per_scrub,
            scrubs_until_round_ends: value.scrubs_until_round_ends,
            weeks_since_read: value.weeks_since_read,
            series: value.series,
        }
    }
}
