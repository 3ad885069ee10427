//! One request to GitHub: through the gate, signed, and read.
//!
//! GitHub asks its clients to make requests one after another, and none while it refuses; so every
//! request passes its account's gate (`store::gates`), a locked row, which holds for all workers
//! of all replicas. The lock is held until the answer's head is there: bodies are read, understood
//! and stored while the next request is under way.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration as Wait;

use chrono::{DateTime, Utc};
use http::Method;
use http::header::{ACCEPT, AUTHORIZATION, DATE, LOCATION, USER_AGENT};
use http_body_util::BodyExt;
use octocrab::Octocrab;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sqlx::PgPool;

pub use super::answer::{Answer, GitHubError};
use super::answer::{Head, message, next_page};
use super::identity::{Identity, InstallationToken, Tokens};
use super::limits::{budgets, refusal, shut};
use super::wire::{self, Minted};
use super::{Address, Clock};
use crate::store::gates::{self, Purpose, Taught};
use crate::store::installations;
use crate::telemetry::Metrics;

/// An answer that takes longer counts as lost.
const PATIENCE: Wait = Wait::from_secs(60);
/// Waits before a request is repeated because a fresh token was not known yet.
const UNKNOWN_YET: [Wait; 4] = [Wait::from_millis(250), Wait::from_millis(500), Wait::from_secs(1), Wait::from_secs(2)];
/// The permissions that a token is asked for, to read, as far as they are granted.
const READ: [&str; 4] = ["discussions", "issues", "metadata", "pull_requests"];

/// As whom a request is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum As {
    /// The App itself.
    App,
    /// The App's installation on an account.
    Account(i64),
    /// The personal token, if there is one, else nobody.
    Person,
}

impl As {
    fn gate(self) -> i64 {
        match self {
            As::Account(account_id) => account_id,
            As::App | As::Person => 0,
        }
    }
}

/// Asks GitHub. Cheap to clone.
#[derive(Clone)]
pub struct Client(Arc<Shared>);

struct Shared {
    http: Octocrab,
    address: Address,
    identity: Option<Identity>,
    personal_token: Option<String>,
    tokens: Tokens,
    clock: Clock,
    /// `None`: nothing is kept of limits, for a few requests by hand.
    pool: Option<PgPool>,
    metrics: Metrics,
    /// So that of this process one connection only waits at each gate.
    turns: Mutex<HashMap<i64, Arc<tokio::sync::Mutex<()>>>>,
}

impl Client {
    /// # Errors
    /// [`GitHubError::Unreachable`] if the address is none, or no TLS can be set up.
    pub fn new(
        address: Address,
        identity: Option<Identity>,
        personal_token: Option<String>,
        pool: Option<PgPool>,
        clock: Clock,
        metrics: Metrics,
    ) -> Result<Self, GitHubError> {
        let unusable = |_| GitHubError::Unreachable(address.to_string());
        let http = Octocrab::builder()
            .base_uri(address.origin())
            .map_err(unusable)?
            .set_connect_timeout(Some(Wait::from_secs(10)))
            .set_read_timeout(Some(PATIENCE))
            .build()
            .map_err(unusable)?;
        let (tokens, turns) = (Tokens::default(), Mutex::default());
        Ok(Self(Arc::new(Shared { http, address, identity, personal_token, tokens, clock, pool, metrics, turns })))
    }

    pub fn identity(&self) -> Option<&Identity> {
        self.0.identity.as_ref()
    }

    /// GitHub's time, as far as is known.
    pub fn now(&self) -> DateTime<Utc> {
        self.identity().map_or_else(|| (self.0.clock)(), Identity::now)
    }

    pub async fn get(&self, whose: As, path: &str) -> Result<Answer, GitHubError> {
        self.ask(whose, Method::GET, path, None, Purpose::Read).await
    }

    /// A path as GitHub writes it, without what all its paths begin with.
    pub fn relative(&self, path: &str) -> String {
        self.0.address.relative(path)
    }

    /// Asks for a delivery to be sent again: with the minting of tokens the only request that is
    /// no reading.
    pub async fn redeliver(&self, delivery_id: i64) -> Result<Answer, GitHubError> {
        let path = format!("/app/hook/deliveries/{delivery_id}/attempts");
        self.ask(As::App, Method::POST, &path, None, Purpose::Redelivery).await
    }

