//! The names of an account's labels and milestones.

use std::collections::HashMap;

use futures_util::TryStreamExt;
use sqlx::PgConnection;

use super::StoreError;
use crate::activity::directory::NameKey;

/// Names of the labels and milestones that were not removed.
#[derive(Debug, Default)]
pub(super) struct DirectoryNames {
    labels: HashMap<NameKey, String>,
    milestones: HashMap<NameKey, String>,
}

impl DirectoryNames {
    /// Reads all of an account's.
    pub async fn read(moment: &mut PgConnection, account_id: i64) -> Result<Self, StoreError> {
        let labels = sqlx::query!(
            r#"SELECT repo_id AS "repo_id!", label_id AS "label_id!", name AS "name!" FROM current_labels
               WHERE account_id = $1 AND NOT removed AND name <> ''"#,
            account_id,
        )
        .fetch_all(&mut *moment)
        .await?;
        let milestones = sqlx::query!(
            r#"SELECT repo_id AS "repo_id!", number AS "number!", title AS "title!" FROM current_milestones
               WHERE account_id = $1 AND NOT removed AND title <> ''"#,
            account_id,
        )
        .fetch_all(&mut *moment)
        .await?;
        Ok(Self {
            labels: labels.into_iter().map(|row| ((row.repo_id, row.label_id), row.name)).collect(),
            milestones: milestones.into_iter().map(|row| ((row.repo_id, row.number), row.title)).collect(),
        })
    }

    /// The names of an item's labels, in alphabetical order without regard to case.
    pub fn labels(&self, repo_id: i64, ids: &[i64]) -> Vec<&str> {
        let mut names: Vec<&str> =
            ids.iter().filter_map(|id| self.labels.get(&(repo_id, *id))).map(String::as_str).collect();
        names.sort_by_key(|name| (name.to_lowercase(), *name));
        names
    }

    /// The title of an item's milestone.
    pub fn milestone(&self, repo_id: i64, number: Option<i64>) -> Option<&str> {
        self.milestones.get(&(repo_id, number?)).map(String::as_str)
    }
}

/// Tells what the labels of each repository are called, of some repositories or all; empty: no more.
pub async fn each_labels(
    connection: &mut PgConnection,
    account_id: i64,
    repo_ids: Option<&[i64]>,
    mut each: impl FnMut(i64, &[(i64, String)]),
) -> Result<(), StoreError> {
    let mut rows = sqlx::query!(
        r#"SELECT repo_id AS "repo_id!", label_id AS "label_id!", CASE WHEN removed THEN '' ELSE name END AS "name!"
           FROM current_labels WHERE account_id = $1 AND ($2::bigint[] IS NULL OR repo_id = ANY($2)) ORDER BY repo_id"#,
        account_id,
        repo_ids,
    )
    .fetch(connection);
    let (mut of, mut labels) = (0, vec![]);
    while let Some(row) = rows.try_next().await? {
        if row.repo_id != of {
            each(of, &labels);
            labels.clear();
            of = row.repo_id;
        }
        labels.push((row.label_id, row.name));
    }
    each(of, &labels);
    Ok(())
}

/// Tells what each milestone is called, by repository and number, of some repositories or all; empty: no more.
pub async fn each_milestone(
    connection: &mut PgConnection,
    account_id: i64,
    repo_ids: Option<&[i64]>,
    mut each: impl FnMut(NameKey, &str),
) -> Result<(), StoreError> {
    let mut rows = sqlx::query!(
        r#"SELECT repo_id AS "repo_id!", number AS "number!", CASE WHEN removed THEN '' ELSE title END AS "title!"
           FROM current_milestones WHERE account_id = $1 AND ($2::bigint[] IS NULL OR repo_id = ANY($2))"#,
        account_id,
        repo_ids,
    )
    .fetch(connection);
    while let Some(row) = rows.try_next().await? {
        each((row.repo_id, row.number), &row.title);
    }
    Ok(())
}
