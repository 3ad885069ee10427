//! The task that tells a chat of scrubs.

use std::time::Duration;

use tokio::task::JoinHandle;

use super::AppError;
use crate::chat::{ChatClient, ChatSettings};
use crate::github::{GitHubError, http_client};
use crate::service::Service;
use crate::service::chat::state::Chat;
use crate::telemetry::Metrics;

/// Time between two searches for what is to be told.
const EVERY: Duration = Duration::from_secs(2);

/// The chat that is told of scrubs.
pub(super) fn told(settings: &ChatSettings, metrics: &Metrics) -> Result<Chat, AppError> {
    // A connection that is kept may just have been closed: then nobody knows what became of a message.
    let http = http_client().map_err(GitHubError::from)?.pool_max_idle_per_host(0);
    let client = ChatClient::new(http.build().map_err(AppError::Client)?, settings.address.clone());
    Ok(Chat::new(client, settings.private, settings.service.clone(), metrics.clone()))
}

/// Tells the chat of scrubs that begin and end, again and again.
async fn tell(service: Service) {
    let mut every = tokio::time::interval(EVERY);
    loop {
        every.tick().await;
        loop {
            match service.tell_chat().await {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::warn!(error, "the chat could not be told of scrubs; trying again");
                    break;
                }
            }
        }
    }
}

/// Starts the task, and says in the log whom it tells.
pub(super) fn start(settings: &ChatSettings, service: Service) -> JoinHandle<()> {
    let (to, private) = (&settings.address, settings.private);
    tracing::info!(chat = ?to, private, "a chat is told that scrubs begin, and their minutes (BUGSCRUB_CHAT_URL)");
    if settings.service.is_none() {
        tracing::warn!(
            "messages to the chat have no links to scrubs: set BUGSCRUB_URL to where people reach the service"
        );
    }
    tokio::spawn(tell(service))
}
