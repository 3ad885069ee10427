//! What GitHub answers, and why it may not.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use http::header::LINK;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::identity::BadKey;
use crate::ingest::IngestError;
use crate::store::StoreError;

/// Why a question to GitHub has no answer.
#[derive(Debug, thiserror::Error)]
pub enum GitHubError {
    #[error("GitHub takes no requests until {until}: {reason}")]
    Shut { until: DateTime<Utc>, reason: String },
    #[error("GitHub cannot be reached at {0}")]
    Unreachable(String),
    /// A server error: later may do.
    #[error("GitHub answered {0}")]
    Failed(u16),
    #[error("GitHub answered {status}: {message}")]
    Refused { status: u16, message: String },
    #[error("GitHub's answer could not be read: {0}")]
    Unreadable(String),
    #[error("the App is not installed on the account {0}")]
    NotInstalled(i64),
    #[error(transparent)]
    Key(#[from] BadKey),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Ingest(#[from] IngestError),
}

/// What GitHub answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// GitHub's time of it.
    pub date: DateTime<Utc>,
    /// The query of the next page's address.
    pub next: Option<String>,
    /// Where a redirection points to.
    pub location: Option<String>,
    pub body: Bytes,
}

impl Answer {
    /// What a 2xx answer holds.
    ///
    /// # Errors
    /// [`GitHubError::Refused`] for another answer; [`GitHubError::Unreadable`] for another shape.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, GitHubError> {
        if self.status >= 300 {
            return Err(GitHubError::Refused { status: self.status, message: message(self) });
        }
        self.parsed()
    }

    fn parsed<T: DeserializeOwned>(&self) -> Result<T, GitHubError> {
        serde_json::from_slice(&self.body).map_err(|error| GitHubError::Unreadable(error.to_string()))
    }
}

/// An answer whose body is still to come.
pub struct Head {
    pub status: u16,
    pub date: DateTime<Utc>,
    pub headers: HeaderMap,
    pub body: BoxFuture<'static, Option<Bytes>>,
}

/// The `message` of an error answer.
pub fn message(answer: &Answer) -> String {
    #[derive(Deserialize)]
    struct Message {
        message: String,
    }
    let status = || StatusCode::from_u16(answer.status).ok()?.canonical_reason();
    answer
        .parsed::<Message>()
        .map(|said| said.message)
        .unwrap_or_else(|_| status().unwrap_or("no reason given").to_owned())
}

/// The query of the address that a `Link` header calls `next` (RFC 8288).
pub fn next_page(headers: &HeaderMap) -> Option<String> {
    let links = headers.get(LINK)?.to_str().ok()?;
    let next = links.split(',').find(|link| link.contains("rel=\"next\""))?;
    let address = next.split_once('<')?.1.split_once('>')?.0;
    Some(address.split_once('?')?.1.to_owned())
}
