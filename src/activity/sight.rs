//! What a reader may see.

use std::collections::BTreeSet;
use std::sync::Arc;

/// Which repositories a reader may see.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Sight {
    /// Those that are public on GitHub.
    #[default]
    Public,
    All,
    /// These, by their ids, public or not, and no others.
    Only(Arc<BTreeSet<i64>>),
}

impl Sight {
    /// Whether the reader may see a repository.
    pub fn sees(&self, repo_id: i64, private: bool) -> bool {
        match self {
            Sight::Public => !private,
            Sight::All => true,
            Sight::Only(repo_ids) => repo_ids.contains(&repo_id),
        }
    }

    /// Whether nothing is hidden from the reader.
    pub fn is_all(&self) -> bool {
        *self == Sight::All
    }

    /// The ids of the only repositories that the reader may see, if there is such a list.
    ///
    /// SQL takes it beside [`Sight::is_all`], as
    /// `CASE WHEN $only::bigint[] IS NULL THEN $all OR NOT r.private ELSE r.repo_id = ANY($only) END`.
    pub fn only(&self) -> Option<Vec<i64>> {
        match self {
            Sight::Public | Sight::All => None,
            Sight::Only(repo_ids) => Some(repo_ids.iter().copied().collect()),
        }
    }
}
