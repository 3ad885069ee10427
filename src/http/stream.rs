//! `GET /api/v1/stream`: changes of one account's queue, as server-sent events.
//!
//! A stream begins with a comment, so that headers reach the client at once, whatever is in between; proxies are
//! asked to hold nothing back. It ends with an event that says why, because clients cannot tell a clean end from
//! the end of all news. A client that does not read is cut off by the limits of its connection.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderMap, HeaderName};
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use chrono::NaiveDate;
use futures_util::stream;
use serde::Serialize;
use tokio::sync::watch;
use utoipa::ToSchema;

use super::AppState;
use super::auth::StreamViewer;
use super::description::answers::{NoAccount, Refused};
use super::params::{Params, digits};
use super::problem::Problem;
use super::queue::question::{FilterParams, StrictParam, subject};
use super::row::QueueRow;
use super::warnings::{header, strict};
use crate::rank::Criteria;
use crate::service::quota::QuotaShare;
use crate::service::stream::{ChangedItem, Follower, News, StreamEnd};

/// After so much silence a comment is sent, so that no proxy takes the connection for dead.
pub(super) const HEARTBEAT: Duration = Duration::from_secs(15);
/// How long clients are to wait before they come back.
pub(super) const COME_BACK: Duration = Duration::from_secs(3);
/// Where a client tells what it has got already, if it cannot send the header.
pub(super) const LAST_ID: &str = "last_event_id";
/// What nginx, and others like it, are told by: to hand on what comes as it comes.
pub(super) const BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// The `data` of an event `item` of the stream.
#[derive(Debug, Serialize, ToSchema)]
pub struct ItemEvent {
    /// As in `item`, in lower case.
    #[schema(example = "acme/widgets")]
    repository: String,
    #[schema(example = 12)]
    number: i64,
    /// The item as the queue shows it. Null if it is not, or no longer, among those you follow.
    item: Option<QueueRow>,
}

/// The `data` of the events `day` and `reset`.
#[derive(Debug, Serialize, ToSchema)]
pub struct DateEvent {
    pub(super) as_of: NaiveDate,
}

/// The `data` of the event `end`, after which the stream ends.
#[derive(Debug, Serialize, ToSchema)]
pub struct EndEvent {
    reason: EndReason,
}

/// Why a stream ends. `stopping`: this replica stops. `unavailable`: the database cannot be reached. After both, come back
/// with the last id. `token_invalid`: the token was revoked or has expired. `account_gone`: the account is here no more.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    Stopping,
    Unavailable,
    TokenInvalid,
    AccountGone,
}

/// The `data` of an event of the stream: of `item`; of `day` and `reset`; of `end`.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum StreamData {
    Item(Box<ItemEvent>),
    Date(DateEvent),
    End(EndEvent),
}

impl EndEvent {
    pub(super) const STOPPING: Self = Self { reason: EndReason::Stopping };
}

impl From<StreamEnd> for EndEvent {
    fn from(ended: StreamEnd) -> Self {
        let reason = match ended {
            StreamEnd::TokenInvalid => EndReason::TokenInvalid,
            StreamEnd::AccountGone => EndReason::AccountGone,
            StreamEnd::Unavailable => EndReason::Unavailable,
        };
        Self { reason }
    }
}

