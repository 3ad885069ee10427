//! Events: the facts in an account's log.
//!
//! An event holds everything that folding it needs, so that no fold looks anything up. Times are
//! GitHub's, cut to whole seconds, which is GitHub's own resolution.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::item::{ItemKey, ItemType, State};
pub use super::person::Actor;
use super::person::Person;
use super::scrubbing::ScrubFact;
use super::word::{ConversationFacts, ConversationSnapshot, Word, WordId};

/// One fact, without its position in the log.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Unique per account for ever: for a delivery its GUID and the fact's ordinal in it.
    pub source_key: String,
    /// What happened, as a past participle: `opened`, `commented`, `labeled`, `renamed`.
    pub kind: String,
    /// Who did it; `None` where GitHub does not say.
    pub actor: Option<Actor>,
    /// GitHub's time of the fact; `None` where the payload has none. Then only the time of receipt
    /// is known.
    pub occurred_at: Option<DateTime<Utc>>,
    pub source: Source,
    pub fact: Fact,
}

/// Where an event came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// GitHub delivered it.
    Webhook,
    /// The backfill fetched it, since it was there before the first delivery.
    Backfill,
    /// No delivery told of it: a comparison with GitHub found it.
    Sweep,
    /// Somebody did it in Bug Scrub.
    Scrub,
}

/// What an event is about.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact {
    Item(Box<ItemFact>),
    Repository(RepositoryFact),
    Label(LabelFact),
    Milestone(MilestoneFact),
    Account(AccountFact),
    Scrub(ScrubFact),
}

impl Fact {
    /// The repository that the fact is filed under and, for items, the number.
    pub fn filed_under(&self) -> (Option<i64>, Option<i64>) {
        match self {
            Fact::Item(item) => (Some(item.repo_id), Some(item.number)),
            Fact::Repository(fact) => (Some(fact.repository.id), None),
            Fact::Label(fact) => (Some(fact.repository.id), None),
            Fact::Milestone(fact) => (Some(fact.repository.id), None),
            Fact::Account(_) => (None, None),
            Fact::Scrub(fact) => fact.item().unzip(),
        }
    }
}

/// A fact about one item.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemFact {
    pub repo_id: i64,
    pub number: i64,
    /// The field that the action changed. It outranks what other events of the same second say of
    /// that field.
    pub effect: Effect,
    /// The item as GitHub showed it with the fact; `None` for a fact from elsewhere, such as a
    /// transfer that only the new place tells of.
    pub snapshot: Option<ItemSnapshot>,
    /// How the actor stands to the repository, as GitHub names it: `MEMBER`, `NONE` and so on.
    pub association: Option<String>,
    pub repository: Option<RepositoryRef>,
    /// The comment or review that the fact is about; for a deletion, marked so.
    pub said: Option<(WordId, Word)>,
    /// The end of the item's conversation, if GitHub was asked for it.
    pub conversation: Option<ConversationSnapshot>,
}

impl ItemFact {
    /// A fact of which nothing else is known.
    pub fn new(repo_id: i64, number: i64, effect: Effect) -> Self {
        Self {
            repo_id,
            number,
            effect,
            snapshot: None,
            association: None,
            repository: None,
            said: None,
            conversation: None,
        }
    }
}

/// The field that an action changes.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Effect {
    /// No folded field: a comment, a review, an opening.
    #[default]
    Nothing,
    Title,
    Status,
    Answer,
    Draft,
    Milestone,
    Label {
        id: i64,
        set: bool,
    },
    Assignee {
        who: Person,
        set: bool,
    },
    Deleted,
    TransferredTo(ItemKey),
    TransferredFrom(ItemKey),
}

/// An item as a payload shows it. An absent field says nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemSnapshot {
    pub item_type: ItemType,
    /// GitHub's `updated_at`: the time that this snapshot speaks for.
    pub updated_at: DateTime<Utc>,
    /// When we asked GitHub for it, by GitHub's clock, if that was after the second of `updated_at`;
    /// `None` for what a delivery shows.
    pub fetched_at: Option<DateTime<Utc>>,
    pub created_at: Option<DateTime<Utc>>,
    pub title: Option<String>,
    pub author: Option<Person>,
    pub status: Option<Status>,
    pub answered: Option<bool>,
    pub merged: Option<bool>,
    pub draft: Option<bool>,
    pub comments: Option<i64>,
    pub labels: Option<Vec<LabelRef>>,
    /// The payload shows further labels, but not which: so of those that are not among `labels` it says nothing.
    pub more_labels: bool,
    pub assignees: Option<Vec<Person>>,
    /// `Some(None)`: the payload says that there is no milestone.
    pub milestone: Option<Option<MilestoneRef>>,
    pub conversation_facts: ConversationFacts,
}

impl ItemSnapshot {
    /// A snapshot that shows nothing else.
    pub fn new(item_type: ItemType, updated_at: DateTime<Utc>) -> Self {
        Self {
            item_type,
            updated_at,
            fetched_at: None,
            created_at: None,
            title: None,
            author: None,
            status: None,
            answered: None,
            merged: None,
            draft: None,
            comments: None,
            labels: None,
            more_labels: false,
            assignees: None,
            milestone: None,
            conversation_facts: ConversationFacts::default(),
        }
    }
}

/// Whether an item is open, with what belongs to it. It is folded as one field.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Status {
    pub state: State,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub closed_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct LabelRef {
    pub id: i64,
    /// Empty if the payload did not say it.
    pub name: String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct MilestoneRef {
    /// The number within the repository.
    pub number: i64,
    /// Empty if the payload did not say it.
    pub title: String,
    /// Whether it is closed; `None` if the payload did not say it.
    pub closed: Option<bool>,
    /// When it is due; inner `None` if the payload said that it never is.
    pub due_on: Option<Option<DateTime<Utc>>>,
}

impl MilestoneRef {
    /// One of which nothing else is known.
    pub fn new(number: i64, title: impl Into<String>) -> Self {
        Self { number, title: title.into(), closed: None, due_on: None }
    }
}

/// A repository as a payload names it.
#[derive(Clone, Debug, PartialEq)]
pub struct RepositoryRef {
    pub id: i64,
    pub owner: Option<OwnerRef>,
    /// Empty if the payload did not say it.
    pub name: String,
    pub private: Option<bool>,
    pub archived: Option<bool>,
    pub html_url: Option<String>,
}

/// An account as a payload names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnerRef {
    pub id: i64,
    /// Empty if the payload did not say it.
    pub login: String,
}

/// A fact about a repository.
#[derive(Clone, Debug, PartialEq)]
pub struct RepositoryFact {
    pub repository: RepositoryRef,
    /// Whether the account holds the repository and the App may see it; `None` if the fact does not
    /// change that.
    pub present: Option<bool>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct LabelFact {
    pub repository: RepositoryRef,
    pub label: LabelRef,
    pub removed: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct MilestoneFact {
    pub repository: RepositoryRef,
    pub milestone: MilestoneRef,
    pub removed: bool,
}

/// A fact about the account and the App's installation on it.
#[derive(Clone, Debug, PartialEq)]
pub struct AccountFact {
    pub owner: OwnerRef,
    /// Whether the App may see the account: `false` once it is suspended or uninstalled; `None` says
    /// nothing.
    pub installed: Option<bool>,
    /// A fresh installation: which repositories an earlier one could see no longer counts.
    pub fresh: bool,
    /// Whether the App may see chosen repositories only.
    pub selected: Option<bool>,
}
