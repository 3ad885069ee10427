//! What people are known with.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use sqlx::PgPool;
use tokio::sync::Semaphore;

use super::error::PeopleError;
use super::held::HeldSights;
use super::keys::SessionKeys;
use super::oauth::{OAuth, OAuthApp};
use super::settings::{PeopleSettings, ScrubOpenTo, SignInSettings};
use crate::github::{Client, Clock, GitHubError};

/// How many may sign in at the same moment.
const SIGN_INS: usize = 16;
/// How many tokens are given back at the same moment.
const GIVEN_BACK: usize = 2;
/// How many sessions are renewed at the same moment: each holds a connection to the database while GitHub answers.
const RENEWALS: usize = 4;

/// Knows people. Cheap to clone.
#[derive(Clone)]
pub struct People(pub(super) Arc<PeopleState>);

pub(super) struct PeopleState {
    pub pool: PgPool,
    pub clock: Clock,
    sign_in: Option<SignIn>,
    pub admins: Vec<String>,
    pub scrub_open_to: ScrubOpenTo,
    pub open_to_all: bool,
    /// One lock for each session whose tokens are being renewed, so that only one connection of this process waits for
    /// its row.
    pub turns: Mutex<HashMap<i64, Arc<tokio::sync::Mutex<()>>>>,
    pub renewals: Semaphore,
    /// How many tokens are given back to GitHub at the same moment.
    pub giving_back: Semaphore,
    pub held: HeldSights,
}

/// What signing in is done with.
pub(super) struct SignIn {
    pub github: Client,
    pub oauth: OAuth,
    pub app: OAuthApp,
    /// How many may sign in at the same moment. Anybody may try, so that they cannot keep GitHub busy in our name.
    pub turns: Semaphore,
    pub keys: Arc<SessionKeys>,
}

impl People {
    /// Without `github`, nobody can sign in.
    ///
    /// # Errors
    /// [`GitHubError::Unreadable`] if the address of GitHub makes no URL.
    /// `open_to_all`: what is public is open to everybody, so people see it of all accounts.
    pub fn new(
        settings: &PeopleSettings,
        open_to_all: bool,
        github: Option<Client>,
        pool: PgPool,
        clock: Clock,
    ) -> Result<Self, GitHubError> {
        let PeopleSettings { sign_in, admins, scrub_open_to } = settings.clone();
        let sign_in = match sign_in.zip(github) {
            Some((SignInSettings { app, keys }, github)) => {
                let turns = Semaphore::new(SIGN_INS);
                Some(SignIn { oauth: OAuth::new(app.clone(), &github.web())?, app, turns, github, keys })
            }
            None => None,
        };
        Ok(Self(Arc::new(PeopleState {
            pool,
            clock,
            sign_in,
            admins,
            scrub_open_to,
            open_to_all,
            turns: Mutex::default(),
            renewals: Semaphore::new(RENEWALS),
            giving_back: Semaphore::new(GIVEN_BACK),
            held: HeldSights::default(),
        })))
    }

    /// Whom nobody can sign in to.
    pub fn none(pool: PgPool, clock: Clock) -> Self {
        let (admins, scrub_open_to) = (vec![], ScrubOpenTo::default());
        Self(Arc::new(PeopleState {
            pool,
            clock,
            sign_in: None,
            admins,
            scrub_open_to,
            open_to_all: false,
            turns: Mutex::default(),
            renewals: Semaphore::new(RENEWALS),
            giving_back: Semaphore::new(GIVEN_BACK),
            held: HeldSights::default(),
        }))
    }

    /// Whether people can sign in with GitHub.
    pub fn can_sign_in(&self) -> bool {
        self.0.sign_in.is_some()
    }

    pub(super) fn sign_in(&self) -> Result<&SignIn, PeopleError> {
        self.0.sign_in.as_ref().ok_or(PeopleError::Off)
    }
}
