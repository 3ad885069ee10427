//! Tokens: how callers are known, and which tokens there are.
//!
//! A token is 256 random bits behind a prefix that secret scanners can know; the store holds its
//! SHA-256 only.

use sha2::{Digest, Sha256};

use super::viewer::{BOOTSTRAP, Person};
use super::{Refusal, Scope, Service, Viewer, Who};
use crate::people::{PeopleError, Session};
use crate::store::sessions;
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
pub enum TokenCarrier {
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

/// A token or a session that is in force, before it is known what its holder sees.
#[derive(Clone, Debug)]
pub struct Credential(Holder);

#[derive(Clone, Debug)]
enum Holder {
    Bootstrap,
    Token(TokenRow),
    Person(Session),
}

impl Credential {
    pub(super) fn bootstrap() -> Self {
        Self(Holder::Bootstrap)
    }

    pub(super) fn token(row: TokenRow) -> Self {
        Self(Holder::Token(row))
    }

    pub(super) fn person(session: Session) -> Self {
        Self(Holder::Person(session))
    }

    /// Whose it is, as [`Viewer::caller`] says it.
    pub fn caller(&self) -> i64 {
        match &self.0 {
            Holder::Bootstrap => BOOTSTRAP,
            Holder::Token(row) => row.person.map_or(row.token_id, |github_id| -github_id),
            Holder::Person(session) => -session.github_id,
        }
    }
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
    pub async fn authenticate(&self, secret: &str, carried: TokenCarrier) -> Result<Viewer, Refusal> {
        self.viewer(self.recognize_token(secret, carried).await?).await
    }

    /// The viewer whose token or session was recognized.
    ///
    /// # Errors
    /// [`Refusal::UnknownSession`], [`Refusal::PersonSignedOut`]
    pub async fn viewer(&self, recognized: Credential) -> Result<Viewer, Refusal> {
        match recognized.0 {
            Holder::Bootstrap => Ok(Viewer::bootstrap()),
            Holder::Token(row) => self.holder(row).await,
            Holder::Person(session) => self.person(&session).await,
        }
    }

    /// Finds out whether a request's token is in force, and whose it is.
    ///
    /// # Errors
    /// [`Refusal::UnknownToken`], or [`Refusal::NotForUrls`] for one in a URL.
    pub async fn recognize_token(&self, secret: &str, carried: TokenCarrier) -> Result<Credential, Refusal> {
        let hash = hash(secret);
        let in_header = carried == TokenCarrier::InHeader;
        // Comparing hashes tells an attacker nothing about the token.
        if in_header && self.0.admin_token_hash.as_ref() == Some(&hash) {
            return Ok(Credential::bootstrap());
        }
        let unknown = || if in_header { Refusal::UnknownToken } else { Refusal::NotForUrls };
        // As of the last second; one that was not known is looked for each time.
        let find = async { tokens::find(&self.0.pool, &hash).await?.ok_or_else(unknown) };
        let row = self.0.known_tokens.get(hash.clone(), find).await?;
        // What stands in URLs ends up in logs and histories: no token but those made for it.
        if in_header || row.view.is_some() { Ok(Credential::token(row)) } else { Err(Refusal::NotForUrls) }
    }

    /// The holder of a token that is in force.
    pub(super) async fn holder(&self, row: TokenRow) -> Result<Viewer, Refusal> {
        let Some(github_id) = row.person else { return Ok(Viewer::of_token(row)) };
        let latest = async { self.0.people.latest_session(github_id).await };
        let session = self.0.latest_sessions.get(github_id, latest).await.map_err(|error| match error {
            PeopleError::Ended => Refusal::PersonSignedOut,
            other => other.into(),
        })?;
        let seen = self.0.people.sight(&session).await?;
        Ok(Viewer::of_personal_token(&row, &session, &seen))
    }

    /// Whether a viewer's token or session is still valid, as of the last second.
    ///
    /// # Errors
    /// [`Refusal::Store`]
    pub(super) async fn is_still_known(&self, viewer: &Viewer) -> Result<bool, Refusal> {
        let pool = &self.0.pool;
        let valid = match viewer.who() {
            Who::Token { id, .. } if *id != BOOTSTRAP => {
                self.0.valid_tokens.get(*id, tokens::is_valid(pool, *id)).await?
            }
            Who::Person { session_id, .. } => {
                let id = *session_id;
                return Ok(self.0.valid_sessions.get(id, sessions::is_in_force(pool, id)).await?);
            }
            Who::Token { .. } | Who::Nobody { .. } | Who::Service => true,
        };
        match viewer.person().filter(|_| valid) {
            Some(Person { github_id, .. }) => Ok(sessions::has_any(pool, github_id).await?),
            None => Ok(valid),
        }
    }

