//! How the checks of a pull request's last commit stand.

use serde::{Deserialize, Serialize};

/// All checks and statuses of a commit together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Checks {
    /// Some have not ended, or one that is required was not reported yet.
    Pending,
    Passing,
    Failing,
}

impl Checks {
    pub const ALL: [Checks; 3] = [Checks::Pending, Checks::Passing, Checks::Failing];

    /// In the order of [`Self::ALL`].
    pub const NAMES: [&'static str; 3] = ["pending", "passing", "failing"];

    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|checks| checks.name() == name)
    }

    /// What GitHub calls the state of a rollup (`StatusState` of its GraphQL schema); `None` for a state that this
    /// version does not know.
    pub fn from_rollup(state: &str) -> Option<Self> {
        match state {
            "SUCCESS" => Some(Checks::Passing),
            "FAILURE" | "ERROR" => Some(Checks::Failing),
            "PENDING" | "EXPECTED" => Some(Checks::Pending),
            _ => None,
        }
    }
}

/// The checks of one commit, by its id; `None`: GitHub shows none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ChecksOfCommit {
    pub commit: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub checks: Option<Checks>,
}
