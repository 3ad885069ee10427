//! The groups of a statistic's answer.

use serde::Serialize;
use utoipa::ToSchema;

use crate::http::description::schemas;
use crate::service::stats::groups::{Group, Groups};
use crate::stats::{AgeBucket, BacklogPoint, CoverageBucket, FanPoint, FlowPoint, ForecastSummary, ThroughputRow};

/// The groups of an answer; none unless they were asked for.
#[derive(Debug, Serialize, ToSchema)]
pub struct WithGroups<T> {
    /// What the groups are by. Null if there are none.
    #[schema(value_type = Option<schemas::Facet>, example = "label")]
    group_by: Option<&'static str>,
    /// Those with the most open items first, then that of the items without a value, then that of all others.
    groups: Vec<GroupOf<T>>,
    /// How many values are together in the group of all others.
    further_groups: usize,
}

/// The statistic of one group.
#[derive(Debug, Serialize, ToSchema)]
pub struct GroupOf<T> {
    /// `value`; `none`: the items without one; `others`: the items of values without groups of their own.
    #[schema(value_type = schemas::GroupKind, example = "value")]
    group_kind: &'static str,
    /// The value. Null if the group is not of one.
    #[schema(example = "bug")]
    group: Option<String>,
    #[serde(flatten)]
    of: T,
}

impl<T> WithGroups<T> {
    pub(super) fn of<A>(groups: Option<Groups<A>>, of: impl Fn(A) -> T) -> Self {
        let Some(Groups { by, groups, further }) = groups else {
            return Self { group_by: None, groups: vec![], further_groups: 0 };
        };
        let group = |Group { kind, name, value }| GroupOf { group_kind: kind.name(), group: name, of: of(value) };
        Self { group_by: Some(by.name()), groups: groups.into_iter().map(group).collect(), further_groups: further }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct BacklogOfGroup {
    pub(super) points: Vec<BacklogPoint>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct FlowOfGroup {
    pub(super) points: Vec<FlowPoint>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct AgesOfGroup {
    pub(super) by_age: Vec<AgeBucket>,
    pub(super) by_staleness: Vec<AgeBucket>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ThroughputOfGroup {
    /// All repositories together.
    pub(super) total: ThroughputRow,
    pub(super) rows: Vec<ThroughputRow>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ForecastOfGroup {
    pub(super) summary: ForecastSummary,
    pub(super) fan: Vec<FanPoint>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CoverageOfGroup {
    pub(super) eligible: i64,
    pub(super) never_read: i64,
    pub(super) read_in_round: i64,
    pub(super) left_in_round: i64,
    pub(super) weeks_since_read: Vec<CoverageBucket>,
}
