//! Endless load on a service that may die under it.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bugscrub::webhook::signature;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::support::app::SECRET;
use crate::support::payload::{issue, issues, owned_repository};
use crate::support::service::http;
use crate::support::wait::{PATIENCE, in_time};

const SENDERS: usize = 16;
/// The accounts that the deliveries are about, in turn.
pub const ACCOUNTS: [i64; 3] = [501, 502, 503];

/// A comment on one of an account's issues; `turn` chooses which.
pub fn comment(account_id: i64, turn: u64) -> Value {
    let number = i64::try_from(turn % 40).unwrap() + 1;
    let (minute, second) = (turn / 60 % 60, turn % 60);
    let mut payload = issues(
        "created",
        &issue(number, "2024-01-01T00:00:00Z", &format!("2025-01-01T00:{minute:02}:{second:02}Z")),
        &owned_repository(account_id, &format!("owner-{account_id}"), account_id * 10, "widgets"),
    );
    payload["comment"] = json!({"id": turn, "user": {"login": "ada", "id": 5, "type": "User"}});
    payload
}

/// Posts one signed comment. Returns the status, or `None` without an answer.
pub async fn post(client: &reqwest::Client, to: SocketAddr, guid: Uuid, payload: &Value) -> Option<u16> {
    post_event(client, to, guid, "issue_comment", payload).await
}

/// Posts one signed delivery of any event.
pub async fn post_event(
    client: &reqwest::Client,
    to: SocketAddr,
    guid: Uuid,
    event: &str,
    payload: &Value,
) -> Option<u16> {
    let body = serde_json::to_vec(payload).unwrap();
    let request = client
        .post(format!("http://{to}/webhooks/github"))
        .header("content-type", "application/json")
        .header("x-github-event", event)
        .header("x-github-delivery", guid.to_string())
        .header("x-hub-signature-256", signature::sign(SECRET.as_bytes(), &body))
        .body(body);
    // A status without its body is not an answer.
    let answer = request.send().await.ok()?;
    let status = answer.status().as_u16();
    answer.bytes().await.ok()?;
    Some(status)
}

/// Senders that post deliveries to the current target, each under a GUID of its own.
pub struct Load {
    target: watch::Sender<Option<SocketAddr>>,
    acknowledged: Arc<Mutex<Vec<Uuid>>>,
    count: watch::Receiver<usize>,
    senders: Vec<JoinHandle<()>>,
}

impl Load {
    pub fn start() -> Self {
        let (target, aim) = watch::channel(None);
        let (counter, count) = watch::channel(0);
        let (counter, acknowledged) = (Arc::new(counter), Arc::new(Mutex::new(vec![])));
        let turns = Arc::new(AtomicU64::new(0));
        let senders = (0..SENDERS).map(|_| {
            let (acknowledged, counter, turns) = (acknowledged.clone(), counter.clone(), turns.clone());
            tokio::spawn(send(aim.clone(), turns, acknowledged, counter))
        });
        Self { senders: senders.collect(), target, acknowledged, count }
    }

    /// Sends to this address from now on.
    pub fn aim(&self, at: Option<SocketAddr>) {
        self.target.send_replace(at);
    }

    /// Waits until `more` further deliveries have been acknowledged.
    pub async fn acknowledged(&mut self, more: usize) {
        let goal = *self.count.borrow() + more;
        let reached = self.count.wait_for(|count| *count >= goal);
        in_time(&format!("{more} more deliveries are acknowledged"), reached).await.unwrap();
    }

    /// Ends the load and returns the acknowledged GUIDs.
    pub async fn end(self) -> Vec<Uuid> {
        drop(self.target);
        for sender in self.senders {
            sender.await.unwrap();
        }
        std::mem::take(&mut self.acknowledged.lock().unwrap())
    }
}

async fn send(
    mut aim: watch::Receiver<Option<SocketAddr>>,
    turns: Arc<AtomicU64>,
    acknowledged: Arc<Mutex<Vec<Uuid>>>,
    counter: Arc<watch::Sender<usize>>,
) {
    let client = http().timeout(PATIENCE).build().unwrap();
    // Ends when the load does: then the other end of `aim` is gone.
    while let Ok(target) = aim.wait_for(Option::is_some).await.map(|target| *target) {
        if aim.has_changed().is_err() {
            return;
        }
        let turn = turns.fetch_add(1, Ordering::Relaxed);
        let guid = Uuid::new_v4();
        let account = ACCOUNTS[usize::try_from(turn).unwrap() % ACCOUNTS.len()];
        match post(&client, target.unwrap(), guid, &comment(account, turn)).await {
            Some(202) => {
                acknowledged.lock().unwrap().push(guid);
                counter.send_modify(|count| *count += 1);
            }
            // A service out of reach is not asked again at once.
            Some(503) | None => tokio::time::sleep(Duration::from_millis(10)).await,
            Some(other) => panic!("the service answered {other}"),
        }
    }
}
