//! Facts of issues, pull requests and discussions.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::{AccountRef, Telling, Told, account, repository_ref};
use crate::activity::event::Status;
use crate::activity::{Effect, Fact, ItemFact, ItemKey, ItemSnapshot, ItemType, LabelRef, MilestoneRef, State};
use crate::webhook::payload::{Item, Label, Milestone, Numbered, Payload, Remark, Repository, User};

pub(super) fn issues(payload: &Payload, action: &str) -> Told {
    let (kind, effect) = match action {
        "opened" => return opened(payload, payload.issue.as_ref(), ItemType::Issue),
        "transferred" => return transferred(payload, payload.issue.as_ref(), ItemType::Issue),
        "typed" => ("typed", Effect::Nothing),
        "untyped" => ("untyped", Effect::Nothing),
        _ => match common(payload, action) {
            Ok(change) => change,
            Err(told) => return told,
        },
    };
    about(payload, payload.issue.as_ref(), ItemType::Issue, kind, effect)
}

pub(super) fn pull_request(payload: &Payload, action: &str) -> Told {
    let merged = payload.pull_request.as_ref().is_some_and(|item| matches!(item.merged_at, Some(Some(_))));
    let (kind, effect) = match action {
        "opened" => return opened(payload, payload.pull_request.as_ref(), ItemType::PullRequest),
        "closed" if merged => ("merged", Effect::Status),
        "converted_to_draft" => ("converted_to_draft", Effect::Draft),
        "ready_for_review" => ("ready_for_review", Effect::Draft),
        "synchronize" => ("synchronized", Effect::Nothing),
        "review_requested" => ("review_requested", Effect::Nothing),
        "review_request_removed" => ("review_request_removed", Effect::Nothing),
        "auto_merge_enabled" => ("auto_merge_enabled", Effect::Nothing),
        "auto_merge_disabled" => ("auto_merge_disabled", Effect::Nothing),
        "enqueued" => ("enqueued", Effect::Nothing),
        "dequeued" => ("dequeued", Effect::Nothing),
        _ => match common(payload, action) {
            Ok(change) => change,
            Err(told) => return told,
        },
    };
    about(payload, payload.pull_request.as_ref(), ItemType::PullRequest, kind, effect)
}

pub(super) fn discussion(payload: &Payload, action: &str) -> Told {
    let (kind, effect) = match action {
        "created" => return opened(payload, payload.discussion.as_ref(), ItemType::Discussion),
        "transferred" => return transferred(payload, payload.discussion.as_ref(), ItemType::Discussion),
        "answered" => ("answered", Effect::Answer),
        "unanswered" => ("unanswered", Effect::Answer),
        "category_changed" => ("category_changed", Effect::Nothing),
        _ => match common(payload, action) {
            Ok(change) => change,
            Err(told) => return told,
        },
    };
    about(payload, payload.discussion.as_ref(), ItemType::Discussion, kind, effect)
}

/// Told of each end in a delivery of its own: this is the end in the delivery's repository.
pub(super) fn sub_issues(payload: &Payload, action: &str) -> Told {
    let (kind, end) = match action {
        "sub_issue_added" => ("sub_issue_added", &payload.parent_issue),
        "sub_issue_removed" => ("sub_issue_removed", &payload.parent_issue),
        "parent_issue_added" => ("parent_issue_added", &payload.sub_issue),
        "parent_issue_removed" => ("parent_issue_removed", &payload.sub_issue),
        _ => return Told::Unknown,
    };
    about(payload, end.as_ref(), ItemType::Issue, kind, Effect::Nothing)
}

/// Told of each end in a delivery of its own: this is the end in the delivery's repository.
pub(super) fn dependencies(payload: &Payload, action: &str) -> Told {
    let (kind, end) = match action {
        "blocked_by_added" => ("blocked_by_added", &payload.blocked_issue),
        "blocked_by_removed" => ("blocked_by_removed", &payload.blocked_issue),
        "blocking_added" => ("blocking_added", &payload.blocking_issue),
        "blocking_removed" => ("blocking_removed", &payload.blocking_issue),
        _ => return Told::Unknown,
    };
    about(payload, end.as_ref(), ItemType::Issue, kind, Effect::Nothing)
}

pub(super) fn issue_comment(payload: &Payload, action: &str) -> Told {
    comment(payload, payload.issue.as_ref(), ItemType::Issue, action)
}

pub(super) fn discussion_comment(payload: &Payload, action: &str) -> Told {
    comment(payload, payload.discussion.as_ref(), ItemType::Discussion, action)
}

pub(super) fn review(payload: &Payload, action: &str) -> Told {
    let kind = match action {
        "submitted" => "reviewed",
        "edited" => "review_edited",
        "dismissed" => "review_dismissed",
        _ => return Told::Unknown,
    };
    let at = payload.review.as_ref().filter(|_| action == "submitted").and_then(|review| review.submitted_at);
    remarked(payload, payload.pull_request.as_ref(), ItemType::PullRequest, kind, payload.review.as_ref(), at)
}

