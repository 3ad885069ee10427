//! What is asked for people: with their own tokens, and for these tokens.
//!
//! GitHub counts a person's requests apart from those of installations, so these pass no gate.

use std::time::Instant;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::header::{HeaderValue, USER_AGENT};
use http::{Method, Request, Response};
use serde_json::json;

use super::super::answer::{GitHubAnswer, GitHubError, message, refused};
use super::super::limits::refusal;
use super::super::wire::AccountEntry;
use super::Client;
use super::send::purpose;
use crate::store::gates::{self, Purpose};

/// The path, on the site that people open, at which GitHub exchanges codes and refresh tokens for tokens.
pub const EXCHANGE: &str = "/login/oauth/access_token";

impl Client {
    /// Reads a path with a person's own token. Returns answers with 2xx, and with redirections, 404, 410 and 451.
    ///
    /// # Errors
    /// [`GitHubError::Refused`] with 401 if the token is not good any more, and [`GitHubError::Shut`] while the person
    /// has no requests left; [`GitHubError::Saml`].
    pub async fn get_as(&self, token: &str, path: &str) -> Result<GitHubAnswer, GitHubError> {
        let begun = Instant::now();
        let head = self.send(Some(token.to_owned()), Method::GET, path, None).await?;
        self.0.metrics.github_request(head.status);
        let headers = head.headers.clone();
        let answer = self.read(head).await?;
        let said = refused(&answer, false);
        let now = (self.0.clock)() + begun.elapsed();
        if let Some((until, reason)) = said.and_then(|said| refusal(answer.status, &headers, answer.date, now, &said)) {
            return Err(GitHubError::Shut { until, reason });
        }
        match answer.status {
            200..=299 | 301 | 302 | 307 | 308 | 404 | 410 | 451 => Ok(answer),
            status @ 500.. => Err(GitHubError::Failed(status)),
            403 if answer.sso.is_some() => Err(GitHubError::Saml(message(&answer))),
            status => Err(GitHubError::Refused { status, message: message(&answer) }),
        }
    }

    /// The id and the login of the person whose token it is.
    ///
    /// # Errors
    /// As [`Client::get_as`]; [`GitHubError::Unreadable`] without an id or a login.
    pub async fn person_of(&self, token: &str) -> Result<(i64, String), GitHubError> {
        let AccountEntry { id, login, .. } = self.get_as(token, "/user").await?.json()?;
        let person = id.zip(login).map(|(id, login)| (id, login.0));
        person.ok_or_else(|| GitHubError::Unreadable("it names nobody".to_owned()))
    }

    /// Exchanges a code or a refresh token, by a request that is made elsewhere. It is counted as the minting of a
    /// token.
    ///
    /// # Errors
    /// [`GitHubError::NeverDone`] for a request to another place; [`GitHubError::Unreachable`].
    pub async fn exchange(&self, mut request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, GitHubError> {
        let place = request.uri().to_string();
        if request.method() != Method::POST || place != format!("{}{EXCHANGE}", self.web()) {
            return Err(GitHubError::NeverDone(format!("{} {place}", request.method())));
        }
        if let Some(pool) = &self.0.pool {
            gates::announce(pool, 0, Purpose::TokenMint).await?;
        }
        let ours = HeaderValue::from_static(concat!("bugscrub/", env!("CARGO_PKG_VERSION")));
        request.headers_mut().insert(USER_AGENT, ours);
        let head = self.go_out(request.map(Into::into)).await?;
        self.0.metrics.github_request(head.status);
        let (status, headers) = (head.status, head.headers.clone());
        let body = self.read(head).await?.body;
        let mut response = Response::new(body.to_vec());
        *response.status_mut() =
            status.try_into().map_err(|_| GitHubError::Unreadable(format!("its status is {status}")))?;
        *response.headers_mut() = headers;
        Ok(response)
    }

    /// Has GitHub forget a person's token, as the App that it was given to: its client id and secret. A token that GitHub does
    /// not know any more is forgotten already. It is counted as the minting of a token.
    ///
    /// # Errors
    /// [`GitHubError::Refused`] if they are not the App's.
    pub async fn forget_token(&self, (id, secret): (&str, &str), token: &str) -> Result<(), GitHubError> {
        let (path, body) = (format!("/applications/{id}/token"), json!({"access_token": token}));
        if let Some(pool) = &self.0.pool {
            gates::announce(pool, 0, purpose(&Method::DELETE, &path, Some(&body))?).await?;
        }
        let basic = format!("Basic {}", BASE64_STANDARD.encode(format!("{id}:{secret}")));
        let head = self.send_as(Some(basic), Method::DELETE, &path, Some(&body)).await?;
        self.0.metrics.github_request(head.status);
        let answer = self.read(head).await?;
        match answer.status {
            200..=299 | 404 | 422 => Ok(()),
            status @ 500.. => Err(GitHubError::Failed(status)),
            status => Err(GitHubError::Refused { status, message: message(&answer) }),
        }
    }
}
