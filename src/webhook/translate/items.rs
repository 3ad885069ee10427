//! Facts about issues, pull requests and discussions.
//!
//! Whatever an action is called, the item in its payload is shown as it is now. So every action of an
//! event with an item gives a fact; what this version does not know of it is what the action changed.

use std::borrow::Cow;

use chrono::{DateTime, Utc};

use super::facts::{Meaning, PayloadFact};
use super::parties::{AccountRef, actor, person, repository_ref, same};
use super::snapshot::snapshot;
use super::{NamedPayload, unknown_kind};
use crate::activity::{Association, Effect, Fact, ItemFact, ItemKey, ItemType, Verdict, Word, WordId};
use crate::webhook::payload::{CommentPayload, ItemNumber, ItemPayload, RepositoryPayload};

/// The kind of a fact, and the field that the action changed.
struct Change {
    kind: Cow<'static, str>,
    effect: Effect,
}

impl Change {
    fn of(kind: &'static str, effect: Effect) -> Self {
        Self { kind: Cow::Borrowed(kind), effect }
    }

    /// An action that changes no folded field.
    fn to_nothing(kind: &'static str) -> Self {
        Self::of(kind, Effect::Nothing)
    }

    fn unknown(told: &NamedPayload<'_>) -> Self {
        Self { kind: unknown_kind(told.event, told.action), effect: Effect::Nothing }
    }
}

pub(super) fn issues(told: &NamedPayload<'_>) -> Meaning {
    let item = told.payload.issue.as_ref();
    let change = match told.action {
        "opened" => return opened(told, item, ItemType::Issue),
        "transferred" => transferred(told),
        "typed" => Change::to_nothing("typed"),
        "untyped" => Change::to_nothing("untyped"),
        "field_added" => Change::to_nothing("field_added"),
        "field_removed" => Change::to_nothing("field_removed"),
        _ => common(told),
    };
    about(told, item, ItemType::Issue, change)
}

pub(super) fn pull_request(told: &NamedPayload<'_>) -> Meaning {
    let item = told.payload.pull_request.as_ref();
    let merged = item.is_some_and(|item| matches!(item.merged_at, Some(Some(_))));
    let change = match told.action {
        "opened" => return opened(told, item, ItemType::PullRequest),
        "closed" if merged => Change::of("merged", Effect::Status),
        "converted_to_draft" => Change::of("converted_to_draft", Effect::Draft),
        "ready_for_review" => Change::of("ready_for_review", Effect::Draft),
        "synchronize" => Change::to_nothing("synchronized"),
        "review_requested" => Change::to_nothing("review_requested"),
        "review_request_removed" => Change::to_nothing("review_request_removed"),
        "auto_merge_enabled" => Change::to_nothing("auto_merge_enabled"),
        "auto_merge_disabled" => Change::to_nothing("auto_merge_disabled"),
        "enqueued" => Change::to_nothing("enqueued"),
        "dequeued" => Change::to_nothing("dequeued"),
        _ => common(told),
    };
    about(told, item, ItemType::PullRequest, change)
}

pub(super) fn discussion(told: &NamedPayload<'_>) -> Meaning {
    let item = told.payload.discussion.as_ref();
    let change = match told.action {
        "created" => return opened(told, item, ItemType::Discussion),
        "transferred" => transferred(told),
        "answered" => Change::of("answered", Effect::Answer),
        "unanswered" => Change::of("unanswered", Effect::Answer),
        "category_changed" => Change::to_nothing("category_changed"),
        _ => common(told),
    };
    about(told, item, ItemType::Discussion, change)
}

/// GitHub sends one delivery for each end of the relation; this is the end in the delivery's own
/// repository.
pub(super) fn sub_issues(told: &NamedPayload<'_>) -> Meaning {
    let (kind, end) = match told.action {
        "sub_issue_added" => ("sub_issue_added", &told.payload.parent_issue),
        "sub_issue_removed" => ("sub_issue_removed", &told.payload.parent_issue),
        "parent_issue_added" => ("parent_issue_added", &told.payload.sub_issue),
        "parent_issue_removed" => ("parent_issue_removed", &told.payload.sub_issue),
        _ => return whatever_is_shown(told),
    };
    about(told, end.as_ref(), ItemType::Issue, Change::to_nothing(kind))
}

