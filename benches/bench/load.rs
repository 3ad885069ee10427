//! The load: real payloads of npm `@octokit/webhooks-examples`, renumbered so that they spread
//! over many items, each with a GUID of its own.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bugscrub::deliver::RecordedDelivery;
use bugscrub::webhook::signature::sign;
use bytes::Bytes;
use chrono::Utc;
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use uuid::Uuid;

use super::service::SECRET;

const EXAMPLES: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/webhooks/node_modules/@octokit/webhooks-examples/api.github.com/index.json"
);
/// Items that the load is about: some ten events each in a run, as real repositories have.
const ITEMS: u64 = 20_000;
/// Distinct bodies, made and signed before the clock starts.
const BODIES: usize = 4_096;

/// A body and its signature.
struct Signed {
    event: &'static str,
    body: Bytes,
    signature: String,
}

pub struct Payloads {
    signed: Arc<Vec<Signed>>,
    next: AtomicU64,
}

impl Payloads {
    /// # Panics
    /// If the examples are not installed, saying how.
    pub fn load() -> Self {
        let text = std::fs::read_to_string(EXAMPLES).expect("the examples: run `npm ci --prefix tests/webhooks`");
        let index: Vec<Value> = serde_json::from_str(&text).expect("the examples are JSON");
        let examples: Vec<(&str, &'static str, Value)> = [
            ("issues", "issue"),
            ("issue_comment", "issue"),
            ("pull_request", "pull_request"),
            ("pull_request_review", "pull_request"),
        ]
        .into_iter()
        .flat_map(|(event, key)| {
            let of_event = index.iter().find(|entry| entry["name"] == event).expect("the event has examples");
            let examples = of_event["examples"].as_array().expect("a list").clone();
            examples.into_iter().map(move |example| (event, key, example))
        })
        // Transfers and deletions would end the items.
        .filter(|(_, _, example)| example["action"] != "transferred" && example["action"] != "deleted")
        .collect();
        let signed = (0..BODIES).map(|n| {
            let (event, key, example) = &examples[n % examples.len()];
            let mut payload = example.clone();
            payload[key]["number"] = json!((n as u64).wrapping_mul(2_654_435_761) % ITEMS + 1);
            payload["repository"]["id"] = json!(1_000 + n as u64 % 40);
            payload["repository"]["owner"] = json!({"login": "Codertocat", "id": 21_031_067, "type": "User"});
            let body = serde_json::to_vec(&payload).expect("JSON");
            let event = ["issues", "issue_comment", "pull_request", "pull_request_review"]
                .into_iter()
                .find(|known| known == event)
                .expect("one of them");
            Signed { event, signature: sign(SECRET.as_bytes(), &body), body: body.into() }
        });
        Self { signed: Arc::new(signed.collect()), next: AtomicU64::new(0) }
    }

    pub fn mean_bytes(&self) -> usize {
        self.signed.iter().map(|signed| signed.body.len()).sum::<usize>() / self.signed.len()
    }

    fn next(&self) -> usize {
        usize::try_from(self.next.fetch_add(1, Ordering::Relaxed)).expect("64 bits") % self.signed.len()
    }

    /// The next delivery, under a GUID of its own.
    pub fn request(&self) -> Request<Full<Bytes>> {
        let signed = &self.signed[self.next()];
        Request::post("/webhooks/github")
            .header("host", "bench")
            .header("content-type", "application/json")
            .header("x-github-event", signed.event)
            .header("x-github-delivery", Uuid::new_v4().to_string())
            .header("x-hub-signature-256", &signed.signature)
            .body(Full::new(signed.body.clone()))
            .expect("a request")
    }

    /// One delivery about an issue with labels.
    pub fn labelled(&self) -> impl Iterator<Item = RecordedDelivery> + Send + 'static {
        let has_labels = |signed: &&Signed| {
            let payload: Value = serde_json::from_slice(&signed.body).expect("JSON");
            signed.event == "issues" && payload["issue"]["labels"].as_array().is_some_and(|labels| !labels.is_empty())
        };
        let Signed { event, body, .. } = self.signed.iter().find(has_labels).expect("an example has labels");
        let payload = body.clone();
        let recorded =
            RecordedDelivery { event: (*event).to_owned(), delivery: Uuid::new_v4(), at: Utc::now(), payload };
        std::iter::once(recorded)
    }

    /// Deliveries for the open loop.
    pub fn fresh(&self, count: usize) -> impl Iterator<Item = RecordedDelivery> + Send + 'static {
        let signed = self.signed.clone();
        let first = self.next();
        (first..first + count).map(move |n| {
            let Signed { event, body, .. } = &signed[n % signed.len()];
            RecordedDelivery {
                event: (*event).to_owned(),
                delivery: Uuid::new_v4(),
                at: Utc::now(),
                payload: body.clone(),
            }
        })
    }
}

/// What a load was answered.
pub struct Acknowledged {
    pub deliveries: u64,
    pub per_second: f64,
}

/// Posts over so many connections for so long, each sending the next delivery when the last is
/// answered.
pub async fn closed_loop(address: SocketAddr, payloads: &Payloads, connections: usize, time: Duration) -> Acknowledged {
    let started = Instant::now();
    let acknowledged = Arc::new(Mutex::new(0_u64));
    let workers = (0..connections).map(|_| worker(address, payloads, started + time, acknowledged.clone()));
    futures_util::future::join_all(workers).await;
    let deliveries = *acknowledged.lock().expect("no worker panicked");
    Acknowledged { deliveries, per_second: deliveries as f64 / started.elapsed().as_secs_f64() }
}

async fn worker(address: SocketAddr, payloads: &Payloads, until: Instant, total: Arc<Mutex<u64>>) {
    let stream = TcpStream::connect(address).await.expect("the service listens");
    stream.set_nodelay(true).expect("a socket");
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.expect("HTTP");
    tokio::spawn(connection);
    let mut acknowledged = 0;
    while Instant::now() < until {
        let request = payloads.request();
        sender.ready().await.expect("the connection is kept alive");
        let answer = sender.send_request(request).await.expect("an answer");
        assert!(answer.status().is_success(), "{}", answer.status());
        answer.into_body().collect().await.expect("a whole answer");
        acknowledged += 1;
    }
    *total.lock().expect("no worker panicked") += acknowledged;
}
