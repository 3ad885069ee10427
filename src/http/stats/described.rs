//! What the statistics may be asked and what they answer, for the description.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::stats::{AgeBucket, BacklogPoint, CoverageBucket, FanPoint, ForecastSummary, ThroughputRow};

/// What every subject takes: which items, by what they are now. A view's state and dates are left
/// out, since they tell of one moment.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)]
pub(super) struct CommonParams {
    /// Login or id; may be left out when the token sees one account.
    account: Option<String>,
    /// A view's name; filters that stand beside it narrow it.
    view: Option<String>,
    /// `owner/name` or `name`. Repeat for any of several; `-` in front for none of.
    repo: Option<Vec<String>>,
    /// `Issue`, `PR` or `Discussion`; repeatable, `-` in front for none of.
    r#type: Option<Vec<String>>,
    /// A label's name; repeatable, `-` in front for none of.
    label: Option<Vec<String>>,
    /// A login; repeatable, `-` in front for none of.
    author: Option<Vec<String>>,
    /// A login that the item is assigned to; repeatable, `-` in front for none of.
    assignee: Option<Vec<String>>,
    /// A milestone's title; repeatable, `-` in front for none of.
    milestone: Option<Vec<String>>,
    /// Text in the title; repeatable, `-` in front for none of.
    title: Option<Vec<String>>,
    /// What was known by the end of this date, or of this many days ago (`30d`).
    as_of: Option<String>,
    /// Of `.svg`, in pixels: 600 to 4000.
    width: Option<u32>,
    /// Of `.svg`, in pixels: 340 to 4000.
    height: Option<u32>,
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
    pub(super) as_of: NaiveDate,
    /// The position of the account's log that the answer includes.
    pub(super) position: i64,
    /// Part of it is of a time that was not followed by webhooks.
    pub(super) approximate: bool,
    pub(super) points: Vec<BacklogPoint>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct AgesAnswer {
    /// The date that it is of, in the account's time zone.
    pub(super) as_of: NaiveDate,
    /// The position of the account's log that the answer includes.
    pub(super) position: i64,
    /// Part of it is of a time that was not followed by webhooks.
    pub(super) approximate: bool,
    pub(super) by_age: Vec<AgeBucket>,
    pub(super) by_staleness: Vec<AgeBucket>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ThroughputAnswer {
    /// The date that it is of, in the account's time zone.
    pub(super) as_of: NaiveDate,
    /// The position of the account's log that the answer includes.
    pub(super) position: i64,
    /// Part of it is of a time that was not followed by webhooks.
    pub(super) approximate: bool,
    pub(super) from: NaiveDate,
    pub(super) to: NaiveDate,
    /// All repositories together first, then each.
    pub(super) rows: Vec<ThroughputRow>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ForecastAnswer {
    /// The date that it is of, in the account's time zone.
    pub(super) as_of: NaiveDate,
    /// The position of the account's log that the answer includes.
    pub(super) position: i64,
    /// Part of it is of a time that was not followed by webhooks.
    pub(super) approximate: bool,
    pub(super) summary: ForecastSummary,
    pub(super) fan: Vec<FanPoint>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CoverageAnswer {
    /// The date that it is of, in the account's time zone.
    pub(super) as_of: NaiveDate,
    /// The position of the account's log that the answer includes.
    pub(super) position: i64,
    /// Part of it is of a time that was not followed by webhooks.
    pub(super) approximate: bool,
    /// The view whose items are counted.
    #[schema(example = "bug-scrub")]
    pub(super) view: String,
    /// Items that the view has.
    pub(super) eligible: i64,
    /// Of these, those that nobody has read.
    pub(super) never_read: i64,
    /// The round that the view is in, from 1, and how many are over.
    pub(super) round: i64,
    pub(super) rounds_completed: i64,
    /// Of the items, those that were read in the round, and those that are left.
    pub(super) read_in_round: i64,
    pub(super) left_in_round: i64,
    /// Items that a scrub of the view reads: the mean of the last twelve that are closed; null where
    /// there was none.
    #[schema(example = 23.5)]
    pub(super) items_per_scrub: Option<f64>,
    /// Scrubs until the round is over, at that pace.
    #[schema(example = 4)]
    pub(super) scrubs_until_round_ends: Option<i64>,
    /// By the weeks since each was last read.
    pub(super) weeks_since_read: Vec<CoverageBucket>,
}
