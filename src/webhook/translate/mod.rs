//! From a payload to events: which facts a delivery tells, and of which account.
//!
//! Translating never fails. What cannot be read of a payload costs itself; an event or an action that
//! this version does not know still shows the item in its payload. The delivery is kept raw either way.
//! The [`TranslationOutcome`] says what came of it, and [`Omissions`] what was left out. The players:
//! - [`items`], [`directory`]: the facts of each kind of event;
//! - [`facts`]: those facts, before they are events with keys;
//! - [`snapshot`]: an item's state as a payload shows it;
//! - [`parties`]: the accounts, people and repositories that a payload names.

mod directory;
mod facts;
mod items;
pub(super) mod parties;
pub(super) mod snapshot;

use std::borrow::Cow;

use uuid::Uuid;

use self::facts::Meaning;
pub use self::parties::AccountRef;
use self::parties::actor;
use super::delivery::VerifiedDelivery;
use super::payload::Payload;
use super::reading::{Omissions, read};
use super::sight_end::sight_end;
use crate::activity::{Event, SightEnd, Source};

/// How a delivery's translation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TranslationOutcome {
    /// It gave at least one fact.
    Translated,
    /// A known event that says nothing we keep, such as `ping`.
    Nothing,
    /// An event or an action that this version does not know, with nothing that it could show.
    Unknown,
    /// It lacks a field without which there is no fact.
    Incomplete,
    /// Not a JSON object.
    Unreadable,
}

impl TranslationOutcome {
    pub fn name(self) -> &'static str {
        match self {
            TranslationOutcome::Translated => "translated",
            TranslationOutcome::Nothing => "nothing",
            TranslationOutcome::Unknown => "unknown",
            TranslationOutcome::Incomplete => "incomplete",
            TranslationOutcome::Unreadable => "unreadable",
        }
    }
}

/// A delivery, understood as far as this version can.
#[derive(Clone, Debug)]
pub struct Translation {
    pub account: AccountRef,
    pub action: Option<String>,
    pub outcome: TranslationOutcome,
    /// The facts in order. Their ordinals are part of their source keys.
    pub events: Vec<Event>,
    /// Facts of another account: the one that a repository or an item left.
    pub elsewhere: Vec<(AccountRef, Event)>,
    /// Whose sight of private repositories it ends.
    pub sight_end: Option<SightEnd>,
    /// What could not be read.
    pub omissions: Omissions,
}

/// A payload, with what names it.
#[derive(Clone, Copy)]
struct NamedPayload<'a> {
    event: &'a str,
    action: &'a str,
    account: &'a AccountRef,
    payload: &'a Payload,
}

/// Translates a delivery. In one version, the same bytes always give the same translation.
pub fn translate(delivery: &VerifiedDelivery<'_>) -> Translation {
    let (payload, mut omissions) = match read::<Payload>(delivery.body()) {
        Ok((Some(payload), omissions)) => (payload, omissions),
        Ok((None, _)) => return unreadable(delivery, "it is not an object"),
        Err(error) => return unreadable(delivery, &error_place(&error)),
    };
    let account = AccountRef::of_payload(&payload);
    let action = payload.action.as_deref().unwrap_or_default();
    let told = NamedPayload { event: delivery.event(), action, account: &account, payload: &payload };
    let (outcome, facts) = match if account.id == 0 { Meaning::Nothing } else { meaning(&told) } {
        Meaning::Facts(facts) if facts.is_empty() => (TranslationOutcome::Nothing, vec![]),
        Meaning::Facts(facts) => (TranslationOutcome::Translated, facts),
        Meaning::Nothing => (TranslationOutcome::Nothing, vec![]),
        Meaning::Unknown => (TranslationOutcome::Unknown, vec![]),
        Meaning::Incomplete => (TranslationOutcome::Incomplete, vec![]),
    };
    if outcome == TranslationOutcome::Incomplete {
        omissions.add("(everything)");
    }
    if !omissions.is_empty() {
        tracing::warn!(delivery = %delivery.guid(), event = delivery.event(), account = account.id, places = %omissions,
            outcome = outcome.name(), "parts of a delivery cannot be read and are left out; it is kept raw");
    }
    let sight_end = sight_end(delivery.event(), action, &payload);
    let actor = payload.sender.as_ref().and_then(actor);
    let mut translation = Translation {
        action: payload.action.map(|action| action.0),
        outcome,
        events: Vec::with_capacity(facts.len()),
        elsewhere: vec![],
        account,
        sight_end,
        omissions,
    };
    for (ordinal, fact) in facts.into_iter().enumerate() {
        let event = Event {
            source_key: source_key(delivery.guid(), ordinal),
            kind: fact.kind.into_owned(),
            actor: actor.clone(),
            occurred_at: fact.occurred_at,
            source: Source::Webhook,
            fact: fact.fact,
        };
        match fact.account {
            Some(elsewhere) if elsewhere.id != translation.account.id => translation.elsewhere.push((elsewhere, event)),
            _ => translation.events.push(event),
        }
    }
    translation
}

/// The translation of a payload that cannot be read at all.
fn unreadable(delivery: &VerifiedDelivery<'_>, fault: &str) -> Translation {
    tracing::warn!(delivery = %delivery.guid(), event = delivery.event(), fault,
        "the payload of a delivery cannot be read; it is kept raw");
    let mut omissions = Omissions::default();
    omissions.add("(everything)");
    Translation {
        account: AccountRef::none(),
        action: None,
        outcome: TranslationOutcome::Unreadable,
        events: vec![],
        elsewhere: vec![],
        sight_end: None,
        omissions,
    }
}

/// The source key of a delivery's fact.
pub fn source_key(guid: Uuid, ordinal: usize) -> String {
    format!("{guid}/{ordinal}")
}

/// The place of the fault in the body, without quoting the body.
fn error_place(error: &serde_json::Error) -> String {
    format!("{:?} error at line {} column {}", error.classify(), error.line(), error.column())
}

fn meaning(told: &NamedPayload<'_>) -> Meaning {
    match told.event {
        "issues" => items::issues(told),
        "sub_issues" => items::sub_issues(told),
        "issue_dependencies" => items::dependencies(told),
        "issue_comment" => items::issue_comment(told),
        "pull_request" => items::pull_request(told),
        "pull_request_review" => items::review(told),
        "pull_request_review_comment" => items::review_comment(told),
        "pull_request_review_thread" => items::review_thread(told),
        "discussion" => items::discussion(told),
        "discussion_comment" => items::discussion_comment(told),
        "label" => directory::label(told),
        "milestone" => directory::milestone(told),
        "repository" => directory::repository(told),
        "installation" => directory::installation(told),
        "installation_repositories" => directory::installation_repositories(told),
        "installation_target" => directory::installation_target(told),
        "ping" | "meta" => Meaning::Nothing,
        _ => items::whatever_is_shown(told),
    }
}

/// The kind of a fact whose action this version does not know. No kind that it knows begins like that.
fn unknown_kind(event: &str, action: &str) -> Cow<'static, str> {
    let action = if action.is_empty() { "changed" } else { action };
    let word = |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '_' };
    Cow::Owned(format!("{event}_{}", action.chars().take(64).map(word).collect::<String>()))
}
