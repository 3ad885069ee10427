//! Sessions of people: who they are, and their tokens from GitHub.
//!
//! A refresh token is good for one exchange, and GitHub forgets the old access token with it. So whoever renews holds
//! the session's row, and all others wait for what comes of it. If the service is killed between GitHub's answer and
//! the commit, both tokens are lost, and the person has to sign in again.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use oauth2::{AccessToken, RefreshToken};

use super::error::PeopleError;
use super::keys::SessionKeys;
use super::known::{People, SignIn};
use super::oauth::UserTokens;
use crate::github::answer::GitHubAnswer;
use crate::github::{Client, GitHubError};
use crate::store::sessions::{self, EndedSession, SealedTokens, SessionHolder, SessionRow};

/// The waits before a question is repeated because GitHub may not know a new token everywhere yet.
const NEW_TOKEN_WAITS: [Duration; 2] = [Duration::from_millis(500), Duration::from_millis(1_500)];

/// What a person's tokens are sealed for.
const ACCESS: &str = "access";
const REFRESH: &str = "refresh";

/// The session of a person who signed in with GitHub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub session_id: i64,
    /// SHA-256 of the cookie.
    pub hash: Vec<u8>,
    pub github_id: i64,
    /// As it was when they signed in, or when their tokens were renewed last.
    pub login: String,
}

impl Session {
    /// `None` if it is the session of an API token.
    pub fn of(row: SessionRow) -> Option<Self> {
        let SessionRow { session_id, hash, holder, .. } = row;
        match holder {
            SessionHolder::Person { github_id, login } => Some(Self { session_id, hash, github_id, login }),
            SessionHolder::Token(_) => None,
        }
    }
}

impl People {
    /// The session that a person began last, by which the tokens that they made for themselves see.
    ///
    /// # Errors
    /// [`PeopleError::Ended`] if they have none.
    pub async fn latest_session(&self, github_id: i64) -> Result<Session, PeopleError> {
        let row = sessions::latest_of(&self.0.pool, github_id).await?;
        row.and_then(Session::of).ok_or(PeopleError::Ended)
    }

    /// Reads a path on GitHub with the person's own token, which is renewed before if it is about to expire. Ends the
    /// session if GitHub does not know the token any more.
    ///
    /// # Errors
    /// [`PeopleError::Ended`], or [`PeopleError::GitHub`] if the question may be asked again.
    pub async fn ask(&self, session: &Session, path: &str) -> Result<GitHubAnswer, PeopleError> {
        let SignIn { github, .. } = self.sign_in()?;
        let (mut refused, mut waits) = (None::<AccessToken>, NEW_TOKEN_WAITS.into_iter());
        loop {
            let token = self.access_token(session).await?;
            // Somebody else may have renewed it after we read it. The same one again is refused for good, unless it is new.
            if refused.as_ref().is_some_and(|refused| refused.secret() == token.secret()) {
                let Some(wait) = waits.next() else { break };
                tokio::time::sleep(wait).await;
            }
            match github.get_as(token.secret(), path).await {
                Err(GitHubError::Refused { status: 401, .. }) => refused = Some(token),
                answer => return Ok(answer?),
            }
        }
        let id = session.session_id;
        tracing::info!(session = id, "GitHub does not know a person's token any more; the session ends");
        sessions::end(&self.0.pool, &session.hash).await?;
        Err(PeopleError::Ended)
    }

    /// The person's access token, good for some minutes at least.
    async fn access_token(&self, session: &Session) -> Result<AccessToken, PeopleError> {
        let SignIn { keys, .. } = self.sign_in()?;
        let kept = sessions::tokens(&self.0.pool, session.session_id).await?.ok_or(PeopleError::Ended)?;
        if !kept.is_old {
            return unsealed(keys, ACCESS, session, &kept.access).map(AccessToken::new);
        }
        // Whoever asked may hang up; what GitHub answered must be kept all the same.
        let (people, session) = (self.clone(), session.clone());
        let renewing = tokio::spawn(async move { people.renewed(&session).await });
        renewing.await.unwrap_or(Err(PeopleError::Ended))
    }

