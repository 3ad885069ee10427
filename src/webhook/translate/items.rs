//! Facts about issues, pull requests and discussions.

use chrono::{DateTime, Utc};

use super::facts::{Meaning, PayloadFact};
use super::parties::{AccountRef, person, repository_ref, same};
use super::snapshot::snapshot;
use crate::activity::{Effect, Fact, ItemFact, ItemKey, ItemType};
use crate::webhook::payload::{CommentPayload, ItemNumber, ItemPayload, Payload, RepositoryPayload};

pub(super) fn issues(payload: &Payload, action: &str) -> Meaning {
    let (kind, effect) = match action {
        "opened" => return opened(payload, payload.issue.as_ref(), ItemType::Issue),
        "transferred" => return transferred(payload, payload.issue.as_ref(), ItemType::Issue),
        "typed" => ("typed", Effect::Nothing),
        "untyped" => ("untyped", Effect::Nothing),
        _ => match common(payload, action) {
            Ok(change) => change,
            Err(meaning) => return meaning,
        },
    };
    about(payload, payload.issue.as_ref(), ItemType::Issue, kind, effect)
}

pub(super) fn pull_request(payload: &Payload, action: &str) -> Meaning {
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
            Err(meaning) => return meaning,
        },
    };
    about(payload, payload.pull_request.as_ref(), ItemType::PullRequest, kind, effect)
}

pub(super) fn discussion(payload: &Payload, action: &str) -> Meaning {
    let (kind, effect) = match action {
        "created" => return opened(payload, payload.discussion.as_ref(), ItemType::Discussion),
        "transferred" => return transferred(payload, payload.discussion.as_ref(), ItemType::Discussion),
        "answered" => ("answered", Effect::Answer),
        "unanswered" => ("unanswered", Effect::Answer),
        "category_changed" => ("category_changed", Effect::Nothing),
        _ => match common(payload, action) {
            Ok(change) => change,
            Err(meaning) => return meaning,
        },
    };
    about(payload, payload.discussion.as_ref(), ItemType::Discussion, kind, effect)
}

/// GitHub sends one delivery for each end of the relation; this is the end in the delivery's own
/// repository.
pub(super) fn sub_issues(payload: &Payload, action: &str) -> Meaning {
    let (kind, end) = match action {
        "sub_issue_added" => ("sub_issue_added", &payload.parent_issue),
        "sub_issue_removed" => ("sub_issue_removed", &payload.parent_issue),
        "parent_issue_added" => ("parent_issue_added", &payload.sub_issue),
        "parent_issue_removed" => ("parent_issue_removed", &payload.sub_issue),
        _ => return Meaning::Unknown,
    };
    about(payload, end.as_ref(), ItemType::Issue, kind, Effect::Nothing)
}

/// GitHub sends one delivery for each end of the relation; this is the end in the delivery's own
/// repository.
pub(super) fn dependencies(payload: &Payload, action: &str) -> Meaning {
    let (kind, end) = match action {
        "blocked_by_added" => ("blocked_by_added", &payload.blocked_issue),
        "blocked_by_removed" => ("blocked_by_removed", &payload.blocked_issue),
        "blocking_added" => ("blocking_added", &payload.blocking_issue),
        "blocking_removed" => ("blocking_removed", &payload.blocking_issue),
        _ => return Meaning::Unknown,
    };
    about(payload, end.as_ref(), ItemType::Issue, kind, Effect::Nothing)
}

pub(super) fn issue_comment(payload: &Payload, action: &str) -> Meaning {
    comment(payload, payload.issue.as_ref(), ItemType::Issue, action)
}

pub(super) fn discussion_comment(payload: &Payload, action: &str) -> Meaning {
    comment(payload, payload.discussion.as_ref(), ItemType::Discussion, action)
}

pub(super) fn review(payload: &Payload, action: &str) -> Meaning {
    let kind = match action {
        "submitted" => "reviewed",
        "edited" => "review_edited",
        "dismissed" => "review_dismissed",
        _ => return Meaning::Unknown,
    };
    let at = payload.review.as_ref().filter(|_| action == "submitted").and_then(|review| review.submitted_at);
    about_comment(payload, payload.pull_request.as_ref(), ItemType::PullRequest, kind, payload.review.as_ref(), at)
}

pub(super) fn review_comment(payload: &Payload, action: &str) -> Meaning {
    let kind = match action {
        "created" => "review_commented",
        "edited" => "review_comment_edited",
        "deleted" => "review_comment_deleted",
        _ => return Meaning::Unknown,
    };
    let at = comment_time(payload.comment.as_ref(), action);
    about_comment(payload, payload.pull_request.as_ref(), ItemType::PullRequest, kind, payload.comment.as_ref(), at)
}

pub(super) fn review_thread(payload: &Payload, action: &str) -> Meaning {
    let kind = match action {
        "resolved" => "thread_resolved",
        "unresolved" => "thread_unresolved",
        _ => return Meaning::Unknown,
    };
    about(payload, payload.pull_request.as_ref(), ItemType::PullRequest, kind, Effect::Nothing)
}