/// GitHub sends one delivery for each end of the relation; this is the end in the delivery's own
/// repository.
pub(super) fn dependencies(told: &NamedPayload<'_>) -> Meaning {
    let (kind, end) = match told.action {
        "blocked_by_added" => ("blocked_by_added", &told.payload.blocked_issue),
        "blocked_by_removed" => ("blocked_by_removed", &told.payload.blocked_issue),
        "blocking_added" => ("blocking_added", &told.payload.blocking_issue),
        "blocking_removed" => ("blocking_removed", &told.payload.blocking_issue),
        _ => return whatever_is_shown(told),
    };
    about(told, end.as_ref(), ItemType::Issue, Change::to_nothing(kind))
}

pub(super) fn issue_comment(told: &NamedPayload<'_>) -> Meaning {
    comment(told, told.payload.issue.as_ref(), ItemType::Issue)
}

pub(super) fn discussion_comment(told: &NamedPayload<'_>) -> Meaning {
    comment(told, told.payload.discussion.as_ref(), ItemType::Discussion)
}

pub(super) fn review(told: &NamedPayload<'_>) -> Meaning {
    let review = told.payload.review.as_ref();
    let change = match told.action {
        "submitted" => Change::to_nothing("reviewed"),
        "edited" => Change::to_nothing("review_edited"),
        "dismissed" => Change::to_nothing("review_dismissed"),
        _ => Change::unknown(told),
    };
    let at = review.filter(|_| told.action == "submitted").and_then(|review| review.submitted_at);
    let said = review.and_then(|review| word(WordId::Review, review, review.submitted_at, false));
    let beside = Beside { at, said, ..Beside::of(told, review) };
    fact(told, told.payload.pull_request.as_ref(), ItemType::PullRequest, change, beside)
}

pub(super) fn review_comment(told: &NamedPayload<'_>) -> Meaning {
    let comment = told.payload.comment.as_ref();
    let change = match told.action {
        "created" => Change::to_nothing("review_commented"),
        "edited" => Change::to_nothing("review_comment_edited"),
        "deleted" => Change::to_nothing("review_comment_deleted"),
        _ => Change::unknown(told),
    };
    // What is said is the review that it is part of.
    let beside = Beside { at: comment_time(comment, told.action), ..Beside::of(told, comment) };
    fact(told, told.payload.pull_request.as_ref(), ItemType::PullRequest, change, beside)
}

pub(super) fn review_thread(told: &NamedPayload<'_>) -> Meaning {
    let change = match told.action {
        "resolved" => Change::to_nothing("thread_resolved"),
        "unresolved" => Change::to_nothing("thread_unresolved"),
        _ => Change::unknown(told),
    };
    about(told, told.payload.pull_request.as_ref(), ItemType::PullRequest, change)
}

/// What an event shows that this version does not know, or an action with several items: every item of
/// the delivery's own repository.
pub(super) fn whatever_is_shown(told: &NamedPayload<'_>) -> Meaning {
    let payload = told.payload;
    let own = [
        (&payload.pull_request, ItemType::PullRequest),
        (&payload.issue, ItemType::Issue),
        (&payload.discussion, ItemType::Discussion),
    ];
    let ends = [&payload.sub_issue, &payload.parent_issue, &payload.blocked_issue, &payload.blocking_issue];
    // These may be in other repositories.
    let ends = ends.into_iter().filter(|end| end.as_ref().is_some_and(|end| is_in(end, payload.repository.as_ref())));
    let shown = own.into_iter().chain(ends.map(|end| (end, ItemType::Issue)));
    let facts: Vec<PayloadFact> = shown
        .filter_map(|(item, item_type)| match about(told, item.as_ref(), item_type, Change::unknown(told)) {
            Meaning::Facts(facts) => Some(facts),
            _ => None,
        })
        .flatten()
        .collect();
    if facts.is_empty() { Meaning::Unknown } else { Meaning::Facts(facts) }
}

