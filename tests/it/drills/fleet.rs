//! Replicas behind a balancer, run as the chart runs them, under load.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bugscrub::deliver::{DeliverError, Pace, RecordedDelivery, Report, WebhookTarget, deliver};
use chrono::Utc;
use tokio::task::JoinHandle;
use tokio::time::sleep;
use uuid::Uuid;

use super::is_long;
use crate::faults::load::{ACCOUNTS, comment};
use crate::support::TestDatabase;
use crate::support::balancer::Balancer;
use crate::support::service::{Serving, client};
use crate::support::wait::until;

/// The chart's `termination.preStopSeconds`.
const PAUSE: Duration = Duration::from_secs(10);

/// Replicas on one database. Their secrets are in files, as a mounted Secret is.
pub struct Fleet {
    pub balancer: Balancer,
    pub database: TestDatabase,
    secrets: tempfile::TempDir,
    replicas: Vec<Serving>,
}

impl Fleet {
    pub async fn start(replicas: usize, webhook_secret: &str) -> Self {
        let (balancer, database) = (Balancer::start().await, TestDatabase::new().await);
        let mut fleet = Self { balancer, database, secrets: tempfile::tempdir().unwrap(), replicas: vec![] };
        fleet.set_webhook_secret(webhook_secret);
        fleet.set_old_webhook_secret("");
        for _ in 0..replicas {
            fleet.add().await;
        }
        fleet
    }

    fn webhook_secret_file(&self) -> PathBuf {
        self.secrets.path().join("webhook-secret")
    }

    /// Takes effect with the next restart.
    pub fn set_webhook_secret(&self, secret: &str) {
        std::fs::write(self.webhook_secret_file(), secret).unwrap();
    }

    /// Takes effect with the next restart.
    pub fn set_old_webhook_secret(&self, secret: &str) {
        std::fs::write(self.secrets.path().join("webhook-secret-old"), secret).unwrap();
    }

    /// The replicas' own addresses.
    pub fn urls(&self, path: &str) -> Vec<String> {
        self.replicas.iter().map(|replica| replica.url(path)).collect()
    }

    /// Starts a replica. Requests go to it once it is ready.
    async fn add(&mut self) {
        let (file, old) = (self.webhook_secret_file(), self.secrets.path().join("webhook-secret-old"));
        let settings = [
            ("BUGSCRUB_DATABASE_URL", self.database.url.as_str()),
            ("BUGSCRUB_WEBHOOK_SECRET_FILE", file.to_str().unwrap()),
            ("BUGSCRUB_WEBHOOK_SECRET_OLD_FILE", old.to_str().unwrap()),
            ("BUGSCRUB_RATE_LIMIT", "0"),
        ];
        let replica = Serving::start(&settings).await;
        let client = client();
        let ready = async || client.get(replica.url("/readyz")).send().await.is_ok_and(|answer| answer.status() == 200);
        until("the replica is ready", ready).await;
        self.balancer.add(replica.address);
        self.replicas.push(replica);
    }

    /// Stops the oldest replica in the order of the chart, under load: nobody is to send to it any
    /// more, of which the balancer hears late; the replica goes on serving for a pause that is long
    /// enough for this; then it gets SIGTERM. Answers the rest of its log.
    pub async fn stop_one(&mut self) -> String {
        let replica = self.replicas.remove(0);
        if is_long() {
            sleep(PAUSE / 3).await;
            self.balancer.remove(replica.address);
            sleep(PAUSE - PAUSE / 3).await;
        } else {
            self.balancer.hands_on(replica.address, 20).await;
            self.balancer.remove_and_drain(replica.address).await;
        }
        replica.stop().await
    }

    /// Restarts every replica, one after the other: at no time is there more than one away.
    pub async fn restart(&mut self) {
        for _ in 0..self.replicas.len() {
            self.stop_one().await;
            self.add().await;
        }
    }

