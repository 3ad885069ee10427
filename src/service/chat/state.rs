//! The chat that is told, and what is known of it.

use chrono::{DateTime, Utc};
use tokio::sync::OnceCell;

use crate::chat::ChatClient;
use crate::telemetry::Metrics;

/// The chat that is told of scrubs.
pub struct Chat {
    pub(super) client: ChatClient,
    /// Whether it may be told what is private.
    pub(super) private: bool,
    /// Where people reach the service, without a slash at the end.
    service: Option<String>,
    pub(super) metrics: Metrics,
    /// Since when it is told, once that was looked up.
    pub(super) since: OnceCell<DateTime<Utc>>,
}

impl Chat {
    pub fn new(client: ChatClient, private: bool, service: Option<String>, metrics: Metrics) -> Self {
        Self { client, private, service, metrics, since: OnceCell::new() }
    }

    /// The address of a page of the service.
    pub(super) fn link(&self, path: &str) -> Option<String> {
        self.service.as_ref().map(|service| format!("{service}{path}"))
    }
}
