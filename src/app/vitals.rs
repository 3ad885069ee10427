//! The task that measures how far things are, for `/metrics`.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use sqlx::PgPool;
use tokio::time::{Instant, interval};

use crate::live::LiveRanking;
use crate::store::{StoreError, live, vitals};
use crate::telemetry::{Backfill, Metrics};

/// How often it measures.
const EVERY: Duration = Duration::from_secs(10);

/// Measures until cancelled. While the database is away the gauges stay as they are: `/readyz` and
/// the deliveries tell of that.
pub async fn measure(pool: PgPool, ranking: LiveRanking, metrics: Metrics) {
    let mut measuring = Measuring { pool, ranking, metrics, asked: HashSet::new(), lacking: HashMap::new() };
    let mut every = interval(EVERY);
    loop {
        every.tick().await;
        if let Err(error) = measuring.once().await {
            tracing::debug!(error = &error as &dyn std::error::Error, "measuring failed; trying again");
        }
    }
}

struct Measuring {
    pool: PgPool,
    ranking: LiveRanking,
    metrics: Metrics,
    /// The accounts with gauges of their backfill.
    asked: HashSet<i64>,
    /// Positions that the log had, and the ranking had not yet, when they were first seen.
    lacking: HashMap<i64, (i64, Instant)>,
}

impl Measuring {
    async fn once(&mut self) -> Result<(), StoreError> {
        self.lag().await?;
        self.backfills().await?;
        for budget in vitals::budgets(&self.pool).await? {
            let resource = if budget.resource == "graphql" { "graphql" } else { "core" };
            self.metrics.github_remaining(budget.account_id, resource, budget.remaining);
            self.metrics.vitals().github_limit(budget.account_id, resource, budget.limit);
        }
        let expiry = vitals::next_token_expiry(&self.pool).await?;
        self.metrics.vitals().token_expiry(expiry.map(|at| at.timestamp()));
        Ok(())
    }

    /// A position that is still lacking from the last time shows a lag; one that just came does not.
    async fn lag(&mut self) -> Result<(), StoreError> {
        for head in live::heads(&self.pool).await? {
            let held = self.ranking.head(head.account_id).map_or(-1, |held| held.position);
            let now = Instant::now();
            let (wanted, since) = self.lacking.get(&head.account_id).copied().unwrap_or((head.position, now));
            let since = if held >= wanted { now } else { since };
            let wanted = if held >= wanted { head.position } else { wanted };
            self.lacking.insert(head.account_id, (wanted, since));
            let lag = if held >= wanted { 0 } else { since.elapsed().as_secs() };
            self.metrics.vitals().ranking_lag(head.account_id, lag.try_into().unwrap_or(i64::MAX));
        }
        Ok(())
    }

    async fn backfills(&mut self) -> Result<(), StoreError> {
        let mut asked = HashSet::new();
        for found in vitals::backfills(&self.pool).await? {
            asked.insert(found.account_id);
            let backfill = Backfill {
                complete: found.complete,
                incomplete: found.repositories - found.complete,
                items: found.fetched,
                compared_at: found.swept_at.map(|at| at.timestamp()),
                due: found.due,
                failing: found.failing,
            };
            self.metrics.vitals().backfill(found.account_id, backfill);
        }
        for gone in self.asked.difference(&asked) {
            self.metrics.vitals().forget(*gone);
        }
        self.asked = asked;
        Ok(())
    }
}
