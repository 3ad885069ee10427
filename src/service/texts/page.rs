//! A page of an item's text.

use chrono::{DateTime, Utc};

use crate::activity::BotReason;
use crate::webhook::spoken::Spoken;

/// Where a text comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextSource {
    GitHub,
    /// What deliveries told, as long as they are kept raw.
    Deliveries,
}

/// A page of an item's text.
#[derive(Debug)]
pub struct ItemText {
    pub source: TextSource,
    pub fetched_at: DateTime<Utc>,
    /// The repository is private, by GitHub's word or by ours.
    pub(super) private: bool,
    /// `None` if no delivery that is kept holds it.
    pub body: Option<ShownText>,
    /// Oldest first.
    pub said: Vec<ShownText>,
    /// Before which the page ends that has what was said earlier; `None` if there is nothing earlier.
    pub before: Option<String>,
}

/// Something written, as it is shown.
#[derive(Debug)]
pub struct ShownText {
    /// Without its text.
    pub spoken: Spoken,
    /// Why its author counts as a bot; `None` of humans.
    pub bot: Option<BotReason>,
    /// Cleaned; `None` if it is too long.
    pub html: Option<String>,
}

/// Why there is no text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoText {
    /// GitHub does not show it.
    NotShown,
    BadCursor,
    /// Until then.
    Limited(DateTime<Utc>),
    /// GitHub fails or cannot be reached.
    Away,
    /// Our database cannot be reached.
    NoDatabase,
}
