//! The one place where requests go out: through the gate, at the pace that GitHub asks for, and none
//! but what this service does.

use std::sync::{Arc, PoisonError};
use std::time::{Duration as Wait, Instant};

use chrono::DateTime;
use http::header::{ACCEPT, AUTHORIZATION, DATE, HeaderValue, LOCATION, USER_AGENT};
use http::{HeaderMap, Method};
use http_body_util::BodyExt;
use serde_json::Value;

use super::super::answer::{Answer, GitHubError, Head, next_page, refused};
use super::super::limits::{budgets, pace, refusal, shut};
use super::super::wire;
use super::{As, Client};
use crate::store::gates::{self, Purpose, Taught};

/// An answer that takes longer counts as lost.
const PATIENCE: Wait = Wait::from_secs(60);
/// The pace asks for less than half a second; more would be a clock that was set back.
const PACED_AT_MOST: Wait = Wait::from_secs(1);

/// What a request does to GitHub.
///
/// # Errors
/// [`GitHubError::NeverDone`] for anything else than what this service does: it never gets out.
fn purpose(method: &Method, path: &str, body: Option<&Value>) -> Result<Purpose, GitHubError> {
    let path = path.split('?').next().unwrap_or_default();
    let of = |begin: &str, end: &str| path.starts_with(begin) && path.ends_with(end);
    let query = || body.and_then(|body| body["query"].as_str()).unwrap_or_default().trim_start();
    match *method {
        Method::GET => Ok(Purpose::Read),
        Method::POST if path == wire::GRAPHQL && query().starts_with("query ") => Ok(Purpose::Read),
        Method::POST if of("/app/installations/", "/access_tokens") => Ok(Purpose::TokenMint),
        // The credentials of an App that a person has just made.
        Method::POST if of("/app-manifests/", "/conversions") => Ok(Purpose::TokenMint),
        Method::POST if of("/app/hook/deliveries/", "/attempts") => Ok(Purpose::Redelivery),
        _ => Err(GitHubError::NeverDone(format!("{method} {path}"))),
    }
}

impl Client {
    /// Makes a request when its turn comes; answers whatever GitHub does, but a refusal for a time.
    pub(super) async fn through_gate(
        &self,
        whose: As,
        secret: Option<String>,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Answer, GitHubError> {
        let Some(pool) = &self.0.pool else {
            let head = self.send(secret, method, path, body).await?;
            return self.read(head).await;
        };
        let purpose = purpose(&method, path, body)?;
        let turn = self.turn(whose.gate());
        let turn = turn.lock().await;
        let passing = gates::enter(pool, whose.gate()).await?;
        let entered = Instant::now();
        let graphql = path == wire::GRAPHQL;
        if let Some((until, reason)) = shut(&passing.gate, graphql) {
            return Err(GitHubError::Shut { until, reason });
        }
        let mut taught = Taught::default();
        if !graphql {
            let points = if method == Method::GET { 1 } else { 5 };
            let (wait, paced_to) = pace(passing.gate.paced_to, passing.gate.now, points);
            tokio::time::sleep(wait.to_std().unwrap_or_default().min(PACED_AT_MOST)).await;
            taught.paced_to = Some(paced_to);
        }
        let head = match self.send(secret, method, path, body).await {
            Ok(head) => head,
            Err(error) => {
                passing.leave(purpose, &taught).await?;
                return Err(error);
            }
        };
        // The database's time of the answer: GitHub counts from there.
        let now = passing.gate.now + entered.elapsed();
        let told = budgets(&head.headers, head.date, now);
        (taught.core, taught.graphql) = (told.core, told.graphql);
        self.measure(whose.gate(), head.status, &taught);
        if !graphql && !matches!(head.status, 403 | 429) {
            passing.leave(purpose, &taught).await?;
            drop(turn);
            return self.read(head).await;
        }
        // Whether it is a refusal for a time is said in the body: of GraphQL even under 200.
        let (status, headers, date) = (head.status, head.headers.clone(), head.date);
        let answer = self.read(head).await;
        let said = match &answer {
            Ok(answer) => refused(answer, graphql),
            Err(_) => matches!(status, 403 | 429).then(String::new),
        };
        taught.shut = said.and_then(|said| refusal(&headers, date, now, &said));
        let shut = taught.shut.clone();
        passing.leave(purpose, &taught).await?;
        match shut {
            Some((until, reason)) => Err(GitHubError::Shut { until, reason }),
            None => answer,
        }
    }

    fn measure(&self, gate: i64, status: u16, taught: &Taught) {
        let metrics = &self.0.metrics;
        metrics.github_request(status);
        for (resource, budget) in [("core", taught.core), ("graphql", taught.graphql)] {
            budget.inspect(|budget| metrics.github_remaining(gate, resource, budget.remaining));
        }
    }

    fn turn(&self, gate: i64) -> Arc<tokio::sync::Mutex<()>> {
        let mut turns = self.0.turns.lock().unwrap_or_else(PoisonError::into_inner);
        turns.entry(gate).or_default().clone()
    }

    /// Sends a request; answers when the head of the answer is there.
    pub(super) async fn send(
        &self,
        secret: Option<String>,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Head, GitHubError> {
        purpose(&method, path, body)?;
        let unreachable = || GitHubError::Unreachable(self.0.address.to_string());
        let mut request = http::Request::builder()
            .method(method)
            .uri(self.0.address.of(path))
            .header(USER_AGENT, concat!("bugscrub/", env!("CARGO_PKG_VERSION")))
            .header(ACCEPT, "application/vnd.github+json")
            .header("x-github-api-version", "2022-11-28");
        if let Some(secret) = secret {
            let mut value = HeaderValue::try_from(format!("Bearer {secret}"))
                .map_err(|_| GitHubError::Unreadable("the token holds what no header may".to_owned()))?;
            // No log of whatever library shows it.
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        let request = self.0.http.build_request(request, body).map_err(|_| unreachable())?;
        let answer = tokio::time::timeout(PATIENCE, self.0.http.send(request)).await;
        let answer = answer.map_err(|_| unreachable())?.map_err(|error| {
            tracing::debug!(error = &error as &dyn std::error::Error, "a request to GitHub failed");
            unreachable()
        })?;
        let (parts, body) = answer.into_parts();
        let text = |headers: &HeaderMap| headers.get(DATE).and_then(|date| date.to_str().ok()).map(str::to_owned);
        let date = text(&parts.headers).and_then(|date| DateTime::parse_from_rfc2822(&date).ok());
        if let (Some(date), Some(identity)) = (date, self.identity()) {
            identity.told_time(date.to_utc());
        }
        let date = date.map_or_else(|| self.now(), |date| date.to_utc());
        let reading = async move { body.collect().await.map(http_body_util::Collected::to_bytes).ok() };
        Ok(Head { status: parts.status.as_u16(), date, headers: parts.headers, body: Box::pin(reading) })
    }

    pub(super) async fn read(&self, head: Head) -> Result<Answer, GitHubError> {
        let body = tokio::time::timeout(PATIENCE, head.body).await.ok().flatten();
        let body = body.ok_or_else(|| GitHubError::Unreadable("it was cut short".to_owned()))?;
        let location = head.headers.get(LOCATION).and_then(|location| location.to_str().ok());
        Ok(Answer {
            status: head.status,
            date: head.date,
            next: next_page(&head.headers),
            location: location.map(str::to_owned),
            body,
        })
    }
}
