//! Views: named filters, each with an order.
//!
//! Some are built in, some are declared in a file (for GitOps), the rest are stored per account.
//! A name means the file's view before a stored one, and a stored one before the built-in.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::rank::{BadCriterion, Criteria, Filter, Order};

/// Characters of a name, and of a description, at most.
const LONGEST_NAME: usize = 64;
const LONGEST_DESCRIPTION: usize = 1_000;
/// Views in one file, and values in one view, at most.
const MOST_VIEWS: usize = 1_000;
const MOST_VALUES: usize = 500;

/// The view that counts where none is named.
pub const BUG_SCRUB: &str = "bug-scrub";

/// A named filter and order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct View {
    pub name: String,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub filter: Criteria,
    #[serde(default)]
    pub order: Order,
}

/// Where a view comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    Builtin,
    File,
    Stored,
}

/// Why a view cannot be one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadView {
    #[error("a name has 1 to {LONGEST_NAME} characters: small letters, digits and -, a letter or digit first")]
    Name,
    #[error("a description has {LONGEST_DESCRIPTION} characters at most")]
    Description,
    #[error("a view has {MOST_VALUES} values at most")]
    TooMany,
    #[error("{0}")]
    Criterion(#[from] BadCriterion),
}

impl View {
    fn builtin(name: &str, description: &str, filter: &[(&str, &str)]) -> Self {
        let filter = Criteria::of(filter.iter().copied());
        Self { name: name.to_owned(), description: description.to_owned(), filter, order: Order::default() }
    }

    /// Whether it can be stored or declared.
    pub fn check(&self) -> Result<(), BadView> {
        if !is_name(&self.name) {
            return Err(BadView::Name);
        }
        if self.description.chars().count() > LONGEST_DESCRIPTION || self.description.contains('\0') {
            return Err(BadView::Description);
        }
        if self.filter.len() > MOST_VALUES {
            return Err(BadView::TooMany);
        }
        // Relative days reach back less far on an early date than on any that is to come.
        self.filter.filter(NaiveDate::default())?;
        Ok(())
    }

    /// Its filter on a date.
    pub fn filter(&self, today: NaiveDate) -> Result<Filter, BadCriterion> {
        self.filter.filter(today)
    }
}

/// Whether a view can have this name.
pub fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    (1..=LONGEST_NAME).contains(&name.len())
        && name.bytes().all(|byte| plain(byte) || byte == b'-')
        && name.bytes().next().is_some_and(plain)
}

/// The views that every account has: the built-in ones and those of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    builtin: Vec<View>,
    file: Vec<View>,
}

impl Default for Declared {
    fn default() -> Self {
        let updated = ("updated_before", "1d");
        let builtin = vec![
            View::builtin("open", "All that is open.", &[("state", "open")]),
            View::builtin(
                BUG_SCRUB,
                "What a weekly scrub reads: open issues and discussions of the last 180 days, but for what moved since the day before yesterday.",
                &[("state", "open"), ("type", "Issue"), ("type", "Discussion"), ("created_after", "180d"), updated],
            ),
            View::builtin("never-read", "What is open and was not read yet.", &[("state", "open"), ("unread", "true")]),
        ];
        Self { builtin, file: vec![] }
    }
}

/// Why a file of views cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BadViews {
    #[error("it is not YAML of the right shape: {0}")]
    Yaml(String),
    #[error("the view {name:?}: {source}")]
    View { name: String, source: BadView },
    #[error("the view {0:?} is there twice")]
    Twice(String),
    #[error("a file has {MOST_VIEWS} views at most")]
    TooMany,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    views: Vec<View>,
}

impl Declared {
    /// With the views of a file: `views:`, a list of `name`, `description`, `filter` and `order`,
    /// of which only the name is needed.
    pub fn with_file(yaml: &str) -> Result<Self, BadViews> {
        let File { views } = serde_saphyr::from_str(yaml).map_err(|error| BadViews::Yaml(error.to_string()))?;
        if views.len() > MOST_VIEWS {
            return Err(BadViews::TooMany);
        }
        for (at, view) in views.iter().enumerate() {
            view.check().map_err(|source| BadViews::View { name: view.name.clone(), source })?;
            if views[..at].iter().any(|earlier| earlier.name == view.name) {
                return Err(BadViews::Twice(view.name.clone()));
            }
        }
        Ok(Self { file: views, ..Self::default() })
    }

    /// The view of a name that the file declares: no stored one can take its place.
    pub fn in_file(&self, name: &str) -> Option<&View> {
        self.file.iter().find(|view| view.name == name)
    }

    /// The built-in view of a name.
    pub fn builtin(&self, name: &str) -> Option<&View> {
        self.builtin.iter().find(|view| view.name == name)
    }

    /// All views of an account that has stored these, by name.
    pub fn all(&self, stored: Vec<View>) -> Vec<(Origin, View)> {
        let file = self.file.iter().map(|view| (Origin::File, view.clone()));
        let builtin = self.builtin.iter().map(|view| (Origin::Builtin, view.clone()));
        let mut all: Vec<_> =
            file.chain(stored.into_iter().map(|view| (Origin::Stored, view))).chain(builtin).collect();
        // Stable: of one name the first stays.
        all.sort_by(|(_, a), (_, b)| a.name.cmp(&b.name));
        all.dedup_by(|(_, later), (_, first)| later.name == first.name);
        all
    }
}