pub(super) fn review_comment(payload: &Payload, action: &str) -> Told {
    let kind = match action {
        "created" => "review_commented",
        "edited" => "review_comment_edited",
        "deleted" => "review_comment_deleted",
        _ => return Told::Unknown,
    };
    let at = remark_time(payload.comment.as_ref(), action);
    remarked(payload, payload.pull_request.as_ref(), ItemType::PullRequest, kind, payload.comment.as_ref(), at)
}

pub(super) fn review_thread(payload: &Payload, action: &str) -> Told {
    let kind = match action {
        "resolved" => "thread_resolved",
        "unresolved" => "thread_unresolved",
        _ => return Told::Unknown,
    };
    about(payload, payload.pull_request.as_ref(), ItemType::PullRequest, kind, Effect::Nothing)
}

/// The actions that issues, pull requests and discussions share.
fn common(payload: &Payload, action: &str) -> Result<(&'static str, Effect), Told> {
    let label = |set| {
        let id = payload.label.as_ref().and_then(|label| label.id).ok_or(Told::Incomplete)?;
        Ok(Effect::Label { id, set })
    };
    let assignee = |set| {
        let login = payload.assignee.as_ref().map(|user| user.login.0.clone()).ok_or(Told::Incomplete)?;
        Ok(Effect::Assignee { login, set })
    };
    let retitled = payload.changes.as_ref().is_some_and(|changes| changes.title.is_some());
    Ok(match action {
        "closed" => ("closed", Effect::Status),
        "reopened" => ("reopened", Effect::Status),
        "edited" if retitled => ("retitled", Effect::Title),
        "edited" => ("edited", Effect::Nothing),
        "labeled" => ("labeled", label(true)?),
        "unlabeled" => ("unlabeled", label(false)?),
        "assigned" => ("assigned", assignee(true)?),
        "unassigned" => ("unassigned", assignee(false)?),
        "milestoned" => ("milestoned", Effect::Milestone),
        "demilestoned" => ("demilestoned", Effect::Milestone),
        "locked" => ("locked", Effect::Nothing),
        "unlocked" => ("unlocked", Effect::Nothing),
        "pinned" => ("pinned", Effect::Nothing),
        "unpinned" => ("unpinned", Effect::Nothing),
        "deleted" => ("deleted", Effect::Deleted),
        _ => return Err(Told::Unknown),
    })
}

fn comment(payload: &Payload, item: Option<&Item>, item_type: ItemType, action: &str) -> Told {
    let kind = match action {
        "created" => "commented",
        "edited" => "comment_edited",
        "deleted" => "comment_deleted",
        _ => return Told::Unknown,
    };
    let at = remark_time(payload.comment.as_ref(), action);
    remarked(payload, item, item_type, kind, payload.comment.as_ref(), at)
}

/// When a comment's event happened; a deletion carries no time of its own.
fn remark_time(remark: Option<&Remark>, action: &str) -> Option<DateTime<Utc>> {
    match action {
        "created" => remark?.created_at,
        "edited" => remark?.updated_at,
        _ => None,
    }
}

/// An opening, and the other end of the transfer that it may come from.
fn opened(payload: &Payload, item: Option<&Item>, item_type: ItemType) -> Told {
    let changes = payload.changes.as_ref();
    let from = changes.and_then(|changes| end_of(changes.old_repository.as_ref(), changes.old_issue.as_ref()));
    let (Some(here), Some((there, key))) = (own_key(payload, item), from) else {
        return about(payload, item, item_type, "opened", Effect::Nothing);
    };
    let mut told = about(payload, item, item_type, "opened", Effect::TransferredFrom(key));
    if let Told::Facts(facts) = &mut told {
        let at = item.and_then(|item| item.updated_at);
        facts.push(told_from_elsewhere(there, key, Effect::TransferredTo(here), at));
    }
    told
}

/// A transfer away: what is at the new place is told by its own `opened` there.
fn transferred(payload: &Payload, item: Option<&Item>, item_type: ItemType) -> Told {
    let changes = payload.changes.as_ref();
    let to = changes.and_then(|changes| end_of(changes.new_repository.as_ref(), changes.new_issue.as_ref()));
    match to {
        Some((_, key)) => about(payload, item, item_type, "transferred", Effect::TransferredTo(key)),
        None => Told::Incomplete,
    }
}

fn end_of(repository: Option<&Repository>, item: Option<&Numbered>) -> Option<(AccountRef, ItemKey)> {
    let (repository, item) = (repository?, item?);
    let owner = account(repository.owner.as_ref()?)?;
    let key = ItemKey { account_id: owner.id, repo_id: repository.id, number: item.number };
    Some((owner, key))
}

