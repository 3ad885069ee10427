//! Who asks, and what they may see and do.

use std::net::IpAddr;

use super::refusal::Refusal;
use crate::activity::Sight;
use crate::people::sight::Hidden;
use crate::people::{PersonSight, Session};
use crate::store::tokens::TokenRow;

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
    /// One view's queue, stream and charts, public repositories only, by a token that may stand in a URL.
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

/// The id of the bootstrap token, which is not stored.
pub(super) const BOOTSTRAP: i64 = 0;

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// A program or a person with a token.
    Token { id: i64, name: String },
    /// Somebody who signed in with GitHub.
    Person { github_id: i64, login: String, session_id: i64 },
    /// Anybody, without a token, where what is public is open to all. The address is theirs; of an IPv6 address the first 64
    /// bits.
    Nobody { from: IpAddr },
    /// The service itself.
    Service,
}

/// A person of GitHub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub github_id: i64,
    pub login: String,
}

/// Somebody who asks or acts: every use case takes one.
#[derive(Clone, Debug)]
pub struct Viewer {
    who: Who,
    /// With a token that a person made for themselves: that person.
    person: Option<Person>,
    /// Ids of the accounts that they may see; `None`: all.
    accounts: Option<Vec<i64>>,
    sight: Sight,
    scopes: Vec<Scope>,
    /// Ids of the only accounts in which the scope scrub counts; `None`: all.
    scrubs: Option<Vec<i64>>,
    /// The only view that they may see, by a token that may stand in a URL.
    view: Option<String>,
    /// What GitHub hides from a person, and what they can do about it.
    hidden: Vec<Hidden>,
}

impl Viewer {
    /// The service itself, which may do everything.
    pub fn service() -> Self {
        Self::with_scopes(Who::Service, vec![Scope::Admin])
    }

    /// The holder of the bootstrap token.
    pub(super) fn bootstrap() -> Self {
        Self::with_scopes(Who::Token { id: BOOTSTRAP, name: "admin".to_owned() }, vec![Scope::Admin])
    }

    /// Anybody who comes from an address, who reads what is public.
    pub fn nobody(from: IpAddr) -> Self {
        Self::with_scopes(Who::Nobody { from }, vec![Scope::Read])
    }

    /// The holder of a token. Scopes that this version does not know allow nothing.
    pub(super) fn of_token(token: TokenRow) -> Self {
        let TokenRow { token_id, name, scopes, accounts, view, .. } = token;
        let scopes = scopes.iter().filter_map(|name| Scope::from_name(name)).collect();
        Self { accounts, view, ..Self::with_scopes(Who::Token { id: token_id, name }, scopes) }
    }

    /// The person of a session, who sees and does what `seen` says.
    pub(super) fn of_person(session: &Session, seen: &PersonSight) -> Self {
        let Session { session_id, github_id, login, .. } = session;
        let who = Who::Person { github_id: *github_id, login: login.clone(), session_id: *session_id };
        let mut scopes = vec![Scope::Read];
        let may_scrub = seen.scrubs.as_ref().is_none_or(|accounts| !accounts.is_empty());
        scopes.extend(may_scrub.then_some(Scope::Scrub));
        scopes.extend(seen.is_admin.then_some(Scope::Admin));
        Self {
            accounts: seen.accounts.clone(),
            sight: seen.sight.clone(),
            scrubs: seen.scrubs.clone(),
            hidden: seen.hidden.clone(),
            ..Self::with_scopes(who, scopes)
        }
    }

    /// The holder of a token that a person made for themselves. It allows nothing that the person may not do.
    pub(super) fn of_personal_token(token: &TokenRow, session: &Session, seen: &PersonSight) -> Self {
        let person = Self::of_person(session, seen);
        let allowed = |scope: &Scope| person.require(*scope).is_ok();
        let scopes = token.scopes.iter().filter_map(|name| Scope::from_name(name)).filter(allowed).collect();
        let who = Who::Token { id: token.token_id, name: token.name.clone() };
        let Session { github_id, login, .. } = session.clone();
        Self { who, person: Some(Person { github_id, login }), scopes, ..person }
    }

    fn with_scopes(who: Who, scopes: Vec<Scope>) -> Self {
        let sees_all = scopes.contains(&Scope::Private) || scopes.contains(&Scope::Admin);
        let sight = if sees_all { Sight::All } else { Sight::Public };
        Self { who, person: None, accounts: None, sight, scopes, scrubs: None, view: None, hidden: vec![] }
    }

    /// The same, who may see other repositories.
    #[must_use]
    pub fn with_sight(self, sight: Sight) -> Self {
        Self { sight, ..self }
    }

    /// The same person, who may see other things by now. Who was bound to accounts stays bound to them.
    #[must_use]
    pub(super) fn seeing(self, seen: &PersonSight) -> Self {
        let accounts = match (self.accounts, &seen.accounts) {
            (Some(own), Some(seen)) => Some(own.into_iter().filter(|id| seen.contains(id)).collect()),
            (own, seen) => own.or_else(|| seen.clone()),
        };
        Self { accounts, sight: seen.sight.clone(), scrubs: seen.scrubs.clone(), ..self }
    }

