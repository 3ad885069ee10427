//! One request to GitHub: it passes the gate, is signed, and its answer is read.
//!
//! GitHub asks its clients to make requests one after another, and none while it refuses. So every
//! request passes its account's gate (`store::gates`), a locked row, which holds for all workers of all
//! replicas. The lock is held until the head of the answer arrives, for GraphQL until the whole answer
//! does. Bodies are read, understood and stored while the next request is under way.

mod people;
mod send;
mod turn;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration as Wait;

use chrono::{DateTime, Utc};
use http::Method;
use octocrab::Octocrab;
use serde_json::{Map, Value, json};
use sqlx::PgPool;

pub use self::people::EXCHANGE;
use self::turn::{Turns, Urgency};
use super::address::{ApiAddress, GRAPHQL};
use super::answer::{GitHubAnswer, GitHubError, message};
use super::identity::{Clock, Identity, InstallationToken, Tokens};
use super::permissions::Permissions;
use super::proxy;
use super::wire::{self, TokenAnswer};
use crate::store::installations;
use crate::telemetry::Metrics;
use crate::webhook::Omissions;
use crate::webhook::reading::Readable;

/// The waits before a request is repeated because GitHub did not know a fresh token yet.
const FRESH_TOKEN_WAITS: [Wait; 4] =
    [Wait::from_millis(250), Wait::from_millis(500), Wait::from_secs(1), Wait::from_secs(2)];
/// The failures in a row, over some minutes, after which an entry that GitHub fails to show is passed over.
const PATIENCE: i32 = 5;
/// How long a token lasts, by GitHub's documentation.
const TOKEN_LASTS: chrono::Duration = chrono::Duration::hours(1);

/// Who makes a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Requester {
    /// The App itself.
    App,
    /// The App's installation on an account.
    Installation(i64),
    /// The owner of the personal token; without one, nobody in particular.
    Person,
}

impl Requester {
    /// The account requester gate the request passes.
    fn gate(self) -> i64 {
        match self {
            Requester::Installation(account_id) => account_id,
            Requester::App | Requester::Person => 0,
        }
    }
}

/// The answer to a query: its `data`, GitHub's time of it, and what could not be read.
#[derive(Debug)]
pub struct QueryAnswer<T> {
    pub data: T,
    pub date: DateTime<Utc>,
    pub omissions: Omissions,
}

/// Asks GitHub. Cheap to clone.
#[derive(Clone)]
pub struct Client(Arc<ClientState>, Urgency);

struct ClientState {
    http: Octocrab,
    address: ApiAddress,
    identity: Option<Identity>,
    personal_token: Option<String>,
    tokens: Tokens,
    clock: Clock,
    /// `None`: limits are not tracked, which is enough for the few requests of a command.
    pool: Option<PgPool>,
    metrics: Metrics,
    /// One lock for each gate, so that only one connection of this process waits at it.
    turns: Mutex<HashMap<i64, Arc<Turns>>>,
}

impl Client {
    /// # Errors
    /// [`GitHubError::Proxy`] if the environment names a proxy that is none; [`GitHubError::Unreachable`] if TLS cannot be
    /// set up.
    pub fn new(
        address: ApiAddress,
        identity: Option<Identity>,
        personal_token: Option<String>,
        pool: Option<PgPool>,
        clock: Clock,
        metrics: Metrics,
    ) -> Result<Self, GitHubError> {
        let http = proxy::http()?.ok_or_else(|| GitHubError::Unreachable {
            place: address.place(),
            why: "TLS cannot be set up on this machine: check its certificates (SSL_CERT_FILE, SSL_CERT_DIR)"
                .to_owned(),
        })?;
        let (tokens, turns) = (Tokens::default(), Mutex::default());
        let state = ClientState { http, address, identity, personal_token, tokens, clock, pool, metrics, turns };
        Ok(Self(Arc::new(state), Urgency::Background))
    }

    /// The same, whose requests go ahead of those that nobody waits for.
    #[must_use]
    pub fn ahead(&self) -> Self {
        Self(self.0.clone(), Urgency::Ahead)
    }

    pub fn identity(&self) -> Option<&Identity> {
        self.0.identity.as_ref()
    }

    /// Whether GitHub is asked by somebody whom it knows: the App, or a person with a token.
    pub fn is_known(&self) -> bool {
        self.identity().is_some() || self.0.personal_token.is_some()
    }

