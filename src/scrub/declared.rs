//! What every account has: the built-in views and collections, and what a file declares.

use serde::Deserialize;

use super::builtin;
use super::collection::{BadCollection, Collection};
use super::view::{BadView, Origin, View};
use crate::rank::{BadGroup, Groups};

/// The most views and collections in a file.
const MOST: usize = 1_000;

/// The views and collections that every account has, and the groups of people that filters can name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declarations {
    builtin: Vec<View>,
    file: Vec<View>,
    /// By name.
    collections: Vec<(Origin, Collection)>,
    groups: Groups,
}

impl Default for Declarations {
    fn default() -> Self {
        Self::of(File::default())
    }
}

/// Why a file of views cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BadViews {
    #[error("it is not YAML of the expected shape: {0}")]
    Yaml(String),
    #[error("the view {name:?}: {source}")]
    View { name: String, source: BadView },
    #[error("the view {0:?} appears twice")]
    Twice(String),
    #[error("the collection {name:?}: {source}")]
    Collection { name: String, source: BadCollection },
    #[error("the collection {0:?} appears twice")]
    CollectionTwice(String),
    #[error("a file has at most {MOST} views and {MOST} collections")]
    TooMany,
    #[error("it declares nothing: no views, no collections, no groups")]
    Empty,
    #[error("{0}")]
    Group(#[from] BadGroup),
}

#[derive(Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    views: Vec<View>,
    #[serde(default)]
    collections: Vec<Collection>,
    #[serde(default)]
    groups: Groups,
}

impl Declarations {
    /// Adds what a YAML file declares: `views:`, a list of `name`, `title`, `description`, `resolution`, `target`, `filter`
    /// and `order`, of which only the name is required; and `collections:`, a list of `name`, `title`, `description` and
    /// `views`, the names of views. These need not be in the file: an account may store views of these names. And
    /// `groups:`, a list of logins by the name of each.
    pub fn with_file(yaml: &str) -> Result<Self, BadViews> {
        let file: File = serde_saphyr::from_str(yaml).map_err(|error| BadViews::Yaml(error.to_string()))?;
        if file == File::default() {
            return Err(BadViews::Empty);
        }
        let File { views, collections, groups } = &file;
        groups.check()?;
        if views.len() > MOST || collections.len() > MOST {
            return Err(BadViews::TooMany);
        }
        for (at, view) in views.iter().enumerate() {
            view.check(groups).map_err(|source| BadViews::View { name: view.name.clone(), source })?;
            if views[..at].iter().any(|earlier| earlier.name == view.name) {
                return Err(BadViews::Twice(view.name.clone()));
            }
        }
        for (at, collection) in collections.iter().enumerate() {
            let name = || collection.name.clone();
            collection.check().map_err(|source| BadViews::Collection { name: name(), source })?;
            if collections[..at].iter().any(|earlier| earlier.name == collection.name) {
                return Err(BadViews::CollectionTwice(name()));
            }
        }
        Ok(Self::of(file))
    }

    fn of(File { views, collections, groups }: File) -> Self {
        let declared = collections.into_iter().map(|collection| (Origin::File, collection));
        let builtin = builtin::collections().into_iter().map(|collection| (Origin::Builtin, collection));
        let mut collections: Vec<_> = declared.chain(builtin).collect();
        // The sort is stable, so the first collection of each name stays.
        collections.sort_by(|(_, one), (_, other)| one.name.cmp(&other.name));
        collections.dedup_by(|(_, later), (_, first)| later.name == first.name);
        Self { builtin: builtin::views(), file: views, collections, groups }
    }

    /// The groups of people that filters can name.
    pub fn groups(&self) -> &Groups {
        &self.groups
    }

    /// The file's view of a name. No stored view can replace it.
    pub fn in_file(&self, name: &str) -> Option<&View> {
        self.file.iter().find(|view| view.name == name)
    }

    /// The built-in view of a name.
    pub fn builtin(&self, name: &str) -> Option<&View> {
        self.builtin.iter().find(|view| view.name == name)
    }

    /// All views of an account that has stored these views, sorted by name.
    pub fn all(&self, stored: Vec<View>) -> Vec<(Origin, View)> {
        let file = self.file.iter().map(|view| (Origin::File, view.clone()));
        let builtin = self.builtin.iter().map(|view| (Origin::Builtin, view.clone()));
        let mut all: Vec<_> =
            file.chain(stored.into_iter().map(|view| (Origin::Stored, view))).chain(builtin).collect();
        // The sort is stable, so the first view of each name stays.
        all.sort_by(|(_, a), (_, b)| a.name.cmp(&b.name));
        all.dedup_by(|(_, later), (_, first)| later.name == first.name);
        all
    }

    /// All collections, sorted by name. A file's goes before a built-in one.
    pub fn collections(&self) -> &[(Origin, Collection)] {
        &self.collections
    }

    /// The collection of a name.
    pub fn collection(&self, name: &str) -> Option<&(Origin, Collection)> {
        self.collections.iter().find(|(_, collection)| collection.name == name)
    }
}
