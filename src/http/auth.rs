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
use crate::activity::Sight;
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
    /// One view's CSV and SVG, public repositories only, by a token that may stand in a URL.
    Embed,
}

impl Scope {
    pub const ALL: [Scope; 5] = [Scope::Read, Scope::Scrub, Scope::Admin, Scope::Private, Scope::Embed];

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }

    pub fn name(self) -> &'static str {
        match self {
            Scope::Read => "read",
            Scope::Scrub => "scrub",
            Scope::Admin => "admin",
            Scope::Private => "private",
            Scope::Embed => "embed",
        }
    }
}

/// A new token, shown once, and the hash to store.
pub fn new_token() -> (String, Vec<u8>) {
    let token = format!("{PREFIX}{}", hex::encode(rand::random::<[u8; 32]>()));
    let hash = hash(&token);
    (token, hash)
}

/// Whether a token may be made.
///
/// # Errors
/// What is at fault, and why.
pub fn check_token(
    scopes: &[Scope],
    accounts: Option<&[i64]>,
    view: Option<&str>,
) -> Result<(), (&'static str, &'static str)> {
    match scopes {
        [] => return Err(("scopes", "A token needs a scope.")),
        [Scope::Private] => return Err(("scopes", "private goes with read: alone it allows nothing.")),
        _ => {}
    }
    if accounts.is_some_and(<[i64]>::is_empty) {
        return Err(("accounts", "Bound to no account a token sees nothing; leave it out for all."));
    }
    if !scopes.contains(&Scope::Embed) {
        return if view.is_none() { Ok(()) } else { Err(("view", "Only a token with the scope embed is for a view.")) };
    }
    if scopes.len() > 1 {
        return Err(("scopes", "embed stands alone: the token is in URLs, where others read it."));
    }
    if accounts.map(<[i64]>::len) != Some(1) {
        return Err(("accounts", "A token with the scope embed is for one account; name it."));
    }
    match view {
        Some(view) if crate::scrub::view::is_name(view) => Ok(()),
        _ => Err(("view", "A token with the scope embed is for one view; name it.")),
    }
}

/// The hash that the store knows a token by.
pub fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// The caller of a request, known by its token.
#[derive(Clone, Debug)]
pub struct Caller {
    /// What the token is called: who acts, unless a request says it.
    name: String,
    scopes: Vec<String>,
    /// `None`: all.
    accounts: Option<Vec<i64>>,
    /// The only view that it may see, by a token that stands in URLs.
    view: Option<String>,
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

    /// Lets tokens pass that read, and those for one view's pictures and tables.
    ///
    /// # Errors
    /// 403 naming the scope that is missing.
    pub fn require_embed(&self) -> Result<(), Problem> {
        if self.view.is_some() { Ok(()) } else { self.require(Scope::Read) }
    }

    /// The view that a request is about: the one that it names, or the only one that the token may
    /// see.
    ///
    /// # Errors
    /// 403 for another one than the token's.
    pub fn view<'a>(&'a self, named: Option<&'a str>) -> Result<Option<&'a str>, Problem> {
        match (&self.view, named) {
            (None, named) => Ok(named),
            (Some(own), named) if named.is_none_or(|named| named == own) => Ok(Some(own)),
            (Some(own), _) => {
                Err(Problem::of(StatusCode::FORBIDDEN).detail(format!("The token is for the view {own} only.")))
            }
        }
    }

    /// The ids of the accounts that the token is bound to; `None`: all.
    pub fn bound_to(&self) -> Option<&[i64]> {
        self.accounts.as_deref()
    }

    /// Whether the token may stand in a URL, where others read it.
    pub fn is_embed(&self) -> bool {
        self.view.is_some()
    }

    /// What the token is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the token may see.
    pub fn sight(&self) -> Sight {
        if self.has(Scope::Private) { Sight::All } else { Sight::Public }
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
        let in_header = header.and_then(|value| {
            let (scheme, token) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("Bearer").then_some(token.trim())
        });
        let in_url = parts.uri.query().and_then(|query| query.split('&').find_map(|pair| pair.strip_prefix("token=")));
        let Some(token) = in_header.or(in_url) else {
            return Err(Problem::unauthorized().detail("Send a token as `Authorization: Bearer TOKEN`."));
        };
        let hash = hash(token);
        // Comparing hashes tells an attacker nothing about the token.
        if in_header.is_some() && state.admin_token_hash.as_deref() == Some(hash.as_slice()) {
            state.limits.count(BOOTSTRAP, &parts.extensions)?;
            let scopes = vec![Scope::Admin.name().to_owned()];
            return Ok(Self { name: "admin".to_owned(), scopes, accounts: None, view: None });
        }
        let row = tokens::find(&state.pool, &hash).await?;
        // What stands in URLs ends up in logs and histories: no token but those made for it.
        match row.filter(|row| in_header.is_some() || row.view.is_some()) {
            Some(row) => {
                state.limits.count(row.token_id, &parts.extensions)?;
                Ok(Self { name: row.name, scopes: row.scopes, accounts: row.accounts, view: row.view })
            }
            None if in_header.is_none() => Err(Problem::unauthorized()
                .detail("The token is unknown or was revoked, or may not stand in a URL: only the scope embed may.")),
            None => Err(Problem::unauthorized().detail("The token is unknown or was revoked.")),
        }
    }
}
