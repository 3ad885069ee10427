//! The task that measures the gauges of `/metrics` that nobody counts.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use chrono::{TimeDelta, Utc};
use sqlx::PgPool;
use tokio::time::{interval, timeout};

use crate::live::LiveRanking;
use crate::store::live::Head;
use crate::store::{StoreError, clock, live, reach, vitals};
use crate::telemetry::{AccountLabel, BackfillGauges, Metrics};

/// Time between two measurements.
const EVERY: Duration = Duration::from_secs(10);

/// A greater difference of the clocks is worth a warning.
const CLOCKS_DIFFER: TimeDelta = TimeDelta::minutes(1);

/// Measures until cancelled. While the database cannot be reached, only the gauge that says so
/// changes.
pub async fn measure(pool: PgPool, ranking: LiveRanking, metrics: Metrics) {
    let mut measurement =
        Measurement { pool, ranking, metrics, backfilled: HashSet::new(), budgets: HashSet::new(), clock_agrees: true };
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

struct Measurement {
    pool: PgPool,
    ranking: LiveRanking,
    metrics: Metrics,
    /// The accounts whose backfill has gauges.
    backfilled: HashSet<AccountLabel>,
    /// The account and resource of each budget that has gauges.
    budgets: HashSet<(AccountLabel, &'static str)>,
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

    /// For how long the first event has waited that answers do not include.
    async fn lag(&mut self) -> Result<(), StoreError> {
        let mut lags: HashMap<AccountLabel, Duration> = HashMap::new();
        for Head { account_id, position, .. } in live::heads(&self.pool).await? {
            // An account that memory does not hold yet is answered from what is stored.
            let held = self.ranking.head(account_id).map_or(position, |held| held.position);
            let behind = held < position;
            let waiting = if behind { live::waiting_for(&self.pool, account_id, held).await? } else { None };
            let longest = lags.entry(self.metrics.account(account_id)).or_default();
            *longest = waiting.unwrap_or_default().max(*longest);
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
