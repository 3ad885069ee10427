//! What is said on an item, and how GitHub shows it: comments and reviews, without their texts.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::association::Association;
use super::checks::ChecksOfCommit;
use super::person::Actor;

/// GitHub's id of a comment, or of a review. The two are counted apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum WordId {
    Comment(i64),
    Review(i64),
}

impl From<WordId> for String {
    fn from(id: WordId) -> Self {
        match id {
            WordId::Comment(id) => format!("c{id}"),
            WordId::Review(id) => format!("r{id}"),
        }
    }
}

impl TryFrom<String> for WordId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let known = match text.split_at_checked(1) {
            Some(("c", id)) => id.parse().ok().map(WordId::Comment),
            Some(("r", id)) => id.parse().ok().map(WordId::Review),
            _ => None,
        };
        known.ok_or_else(|| format!("no id of something said: {text}"))
    }
}

/// What a review says of the change. A later one in this order overrides an earlier one of the same
/// review: all that can become of a verdict is that it is dismissed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Commented,
    Approved,
    ChangesRequested,
    Dismissed,
}

impl Verdict {
    /// The verdict that GitHub calls so; `None` for one that is not submitted, or that we do not know.
    pub fn from_name(name: &str) -> Option<Self> {
        let names = [
            ("commented", Verdict::Commented),
            ("approved", Verdict::Approved),
            ("changes_requested", Verdict::ChangesRequested),
            ("dismissed", Verdict::Dismissed),
        ];
        names.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, verdict)| verdict)
    }
}

/// A comment or a review.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Word {
    #[serde(rename = "t")]
    pub at: DateTime<Utc>,
    /// `None` if their account is gone.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub by: Option<Actor>,
    #[serde(rename = "as", skip_serializing_if = "Option::is_none", default)]
    pub association: Option<Association>,
    /// Of a review.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub verdict: Option<Verdict>,
    /// Of a review: the commit that it is about.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub commit: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub deleted: bool,
}

impl Word {
    /// Takes over what another statement about the same knows more or better.
    pub(super) fn merge(&mut self, other: Word) {
        self.at = self.at.max(other.at);
        self.by = self.by.take().max(other.by);
        self.association = self.association.max(other.association);
        self.verdict = self.verdict.max(other.verdict);
        self.commit = self.commit.take().max(other.commit);
        self.deleted |= other.deleted;
    }

    /// Whether a human said it.
    pub(super) fn is_human(&self) -> bool {
        self.by.as_ref().is_none_or(|by| !by.bot)
    }
}

/// The end of a conversation, as GitHub showed it when it was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversationSnapshot {
    /// When GitHub was asked, by its own clock.
    pub at: DateTime<Utc>,
    pub words: Vec<(WordId, Word)>,
    /// From when on all comments are among the words; `None`: all that there are.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub comments_from: Option<DateTime<Utc>>,
    /// The same of reviews.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reviews_from: Option<DateTime<Utc>>,
    /// The author pushed to the pull request then, or later.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub pushed_at: Option<DateTime<Utc>>,
    /// Who opened the item.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub author: Option<Actor>,
    /// The checks of a pull request's last commit.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub checks: Option<ChecksOfCommit>,
    /// Numbers of items of the same repository: the pull requests that close an issue, or the issues that a pull request
    /// closes.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub linked: Option<BTreeSet<i64>>,
}

/// What a payload or an answer shows of an item that belongs to its conversation. What is absent says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversationFacts {
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reactions: Option<i64>,
    #[serde(rename = "author", skip_serializing_if = "Option::is_none", default)]
    pub author_association: Option<Association>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub head: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub requested: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub merges_itself: Option<bool>,
}

impl ConversationFacts {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
