//! The stored form of events: their JSON and the names of their sources. Only this module maps them to
//! the domain's types and back.
//!
//! This is version 1 of the JSON. A later version adds fields that may be absent, or takes a new
//! number and is read beside the older ones; stored events are never rewritten.

mod milestone;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use self::milestone::{StoredStage, milestone_from, stage_to};
use super::StoreError;
use crate::activity::event::{AccountFact, LabelFact, MilestoneFact, OwnerRef, RepositoryFact, Status};
use crate::activity::{
    ConversationFacts, ConversationSnapshot, Effect, Fact, ItemFact, ItemKey, ItemSnapshot, ItemType, LabelRef, Person,
    RepositoryRef, ScrubFact, Source, Word, WordId,
};

const VERSION: u8 = 1;

#[derive(Serialize, Deserialize)]
struct StoredForm {
    v: u8,
    #[serde(flatten)]
    fact: StoredFact,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredFact {
    Item(Box<StoredItem>),
    Repository {
        repository: StoredRepository,
        present: Option<bool>,
    },
    Label {
        repository: StoredRepository,
        label: (i64, String),
        removed: bool,
    },
    Milestone {
        repository: StoredRepository,
        milestone: (i64, String),
        #[serde(skip_serializing_if = "Option::is_none", default)]
        stage: Option<StoredStage>,
        removed: bool,
    },
    Account {
        id: i64,
        login: String,
        installed: Option<bool>,
        fresh: bool,
        selected: Option<bool>,
    },
    /// Bug Scrub's own fact, so it is stored under its own names.
    Scrub(ScrubFact),
}

#[derive(Serialize, Deserialize)]
struct StoredItem {
    repo_id: i64,
    number: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    effect: Option<StoredEffect>,
    #[serde(skip_serializing_if = "Option::is_none")]
    snapshot: Option<StoredSnapshot>,
    #[serde(skip_serializing_if = "Option::is_none")]
    association: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repository: Option<StoredRepository>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    said: Option<(WordId, Word)>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    conversation: Option<ConversationSnapshot>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredEffect {
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
        #[serde(skip_serializing_if = "Option::is_none", default)]
        id: Option<i64>,
        set: bool,
    },
    Deleted,
    /// Account, repository, number.
    TransferredTo(i64, i64, i64),
    TransferredFrom(i64, i64, i64),
}

#[derive(Serialize, Deserialize)]
struct StoredSnapshot {
    #[serde(rename = "type")]
    item_type: ItemType,
    updated_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fetched_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    author_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Status>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answered: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    merged: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    draft: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comments: Option<i64>,
    /// Id and name.
    #[serde(skip_serializing_if = "Option::is_none")]
    labels: Option<Vec<(i64, String)>>,
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    more_labels: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    assignees: Option<Vec<String>>,
    /// In the order of `assignees`; absent if it knows none.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    assignee_ids: Vec<Option<i64>>,
    /// Number and title; empty if the payload said that there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    milestone: Option<Vec<(i64, String)>>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    milestone_stage: Option<StoredStage>,
    #[serde(rename = "conversation", skip_serializing_if = "ConversationFacts::is_empty", default)]
    conversation_facts: ConversationFacts,
}

#[derive(Serialize, Deserialize)]
struct StoredRepository {
    id: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<(i64, String)>,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    private: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    archived: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    html_url: Option<String>,
}

/// The JSON of a fact.
pub fn write(fact: &Fact) -> String {
    let fact = match fact {
        Fact::Item(item) => StoredFact::Item(Box::new(item_to(item))),
        Fact::Repository(fact) => {
            StoredFact::Repository { repository: repository_to(&fact.repository), present: fact.present }
        }
        Fact::Label(fact) => StoredFact::Label {
            repository: repository_to(&fact.repository),
            label: (fact.label.id, fact.label.name.clone()),
            removed: fact.removed,
        },
        Fact::Milestone(fact) => StoredFact::Milestone {
            repository: repository_to(&fact.repository),
            milestone: (fact.milestone.number, fact.milestone.title.clone()),
            stage: stage_to(&fact.milestone),
            removed: fact.removed,
        },
        Fact::Account(fact) => StoredFact::Account {
            id: fact.owner.id,
            login: fact.owner.login.clone(),
            installed: fact.installed,
            fresh: fact.fresh,
            selected: fact.selected,
        },
        Fact::Scrub(fact) => StoredFact::Scrub(fact.clone()),
    };
    serde_json::to_string(&StoredForm { v: VERSION, fact }).expect("cannot fail: plain data with string keys")
}

/// Reads a fact from its JSON.
///
/// # Errors
/// [`StoreError::Unreadable`] for another version or shape.
pub fn read(json: &str) -> Result<Fact, StoreError> {
    let stored: StoredForm =
        serde_json::from_str(json).map_err(|error| StoreError::Unreadable(format!("a stored event: {error}")))?;
    if stored.v != VERSION {
        return Err(StoreError::Unreadable(format!("a stored event of version {}", stored.v)));
    }
    Ok(match stored.fact {
        StoredFact::Item(item) => Fact::Item(Box::new(item_from(*item))),
        StoredFact::Repository { repository, present } => {
            Fact::Repository(RepositoryFact { repository: repository_from(repository), present })
        }
        StoredFact::Label { repository, label: (id, name), removed } => {
            Fact::Label(LabelFact { repository: repository_from(repository), label: LabelRef { id, name }, removed })
        }
        StoredFact::Milestone { repository, milestone, stage, removed } => Fact::Milestone(MilestoneFact {
            repository: repository_from(repository),
            milestone: milestone_from(milestone, stage),
            removed,
        }),
        StoredFact::Account { id, login, installed, fresh, selected } => {
            Fact::Account(AccountFact { owner: OwnerRef { id, login }, installed, fresh, selected })
        }
        StoredFact::Scrub(fact) => Fact::Scrub(fact),
    })
}

pub(super) fn source_name(source: Source) -> &'static str {
    match source {
        Source::Webhook => "webhook",
        Source::Backfill => "backfill",
        Source::Sweep => "sweep",
        Source::Scrub => "scrub",
    }
}