/// Follow the queue.
///
/// Server-sent events of one account. `item` says that an item changed, with its new row, or null if the item is not
/// among those you follow. `day` comes at midnight in the account's zone, when all ages grow. `reset` tells you to
/// ask the queue again: a repository, a label or what you may see has changed, or you were away for more than 10,000
/// positions. `end` says why the stream ends, and is its last event. An event's id is a position, and the stream begins
/// by telling the one from which it goes on. Send the last id back as `Last-Event-ID` or in the query, and the stream
/// continues from there; without it, the stream begins now. You follow open items; the queue's filters choose among
/// them. A comment comes every 15 seconds. In a browser, put a ticket into the query in the place of a token.
#[utoipa::path(
    get, path = "/api/v1/stream", tag = "queue", operation_id = "follow_queue",
    security(("token" = []), ("session" = []), ("embed_token" = []), ("ticket" = [])),
    params(
        FilterParams, StrictParam,
        ("last_event_id" = Option<i64>, Query, minimum = 0, description = "The id of the last event that you got; the header goes first"),
        ("Last-Event-ID" = Option<i64>, Header, minimum = 0, description = "The id of the last event that you got"),
    ),
    responses(
        (status = 200, description = "Events, as long as nothing ends them", body = StreamData, content_type = "text/event-stream"),
        Refused, NoAccount,
    ),
)]
pub async fn follow(
    State(state): State<AppState>,
    StreamViewer(viewer): StreamViewer,
    params: Params,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Problem> {
    let filters: Vec<&str> = Criteria::NAMES.into_iter().filter(|name| *name != "state").collect();
    params.only(&[&["account", "view", LAST_ID, "ticket", "strict"], &filters[..]].concat())?;
    let (position, strict) = (last_position(&headers, &params)?, strict(&params)?);
    let share = state.streams.take(&viewer).await?;
    let follower = state.service.follow(&viewer, &subject(&params)?, position).await?;
    let warned = header(&follower.unknown(strict).await?);
    let followed = OpenStream::begin(follower, state.stopping.clone(), share);
    let events = stream::unfold(followed, |mut followed| async move {
        let event = followed.next().await?;
        Some((Ok::<_, Infallible>(event), followed))
    });
    // Kept by nobody, compressed by nobody, held back by nobody.
    let as_it_comes = [(CACHE_CONTROL, "no-store, no-transform"), (BUFFERING, "no")];
    Ok((as_it_comes, warned, Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT))))
}

/// From where on the client wants to follow.
pub(super) fn last_position(headers: &HeaderMap, params: &Params) -> Result<Option<i64>, Problem> {
    let (name, id) = match (headers.get("last-event-id"), params.one(LAST_ID)?) {
        (Some(id), _) => ("Last-Event-ID", id.to_str().ok()),
        (None, Some(id)) => (LAST_ID, Some(id)),
        (None, None) => return Ok(None),
    };
    let position = id.and_then(digits);
    let refused = || Problem::bad_parameter(name).detail("The id of an event of this stream: a position.");
    position.map(Some).ok_or_else(refused)
}

/// A stream that goes on.
struct OpenStream {
    follower: Follower,
    stopping: watch::Receiver<bool>,
    /// Events that are to be sent.
    ready: VecDeque<Event>,
    /// The position up to which everything was told.
    told: i64,
    over: bool,
    _share: QuotaShare,
}

impl OpenStream {
    fn begin(follower: Follower, stopping: watch::Receiver<bool>, share: QuotaShare) -> Self {
        let told = follower.position();
        // No client takes it for an event. A browser remembers the id, and comes back with it.
        let begun = Event::default().comment("following").retry(COME_BACK).id(told.to_string());
        Self { follower, stopping, ready: [begun].into(), told, over: false, _share: share }
    }

    /// The next event; `None` after the last one.
    async fn next(&mut self) -> Option<Event> {
        while self.ready.is_empty() && !self.over {
            // Once the service stops, its streams end.
            let news = tokio::select! {
                _ = self.stopping.wait_for(|stopping| *stopping) => None,
                news = self.follower.news() => Some(news),
            };
            self.over = matches!(news, None | Some(News::End(_)));
            // News that were interrupted count as not told.
            self.told = if self.over { self.told } else { self.follower.position() };
            self.ready = events(news, self.told);
        }
        self.ready.pop_front()
    }
}

/// The events that tell news, or that nothing more comes. Only the last one carries the position, so a client that is
/// cut off in between gets all of them again.
fn events(news: Option<News>, position: i64) -> VecDeque<Event> {
    let one = |name, data| VecDeque::from([event(name, &data)]);
    let mut events = match news {
        None => one("end", StreamData::End(EndEvent::STOPPING)),
        Some(News::End(ended)) => one("end", StreamData::End(ended.into())),
        Some(News::Day(as_of)) => one("day", StreamData::Date(DateEvent { as_of })),
        Some(News::Reset(as_of)) => one("reset", StreamData::Date(DateEvent { as_of })),
        Some(News::Items(items)) => {
            items.into_iter().map(|item| event("item", &StreamData::Item(Box::new(item.into())))).collect()
        }
    };
    let last = events.pop_back();
    events.extend(last.map(|last| last.id(position.to_string())));
    events
}

fn event(name: &str, data: &StreamData) -> Event {
    Event::default().event(name).json_data(data).expect("cannot fail: plain data with string keys")
}

impl From<ChangedItem> for ItemEvent {
    fn from(changed: ChangedItem) -> Self {
        let ChangedItem { repository, number, item } = changed;
        Self { repository, number, item: item.map(|item| QueueRow::from(*item)) }
    }
}