fn is_in(item: &ItemPayload, repository: Option<&RepositoryPayload>) -> bool {
    let named = item.repository_url.as_deref().and_then(|url| url.split_once("/repos/"));
    let full_name = repository.and_then(|repository| repository.full_name.as_deref());
    named.zip(full_name).is_some_and(|((_, named), full_name)| named.eq_ignore_ascii_case(full_name))
}

/// The actions that issues, pull requests and discussions have in common.
fn common(told: &NamedPayload<'_>) -> Change {
    let payload = told.payload;
    // GitHub does not always say which label or whom: not if the label was deleted, or the person is gone.
    let label = |set| {
        let id = payload.label.as_ref().and_then(|label| label.id);
        id.map_or(Effect::Nothing, |id| Effect::Label { id, set })
    };
    let assignee = |set| {
        let who = payload.assignee.as_ref().and_then(person);
        who.map_or(Effect::Nothing, |who| Effect::Assignee { who, set })
    };
    let retitled = payload.changes.as_ref().is_some_and(|changes| changes.title.is_some());
    match told.action {
        "closed" => Change::of("closed", Effect::Status),
        "reopened" => Change::of("reopened", Effect::Status),
        "edited" if retitled => Change::of("retitled", Effect::Title),
        "edited" => Change::to_nothing("edited"),
        "labeled" => Change::of("labeled", label(true)),
        "unlabeled" => Change::of("unlabeled", label(false)),
        "assigned" => Change::of("assigned", assignee(true)),
        "unassigned" => Change::of("unassigned", assignee(false)),
        "milestoned" => Change::of("milestoned", Effect::Milestone),
        "demilestoned" => Change::of("demilestoned", Effect::Milestone),
        "locked" => Change::to_nothing("locked"),
        "unlocked" => Change::to_nothing("unlocked"),
        "pinned" => Change::to_nothing("pinned"),
        "unpinned" => Change::to_nothing("unpinned"),
        "deleted" => Change::of("deleted", Effect::Deleted),
        _ => Change::unknown(told),
    }
}

fn comment(told: &NamedPayload<'_>, item: Option<&ItemPayload>, item_type: ItemType) -> Meaning {
    let comment = told.payload.comment.as_ref();
    let change = match told.action {
        "created" => Change::to_nothing("commented"),
        "edited" => Change::to_nothing("comment_edited"),
        "deleted" => Change::to_nothing("comment_deleted"),
        "pinned" => Change::to_nothing("comment_pinned"),
        "unpinned" => Change::to_nothing("comment_unpinned"),
        _ => Change::unknown(told),
    };
    let deleted = told.action == "deleted";
    let said = comment.and_then(|comment| word(WordId::Comment, comment, comment.created_at, deleted));
    let beside = Beside { at: comment_time(comment, told.action), said, ..Beside::of(told, comment) };
    fact(told, item, item_type, change, beside)
}

