//! Ids of labels: GraphQL, which alone lists discussions, tells node ids only.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::client::GitHubError;
use super::wire::Label;
use super::work::Desk;
use crate::store::sync::Synced;

/// Repositories remembered at once.
const REMEMBERED: usize = 200;

type Ids = Arc<HashMap<String, i64>>;

/// The ids of repositories' labels by node id, as last asked for.
#[derive(Default)]
pub struct Labels(Mutex<HashMap<i64, Ids>>);

impl Labels {
    /// Ids that hold all of `wanted`, if the repository still has them.
    pub async fn of(
        &self,
        desk: &Desk,
        account_id: i64,
        repository: &Synced,
        wanted: &[String],
    ) -> Result<Ids, GitHubError> {
        let known = self.known().get(&repository.repo_id).cloned().unwrap_or_default();
        if wanted.iter().all(|node_id| known.contains_key(node_id)) {
            return Ok(known);
        }
        let path = format!("/repos/{}/{}/labels", repository.owner, repository.name);
        let mut query = Some("per_page=100".to_owned());
        let mut found = HashMap::new();
        while let Some(page) = query {
            let answer = desk.client.get(desk.whose(account_id), &format!("{path}?{page}")).await?;
            let labels: Vec<Label> = answer.json()?;
            found.extend(labels.into_iter().map(|label| (label.node_id, label.id)));
            query = answer.next;
        }
        let found = Arc::new(found);
        let mut known = self.known();
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(repository.repo_id, found.clone());
        Ok(found)
    }

    fn known(&self) -> std::sync::MutexGuard<'_, HashMap<i64, Ids>> {
        // A map is whole whatever happened to the thread that held it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
