//! Who asks: bearer tokens and what they may see.
//!
//! A token is 256 random bits behind a prefix that secret scanners can know; the store holds its
//! SHA-256 only.

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use sha2::{Digest, Sha256};

use super::AppState;
use super::problem::Problem;
use crate::store::accounts::{self, Account};
use crate::store::tokens;

/// The bootstrap token's id; those of the store begin at 1.
const BOOTSTRAP: i64 = 0;

/// What tokens begin with.
const PREFIX: &str = "bugscrub_";

/// What a token allows. `admin` includes the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Scope {
    /// Read what is public.
    Read,
    /// Take part in scrubs.
    Scrub,
    /// Everything.
    Admin,
    /// With `read`: what is in private repositories too.
    Private,
}

impl Scope {
    pub fn name(self) -> &'static str {
        match self {
            Scope::Read => "read",
            Scope::Scrub => "scrub",
            Scope::Admin => "admin",
            Scope::Private => "private",
        }
    }
}

/// A new token, shown once, and the hash to store.
pub fn new_token() -> (String, Vec<u8>) {
    let token = format!("{PREFIX}{}", hex::encode(rand::random::<[u8; 32]>()));
    let hash = hash(&token);
    (token, hash)
}

/// The hash that the store knows a token by.
pub fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// The caller of a request, known by its token.
#[derive(Clone, Debug)]
pub struct Caller {
    scopes: Vec<String>,
    /// `None`: all.
    accounts: Option<Vec<i64>>,
}

impl Caller {
    fn has(&self, scope: Scope) -> bool {
        self.scopes.iter().any(|name| *name == scope.name() || *name == Scope::Admin.name())
    }

    /// # Errors
    /// 403 naming the scope that is missing.
    pub fn require(&self, scope: Scope) -> Result<(), Problem> {
        if self.has(scope) {
            return Ok(());
        }
        Err(Problem::of(StatusCode::FORBIDDEN).detail(format!("The token lacks the scope {}.", scope.name())))
    }

    /// Whether private repositories are shown.
    pub fn sees_private(&self) -> bool {
        self.has(Scope::Private)
    }

    /// The visible accounts that the token may see.
    pub async fn accounts(&self, state: &AppState) -> Result<Vec<Account>, Problem> {
        let mut accounts = accounts::visible(&state.pool).await?;
        if let Some(bound) = &self.accounts {
            accounts.retain(|account| bound.contains(&account.account_id));
        }
        Ok(accounts)
    }

    /// The account that a request is about: `named` by login or id, or the only one there is.
    ///
    /// # Errors
    /// 400 if none is named and there are several or none; 404 for one that is not there or not
    /// the token's; 409 naming the ids for a login that several have had.
    pub async fn account(&self, state: &AppState, named: Option<&str>) -> Result<Account, Problem> {
        let mut accounts = self.accounts(state).await?;
        let Some(named) = named else {
            if accounts.len() == 1 {
                return Ok(accounts.remove(0));
            }
            let detail = if accounts.is_empty() {
                "No account has sent a delivery yet, or the token may see none."
            } else {
                "The token sees several accounts; name one by login or id."
            };
            let logins = accounts.into_iter().map(|account| account.login);
            return Err(Problem::bad_parameter("account").detail(detail).allowed(logins));
        };
        // A login may look like another account's id: the id is what was meant.
        if let Some(at) = accounts.iter().position(|account| account.account_id.to_string() == named) {
            return Ok(accounts.swap_remove(at));
        }
        let login = named.to_lowercase();
        accounts.retain(|account| account.logins.contains(&login));
        match accounts.len() {
            0 => Err(Problem::new(StatusCode::NOT_FOUND, "/problems/unknown-account", "Unknown account")
                .detail("There is no such account that the token may see.")),
            1 => Ok(accounts.remove(0)),
            _ => Err(Problem::new(StatusCode::CONFLICT, "/problems/login-reused", "Login of several accounts")
                .detail("Several accounts have had this login; name one by id.")
                .allowed(accounts.into_iter().map(|account| account.account_id.to_string()))),
        }
    }
}

impl FromRequestParts<AppState> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = header.and_then(|value| {
            let (scheme, token) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("Bearer").then_some(token.trim())
        });
        let Some(token) = token else {
            return Err(Problem::unauthorized().detail("Send a token as `Authorization: Bearer TOKEN`."));
        };
        let hash = hash(token);
        // Comparing hashes tells an attacker nothing about the token.
        if state.admin_token_hash.as_deref() == Some(hash.as_slice()) {
            state.limits.count(BOOTSTRAP, &parts.extensions)?;
            return Ok(Self { scopes: vec![Scope::Admin.name().to_owned()], accounts: None });
        }
        match tokens::find(&state.pool, &hash).await? {
            Some(row) => {
                state.limits.count(row.token_id, &parts.extensions)?;
                Ok(Self { scopes: row.scopes, accounts: row.accounts })
            }
            None => Err(Problem::unauthorized().detail("The token is unknown or was revoked.")),
        }
    }
}
