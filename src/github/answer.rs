//! What GitHub answers, and why it may not.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use http::header::LINK;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::identity::BadKey;
use super::wire::QueryError;
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
    /// No token can be had: the installation is not as we know it.
    #[error("GitHub hands out no token for the installation: {0}")]
    Changed(String),
    /// A fault of this program, stopped before it reached GitHub.
    #[error("{0} is no request that this service makes")]
    NeverDone(String),
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

/// The `message` of an error answer; of GraphQL those of its errors.
pub fn message(answer: &Answer) -> String {
    let status = || StatusCode::from_u16(answer.status).ok()?.canonical_reason();
    let said = answer.parsed::<Said>().unwrap_or_default();
    let of_errors = || said.errors.iter().map(|error| error.message.as_str()).collect::<Vec<_>>().join("; ");
    let text = said.message.clone().unwrap_or_else(of_errors);
    if text.is_empty() { status().unwrap_or("no reason given").to_owned() } else { text }
}

/// What an error answer says.
#[derive(Default, Deserialize)]
struct Said {
    message: Option<String>,
    #[serde(default)]
    errors: Vec<QueryError>,
}

/// What is said by an answer that may mean "later": 403 and 429, and of GraphQL an answer that
/// tells of a limit, whatever its status ("Rate limits and node limits for the GraphQL API" in
/// GitHub's documentation).
pub fn refused(answer: &Answer, graphql: bool) -> Option<String> {
    if matches!(answer.status, 403 | 429) {
        return Some(message(answer));
    }
    let errors = answer.parsed::<Said>().ok().filter(|_| graphql)?.errors;
    let limited = |error: &&QueryError| {
        error.kind.as_deref() == Some("RATE_LIMITED") || error.message.to_lowercase().contains("rate limit")
    };
    errors.iter().find(limited).map(|error| format!("rate limit: {}", error.message))
}

/// The query of the address that a `Link` header calls `next` (RFC 8288).
pub fn next_page(headers: &HeaderMap) -> Option<String> {
    let links = headers.get(LINK)?.to_str().ok()?;
    let next = links.split(',').find(|link| link.contains("rel=\"next\""))?;
    let address = next.split_once('<')?.1.split_once('>')?.0;
    Some(address.split_once('?')?.1.to_owned())
}
