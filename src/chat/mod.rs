//! A chat: what is sent to its incoming webhook, and what its answer means.
//!
//! - [`address`]: the webhook's URL, which is a secret, and whose it is: Slack's, Discord's or Mattermost's;
//! - [`format`]: a message as each of them writes it, no longer than it takes, in which nothing that people wrote mentions
//!   anybody or leads elsewhere than it says;
//! - [`send`]: one request, and whether the message arrived.

pub mod address;
pub mod format;
pub mod send;

pub use address::{BadChat, ChatAddress, ChatFormat};
pub use send::{ChatClient, SendOutcome};

/// A chat that is told of scrubs.
#[derive(Clone, Debug)]
pub struct ChatSettings {
    pub address: ChatAddress,
    /// Whether it may be told what is in private repositories.
    pub private: bool,
    /// Where people reach the service, without a slash at the end. Without it messages have no links to it.
    pub service: Option<String>,
}
