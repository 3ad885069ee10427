//! Events: facts as they entered an account's log.
//!
//! An event holds everything that folding it needs, so the fold looks nothing up. Times are GitHub's, cut to whole seconds, which
//! is GitHub's own resolution.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::item::{ItemKey, ItemType, State};
use super::scrubbing::ScrubFact;

/// One fact, not yet or no longer beside its position.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Unique per account for ever: for a delivery its GUID and the fact's ordinal in it.
    pub source_key: String,
    /// What happened, as a past participle: `opened`, `commented`, `labeled`, `renamed`.
    pub kind: String,
    /// Who did it; `None` where GitHub does not say.
    pub actor: Option<Actor>,
    /// GitHub's time of the fact; `None` where the payload has none (then the time of receipt
    /// is all there is).
    pub occurred_at: Option<DateTime<Utc>>,
    pub source: Source,
    pub fact: Fact,
}

/// Who acted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Actor {
    pub login: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub id: Option<i64>,
    /// GitHub itself calls it a bot: type `Bot`, or a login that ends in `[bot]`.
    pub bot: bool,
}

/// Where an event came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// GitHub delivered it.
    Webhook,
    /// It was there before the first delivery, and was asked for.
    Backfill,
    /// No delivery told of it; a comparison with GitHub did.
    Sweep,
    /// Somebody did it here.
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
    /// The repository and, for items, the number that the fact is filed under.
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
    /// The field that the action itself changed: it outranks what other events of the same
    /// second say of that field.
    pub effect: Effect,
    /// The item as GitHub showed it with the fact; `None` for a fact told from elsewhere (a
    /// transfer heard of at its new place).
    pub snapshot: Option<ItemSnapshot>,
    /// How the actor stands to the repository, as GitHub names it: `MEMBER`, `NONE` and so on.
    pub association: Option<String>,
    pub repository: Option<RepositoryRef>,
}

/// The field that an action changes.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Effect {
    /// None of the folded ones: a comment, a review, an opening.
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
        login: String,
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
    /// When GitHub was asked for it, by GitHub's clock, if that was after the second of
    /// `updated_at`; `None` for what a delivery shows.
    pub fetched_at: Option<DateTime<Utc>>,
    pub created_at: Option<DateTime<Utc>>,
    pub title: Option<String>,
    pub author: Option<String>,
    pub status: Option<Status>,
    pub answered: Option<bool>,
    pub merged: Option<bool>,
    pub draft: Option<bool>,
    pub comments: Option<i64>,
    pub labels: Option<Vec<LabelRef>>,
    pub assignees: Option<Vec<String>>,
    /// `Some(None)`: the payload says that there is no milestone.
    pub milestone: Option<Option<MilestoneRef>>,
}

/// What belongs together about being open: folded as one field.
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
    pub name: String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct MilestoneRef {
    /// The number within the repository.
    pub number: i64,
    pub title: String,
}

/// A repository as a payload names it.
#[derive(Clone, Debug, PartialEq)]
pub struct RepositoryRef {
    pub id: i64,
    pub owner: Option<OwnerRef>,
    pub name: String,
    pub private: Option<bool>,
    pub archived: Option<bool>,
    pub html_url: Option<String>,
}

/// An account as a payload names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnerRef {
    pub id: i64,
    pub login: String,
}

/// A repository's own fact.
#[derive(Clone, Debug, PartialEq)]
pub struct RepositoryFact {
    pub repository: RepositoryRef,
    /// `Some` where the fact changes whether the account still holds the repository and the App
    /// may see it.
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
    /// The App may see the account: `false` once suspended or uninstalled; `None` says nothing.
    pub installed: Option<bool>,
    /// A fresh installation: what repositories an earlier one could see no longer counts.
    pub fresh: bool,
    /// The App may see chosen repositories only.
    pub selected: Option<bool>,
}
