//! `GET /api/v1/events`: an account's log as NDJSON, a line an event, for whoever keeps a copy.

use std::io;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use futures_util::stream;
use serde::Serialize;
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::{IntoParams, ToSchema};

use super::AppState;
use super::description::answers::{NoAccount, Refused};
use super::description::params::{AccountParam, in_query};
use super::description::schemas::{self, number};
use super::params::Params;
use super::problem::Problem;
use crate::activity::{Effect, Fact, ItemFact, Source};
use crate::service::Viewer;
use crate::service::events::{Export, ExportedEvent};

const USUAL_LIMIT: usize = 10_000;
const LARGEST_LIMIT: i64 = 1_000_000;

/// Which events.
pub struct EventsRange;

impl IntoParams for EventsRange {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let after = "Events after this position of the log: the `resume_after` of the answer before. By default from the beginning.";
        let limit = "How many events there are at most. By default 10,000.";
        vec![in_query("after", after, number(0, i64::MAX)), in_query("limit", limit, number(1, LARGEST_LIMIT))]
    }
}

/// A line of the export: an event, or the last line.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum EventsLine {
    Event(Box<EventLine>),
    End(EventsEnd),
}

/// Something that happened on GitHub.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventLine {
    #[schema(example = 99812)]
    position: i64,
    /// What it is about.
    #[schema(value_type = schemas::EventSubject, example = "item")]
    about: &'static str,
    /// What happened: `opened`, `commented`, `labeled`.
    #[schema(example = "labeled")]
    kind: String,
    /// As it is called now.
    #[schema(example = "acme/widgets")]
    repository: String,
    #[schema(example = 1296269)]
    repository_id: i64,
    /// The item's: `Issue`, `PR` or `Discussion`. Null if the event is about none, or no payload has told.
    #[schema(value_type = Option<schemas::ItemType>, example = "Issue")]
    r#type: Option<&'static str>,
    /// The item's. Null if the event is about none.
    #[schema(example = 12)]
    number: Option<i64>,
    /// Who did it, as GitHub called them then. Null where GitHub does not say.
    actor: Option<EventActor>,
    /// GitHub's time. Null where the payload has none.
    occurred_at: Option<DateTime<Utc>>,
    /// When it came here.
    recorded_at: DateTime<Utc>,
    /// How it came here.
    #[schema(value_type = schemas::EventSource, example = "webhook")]
    source: &'static str,
    changes: EventChanges,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct EventActor {
    #[schema(example = "octocat")]
    login: String,
    #[schema(example = 583231)]
    id: Option<i64>,
    human: bool,
}

/// What the event changed; what it did not change is left out.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct EventChanges {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = schemas::ItemState)]
    state: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = DateTime<Utc>)]
    closed_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    closed_reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = bool)]
    answered: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = bool)]
    draft: Option<bool>,
    /// The milestone's title; empty if it was taken away.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    milestone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = ChangedName)]
    label: Option<ChangedName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = ChangedName)]
    assignee: Option<ChangedName>,
}

/// A label or an assignee, set or taken away.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangedName {
    /// GitHub's id.
    id: Option<i64>,
    /// The label's name as it is now, or the login. Null if none is known.
    name: Option<String>,
    set: bool,
}

/// The last line. An answer without it was cut off: go on after the position of the last line that came whole.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventsEnd {
    /// The `after` of the next request: nothing is missed, and nothing comes twice.
    #[schema(example = 99812)]
    resume_after: i64,
    /// Whether the log had more when the request came.
    more: bool,
}