    /// GitHub's time, as far as its answers have told it.
    pub fn now(&self) -> DateTime<Utc> {
        self.identity().map_or_else(|| (self.0.clock)(), Identity::now)
    }

    pub async fn get(&self, requester: Requester, path: &str) -> Result<GitHubAnswer, GitHubError> {
        let mut answer = self.ask(requester, Method::GET, path, None).await?;
        // A page that leads to itself is the last one.
        let asked = path.split_once('?').map(|(_, query)| query);
        answer.next = answer.next.filter(|next| Some(next.as_str()) != asked);
        Ok(answer)
    }

    /// The address at which people open this GitHub in a browser.
    pub fn web(&self) -> String {
        self.0.address.web()
    }

    /// A path as GitHub writes it in its answers, without the beginning that all its paths share.
    pub fn relative(&self, path: &str) -> String {
        self.0.address.relative(path)
    }

    /// Asks GitHub to send a delivery again. Only this, and the minting and forgetting of tokens, do more than read.
    pub async fn redeliver(&self, delivery_id: i64) -> Result<GitHubAnswer, GitHubError> {
        let path = format!("/app/hook/deliveries/{delivery_id}/attempts");
        self.ask(Requester::App, Method::POST, &path, None).await
    }

    /// The `data` of a GraphQL query. A node that does not exist is null. So is an entry of a list that GitHub
    /// fails to show, if the same question has failed `failures` times: then the others need not wait for it.
    ///
    /// # Errors
    /// [`GitHubError::Refused`] for any other error, [`GitHubError::BadCursor`] if GitHub does not take the cursor.
    pub async fn graphql<T: Readable + Default>(
        &self,
        requester: Requester,
        query: &str,
        variables: Value,
        failures: i32,
    ) -> Result<QueryAnswer<T>, GitHubError> {
        let passed_over = |error: &wire::QueryError| {
            error.kind.as_deref() == Some("NOT_FOUND") || (failures >= PATIENCE && error.is_of_entry())
        };
        self.query(requester, query, variables, passed_over).await
    }

    /// The same for many nodes at once. A node that GitHub could not resolve is null too.
    pub async fn graphql_of_many<T: Readable + Default>(
        &self,
        requester: Requester,
        query: &str,
        variables: Value,
    ) -> Result<QueryAnswer<T>, GitHubError> {
        self.query(requester, query, variables, |_| true).await
    }

    async fn query<T: Readable + Default>(
        &self,
        requester: Requester,
        query: &str,
        variables: Value,
        passed_over: impl Fn(&wire::QueryError) -> bool,
    ) -> Result<QueryAnswer<T>, GitHubError> {
        let question = json!({"query": query, "variables": variables});
        let answer = self.ask(requester, Method::POST, GRAPHQL, Some(&question)).await?;
        let (reply, omissions): (wire::Reply<T>, Omissions) = answer.read()?;
        let errors = reply.errors.as_deref().unwrap_or_default();
        match reply.data.filter(|_| errors.iter().all(passed_over)) {
            Some(data) => Ok(QueryAnswer { data, date: answer.date, omissions }),
            None if errors.iter().any(wire::QueryError::is_of_cursor) => Err(GitHubError::BadCursor(message(&answer))),
            None => Err(GitHubError::Refused { status: answer.status, message: message(&answer) }),
        }
    }

    /// Exchanges the code that ends the manifest flow for the new App's credentials.
    pub async fn convert_manifest(&self, code: &str) -> Result<Value, GitHubError> {
        let code: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
        let path = format!("/app-manifests/{code}/conversions");
        let head = self.send(None, Method::POST, &path, None).await?;
        let answer = self.read(head).await?;
        match answer.status {
            status @ 500.. => Err(GitHubError::Failed(status)),
            _ => answer.json().map(Value::Object),
        }
    }

