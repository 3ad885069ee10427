//! The ids of labels. Discussions are listed by GraphQL alone, which shows only the node ids of their
//! labels; REST shows both.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::answer::GitHubError;
use super::client::{Client, Requester};
use super::wire::RepositoryLabel;
use crate::store::sync::SyncedRepository;

/// Number of repositories whose labels are remembered at once.
const REMEMBERED: usize = 200;

/// The ids of one repository's labels, by node id.
type IdsByNode = Arc<HashMap<String, i64>>;

/// The ids of repositories' labels, as last fetched.
#[derive(Default)]
pub struct LabelIds(Mutex<HashMap<i64, IdsByNode>>);

impl LabelIds {
    /// The ids of a repository's labels. Asks GitHub unless all of `wanted` are known; a label that
    /// the repository no longer has is missing from the answer.
    pub async fn of(
        &self,
        client: &Client,
        requester: Requester,
        repository: &SyncedRepository,
        wanted: &[String],
    ) -> Result<IdsByNode, GitHubError> {
        let known = self.known().get(&repository.repo_id).cloned().unwrap_or_default();
        if wanted.iter().all(|node_id| known.contains_key(node_id)) {
            return Ok(known);
        }
        let path = format!("/repos/{}/{}/labels", repository.owner, repository.name);
        let mut query = Some("per_page=100".to_owned());
        let mut found = HashMap::new();
        while let Some(page) = query {
            let answer = client.get(requester, &format!("{path}?{page}")).await?;
            let labels: Vec<RepositoryLabel> = answer.json()?;
            found.extend(labels.into_iter().filter_map(|label| Some((label.node_id?.0, label.id?))));
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

    fn known(&self) -> MutexGuard<'_, HashMap<i64, IdsByNode>> {
        // A map is whole whatever happened to the thread that held it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
