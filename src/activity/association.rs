//! How somebody stands to a repository.

use serde::{Deserialize, Serialize};

/// What GitHub calls `author_association`. The order is that of closeness; of two that GitHub showed for one
/// thing that somebody said, the closer counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Association {
    Mannequin,
    None,
    FirstTimer,
    FirstTimeContributor,
    Contributor,
    Collaborator,
    Member,
    Owner,
}

impl Association {
    pub const ALL: [Association; 8] = [
        Association::Mannequin,
        Association::None,
        Association::FirstTimer,
        Association::FirstTimeContributor,
        Association::Contributor,
        Association::Collaborator,
        Association::Member,
        Association::Owner,
    ];

    /// GitHub's names of them, in the order of [`Self::ALL`].
    pub const NAMES: [&'static str; 8] = [
        "MANNEQUIN",
        "NONE",
        "FIRST_TIMER",
        "FIRST_TIME_CONTRIBUTOR",
        "CONTRIBUTOR",
        "COLLABORATOR",
        "MEMBER",
        "OWNER",
    ];

    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    /// `None` for a name that this version does not know.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|association| association.name().eq_ignore_ascii_case(name))
    }

    /// Whether they can decide about an item.
    pub fn maintains(self) -> bool {
        self >= Association::Collaborator
    }
}
