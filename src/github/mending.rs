//! What a comparison with GitHub finds: the items that differ, and which of them a delivery should have
//! told of.
//!
//! GitHub moves an item's `updated_at` without any delivery: for a reference from elsewhere, or a push to
//! a pull request's branch. Such an item is fetched too, and nothing is wrong. If what deliveries do tell
//! differs as well, or the item is not here at all, a delivery is missing.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::answer::GitHubError;
use super::context::JobContext;
use super::facts;
use crate::activity::event::RepositoryRef;
use crate::activity::{Bots, Event, Fact, ItemState, ItemType, Source, State};
use crate::store::local::{self, LocalItem, RemovedNames};
use crate::webhook::ListedItem;

/// The events that bring an account up to date, and the number of items that they are about.
#[derive(Debug, Default)]
pub struct Mending {
    pub events: Vec<Event>,
    /// Items of which a delivery should have told.
    pub mended: i64,
    /// Items of which only the time had moved.
    pub refreshed: i64,
}

/// Compares listed items with ours.
pub async fn mending(
    context: &JobContext,
    account_id: i64,
    repository: &RepositoryRef,
    listed: Vec<ListedItem>,
    date: DateTime<Utc>,
) -> Result<Mending, GitHubError> {
    let numbers: Vec<i64> = listed.iter().map(|listed| listed.number).collect();
    let ours = local::items(&context.pool, account_id, repository.id, &numbers).await?;
    let listed: Vec<ListedItem> = listed.into_iter().filter(|listed| differs(listed, &ours)).collect();
    let mut found = Mending::default();
    if listed.is_empty() {
        return Ok(found);
    }
    let removed = local::removed_names(&context.pool, account_id, repository.id).await?;
    for listed in listed {
        let (known, updated_at) = (ours.get(&listed.number), listed.snapshot.updated_at);
        let event = facts::fetched(Source::Sweep, repository, listed, date);
        match known {
            Some(known) if !is_missed(known, &event, &removed) => {
                // Otherwise only a tie is settled.
                found.refreshed += i64::from(known.updated_at < Some(updated_at));
            }
            // What happened in one second may have come in any order; nothing is missing.
            Some(known) if known.tied && known.updated_at >= Some(updated_at) => {}
            _ => found.mended += 1,
        }
        found.events.push(event);
    }
    Ok(found)
}

/// Whether a listed item differs from ours, or we do not have it.
fn differs(listed: &ListedItem, ours: &HashMap<i64, LocalItem>) -> bool {
    let Some(ours) = ours.get(&listed.number) else { return true };
    let state = ours.state.as_deref().map(|state| state != "closed");
    let open = listed.snapshot.status.as_ref().map(|status| status.state != State::Closed);
    let other_state = open.is_some() && open != state;
    ours.live && (ours.updated_at < Some(listed.snapshot.updated_at) || other_state || ours.tied)
}

/// Whether the event changes what deliveries tell of an item.
fn is_missed(known: &LocalItem, event: &Event, removed: &RemovedNames) -> bool {
    let Fact::Item(fact) = &event.fact else { return false };
    let mut after = known.folded.0.clone();
    after.apply(event, fact, &Bots::default());
    let before = &known.folded.0;
    // Events of earlier versions know people by their logins only.
    let others = before.assignees() != after.assignees() && before.assignee_logins() != after.assignee_logins();
    others || told(before, removed) != told(&after, removed)
}

/// What deliveries tell of an item. Labels and milestones that were removed as a whole were told so.
fn told<'a>(item: &'a ItemState, removed: &RemovedNames) -> impl PartialEq + use<'a> {
    let labels: Vec<i64> = item.labels().into_iter().filter(|id| !removed.labels.contains(id)).collect();
    let milestone = item.milestone().filter(|number| !removed.milestones.contains(number));
    // Payloads count the replies in a discussion too, lists do not.
    let comments = item.comments().filter(|_| item.item_type() != Some(ItemType::Discussion));
    let marks = (item.draft(), item.merged(), comments);
    (item.title(), item.state(), item.closed_at(), labels, milestone, marks)
}
