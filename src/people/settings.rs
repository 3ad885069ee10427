//! Who may sign in, and what they may do: what the service is told at its start.

use std::sync::Arc;

use super::keys::SessionKeys;
use super::oauth::OAuthApp;

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
    /// GitHub logins of those who are administrators, in lower case, or their ids.
    pub admins: Vec<String>,
    pub scrub_open_to: ScrubOpenTo,
}

/// What signing in takes.
#[derive(Clone, Debug)]
pub struct SignInSettings {
    pub app: OAuthApp,
    pub keys: Arc<SessionKeys>,
}
