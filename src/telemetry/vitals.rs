//! Gauges that every replica measures for the whole service. So read them with `max`; never add them up
//! over replicas.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};

use super::account::AccountLabel;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfAccount {
    account: AccountLabel,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct AccountStateLabels {
    account: AccountLabel,
    state: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct AccountResourceLabels {
    account: AccountLabel,
    resource: &'static str,
}

/// The gauges. Cloning shares them.
#[derive(Debug, Clone, Default)]
pub struct Vitals {
    backfill_repositories: Family<AccountStateLabels, Gauge>,
    backfill_items: Family<OfAccount, Gauge>,
    compared: Family<OfAccount, Gauge>,
    jobs: Family<AccountStateLabels, Gauge>,
    github_limit: Family<AccountResourceLabels, Gauge>,
    ranking_lag: Family<OfAccount, Gauge>,
    token_expiry: Gauge,
    database_up: Gauge,
    clock_ahead: Gauge,
}

/// The progress of the backfill of one account, or of several.
#[derive(Debug, Clone, Copy)]
pub struct BackfillGauges {
    pub complete: i64,
    pub incomplete: i64,
    pub items: i64,
    /// Unix time; `None` if a repository was never compared.
    pub compared_at: Option<i64>,
    pub due: i64,
    pub failing: i64,
}

impl BackfillGauges {
    /// Of both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            complete: self.complete + other.complete,
            incomplete: self.incomplete + other.incomplete,
            items: self.items + other.items,
            // `None`, which is the least, if one never was.
            compared_at: self.compared_at.min(other.compared_at),
            due: self.due + other.due,
            failing: self.failing + other.failing,
        }
    }
}

impl Vitals {
    /// Sets the gauges of an account's backfill.
    pub fn backfill(&self, account: AccountLabel, backfill: BackfillGauges) {
        let BackfillGauges { complete, incomplete, items, compared_at, due, failing } = backfill;
        for (state, repositories) in [("complete", complete), ("incomplete", incomplete)] {
            self.backfill_repositories.get_or_create(&AccountStateLabels { account, state }).set(repositories);
        }
        self.backfill_items.get_or_create(&OfAccount { account }).set(items);
        self.compared.get_or_create(&OfAccount { account }).set(compared_at.unwrap_or_default());
        for (state, jobs) in [("due", due), ("failing", failing)] {
            self.jobs.get_or_create(&AccountStateLabels { account, state }).set(jobs);
        }
    }

    /// Removes the gauges of an account about which GitHub is no longer asked.
    pub fn forget(&self, account: AccountLabel) {
        for state in ["complete", "incomplete", "due", "failing"] {
            self.backfill_repositories.remove(&AccountStateLabels { account, state });
            self.jobs.remove(&AccountStateLabels { account, state });
        }
        self.backfill_items.remove(&OfAccount { account });
        self.compared.remove(&OfAccount { account });
    }

    /// Sets the size of one of GitHub's hourly budgets.
    pub fn github_limit(&self, account: AccountLabel, resource: &'static str, limit: i64) {
        self.github_limit.get_or_create(&AccountResourceLabels { account, resource }).set(limit);
    }

    pub(super) fn forget_limit(&self, account: AccountLabel, resource: &'static str) {
        self.github_limit.remove(&AccountResourceLabels { account, resource });
    }

    /// Sets whether the database answers this replica.
    pub fn database_up(&self, up: bool) {
        self.database_up.set(up.into());
    }

    /// Sets how far this machine's clock is ahead of the database's.
    pub fn clock_ahead(&self, seconds: i64) {
        self.clock_ahead.set(seconds);
    }

    /// Sets for how long the oldest event has waited that this replica's answers do not include.
    pub fn ranking_lag(&self, account: AccountLabel, seconds: i64) {
        self.ranking_lag.get_or_create(&OfAccount { account }).set(seconds);
    }

    /// Sets when the next API token expires, as Unix time; `None` if none does.
    pub fn token_expiry(&self, at: Option<i64>) {
        self.token_expiry.set(at.unwrap_or_default());
    }

    pub(super) fn register(&self, registry: &mut Registry) {
        // The encoder appends the unit to the name.
        registry.register(
            "backfill_repositories",
            "Repositories whose items are all stored, and the others",
            self.backfill_repositories.clone(),
        );
        registry.register("backfill_items", "Items that the backfill has stored", self.backfill_items.clone());
        registry.register_with_unit(
            "compared_timestamp",
            "Time up to which every repository was compared with GitHub; 0 if one never was",
            Unit::Seconds,
            self.compared.clone(),
        );
        registry.register("database_up", "Whether the database answers: 1 or 0", self.database_up.clone());
        registry.register_with_unit(
            "clock_ahead",
            "How far the clock of this replica is ahead of the database's; negative if it is behind",
            Unit::Seconds,
            self.clock_ahead.clone(),
        );
        registry.register("jobs", "Jobs that ask GitHub: those that are due, and those that fail", self.jobs.clone());
        registry.register("github_limit", "GitHub's hourly budgets", self.github_limit.clone());
        registry.register_with_unit(
            "ranking_lag",
            "For how long the oldest event has waited that answers do not include",
            Unit::Seconds,
            self.ranking_lag.clone(),
        );
        registry.register_with_unit(
            "token_expiry_timestamp",
            "Time at which the next API token expires; 0 if none does",
            Unit::Seconds,
            self.token_expiry.clone(),
        );
    }
}
