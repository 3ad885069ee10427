//! Posting one delivery, as GitHub does.

use std::error::Error;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, USER_AGENT};
use reqwest::{Client, StatusCode, Url, redirect};
use serde::Deserialize;

use super::error::DeliverError;
use super::read::RecordedDelivery;
use crate::terminal;
use crate::webhook::signature;

/// GitHub counts a delivery as failed if it has no answer by then.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The most characters kept of a refusal's text.
const SAMPLE: usize = 200;

/// The URL that deliveries go to, and the secret that signs them.
#[derive(Clone)]
pub struct WebhookTarget {
    url: Url,
    secret: Arc<str>,
}

impl WebhookTarget {
    /// # Errors
    ///
    /// If `url` is not a whole `http://` or `https://` address.
    pub fn new(url: &str, secret: &str) -> Result<Self, DeliverError> {
        let refused = |fault: String| DeliverError::Url { url: url.to_owned(), fault };
        let parsed = Url::parse(url).map_err(|error| refused(error.to_string()))?;
        if !matches!(parsed.scheme(), "http" | "https") {
            return Err(refused("it begins with neither http:// nor https://".to_owned()));
        }
        Ok(Self { url: parsed, secret: secret.into() })
    }

    /// The URL.
    pub fn url(&self) -> &Url {
        &self.url
    }
}

impl fmt::Debug for WebhookTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookTarget").field("url", &self.url.as_str()).finish_non_exhaustive()
    }
}

/// The service's answer to a delivery that it has made durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct Acknowledgement {
    /// The account's head position; `None` if the delivery belongs to no account.
    pub position: Option<u64>,
    /// Number of events appended.
    pub events: u64,
    /// Whether the delivery's GUID was known already.
    pub duplicate: bool,
}

/// A delivery that was not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The kind of failure, to count by: `HTTP 503`, `timed out`.
    pub kind: String,
    /// The reason, in one line.
    pub message: String,
}

/// Posts single deliveries and keeps its connections open.
#[derive(Debug, Clone)]
pub struct Sender {
    client: Client,
    target: WebhookTarget,
}

impl Sender {
    /// Makes a sender that keeps up to `connections` open.
    ///
    /// # Errors
    ///
    /// If no HTTP client can be made.
    pub fn new(target: &WebhookTarget, connections: usize) -> Result<Self, DeliverError> {
        let client = client(&target.url, connections)?;
        Ok(Self { client, target: target.clone() })
    }

    /// Signs and posts one delivery, and reads the whole answer.
    ///
    /// # Errors
    ///
    /// Any answer but 202, or no answer within ten seconds.
    pub async fn post(&self, recorded: &RecordedDelivery) -> Result<Acknowledgement, Failure> {
        let signature = signature::sign(self.target.secret.as_bytes(), &recorded.payload);
        let response = self
            .client
            .post(self.target.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header(USER_AGENT, "GitHub-Hookshot/bugscrub")
            .header("X-GitHub-Event", &recorded.event)
            .header("X-GitHub-Delivery", recorded.delivery.to_string())
            .header("X-Hub-Signature-256", signature)
            .body(recorded.payload.clone())
            .send()
            .await
            .map_err(broken)?;
        let status = response.status();
        let body = response.bytes().await.map_err(broken)?;
        if status != StatusCode::ACCEPTED {
            return Err(Failure { kind: format!("HTTP {}", status.as_u16()), message: said(&body) });
        }
        serde_json::from_slice(&body).map_err(|error| Failure {
            kind: "accepted with an unexpected answer".to_owned(),
            message: error.to_string(),
        })
    }
}

/// Makes a client that follows no redirect and waits ten seconds for an answer.
///
/// It uses a proxy from the environment, but never to reach this machine itself.
///
/// # Errors
///
/// If no HTTP client can be made.
pub fn client(url: &Url, connections: usize) -> Result<Client, DeliverError> {
    let client =
        Client::builder().pool_max_idle_per_host(connections).redirect(redirect::Policy::none()).timeout(TIMEOUT);
    let client = if is_local(url) { client.no_proxy() } else { client };
    client.build().map_err(DeliverError::Client)
}

/// Whether an address is this machine's own.
pub fn is_local(url: &Url) -> bool {
    url.host_str().is_some_and(|host| {
        let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        host == "localhost" || address.is_ok_and(|address| address.is_loopback())
    })
}

/// A request that got no answer.
fn broken(error: reqwest::Error) -> Failure {
    let error = error.without_url();
    let kind = if error.is_timeout() {
        "timed out"
    } else if error.is_connect() {
        "could not connect"
    } else {
        "connection broke"
    };
    let mut message = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        message = format!("{message}: {cause}");
        source = cause.source();
    }
    Failure { kind: kind.to_owned(), message: one_line(&message) }
}

/// The text of a refusal: its detail, if it is a problem document.
fn said(body: &[u8]) -> String {
    #[derive(Deserialize)]
    struct ProblemBody {
        detail: Option<String>,
        title: Option<String>,
    }
    let problem = serde_json::from_slice::<ProblemBody>(body).ok();
    match problem.and_then(|problem| problem.detail.or(problem.title)) {
        Some(text) => one_line(&text),
        None => one_line(&String::from_utf8_lossy(body)),
    }
}

fn one_line(text: &str) -> String {
    let line = terminal::line(text);
    let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(SAMPLE) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line,
    }
}
