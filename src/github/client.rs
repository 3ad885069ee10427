//! One request to GitHub: through the gate, signed, and read.
//!
//! GitHub asks its clients to make requests one after another, and none while it refuses; so every
//! request passes its account's gate (`store::gates`), a locked row, which holds for all workers
//! of all replicas. The lock is held until the answer's head is there (of GraphQL, the answer):
//! bodies are read, understood and stored while the next request is under way.

mod send;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration as Wait;

use chrono::{DateTime, Utc};
use http::Method;
use octocrab::Octocrab;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use sqlx::PgPool;

use super::answer::message;
pub use super::answer::{Answer, GitHubError};
use super::identity::{Identity, InstallationToken, Tokens};
use super::wire::{self, Minted};
use super::{Address, Clock};
use crate::store::installations;
use crate::telemetry::Metrics;

/// Waits before a request is repeated because a fresh token was not known yet.
const UNKNOWN_YET: [Wait; 4] = [Wait::from_millis(250), Wait::from_millis(500), Wait::from_secs(1), Wait::from_secs(2)];
/// The permissions that a token is asked for, to read, as far as they are granted.
const READ: [&str; 4] = ["discussions", "issues", "metadata", "pull_requests"];

/// What a token is asked for: of what is granted what this service reads, and that to read only.
fn to_read(granted: &Value) -> Map<String, Value> {
    let granted = READ.into_iter().filter(|name| *name == "metadata" || granted.get(name).is_some());
    granted.map(|name| (name.to_owned(), json!("read"))).collect()
}

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
            .set_read_timeout(Some(Wait::from_secs(60)))
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
        self.ask(whose, Method::GET, path, None).await
    }

    /// A path as GitHub writes it, without what all its paths begin with.
    pub fn relative(&self, path: &str) -> String {
        self.0.address.relative(path)
    }

    /// Asks for a delivery to be sent again: with the minting of tokens the only request that is
    /// no reading.
    pub async fn redeliver(&self, delivery_id: i64) -> Result<Answer, GitHubError> {
        let path = format!("/app/hook/deliveries/{delivery_id}/attempts");
        self.ask(As::App, Method::POST, &path, None).await
    }

    /// The `data` of a GraphQL query, with GitHub's time of it. What is not there is null in it.
    ///
    /// # Errors
    /// [`GitHubError::Refused`] for any error but that something is not there.
    pub async fn graphql<T: DeserializeOwned>(
        &self,
        whose: As,
        query: &str,
        variables: Value,
    ) -> Result<(T, DateTime<Utc>), GitHubError> {
        self.questioned(whose, query, variables, false).await
    }

    /// The same of many things at once: what could not be told of some is null too.
    pub async fn graphql_of_many<T: DeserializeOwned>(
        &self,
        whose: As,
        query: &str,
        variables: Value,
    ) -> Result<(T, DateTime<Utc>), GitHubError> {
        self.questioned(whose, query, variables, true).await
    }

    async fn questioned<T: DeserializeOwned>(
        &self,
        whose: As,
        query: &str,
        variables: Value,
        partly: bool,
    ) -> Result<(T, DateTime<Utc>), GitHubError> {
        #[derive(Deserialize)]
        struct Reply<T> {
            data: Option<T>,
            #[serde(default = "Vec::new")]
            errors: Vec<wire::QueryError>,
        }

        let question = json!({"query": query, "variables": variables});
        let answer = self.ask(whose, Method::POST, wire::GRAPHQL, Some(&question)).await?;
        let reply: Reply<T> = answer.json()?;
        let faults: Vec<String> = reply
            .errors
            .into_iter()
            .filter(|error| !partly && error.kind.as_deref() != Some("NOT_FOUND"))
            .map(|error| error.message)
            .collect();
        match reply.data {
            Some(data) if faults.is_empty() => Ok((data, answer.date)),
            _ => Err(GitHubError::Refused { status: answer.status, message: message(&answer) }),
        }
    }

    /// Exchanges the code of a finished manifest flow for the new App's credentials.
    pub async fn convert_manifest(&self, code: &str) -> Result<Value, GitHubError> {
        let code: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
        let path = format!("/app-manifests/{code}/conversions");
        let head = self.send(None, Method::POST, &path, None).await?;
        let answer = self.read(head).await?;
        match answer.status {
            status @ 500.. => Err(GitHubError::Failed(status)),
            _ => answer.json(),
        }
    }

    /// Makes a request through the gate. Answers 2xx, and 301, 404, 410 and 451, which are news
    /// about what was asked for.
    async fn ask(&self, whose: As, method: Method, path: &str, body: Option<&Value>) -> Result<Answer, GitHubError> {
        let mut unknown_yet = UNKNOWN_YET.into_iter();
        let mut renewed = false;
        loop {
            let (secret, token) = self.credentials(whose).await?;
            let answer = self.through_gate(whose, secret, method.clone(), path, body).await?;
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
        let permissions = to_read(&installation.permissions);
        let mint = self.mint(&installation, &permissions);
        self.0.tokens.get(installation.installation_id, &permissions, || self.now(), mint).await
    }

    /// Mints a token that can only read, whatever the App may do.
    async fn mint(
        &self,
        installation: &installations::Installation,
        permissions: &Map<String, Value>,
    ) -> Result<InstallationToken, GitHubError> {
        let answer = self.minted(installation.installation_id, permissions).await?;
        match answer.status {
            200..=299 => {
                let Minted { token, expires_at } = answer.json()?;
                let permissions = permissions.clone();
                Ok(InstallationToken { secret: token.into(), expires_at, minted_at: answer.date, permissions })
            }
            status @ 500.. => Err(GitHubError::Failed(status)),
            // Gone, suspended, or with other permissions than we know of.
            403 | 404 | 422 => Err(GitHubError::Changed(message(&answer))),
            status => Err(GitHubError::Refused { status, message: message(&answer) }),
        }
    }

    async fn minted(&self, installation_id: i64, permissions: &Map<String, Value>) -> Result<Answer, GitHubError> {
        let path = format!("/app/installations/{installation_id}/access_tokens");
        let body = json!({"permissions": permissions});
        let ask = async || self.through_gate(As::App, Some(self.jwt()?), Method::POST, &path, Some(&body)).await;
        match ask().await? {
            // The first answer tells GitHub's time, if ours was wrong.
            answer if answer.status == 401 => ask().await,
            answer => Ok(answer),
        }
    }

    /// A token for an installation that may not be known here yet, to see that it can be had.
    pub async fn try_mint(&self, installation_id: i64, granted: &Value) -> Result<(), GitHubError> {
        let answer = self.minted(installation_id, &to_read(granted)).await?;
        answer.json::<Minted>().map(drop)
    }

    async fn installation(&self, account_id: i64) -> Result<Option<installations::Installation>, GitHubError> {
        match &self.0.pool {
            Some(pool) => Ok(installations::of(pool, account_id).await?),
            None => Ok(None),
        }
    }
}