    /// The same, who sees one account alone.
    #[must_use]
    pub(super) fn bound_to(self, account_id: i64) -> Self {
        Self { accounts: Some(vec![account_id]), ..self }
    }

    /// The same, who leaves out what is private.
    #[must_use]
    pub fn publicly(&self) -> Self {
        self.clone().with_sight(Sight::Public)
    }

    pub fn who(&self) -> &Who {
        &self.who
    }

    /// The person who asks: signed in, or by a token that they made for themselves.
    pub fn person(&self) -> Option<Person> {
        match &self.who {
            Who::Person { github_id, login, .. } => Some(Person { github_id: *github_id, login: login.clone() }),
            Who::Token { .. } | Who::Nobody { .. } | Who::Service => self.person.clone(),
        }
    }

    /// Who asks, as a number: a token's id, or a person's id on GitHub below 0. `None`: the service itself.
    pub fn caller(&self) -> Option<i64> {
        match (&self.who, &self.person) {
            (Who::Person { github_id, .. }, _) | (_, Some(Person { github_id, .. })) => Some(-github_id),
            (Who::Token { id, .. }, None) => Some(*id),
            (Who::Nobody { .. } | Who::Service, None) => None,
        }
    }

    /// What GitHub hides from a person, and what they can do about it.
    pub fn hidden(&self) -> &[Hidden] {
        &self.hidden
    }

    /// The scopes that they have, without those that others include.
    pub fn scopes(&self) -> &[Scope] {
        &self.scopes
    }

    /// What they are called: who acts, unless a request says who does. A person is called by their login.
    pub fn name(&self) -> &str {
        match (&self.who, &self.person) {
            (_, Some(Person { login, .. })) | (Who::Person { login, .. }, None) => login,
            (Who::Token { name, .. }, None) => name,
            (Who::Nobody { .. }, None) => "nobody",
            (Who::Service, None) => "bugscrub",
        }
    }

    /// Which repositories they may see.
    pub fn sight(&self) -> Sight {
        self.sight.clone()
    }

    /// Ids of the accounts that they may see; `None`: all.
    pub(super) fn accounts(&self) -> Option<&[i64]> {
        self.accounts.as_deref()
    }

    /// Whether they are bound to some accounts, and this is none of them.
    pub fn is_kept_from(&self, account_id: i64) -> bool {
        self.accounts.as_ref().is_some_and(|accounts| !accounts.contains(&account_id))
    }

    /// Whether something that is bound to `accounts` (`None`: all) is within what they are bound to.
    pub fn covers(&self, accounts: Option<&[i64]>) -> bool {
        match (&self.accounts, accounts) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(_), Some(accounts)) => !accounts.iter().any(|account_id| self.is_kept_from(*account_id)),
        }
    }

    /// Checks that they have a scope.
    ///
    /// # Errors
    /// [`Refusal::MissingScope`], or [`Refusal::NoToken`]
    pub fn require(&self, scope: Scope) -> Result<(), Refusal> {
        match self.scopes.contains(&scope) || self.scopes.contains(&Scope::Admin) {
            true => Ok(()),
            false if matches!(self.who, Who::Nobody { .. }) => Err(Refusal::NoToken),
            false => Err(Refusal::MissingScope(scope)),
        }
    }

    /// Checks that they have a scope in an account.
    ///
    /// # Errors
    /// [`Refusal::MissingScope`]
    pub(super) fn require_in(&self, account_id: i64, scope: Scope) -> Result<(), Refusal> {
        self.require(scope)?;
        let counts = scope != Scope::Scrub || self.scrubs.as_ref().is_none_or(|among| among.contains(&account_id));
        if counts || self.scopes.contains(&Scope::Admin) { Ok(()) } else { Err(Refusal::MissingScope(scope)) }
    }

    /// Checks that they may read, or may see one view.
    ///
    /// # Errors
    /// [`Refusal::MissingScope`]
    pub fn require_embed(&self) -> Result<(), Refusal> {
        if self.is_embed() { Ok(()) } else { self.require(Scope::Read) }
    }

    /// Whether others read along: the token may stand in a URL.
    pub fn is_embed(&self) -> bool {
        self.view.is_some()
    }

    /// The view that a question is about: the one that it names, or the only one that they may see.
    ///
    /// # Errors
    /// [`Refusal::OtherView`]
    pub fn view<'a>(&'a self, named: Option<&'a str>) -> Result<Option<&'a str>, Refusal> {
        match (&self.view, named) {
            (None, named) => Ok(named),
            (Some(own), named) if named.is_none_or(|named| named == own) => Ok(Some(own)),
            (Some(own), _) => Err(Refusal::OtherView(own.clone())),
        }
    }
}
