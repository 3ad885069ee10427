//! The milestones of repositories, for the statistics.

use std::collections::HashMap;

use sqlx::PgConnection;

use super::StoreError;
use crate::stats::{Milestone, MilestoneState};

/// The milestones of some repositories, given by their ids with their names, that were not removed.
pub(super) async fn milestones(
    moment: &mut PgConnection,
    account_id: i64,
    repositories: &HashMap<i64, String>,
) -> Result<Vec<Milestone>, StoreError> {
    let repo_ids: Vec<i64> = repositories.keys().copied().collect();
    let rows = sqlx::query!(
        r#"SELECT repo_id AS "repo_id!", number AS "number!", title AS "title!", closed, due_on FROM current_milestones
           WHERE account_id = $1 AND repo_id = ANY($2) AND NOT removed AND title <> ''"#,
        account_id,
        &repo_ids,
    )
    .fetch_all(moment)
    .await?;
    let milestone = |closed: bool| if closed { MilestoneState::Closed } else { MilestoneState::Open };
    let found = rows.into_iter().filter_map(|row| {
        Some(Milestone {
            repository: repositories.get(&row.repo_id)?.clone(),
            repo_id: row.repo_id,
            number: row.number,
            title: row.title,
            state: row.closed.map(milestone),
            // GitHub keeps a due date as its midnight in California, which has the same date in UTC.
            due_on: row.due_on.map(|due_on| due_on.date_naive()),
        })
    });
    Ok(found.collect())
}
