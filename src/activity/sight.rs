//! What a reader may see.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use sha2::{Digest, Sha256};

/// Which repositories a reader may see.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Sight {
    /// Those that are public on GitHub.
    #[default]
    Public,
    All,
    /// The public ones, and of the private ones these.
    Only(PrivateRepositories),
}

/// Some private repositories, by their ids. What it prints is the same for the same ids, wherever and whenever, and short: answers
/// are known again by it.
#[derive(Clone)]
pub struct PrivateRepositories {
    /// Ascending.
    ids: Arc<[i64]>,
    digest: u128,
}

impl PrivateRepositories {
    fn of(ids: BTreeSet<i64>) -> Self {
        let mut hash = Sha256::new();
        ids.iter().for_each(|id| hash.update(id.to_be_bytes()));
        let mut first = [0; 16];
        first.copy_from_slice(&hash.finalize()[..16]);
        Self { ids: ids.into_iter().collect(), digest: u128::from_be_bytes(first) }
    }
}

impl fmt::Debug for PrivateRepositories {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:032x}", self.digest)
    }
}

impl PartialEq for PrivateRepositories {
    fn eq(&self, other: &Self) -> bool {
        self.digest == other.digest
    }
}

impl Eq for PrivateRepositories {}

impl std::hash::Hash for PrivateRepositories {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.digest.hash(state);
    }
}

impl Sight {
    /// What is public, and of what is private these repositories.
    pub fn only(private: impl IntoIterator<Item = i64>) -> Self {
        let ids: BTreeSet<i64> = private.into_iter().collect();
        if ids.is_empty() { Sight::Public } else { Sight::Only(PrivateRepositories::of(ids)) }
    }

    /// Whether the reader may see a repository.
    pub fn sees(&self, repo_id: i64, private: bool) -> bool {
        match self {
            Sight::Public => !private,
            Sight::All => true,
            Sight::Only(private_ones) => !private || private_ones.ids.binary_search(&repo_id).is_ok(),
        }
    }

    /// Whether nothing is hidden from the reader.
    pub fn is_all(&self) -> bool {
        *self == Sight::All
    }

    /// The ids of the private repositories that the reader may see, unless they see all.
    ///
    /// SQL takes it beside [`Sight::is_all`], as `($all OR NOT r.private OR r.repo_id = ANY($private))`.
    pub fn private(&self) -> Vec<i64> {
        match self {
            Sight::Public | Sight::All => vec![],
            Sight::Only(private) => private.ids.to_vec(),
        }
    }
}

/// Whose sight of an account's private repositories ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SightEnd {
    Everybody,
    /// One person's, by their GitHub id.
    Person(i64),
    /// One person's, of all accounts, with their sessions: they no longer let the App act for them.
    Revoked(i64),
}
