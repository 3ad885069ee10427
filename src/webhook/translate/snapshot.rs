//! An item's state as a payload shows it.

use std::collections::BTreeSet;

use super::parties::person;
use crate::activity::event::Status;
use crate::activity::{ItemSnapshot, ItemType, LabelRef, MilestoneRef, Person, State};
use crate::webhook::payload::{ItemPayload, LabelPayload, MilestonePayload, User};

/// The item's state; `None` if the payload does not say as of when.
pub fn snapshot(item: &ItemPayload, item_type: ItemType) -> Option<ItemSnapshot> {
    let merged_at = item.merged_at.or(item.pull_request.as_ref().and_then(|mark| mark.merged_at));
    Some(ItemSnapshot {
        item_type: if item.pull_request.is_some() { ItemType::PullRequest } else { item_type },
        updated_at: item.updated_at?,
        fetched_at: None,
        created_at: item.created_at,
        title: item.title.as_ref().map(|title| title.0.clone()),
        author: item.user.as_ref().map(person),
        status: status(item),
        answered: item.answer_chosen_at.map(|at| at.is_some()),
        merged: merged_at.map(|at| at.is_some()),
        draft: item.draft,
        comments: item.comments,
        labels: item.labels.as_deref().map(labels),
        assignees: item.assignees.as_deref().map(people),
        milestone: item.milestone.as_ref().and_then(milestone),
    })
}

/// Only `closed` is closed: a discussion may also be `locked`, `converting` or `transferring`.
fn status(item: &ItemPayload) -> Option<Status> {
    let state = match item.state.as_deref()? {
        "closed" => State::Closed,
        _ => State::Open,
    };
    let closed = state == State::Closed;
    Some(Status {
        state,
        reason: item.state_reason.as_ref().filter(|_| closed).map(|reason| reason.0.clone()),
        closed_at: item.closed_at.flatten().filter(|_| closed),
    })
}

fn labels(labels: &[LabelPayload]) -> Vec<LabelRef> {
    let named = |label: &LabelPayload| Some(LabelRef { id: label.id?, name: label.name.as_ref()?.0.clone() });
    labels.iter().filter_map(named).collect()
}

fn people(users: &[Option<User>]) -> Vec<Person> {
    let people: BTreeSet<Person> = users.iter().flatten().map(person).collect();
    people.into_iter().collect()
}

/// The milestone that the item has or lacks (inner `None`); outer `None` for one without a name,
/// which says nothing.
fn milestone(milestone: &Option<MilestonePayload>) -> Option<Option<MilestoneRef>> {
    match milestone {
        None => Some(None),
        Some(found) => Some(Some(MilestoneRef { number: found.number?, title: found.title.as_ref()?.0.clone() })),
    }
}
