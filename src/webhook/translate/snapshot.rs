//! An item's state as a payload shows it.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::parties::person;
use crate::activity::event::Status;
use crate::activity::{Association, ConversationFacts, ItemSnapshot, ItemType, LabelRef, MilestoneRef, Person, State};
use crate::webhook::payload::{ItemPayload, LabelPayload, MilestonePayload, User};
use crate::webhook::values::{Anything, Entries};

/// The item's state; `None` if the payload does not say as of when. `beside` is the time of what the
/// payload tells beside the item, such as a comment.
pub fn snapshot(item: &ItemPayload, item_type: ItemType, beside: Option<DateTime<Utc>>) -> Option<ItemSnapshot> {
    let mark = item.pull_request.as_ref();
    let merged_at = item.merged_at.or(mark.and_then(|mark| mark.merged_at));
    // Without a time of the last update, it was no earlier than anything else that the payload shows.
    let shown =
        [item.created_at, item.closed_at.flatten(), merged_at.flatten(), item.answer_chosen_at.flatten(), beside];
    Some(ItemSnapshot {
        item_type: if mark.is_some_and(|mark| mark.is_set()) { ItemType::PullRequest } else { item_type },
        updated_at: item.updated_at.or(shown.into_iter().flatten().max())?,
        fetched_at: None,
        created_at: item.created_at,
        title: item.title.as_ref().map(|title| title.0.clone()),
        author: item.user.as_ref().and_then(person),
        status: status(item),
        answered: item.answer_chosen_at.map(|at| at.is_some()),
        merged: merged_at.map(|at| at.is_some()),
        draft: item.draft,
        comments: item.comments,
        labels: item.labels.as_ref().map(labels),
        more_labels: item.labels.as_ref().is_some_and(hides_labels),
        assignees: item.assignees.as_deref().map(people),
        milestone: item.milestone.as_ref().and_then(milestone),
        conversation_facts: conversation_facts(item),
    })
}

fn conversation_facts(item: &ItemPayload) -> ConversationFacts {
    let reviewers = [&item.requested_reviewers, &item.requested_teams];
    let asked = |list: &Option<Vec<Anything>>| list.as_ref().map(|list| i64::try_from(list.len()).unwrap_or(i64::MAX));
    ConversationFacts {
        reactions: item.reactions.as_ref().and_then(|reactions| reactions.total_count),
        author_association: item.author_association.as_deref().and_then(Association::from_name),
        head: item.head.as_ref().and_then(|head| head.sha.as_ref()).map(|sha| sha.0.clone()),
        requested: reviewers.into_iter().filter_map(asked).reduce(i64::saturating_add),
        merges_itself: item.auto_merge.map(|auto_merge| auto_merge.is_some()),
    }
}

/// Only `closed`, and `merged` in GraphQL, is closed: a discussion may also be `locked`, `converting` or `transferring`.
/// Without a state, the time of the closing tells it.
fn status(item: &ItemPayload) -> Option<Status> {
    let state = match (item.state.as_deref(), item.closed_at) {
        (Some(state), _) if ["closed", "merged"].iter().any(|closed| state.eq_ignore_ascii_case(closed)) => {
            State::Closed
        }
        (Some(_), _) | (None, Some(None)) => State::Open,
        (None, Some(Some(_))) => State::Closed,
        (None, None) => return None,
    };
    let closed = state == State::Closed;
    Some(Status {
        state,
        reason: item.state_reason.as_ref().filter(|_| closed).map(|reason| reason.0.clone()),
        closed_at: item.closed_at.flatten().filter(|_| closed),
    })
}

fn labels(labels: &Entries<LabelPayload>) -> Vec<LabelRef> {
    labels.read.iter().filter_map(label).collect()
}

/// Whether some label is shown without its id, by which alone labels are known: it may be any that the item has.
fn hides_labels(labels: &Entries<LabelPayload>) -> bool {
    labels.more || labels.read.iter().any(|label| label.id.is_none())
}

/// A label that has an id; its name is empty if the payload does not say it.
pub fn label(label: &LabelPayload) -> Option<LabelRef> {
    Some(LabelRef { id: label.id?, name: label.name.as_ref().map(|name| name.0.clone()).unwrap_or_default() })
}

fn people(users: &[User]) -> Vec<Person> {
    let people: BTreeSet<Person> = users.iter().filter_map(person).collect();
    people.into_iter().collect()
}

/// The milestone that the item has or lacks (inner `None`); outer `None` for one without a number,
/// which says nothing.
fn milestone(milestone: &Option<MilestonePayload>) -> Option<Option<MilestoneRef>> {
    match milestone {
        None => Some(None),
        Some(found) => milestone_ref(found).map(Some),
    }
}

/// A milestone that has a number; its title is empty if the payload does not say it.
pub fn milestone_ref(milestone: &MilestonePayload) -> Option<MilestoneRef> {
    let title = milestone.title.as_ref().map(|title| title.0.clone()).unwrap_or_default();
    let closed = match milestone.state.as_deref() {
        Some("open") => Some(false),
        Some("closed") => Some(true),
        _ => None,
    };
    Some(MilestoneRef { number: milestone.number?, title, closed, due_on: milestone.due_on })
}
