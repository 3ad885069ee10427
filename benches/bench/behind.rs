//! How old the answers of the queue ever are: in a burst of first deliveries into an empty store, and while a backfill
//! of many items arrives. Each answer says so itself, in `freshness.lag_ms`.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use bugscrub::deliver::{Pace, WebhookTarget, deliver};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::load::Payloads;
use super::report::Report;
use super::service::{self, SECRET, Service, TOKEN};

const DELIVERIES: usize = 100_000;
const CONNECTIONS: usize = 64;
/// Between two looks at the queue.
const PAUSE: Duration = Duration::from_millis(20);

/// What was seen of the queue while it was looked at.
pub struct Looks {
    pub worst_ms: u64,
    pub looks: usize,
    /// The longest time for which the position stood still although the answer was behind.
    pub frozen_ms: u128,
}

/// Looks at the queue until told to stop, and then until it has caught up.
pub struct Watch {
    stop: Arc<AtomicBool>,
    watching: JoinHandle<Looks>,
}

impl Watch {
    pub fn start(address: SocketAddr) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let watching = tokio::spawn(watch(address, stop.clone()));
        Self { stop, watching }
    }

    pub async fn end(self) -> Looks {
        self.stop.store(true, Ordering::Relaxed);
        self.watching.await.expect("it looks")
    }
}

async fn watch(address: SocketAddr, stop: Arc<AtomicBool>) -> Looks {
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let url = format!("http://{address}/api/v1/queue?limit=1");
    let mut seen = Looks { worst_ms: 0, looks: 0, frozen_ms: 0 };
    let mut moved = (Value::Null, Instant::now());
    loop {
        let stopped = stop.load(Ordering::Relaxed);
        let answer = client.get(&url).bearer_auth(TOKEN).send().await.expect("an answer");
        // Until the first delivery there is no account.
        let page: Value = serde_json::from_str(&answer.text().await.expect("a body")).unwrap_or_default();
        let lag = page["freshness"]["lag_ms"].as_u64().unwrap_or_default();
        seen.looks += 1;
        seen.worst_ms = seen.worst_ms.max(lag);
        if lag == 0 || moved.0 != page["position"] {
            moved = (page["position"].clone(), Instant::now());
        }
        seen.frozen_ms = seen.frozen_ms.max(moved.1.elapsed().as_millis());
        if stopped && lag == 0 {
            return seen;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// A burst of first deliveries into an empty store.
pub async fn burst(report: &mut Report, payloads: &Payloads) {
    let directory = service::directory();
    let service = Service::start(directory.path()).await;
    let target = WebhookTarget::new(&format!("http://{}/webhooks/github", service.address()), SECRET).expect("a URL");
    let watch = Watch::start(service.address());
    let pace = Pace { concurrency: CONNECTIONS, rate: None };
    let source = payloads.fresh(DELIVERIES).map(Ok);
    let sent = deliver(source, &target, pace, |_| {}).await.expect("the load runs");
    assert_eq!(sent.failed(), 0, "{sent}");
    let Looks { worst_ms, looks, frozen_ms } = watch.end().await;
    let about =
        json!({"deliveries": DELIVERIES, "looks": looks, "longest_standstill_ms": frozen_ms, "load": sent.to_string()});
    report.row("burst_behind_ms", worst_ms as f64, "ms", "<= 1000", about);
    service.stop().await;
}
