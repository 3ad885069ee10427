//! The folded state of one issue, pull request or discussion.
//!
//! It holds what GitHub last said of each field, with the stamp that the next statement is compared
//! with. It never holds a position, a delivery's GUID or a time of receipt, so that every order of
//! the same events ends in the same bytes.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::checks::Checks;
use super::conversation::Conversation;
use super::event::Status;
use super::person::{Actor, Person, PersonKey};
use super::register::{Elements, Register};
use super::word::{Word, WordId};

/// An item's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ItemKey {
    pub account_id: i64,
    pub repo_id: i64,
    pub number: i64,
}

/// What an item is. Issues, pull requests and discussions share one sequence of numbers in a
/// repository, so a number has one type. The order says which of two payloads knows better: one that
/// shows an issue may be about a pull request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ItemType {
    Issue,
    Discussion,
    #[serde(rename = "PR")]
    PullRequest,
}

impl ItemType {
    pub const ALL: [ItemType; 3] = [ItemType::Issue, ItemType::PullRequest, ItemType::Discussion];

    /// `Issue`, `PR` or `Discussion`, the same everywhere.
    pub fn name(self) -> &'static str {
        match self {
            ItemType::Issue => "Issue",
            ItemType::PullRequest => "PR",
            ItemType::Discussion => "Discussion",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|item_type| item_type.name().eq_ignore_ascii_case(name))
    }

    /// The part of the item's address on GitHub between repository and number.
    pub fn path(self) -> &'static str {
        match self {
            ItemType::Issue => "issues",
            ItemType::PullRequest => "pull",
            ItemType::Discussion => "discussions",
        }
    }
}

/// Whether an item is still to be dealt with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Open,
    /// A discussion that GitHub does not call closed and that has a chosen answer.
    Answered,
    Closed,
}

impl State {
    pub const ALL: [State; 3] = [State::Open, State::Answered, State::Closed];

    pub fn name(self) -> &'static str {
        match self {
            State::Open => "open",
            State::Answered => "answered",
            State::Closed => "closed",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name().eq_ignore_ascii_case(name))
    }
}

/// The kinds of activity by which somebody says something.
pub(super) const SPOKEN: [&str; 2] = ["commented", "reviewed"];

/// Something that someone did to an item.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Activity {
    /// GitHub's time of it.
    pub at: DateTime<Utc>,
    /// The event's kind: `opened`, `commented`.
    pub kind: String,
    pub actor: Actor,
    /// The actor's association with the repository, where the payload said.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub association: Option<String>,
}

/// The fold of all of an item's events.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemState {
    #[serde(rename = "type", skip_serializing_if = "Option::is_none", default)]
    pub(super) item_type: Option<ItemType>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) title: Option<Register<String>>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) author: Option<Register<String>>,
    /// The id of whom `author` names: the two are one field, of which earlier versions know the login.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) author_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) created_at: Option<Register<DateTime<Utc>>>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) updated_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) status: Option<Register<Status>>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) answered: Option<Register<bool>>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) merged: Option<Register<bool>>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) draft: Option<Register<bool>>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) comments: Option<Register<i64>>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) milestone: Option<Register<Option<i64>>>,
    #[serde(default)]
    pub(super) labels: Elements<i64>,
    /// By login, which is all that earlier versions know.
    #[serde(default)]
    pub(super) assignees: Elements<String>,
    /// By id; `None` if that says no more than `assignees`: nobody is assigned, or no id is known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) assigned: Option<Elements<PersonKey>>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) last_activity: Option<Activity>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) last_human_activity: Option<Activity>,
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub(super) deleted: bool,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) transferred_to: Option<ItemKey>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) transferred_from: Option<ItemKey>,
    /// The last thing that a human said, by deliveries of which no id was kept.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) last_word: Option<Activity>,
    #[serde(skip_serializing_if = "Conversation::is_empty", default)]
    pub(super) conversation: Conversation,
}

impl ItemState {
    pub fn item_type(&self) -> Option<ItemType> {
        self.item_type
    }

    /// Closed if GitHub says so, else answered, else open; `None` before any snapshot.
    pub fn state(&self) -> Option<State> {
        let status = self.status.as_ref()?.value();
        let answered = self.answered.as_ref().is_some_and(|answered| *answered.value());
        Some(match status.state {
            State::Open if answered => State::Answered,
            state => state,
        })
    }

    pub fn title(&self) -> Option<&str> {
        self.title.as_ref().map(|title| title.value().as_str())
    }

    /// The author, with the login of the time when GitHub last showed the item.
    pub fn author(&self) -> Option<Person> {
        let login = self.author.as_ref()?.value().clone();
        Some(Person { id: self.author_id, login })
    }

    /// When it was created; while no payload has said so, as old as it is known to be at least.
    pub fn created_at(&self) -> Option<DateTime<Utc>> {
        self.created_at.as_ref().map(|created_at| *created_at.value()).or(self.updated_at)
    }

    pub fn updated_at(&self) -> Option<DateTime<Utc>> {
        self.updated_at
    }

    pub fn closed_at(&self) -> Option<DateTime<Utc>> {
        self.status.as_ref().and_then(|status| status.value().closed_at)
    }

    /// Why it is not open: `merged`, or what GitHub says (`completed`, `not_planned`), in lower case.
    pub fn closed_reason(&self) -> Option<String> {
        if self.state()? == State::Open {
            return None;
        }
        let said = self.status.as_ref().and_then(|status| status.value().reason.as_ref());
        if self.merged() { Some("merged".to_owned()) } else { said.map(|reason| reason.to_ascii_lowercase()) }
    }