pub(super) fn source_from(name: &str) -> Result<Source, StoreError> {
    match name {
        "webhook" => Ok(Source::Webhook),
        "backfill" => Ok(Source::Backfill),
        "sweep" => Ok(Source::Sweep),
        "scrub" => Ok(Source::Scrub),
        other => Err(StoreError::Unreadable(format!("an event of source {other}, which this version does not know"))),
    }
}

fn item_to(item: &ItemFact) -> StoredItem {
    StoredItem {
        repo_id: item.repo_id,
        number: item.number,
        effect: effect_to(&item.effect),
        snapshot: item.snapshot.as_ref().map(snapshot_to),
        association: item.association.clone(),
        repository: item.repository.as_ref().map(repository_to),
        said: item.said.clone(),
        conversation: item.conversation.clone(),
    }
}

fn item_from(item: StoredItem) -> ItemFact {
    ItemFact {
        repo_id: item.repo_id,
        number: item.number,
        effect: item.effect.map_or(Effect::Nothing, effect_from),
        snapshot: item.snapshot.map(snapshot_from),
        association: item.association,
        repository: item.repository.map(repository_from),
        said: item.said,
        conversation: item.conversation,
    }
}

fn effect_to(effect: &Effect) -> Option<StoredEffect> {
    Some(match effect {
        Effect::Nothing => return None,
        Effect::Title => StoredEffect::Title,
        Effect::Status => StoredEffect::Status,
        Effect::Answer => StoredEffect::Answer,
        Effect::Draft => StoredEffect::Draft,
        Effect::Milestone => StoredEffect::Milestone,
        Effect::Label { id, set } => StoredEffect::Label { id: *id, set: *set },
        Effect::Assignee { who, set } => StoredEffect::Assignee { login: who.login.clone(), id: who.id, set: *set },
        Effect::Deleted => StoredEffect::Deleted,
        Effect::TransferredTo(key) => StoredEffect::TransferredTo(key.account_id, key.repo_id, key.number),
        Effect::TransferredFrom(key) => StoredEffect::TransferredFrom(key.account_id, key.repo_id, key.number),
    })
}

