//! Why somebody is not signed in.

use crate::github::GitHubError;
use crate::store::StoreError;

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
    #[error("too many people are signing in at the moment")]
    Busy,
    #[error("the session has ended")]
    Ended,
    #[error("no random numbers can be had")]
    NoRandomness,
    #[error(transparent)]
    GitHub(#[from] GitHubError),
    #[error(transparent)]
    Store(#[from] StoreError),
}
