//! What ids of an account's directory are called.

use std::collections::HashMap;

use sqlx::PgConnection;

use super::StoreError;

/// Names of the labels and milestones that are there, by repository and id or number.
#[derive(Debug, Default)]
pub(super) struct Names {
    labels: HashMap<(i64, i64), String>,
    milestones: HashMap<(i64, i64), String>,
}

impl Names {
    /// All of an account's.
    pub async fn read(moment: &mut PgConnection, account_id: i64) -> Result<Self, StoreError> {
        let labels = sqlx::query!(
            "SELECT l.repo_id, l.label_id, l.name FROM accounts a JOIN labels l USING (account_id, generation)
             WHERE a.account_id = $1 AND NOT l.removed",
            account_id,
        )
        .fetch_all(&mut *moment)
        .await?;
        let milestones = sqlx::query!(
            "SELECT m.repo_id, m.number, m.title FROM accounts a JOIN milestones m USING (account_id, generation)
             WHERE a.account_id = $1 AND NOT m.removed",
            account_id,
        )
        .fetch_all(&mut *moment)
        .await?;
        Ok(Self {
            labels: labels.into_iter().map(|row| ((row.repo_id, row.label_id), row.name)).collect(),
            milestones: milestones.into_iter().map(|row| ((row.repo_id, row.number), row.title)).collect(),
        })
    }

    /// An item's labels, in the order that people read.
    pub fn labels(&self, repo_id: i64, ids: &[i64]) -> Vec<&str> {
        let mut names: Vec<&str> =
            ids.iter().filter_map(|id| self.labels.get(&(repo_id, *id))).map(String::as_str).collect();
        names.sort_by_key(|name| (name.to_lowercase(), *name));
        names
    }

    /// A milestone's title.
    pub fn milestone(&self, repo_id: i64, number: Option<i64>) -> Option<&str> {
        self.milestones.get(&(repo_id, number?)).map(String::as_str)
    }
}
