//! The counters and histograms: one [`Metrics`], cloned to whoever counts.
//!
//! Label values come from closed sets, and of accounts only the first have series of their own. So
//! nothing that a client sends can create an endless number of series.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

use super::account::{AccountLabel, AccountLabels};
use super::vitals::Vitals;

/// The events that have a label of their own: those to which the App may subscribe, and those that
/// GitHub sends to every App. Sorted.
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

/// The outcomes that should not occur: refused before the signature was found good, refused after
/// that, and stored raw because of a fault of ours.
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
struct OutcomeLabel {
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfAccount {
    account: AccountLabel,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct BudgetLabels {
    account: AccountLabel,
    resource: &'static str,
}

/// Every metric of the service. Cloning shares them.
#[derive(Debug, Clone)]
pub struct Metrics(Arc<Families>);

#[derive(Debug)]
struct Families {
    registry: Registry,
    deliveries: Family<DeliveryLabels, Counter>,
    batch_size: Histogram,
    append: Histogram,
    acknowledgement: Histogram,
    queue: Family<StatusLabel, Histogram>,
    head_position: Family<OfAccount, Gauge>,
    requests: Gauge,
    body_bytes: Gauge,
    batches_split: Counter,
    waiting: Gauge,
    backfilled: Counter,
    mended: Counter,
    refreshed: Counter,
    left_out: Counter,
    redeliveries: Counter,
    github_requests: Family<StatusLabel, Counter>,
    github_failures: Counter,
    github_remaining: Family<BudgetLabels, Gauge>,
    chat_messages: Family<OutcomeLabel, Counter>,
    accounts: AccountLabels,
    vitals: Vitals,
}

impl Metrics {
    /// The content type of the text that [`Metrics::encode`] returns.
    pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    /// The content type of the text that [`Metrics::encode_text`] returns.
    pub const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

    pub fn new() -> Self {
        let inner = Families {
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
            refreshed: Counter::default(),
            left_out: Counter::default(),
            redeliveries: Counter::default(),
            github_requests: Family::default(),
            github_failures: Counter::default(),
            github_remaining: Family::default(),
            chat_messages: Family::default(),
            accounts: AccountLabels::default(),
            vitals: Vitals::default(),
        };
        // They exist from the start: a counter that appears with its first failure shows no rate.
        for event in EVENTS.into_iter().chain(["other"]) {
            for outcome in FAULTS {
                let _ = inner.deliveries.get_or_create(&DeliveryLabels { event, outcome });
            }
        }
        for outcome in ["given_up", "unknown"] {
            let _ = inner.chat_messages.get_or_create(&OutcomeLabel { outcome });
        }
        Self(Arc::new(inner.registered()))
    }

    /// Counts an answered delivery of `event`, as its header names it. `outcome` is the name under which
    /// it was stored, or the reason why it was not.
    pub fn delivery(&self, event: &str, outcome: &'static str) {
        let event = EVENTS.binary_search(&event).map_or("other", |i| EVENTS[i]);
        let labels = DeliveryLabels { event, outcome };
        self.0.deliveries.get_or_create(&labels).inc();
    }

    /// Counts a committed batch of `size` deliveries, whose transaction took `took`.
    pub fn batch(&self, size: usize, took: Duration) {
        self.0.batch_size.observe(size as f64);
        self.0.append.observe(took.as_secs_f64());
    }

    /// Counts a batch that failed and is retried one delivery at a time.
    pub fn batch_split(&self) {
        self.0.batches_split.inc();
    }

    /// Counts a delivery as waiting for its commit until the guard is dropped.
    pub fn delivery_waiting(&self) -> InFlight {
        self.0.waiting.inc();
        InFlight(self.0.waiting.clone())
    }

    /// Counts a delivery that was acknowledged, `took` after its request's head arrived.
    pub fn acknowledged(&self, took: Duration) {
        self.0.acknowledgement.observe(took.as_secs_f64());
    }

    /// Counts an answer of `/queue`.
    pub fn queue(&self, status: u16, took: Duration) {
        let labels = StatusLabel { status };
        let queue = self.0.queue.get_or_create(&labels);
        queue.observe(took.as_secs_f64());
    }

    /// The label of an account.
    pub fn account(&self, account_id: i64) -> AccountLabel {
        self.0.accounts.of(account_id)
    }

    /// Sets an account's head position, as this process last saw it. Positions of several accounts are
    /// nothing together.
    pub fn head_position(&self, account_id: i64, position: i64) {
        let account = self.account(account_id);
        if account != AccountLabel::Others {
            self.0.head_position.get_or_create(&OfAccount { account }).set(position);
        }
    }

    /// Counts the items of a stored page of a backfill.
    pub fn backfilled(&self, items: i64) {
        self.0.backfilled.inc_by(items.unsigned_abs());
    }

    /// Counts items that had changed without the delivery that should have told, and were mended. A healthy
    /// system mends nothing.
    pub fn mended(&self, items: i64) {
        self.0.mended.inc_by(items.unsigned_abs());
    }

    /// Counts items of which only the time of the last update had moved, of which GitHub tells nobody.
    pub fn refreshed(&self, items: i64) {
        self.0.refreshed.inc_by(items.unsigned_abs());
    }

    /// Counts what could not be read of deliveries and of GitHub's answers.
    pub fn left_out(&self, times: i64) {
        self.0.left_out.inc_by(times.unsigned_abs());
    }

    /// Counts a failed delivery that was asked for again.
    pub fn redelivery(&self) {
        self.0.redeliveries.inc();
    }

    /// Counts an answer of GitHub.
    pub fn github_request(&self, status: u16) {
        self.0.github_requests.get_or_create(&StatusLabel { status }).inc();
    }

    /// Counts a job that failed and is tried again.
    pub fn github_failure(&self) {
        self.0.github_failures.inc();
    }

    /// Sets what is left of an hourly budget.
    pub fn github_remaining(&self, account: AccountLabel, resource: &'static str, remaining: i64) {
        self.0.github_remaining.get_or_create(&BudgetLabels { account, resource }).set(remaining);
    }

    /// Removes the gauges of a budget that is no longer used.
    pub fn forget_budget(&self, account: AccountLabel, resource: &'static str) {
        self.0.github_remaining.remove(&BudgetLabels { account, resource });
        self.0.vitals.forget_limit(account, resource);
    }

    /// Counts what became of messages to the chat.
    pub fn chat_messages(&self, outcome: &'static str, messages: u64) {
        self.0.chat_messages.get_or_create(&OutcomeLabel { outcome }).inc_by(messages);
    }

    /// The gauges that are measured rather than counted.
    pub fn vitals(&self) -> &Vitals {
        &self.0.vitals
    }

    /// Counts a request as in flight until the guard is dropped.
    pub fn request(&self) -> InFlight {
        self.0.requests.inc();
        InFlight(self.0.requests.clone())
    }

    /// Sets the bytes that webhook bodies in flight take of their budget.
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

impl Metrics {
    /// All metrics in the text format of Prometheus. There a counter is described under the name of its sample.
    pub fn encode_text(&self) -> String {
        let open = self.encode();
        let types = open.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.strip_suffix(" counter"));
        let counters: HashSet<&str> = types.collect();
        let mut text = String::with_capacity(open.len());
        for line in open.lines().filter(|line| *line != "# EOF" && !line.starts_with("# UNIT ")) {
            let mut words = line.splitn(4, ' ');
            match (words.next(), words.next(), words.next(), words.next()) {
                (Some("#"), Some(what), Some(name), Some(rest)) if counters.contains(name) => {
                    text.push_str(&format!("# {what} {name}_total {rest}\n"));
                }
                _ => text.extend([line, "\n"]),
            }
        }
        text
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Families {
    fn registered(mut self) -> Self {
        let registry = &mut self.registry;
        // The encoder appends `_total` to counters and the unit to the name.
        registry.register("deliveries", "Deliveries answered", self.deliveries.clone());
        registry.register("batch_deliveries", "Deliveries in a committed batch", self.batch_size.clone());
        registry.register("batches_split", "Batches retried one delivery at a time", self.batches_split.clone());
        registry.register("deliveries_waiting", "Deliveries waiting for their commit", self.waiting.clone());
        registry.register("head_position", "Head position of an account", self.head_position.clone());
        registry.register("backfilled_items", "Items stored by the backfill", self.backfilled.clone());
        registry.register(
            "mended_items",
            "Items that had changed without the delivery that should have told, and were mended",
            self.mended.clone(),
        );
        registry.register(
            "refreshed_items",
            "Items of which only the time had moved, of which GitHub tells nobody",
            self.refreshed.clone(),
        );
        registry.register(
            "left_out",
            "Fields, entries and items that could not be read of what GitHub sent and answered",
            self.left_out.clone(),
        );
        registry.register("redeliveries", "Failed deliveries asked for again", self.redeliveries.clone());
        registry.register("github_requests", "Answers of GitHub", self.github_requests.clone());
        registry.register("github_failures", "Jobs that failed and are tried again", self.github_failures.clone());
        registry.register(
            "github_remaining",
            "Requests or points left of GitHub's hourly budgets",
            self.github_remaining.clone(),
        );
        registry.register("chat_messages", "What became of messages to the chat", self.chat_messages.clone());
        registry.register("http_requests_in_flight", "Requests being answered", self.requests.clone());
        registry.register_with_unit("append", "Time of a batch's transaction", Unit::Seconds, self.append.clone());
        registry.register_with_unit(
            "acknowledgement",
            "Time from a delivery's head to its answer",
            Unit::Seconds,
            self.acknowledgement.clone(),
        );
        registry.register_with_unit("queue", "Time of an answer of /queue", Unit::Seconds, self.queue.clone());
        registry.register_with_unit(
            "bodies_in_flight",
            "Memory of webhook bodies in flight",
            Unit::Bytes,
            self.body_bytes.clone(),
        );
        self.vitals.register(registry);
        self
    }
}

/// A request or delivery that counts as in flight until this is dropped.
#[derive(Debug)]
#[must_use]
pub struct InFlight(Gauge);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// Buckets from half a millisecond to 8 seconds, each twice as large as the one before.
fn latency() -> Histogram {
    Histogram::new(exponential_buckets(0.0005, 2.0, 15))
}