/// The actions that issues, pull requests and discussions have in common.
fn common(payload: &Payload, action: &str) -> Result<(&'static str, Effect), Meaning> {
    let label = |set| {
        let id = payload.label.as_ref().and_then(|label| label.id).ok_or(Meaning::Incomplete)?;
        Ok(Effect::Label { id, set })
    };
    let assignee = |set| {
        let who = payload.assignee.as_ref().map(person).ok_or(Meaning::Incomplete)?;
        Ok(Effect::Assignee { who, set })
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
        _ => return Err(Meaning::Unknown),
    })
}

fn comment(payload: &Payload, item: Option<&ItemPayload>, item_type: ItemType, action: &str) -> Meaning {
    let kind = match action {
        "created" => "commented",
        "edited" => "comment_edited",
        "deleted" => "comment_deleted",
        _ => return Meaning::Unknown,
    };
    let at = comment_time(payload.comment.as_ref(), action);
    about_comment(payload, item, item_type, kind, payload.comment.as_ref(), at)
}

/// The time of a comment's event; a deletion has none.
fn comment_time(comment: Option<&CommentPayload>, action: &str) -> Option<DateTime<Utc>> {
    match action {
        "created" => comment?.created_at,
        "edited" => comment?.updated_at,
        _ => None,
    }
}

/// An opening. If the item came by a transfer, the old address learns of it too.
fn opened(payload: &Payload, item: Option<&ItemPayload>, item_type: ItemType) -> Meaning {
    let changes = payload.changes.as_ref();
    let from = changes.and_then(|changes| end_of(changes.old_repository.as_ref(), changes.old_issue.as_ref()));
    let (Some(here), Some((there, key))) = (own_key(payload, item), from) else {
        return about(payload, item, item_type, "opened", Effect::Nothing);
    };
    let mut meaning = about(payload, item, item_type, "opened", Effect::TransferredFrom(key));
    if let Meaning::Facts(facts) = &mut meaning {
        let at = item.and_then(|item| item.updated_at);
        facts.push(transfer_away(there, key, Effect::TransferredTo(here), at));
    }
    meaning
}

/// A transfer away. The new address has a delivery of its own, `opened`.
fn transferred(payload: &Payload, item: Option<&ItemPayload>, item_type: ItemType) -> Meaning {
    let changes = payload.changes.as_ref();
    let to = changes.and_then(|changes| end_of(changes.new_repository.as_ref(), changes.new_issue.as_ref()));
    match to {
        Some((_, key)) => about(payload, item, item_type, "transferred", Effect::TransferredTo(key)),
        None => Meaning::Incomplete,
    }
}

fn end_of(repository: Option<&RepositoryPayload>, item: Option<&ItemNumber>) -> Option<(AccountRef, ItemKey)> {
    let (repository, item) = (repository?, item?);
    let owner = AccountRef::of(repository.owner.as_ref()?)?;
    let key = ItemKey { account_id: owner.id, repo_id: repository.id, number: item.number };
    Some((owner, key))
}

fn own_key(payload: &Payload, item: Option<&ItemPayload>) -> Option<ItemKey> {
    let repository = payload.repository.as_ref()?;
    let owner = AccountRef::of(repository.owner.as_ref()?)?;
    Some(ItemKey { account_id: owner.id, repo_id: repository.id, number: item?.number })
}

fn transfer_away(account: AccountRef, key: ItemKey, effect: Effect, at: Option<DateTime<Utc>>) -> PayloadFact {
    let ItemKey { repo_id, number, .. } = key;
    let fact = ItemFact { repo_id, number, effect, snapshot: None, association: None, repository: None };
    PayloadFact { account: Some(account), kind: "transferred", occurred_at: at, fact: Fact::Item(Box::new(fact)) }
}

/// A fact about the item itself, at the time of its last update.
fn about(
    payload: &Payload,
    item: Option<&ItemPayload>,
    item_type: ItemType,
    kind: &'static str,
    effect: Effect,
) -> Meaning {
    let by_author = same(payload.sender.as_ref(), item.and_then(|item| item.user.as_ref()));
    let association = item.filter(|_| by_author).and_then(|item| item.author_association.as_deref());
    fact(payload, item, item_type, kind, effect, association, None)
}

/// A fact about a comment or a review of the item.
fn about_comment(
    payload: &Payload,
    item: Option<&ItemPayload>,
    item_type: ItemType,
    kind: &'static str,
    comment: Option<&CommentPayload>,
    at: Option<DateTime<Utc>>,
) -> Meaning {
    let by_author = same(payload.sender.as_ref(), comment.and_then(|comment| comment.user.as_ref()));
    let association = comment.filter(|_| by_author).and_then(|comment| comment.author_association.as_deref());
    fact(payload, item, item_type, kind, Effect::Nothing, association, at)
}

fn fact(
    payload: &Payload,
    item: Option<&ItemPayload>,
    item_type: ItemType,
    kind: &'static str,
    effect: Effect,
    association: Option<&str>,
    at: Option<DateTime<Utc>>,
) -> Meaning {
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
        Some(PayloadFact { occurred_at, ..PayloadFact::new(kind, Fact::Item(Box::new(fact))) })
    };
    Meaning::one(found())
}
