//! People: signing in and out, and who somebody is.

use super::tokens::{Credential, hash as token_hash};
use super::viewer::Person;
use super::{Refusal, Scope, Service, Viewer, Who};
pub use crate::people::sight::{Hidden, Why};
use crate::people::sign_in::hash;
pub use crate::people::sign_in::{SignInAttempt, SignedIn};
use crate::people::{PeopleError, Session};
use crate::store::accounts::Account;
use crate::store::sessions::{self, SessionHolder};
use crate::store::tokens;

/// Who asks, and what they may see and do.
pub struct Me {
    pub viewer: Viewer,
    /// `None`: the viewer may not read.
    pub accounts: Option<Vec<Account>>,
    /// Whether people can sign in with GitHub here.
    pub can_sign_in: bool,
}

impl Service {
    /// Begins a sign-in with GitHub. `redirect_uri` is our address for GitHub's answer, `return_to` the path to which
    /// the browser goes then.
    ///
    /// # Errors
    /// [`Refusal::SignInOff`]
    pub fn begin_sign_in(&self, redirect_uri: &str, return_to: &str) -> Result<SignInAttempt, Refusal> {
        Ok(self.0.people.begin(redirect_uri, return_to)?)
    }

    /// Takes GitHub's answer: a code, or its refusal. Ends the session that the browser had before.
    ///
    /// # Errors
    /// [`Refusal::SignInOff`], [`Refusal::SignInFailed`], [`Refusal::GitHub`]
    pub async fn finish_sign_in(
        &self,
        attempt: Option<&str>,
        state: &str,
        code: Option<&str>,
        before: Option<&str>,
    ) -> Result<SignedIn, Refusal> {
        let Some(code) = code else {
            self.0.people.check_refused(attempt, state)?;
            return Err(Refusal::SignInFailed(
                "Nobody was signed in: GitHub was not allowed to say who you are.".into(),
            ));
        };
        let signed_in = self.0.people.finish(attempt, state, code).await?;
        self.leave(before).await?;
        Ok(signed_in)
    }

    /// Makes a session of an API token that stands in no URL. Returns what the cookie is to hold.
    ///
    /// # Errors
    /// [`Refusal::UnknownToken`]
    pub async fn token_session(&self, token: &str, before: Option<&str>) -> Result<String, Refusal> {
        let viewer = self.authenticate(token, super::tokens::TokenCarrier::InHeader).await?;
        if viewer.is_embed() {
            return Err(Refusal::MissingScope(Scope::Read));
        }
        let cookie = self.0.people.begin_of_token(&token_hash(token)).await?;
        self.leave(before).await?;
        Ok(cookie)
    }

    /// Whether people can sign in with GitHub.
    pub fn can_sign_in(&self) -> bool {
        self.0.people.can_sign_in()
    }

    /// Finds out whose session a cookie is, as of the last second.
    ///
    /// # Errors
    /// [`Refusal::UnknownSession`]
    pub async fn recognize_session(&self, cookie: &str) -> Result<Credential, Refusal> {
        let hash = hash(cookie);
        let find = async { sessions::find(&self.0.pool, &hash).await?.ok_or(Refusal::UnknownSession) };
        let row = self.0.known_sessions.get(hash.clone(), find).await?;
        match &row.holder {
            SessionHolder::Token(token) if self.0.admin_token_hash.as_ref() == Some(token) => {
                Ok(Credential::bootstrap())
            }
            SessionHolder::Token(token) => {
                let find = async { tokens::find(&self.0.pool, token).await?.ok_or(Refusal::UnknownSession) };
                Ok(Credential::token(self.0.known_tokens.get(token.clone(), find).await?))
            }
            SessionHolder::Person { .. } => Ok(Credential::person(Session::of(row).ok_or(Refusal::UnknownSession)?)),
        }
    }

    /// The person of a session, with what they may see and do.
    pub(super) async fn person(&self, session: &Session) -> Result<Viewer, Refusal> {
        let seen = self.0.people.sight(session).await;
        if matches!(seen, Err(PeopleError::Ended)) {
            self.forget_sessions();
        }
        Ok(Viewer::of_person(session, &seen?))
    }

