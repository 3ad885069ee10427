//! Upkeep of the store: what nobody asks for over HTTP.

use std::time::Duration;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Refusal, Service};
use crate::ingest::Ingest;
pub use crate::store::rebuild::RebuildSummary;
use crate::store::scrubs::requests;
use crate::store::{accounts, clock, rebuild, retention, titles};

/// Raw deliveries that go in one statement.
const PRUNED_AT_ONCE: i64 = 1_000;
/// Titles that are folded in one transaction.
const FOLDED_AT_ONCE: i64 = 500;
/// Raw deliveries that are translated at once.
const TRANSLATED_AT_ONCE: i64 = 500;

/// What translating an account's raw deliveries anew came to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Retranslation {
    pub deliveries: usize,
    /// Events that were not in the log.
    pub missing: usize,
    /// Events that stand instead of others, or take others back.
    pub corrected: usize,
}

impl Service {
    /// Deletes raw deliveries that are older than their retention, and what is known of requests that
    /// nobody will repeat any more; answers how many deliveries.
    ///
    /// # Errors
    /// [`Refusal::Store`]
    pub async fn prune_deliveries(&self, retention: Duration) -> Result<u64, Refusal> {
        let pool = &self.0.pool;
        let before = clock::now(pool).await? - retention;
        let mut pruned = 0;
        for account_id in retention::accounts_with_deliveries(pool).await? {
            loop {
                match retention::prune_deliveries(pool, account_id, before, PRUNED_AT_ONCE).await? {
                    0 => break,
                    some => pruned += some,
                }
            }
            requests::forget(pool, account_id).await?;
        }
        Ok(pruned)
    }

    /// Folds the titles that an earlier version wrote; answers how many.
    ///
    /// # Errors
    /// [`Refusal::Store`]
    pub async fn fold_titles(&self) -> Result<usize, Refusal> {
        let mut folded = 0;
        loop {
            match titles::fold(&self.0.pool, FOLDED_AT_ONCE).await? {
                0 => return Ok(folded),
                some => folded += some,
            }
        }
    }

    /// Ids of all accounts with a log, visible or not.
    ///
    /// # Errors
    /// [`Refusal::Store`]
    pub async fn logs(&self) -> Result<Vec<i64>, Refusal> {
        Ok(accounts::all_ids(&self.0.pool).await?)
    }

    /// Makes an account's projections anew from its log.
    ///
    /// # Errors
    /// [`Refusal::Store`]
    pub async fn rebuild(&self, account_id: i64) -> Result<RebuildSummary, Refusal> {
        Ok(rebuild::rebuild(&self.0.pool, account_id, &self.0.bots).await?)
    }

    /// Compares an account's projections with its log, and changes nothing; answers the differences too, a
    /// line each.
    ///
    /// # Errors
    /// [`Refusal::Store`]
    pub async fn check_projections(&self, account_id: i64) -> Result<(RebuildSummary, Vec<String>), Refusal> {
        Ok(rebuild::check(&self.0.pool, account_id, &self.0.bots).await?)
    }

    /// Translates what is still kept raw of an account, adds what an earlier version did not understand,
    /// and corrects what it understood otherwise.
    ///
    /// # Errors
    /// [`Refusal::Store`], or [`Refusal::Ingest`] if something could not be appended.
    pub async fn retranslate(&self, ingest: &Ingest, account_id: i64) -> Result<Retranslation, Refusal> {
        let mut done = Retranslation::default();
        let mut after = (DateTime::<Utc>::UNIX_EPOCH, Uuid::nil());
        loop {
            let kept = retention::deliveries_after(&self.0.pool, account_id, after, TRANSLATED_AT_ONCE).await?;
            let Some(last) = kept.last() else { return Ok(done) };
            after = (last.received_at, last.guid);
            done.deliveries += kept.len();
            for kept in &kept {
                let (corrections, outcome) = ingest.retranslate(account_id, kept).await?;
                done.missing += corrections.missing;
                done.corrected += corrections.corrected;
                if outcome != kept.outcome {
                    retention::set_outcome(&self.0.pool, account_id, kept.guid, outcome).await?;
                }
            }
        }
    }
}