/// What was said, if the payload says which of all things said it is, and when it was said.
fn word(
    id: fn(i64) -> WordId,
    said: &CommentPayload,
    at: Option<DateTime<Utc>>,
    deleted: bool,
) -> Option<(WordId, Word)> {
    let word = Word {
        at: at?,
        by: said.user.as_ref().and_then(actor),
        association: said.author_association.as_deref().and_then(Association::from_name),
        verdict: said.state.as_deref().and_then(Verdict::from_name),
        commit: said.commit_id.as_ref().map(|commit| commit.0.clone()),
        deleted,
    };
    Some((id(said.id.filter(|id| *id > 0)?), word))
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
fn opened(told: &NamedPayload<'_>, item: Option<&ItemPayload>, item_type: ItemType) -> Meaning {
    let changes = told.payload.changes.as_ref();
    let from = changes.and_then(|changes| end_of(changes.old_repository.as_ref(), changes.old_issue.as_ref()));
    let (Some(here), Some((there, key))) = (own_key(told, item), from) else {
        return about(told, item, item_type, Change::to_nothing("opened"));
    };
    let mut meaning = about(told, item, item_type, Change::of("opened", Effect::TransferredFrom(key)));
    if let Meaning::Facts(facts) = &mut meaning {
        let at = facts.first().and_then(|opened| opened.occurred_at);
        facts.push(transfer_away(there, key, Effect::TransferredTo(here), at));
    }
    meaning
}

/// A transfer away. The new address has a delivery of its own, `opened`. If this one does not say where
/// that is, the item has left all the same.
fn transferred(told: &NamedPayload<'_>) -> Change {
    let changes = told.payload.changes.as_ref();
    let to = changes.and_then(|changes| end_of(changes.new_repository.as_ref(), changes.new_issue.as_ref()));
    Change::of("transferred", to.map_or(Effect::Deleted, |(_, key)| Effect::TransferredTo(key)))
}

fn end_of(repository: Option<&RepositoryPayload>, item: Option<&ItemNumber>) -> Option<(AccountRef, ItemKey)> {
    let (repository, item) = (repository?, item?);
    let owner = AccountRef::of_owner(repository)?;
    let key = ItemKey { account_id: owner.id, repo_id: repository.id?, number: item.number? };
    Some((owner, key))
}

fn own_key(told: &NamedPayload<'_>, item: Option<&ItemPayload>) -> Option<ItemKey> {
    Some(ItemKey { account_id: told.account.id, repo_id: told.payload.repository.as_ref()?.id?, number: item?.number? })
}

fn transfer_away(account: AccountRef, key: ItemKey, effect: Effect, at: Option<DateTime<Utc>>) -> PayloadFact {
    let ItemKey { repo_id, number, .. } = key;
    let fact = ItemFact::new(repo_id, number, effect);
    let fact = PayloadFact::new("transferred", Fact::Item(Box::new(fact)));
    PayloadFact { account: Some(account), occurred_at: at, ..fact }
}

/// A fact about the item itself, at the time of its last update.
fn about(told: &NamedPayload<'_>, item: Option<&ItemPayload>, item_type: ItemType, change: Change) -> Meaning {
    let by_author = same(told.payload.sender.as_ref(), item.and_then(|item| item.user.as_ref()));
    let association = item.filter(|_| by_author).and_then(|item| item.author_association.as_deref());
    fact(told, item, item_type, change, Beside { association, ..Beside::default() })
}

/// What a payload tells beside the item.
#[derive(Default)]
struct Beside<'a> {
    /// How the sender stands to the repository.
    association: Option<&'a str>,
    /// The time of it; the item's own for a fact about the item itself.
    at: Option<DateTime<Utc>>,
    said: Option<(WordId, Word)>,
}

impl<'a> Beside<'a> {
    /// How the sender stands to the repository, if they are who wrote a comment or a review.
    fn of(told: &NamedPayload<'_>, comment: Option<&'a CommentPayload>) -> Self {
        let by_author = same(told.payload.sender.as_ref(), comment.and_then(|comment| comment.user.as_ref()));
        let association = comment.filter(|_| by_author).and_then(|comment| comment.author_association.as_deref());
        Self { association, ..Self::default() }
    }
}

fn fact(
    told: &NamedPayload<'_>,
    item: Option<&ItemPayload>,
    item_type: ItemType,
    change: Change,
    beside: Beside<'_>,
) -> Meaning {
    let found = || {
        let item = item?;
        let repository = repository_ref(told.payload.repository.as_ref()?, Some(told.account))?;
        let snapshot = snapshot(item, item_type, beside.at)?;
        let occurred_at = Some(beside.at.unwrap_or(snapshot.updated_at));
        let (repo_id, number) = (repository.id, item.number.filter(|number| *number > 0)?);
        let fact = ItemFact {
            snapshot: Some(snapshot),
            association: beside.association.map(str::to_owned),
            repository: Some(repository),
            said: beside.said,
            ..ItemFact::new(repo_id, number, change.effect)
        };
        Some(PayloadFact { occurred_at, ..PayloadFact::new(change.kind, Fact::Item(Box::new(fact))) })
    };
    Meaning::one(found())
}
