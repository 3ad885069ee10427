//! Settings of the chat that is told of scrubs.

use std::path::PathBuf;

use clap::{ArgAction, Args};
use reqwest::Url;

use super::error::ConfigError;
use super::public::switch;
use super::secret::SecretSetting;
use crate::chat::{ChatAddress, ChatFormat, ChatSettings};

#[derive(Debug, Clone, Args)]
pub struct ChatArgs {
    /// The URL of an incoming webhook of Slack, Discord or Mattermost, which is told that a scrub begins, and its minutes
    /// [default: none]
    #[arg(long, env = "BUGSCRUB_CHAT_URL", hide_env_values = true)]
    pub chat_url: Option<String>,
    /// A file that holds the URL of the incoming webhook
    #[arg(long, env = "BUGSCRUB_CHAT_URL_FILE", conflicts_with = "chat_url")]
    pub chat_url_file: Option<PathBuf>,
    /// Whose webhook it is, if its URL does not tell: slack, discord or mattermost
    #[arg(long, env = "BUGSCRUB_CHAT_FORMAT", value_enum)]
    pub chat_format: Option<ChatFormat>,
    /// Whether the chat is told what is in private repositories: on or off
    #[arg(
        long, env = "BUGSCRUB_CHAT_PRIVATE", default_value = "off", value_parser = switch, action = ArgAction::Set,
        num_args = 0..=1, default_missing_value = "on"
    )]
    pub chat_private: bool,
    /// Where people reach the service, such as https://scrub.example: the links in messages begin with it [default: none]
    #[arg(long, env = "BUGSCRUB_URL", value_parser = service)]
    pub url: Option<String>,
}

impl ChatArgs {
    /// `None`: no chat is told.
    ///
    /// # Errors
    /// If the URL cannot be read, or is that of no incoming webhook.
    pub fn settings(&self) -> Result<Option<ChatSettings>, ConfigError> {
        let url = SecretSetting { name: "BUGSCRUB_CHAT_URL", value: &self.chat_url, file: &self.chat_url_file };
        let Some(text) = url.read()? else { return Ok(None) };
        let bad = |source| ConfigError::Chat { variable: url.variable(), source };
        let address = ChatAddress::new(&text, self.chat_format).map_err(bad)?;
        Ok(Some(ChatSettings { address, private: self.chat_private, service: self.url.clone() }))
    }
}

/// An address without a slash at its end.
fn service(text: &str) -> Result<String, &'static str> {
    let refused = "write where people reach the service, such as https://scrub.example";
    let url = Url::parse(text.trim()).map_err(|_| refused)?;
    let is_plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) || !is_plain {
        return Err(refused);
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}
