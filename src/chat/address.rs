//! The address of an incoming webhook. Whoever knows it can write to the chat, so it is shown nowhere.

use std::fmt;

use reqwest::Url;
use sha2::{Digest, Sha256};

/// Whose webhook it is, which decides how messages are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum ChatFormat {
    Slack,
    Discord,
    Mattermost,
}

impl ChatFormat {
    pub fn name(self) -> &'static str {
        match self {
            Self::Slack => "slack",
            Self::Discord => "discord",
            Self::Mattermost => "mattermost",
        }
    }
}

/// Why a text is no address of a chat. It does not show the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadChat {
    #[error("it is not the URL of an incoming webhook, such as https://hooks.slack.com/services/...")]
    Url,
    #[error("its URL does not tell whose webhook it is: set BUGSCRUB_CHAT_FORMAT to slack, discord or mattermost")]
    Format,
}

/// The URL of an incoming webhook, and how its chat writes messages.
#[derive(Clone)]
pub struct ChatAddress {
    url: Url,
    pub format: ChatFormat,
}

impl fmt::Debug for ChatAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}", self.format.name(), self.host())
    }
}

impl ChatAddress {
    /// Reads a URL. `format` is needed only where the URL does not tell it.
    ///
    /// # Errors
    /// [`BadChat`]
    pub fn new(text: &str, format: Option<ChatFormat>) -> Result<Self, BadChat> {
        let url = Url::parse(text.trim()).map_err(|_| BadChat::Url)?;
        let is_web = matches!(url.scheme(), "http" | "https");
        if !is_web || url.host_str().is_none_or(str::is_empty) || url.path().trim_matches('/').is_empty() {
            return Err(BadChat::Url);
        }
        let format = format.or_else(|| told(&url)).ok_or(BadChat::Format)?;
        Ok(Self { url, format })
    }

    /// The host, which may be shown.
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// Where messages are sent to.
    pub(super) fn url(&self) -> Url {
        let mut url = self.url.clone();
        // Without it Discord says 204 before it knows whether the message was kept.
        if self.format == ChatFormat::Discord && !url.query_pairs().any(|(name, _)| name == "wait") {
            url.query_pairs_mut().append_pair("wait", "true");
        }
        url
    }

    /// By what the chat is known again, without its address.
    pub fn digest(&self) -> Vec<u8> {
        Sha256::digest(self.url.as_str()).to_vec()
    }
}

/// Whose webhook a URL is, by its host and its path.
fn told(url: &Url) -> Option<ChatFormat> {
    let (host, path) = (url.host_str()?.to_ascii_lowercase(), url.path());
    let is_of = |domain: &str| host == domain || host.strip_suffix(domain).is_some_and(|front| front.ends_with('.'));
    // Discord takes Slack's format below `/slack`.
    if path.ends_with("/slack") || is_of("slack.com") || is_of("slack-gov.com") {
        return Some(ChatFormat::Slack);
    }
    if is_of("discord.com") || is_of("discordapp.com") {
        return path.contains("/webhooks/").then_some(ChatFormat::Discord);
    }
    // Below the path of the server, if it has one.
    path.contains("/hooks/").then_some(ChatFormat::Mattermost)
}