    /// Renews the tokens, unless somebody else just did.
    async fn renewed(&self, session: &Session) -> Result<AccessToken, PeopleError> {
        let SignIn { oauth, github, keys, .. } = self.sign_in()?;
        let turn = self.turn(session.session_id);
        let _turn = turn.lock().await;
        // The semaphore is never closed.
        let _room = self.0.renewals.acquire().await.ok();
        let locked = sessions::lock(&self.0.pool, session.session_id).await?.ok_or(PeopleError::Ended)?;
        if !locked.tokens.is_old {
            return unsealed(keys, ACCESS, session, &locked.tokens.access).map(AccessToken::new);
        }
        let Some(sealed) = &locked.tokens.refresh else {
            locked.end().await?;
            return Err(PeopleError::Ended);
        };
        let refresh = RefreshToken::new(unsealed(keys, REFRESH, session, sealed)?);
        match oauth.refreshed(github, &refresh).await {
            Ok(tokens) => {
                locked.renew(&seal(keys, &session.hash, session.github_id, &tokens)?).await?;
                let (people, session, access) = (self.clone(), session.clone(), tokens.access.clone());
                tokio::spawn(async move { people.learn_login(&session, &access).await });
                Ok(tokens.access)
            }
            Err(PeopleError::Refused(error)) => {
                tracing::info!(
                    session = session.session_id,
                    error,
                    "GitHub renews a person's tokens no more; the session ends"
                );
                locked.end().await?;
                Err(PeopleError::Ended)
            }
            Err(error) => Err(error),
        }
    }

    /// Keeps what the person of a session is called by now; nobody waits for it.
    async fn learn_login(&self, session: &Session, access: &AccessToken) {
        let Ok(SignIn { github, .. }) = self.sign_in() else { return };
        let learned = match whose(github, access).await {
            Ok((github_id, login)) if github_id == session.github_id => {
                sessions::rename(&self.0.pool, session.session_id, &login).await.map_err(PeopleError::from)
            }
            Ok(_) => return,
            Err(error) => Err(error.into()),
        };
        if let Err(error) = learned {
            tracing::debug!(error = &error as &dyn std::error::Error, "a person's login could not be asked for");
        }
    }

    fn turn(&self, session_id: i64) -> Arc<tokio::sync::Mutex<()>> {
        let mut turns = self.0.turns.lock().unwrap_or_else(PoisonError::into_inner);
        turns.retain(|_, turn| Arc::strong_count(turn) > 1);
        turns.entry(session_id).or_default().clone()
    }
}

/// The id and the login of the person whose new token it is.
///
/// # Errors
/// As [`Client::person_of`]
pub(super) async fn whose(github: &Client, access: &AccessToken) -> Result<(i64, String), GitHubError> {
    let mut waits = NEW_TOKEN_WAITS.into_iter();
    loop {
        match (github.person_of(access.secret()).await, waits.next()) {
            (Err(GitHubError::Refused { status: 401, .. }), Some(wait)) => tokio::time::sleep(wait).await,
            (person, _) => return person,
        }
    }
}

/// The access token of a session that has ended, if one of the keys opens it.
pub(super) fn access_of(keys: &SessionKeys, ended: &EndedSession) -> Option<String> {
    keys.open(ACCESS, &owner(&ended.hash, ended.github_id), &ended.access)
}

/// Opens a token of a session. What cannot be opened here may be under a key that another replica knows already, so the
/// session stays, for what it is worth.
///
/// # Errors
/// [`PeopleError::Ended`]
fn unsealed(keys: &SessionKeys, purpose: &str, session: &Session, sealed: &[u8]) -> Result<String, PeopleError> {
    let opened = keys.open(purpose, &owner(&session.hash, session.github_id), sealed);
    if opened.is_none() {
        tracing::warn!(
            session = session.session_id,
            "no session key opens a person's token: they have to sign in again"
        );
    }
    opened.ok_or(PeopleError::Ended)
}

/// Whose tokens they are: those of one session of one person.
fn owner(hash: &[u8], github_id: i64) -> Vec<u8> {
    [hash, &github_id.to_be_bytes()].concat()
}

/// The tokens as they are kept.
///
/// # Errors
/// [`PeopleError::NoRandomness`]
pub(super) fn seal(
    keys: &SessionKeys,
    hash: &[u8],
    github_id: i64,
    tokens: &UserTokens,
) -> Result<SealedTokens, PeopleError> {
    let owner = owner(hash, github_id);
    let sealed = |purpose, text: &str| keys.seal(purpose, &owner, text).ok_or(PeopleError::NoRandomness);
    Ok(SealedTokens {
        access: sealed(ACCESS, tokens.access.secret())?,
        access_seconds: tokens.access_lasts.map(|lasts| lasts.as_secs_f64()),
        refresh: tokens.refresh.as_ref().map(|refresh| sealed(REFRESH, refresh.secret())).transpose()?,
        refresh_seconds: tokens.refresh_lasts.map(|lasts| lasts.as_secs_f64()),
    })
}
