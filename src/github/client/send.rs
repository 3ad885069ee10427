//! The one place from which requests go out: through the gate, at the pace that GitHub asks for, and
//! only the kinds of requests that this service makes.

use std::sync::{Arc, PoisonError};
use std::time::{Duration as Wait, Instant};

use chrono::DateTime;
use http::header::{ACCEPT, AUTHORIZATION, DATE, HeaderValue, LOCATION, USER_AGENT};
use http::{HeaderMap, Method};
use http_body_util::BodyExt;
use octocrab::OctoBody;
use serde_json::Value;

use super::super::address::GRAPHQL;
use super::super::answer::{AnswerHead, GitHubAnswer, GitHubError, next_page, refused};
use super::super::limits::{budgets, pace, refusal, shut};
use super::super::reach::{NO_ANSWER, why};
use super::turn::{Turns, Urgency};
use super::{Client, Requester};
use crate::store::gates::{self, GateUpdate, Purpose};
use crate::telemetry::AccountLabel;

/// An answer that takes longer counts as lost.
const PATIENCE: Wait = Wait::from_secs(60);
/// The longest wait for the pace. It never asks for more than half a second, unless a clock was set back.
const PACED_AT_MOST: Wait = Wait::from_secs(1);

/// What a request does on GitHub.
///
/// # Errors
/// [`GitHubError::NeverDone`] for any request that this service does not make. It never goes out.
pub(super) fn purpose(method: &Method, path: &str, body: Option<&Value>) -> Result<Purpose, GitHubError> {
    let path = path.split('?').next().unwrap_or_default();
    let of = |begin: &str, end: &str| path.starts_with(begin) && path.ends_with(end);
    let query = || body.and_then(|body| body["query"].as_str()).unwrap_or_default().trim_start();
    match *method {
        Method::GET => Ok(Purpose::Read),
        Method::POST if path == GRAPHQL && query().starts_with("query ") => Ok(Purpose::Read),
        Method::POST if of("/app/installations/", "/access_tokens") => Ok(Purpose::TokenMint),
        // What a person allowed this App, which they take back by signing out.
        Method::DELETE if of("/applications/", "/token") => Ok(Purpose::TokenMint),
        // The credentials of an App that a person has just created.
        Method::POST if of("/app-manifests/", "/conversions") => Ok(Purpose::TokenMint),
        Method::POST if of("/app/hook/deliveries/", "/attempts") => Ok(Purpose::Redelivery),
        _ => Err(GitHubError::NeverDone(format!("{method} {path}"))),
    }
}

