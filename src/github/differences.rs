//! Where a repository differs from GitHub.

use std::collections::HashMap;

use chrono::DateTime;

use super::answer::GitHubError;
use super::context::JobContext;
use super::wire::{Total, Totals};
use crate::activity::ItemType;
use crate::store::local::{self, ItemCount};
use crate::store::sync::SyncedRepository;

/// GitHub's counts minus ours: open and all issues, open and all pull requests, open and all
/// discussions.
pub type CountDifferences = [i64; 6];
pub const NO_DIFFERENCES: CountDifferences = [0; 6];

/// Where a repository differs from GitHub.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Differences {
    /// Whether updates of issues or pull requests are missing, or may be.
    pub issues: bool,
    /// The same for discussions.
    pub discussions: bool,
    pub counts: CountDifferences,
}

impl Differences {
    /// Whether nothing differs except what a listing could not explain before: GitHub counts items that it
    /// does not list, such as those of people whom it hides.
    pub fn is_nothing_new(&self, repository: &SyncedRepository) -> bool {
        !self.issues && !self.discussions && self.counts == unexplained(repository)
    }
}

/// The differences that a listing could not explain.
pub fn unexplained(repository: &SyncedRepository) -> CountDifferences {
    repository.differs.as_deref().and_then(|known| known.try_into().ok()).unwrap_or(NO_DIFFERENCES)
}

/// Compares a repository's totals and its last updates with ours.
pub async fn differences(
    context: &JobContext,
    account_id: i64,
    repository: &SyncedRepository,
    totals: &Totals,
    counts: &HashMap<(i64, String), ItemCount>,
) -> Result<Differences, GitHubError> {
    let count = |item_type: ItemType| {
        counts.get(&(repository.repo_id, item_type.name().to_owned())).copied().unwrap_or_default()
    };
    let (issues, pulls, discussions) =
        (count(ItemType::Issue), count(ItemType::PullRequest), count(ItemType::Discussion));
    // A number that is not known differs from nothing.
    let more = |total: &Option<Total>, ours: i64| Total::of(total).map_or(0, |count| count - ours);
    let counts = [
        more(&totals.open_issues, issues.open),
        more(&totals.all_issues, issues.all),
        more(&totals.open_pull_requests, pulls.open),
        more(&totals.all_pull_requests, pulls.all),
        more(&totals.open_discussions, discussions.open),
        more(&totals.all_discussions, discussions.all),
    ];
    let mut found = Differences { counts, ..Differences::default() };
    let since = repository.swept_at.unwrap_or(DateTime::UNIX_EPOCH);
    for (kind, updated) in totals.last_updated().into_iter().enumerate() {
        let recent: Vec<_> = updated.into_iter().filter(|(_, updated_at)| *updated_at >= since).collect();
        // If all five are recent, there may be more that are not shown.
        let mut differ = recent.len() >= 5;
        let numbers: Vec<i64> = recent.iter().map(|(number, _)| *number).collect();
        if !numbers.is_empty() && !differ {
            let ours = local::items(&context.pool, account_id, repository.repo_id, &numbers).await?;
            differ = recent
                .iter()
                .any(|(number, updated_at)| ours.get(number).is_none_or(|ours| ours.updated_at < Some(*updated_at)));
        }
        if differ {
            *(if kind == 2 { &mut found.discussions } else { &mut found.issues }) = true;
        }
    }
    Ok(found)
}