/// Export the log.
///
/// What happened on GitHub in the repositories that the token may see, in the order of the log, one JSON object a line.
/// The last line says where to go on. Positions have gaps where something is hidden, was done here, or was corrected later.
/// Texts of issues and comments are not kept.
#[utoipa::path(
    get, path = "/api/v1/events", tag = "queue", operation_id = "export_events", params(AccountParam, EventsRange),
    responses(
        (status = 200, description = "A line for each event, and a last one", body = EventsLine, content_type = "application/x-ndjson"),
        Refused, NoAccount,
    ),
)]
pub async fn export(State(state): State<AppState>, viewer: Viewer, params: Params) -> Result<Response, Problem> {
    params.only(&["account", "after", "limit"])?;
    let after = params.number("after", 0, i64::MAX.unsigned_abs())?.and_then(|after| i64::try_from(after).ok());
    let limit = params.number("limit", 1, LARGEST_LIMIT.unsigned_abs())?.and_then(|limit| usize::try_from(limit).ok());
    let share = state.exports.take(&viewer).await?;
    let (after, limit) = (after.unwrap_or_default(), limit.unwrap_or(USUAL_LIMIT));
    let export = state.service.export(&viewer, params.one("account")?, after, limit).await?;
    let begun = Some((export, state.stopping.clone(), share));
    let pieces = stream::try_unfold(begun, |begun| async move {
        let Some((mut export, stopping, share)) = begun else { return Ok(None) };
        if *stopping.borrow() {
            return Err(io::Error::other("the service stops"));
        }
        let next = export.next().await.map_err(io::Error::other)?;
        let (piece, rest) = match next {
            Some(events) => (
                lines(events.into_iter().map(|event| EventsLine::Event(Box::new(event.into())))),
                Some((export, stopping, share)),
            ),
            None => (lines([EventsLine::End(end(&export))]), None),
        };
        Ok(Some((piece, rest)))
    });
    let about = [(CONTENT_TYPE, "application/x-ndjson"), (CACHE_CONTROL, "private, no-cache")];
    Ok((about, Body::from_stream(pieces)).into_response())
}

fn lines(lines: impl IntoIterator<Item = EventsLine>) -> Bytes {
    let mut text = vec![];
    for line in lines {
        serde_json::to_writer(&mut text, &line).expect("cannot fail: plain data with string keys, into memory");
        text.push(b'\n');
    }
    text.into()
}

fn end(export: &Export) -> EventsEnd {
    EventsEnd { resume_after: export.position(), more: export.is_cut() }
}

impl From<ExportedEvent> for EventLine {
    fn from(exported: ExportedEvent) -> Self {
        let ExportedEvent { logged, repository, item_type, label } = exported;
        let event = logged.event;
        let (repo_id, number) = event.fact.filed_under();
        let actor = event.actor.map(|actor| EventActor { login: actor.login, id: actor.id, human: !actor.bot });
        let about = match &event.fact {
            Fact::Item(_) | Fact::Scrub(_) => "item",
            Fact::Repository(_) | Fact::Account(_) => "repository",
            Fact::Label(_) => "label",
            Fact::Milestone(_) => "milestone",
        };
        let changes = match event.fact {
            Fact::Item(fact) => changes(*fact, label),
            Fact::Label(fact) => {
                let name = Some(fact.label.name).filter(|name| !name.is_empty());
                let label = ChangedName { id: Some(fact.label.id), name, set: !fact.removed };
                EventChanges { label: Some(label), ..EventChanges::default() }
            }
            Fact::Milestone(fact) => EventChanges { milestone: Some(fact.milestone.title), ..EventChanges::default() },
            _ => EventChanges::default(),
        };
        Self {
            position: logged.position,
            about,
            kind: event.kind,
            repository,
            repository_id: repo_id.unwrap_or_default(),
            r#type: item_type.map(crate::activity::ItemType::name),
            number,
            actor,
            occurred_at: event.occurred_at,
            recorded_at: logged.recorded_at,
            source: match event.source {
                Source::Webhook => "webhook",
                Source::Backfill => "backfill",
                Source::Sweep => "sweep",
                Source::Scrub => "scrub",
            },
            changes,
        }
    }
}

/// What an event changed of its item. Where an item went to or came from is not said: it may be hidden.
fn changes(fact: ItemFact, label: Option<String>) -> EventChanges {
    let mut changes = EventChanges::default();
    let shown = fact.snapshot;
    match fact.effect {
        Effect::Title => changes.title = shown.and_then(|shown| shown.title),
        Effect::Status => {
            if let Some(status) = shown.and_then(|shown| shown.status) {
                changes.state = Some(status.state.name());
                changes.closed_at = status.closed_at;
                changes.closed_reason = status.reason.map(|reason| reason.to_ascii_lowercase());
            }
        }
        Effect::Answer => changes.answered = shown.and_then(|shown| shown.answered),
        Effect::Draft => changes.draft = shown.and_then(|shown| shown.draft),
        Effect::Milestone => {
            let milestone = shown.and_then(|shown| shown.milestone);
            changes.milestone = milestone.map(|found| found.map(|found| found.title).unwrap_or_default());
        }
        Effect::Label { id, set } => changes.label = Some(ChangedName { id: Some(id), name: label, set }),
        Effect::Assignee { who, set } => {
            changes.assignee = Some(ChangedName { id: who.id, name: Some(who.login), set });
        }
        Effect::Nothing | Effect::Deleted | Effect::TransferredTo(_) | Effect::TransferredFrom(_) => {}
    }
    changes
}
