//! Who asks: people who signed in with GitHub, their sessions, and what each may see.
//!
//! The players:
//! - [`oauth`]: how codes and refresh tokens become tokens, by GitHub's rules;
//! - [`keys`]: under which people's tokens are kept;
//! - [`sign_in`]: the way to GitHub and back; between the two, all that is known is in a cookie of the browser;
//! - [`session`]: sessions, their tokens, and how these are renewed;
//! - [`sight`]: what a person may see and do.
//!
//! A person's tokens from GitHub are in memory while they are needed, and otherwise in the database, encrypted. They are
//! in no log and in no `Debug`.

pub mod keys;
pub mod oauth;
pub mod session;
pub mod sight;
pub mod sign_in;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use sqlx::PgPool;

pub use self::keys::{BadSessionKey, SessionKeys};
use self::oauth::OAuth;
pub use self::oauth::OAuthApp;
pub use self::session::Session;
pub use self::sight::Seen;
use crate::github::{Client, Clock, GitHubError};
use crate::store::StoreError;

/// Who may scrub, of those who are signed in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum ScrubOpenTo {
    /// Whoever has triage rights or more on a repository of the account.
    #[default]
    Triage,
    /// Everybody.
    SignedIn,
}

/// Who may sign in, and what they may do.
#[derive(Clone, Debug, Default)]
pub struct PeopleSettings {
    /// `None`: nobody can sign in with GitHub.
    pub sign_in: Option<SignInSettings>,
    /// GitHub logins of those who are administrators, in lower case.
    pub admins: Vec<String>,
    pub scrub_open_to: ScrubOpenTo,
}

/// What signing in takes.
#[derive(Clone, Debug)]
pub struct SignInSettings {
    pub app: OAuthApp,
    pub keys: Arc<SessionKeys>,
}

/// Why somebody is not signed in, or not any more.
#[derive(Debug, thiserror::Error)]
pub enum PeopleError {
    #[error("nobody can sign in with GitHub here")]
    Off,
    /// The cookie of the attempt is missing, too old or not ours.
    #[error("this browser has begun no sign-in within the last 10 minutes")]
    NotBegun,
    #[error("this is the answer to another sign-in")]
    OtherState,
    /// What GitHub calls it, in letters and underscores.
    #[error("GitHub refused it ({0})")]
    Refused(String),
    #[error("the session has ended")]
    Ended,
    #[error("no random numbers can be had")]
    NoRandomness,
    #[error(transparent)]
    GitHub(#[from] GitHubError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Knows people. Cheap to clone.
#[derive(Clone)]
pub struct People(Arc<PeopleState>);

struct PeopleState {
    pool: PgPool,
    clock: Clock,
    sign_in: Option<SignIn>,
    admins: Vec<String>,
    scrub_open_to: ScrubOpenTo,
    /// One lock for each session whose tokens are being renewed, so that only one connection of this process waits for
    /// its row.
    turns: Mutex<HashMap<i64, Arc<tokio::sync::Mutex<()>>>>,
}

/// What signing in is done with.
struct SignIn {
    github: Client,
    oauth: OAuth,
    keys: Arc<SessionKeys>,
}

impl People {
    /// Without `github`, nobody can sign in.
    ///
    /// # Errors
    /// [`GitHubError::Unreadable`] if the address of GitHub makes no URL.
    pub fn new(
        settings: &PeopleSettings,
        github: Option<Client>,
        pool: PgPool,
        clock: Clock,
    ) -> Result<Self, GitHubError> {
        let PeopleSettings { sign_in, admins, scrub_open_to } = settings.clone();
        let sign_in = match sign_in.zip(github) {
            Some((SignInSettings { app, keys }, github)) => {
                Some(SignIn { oauth: OAuth::new(app, &github.web())?, github, keys })
            }
            None => None,
        };
        Ok(Self(Arc::new(PeopleState { pool, clock, sign_in, admins, scrub_open_to, turns: Mutex::default() })))
    }

    /// Whom nobody can sign in to.
    pub fn none(pool: PgPool, clock: Clock) -> Self {
        let (admins, scrub_open_to) = (vec![], ScrubOpenTo::default());
        Self(Arc::new(PeopleState { pool, clock, sign_in: None, admins, scrub_open_to, turns: Mutex::default() }))
    }

    /// Whether people can sign in with GitHub.
    pub fn can_sign_in(&self) -> bool {
        self.0.sign_in.is_some()
    }

    fn sign_in(&self) -> Result<&SignIn, PeopleError> {
        self.0.sign_in.as_ref().ok_or(PeopleError::Off)
    }
}
