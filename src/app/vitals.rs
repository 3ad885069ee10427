//! The task that measures how far things are, for `/metrics`.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use sqlx::PgPool;
use tokio::time::{Instant, interval, timeout};

use crate::live::LiveRanking;
use crate::store::{StoreError, live, vitals};
use crate::telemetry::{Backfill, Metrics};

/// How often it measures.
const EVERY: Duration = Duration::from_secs(10);

/// Measures until cancelled. While the database is away the gauges stay as they are, but for the one
/// that tells of it.
pub async fn measure(pool: PgPool, ranking: LiveRanking, metrics: Metrics) {
    let mut measuring =
        Measuring { pool, ranking, metrics, asked: HashSet::new(), budgets: HashSet::new(), lags: HashMap::new() };
    let mut every = interval(EVERY);
    loop {
        every.tick().await;
        // One that accepts connections and answers nothing is away as well.
        let measured = match timeout(EVERY, measuring.once()).await {
            Ok(measured) => measured,
            Err(_) => Err(StoreError::Unavailable(sqlx::Error::PoolTimedOut)),
        };
        let away = measured.as_ref().is_err_and(StoreError::is_unavailable);
        measuring.metrics.vitals().database_up(!away);
        if let Err(error) = measured {
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
    /// The budgets with gauges: account and resource.
    budgets: HashSet<(i64, &'static str)>,
    lags: HashMap<i64, Lag>,
}

impl Measuring {
    async fn once(&mut self) -> Result<(), StoreError> {
        self.lag().await?;
        self.backfills().await?;
        self.budgets().await?;
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

    async fn budgets(&mut self) -> Result<(), StoreError> {
        let mut there = HashSet::new();
        for budget in vitals::budgets(&self.pool).await? {
            let resource = if budget.resource == "graphql" { "graphql" } else { "core" };
            there.insert((budget.account_id, resource));
            self.metrics.github_remaining(budget.account_id, resource, budget.remaining);
            self.metrics.vitals().github_limit(budget.account_id, resource, budget.limit);
        }
        for (account_id, resource) in self.budgets.difference(&there) {
            self.metrics.forget_budget(*account_id, resource);
        }
        self.budgets = there;
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
