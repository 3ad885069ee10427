//! What the statistics may be asked and what they answer, for the description.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::{IntoParams, ToSchema};

use crate::http::queue::question::{described, parameter};
use crate::rank::criterion::ALL;
use crate::service::stats::{Ages, Coverage, Statistic, Throughput};
use crate::stats::{AgeBucket, BacklogPoint, CoverageBucket, FanPoint, Forecast, ForecastSummary, ThroughputRow};

/// What every subject takes: which items, by what they are now. A view's state and dates are left
/// out, since they tell of one moment.
pub(super) struct CommonParams;

impl IntoParams for CommonParams {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let account = parameter::<String>("account", "Login or id; may be left out when the token sees one account.");
        let view = parameter::<String>("view", "A view's name; filters that stand beside it narrow it.");
        let lasting = ALL.iter().filter(|criterion| criterion.lasts()).map(described);
        let as_of = "What was known by the end of this date, or of this many days ago (`30d`).";
        let rest = [
            parameter::<String>("as_of", as_of),
            parameter::<u32>("width", "Of `.svg`, in pixels: 600 to 4000."),
            parameter::<u32>("height", "Of `.svg`, in pixels: 340 to 4000."),
        ];
        [account, view].into_iter().chain(lasting).chain(rest).collect()
    }
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)]
pub(super) struct BacklogParams {
    /// A date or `Nd` for N days ago; 52 weeks before `to` unless given.
    from: Option<String>,
    /// A date or `Nd`, `as_of` or today at the latest, which it is unless given.
    to: Option<String>,
    /// `day` or `week` (the default): Monday to Sunday.
    step: Option<String>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)]
pub(super) struct ThroughputParams {
    /// How many days until today, 1 to 3700; 90 unless given.
    window: Option<u32>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)]
pub(super) struct ForecastParams {
    /// A date or `Nd` for N days ago; 52 weeks before `to` unless given.
    from: Option<String>,
    /// A date or `Nd`, `as_of` or today at the latest, which it is unless given.
    to: Option<String>,
    /// The same seed gives the same answer; made from the date unless given.
    seed: Option<u64>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct BacklogAnswer {
    /// The date that it is of, in the account's time zone.
    as_of: NaiveDate,
    /// The position of the account's log that the answer includes.
    position: i64,
    /// Part of it is of a time that was not followed by webhooks.
    approximate: bool,
    points: Vec<BacklogPoint>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct AgesAnswer {
    /// The date that it is of, in the account's time zone.
    as_of: NaiveDate,
    /// The position of the account's log that the answer includes.
    position: i64,
    /// Part of it is of a time that was not followed by webhooks.
    approximate: bool,
    by_age: Vec<AgeBucket>,
    by_staleness: Vec<AgeBucket>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ThroughputAnswer {
    /// The date that it is of, in the account's time zone.
    as_of: NaiveDate,
    /// The position of the account's log that the answer includes.
    position: i64,
    /// Part of it is of a time that was not followed by webhooks.
    approximate: bool,
    from: NaiveDate,
    to: NaiveDate,
    /// All repositories together first, then each.
    rows: Vec<ThroughputRow>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ForecastAnswer {
    /// The date that it is of, in the account's time zone.
    as_of: NaiveDate,
    /// The position of the account's log that the answer includes.
    position: i64,
    /// Part of it is of a time that was not followed by webhooks.
    approximate: bool,
    summary: ForecastSummary,
    fan: Vec<FanPoint>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CoverageAnswer {
    /// The date that it is of, in the account's time zone.
    as_of: NaiveDate,
    /// The position of the account's log that the answer includes.
    position: i64,
    /// Part of it is of a time that was not followed by webhooks.
    approximate: bool,
    /// The view whose items are counted.
    #[schema(example = "bug-scrub")]
    view: String,
    /// Items that the view has.
    eligible: i64,
    /// Of these, those that nobody has read.
    never_read: i64,
    /// The round that the view is in, from 1, and how many are over.
    round: i64,
    rounds_completed: i64,
    /// Of the items, those that were read in the round, and those that are left.
    read_in_round: i64,
    left_in_round: i64,
    /// Items that a scrub of the view reads: the mean of the last twelve that are closed; null where
    /// there was none.
    #[schema(example = 23.5)]
    items_per_scrub: Option<f64>,
    /// Scrubs until the round is over, at that pace.
    #[schema(example = 4)]
    scrubs_until_round_ends: Option<i64>,
    /// By the weeks since each was last read.
    weeks_since_read: Vec<CoverageBucket>,
}

impl From<Statistic<Vec<BacklogPoint>>> for BacklogAnswer {
    fn from(found: Statistic<Vec<BacklogPoint>>) -> Self {
        let Statistic { as_of, position, approximate, value: points } = found;
        Self { as_of, position, approximate, points }
    }
}

impl From<Statistic<Ages>> for AgesAnswer {
    fn from(found: Statistic<Ages>) -> Self {
        let Statistic { as_of, position, approximate, value: Ages { by_age, by_staleness } } = found;
        Self { as_of, position, approximate, by_age, by_staleness }
    }
}

impl From<Statistic<Throughput>> for ThroughputAnswer {
    fn from(found: Statistic<Throughput>) -> Self {
        let Statistic { as_of, position, approximate, value: Throughput { from, to, rows } } = found;
        Self { as_of, position, approximate, from, to, rows }
    }
}

impl From<Statistic<Forecast>> for ForecastAnswer {
    fn from(found: Statistic<Forecast>) -> Self {
        let Statistic { as_of, position, approximate, value: Forecast { summary, fan, .. } } = found;
        Self { as_of, position, approximate, summary, fan }
    }
}

impl From<Statistic<Coverage>> for CoverageAnswer {
    fn from(found: Statistic<Coverage>) -> Self {
        let Statistic { as_of, position, approximate, value } = found;
        Self {
            as_of,
            position,
            approximate,
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
        }
    }
}
