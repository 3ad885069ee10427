//! What stored events tell of a milestone beside its number and its title.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::activity::MilestoneRef;

/// What else is known of the milestone, if there is one.
#[derive(Serialize, Deserialize)]
pub(super) struct StoredStage {
    #[serde(skip_serializing_if = "Option::is_none", default)]
    closed: Option<bool>,
    /// Empty if the payload said that it is never due.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    due_on: Option<Vec<DateTime<Utc>>>,
}

pub(super) fn stage_to(milestone: &MilestoneRef) -> Option<StoredStage> {
    let MilestoneRef { closed, due_on, .. } = *milestone;
    let due_on = due_on.map(|due_on| due_on.into_iter().collect());
    (closed.is_some() || due_on.is_some()).then_some(StoredStage { closed, due_on })
}

pub(super) fn milestone_from((number, title): (i64, String), stage: Option<StoredStage>) -> MilestoneRef {
    let (closed, due_on) = stage.map_or((None, None), |stage| (stage.closed, stage.due_on));
    MilestoneRef { number, title, closed, due_on: due_on.map(|due_on| due_on.into_iter().next()) }
}
