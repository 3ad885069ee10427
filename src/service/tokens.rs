//! Tokens: how callers are known, and which tokens there are.
//!
//! A token is 256 random bits behind a prefix that secret scanners can know; the store holds its
//! SHA-256 only.

use sha2::{Digest, Sha256};

use super::viewer::BOOTSTRAP;
use super::{Refusal, Scope, Service, Viewer, Who};
pub use crate::store::tokens::TokenRow;
use crate::store::tokens::{self, NewToken};

/// What tokens begin with.
const PREFIX: &str = "bugscrub_";
/// Days that a token may be in force by its own expiry.
const LONGEST_DAYS: i32 = 3_650;
/// Characters of a token's name at most.
const LONGEST_NAME: usize = 200;

/// Where a request carries its token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carried {
    InHeader,
    /// Where others read it.
    InUrl,
}

/// A token to be made.
#[derive(Clone, Debug, Default)]
pub struct WantedToken {
    /// What it is for, in 1 to 200 characters.
    pub name: String,
    pub scopes: Vec<Scope>,
    /// Ids of the accounts that it is bound to; `None`: all.
    pub accounts: Option<Vec<i64>>,
    /// With the scope `embed`: the view that it is for.
    pub view: Option<String>,
    /// Days that it is in force; `None`: until it is revoked.
    pub days: Option<i32>,
}

/// A token that was made: the only place that holds its secret.
pub struct MadeToken {
    pub id: i64,
    pub secret: String,
}

impl WantedToken {
    /// Checks that such a token may be made.
    ///
    /// # Errors
    /// [`Refusal::BadParameter`] naming what is at fault.
    pub fn check(&self) -> Result<(), Refusal> {
        let refused = |name: &'static str, detail: &'static str| Err(Refusal::bad_parameter(name, detail));
        let Self { name, scopes, accounts, view, days } = self;
        if !(1..=LONGEST_NAME).contains(&name.chars().count()) || name.contains('\0') {
            return refused("name", "1 to 200 characters, and no U+0000.");
        }
        if days.is_some_and(|days| !(1..=LONGEST_DAYS).contains(&days)) {
            return refused("days", "A whole number from 1 to 3650.");
        }
        match scopes[..] {
            [] => return refused("scopes", "A token needs a scope."),
            _ if scopes.iter().all(|scope| *scope == Scope::Private) => {
                return refused("scopes", "private goes with read: alone it allows nothing.");
            }
            _ => {}
        }
        if accounts.as_ref().is_some_and(Vec::is_empty) {
            return refused("accounts", "Bound to no account a token sees nothing; leave it out for all.");
        }
        if !scopes.contains(&Scope::Embed) {
            return match view {
                None => Ok(()),
                Some(_) => refused("view", "Only a token with the scope embed is for a view."),
            };
        }
        if scopes.len() > 1 {
            return refused("scopes", "embed stands alone: the token is in URLs, where others read it.");
        }
        if accounts.as_ref().map(Vec::len) != Some(1) {
            return refused("accounts", "A token with the scope embed is for one account; name it.");
        }
        match view {
            Some(view) if crate::scrub::view::is_name(view) => Ok(()),
            _ => refused("view", "A token with the scope embed is for one view; name it."),
        }
    }
}

impl Service {
    /// The viewer that a request's token makes of its sender.
    ///
    /// # Errors
    /// [`Refusal::UnknownToken`], or [`Refusal::NotForUrls`] for one in a URL.
    pub async fn authenticate(&self, secret: &str, carried: Carried) -> Result<Viewer, Refusal> {
        let hash = hash(secret);
        let in_header = carried == Carried::InHeader;
        // Comparing hashes tells an attacker nothing about the token.
        if in_header && self.0.admin_token_hash.as_ref() == Some(&hash) {
            return Ok(Viewer::bootstrap());
        }
        let unknown = || if in_header { Refusal::UnknownToken } else { Refusal::NotForUrls };
        // As of the last second; one that was not known is looked for each time.
        let find = async { tokens::find(&self.0.pool, &hash).await?.ok_or_else(unknown) };
        let row = self.0.known_tokens.get(hash.clone(), find).await?;
        // What stands in URLs ends up in logs and histories: no token but those made for it.
        if in_header || row.view.is_some() { Ok(Viewer::of_token(row)) } else { Err(Refusal::NotForUrls) }
    }

    /// Whether a viewer's token is still valid, as of the last second.
    ///
    /// # Errors
    /// [`Refusal::Store`]
    pub(super) async fn is_still_known(&self, viewer: &Viewer) -> Result<bool, Refusal> {
        match viewer.who() {
            Who::Token { id, .. } if *id != BOOTSTRAP => {
                Ok(self.0.valid_tokens.get(*id, tokens::is_valid(&self.0.pool, *id)).await?)
            }
            Who::Token { .. } | Who::Nobody { .. } | Who::Service => Ok(true),
        }
    }

    /// Makes a token.
    ///
    /// # Errors
    /// [`Refusal::MissingScope`], or [`Refusal::BadParameter`] for one that may not be made, or is bound
    /// to fewer accounts than the viewer's own.
    pub async fn create_token(&self, viewer: &Viewer, wanted: WantedToken) -> Result<MadeToken, Refusal> {
        viewer.require(Scope::Admin)?;
        wanted.check()?;
        let WantedToken { name, scopes, accounts, view, days } = wanted;
        if !viewer.covers(accounts.as_deref()) {
            let detail = "Your token is bound to accounts: a new one can only be bound to those.";
            return Err(Refusal::bad_parameter("accounts", detail));
        }
        let secret = new_secret();
        let scopes: Vec<String> = scopes.into_iter().map(|scope| scope.name().to_owned()).collect();
        let hash = hash(&secret);
        let (accounts, view) = (accounts.as_deref(), view.as_deref());
        let new = NewToken { name: &name, hash: &hash, scopes: &scopes, accounts, view, days };
        Ok(MadeToken { id: tokens::create(&self.0.pool, new).await?, secret })
    }

    /// The tokens that the viewer may see: all, or those bound to no other accounts than their own.
    ///
    /// # Errors
    /// [`Refusal::MissingScope`]
    pub async fn list_tokens(&self, viewer: &Viewer) -> Result<Vec<TokenRow>, Refusal> {
        viewer.require(Scope::Admin)?;
        let mut tokens = tokens::list(&self.0.pool).await?;
        tokens.retain(|token| viewer.covers(token.accounts.as_deref()));
        Ok(tokens)
    }

    /// Revokes a token: at once in this process, within a second in others.
    ///
    /// # Errors
    /// [`Refusal::MissingScope`], or [`Refusal::NoTokenInForce`] for one that the viewer may not see too.
    pub async fn revoke_token(&self, viewer: &Viewer, id: i64) -> Result<(), Refusal> {
        let known = self.list_tokens(viewer).await?.iter().any(|token| token.token_id == id);
        let revoked = known && tokens::revoke(&self.0.pool, id).await?;
        self.0.known_tokens.forget();
        if revoked { Ok(()) } else { Err(Refusal::NoTokenInForce) }
    }
}

/// A secret that nobody can guess.
pub fn new_secret() -> String {
    format!("{PREFIX}{}", hex::encode(rand::random::<[u8; 32]>()))
}

/// The hash that the store knows a token by.
pub fn hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}