    /// The `data` of a GraphQL query, with GitHub's time of it; errors that leave data are left to
    /// the reader of the data.
    pub async fn graphql<T: DeserializeOwned>(
        &self,
        whose: As,
        query: &str,
        variables: Value,
    ) -> Result<(T, DateTime<Utc>), GitHubError> {
        #[derive(Deserialize)]
        struct Reply<T> {
            data: Option<T>,
            #[serde(default = "Vec::new")]
            errors: Vec<wire::QueryError>,
        }

        let question = json!({"query": query, "variables": variables});
        let answer = self.ask(whose, Method::POST, wire::GRAPHQL, Some(&question), Purpose::Read).await?;
        let reply: Reply<T> = answer.json()?;
        match reply.data {
            Some(data) => Ok((data, answer.date)),
            None => {
                let message = reply.errors.into_iter().map(|error| error.message).collect::<Vec<_>>().join("; ");
                Err(GitHubError::Refused { status: answer.status, message })
            }
        }
    }

    /// Exchanges the code of a finished manifest flow for the new App's credentials.
    pub async fn convert_manifest(&self, code: &str) -> Result<Value, GitHubError> {
        let code: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
        let path = format!("/app-manifests/{code}/conversions");
        let head = self.send(None, Method::POST, &path, None).await?;
        self.read(head).await?.json()
    }

    /// Makes a request through the gate. Answers 2xx, and 301, 404, 410 and 451, which are news
    /// about what was asked for.
    async fn ask(
        &self,
        whose: As,
        method: Method,
        path: &str,
        body: Option<&Value>,
        purpose: Purpose,
    ) -> Result<Answer, GitHubError> {
        let mut unknown_yet = UNKNOWN_YET.into_iter();
        let mut renewed = false;
        loop {
            let (secret, token) = self.credentials(whose).await?;
            let answer = self.through_gate(whose, secret, method.clone(), path, body, purpose).await?;
            let refused = match answer.status {
                200..=299 | 301 | 302 | 307 | 308 | 404 | 410 | 451 => return Ok(answer),
                status @ 500.. => return Err(GitHubError::Failed(status)),
                401 => answer,
                status => return Err(GitHubError::Refused { status, message: message(&answer) }),
            };
            match (&token, self.installation_of(whose).await?) {
                (Some(token), Some(_)) if token.is_fresh(self.now()) => match unknown_yet.next() {
                    Some(wait) => tokio::time::sleep(wait).await,
                    None => return Err(GitHubError::Refused { status: 401, message: message(&refused) }),
                },
                (Some(token), Some(installation_id)) if !renewed => {
                    renewed = true;
                    self.0.tokens.refused(installation_id, token).await;
                }
                // The App's own token carries the time: once GitHub's is known, it is right.
                (None, _) if whose == As::App && !renewed => renewed = true,
                _ => return Err(GitHubError::Refused { status: 401, message: message(&refused) }),
            }
        }
    }

    /// The secret to send, and the installation's token if it is one.
    async fn credentials(&self, whose: As) -> Result<(Option<String>, Option<InstallationToken>), GitHubError> {
        match whose {
            As::App => Ok((Some(self.jwt()?), None)),
            As::Account(account_id) => {
                let token = self.token(account_id).await?;
                Ok((Some(token.secret.to_string()), Some(token)))
            }
            As::Person => Ok((self.0.personal_token.clone(), None)),
        }
    }

    fn jwt(&self) -> Result<String, GitHubError> {
        let identity = self.identity().ok_or(GitHubError::NotInstalled(0))?;
        Ok(identity.jwt()?)
    }

    async fn installation_of(&self, whose: As) -> Result<Option<i64>, GitHubError> {
        let As::Account(account_id) = whose else { return Ok(None) };
        let found = self.installation(account_id).await?;
        Ok(found.map(|installation| installation.installation_id))
    }

    /// The token of an account's installation: the one there is, or a new one for all who wait.
    pub async fn token(&self, account_id: i64) -> Result<InstallationToken, GitHubError> {
        let installation = self.installation(account_id).await?;
        let installation = installation.filter(|found| found.gone_at.is_none());
        let installation = installation.ok_or(GitHubError::NotInstalled(account_id))?;
        let mint = self.mint(&installation);
        self.0.tokens.get(installation.installation_id, || self.now(), mint).await
    }

