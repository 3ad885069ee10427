//! From a payload to events: which facts a delivery tells, and of which account.
//!
//! Translating never fails. An unknown event, an unknown action or a missing field gives no events;
//! the delivery is kept raw either way, and the [`TranslationOutcome`] says what came of it. The
//! players:
//! - [`items`], [`directory`]: the facts of each kind of event;
//! - [`facts`]: those facts, before they are events with keys;
//! - [`snapshot`]: an item's state as a payload shows it;
//! - [`parties`]: the accounts, people and repositories that a payload names.

mod directory;
mod facts;
mod items;
pub(super) mod parties;
pub(super) mod snapshot;

use uuid::Uuid;

use self::facts::Meaning;
pub use self::parties::AccountRef;
use self::parties::actor;
use super::delivery::VerifiedDelivery;
use super::payload::{Payload, ReadableFields};
use crate::activity::{Event, Source};

/// How a delivery's translation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TranslationOutcome {
    /// It gave at least one fact.
    Translated,
    /// A known event that says nothing we keep, such as `ping`.
    Nothing,
    /// An event or an action that this version does not know.
    Unknown,
    /// A known action that lacks a field without which there is no fact.
    Incomplete,
    /// Not JSON, or not of GitHub's shape.
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
}

/// Translates a delivery. In one version, the same bytes always give the same translation.
pub fn translate(delivery: &VerifiedDelivery<'_>) -> Translation {
    let payload: Payload = match serde_json::from_slice(delivery.body()) {
        Ok(payload) => payload,
        Err(error) => {
            tracing::warn!(delivery = %delivery.guid(), event = delivery.event(), at = %error_place(&error),
                "the payload of a delivery cannot be read; it is kept raw");
            return unreadable(delivery.body());
        }
    };
    let account = AccountRef::of_payload(&payload);
    let meaning = if account.id == 0 { Meaning::Nothing } else { meaning(delivery.event(), &payload, &account) };
    let (outcome, facts) = match meaning {
        Meaning::Facts(facts) if facts.is_empty() => (TranslationOutcome::Nothing, vec![]),
        Meaning::Facts(facts) => (TranslationOutcome::Translated, facts),
        Meaning::Nothing => (TranslationOutcome::Nothing, vec![]),
        Meaning::Unknown => (TranslationOutcome::Unknown, vec![]),
        Meaning::Incomplete => (TranslationOutcome::Incomplete, vec![]),
    };
    let actor = payload.sender.as_ref().map(actor);
    let mut translation = Translation {
        action: payload.action.map(|action| action.0),
        outcome,
        events: Vec::with_capacity(facts.len()),
        elsewhere: vec![],
        account,
    };
    for (ordinal, fact) in facts.into_iter().enumerate() {
        let event = Event {
            source_key: source_key(delivery.guid(), ordinal),
            kind: fact.kind.to_owned(),
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

/// The translation of a payload that cannot be read: filed under its account, if that much can be read.
fn unreadable(body: &[u8]) -> Translation {
    let ReadableFields { action, accounts } = ReadableFields::of(body);
    let account = accounts.into_iter().find(|(_, id)| *id > 0);
    let account = account.map_or_else(AccountRef::none, |(login, id)| AccountRef { id, login: login.0 });
    let action = action.map(|action| action.0);
    Translation { account, action, outcome: TranslationOutcome::Unreadable, events: vec![], elsewhere: vec![] }
}

/// The source key of a delivery's fact.
pub fn source_key(guid: Uuid, ordinal: usize) -> String {
    format!("{guid}/{ordinal}")
}

/// The place of the fault in the body, without quoting the body.
fn error_place(error: &serde_json::Error) -> String {
    format!("{:?} error at line {} column {}", error.classify(), error.line(), error.column())
}

fn meaning(event: &str, payload: &Payload, account: &AccountRef) -> Meaning {
    let action = payload.action.as_deref().unwrap_or_default();
    match event {
        "issues" => items::issues(payload, action),
        "sub_issues" => items::sub_issues(payload, action),
        "issue_dependencies" => items::dependencies(payload, action),
        "issue_comment" => items::issue_comment(payload, action),
        "pull_request" => items::pull_request(payload, action),
        "pull_request_review" => items::review(payload, action),
        "pull_request_review_comment" => items::review_comment(payload, action),
        "pull_request_review_thread" => items::review_thread(payload, action),
        "discussion" => items::discussion(payload, action),
        "discussion_comment" => items::discussion_comment(payload, action),
        "label" => directory::label(payload, action),
        "milestone" => directory::milestone(payload, action),
        "repository" => directory::repository(payload, action),
        "installation" => directory::installation(payload, action, account),
        "installation_repositories" => directory::installation_repositories(payload, action, account),
        "installation_target" => directory::installation_target(payload, action, account),
        "ping" | "meta" => Meaning::Nothing,
        _ => Meaning::Unknown,
    }
}
