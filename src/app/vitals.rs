//! The task that measures the gauges of `/metrics` that nobody counts.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use chrono::{TimeDelta, Utc};
use sqlx::PgPool;
use tokio::time::{Instant, interval, timeout};

use crate::live::LiveRanking;
use crate::store::{StoreError, clock, live, reach, vitals};
use crate::telemetry::{AccountLabel, BackfillGauges, Metrics};

/// Time between two measurements.
const EVERY: Duration = Duration::from_secs(10);

/// A greater difference of the clocks is worth a warning.
const CLOCKS_DIFFER: TimeDelta = TimeDelta::minutes(1);

/// Measures until cancelled. While the database cannot be reached, only the gauge that says so
/// changes.
pub async fn measure(pool: PgPool, ranking: LiveRanking, metrics: Metrics) {
    let mut measurement = Measurement {
        pool,
        ranking,
        metrics,
        backfilled: HashSet::new(),
        budgets: HashSet::new(),
        lags: HashMap::new(),
        clock_agrees: true,
    };
    let mut every = interval(EVERY);
    let mut was_down = false;
    loop {
        every.tick().await;
        // A database that accepts connections but never answers counts as down too.
        let measured = match timeout(EVERY, measurement.once()).await {
            Ok(measured) => measured,
            Err(_) => Err(StoreError::Unavailable(sqlx::Error::PoolTimedOut)),
        };
        let down = measured.as_ref().is_err_and(StoreError::is_unavailable);
        measurement.metrics.vitals().database_up(!down);
        match measured {
            Err(error) if down && !was_down => measurement.tell(error).await,
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::debug!(error, "the gauges could not be measured; trying again");
            }
            Ok(()) if was_down => tracing::info!("the database answers again"),
            Ok(()) => {}
        }
        was_down = down;
    }
}

/// How long a ranking has been behind its log, from samples. A position that is still missing at the
/// next sample shows a lag; one that has just been appended does not. So a ranking that keeps up under
/// load has none.
#[derive(Clone, Copy, Debug)]
pub struct Lag {
    /// The position that was missing, and when it was first seen to be.
    wanted: i64,
    since: Instant,
}

impl Lag {
    pub fn new(now: Instant) -> Self {
        Self { wanted: 0, since: now }
    }

    /// Takes a sample: the log is at `head`, the ranking at `held`. Answers the lag.
    pub fn seen(&mut self, head: i64, held: i64, now: Instant) -> Duration {
        if held >= self.wanted {
            *self = Self { wanted: head, since: now };
        }
        if held >= self.wanted { Duration::ZERO } else { now - self.since }
    }
}

struct Measurement {
    pool: PgPool,
    ranking: LiveRanking,
    metrics: Metrics,
    /// The accounts whose backfill has gauges.
    backfilled: HashSet<AccountLabel>,
    /// The account and resource of each budget that has gauges.
    budgets: HashSet<(AccountLabel, &'static str)>,
    lags: HashMap<i64, Lag>,
    /// Whether this machine's clock was right at the last measurement.
    clock_agrees: bool,
}

impl Measurement {
    /// Logs why the database is away: what a connection of its own finds, since a pool only waits in vain.
    async fn tell(&self, found: StoreError) {
        let error = reach(&self.pool).await.err().unwrap_or(found);
        let error = &error as &dyn std::error::Error;
        tracing::warn!(error, "the database cannot be used; deliveries are refused with 503 until it can");
    }

    /// Compares this machine's clock with the database's, by which everything goes.
    async fn clock(&mut self) -> Result<(), StoreError> {
        let ahead = Utc::now() - clock::now(&self.pool).await?;
        self.metrics.vitals().clock_ahead(ahead.num_seconds());
        let agrees = ahead.abs() <= CLOCKS_DIFFER;
        if self.clock_agrees && !agrees {
            tracing::warn!(
                ahead_s = ahead.num_seconds(),
                "this machine's clock differs from the database's, by which the service goes; set both by NTP"
            );
        }
        self.clock_agrees = agrees;
        Ok(())
    }

    async fn once(&mut self) -> Result<(), StoreError> {
        self.clock().await?;
        self.lag().await?;
        self.backfills().await?;
        self.budgets().await?;
        let expiry = vitals::next_token_expiry(&self.pool).await?;
        self.metrics.vitals().token_expiry(expiry.map(|at| at.timestamp()));
        Ok(())
    }

    async fn lag(&mut self) -> Result<(), StoreError> {
        let mut lags: HashMap<AccountLabel, Duration> = HashMap::new();
        for head in live::heads(&self.pool).await? {
            let held = self.ranking.head(head.account_id).map_or(-1, |held| held.position);
            let now = Instant::now();
            let lag = self.lags.entry(head.account_id).or_insert_with(|| Lag::new(now)).seen(head.position, held, now);
            let longest = lags.entry(self.metrics.account(head.account_id)).or_default();
            *longest = lag.max(*longest);
        }
        for (account, lag) in lags {
            self.metrics.vitals().ranking_lag(account, lag.as_secs().try_into().unwrap_or(i64::MAX));
        }
        Ok(())
    }

    async fn budgets(&mut self) -> Result<(), StoreError> {
        let mut least: HashMap<(AccountLabel, &'static str), (i64, i64)> = HashMap::new();
        for budget in vitals::budgets(&self.pool).await? {
            let resource = if budget.resource == "graphql" { "graphql" } else { "core" };
            let left = (budget.remaining, budget.limit);
            let known = least.entry((self.metrics.account(budget.account_id), resource)).or_insert(left);
            *known = left.min(*known);
        }
        for ((account, resource), (remaining, limit)) in &least {
            self.metrics.github_remaining(*account, resource, *remaining);
            self.metrics.vitals().github_limit(*account, resource, *limit);
        }
        let present: HashSet<_> = least.into_keys().collect();
        for (account, resource) in self.budgets.difference(&present) {
            self.metrics.forget_budget(*account, resource);
        }
        self.budgets = present;
        Ok(())
    }

    async fn backfills(&mut self) -> Result<(), StoreError> {
        let mut gauges: HashMap<AccountLabel, BackfillGauges> = HashMap::new();
        for found in vitals::backfills(&self.pool).await? {
            let backfill = BackfillGauges {
                complete: found.complete,
                incomplete: found.repositories - found.complete,
                items: found.fetched,
                compared_at: found.swept_at.map(|at| at.timestamp()),
                due: found.due,
                failing: found.failing,
            };
            let sum = |known: &mut BackfillGauges| *known = known.and(backfill);
            gauges.entry(self.metrics.account(found.account_id)).and_modify(sum).or_insert(backfill);
        }
        for (account, backfill) in &gauges {
            self.metrics.vitals().backfill(*account, *backfill);
        }
        let present: HashSet<_> = gauges.into_keys().collect();
        for gone in self.backfilled.difference(&present) {
            self.metrics.vitals().forget(*gone);
        }
        self.backfilled = present;
        Ok(())
    }
}
