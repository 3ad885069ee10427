//! Views: named filters, each with an order and what to do with its items.
//!
//! Some are built in, some are declared in a file (for GitOps), and the rest are stored per account. If several have the same
//! name, the file's view wins over a stored one, and a stored one over a built-in one.

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::rank::{BadCriterion, Criteria, Filter, Groups, Order};

/// The most characters of a name, of a title, and of a description or a resolution.
const LONGEST_NAME: usize = 64;
const LONGEST_TITLE: usize = 200;
const LONGEST_DESCRIPTION: usize = 1_000;
/// The most values in a view.
pub const MOST_VALUES: usize = 500;
/// The largest target.
const LARGEST_TARGET: i64 = 1_000_000_000;

/// The view that is used if none is named.
pub const BUG_SCRUB: &str = "bug-scrub";

/// A filter and an order with a name, and what to do with the items that it has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct View {
    pub name: String,
    /// Empty if it is called by its name.
    #[serde(default)]
    pub title: String,
    #[serde(default)]
    pub description: String,
    /// What to do with its items, in a sentence.
    #[serde(default)]
    pub resolution: String,
    /// How many items it may have and still count as done; `None` if it never does.
    #[serde(default)]
    pub target: Option<i64>,
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
    #[error("a title has at most {LONGEST_TITLE} characters")]
    Title,
    #[error("a description has at most {LONGEST_DESCRIPTION} characters")]
    Description,
    #[error("a resolution has at most {LONGEST_DESCRIPTION} characters")]
    Resolution,
    #[error("a target is a whole number from 0 to {LARGEST_TARGET}")]
    Target,
    #[error("a view has at most {MOST_VALUES} values")]
    TooMany,
    #[error("{0}")]
    Criterion(#[from] BadCriterion),
}

impl View {
    /// Checks that it can be stored or declared where there are these groups.
    pub fn check(&self, groups: &Groups) -> Result<(), BadView> {
        if !is_name(&self.name) {
            return Err(BadView::Name);
        }
        if !is_title(&self.title) {
            return Err(BadView::Title);
        }
        if !is_description(&self.description) {
            return Err(BadView::Description);
        }
        if !is_description(&self.resolution) {
            return Err(BadView::Resolution);
        }
        if self.target.is_some_and(|target| !(0..=LARGEST_TARGET).contains(&target)) {
            return Err(BadView::Target);
        }
        if self.filter.len() > MOST_VALUES {
            return Err(BadView::TooMany);
        }
        // `180d` reaches furthest back on an early date: if the filter works then, it works on any later date.
        self.filter.with_groups(groups)?.filter(NaiveDate::default(), Tz::UTC)?;
        Ok(())
    }

    /// What it is called: its title, or else its name.
    pub fn heading(&self) -> &str {
        heading(&self.title, &self.name)
    }

    /// Whether so many items are no more than its target; `None` without a target.
    pub fn is_done(&self, items: i64) -> Option<bool> {
        self.target.map(|target| items <= target)
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

/// Whether a view or a collection can have this title.
pub(super) fn is_title(text: &str) -> bool {
    is_text(text, LONGEST_TITLE)
}

/// Whether a view or a collection can have this description.
pub(super) fn is_description(text: &str) -> bool {
    is_text(text, LONGEST_DESCRIPTION)
}

/// Postgres takes U+0000 in no text.
fn is_text(text: &str, longest: usize) -> bool {
    text.chars().count() <= longest && !text.contains('\0')
}

/// What something is called: its title, or else its name.
pub(super) fn heading<'a>(title: &'a str, name: &'a str) -> &'a str {
    if title.trim().is_empty() { name } else { title }
}
