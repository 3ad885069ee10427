//! From GitHub's answers to events, in the shape of those that come from deliveries.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::wire::{Author, Discussion, GitHubRepository, NamedLabel, Total};
use crate::activity::conversation::SETTLES;
use crate::activity::event::{AccountFact, OwnerRef, RepositoryFact, Status};
use crate::activity::fold::whole_second;
use crate::activity::{
    Actor, Effect, Event, Fact, ItemFact, ItemKey, ItemSnapshot, ItemType, LabelRef, RepositoryRef, Source, State,
};
use crate::store::stored;
use crate::webhook::{ItemOpening, ListedItem};

/// The event of a fetched item: a snapshot that outranks what deliveries show of the same second.
///
/// It has no actor, unless the item has not changed since its author opened it. Its source key consists
/// of the item, the time and the content, so that the same snapshot adds nothing when it is fetched again.
pub fn fetched(source: Source, repository: &RepositoryRef, listed: ListedItem, date: DateTime<Utc>) -> Event {
    let ListedItem { number, node_id, mut snapshot, opening } = listed;
    let date = whole_second(date);
    let settled = date - snapshot.updated_at > SETTLES;
    let untouched = opening.filter(|opening| opening.at == snapshot.updated_at);
    let (kind, actor, association) = match untouched {
        Some(ItemOpening { by, association, .. }) => ("opened", Some(by), association),
        None => ("fetched", None, None),
    };
    let occurred_at = Some(snapshot.updated_at);
    let at = snapshot.updated_at.timestamp();
    let fact = |snapshot| {
        Fact::Item(Box::new(ItemFact {
            snapshot: Some(snapshot),
            association: association.clone(),
            repository: Some(repository.clone()),
            ..ItemFact::new(repository.id, number, Effect::Nothing)
        }))
    };
    let content = digest(&stored::write(&fact(snapshot.clone())));
    snapshot.fetched_at = settled.then_some(date);
    let item = node_id.unwrap_or_else(|| format!("{}/{number}", repository.id));
    let source_key = format!("{item}@{at}{}{content}", if settled { '#' } else { '~' });
    Event { source_key, kind: kind.to_owned(), actor, occurred_at, source, fact: fact(snapshot) }
}

pub(super) fn digest(content: &str) -> String {
    hex::encode(&Sha256::digest(content.as_bytes())[..12])
}

/// The event of an item that is no longer at its address: it was deleted, or transferred.
pub fn left(repo_id: i64, number: i64, to: Option<ItemKey>, date: DateTime<Utc>) -> Event {
    let (kind, effect) = match to {
        Some(key) => ("transferred", Effect::TransferredTo(key)),
        None => ("deleted", Effect::Deleted),
    };
    let fact = ItemFact::new(repo_id, number, effect);
    Event {
        source_key: format!("{repo_id}/{number}/{kind}"),
        kind: kind.to_owned(),
        actor: None,
        occurred_at: Some(whole_second(date)),
        source: Source::Sweep,
        fact: Fact::Item(Box::new(fact)),
    }
}

/// A discussion as GraphQL shows it; `None` without what there is no item without: its number, and any
/// time. `labels` has the ids of the repository's labels by node id, since GraphQL does not show them.
pub fn discussion(found: Discussion, labels: &HashMap<String, i64>) -> Option<ListedItem> {
    let number = found.number.filter(|number| *number > 0)?;
    // Without a time of the last update, it was no earlier than anything else that is shown.
    let updated_at = found.updated_at.or(found.created_at.max(found.closed_at))?;
    let association = found.author_association.map(|association| association.0);
    let author = found.author.as_ref().and_then(actor);
    let opening = author.clone().zip(found.created_at).map(|(by, at)| ItemOpening { by, at, association });
    let named = |label: NamedLabel| {
        let name = label.name.map(|name| name.0).unwrap_or_default();
        Some(LabelRef { id: *labels.get(&label.id?.0)?, name })
    };
    let reason = found.state_reason.map(|reason| reason.to_lowercase());
    let status = found.closed.map(|closed| Status {
        state: if closed { State::Closed } else { State::Open },
        reason: reason.filter(|_| closed),
        closed_at: found.closed_at.filter(|_| closed),
    });
    let labels = found.labels.and_then(|labels| labels.nodes);
    let snapshot = ItemSnapshot {
        created_at: found.created_at,
        title: found.title.map(|title| title.0),
        author: author.as_ref().map(Actor::person),
        status,
        answered: found.is_answered.map(Option::unwrap_or_default),
        comments: Total::of(&found.comments),
        labels: labels.map(|labels| labels.into_iter().filter_map(named).collect()),
        // A discussion has neither assignees nor a milestone.
        ..ItemSnapshot::new(ItemType::Discussion, updated_at)
    };
    Some(ListedItem { number, node_id: found.id.map(|id| id.0), snapshot, opening })
}

/// The author as an actor, with at least an id or a login. GraphQL leaves out the suffix `[bot]`, which
/// REST and payloads give to Apps.
pub(super) fn actor(author: &Author) -> Option<Actor> {
    let id = author.id.filter(|id| *id > 0);
    if author.login.is_none() && id.is_none() {
        return None;
    }
    let login = author.login.as_ref().map(|login| login.0.clone()).unwrap_or_default();
    let kind_is_bot = author.kind.as_deref() == Some("Bot");
    let bare = kind_is_bot && !login.is_empty() && !login.ends_with("[bot]");
    let login = if bare { format!("{login}[bot]") } else { login };
    Some(Actor { id, bot: kind_is_bot || login.ends_with("[bot]"), login })
}

/// The repository as items refer to it.
pub fn repository(listed: &GitHubRepository) -> RepositoryRef {
    RepositoryRef {
        id: listed.id,
        owner: Some(OwnerRef { id: listed.owner_id, login: listed.owner.clone() }),
        name: listed.name.clone(),
        private: listed.private,
        archived: listed.archived,
        html_url: listed.html_url.clone(),
    }
}

/// The event of a repository that is listed differently than we have it.
pub fn repository_event(
    source: Source,
    repository: RepositoryRef,
    present: Option<bool>,
    asked: DateTime<Utc>,
) -> Event {
    let kind = match present {
        Some(true) => "repository_added",
        Some(false) => "repository_removed",
        None => "repository_edited",
    };
    let id = repository.id;
    directory_event(
        format!("repository/{id}"),
        kind,
        source,
        Fact::Repository(RepositoryFact { repository, present }),
        asked,
    )
}

/// The event of an installation that is listed differently than we have it.
pub fn account_event(kind: &str, fact: AccountFact, asked: DateTime<Utc>) -> Event {
    directory_event(format!("account/{}", fact.owner.id), kind, Source::Sweep, Fact::Account(fact), asked)
}

/// An event about the directory. It counts by the time at which GitHub was asked, by the database's clock,
/// as that of a delivery counts by its receipt. So a delivery that came during the question is newer. The
/// time is part of the source key, since the same fact may become true again later.
fn directory_event(of: String, kind: &str, source: Source, fact: Fact, asked: DateTime<Utc>) -> Event {
    let content = digest(&stored::write(&fact));
    let source_key = format!("{of}@{}#{content}", asked.timestamp_micros());
    Event { source_key, kind: kind.to_owned(), actor: None, occurred_at: Some(asked), source, fact }
}