    /// Mints a token that can only read, whatever the App may do.
    async fn mint(&self, installation: &installations::Installation) -> Result<InstallationToken, GitHubError> {
        let granted = |name: &&str| installation.permissions.get(*name).is_some();
        let permissions: serde_json::Map<String, Value> =
            READ.into_iter().filter(granted).map(|name| (name.to_owned(), json!("read"))).collect();
        let path = format!("/app/installations/{}/access_tokens", installation.installation_id);
        let body = json!({"permissions": permissions});
        let body = (!permissions.is_empty()).then_some(&body);
        let mut again = true;
        let answer = loop {
            let jwt = self.jwt()?;
            let answer = self.through_gate(As::App, Some(jwt), Method::POST, &path, body, Purpose::TokenMint).await?;
            // The first answer tells GitHub's time, if ours was wrong.
            if answer.status != 401 || !std::mem::take(&mut again) {
                break answer;
            }
        };
        match answer.status {
            200..=299 => {
                let Minted { token, expires_at } = answer.json()?;
                Ok(InstallationToken { secret: token.into(), expires_at, minted_at: answer.date })
            }
            404 => Err(GitHubError::NotInstalled(installation.account_id)),
            status @ 500.. => Err(GitHubError::Failed(status)),
            status => Err(GitHubError::Refused { status, message: message(&answer) }),
        }
    }

    /// A token for an installation that may not be known here yet, to see that it can be had.
    pub async fn try_mint(&self, installation_id: i64) -> Result<Minted, GitHubError> {
        let path = format!("/app/installations/{installation_id}/access_tokens");
        self.ask(As::App, Method::POST, &path, None, Purpose::TokenMint).await?.json()
    }

    async fn through_gate(
        &self,
        whose: As,
        secret: Option<String>,
        method: Method,
        path: &str,
        body: Option<&Value>,
        purpose: Purpose,
    ) -> Result<Answer, GitHubError> {
        let Some(pool) = &self.0.pool else {
            let head = self.send(secret, method, path, body).await?;
            return self.read(head).await;
        };
        let turn = self.turn(whose.gate());
        let turn = turn.lock().await;
        let passing = gates::enter(pool, whose.gate()).await?;
        if let Some((until, reason)) = shut(&passing.gate, path == wire::GRAPHQL) {
            return Err(GitHubError::Shut { until, reason });
        }
        let head = match self.send(secret, method, path, body).await {
            Ok(head) => head,
            Err(error) => {
                passing.leave(purpose, &Taught::default()).await?;
                return Err(error);
            }
        };
        let now = passing.gate.now;
        let mut taught = budgets(&head.headers, head.date, now);
        self.measure(whose.gate(), head.status, &taught);
        if !matches!(head.status, 403 | 429) {
            passing.leave(purpose, &taught).await?;
            drop(turn);
            return self.read(head).await;
        }
        // Whether it is a refusal for a time is said in the body, which is short.
        let (headers, date) = (head.headers.clone(), head.date);
        let answer = self.read(head).await;
        let said = answer.as_ref().map(message).unwrap_or_default();
        taught.shut = refusal(&headers, date, now, &said);
        let shut = taught.shut.clone();
        passing.leave(purpose, &taught).await?;
        match shut {
            Some((until, reason)) => Err(GitHubError::Shut { until, reason }),
            None => answer,
        }
    }

    async fn installation(&self, account_id: i64) -> Result<Option<installations::Installation>, GitHubError> {
        match &self.0.pool {
            Some(pool) => Ok(installations::of(pool, account_id).await?),
            None => Ok(None),
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
    async fn send(
        &self,
        secret: Option<String>,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Head, GitHubError> {
        let unreachable = || GitHubError::Unreachable(self.0.address.to_string());
        let mut request = http::Request::builder()
            .method(method.clone())
            .uri(self.0.address.of(path))
            .header(USER_AGENT, concat!("bugscrub/", env!("CARGO_PKG_VERSION")))
            .header(ACCEPT, "application/vnd.github+json")
            .header("x-github-api-version", "2022-11-28");
        if let Some(secret) = secret {
            request = request.header(AUTHORIZATION, format!("Bearer {secret}"));
        }
        let request = self.0.http.build_request(request, body).map_err(|_| unreachable())?;
        let answer = tokio::time::timeout(PATIENCE, self.0.http.send(request)).await;
        let answer = answer.map_err(|_| unreachable())?.map_err(|error| {
            tracing::debug!(error = &error as &dyn std::error::Error, "a request to GitHub failed");
            unreachable()
        })?;
        let (parts, body) = answer.into_parts();
        let date = parts.headers.get(DATE).and_then(|date| date.to_str().ok());
        let date = date.and_then(|date| DateTime::parse_from_rfc2822(date).ok());
        if let (Some(date), Some(identity)) = (date, self.identity()) {
            identity.told_time(date.to_utc());
        }
        let date = date.map_or_else(|| self.now(), |date| date.to_utc());
        let reading = async move { body.collect().await.map(http_body_util::Collected::to_bytes).ok() };
        Ok(Head { status: parts.status.as_u16(), date, headers: parts.headers, body: Box::pin(reading) })
    }

    async fn read(&self, head: Head) -> Result<Answer, GitHubError> {
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