    /// Makes a token. One that a person makes is theirs: it sees what they see, does no more than they may, and works
    /// while they are signed in somewhere.
    ///
    /// # Errors
    /// [`Refusal::MissingScope`], or [`Refusal::BadParameter`] for one that may not be made, or is bound
    /// to fewer accounts than the viewer's own.
    pub async fn create_token(&self, viewer: &Viewer, wanted: WantedToken) -> Result<MadeToken, Refusal> {
        let person = viewer.person();
        if person.is_none() {
            viewer.require(Scope::Admin)?;
        }
        check_signed_in(viewer)?;
        wanted.check()?;
        if person.is_some() {
            check_personal(viewer, &wanted)?;
        }
        let WantedToken { name, scopes, mut accounts, view, days } = wanted;
        if person.is_some() {
            accounts = Some(vec![]);
        } else if !viewer.covers(accounts.as_deref()) {
            let detail = "Your token is bound to accounts: a new one can only be bound to those.";
            return Err(Refusal::bad_parameter("accounts", detail));
        }
        let secret = new_secret();
        let scopes: Vec<String> = scopes.into_iter().map(|scope| scope.name().to_owned()).collect();
        let hash = hash(&secret);
        let (accounts, view) = (accounts.as_deref(), view.as_deref());
        let person = person.map(|person| person.github_id);
        let new = NewToken { name: &name, hash: &hash, scopes: &scopes, accounts, view, person, days };
        Ok(MadeToken { id: tokens::create(&self.0.pool, new).await?, secret })
    }

    /// The tokens that the viewer may see: all, or those bound to no other accounts than their own. Without the scope
    /// admin, a person sees those that they made.
    ///
    /// # Errors
    /// [`Refusal::MissingScope`]
    pub async fn list_tokens(&self, viewer: &Viewer) -> Result<Vec<TokenRow>, Refusal> {
        let (is_admin, person) = (viewer.require(Scope::Admin).is_ok(), viewer.person().map(|person| person.github_id));
        if person.is_none() {
            viewer.require(Scope::Admin)?;
        }
        let is_own = |token: &TokenRow| person.is_some() && token.person == person;
        // A person's token is bound to no account that is known here.
        let is_covered = |token: &TokenRow| match token.person {
            Some(_) => viewer.accounts().is_none(),
            None => viewer.covers(token.accounts.as_deref()),
        };
        let mut tokens = tokens::list(&self.0.pool).await?;
        tokens.retain(|token| is_own(token) || (is_admin && is_covered(token)));
        Ok(tokens)
    }

    /// Revokes a token: at once in this process, within a second in others.
    ///
    /// # Errors
    /// [`Refusal::MissingScope`], or [`Refusal::NoTokenInForce`] for one that the viewer may not see too.
    pub async fn revoke_token(&self, viewer: &Viewer, id: i64) -> Result<(), Refusal> {
        check_signed_in(viewer)?;
        let known = self.list_tokens(viewer).await?.iter().any(|token| token.token_id == id);
        let revoked = known && tokens::revoke(&self.0.pool, id).await?;
        self.0.known_tokens.forget();
        if revoked { Ok(()) } else { Err(Refusal::NoTokenInForce) }
    }
}

/// Checks that it is no token of a person that asks: it would make others that outlive it.
///
/// # Errors
/// [`Refusal::SignInForTokens`]
fn check_signed_in(viewer: &Viewer) -> Result<(), Refusal> {
    match viewer.who() {
        Who::Token { .. } if viewer.person().is_some() => Err(Refusal::SignInForTokens),
        _ => Ok(()),
    }
}

/// Checks that a person may make such a token for themselves.
///
/// # Errors
/// [`Refusal::BadParameter`], or [`Refusal::MissingScope`] for a scope that they have not themselves.
fn check_personal(viewer: &Viewer, wanted: &WantedToken) -> Result<(), Refusal> {
    let refused = |name: &'static str, detail: &'static str| Err(Refusal::bad_parameter(name, detail));
    if wanted.accounts.is_some() {
        return refused("accounts", "A token of yours sees the accounts that you see; leave it out.");
    }
    if wanted.scopes.iter().any(|scope| [Scope::Private, Scope::Embed].contains(scope)) {
        return refused(
            "scopes",
            "A token of yours sees the repositories that you see. It may have read, scrub and admin.",
        );
    }
    wanted.scopes.iter().try_for_each(|scope| viewer.require(*scope))
}

/// A secret that nobody can guess.
pub fn new_secret() -> String {
    format!("{PREFIX}{}", hex::encode(rand::random::<[u8; 32]>()))
}

/// The hash that the store knows a token by.
pub fn hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}