impl Client {
    /// Makes a request when its turn comes. Returns any answer except a refusal for a time, which is an
    /// error.
    pub(super) async fn through_gate(
        &self,
        requester: Requester,
        secret: Option<String>,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<GitHubAnswer, GitHubError> {
        let Some(pool) = &self.0.pool else {
            let head = self.send(secret, method, path, body).await?;
            return self.read(head).await;
        };
        let purpose = purpose(&method, path, body)?;
        let turn = self.turn(requester.gate());
        let turn = turn.take(self.1).await;
        if purpose != Purpose::Read {
            gates::announce(pool, requester.gate(), purpose).await?;
        }
        let held = gates::enter(pool, requester.gate(), self.1 == Urgency::Ahead).await?;
        let entered = Instant::now();
        let graphql = path == GRAPHQL;
        if let Some((until, reason)) = shut(&held.gate, graphql, self.1.share()) {
            // Nearly every job needs REST. Shut the gate for all, so that they need not find out one by one.
            let for_all = (until, reason.clone());
            held.withdraw(purpose, Some(&for_all).filter(|_| !graphql)).await?;
            return Err(GitHubError::Shut { until, reason });
        }
        let mut update = GateUpdate::default();
        if !graphql {
            let points = if method == Method::GET { 1 } else { 5 };
            let (wait, paced_to) = pace(held.gate.paced_to, held.gate.now, points);
            tokio::time::sleep(wait.to_std().unwrap_or_default().min(PACED_AT_MOST)).await;
            update.paced_to = Some(paced_to);
        }
        let head = match self.send(secret, method, path, body).await {
            Ok(head) => head,
            Err(error) => {
                held.leave(purpose, &update).await?;
                return Err(error);
            }
        };
        // The database's time of the answer, from which GitHub counts.
        let now = held.gate.now + entered.elapsed();
        let stated = budgets(&head.headers, head.date, now);
        (update.core, update.graphql) = (stated.core, stated.graphql);
        self.measure(requester.gate(), head.status, &update);
        if !graphql && !matches!(head.status, 403 | 429) {
            held.leave(purpose, &update).await?;
            drop(turn);
            return self.read(head).await;
        }
        // Only the body says whether this is a refusal for a time. With GraphQL even a 200 may be one.
        let (status, headers, date) = (head.status, head.headers.clone(), head.date);
        let answer = self.read(head).await;
        let said = match &answer {
            Ok(answer) => refused(answer, graphql),
            Err(_) => matches!(status, 403 | 429).then(String::new),
        };
        update.shut = said.and_then(|said| refusal(status, &headers, date, now, &said));
        let shut = update.shut.clone();
        held.leave(purpose, &update).await?;
        match shut {
            Some((until, reason)) => Err(GitHubError::Shut { until, reason }),
            None => answer,
        }
    }

    fn measure(&self, gate: i64, status: u16, update: &GateUpdate) {
        let metrics = &self.0.metrics;
        metrics.github_request(status);
        for (resource, budget) in [("core", update.core), ("graphql", update.graphql)] {
            let account = metrics.account(gate);
            // Of the others together it is measured, with the least of them.
            if let Some(budget) = budget.filter(|_| account != AccountLabel::Others) {
                metrics.github_remaining(account, resource, budget.remaining);
            }
        }
    }

    fn turn(&self, gate: i64) -> Arc<Turns> {
        let mut turns = self.0.turns.lock().unwrap_or_else(PoisonError::into_inner);
        turns.entry(gate).or_default().clone()
    }

    /// Sends a request, with a token if there is one; returns when the head of the answer arrives.
    pub(super) async fn send(
        &self,
        token: Option<String>,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<AnswerHead, GitHubError> {
        self.send_as(token.map(|token| format!("Bearer {token}")), method, path, body).await
    }

    /// The same with the whole of the header that says who asks.
    pub(super) async fn send_as(
        &self,
        authorization: Option<String>,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<AnswerHead, GitHubError> {
        purpose(&method, path, body)?;
        let unreachable = |why: String| GitHubError::Unreachable { place: self.0.address.place(), why };
        let mut request = http::Request::builder()
            .method(method)
            .uri(format!("{}{}", self.0.address.origin(), self.0.address.of(path)))
            .header(USER_AGENT, concat!("bugscrub/", env!("CARGO_PKG_VERSION")))
            .header(ACCEPT, "application/vnd.github+json")
            .header("x-github-api-version", "2022-11-28");
        if let Some(authorization) = authorization {
            let mut value = HeaderValue::try_from(authorization)
                .map_err(|_| GitHubError::Unreadable("the token has characters that no header may have".to_owned()))?;
            // Keep it out of the logs of every library.
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        let request = self.0.http.build_request(request, body).map_err(|error| {
            tracing::debug!(error = &error as &dyn std::error::Error, "a request to GitHub could not be made");
            unreachable("the address makes no request: check BUGSCRUB_GITHUB_API_URL".to_owned())
        })?;
        self.go_out(request).await
    }

    /// Lets a request out; returns when the head of the answer arrives.
    pub(super) async fn go_out(&self, request: http::Request<OctoBody>) -> Result<AnswerHead, GitHubError> {
        let unreachable = |why: String| GitHubError::Unreachable { place: self.0.address.place(), why };
        let answer = tokio::time::timeout(PATIENCE, self.0.http.send(request)).await;
        let answer = answer.map_err(|_| unreachable(NO_ANSWER.to_owned()))?.map_err(|error| {
            tracing::debug!(error = &error as &dyn std::error::Error, "a request to GitHub failed");
            unreachable(why(&error, self.0.address.origin().starts_with("http://")))
        })?;
        let (parts, body) = answer.into_parts();
        let text = |headers: &HeaderMap| headers.get(DATE).and_then(|date| date.to_str().ok()).map(str::to_owned);
        let date = text(&parts.headers).and_then(|date| DateTime::parse_from_rfc2822(&date).ok());
        if let (Some(date), Some(identity)) = (date, self.identity()) {
            identity.adjust_clock(date.to_utc());
        }
        let date = date.map_or_else(|| self.now(), |date| date.to_utc());
        let reading = async move { body.collect().await.map(http_body_util::Collected::to_bytes).ok() };
        Ok(AnswerHead { status: parts.status.as_u16(), date, headers: parts.headers, body: Box::pin(reading) })
    }

    pub(super) async fn read(&self, head: AnswerHead) -> Result<GitHubAnswer, GitHubError> {
        let body = tokio::time::timeout(PATIENCE, head.body).await.ok().flatten();
        let body = body.ok_or_else(|| GitHubError::Unreadable("it was cut short".to_owned()))?;
        let location = head.headers.get(LOCATION).and_then(|location| location.to_str().ok());
        let sso = head.headers.get("x-github-sso").and_then(|sso| sso.to_str().ok());
        Ok(GitHubAnswer {
            status: head.status,
            date: head.date,
            next: next_page(&head.headers),
            location: location.map(str::to_owned),
            sso: sso.map(str::to_owned),
            body,
        })
    }
}
