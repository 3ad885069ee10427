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

    /// GitHub's name of it.
    pub fn name(self) -> &'static str {
        match self {
            Association::Mannequin => "MANNEQUIN",
            Association::None => "NONE",
            Association::FirstTimer => "FIRST_TIMER",
            Association::FirstTimeContributor => "FIRST_TIME_CONTRIBUTOR",
            Association::Contributor => "CONTRIBUTOR",
            Association::Collaborator => "COLLABORATOR",
            Association::Member => "MEMBER",
            Association::Owner => "OWNER",
        }
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