fn own_key(payload: &Payload, item: Option<&Item>) -> Option<ItemKey> {
    let repository = payload.repository.as_ref()?;
    let owner = account(repository.owner.as_ref()?)?;
    Some(ItemKey { account_id: owner.id, repo_id: repository.id, number: item?.number })
}

fn told_from_elsewhere(account: AccountRef, key: ItemKey, effect: Effect, at: Option<DateTime<Utc>>) -> Telling {
    let ItemKey { repo_id, number, .. } = key;
    let fact = ItemFact { repo_id, number, effect, snapshot: None, association: None, repository: None };
    Telling { account: Some(account), kind: "transferred", occurred_at: at, fact: Fact::Item(Box::new(fact)) }
}

/// A fact about the item itself, at the time of its last update.
fn about(payload: &Payload, item: Option<&Item>, item_type: ItemType, kind: &'static str, effect: Effect) -> Told {
    let by_author = match (&payload.sender, item.and_then(|item| item.user.as_ref())) {
        (Some(sender), Some(author)) => sender.login == author.login,
        _ => false,
    };
    let association = item.filter(|_| by_author).and_then(|item| item.author_association.as_deref());
    fact(payload, item, item_type, kind, effect, association, None)
}

/// A fact about a comment or a review on the item.
fn remarked(
    payload: &Payload,
    item: Option<&Item>,
    item_type: ItemType,
    kind: &'static str,
    remark: Option<&Remark>,
    at: Option<DateTime<Utc>>,
) -> Told {
    let by_author = match (&payload.sender, remark.and_then(|remark| remark.user.as_ref())) {
        (Some(sender), Some(author)) => sender.login == author.login,
        _ => false,
    };
    let association = remark.filter(|_| by_author).and_then(|remark| remark.author_association.as_deref());
    fact(payload, item, item_type, kind, Effect::Nothing, association, at)
}

fn fact(
    payload: &Payload,
    item: Option<&Item>,
    item_type: ItemType,
    kind: &'static str,
    effect: Effect,
    association: Option<&str>,
    at: Option<DateTime<Utc>>,
) -> Told {
    let found = || {
        let item = item?;
        let repository = repository_ref(payload.repository.as_ref()?, None)?;
        let snapshot = snapshot(item, item_type)?;
        let occurred_at = Some(at.unwrap_or(snapshot.updated_at));
        let fact = ItemFact {
            repo_id: repository.id,
            number: item.number,
            effect,
            snapshot: Some(snapshot),
            association: association.map(str::to_owned),
            repository: Some(repository),
        };
        Some(Telling { occurred_at, ..Telling::here(kind, Fact::Item(Box::new(fact))) })
    };
    found().map_or(Told::Incomplete, |telling| Told::Facts(vec![telling]))
}

/// `None` without the time that the snapshot speaks for.
pub fn snapshot(item: &Item, item_type: ItemType) -> Option<ItemSnapshot> {
    let merged_at = item.merged_at.or(item.pull_request.as_ref().and_then(|mark| mark.merged_at));
    Some(ItemSnapshot {
        item_type: if item.pull_request.is_some() { ItemType::PullRequest } else { item_type },
        updated_at: item.updated_at?,
        fetched_at: None,
        created_at: item.created_at,
        title: item.title.as_ref().map(|title| title.0.clone()),
        author: item.user.as_ref().map(|user| user.login.0.clone()),
        status: status(item),
        answered: item.answer_chosen_at.map(|at| at.is_some()),
        merged: merged_at.map(|at| at.is_some()),
        draft: item.draft,
        comments: item.comments,
        labels: item.labels.as_deref().map(labels),
        assignees: item.assignees.as_deref().map(logins),
        milestone: item.milestone.as_ref().and_then(milestone),
    })
}

/// GitHub calls a discussion `open`, `closed`, or by what is being done to it (`locked`,
/// `converting`, `transferring`); only `closed` is closed.
fn status(item: &Item) -> Option<Status> {
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

fn labels(labels: &[Label]) -> Vec<LabelRef> {
    let named = |label: &Label| Some(LabelRef { id: label.id?, name: label.name.as_ref()?.0.clone() });
    labels.iter().filter_map(named).collect()
}

fn logins(users: &[Option<User>]) -> Vec<String> {
    let logins: BTreeSet<&str> = users.iter().flatten().map(|user| &*user.login).collect();
    logins.into_iter().map(str::to_owned).collect()
}

/// Outer `None`: a milestone that cannot be named says nothing.
fn milestone(milestone: &Option<Milestone>) -> Option<Option<MilestoneRef>> {
    match milestone {
        None => Some(None),
        Some(found) => Some(Some(MilestoneRef { number: found.number?, title: found.title.as_ref()?.0.clone() })),
    }
}