    pub fn merged(&self) -> bool {
        self.merged.as_ref().is_some_and(|merged| *merged.value())
    }

    pub fn draft(&self) -> bool {
        self.draft.as_ref().is_some_and(|draft| *draft.value())
    }

    pub fn comments(&self) -> Option<i64> {
        self.comments.as_ref().map(|comments| *comments.value())
    }

    /// The milestone's number within the repository.
    pub fn milestone(&self) -> Option<i64> {
        self.milestone.as_ref().and_then(|milestone| *milestone.value())
    }

    /// Ids of the labels set.
    pub fn labels(&self) -> Vec<i64> {
        self.labels.present()
    }

    pub fn assignees(&self) -> Vec<PersonKey> {
        match &self.assigned {
            Some(assigned) => assigned.present(),
            None => self.assignees.present().into_iter().map(PersonKey::Login).collect(),
        }
    }

    /// The assignees as payloads called them, for versions that know them by nothing else.
    pub fn assignee_logins(&self) -> Vec<String> {
        self.assignees.present()
    }

    pub fn conversation(&self) -> &Conversation {
        &self.conversation
    }

    /// The last thing that anybody did, as far as it is known.
    pub fn last_activity(&self) -> Option<Activity> {
        let said = self.conversation.last_of_all().and_then(said);
        self.last_activity.clone().max(said).max(self.opening())
    }

    /// The last thing that a human did, the opening included; `None` where none is known.
    pub fn last_human_activity(&self) -> Option<Activity> {
        let said = self.conversation.last_word().and_then(said);
        let opening = self.opening().filter(|opening| !opening.actor.bot);
        self.last_human_activity.clone().max(said).max(opening)
    }

    /// The opening, once it is known that nothing was left out after it.
    fn opening(&self) -> Option<Activity> {
        let author = self.author().filter(|_| self.conversation.is_fetched())?;
        let bot = self.conversation.is_opened_by_bot();
        let association = self.conversation.author_association().map(|association| association.name().to_owned());
        let actor = Actor { login: author.login, id: author.id, bot };
        Some(Activity { at: self.created_at()?, kind: "opened".to_owned(), actor, association })
    }

    /// The number of humans who said something, as far as it is known; `None` if it is not known at all.
    pub fn commenters(&self) -> Option<i64> {
        self.knows_who_spoke().then(|| self.conversation.commenters())
    }

    /// When each of them did so last.
    pub fn spoke_at(&self) -> Option<Vec<DateTime<Utc>>> {
        self.knows_who_spoke().then(|| self.conversation.spoke_at())
    }

    fn knows_who_spoke(&self) -> bool {
        self.conversation.is_fetched() || self.conversation.is_heard() || self.comments() == Some(0)
    }

    /// How the checks of an open pull request stand, and when GitHub said so; `None` of other items, and where GitHub
    /// shows none.
    pub fn checks(&self) -> Option<(Checks, DateTime<Utc>)> {
        self.conversation.checks().filter(|_| self.is_open_pull_request())
    }

    /// Whether GitHub is to be asked for the checks of an open pull request.
    pub fn checks_are_due(&self) -> bool {
        self.live() && self.is_open_pull_request() && self.conversation.checks_are_due()
    }

    fn is_open_pull_request(&self) -> bool {
        self.state() == Some(State::Open) && self.item_type == Some(ItemType::PullRequest)
    }

    /// Whether GitHub is to be asked for the item's conversation.
    pub fn conversation_is_due(&self) -> bool {
        self.live() && self.state() == Some(State::Open) && self.conversation.is_due()
    }

    /// The last thing said of which deliveries told before each was kept by its id.
    pub(super) fn last_word_before(&self) -> Option<&Activity> {
        let spoke = |word: &&Activity| SPOKEN.contains(&&*word.kind);
        self.last_word.as_ref().filter(spoke)
    }

    /// Neither deleted nor transferred away; both are final for an item's key.
    pub fn live(&self) -> bool {
        !self.deleted && self.transferred_to.is_none()
    }

    /// Where the item went.
    pub fn transferred_to(&self) -> Option<ItemKey> {
        self.transferred_to
    }

    /// Where the item came from.
    pub fn transferred_from(&self) -> Option<ItemKey> {
        self.transferred_from
    }

    /// Whether a field's value was chosen by the arbitrary rule, so that GitHub should be asked. The
    /// count of comments is left out: of two comments in one second the greater count is right.
    pub fn tied(&self) -> bool {
        fn tied<T: Ord + Clone>(field: &Option<Register<T>>) -> bool {
            field.as_ref().is_some_and(Register::tied)
        }
        tied(&self.title)
            || tied(&self.status)
            || tied(&self.answered)
            || tied(&self.draft)
            || tied(&self.milestone)
            || self.labels.tied()
            || self.assigned.as_ref().map_or_else(|| self.assignees.tied(), Elements::tied)
    }
}

/// Something said as an activity; `None` if their account is gone.
fn said((id, word): (WordId, &Word)) -> Option<Activity> {
    let kind = match id {
        WordId::Comment(_) => "commented",
        WordId::Review(_) => "reviewed",
    };
    let association = word.association.map(|association| association.name().to_owned());
    Some(Activity { at: word.at, kind: kind.to_owned(), actor: word.by.clone()?, association })
}
