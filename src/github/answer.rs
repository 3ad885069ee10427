//! GitHub's answers, and the errors in place of one.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use http::header::LINK;
use http::{HeaderMap, StatusCode};

use super::key::BadKey;
use super::proxy::BadProxy;
use super::wire::{ErrorBody, QueryError};
use crate::ingest::IngestError;
use crate::store::StoreError;
use crate::webhook::Omissions;
use crate::webhook::reading::{Readable, read};

/// Why a question to GitHub got no answer.
#[derive(Debug, thiserror::Error)]
pub enum GitHubError {
    #[error("GitHub takes no requests until {until}: {reason}")]
    Shut { until: DateTime<Utc>, reason: String },
    /// `place` is host and port; `why` is the cause, and what to do.
    #[error("GitHub cannot be reached at {place}: {why}")]
    Unreachable { place: String, why: String },
    /// A server error, which may pass.
    #[error("GitHub answered {0}")]
    Failed(u16),
    #[error("GitHub answered {status}: {message}")]
    Refused { status: u16, message: String },
    #[error("GitHub does not take the place where the list was to go on: {0}")]
    BadCursor(String),
    #[error("GitHub's answer could not be read: {0}")]
    Unreadable(String),
    /// An organization wants the person to sign in by SAML first.
    #[error("GitHub wants a sign-in by SAML first: {0}")]
    Saml(String),
    #[error("the App is not installed on the account {0}")]
    NotInstalled(i64),
    /// GitHub grants no token, because the installation has changed.
    #[error("GitHub grants no token for the installation: {0}")]
    Changed(String),
    /// A fault of this program, stopped before it reached GitHub.
    #[error("this service must not make the request {0}")]
    NeverDone(String),
    #[error(transparent)]
    Key(#[from] BadKey),
    #[error(transparent)]
    Proxy(#[from] BadProxy),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Ingest(#[from] IngestError),
}

/// An answer of GitHub.
#[derive(Debug)]
pub struct GitHubAnswer {
    pub status: u16,
    /// GitHub's time of the answer.
    pub date: DateTime<Utc>,
    /// The query string of the next page, if there is one.
    pub next: Option<String>,
    /// The address that a redirection points to.
    pub location: Option<String>,
    /// What `X-GitHub-SSO` says: organizations want a sign-in by SAML before they show what is theirs.
    pub sso: Option<String>,
    pub body: Bytes,
}

impl GitHubAnswer {
    /// The content of a 2xx answer, and what could not be read of it.
    ///
    /// # Errors
    /// [`GitHubError::Refused`] for another status; [`GitHubError::Unreadable`] if the content is no JSON, or
    /// of another type as a whole.
    pub fn read<T: Readable>(&self) -> Result<(T, Omissions), GitHubError> {
        if self.status >= 300 {
            return Err(GitHubError::Refused { status: self.status, message: message(self) });
        }
        let (content, omissions) = read(&self.body).map_err(|error| GitHubError::Unreadable(error.to_string()))?;
        let other_type = || GitHubError::Unreadable("it is JSON, but of another type".to_owned());
        Ok((content.ok_or_else(other_type)?, omissions))
    }

    /// The same, where what is left out need not be counted.
    ///
    /// # Errors
    /// As [`GitHubAnswer::read`].
    pub fn json<T: Readable>(&self) -> Result<T, GitHubError> {
        self.read().map(|(content, _)| content)
    }

    fn error(&self) -> ErrorBody {
        read(&self.body).ok().and_then(|(body, _)| body).unwrap_or_default()
    }
}

/// The head of an answer, whose body is still to come.
pub struct AnswerHead {
    pub status: u16,
    pub date: DateTime<Utc>,
    pub headers: HeaderMap,
    pub body: BoxFuture<'static, Option<Bytes>>,
}

/// The `message` of an error answer, or the messages of GraphQL errors.
pub fn message(answer: &GitHubAnswer) -> String {
    let status = || StatusCode::from_u16(answer.status).ok()?.canonical_reason();
    let said = answer.error();
    let errors = said.errors.iter().flatten();
    let of_errors = || errors.filter_map(|error| error.message.as_deref()).collect::<Vec<_>>().join("; ");
    let text = said.message.as_ref().map_or_else(of_errors, |message| message.0.clone());
    if text.is_empty() { status().unwrap_or("no reason given").to_owned() } else { text }
}

/// The message of an answer that may mean "later": 403 and 429, and any GraphQL answer that mentions a
/// limit, whatever its status ("Rate limits and query limits for the GraphQL API" in GitHub's
/// documentation).
pub fn refused(answer: &GitHubAnswer, graphql: bool) -> Option<String> {
    if matches!(answer.status, 403 | 429) {
        return Some(message(answer));
    }
    if !graphql {
        return None;
    }
    let limited = |error: &QueryError| {
        let said = error.message.as_deref().unwrap_or_default();
        let limited = error.kind.as_deref() == Some("RATE_LIMITED") || said.to_lowercase().contains("rate limit");
        limited.then(|| format!("rate limit: {said}"))
    };
    answer.error().errors.iter().flatten().find_map(limited)
}

/// The query string of the `next` address in the `Link` headers (RFC 8288). Addresses may have commas in
/// them, and parameters may stand without quotes.
pub fn next_page(headers: &HeaderMap) -> Option<String> {
    let links = headers.get_all(LINK).iter().filter_map(|value| value.to_str().ok());
    // Each piece is an address, its closing bracket, and its parameters.
    let mut links = links.flat_map(|value| value.split('<').skip(1)).filter_map(|link| link.split_once('>'));
    let (address, _) = links.find(|(_, parameters)| parameters.split([';', ',']).any(is_next))?;
    Some(address.split_once('?')?.1.to_owned())
}

/// Whether a parameter of a link says that it leads to the next page. It may name several relations.
fn is_next(parameter: &str) -> bool {
    let Some((name, relations)) = parameter.split_once('=') else { return false };
    let relations = relations.trim().trim_matches('"');
    name.trim().eq_ignore_ascii_case("rel")
        && relations.split_whitespace().any(|relation| relation.eq_ignore_ascii_case("next"))
}