    /// Stops the oldest replica while the balancer still sends to it, which is wrong; the balancer
    /// hears of it only after a delivery has met nobody.
    pub async fn stop_one_too_soon(&mut self) {
        let replica = self.replicas.remove(0);
        let address = replica.address;
        replica.stop().await;
        self.balancer.leaves_one_unanswered().await;
        self.balancer.remove(address);
    }

    /// Stops all replicas; the database stays.
    pub async fn end(self) -> TestDatabase {
        for replica in self.replicas {
            replica.stop().await;
        }
        self.database
    }
}

/// Deliveries a second.
pub fn rate() -> f64 {
    let given = std::env::var("BUGSCRUB_DRILL_RATE").ok().map(|rate| rate.parse().expect("a number"));
    given.unwrap_or(if is_long() { 500.0 } else { 150.0 })
}

/// How many deliveries may be under way at once. At full length there is no limit but for a service
/// that hangs: a delivery that comes late counts as late. Else a machine that is too busy for the rate
/// has a lower one, and is not overrun.
fn at_once() -> usize {
    if is_long() { 2_000 } else { 32 }
}

/// Deliveries at a steady rate, by the clock, until it is ended.
pub struct Stream {
    stop: Arc<AtomicBool>,
    sent: Arc<Mutex<Vec<Uuid>>>,
    delivering: JoinHandle<Result<Report, DeliverError>>,
}

impl Stream {
    pub fn start(fleet: &Fleet, secret: &str) -> Self {
        let target = WebhookTarget::new(&fleet.balancer.url("/webhooks/github"), secret).unwrap();
        let (stop, sent) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(vec![])));
        let source = Endless { turn: 0, stop: stop.clone(), sent: sent.clone() };
        let pace = Pace { concurrency: at_once(), rate: Some(rate()) };
        let delivering = tokio::spawn(async move { deliver(source, &target, pace, |_| {}).await });
        Self { stop, sent, delivering }
    }

    /// Ends the stream. Returns the GUIDs that were sent, and the report.
    pub async fn end(self) -> (Vec<Uuid>, Report) {
        self.stop.store(true, Ordering::Relaxed);
        let report = self.delivering.await.unwrap().unwrap();
        (std::mem::take(&mut *self.sent.lock().unwrap()), report)
    }

    /// Ends the stream once this many more deliveries have been sent; see [`Stream::end_well`].
    pub async fn end_well_after(self, sent: usize) -> Vec<Uuid> {
        self.sent_more(sent).await;
        self.end_well().await
    }

    async fn sent_more(&self, more: usize) {
        let count = || self.sent.lock().unwrap().len();
        let goal = count() + more;
        until("more deliveries are sent", async || count() >= goal).await;
    }

    /// Ends the stream and panics if a delivery was refused. Returns the GUIDs that were sent.
    pub async fn end_well(self) -> Vec<Uuid> {
        let (sent, report) = self.end().await;
        println!("{report}");
        assert!(report.sent > 0);
        assert_eq!((report.failed(), report.accepted), (0, sent.len() as u64), "{report}");
        sent
    }
}

/// Endless comments on issues of several accounts, each under its own GUID.
struct Endless {
    turn: u64,
    stop: Arc<AtomicBool>,
    sent: Arc<Mutex<Vec<Uuid>>>,
}

impl Iterator for Endless {
    type Item = Result<RecordedDelivery, DeliverError>;

    fn next(&mut self) -> Option<Self::Item> {
        static TURN: AtomicU64 = AtomicU64::new(0);
        if self.stop.load(Ordering::Relaxed) {
            return None;
        }
        self.turn = TURN.fetch_add(1, Ordering::Relaxed);
        let account = ACCOUNTS[usize::try_from(self.turn).unwrap() % ACCOUNTS.len()];
        let payload = serde_json::to_vec(&comment(account, self.turn)).unwrap();
        let recorded = RecordedDelivery {
            event: "issue_comment".to_owned(),
            delivery: Uuid::new_v4(),
            at: Utc::now(),
            payload: payload.into(),
        };
        self.sent.lock().unwrap().push(recorded.delivery);
        Some(Ok(recorded))
    }
}
