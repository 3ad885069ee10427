//! What the fake GitHub has: repositories, their items, what is said on them, and deliveries.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use uuid::Uuid;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Issue,
    Pull,
    Discussion,
}

impl Kind {
    /// The type's name in our API.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Issue => "Issue",
            Kind::Pull => "PR",
            Kind::Discussion => "Discussion",
        }
    }
}

/// A comment, or a review with its verdict.
#[derive(Clone, Debug)]
pub struct Said {
    pub id: i64,
    pub by: String,
    pub association: &'static str,
    pub at: DateTime<Utc>,
    pub verdict: Option<&'static str>,
    pub commit: i64,
    /// As HTML.
    pub text: String,
    /// The comments of a review, or the replies to a comment of a discussion.
    pub below: Vec<Said>,
}

#[derive(Clone, Debug)]
pub struct Item {
    pub number: i64,
    pub kind: Kind,
    pub title: String,
    /// As HTML.
    pub text: String,
    pub author: String,
    pub open: bool,
    pub answered: bool,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub closed_at: Option<DateTime<Utc>>,
    pub labels: BTreeSet<i64>,
    /// The number of its milestone.
    pub milestone: Option<i64>,
    pub assignees: BTreeSet<String>,
    pub comments: i64,
    /// What is still there of what was said.
    pub said: Vec<Said>,
    /// The number of the last commit, and when it was pushed.
    pub commit: i64,
    pub pushed_at: DateTime<Utc>,
    /// Of a pull request: how the checks of the last commit stand, as GitHub calls it, and the issues that it closes, by
    /// repository and number.
    pub checks: Option<&'static str>,
    pub closes: BTreeSet<(i64, i64)>,
}

#[derive(Clone, Debug)]
pub struct Milestone {
    pub title: &'static str,
    pub open: bool,
    pub due_on: Option<DateTime<Utc>>,
}

/// What became of an item that is gone.
#[derive(Clone, Copy, Debug)]
pub enum Left {
    Deleted,
    To(i64, i64),
}

#[derive(Clone, Debug)]
pub struct Repository {
    pub id: i64,
    pub account_id: i64,
    pub name: String,
    pub private: bool,
    pub archived: bool,
    pub issues_off: bool,
    pub discussions_off: bool,
    /// How many open issues GitHub counts but lists to nobody.
    pub hidden: usize,
    /// Whether GitHub gives up on questions about this repository's totals.
    pub too_much: bool,
    pub labels: BTreeMap<i64, String>,
    pub milestones: BTreeMap<i64, Milestone>,
    pub items: BTreeMap<i64, Item>,
    pub left: BTreeMap<i64, Left>,
    pub(super) next_number: i64,
}

#[derive(Clone, Debug)]
pub struct Installation {
    pub id: i64,
    pub account_id: i64,
    pub suspended: bool,
    /// `None`: all repositories.
    pub chosen: Option<BTreeSet<i64>>,
    pub permissions: BTreeMap<String, String>,
}

/// A delivery that is still to be sent.
#[derive(Clone, Debug)]
pub struct Outgoing {
    pub guid: Uuid,
    pub event: String,
    pub action: String,
    pub installation_id: Option<i64>,
    pub repository_id: Option<i64>,
    pub body: Vec<u8>,
}
