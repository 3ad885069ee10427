//! How far fetching from GitHub is, over all accounts: for people who watch it.

use chrono::{DateTime, Duration, Utc};

use super::{Refusal, Service, Viewer};
use crate::activity::Sight;
use crate::github::limits;
pub use crate::store::sync::SyncProgress;
use crate::store::{accounts, backfills, gates, installations, jobs, local, sync};

/// Failing questions of an account that are told at most.
const FAILING: i64 = 20;

/// How far it is.
#[derive(Debug)]
pub struct Fetching {
    /// Ids of the accounts that are fetched from.
    pub accounts: Vec<i64>,
    /// Of all of them together.
    pub progress: SyncProgress,
    pub pause: Option<Pause>,
}

/// GitHub takes no more requests for a while.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pause {
    pub until: DateTime<Utc>,
    /// From now, by the database's clock.
    pub wait: Duration,
    pub reason: String,
}

/// A question to GitHub that failed.
#[derive(Debug)]
pub struct FailedQuestion {
    /// `None` if it is about the account.
    pub repository: Option<String>,
    pub kind: String,
    pub error: String,
}

impl Service {
    /// How far fetching is.
    ///
    /// # Errors
    /// [`Refusal::Store`]
    pub async fn fetching(&self) -> Result<Fetching, Refusal> {
        let pool = &self.0.pool;
        // In this order: once account 0 has nothing due, the installations are known.
        let (mut sum, mut pause) = (sync::progress(pool, 0, &Sight::All, None).await?, None);
        let accounts = self.fetched_accounts().await?;
        for id in [&[0], accounts.as_slice()].concat() {
            let found =
                if id == 0 { SyncProgress::default() } else { sync::progress(pool, id, &Sight::All, None).await? };
            sum.repositories += found.repositories;
            sum.complete += found.complete;
            sum.items += found.items;
            sum.fetched += found.fetched;
            sum.due += found.due;
            sum.failing += found.failing;
            sum.hopeful += found.hopeful;
            sum.conversations += found.conversations;
            if let Some(gate) = gates::read(pool, id).await? {
                let shut =
                    [false, true].into_iter().filter_map(|graphql| limits::shut(&gate, graphql, limits::SHARE)).max();
                pause = pause.max(shut.map(|(until, reason)| Pause { until, wait: until - gate.now, reason }));
            }
        }
        Ok(Fetching { accounts, progress: sum, pause })
    }

    /// The questions to GitHub about some accounts that failed.
    ///
    /// # Errors
    /// [`Refusal::Store`]
    pub async fn failed_questions(&self, accounts: &[i64]) -> Result<Vec<FailedQuestion>, Refusal> {
        let mut failed = vec![];
        for id in accounts {
            let known = local::repositories(&self.0.pool, *id).await?;
            let jobs = jobs::list(&self.0.pool, *id, &Sight::All, FAILING).await?;
            failed.extend(jobs.into_iter().filter(|job| job.failures > 0).map(|job| {
                let repository = known.iter().find(|known| known.repo_id == job.repo_id);
                let repository = repository.and_then(|known| known.name.clone());
                FailedQuestion { repository, kind: job.kind, error: job.error.unwrap_or_default() }
            }));
        }
        Ok(failed)
    }

    /// Marks a repository as not fetched.
    ///
    /// # Errors
    /// [`Refusal::NotFetched`] for an account or a repository that the App does not cover, [`Refusal::LoginReused`] for
    /// a login that several accounts have had.
    pub async fn fetch_anew(&self, owner: &str, name: &str) -> Result<(), Refusal> {
        let not_fetched = |detail: String| Refusal::NotFetched(detail);
        let account = match self.account(&Viewer::service(), Some(owner)).await {
            Err(Refusal::UnknownAccount) => {
                return Err(not_fetched(format!("the App is not installed on {owner}, or nothing was fetched yet")));
            }
            found => found?,
        };
        let known = local::repositories(&self.0.pool, account.account_id).await?;
        let is_it = |known: &&local::LocalRepository| {
            known.name.as_deref().is_some_and(|known| known.eq_ignore_ascii_case(name)) && !known.gone
        };
        let found = known.iter().find(is_it);
        let found = found.ok_or_else(|| not_fetched(format!("the App does not cover {owner}/{name}")))?;
        Ok(backfills::restart(&self.0.pool, account.account_id, &[found.repo_id]).await?)
    }

    async fn fetched_accounts(&self) -> Result<Vec<i64>, Refusal> {
        let as_app = self.0.github.as_ref().is_some_and(|github| github.client.identity().is_some());
        if !as_app {
            return Ok(accounts::all_ids(&self.0.pool).await?);
        }
        let installed = installations::all(&self.0.pool).await?;
        let present = installed.iter().filter(|found| found.gone_at.is_none() && !found.suspended);
        Ok(present.map(|found| found.account_id).collect())
    }
}
