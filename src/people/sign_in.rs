//! Signing in: the way to GitHub, and back with a code.
//!
//! Nothing of an attempt is in the database, where anybody could fill it. It is in a cookie of the browser that began
//! it, sealed, for 10 minutes: so an answer counts in that browser alone, and once, because GitHub takes a code once.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::Duration;
use oauth2::PkceCodeVerifier;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::error::PeopleError;
use super::known::{People, SignIn};
use super::oauth::{Authorization, OAuth, OAuthApp, UserTokens};
use super::session::{seal, whose};
use crate::github::Client;
use crate::store::sessions;

/// How long somebody may take on GitHub's pages.
const PATIENCE: Duration = Duration::minutes(10);
/// How long somebody waits while many sign in.
const LONGEST_WAIT: std::time::Duration = std::time::Duration::from_secs(5);
/// What an attempt is sealed for.
const ATTEMPT: &str = "sign-in";
/// What the cookie of a session begins with.
const PREFIX: &str = "bugscrub_session_";

/// An attempt, as the browser's cookie holds it.
#[derive(Serialize, Deserialize)]
struct Attempt {
    state: String,
    verifier: String,
    redirect_uri: String,
    return_to: String,
    /// Seconds of the epoch.
    until: i64,
}

/// An attempt that was begun.
pub struct SignInAttempt {
    /// Where to send the browser.
    pub url: String,
    /// What its cookie is to hold.
    pub attempt: String,
}

/// Somebody who is signed in.
pub struct SignedIn {
    /// What the cookie is to hold: the only place that does.
    pub cookie: String,
    /// The path where they were to return to.
    pub return_to: String,
}

impl People {
    /// Begins an attempt. `redirect_uri` is our address for the answer, `return_to` one of our paths.
    ///
    /// # Errors
    /// [`PeopleError::Off`]
    pub fn begin(&self, redirect_uri: &str, return_to: &str) -> Result<SignInAttempt, PeopleError> {
        let SignIn { oauth, keys, .. } = self.sign_in()?;
        let Authorization { url, state, verifier } = oauth.authorization(redirect_uri)?;
        let attempt = Attempt {
            state: state.into_secret(),
            verifier: verifier.into_secret(),
            redirect_uri: redirect_uri.to_owned(),
            return_to: return_to.to_owned(),
            until: ((self.0.clock)() + PATIENCE).timestamp(),
        };
        let text = serde_json::to_string(&attempt).map_err(|_| PeopleError::NoRandomness)?;
        let sealed = keys.seal(ATTEMPT, b"", &text).ok_or(PeopleError::NoRandomness)?;
        Ok(SignInAttempt { url, attempt: BASE64_URL_SAFE_NO_PAD.encode(sealed) })
    }

    /// Takes the answer that a browser brought back, if it is the answer to the attempt that its cookie holds. Begins a
    /// new session.
    ///
    /// # Errors
    /// [`PeopleError`]
    pub async fn finish(&self, attempt: Option<&str>, state: &str, code: &str) -> Result<SignedIn, PeopleError> {
        let SignIn { oauth, github, turns, .. } = self.sign_in()?;
        let Attempt { verifier, redirect_uri, return_to, .. } = self.attempt(attempt, state)?;
        // The semaphore is never closed.
        let turn = tokio::time::timeout(LONGEST_WAIT, turns.acquire()).await;
        let _turn = turn.map_err(|_| PeopleError::Busy)?;
        let tokens = oauth.tokens(github, code, PkceCodeVerifier::new(verifier), &redirect_uri).await?;
        let (github_id, login) = whose(github, &tokens.access).await?;
        let cookie = self.begin_session((github_id, &login), tokens).await?;
        Ok(SignedIn { cookie, return_to })
    }

    /// Checks that an answer without a code belongs to this browser's attempt.
    ///
    /// # Errors
    /// [`PeopleError::NotBegun`], [`PeopleError::OtherState`]
    pub fn check_refused(&self, attempt: Option<&str>, state: &str) -> Result<(), PeopleError> {
        self.attempt(attempt, state).map(drop)
    }

    fn attempt(&self, attempt: Option<&str>, state: &str) -> Result<Attempt, PeopleError> {
        let SignIn { keys, .. } = self.sign_in()?;
        let sealed = attempt.and_then(|attempt| BASE64_URL_SAFE_NO_PAD.decode(attempt).ok());
        let opened = sealed.and_then(|sealed| keys.open(ATTEMPT, b"", &sealed));
        let attempt = opened.and_then(|text| serde_json::from_str::<Attempt>(&text).ok());
        let now = (self.0.clock)().timestamp();
        let attempt = attempt.filter(|attempt| now < attempt.until).ok_or(PeopleError::NotBegun)?;
        verify_slices_are_equal(attempt.state.as_bytes(), state.as_bytes()).map_err(|_| PeopleError::OtherState)?;
        Ok(attempt)
    }

    /// Begins a session under a new cookie.
    async fn begin_session(&self, person: (i64, &str), tokens: UserTokens) -> Result<String, PeopleError> {
        let SignIn { keys, .. } = self.sign_in()?;
        let cookie = new_cookie();
        let hash = hash(&cookie);
        let sealed = seal(keys, &hash, person.0, &tokens)?;
        self.give_back(sessions::begin(&self.0.pool, &hash, person, &sealed).await?);
        Ok(cookie)
    }

    /// Begins a session of an API token, by the token's hash. Returns what the cookie is to hold.
    ///
    /// # Errors
    /// [`PeopleError::Store`]
    pub async fn begin_of_token(&self, token_hash: &[u8]) -> Result<String, PeopleError> {
        let cookie = new_cookie();
        sessions::begin_of_token(&self.0.pool, &hash(&cookie), token_hash).await?;
        Ok(cookie)
    }
}

/// Checks that GitHub knows the App's client secret, by a code that it never gave out.
///
/// # Errors
/// [`PeopleError::GitHub`] if it does not, or cannot be asked.
pub(super) async fn check(app: OAuthApp, github: &Client) -> Result<(), PeopleError> {
    let oauth = OAuth::new(app, &github.web())?;
    let Authorization { verifier, .. } = oauth.authorization("http://localhost/")?;
    match oauth.tokens(github, "bugscrub-doctor", verifier, "http://localhost/").await {
        Ok(_) | Err(PeopleError::Refused(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

/// A secret that nobody can guess.
fn new_cookie() -> String {
    format!("{PREFIX}{}", hex::encode(rand::random::<[u8; 32]>()))
}

/// The hash that the store knows a session by.
pub fn hash(cookie: &str) -> Vec<u8> {
    Sha256::digest(cookie.as_bytes()).to_vec()
}
