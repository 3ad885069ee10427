//! Views: named filters, each with an order.
//!
//! Some are built in, some are declared in a file (for GitOps), and the rest are stored per account. If several have the same
//! name, the file's view wins over a stored one, and a stored one over a built-in one.

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::rank::{BadCriterion, BadGroup, Criteria, Filter, Groups, Order};

/// The most characters of a name and of a description.
const LONGEST_NAME: usize = 64;
const LONGEST_DESCRIPTION: usize = 1_000;
/// The most views in a file and values in a view.
const MOST_VIEWS: usize = 1_000;
pub const MOST_VALUES: usize = 500;

/// The view that is used if none is named.
pub const BUG_SCRUB: &str = "bug-scrub";

/// A filter and an order with a name.
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

/// Why a view is not valid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadView {
    #[error(
        "a name has 1 to {LONGEST_NAME} characters: lower-case letters, digits and -, beginning with a letter or digit"
    )]
    Name,
    #[error("a description has at most {LONGEST_DESCRIPTION} characters")]
    Description,
    #[error("a view has at most {MOST_VALUES} values")]
    TooMany,
    #[error("{0}")]
    Criterion(#[from] BadCriterion),
}

impl View {
    fn builtin(name: &str, description: &str, filter: &[(&str, &str)]) -> Self {
        let filter = Criteria::of(filter.iter().copied());
        Self { name: name.to_owned(), description: description.to_owned(), filter, order: Order::default() }
    }

    /// Checks that it can be stored or declared where there are these groups.
    pub fn check(&self, groups: &Groups) -> Result<(), BadView> {
        if !is_name(&self.name) {
            return Err(BadView::Name);
        }
        if self.description.chars().count() > LONGEST_DESCRIPTION || self.description.contains('\0') {
            return Err(BadView::Description);
        }
        if self.filter.len() > MOST_VALUES {
            return Err(BadView::TooMany);
        }
        // `180d` reaches furthest back on an early date: if the filter works then, it works on any later date.
        self.filter.with_groups(groups)?.filter(NaiveDate::default(), Tz::UTC)?;
        Ok(())
    }

    /// The filter that it is on a date, in an account's time zone.
    pub fn filter(&self, today: NaiveDate, zone: Tz) -> Result<Filter, BadCriterion> {
        self.filter.filter(today, zone)
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
    groups: Groups,
}

impl Default for Declared {
    fn default() -> Self {
        let (open, kept) = (("state", "open"), ("archived", "false"));
        let (created, updated) = (("created_after", "180d"), ("updated_before", "1d"));
        let builtin = vec![
            View::builtin("open", "Everything that is open.", &[open, kept]),
            View::builtin(
                BUG_SCRUB,
                "What a weekly scrub reads: open issues and discussions of the last 180 days, without those updated since the day before yesterday.",
                &[open, kept, ("type", "Issue"), ("type", "Discussion"), created, updated],
            ),
            View::builtin("never-read", "Open items that nobody has read yet.", &[open, kept, ("unread", "true")]),
        ];
        Self { builtin, file: vec![], groups: Groups::default() }
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
    #[error("a file has at most {MOST_VIEWS} views")]
    TooMany,
    #[error("it declares nothing: no views, no groups")]
    Empty,
    #[error("{0}")]
    Group(#[from] BadGroup),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    views: Vec<View>,
    #[serde(default)]
    groups: Groups,
}

impl Declared {
    /// Adds what a YAML file has: `views:`, a list of `name`, `description`, `filter` and `order`, of which only the name is
    /// required; and `groups:`, a list of logins by the name of each.
    pub fn with_file(yaml: &str) -> Result<Self, BadViews> {
        let File { views, groups } = serde_saphyr::from_str(yaml).map_err(|error| BadViews::Yaml(error.to_string()))?;
        if views.len() > MOST_VIEWS {
            return Err(BadViews::TooMany);
        }
        if views.is_empty() && groups == Groups::default() {
            return Err(BadViews::Empty);
        }
        groups.check()?;
        for (at, view) in views.iter().enumerate() {
            view.check(&groups).map_err(|source| BadViews::View { name: view.name.clone(), source })?;
            if views[..at].iter().any(|earlier| earlier.name == view.name) {
                return Err(BadViews::Twice(view.name.clone()));
            }
        }
        Ok(Self { file: views, groups, ..Self::default() })
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
}
