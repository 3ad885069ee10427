//! One request to a chat.
//!
//! No webhook of these chats knows a message again that is sent twice. So a message is sent again only if the chat has
//! certainly not got it: nobody answered the call, or the answer refuses it. Where an answer fails to come, or tells of a
//! fault in the middle, nobody knows, and it is not sent again: better a message too few than one twice.

use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode};

use super::address::{ChatAddress, ChatFormat};
use crate::scrub::message::Message;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// The longest wait that a chat may ask for.
const LONGEST_WAIT: Duration = Duration::from_secs(3_600);

/// Whether a message arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendOutcome {
    Yes,
    /// It did not, and may be sent again: after a time, if the chat names one.
    No {
        why: String,
        wait: Option<Duration>,
    },
    /// Nobody knows.
    Unknown {
        why: String,
    },
}

/// Sends messages to one chat. Cheap to clone.
#[derive(Clone, Debug)]
pub struct ChatClient {
    http: Client,
    address: ChatAddress,
}

impl ChatClient {
    /// `http` follows no redirection, and keeps no connection: one that the chat has just closed would leave nobody knowing
    /// what became of a message.
    pub fn new(http: Client, address: ChatAddress) -> Self {
        Self { http, address }
    }

    pub fn address(&self) -> &ChatAddress {
        &self.address
    }

    /// Sends a message.
    pub async fn send(&self, message: &Message, now: DateTime<Utc>) -> SendOutcome {
        let body = self.address.format.body(message).to_string();
        let request = self.http.post(self.address.url()).header(CONTENT_TYPE, "application/json").timeout(PATIENCE);
        match request.body(body).send().await {
            Ok(answer) => meaning(self.address.format, answer.status(), wait(&answer, now)),
            // The error must not show the address.
            Err(error) if error.is_connect() || error.is_builder() => {
                SendOutcome::No { why: format!("it cannot be reached: {}", root(&error.without_url())), wait: None }
            }
            Err(error) => SendOutcome::Unknown { why: format!("no answer came: {}", root(&error.without_url())) },
        }
    }
}

/// What an answer says of a message.
fn meaning(format: ChatFormat, status: StatusCode, wait: Option<Duration>) -> SendOutcome {
    let no = |why: &str| SendOutcome::No { why: format!("{why} (status {})", status.as_u16()), wait };
    match status.as_u16() {
        200..=299 => SendOutcome::Yes,
        300..=399 => no("the URL leads elsewhere: set the one that it leads to"),
        429 => no("it takes no more messages for now"),
        // They say themselves that they have not done it. The others are of a proxy that did not reach the chat.
        503 | 521..=523 => no("it is away"),
        401 | 403 | 404 | 410 => no("it does not know the webhook (any more), or has shut the channel"),
        400..=499 => no(&format!("it does not take the message: is it {}'s webhook?", format.name())),
        _ => SendOutcome::Unknown { why: format!("it failed in the middle (status {})", status.as_u16()) },
    }
}

/// How long the chat asks to wait: in seconds, maybe with a fraction, or until a time.
fn wait(answer: &Response, now: DateTime<Utc>) -> Option<Duration> {
    let asked = answer.headers().get(RETRY_AFTER)?.to_str().ok()?.trim();
    let seconds = asked.parse::<f64>().ok().filter(|seconds| seconds.is_finite() && *seconds >= 0.0);
    let until = || {
        let until = DateTime::parse_from_rfc2822(asked).ok()?.with_timezone(&Utc);
        Some((until - now).num_seconds().max(0) as f64)
    };
    let seconds = seconds.or_else(until)?;
    Some(Duration::from_secs_f64(seconds.min(LONGEST_WAIT.as_secs_f64())))
}

/// What is at the bottom of an error.
fn root(error: &reqwest::Error) -> String {
    let causes = std::iter::successors(Some(error as &dyn std::error::Error), |error| error.source());
    causes.last().map(ToString::to_string).unwrap_or_default()
}
