//! Gauges of how far things are, measured now and then by every replica alike: to be read with
//! `max`, not added up over replicas.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Account {
    account: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct AccountState {
    account: i64,
    state: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct AccountResource {
    account: i64,
    resource: &'static str,
}

/// The gauges. Cloning shares them.
#[derive(Debug, Clone, Default)]
pub struct Vitals {
    backfill_repositories: Family<AccountState, Gauge>,
    backfill_items: Family<Account, Gauge>,
    compared: Family<Account, Gauge>,
    jobs: Family<AccountState, Gauge>,
    github_limit: Family<AccountResource, Gauge>,
    ranking_lag: Family<Account, Gauge>,
    token_expiry: Gauge,
    database_up: Gauge,
}

/// How far GitHub's side of one account is.
#[derive(Debug, Clone, Copy)]
pub struct Backfill {
    pub complete: i64,
    pub incomplete: i64,
    pub items: i64,
    /// Unix time; `None` if a repository was never compared.
    pub compared_at: Option<i64>,
    pub due: i64,
    pub failing: i64,
}

impl Vitals {
    /// How far GitHub's side of an account is.
    pub fn backfill(&self, account: i64, backfill: Backfill) {
        let Backfill { complete, incomplete, items, compared_at, due, failing } = backfill;
        for (state, repositories) in [("complete", complete), ("incomplete", incomplete)] {
            self.backfill_repositories.get_or_create(&AccountState { account, state }).set(repositories);
        }
        self.backfill_items.get_or_create(&Account { account }).set(items);
        self.compared.get_or_create(&Account { account }).set(compared_at.unwrap_or_default());
        for (state, jobs) in [("due", due), ("failing", failing)] {
            self.jobs.get_or_create(&AccountState { account, state }).set(jobs);
        }
    }

    /// GitHub is not asked about an account any more.
    pub fn forget(&self, account: i64) {
        for state in ["complete", "incomplete", "due", "failing"] {
            self.backfill_repositories.remove(&AccountState { account, state });
            self.jobs.remove(&AccountState { account, state });
        }
        self.backfill_items.remove(&Account { account });
        self.compared.remove(&Account { account });
    }

    /// How large one of GitHub's hourly budgets is; account 0 is the App itself.
    pub fn github_limit(&self, account: i64, resource: &'static str, limit: i64) {
        self.github_limit.get_or_create(&AccountResource { account, resource }).set(limit);
    }

    pub(super) fn forget_limit(&self, account: i64, resource: &'static str) {
        self.github_limit.remove(&AccountResource { account, resource });
    }

    /// Whether the database answers this replica.
    pub fn database_up(&self, up: bool) {
        self.database_up.set(up.into());
    }

    /// For how long this replica's ranking has lacked something that the log has.
    pub fn ranking_lag(&self, account: i64, seconds: i64) {
        self.ranking_lag.get_or_create(&Account { account }).set(seconds);
    }

    /// When the next API token expires, as Unix time; `None` if none does.
    pub fn token_expiry(&self, at: Option<i64>) {
        self.token_expiry.set(at.unwrap_or_default());
    }

    pub(super) fn register(&self, registry: &mut Registry) {
        // The encoder appends the unit to the name.
        registry.register(
            "backfill_repositories",
            "Repositories with all items here, and the others",
            self.backfill_repositories.clone(),
        );
        registry.register("backfill_items", "Items that the backfill has stored", self.backfill_items.clone());
        registry.register_with_unit(
            "compared_timestamp",
            "Up to when every repository was compared with GitHub; 0: one never was",
            Unit::Seconds,
            self.compared.clone(),
        );
        registry.register("database_up", "Whether the database answers: 1, or 0", self.database_up.clone());
        registry.register("jobs", "Questions to GitHub that are due, and those that fail", self.jobs.clone());
        registry.register("github_limit", "GitHub's hourly budgets", self.github_limit.clone());
        registry.register_with_unit(
            "ranking_lag",
            "For how long the ranking has lacked something that the log has",
            Unit::Seconds,
            self.ranking_lag.clone(),
        );
        registry.register_with_unit(
            "token_expiry_timestamp",
            "When the next API token expires; 0: none does",
            Unit::Seconds,
            self.token_expiry.clone(),
        );
    }
}
