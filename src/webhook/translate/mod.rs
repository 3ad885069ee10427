//! Payload to events: which facts a delivery tells, of which account.
//!
//! Never fails: an unknown event, an unknown action or a missing field gives no events, and the
//! delivery is kept raw either way. What it was worth is the [`Outcome`].

mod directory;
pub(super) mod items;

use uuid::Uuid;

use super::VerifiedDelivery;
use super::payload::{Legible, Payload, Repository, User};
use crate::activity::event::OwnerRef;
use crate::activity::{Actor, Event, Fact, RepositoryRef, Source};

/// The account that a delivery belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountRef {
    /// GitHub's id; 0 where the payload names no account: such a delivery is kept raw only.
    pub id: i64,
    /// Empty for account 0.
    pub login: String,
}

/// What became of a delivery's translation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It told at least one fact.
    Translated,
    /// A known event that tells nothing that is kept, as `ping` does.
    Nothing,
    /// An event or an action that this version does not know.
    Unknown,
    /// A known action without the fields that its fact needs.
    Incomplete,
    /// Not JSON, or JSON of another shape than GitHub's.
    Unreadable,
}

impl Outcome {
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Translated => "translated",
            Outcome::Nothing => "nothing",
            Outcome::Unknown => "unknown",
            Outcome::Incomplete => "incomplete",
            Outcome::Unreadable => "unreadable",
        }
    }
}

/// A delivery, understood as far as this version can.
#[derive(Clone, Debug)]
pub struct Translation {
    pub account: AccountRef,
    pub action: Option<String>,
    pub outcome: Outcome,
    /// The facts, in order; their ordinals are part of their source keys.
    pub events: Vec<Event>,
    /// Facts of other accounts: the one that a repository or an item left.
    pub elsewhere: Vec<(AccountRef, Event)>,
}

/// What translating one payload yields, before it has source keys.
enum Told {
    Facts(Vec<Telling>),
    Nothing,
    Unknown,
    Incomplete,
}

/// One fact and whose it is.
struct Telling {
    /// `None`: the delivery's own account.
    account: Option<AccountRef>,
    kind: &'static str,
    occurred_at: Option<chrono::DateTime<chrono::Utc>>,
    fact: Fact,
}

impl Telling {
    fn here(kind: &'static str, fact: Fact) -> Self {
        Self { account: None, kind, occurred_at: None, fact }
    }
}

/// Translates a delivery. The same bytes give the same translation for ever in one version.
pub fn translate(delivery: &VerifiedDelivery<'_>) -> Translation {
    let payload: Payload = match serde_json::from_slice(delivery.body()) {
        Ok(payload) => payload,
        Err(error) => {
            tracing::warn!(delivery = %delivery.guid(), event = delivery.event(), at = %error_place(&error),
                "a delivery's payload could not be read; it is kept raw");
            return unreadable(delivery.body());
        }
    };
    let account = account_of(&payload);
    let told = if account.id == 0 { Told::Nothing } else { tell(delivery.event(), &payload, &account) };
    let (outcome, tellings) = match told {
        Told::Facts(tellings) if tellings.is_empty() => (Outcome::Nothing, vec![]),
        Told::Facts(tellings) => (Outcome::Translated, tellings),
        Told::Nothing => (Outcome::Nothing, vec![]),
        Told::Unknown => (Outcome::Unknown, vec![]),
        Told::Incomplete => (Outcome::Incomplete, vec![]),
    };
    let actor = payload.sender.as_ref().map(actor);
    let mut translation = Translation {
        action: payload.action.map(|action| action.0),
        outcome,
        events: Vec::with_capacity(tellings.len()),
        elsewhere: vec![],
        account,
    };
    for (ordinal, telling) in tellings.into_iter().enumerate() {
        let event = Event {
            source_key: source_key(delivery.guid(), ordinal),
            kind: telling.kind.to_owned(),
            actor: actor.clone(),
            occurred_at: telling.occurred_at,
            source: Source::Webhook,
            fact: telling.fact,
        };
        match telling.account {
            Some(elsewhere) if elsewhere.id != translation.account.id => translation.elsewhere.push((elsewhere, event)),
            _ => translation.events.push(event),
        }
    }
    translation
}

/// Files a payload that could not be read under its account, if at least that is legible.
fn unreadable(body: &[u8]) -> Translation {
    let Legible { action, accounts } = Legible::of(body);
    let account = accounts.into_iter().find(|(_, id)| *id > 0);
    let account = account.map_or_else(nobody, |(login, id)| AccountRef { id, login: login.0 });
    let action = action.map(|action| action.0);
    Translation { account, action, outcome: Outcome::Unreadable, events: vec![], elsewhere: vec![] }
}

/// The key of a delivery's fact.
pub fn source_key(guid: Uuid, ordinal: usize) -> String {
    format!("{guid}/{ordinal}")
}

/// Where in the body the fault is, without quoting the body.
fn error_place(error: &serde_json::Error) -> String {
    format!("{:?} error at line {} column {}", error.classify(), error.line(), error.column())
}

fn tell(event: &str, payload: &Payload, account: &AccountRef) -> Told {
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
        "ping" | "meta" => Told::Nothing,
        _ => Told::Unknown,
    }
}

/// The account that owns what the payload is about; of an installation's own events the account
/// it is on.
fn account_of(payload: &Payload) -> AccountRef {
    let owner = payload.repository.as_ref().and_then(|repository| repository.owner.as_ref());
    let installed_on = payload.installation.as_ref().and_then(|installation| installation.account.as_ref());
    let named = [owner, installed_on, payload.organization.as_ref(), payload.account.as_ref()];
    let found = named.into_iter().flatten().find_map(account);
    found.unwrap_or_else(nobody)
}

fn nobody() -> AccountRef {
    AccountRef { id: 0, login: String::new() }
}

fn account(user: &User) -> Option<AccountRef> {
    let id = user.id.filter(|id| *id > 0)?;
    Some(AccountRef { id, login: user.login.0.clone() })
}

pub(super) fn actor(user: &User) -> Actor {
    let bot = user.user_type.as_deref() == Some("Bot") || user.login.ends_with("[bot]");
    Actor { login: user.login.0.clone(), id: user.id, bot }
}

/// A repository with a name; the owner from the payload or from the full name's first half.
fn repository_ref(repository: &Repository, holder: Option<&AccountRef>) -> Option<RepositoryRef> {
    let full_name = repository.full_name.as_deref().and_then(|name| name.split_once('/'));
    let name = repository.name.as_deref().or(full_name.map(|(_, name)| name))?.to_owned();
    let owner = repository.owner.as_ref().and_then(account).or_else(|| holder.cloned());
    Some(RepositoryRef {
        id: repository.id,
        owner: owner.map(|owner| OwnerRef { id: owner.id, login: owner.login }),
        name,
        private: repository.private,
        archived: repository.archived,
        html_url: repository.html_url.as_ref().map(|url| url.0.clone()),
    })
}
