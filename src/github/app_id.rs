//! What an App is called in its tokens: its id, or its client id, which GitHub recommends now.

use std::fmt;
use std::str::FromStr;

/// An App's id or client id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppId(String);

/// The text is neither.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is neither an App ID (a number such as 123456) nor a client ID (such as Iv23liAbCdEf): the App's settings on GitHub show both"
)]
pub struct BadAppId(String);

impl FromStr for AppId {
    type Err = BadAppId;

    fn from_str(text: &str) -> Result<Self, BadAppId> {
        let text = text.trim();
        let number = text.parse::<u64>().is_ok_and(|id| id > 0) && text.bytes().all(|byte| byte.is_ascii_digit());
        let client = text.strip_prefix("Iv").is_some_and(|rest| {
            rest.len() > 2 && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.')
        });
        (number || client).then(|| Self(text.to_owned())).ok_or_else(|| BadAppId(text.chars().take(60).collect()))
    }
}

impl From<u64> for AppId {
    fn from(id: u64) -> Self {
        Self(id.to_string())
    }
}

impl AppId {
    /// The claim `iss` of the App's tokens.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AppId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