    /// The viewer with what they may see by now, which changes for people; `None` if their session has ended.
    ///
    /// # Errors
    /// [`Refusal::Store`]
    pub(super) async fn as_seen_now(&self, viewer: &Viewer) -> Result<Option<Viewer>, Refusal> {
        let Some(Person { github_id, login }) = viewer.person() else { return Ok(Some(viewer.clone())) };
        let session = match viewer.who() {
            Who::Person { session_id, .. } => {
                let hash = sessions::hash(&self.0.pool, *session_id).await?;
                hash.map(|hash| Session { session_id: *session_id, hash, github_id, login })
            }
            Who::Token { .. } | Who::Nobody { .. } | Who::Service => {
                match self.0.people.latest_session(github_id).await {
                    Ok(session) => Some(session),
                    Err(PeopleError::Ended) => None,
                    Err(error) => return Err(error.into()),
                }
            }
        };
        let Some(session) = session else { return Ok(None) };
        match self.0.people.sight(&session).await {
            Ok(seen) => Ok(Some(viewer.clone().seeing(&seen))),
            Err(PeopleError::Ended) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Checks that a token which came with a session's cookie is not another person's.
    ///
    /// # Errors
    /// [`Refusal::OtherPerson`]
    pub async fn check_same_person(&self, viewer: &Viewer, cookie: &str) -> Result<(), Refusal> {
        let Some(Person { github_id, .. }) = viewer.person() else { return Ok(()) };
        let session = sessions::find(&self.0.pool, &hash(cookie)).await?.and_then(Session::of);
        match session {
            Some(session) if session.github_id != github_id => Err(Refusal::OtherPerson),
            _ => Ok(()),
        }
    }

    /// Ends a session; `everywhere`: all sessions of its person or token, and the tokens that the person made. GitHub is told
    /// afterwards, and nobody waits for that.
    ///
    /// # Errors
    /// [`Refusal::UnknownSession`]
    pub async fn sign_out(&self, cookie: &str, everywhere: bool) -> Result<(), Refusal> {
        let pool = &self.0.pool;
        let hash = hash(cookie);
        let session = sessions::find(pool, &hash).await?.ok_or(Refusal::UnknownSession)?;
        let ended = match session.holder {
            _ if !everywhere => sessions::end(pool, &hash).await?.into_iter().collect(),
            SessionHolder::Person { github_id, .. } => sessions::end_all_of(pool, github_id).await?,
            SessionHolder::Token(token) => {
                sessions::end_all_of_token(pool, &token).await?;
                vec![]
            }
        };
        self.0.people.give_back(ended);
        self.forget_sessions();
        Ok(())
    }

    async fn leave(&self, before: Option<&str>) -> Result<(), Refusal> {
        if let Some(before) = before {
            let ended = sessions::end(&self.0.pool, &hash(before)).await?;
            self.0.people.give_back(ended.into_iter().collect());
        }
        self.forget_sessions();
        Ok(())
    }

    fn forget_sessions(&self) {
        self.0.known_sessions.forget();
        self.0.latest_sessions.forget();
        self.0.valid_sessions.forget();
        self.0.known_tokens.forget();
        self.0.valid_tokens.forget();
    }

    /// Who the viewer is.
    ///
    /// # Errors
    /// [`Refusal::Store`]
    pub async fn me(&self, viewer: &Viewer) -> Result<Me, Refusal> {
        let accounts = match viewer.require(Scope::Read) {
            Ok(()) => Some(self.list_accounts(viewer).await?),
            Err(_) => None,
        };
        Ok(Me { viewer: viewer.clone(), accounts, can_sign_in: self.0.people.can_sign_in() })
    }

    /// Deletes the sessions that have expired. Returns how many.
    ///
    /// # Errors
    /// [`Refusal::Store`]
    pub async fn prune_sessions(&self) -> Result<u64, Refusal> {
        Ok(sessions::prune(&self.0.pool).await?)
    }
}
