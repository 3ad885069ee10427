//! Collections: views that are shown together, as on a meeting's agenda.

use serde::Deserialize;

use super::view::{heading, is_description, is_name, is_title};

/// The most views of a collection.
const MOST_VIEWS: usize = 30;

/// Views with a name for all of them, in the order in which they are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Collection {
    pub name: String,
    /// Empty if it is called by its name.
    #[serde(default)]
    pub title: String,
    #[serde(default)]
    pub description: String,
    /// The names of its views. An account may have no view of such a name.
    pub views: Vec<String>,
}

/// Why a collection is not valid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadCollection {
    #[error(
        "its name, or {0:?} in `views`, is not a name: 1 to 64 lower-case letters, digits and -, beginning with a letter or digit"
    )]
    Name(String),
    #[error("its title or its description is too long")]
    TooLong,
    #[error("it has 1 to {MOST_VIEWS} views")]
    Views,
    #[error("it has the view {0:?} twice")]
    Twice(String),
}

impl Collection {
    /// Checks that it can be declared.
    pub fn check(&self) -> Result<(), BadCollection> {
        if let Some(name) = std::iter::once(&self.name).chain(&self.views).find(|name| !is_name(name)) {
            return Err(BadCollection::Name(name.clone()));
        }
        if !is_title(&self.title) || !is_description(&self.description) {
            return Err(BadCollection::TooLong);
        }
        if !(1..=MOST_VIEWS).contains(&self.views.len()) {
            return Err(BadCollection::Views);
        }
        let twice = self.views.iter().enumerate().find(|(at, name)| self.views[..*at].contains(name));
        match twice {
            None => Ok(()),
            Some((_, name)) => Err(BadCollection::Twice(name.clone())),
        }
    }

    /// What it is called: its title, or else its name.
    pub fn heading(&self) -> &str {
        heading(&self.title, &self.name)
    }
}
