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
    let mut measuring = Measuring { pool, ranking, metrics, asked: HashSet::new(), lags: HashMap::new() };
    let mut every = interval(EVERY);
    loop {
        every.tick().await;
        if let Err(error) = measuring.once().await {
            tracing::debug!(error = &error as &dyn std::error::Error, "measuring failed; trying again");
        }
    }
}

/// How long a ranking has been behind its log, as seen now and then. A position that is still
/// lacking when it is looked for again shows a lag; one that has just come does not, so that a
/// ranking that follows under load has none.
#[derive(Clone, Copy, Debug)]
pub struct Lag {
    /// The position that was lacking when it was first seen, and when that was.
    wanted: i64,
    since: Instant,
}

impl Lag {
    pub fn new(now: Instant) -> Self {
        Self { wanted: 0, since: now }
    }

    /// The log is at `head`, the ranking at `held`.
    pub fn seen(&mut self, head: i64, held: i64, now: Instant) -> Duration {
        if held >= self.wanted {
            *self = Self { wanted: head, since: now };
        }
        if held >= self.wanted { Duration::ZERO } else { now - self.since }
    }
}

struct Measuring {
    pool: PgPool,
    ranking: LiveRanking,
    metrics: Metrics,
    /// The accounts with gauges of their backfill.
    asked: HashSet<i64>,
    lags: HashMap<i64, Lag>,
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

    async fn lag(&mut self) -> Result<(), StoreError> {
        for head in live::heads(&self.pool).await? {
            let held = self.ranking.head(head.account_id).map_or(-1, |held| held.position);
            let now = Instant::now();
            let lag = self.lags.entry(head.account_id).or_insert_with(|| Lag::new(now)).seen(head.position, held, now);
            self.metrics.vitals().ranking_lag(head.account_id, lag.as_secs().try_into().unwrap_or(i64::MAX));
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