fn effect_from(effect: StoredEffect) -> Effect {
    match effect {
        StoredEffect::Title => Effect::Title,
        StoredEffect::Status => Effect::Status,
        StoredEffect::Answer => Effect::Answer,
        StoredEffect::Draft => Effect::Draft,
        StoredEffect::Milestone => Effect::Milestone,
        StoredEffect::Label { id, set } => Effect::Label { id, set },
        StoredEffect::Assignee { login, id, set } => Effect::Assignee { who: Person { id, login }, set },
        StoredEffect::Deleted => Effect::Deleted,
        StoredEffect::TransferredTo(account_id, repo_id, number) => {
            Effect::TransferredTo(ItemKey { account_id, repo_id, number })
        }
        StoredEffect::TransferredFrom(account_id, repo_id, number) => {
            Effect::TransferredFrom(ItemKey { account_id, repo_id, number })
        }
    }
}

fn snapshot_to(snapshot: &ItemSnapshot) -> StoredSnapshot {
    let milestone = snapshot.milestone.as_ref();
    StoredSnapshot {
        item_type: snapshot.item_type,
        updated_at: snapshot.updated_at,
        fetched_at: snapshot.fetched_at,
        created_at: snapshot.created_at,
        title: snapshot.title.clone(),
        author: snapshot.author.as_ref().map(|author| author.login.clone()),
        author_id: snapshot.author.as_ref().and_then(|author| author.id),
        status: snapshot.status.clone(),
        answered: snapshot.answered,
        merged: snapshot.merged,
        draft: snapshot.draft,
        comments: snapshot.comments,
        labels: snapshot.labels.as_ref().map(|labels| labels.iter().map(|l| (l.id, l.name.clone())).collect()),
        more_labels: snapshot.more_labels,
        assignees: snapshot.assignees.as_ref().map(|people| people.iter().map(|who| who.login.clone()).collect()),
        assignee_ids: ids(snapshot.assignees.as_deref().unwrap_or_default()),
        milestone: milestone.map(|found| found.iter().map(|found| (found.number, found.title.clone())).collect()),
        milestone_stage: milestone.and_then(Option::as_ref).and_then(stage_to),
        conversation_facts: snapshot.conversation_facts.clone(),
    }
}

fn snapshot_from(snapshot: StoredSnapshot) -> ItemSnapshot {
    let label = |(id, name)| LabelRef { id, name };
    ItemSnapshot {
        item_type: snapshot.item_type,
        updated_at: snapshot.updated_at,
        fetched_at: snapshot.fetched_at,
        created_at: snapshot.created_at,
        title: snapshot.title,
        author: snapshot.author.map(|login| Person { id: snapshot.author_id, login }),
        status: snapshot.status,
        answered: snapshot.answered,
        merged: snapshot.merged,
        draft: snapshot.draft,
        comments: snapshot.comments,
        labels: snapshot.labels.map(|labels| labels.into_iter().map(label).collect()),
        more_labels: snapshot.more_labels,
        assignees: snapshot.assignees.map(|logins| people(logins, snapshot.assignee_ids)),
        milestone: snapshot
            .milestone
            .map(|found| found.into_iter().next().map(|found| milestone_from(found, snapshot.milestone_stage))),
        conversation_facts: snapshot.conversation_facts,
    }
}

/// The ids of some people; none at all if none is known.
fn ids(people: &[Person]) -> Vec<Option<i64>> {
    if people.iter().all(|person| person.id.is_none()) {
        vec![]
    } else {
        people.iter().map(|person| person.id).collect()
    }
}

fn people(logins: Vec<String>, ids: Vec<Option<i64>>) -> Vec<Person> {
    let ids = ids.into_iter().chain(std::iter::repeat(None));
    logins.into_iter().zip(ids).map(|(login, id)| Person { id, login }).collect()
}

fn repository_to(repository: &RepositoryRef) -> StoredRepository {
    StoredRepository {
        id: repository.id,
        owner: repository.owner.as_ref().map(|owner| (owner.id, owner.login.clone())),
        name: repository.name.clone(),
        private: repository.private,
        archived: repository.archived,
        html_url: repository.html_url.clone(),
    }
}

fn repository_from(repository: StoredRepository) -> RepositoryRef {
    RepositoryRef {
        id: repository.id,
        owner: repository.owner.map(|(id, login)| OwnerRef { id, login }),
        name: repository.name,
        private: repository.private,
        archived: repository.archived,
        html_url: repository.html_url,
    }
}