    /// Makes a request through the gate. Returns answers with 2xx, and with redirections, 404, 410 and
    /// 451, which say something about what was asked for.
    async fn ask(
        &self,
        requester: Requester,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<GitHubAnswer, GitHubError> {
        let mut waits = FRESH_TOKEN_WAITS.into_iter();
        let mut renewed = false;
        loop {
            let (secret, token) = self.credentials(requester).await?;
            let answer = self.through_gate(requester, secret, method.clone(), path, body).await?;
            let refused = match answer.status {
                200..=299 | 301 | 302 | 307 | 308 | 404 | 410 | 451 => return Ok(answer),
                status @ 500.. => return Err(GitHubError::Failed(status)),
                401 => answer,
                status => return Err(GitHubError::Refused { status, message: message(&answer) }),
            };
            match (&token, self.installation_of(requester).await?) {
                (Some(token), Some(_)) if token.is_fresh(self.now()) => match waits.next() {
                    Some(wait) => tokio::time::sleep(wait).await,
                    None => return Err(GitHubError::Refused { status: 401, message: message(&refused) }),
                },
                (Some(token), Some(installation_id)) if !renewed => {
                    renewed = true;
                    self.0.tokens.refused(installation_id, token).await;
                }
                // The App's own token contains the time, which is right once GitHub's is known.
                (None, _) if requester == Requester::App && !renewed => renewed = true,
                _ => return Err(GitHubError::Refused { status: 401, message: message(&refused) }),
            }
        }
    }

    /// The secret to send; with the installation's token, if that is the secret.
    async fn credentials(
        &self,
        requester: Requester,
    ) -> Result<(Option<String>, Option<InstallationToken>), GitHubError> {
        match requester {
            Requester::App => Ok((Some(self.jwt()?), None)),
            Requester::Installation(account_id) => {
                let token = self.token(account_id).await?;
                Ok((Some(token.secret.to_string()), Some(token)))
            }
            Requester::Person => Ok((self.0.personal_token.clone(), None)),
        }
    }

    fn jwt(&self) -> Result<String, GitHubError> {
        let identity = self.identity().ok_or(GitHubError::NotInstalled(0))?;
        Ok(identity.jwt()?)
    }

    async fn installation_of(&self, requester: Requester) -> Result<Option<i64>, GitHubError> {
        let Requester::Installation(account_id) = requester else { return Ok(None) };
        let found = self.installation(account_id).await?;
        Ok(found.map(|installation| installation.installation_id))
    }

    /// The token of an account's installation: the present one, or a new one for all who wait.
    pub async fn token(&self, account_id: i64) -> Result<InstallationToken, GitHubError> {
        let installation = self.installation(account_id).await?;
        let installation = installation.filter(|found| found.gone_at.is_none());
        let installation = installation.ok_or(GitHubError::NotInstalled(account_id))?;
        let permissions = Permissions::new(&installation.permissions).for_token();
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
                let TokenAnswer { token, expires_at } = answer.json()?;
                let token = token.ok_or_else(|| GitHubError::Unreadable("there is no token in it".to_owned()))?;
                let expires_at = expires_at.unwrap_or(answer.date + TOKEN_LASTS);
                let permissions = permissions.clone();
                Ok(InstallationToken { secret: token.0.into(), expires_at, minted_at: answer.date, permissions })
            }
            status @ 500.. => Err(GitHubError::Failed(status)),
            // The installation is gone, is suspended, or has other permissions than we know.
            403 | 404 | 422 => Err(GitHubError::Changed(message(&answer))),
            status => Err(GitHubError::Refused { status, message: message(&answer) }),
        }
    }

    async fn minted(
        &self,
        installation_id: i64,
        permissions: &Map<String, Value>,
    ) -> Result<GitHubAnswer, GitHubError> {
        let path = format!("/app/installations/{installation_id}/access_tokens");
        let body = json!({"permissions": permissions});
        let ask = async || self.through_gate(Requester::App, Some(self.jwt()?), Method::POST, &path, Some(&body)).await;
        match ask().await? {
            // If our time was wrong, the first answer has corrected it.
            answer if answer.status == 401 => ask().await,
            answer => Ok(answer),
        }
    }

    /// Checks that GitHub grants a token for an installation, which we may not know yet.
    pub async fn try_mint(&self, installation_id: i64, granted: &Value) -> Result<(), GitHubError> {
        let answer = self.minted(installation_id, &Permissions::new(granted).for_token()).await?;
        answer.json::<TokenAnswer>().map(drop)
    }

    async fn installation(&self, account_id: i64) -> Result<Option<installations::Installation>, GitHubError> {
        match &self.0.pool {
            Some(pool) => Ok(installations::of(pool, account_id).await?),
            None => Ok(None),
        }
    }
}
