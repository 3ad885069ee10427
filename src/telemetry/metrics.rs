//! What is counted: one [`Metrics`], cloned to whoever counts.
//!
//! Label values come from closed sets (but accounts, of which there are few), so that nothing a
//! client sends can make series without end.

use std::sync::Arc;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

use super::vitals::Vitals;

/// The events with a label of their own: those the App may subscribe to, and those GitHub sends to
/// every App. Sorted.
const EVENTS: [&str; 22] = [
    "discussion",
    "discussion_comment",
    "github_app_authorization",
    "installation",
    "installation_repositories",
    "installation_target",
    "issue_comment",
    "issue_dependencies",
    "issues",
    "label",
    "member",
    "meta",
    "milestone",
    "organization",
    "ping",
    "public",
    "pull_request",
    "pull_request_review",
    "pull_request_review_comment",
    "pull_request_review_thread",
    "repository",
    "sub_issues",
];

/// What should not come of deliveries: refused before the signature is known to be good, refused
/// after that, and stored without being understood by a fault of ours.
const FAULTS: [&str; 7] = ["malformed", "unsigned", "too_large", "too_slow", "over_budget", "rejected", "failed"];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct DeliveryLabels {
    event: &'static str,
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StatusLabel {
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct AccountLabel {
    account: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct BudgetLabels {
    account: i64,
    resource: &'static str,
}

/// Every metric of the service. Cloning shares them.
#[derive(Debug, Clone)]
pub struct Metrics(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    registry: Registry,
    deliveries: Family<DeliveryLabels, Counter>,
    batch_size: Histogram,
    append: Histogram,
    acknowledgement: Histogram,
    queue: Family<StatusLabel, Histogram>,
    head_position: Family<AccountLabel, Gauge>,
    requests: Gauge,
    body_bytes: Gauge,
    batches_split: Counter,
    waiting: Gauge,
    backfilled: Counter,
    mended: Counter,
    redeliveries: Counter,
    github_requests: Family<StatusLabel, Counter>,
    github_failures: Counter,
    github_remaining: Family<BudgetLabels, Gauge>,
    vitals: Vitals,
}

impl Metrics {
    /// The type of what [`Metrics::encode`] returns.
    pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    pub fn new() -> Self {
        let inner = Inner {
            registry: Registry::with_prefix("bugscrub"),
            deliveries: Family::default(),
            batch_size: Histogram::new(exponential_buckets(1.0, 2.0, 11)),
            append: latency(),
            acknowledgement: latency(),
            queue: Family::new_with_constructor(latency),
            head_position: Family::default(),
            requests: Gauge::default(),
            body_bytes: Gauge::default(),
            batches_split: Counter::default(),
            waiting: Gauge::default(),
            backfilled: Counter::default(),
            mended: Counter::default(),
            redeliveries: Counter::default(),
            github_requests: Family::default(),
            github_failures: Counter::default(),
            github_remaining: Family::default(),
            vitals: Vitals::default(),
        };
        // There from the start: of a counter that appears with its first failure no rate is seen.
        for event in EVENTS.into_iter().chain(["other"]) {
            for outcome in FAULTS {
                let _ = inner.deliveries.get_or_create(&DeliveryLabels { event, outcome });
            }
        }
        Self(Arc::new(inner.registered()))
    }

    /// A delivery of `event` (as its header names it) was answered. `outcome` is the name under
    /// which it was stored, or why it was not.
    pub fn delivery(&self, event: &str, outcome: &'static str) {
        let event = EVENTS.binary_search(&event).map_or("other", |i| EVENTS[i]);
        let labels = DeliveryLabels { event, outcome };
        self.0.deliveries.get_or_create(&labels).inc();
    }

    /// A batch of `size` deliveries was committed; its transaction took `took`.
    pub fn batch(&self, size: usize, took: Duration) {
        self.0.batch_size.observe(size as f64);
        self.0.append.observe(took.as_secs_f64());
    }

    /// A batch failed and is retried item by item.
    pub fn batch_split(&self) {
        self.0.batches_split.inc();
    }

    /// A delivery waits for its commit until the guard is dropped.
    pub fn delivery_waiting(&self) -> InFlight {
        self.0.waiting.inc();
        InFlight(self.0.waiting.clone())
    }

    /// A delivery was acknowledged, `took` after its request's head had come.
    pub fn acknowledged(&self, took: Duration) {
        self.0.acknowledgement.observe(took.as_secs_f64());
    }

    /// `/queue` answered with `status`.
    pub fn queue(&self, status: u16, took: Duration) {
        let labels = StatusLabel { status };
        let queue = self.0.queue.get_or_create(&labels);
        queue.observe(took.as_secs_f64());
    }

    /// An account's head position, as last seen by this process.
    pub fn head_position(&self, account: i64, position: i64) {
        let head = self.0.head_position.get_or_create(&AccountLabel { account });
        head.set(position);
    }

    /// Items of a backfill's page were stored.
    pub fn backfilled(&self, items: i64) {
        self.0.backfilled.inc_by(items.unsigned_abs());
    }

    /// Items were mended of which no delivery had told; a healthy system mends nothing.
    pub fn mended(&self, items: i64) {
        self.0.mended.inc_by(items.unsigned_abs());
    }

    /// A failed delivery was asked for again.
    pub fn redelivery(&self) {
        self.0.redeliveries.inc();
    }

    /// GitHub answered a request.
    pub fn github_request(&self, status: u16) {
        self.0.github_requests.get_or_create(&StatusLabel { status }).inc();
    }

    /// A job failed and is tried again.
    pub fn github_failure(&self) {
        self.0.github_failures.inc();
    }

    /// What is left of an hourly budget; account 0 is the App itself.
    pub fn github_remaining(&self, account: i64, resource: &'static str, remaining: i64) {
        self.0.github_remaining.get_or_create(&BudgetLabels { account, resource }).set(remaining);
    }

    /// GitHub is not asked about an account any more.
    pub fn forget_budget(&self, account: i64, resource: &'static str) {
        self.0.github_remaining.remove(&BudgetLabels { account, resource });
        self.0.vitals.forget_limit(account, resource);
    }

    /// How far things are.
    pub fn vitals(&self) -> &Vitals {
        &self.0.vitals
    }

    /// A request began; it is in flight until the guard is dropped.
    pub fn request(&self) -> InFlight {
        self.0.requests.inc();
        InFlight(self.0.requests.clone())
    }

    /// Bytes that webhook bodies in flight hold of their budget.
    pub fn body_bytes(&self, bytes: usize) {
        self.0.body_bytes.set(bytes.try_into().unwrap_or(i64::MAX));
    }

    /// All metrics in the OpenMetrics text format.
    pub fn encode(&self) -> String {
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &self.0.registry)
            .expect("cannot fail: only the writer could, and a String does not");
        text
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Inner {
    fn registered(mut self) -> Self {
        let registry = &mut self.registry;
        // The encoder appends `_total` to counters and the unit to the name.
        registry.register("deliveries", "Deliveries answered", self.deliveries.clone());
        registry.register("batch_deliveries", "Deliveries in a committed batch", self.batch_size.clone());
        registry.register("batches_split", "Batches retried item by item", self.batches_split.clone());
        registry.register("deliveries_waiting", "Deliveries waiting for their commit", self.waiting.clone());
        registry.register("head_position", "Head position of an account", self.head_position.clone());
        registry.register("backfilled_items", "Items stored by the backfill", self.backfilled.clone());
        registry.register("mended_items", "Items mended that no delivery had told of", self.mended.clone());
        registry.register("redeliveries", "Failed deliveries asked for again", self.redeliveries.clone());
        registry.register("github_requests", "Answers of GitHub", self.github_requests.clone());
        registry.register("github_failures", "Jobs that failed and are tried again", self.github_failures.clone());
        registry.register("github_remaining", "Left of GitHub's hourly budgets", self.github_remaining.clone());
        registry.register("http_requests_in_flight", "Requests being answered", self.requests.clone());
        registry.register_with_unit("append", "Transaction of a batch", Unit::Seconds, self.append.clone());
        registry.register_with_unit(
            "acknowledgement",
            "From a delivery's head to its answer",
            Unit::Seconds,
            self.acknowledgement.clone(),
        );
        registry.register_with_unit("queue", "Answers of /queue", Unit::Seconds, self.queue.clone());
        registry.register_with_unit(
            "bodies_in_flight",
            "Held by webhook bodies in flight",
            Unit::Bytes,
            self.body_bytes.clone(),
        );
        self.vitals.register(registry);
        self
    }
}

/// A request or delivery in flight, until dropped.
#[derive(Debug)]
#[must_use]
pub struct InFlight(Gauge);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// From half a millisecond to 8 seconds, each bound twice the one before.
fn latency() -> Histogram {
    Histogram::new(exponential_buckets(0.0005, 2.0, 15))
}
