//! Items as far as filters and orders look at them.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use super::criterion::{Holders, Moment};
use crate::activity::{Association, Checks, ItemType, NoteText, PersonKey, Review, State, Summary, WaitsFor};

/// An item, as far as filters and orders look at it.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    pub repo_id: i64,
    pub number: i64,
    pub item_type: ItemType,
    pub state: State,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub draft: bool,
    pub author: Option<PersonKey>,
    /// Ids.
    pub labels: Vec<i64>,
    pub assignees: Vec<PersonKey>,
    /// The number within the repository.
    pub milestone: Option<i64>,
    /// `None` where nobody can tell.
    pub waits_for: Option<WaitsFor>,
    /// Since when it waits.
    pub waits_since: Option<DateTime<Utc>>,
    /// When a human last did something with it, the opening included.
    pub human_at: Option<DateTime<Utc>>,
    /// `None` of what is open.
    pub closed_at: Option<DateTime<Utc>>,
    /// Why it is not open, in lower case, where GitHub says it.
    pub closed_reason: Option<String>,
    /// Of an open pull request.
    pub review: Option<Review>,
    /// Of an open pull request.
    pub checks: Option<Checks>,
    pub author_association: Option<Association>,
    pub comments: Option<i64>,
    pub reactions: Option<i64>,
    /// Humans who said something.
    pub commenters: Option<i64>,
    /// Position of the last mark; 0: none.
    pub read: i64,
    /// The note on it, if it says anything.
    pub note: Option<NoteText>,
    /// What those see of marks and note who do not see all repositories, where it differs: the item came by transfer
    /// from a place that they do not see.
    pub as_public: Option<Box<Summary>>,
}

impl Item {
    /// An item of which nothing else is known.
    pub fn new(
        (repo_id, number): (i64, i64),
        item_type: ItemType,
        state: State,
        created_at: DateTime<Utc>,
        updated_at: DateTime<Utc>,
    ) -> Self {
        Self {
            repo_id,
            number,
            item_type,
            state,
            created_at,
            updated_at,
            draft: false,
            author: None,
            labels: vec![],
            assignees: vec![],
            milestone: None,
            waits_for: None,
            waits_since: None,
            human_at: None,
            closed_at: None,
            closed_reason: None,
            review: None,
            checks: None,
            author_association: None,
            comments: None,
            reactions: None,
            commenters: None,
            read: 0,
            note: None,
            as_public: None,
        }
    }

    /// The item as those see it who do not see all repositories, where that differs.
    pub fn to_the_public(&self) -> Option<Self> {
        let Summary { read, note, .. } = Summary::clone(self.as_public.as_ref()?);
        Some(Self { read, note, as_public: None, ..self.clone() })
    }
}

/// A repository that may be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repository {
    pub repo_id: i64,
    pub owner: String,
    pub name: String,
    pub html_url: Option<String>,
    pub private: bool,
    pub archived: bool,
}

impl Repository {
    /// A public repository of which nothing else is known.
    pub fn new(repo_id: i64, owner: &str, name: &str) -> Self {
        Self {
            repo_id,
            owner: owner.to_owned(),
            name: name.to_owned(),
            html_url: None,
            private: false,
            archived: false,
        }
    }
}

/// An item beside what the ids in it mean.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    pub item: &'a Item,
    pub repository: &'a Repository,
    /// Whom the logins in the filter mean.
    pub holders: &'a Holders,
    pub labels: &'a [&'a str],
    pub milestone: Option<&'a str>,
    pub title: &'a str,
    /// The account's.
    pub zone: Tz,
}

impl Candidate<'_> {
    /// The date of a moment, if the item has it.
    pub fn date(&self, moment: Moment) -> Option<NaiveDate> {
        let at = match moment {
            Moment::Created => Some(self.item.created_at),
            Moment::Updated => Some(self.item.updated_at),
            Moment::Closed => self.item.closed_at,
            Moment::Waiting => self.item.waits_since,
            Moment::Active => self.item.human_at,
        };
        Some(at?.with_timezone(&self.zone).date_naive())
    }
}
