//! `GET /api/v1/scrubs/{number}/stream`: what happens in a scrub, as server-sent events.

use std::collections::VecDeque;
use std::convert::Infallible;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream;
use serde::Serialize;
use tokio::sync::watch;
use utoipa::ToSchema;

use super::answer::ScrubAnswer;
use super::deck::DeckRowAnswer;
use super::number::scrub_number;
use super::room::RoomAnswer;
use crate::http::AppState;
use crate::http::auth::StreamViewer;
use crate::http::description::answers::{NoAccount, Refused};
use crate::http::description::params::{AccountParam, ScrubPath};
use crate::http::params::Params;
use crate::http::problem::Problem;
use crate::http::row::NoteRow;
use crate::http::stream::{BUFFERING, COME_BACK, DateEvent, EndEvent, HEARTBEAT, LAST_ID, last_position};
use crate::service::quota::QuotaShare;
use crate::service::scrubs::ScrubDetails;
use crate::service::scrubs::deck::ShownRow;
use crate::service::scrubs::room::change::ChangedNote;
use crate::service::scrubs::room::stream::{RoomMessage, ScrubFollower, ScrubNews};

/// The `data` of an event `note` of a scrub's stream.
#[derive(Debug, Serialize, ToSchema)]
pub struct NoteEvent {
    /// Where the item is now.
    #[schema(example = "acme/widgets")]
    repository: String,
    #[schema(example = 12)]
    number: i64,
    /// The place of its row.
    #[schema(example = 7)]
    place: i64,
    /// As `GET .../note` shows it. Null: it was emptied.
    note: Option<NoteRow>,
    /// What `If-Match` takes from whoever writes it next.
    #[schema(example = "\"note-812\"")]
    etag: String,
}

impl From<&ChangedNote> for NoteEvent {
    fn from(changed: &ChangedNote) -> Self {
        Self {
            repository: changed.repository.clone(),
            number: changed.number,
            place: changed.place,
            note: changed.note.as_ref().map(NoteRow::from),
            etag: format!("\"note-{}\"", changed.version),
        }
    }
}

/// The `data` of an event of a scrub's stream: of `scrub`, `row`, `note`, `room`, `reset` and `end`.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum ScrubStreamData {
    Scrub(Box<ScrubAnswer>),
    Row(Box<DeckRowAnswer>),
    Note(NoteEvent),
    Room(Box<RoomAnswer>),
    Date(DateEvent),
    End(EndEvent),
}

/// Follow a scrub.
///
/// Server-sent events of one scrub, as you see it. It begins with `room` (as `GET .../room`) and `scrub` (as
/// `GET /api/v1/scrubs/{number}`), and tells each again when it changes. `row` says that a row of the deck changed, as the deck shows
/// it, and `note` that the note on its item did. `reset` tells you to ask the deck again: a repository, a label or what you may see
/// has changed, the date has, or you were away for too long. `end` says why the stream ends. An event's id is a position: send the last
/// one back as `Last-Event-ID` or in the query, and what changed since is told. A comment comes every 15 seconds. In a browser, put
/// a ticket into the query in the place of a token.
#[utoipa::path(
    get, path = "/api/v1/scrubs/{number}/stream", tag = "scrubs", operation_id = "follow_scrub",
    security(("token" = []), ("session" = []), ("ticket" = [])),
    params(
        ScrubPath, AccountParam,
        ("last_event_id" = Option<i64>, Query, minimum = 0, description = "The id of the last event that you got; the header goes first"),
        ("Last-Event-ID" = Option<i64>, Header, minimum = 0, description = "The id of the last event that you got"),
    ),
    responses(
        (status = 200, description = "Events, as long as nothing ends them", body = ScrubStreamData, content_type = "text/event-stream"),
        Refused, NoAccount,
    ),
)]
pub async fn follow(
    State(state): State<AppState>,
    StreamViewer(viewer): StreamViewer,
    Path(number): Path<String>,
    params: Params,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Problem> {
    params.only(&["account", LAST_ID, "ticket"])?;
    let (account, position) = (params.one("account")?, last_position(&headers, &params)?);
    let share = state.streams.take(&viewer).await?;
    let follower = state.service.follow_scrub(&viewer, account, scrub_number(&number), position).await?;
    let followed = OpenStream::begin(follower, state.stopping.clone(), share);
    let events = stream::unfold(followed, |mut followed| async move {
        let event = followed.next().await?;
        Some((Ok::<_, Infallible>(event), followed))
    });
    let as_it_comes = [(CACHE_CONTROL, "no-store, no-transform"), (BUFFERING, "no")];
    Ok((as_it_comes, Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT))))
}

/// A stream that goes on.
struct OpenStream {
    follower: ScrubFollower,
    stopping: watch::Receiver<bool>,
    /// Events that are to be sent.
    ready: VecDeque<Event>,
    over: bool,
    _share: QuotaShare,
}

impl OpenStream {
    fn begin(follower: ScrubFollower, stopping: watch::Receiver<bool>, share: QuotaShare) -> Self {
        // No client takes it for an event. A browser remembers the id, and comes back with it.
        let begun = Event::default().comment("following").retry(COME_BACK).id(follower.position().to_string());
        Self { follower, stopping, ready: [begun].into(), over: false, _share: share }
    }

    /// The next event; `None` after the last one.
    async fn next(&mut self) -> Option<Event> {
        while self.ready.is_empty() && !self.over {
            // Once the service stops, its streams end. News that were interrupted count as not told.
            let told = self.follower.position();
            let news = tokio::select! {
                _ = self.stopping.wait_for(|stopping| *stopping) => None,
                news = Box::pin(self.follower.news()) => Some(news),
            };
            self.over = !matches!(news, Some(ScrubNews::RoomMessage(_)));
            let (mut events, position) = match news {
                None => (vec![end(EndEvent::STOPPING)], told),
                Some(ScrubNews::End(ended)) => (vec![end(ended.into())], told),
                Some(ScrubNews::RoomMessage(told)) => (told.iter().map(event).collect(), self.follower.position()),
            };
            // Only the last one carries the position: a client that is cut off in between gets all of them again.
            let last = events.pop();
            self.ready = events.into_iter().chain(last.map(|last| last.id(position.to_string()))).collect();
        }
        self.ready.pop_front()
    }
}

fn end(event: EndEvent) -> Event {
    Event::default().event("end").data(json(&ScrubStreamData::End(event)))
}

fn event(told: &RoomMessage) -> Event {
    let named = |name: &str| Event::default().event(name);
    match told {
        RoomMessage::Reset(as_of) => named("reset").data(json(&ScrubStreamData::Date(DateEvent { as_of: *as_of }))),
        RoomMessage::Scrub(change, attends) => {
            let write = |scrub: &ScrubDetails| ScrubStreamData::Scrub(Box::new(scrub.clone().into()));
            named("scrub").data(change.scrub(*attends).written(|scrub| json(&write(scrub))))
        }
        RoomMessage::Row(row) => {
            // A scrub in which something changes has a deck.
            let write = |row: &ShownRow| ScrubStreamData::Row(Box::new(DeckRowAnswer::of(row.clone(), true)));
            named("row").data(row.written(|row| json(&write(row))))
        }
        RoomMessage::Note(note) => named("note").data(note.written(|note| json(&ScrubStreamData::Note(note.into())))),
        RoomMessage::Room(change) => {
            named("room").data(change.room.written(|room| json(&ScrubStreamData::Room(Box::new(room.into())))))
        }
    }
}

fn json(data: &ScrubStreamData) -> String {
    serde_json::to_string(data).expect("cannot fail: plain data with string keys")
}
