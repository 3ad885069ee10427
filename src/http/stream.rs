//! `GET /api/v1/stream`: changes of one account's queue, as server-sent events.
//!
//! A client that does not read is cut off by the limits of its connection.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::sse::{Event, KeepAlive, Sse};
use chrono::NaiveDate;
use futures_util::stream::{self, Stream};
use serde::Serialize;
use utoipa::ToSchema;

use super::AppState;
use super::params::Params;
use super::problem::{NoAccount, Problem, Refused};
use super::queue::question::{FilterParams, subject};
use super::row::QueueRow;
use crate::rank::Criteria;
use crate::service::Viewer;
use crate::service::stream::{ChangedItem, News};

/// After so much silence a comment is sent, so that no proxy takes the connection for dead.
const HEARTBEAT: Duration = Duration::from_secs(15);

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
#[derive(Debug, Serialize)]
struct DateEvent {
    as_of: NaiveDate,
}

/// Follow the queue.
///
/// Server-sent events of one account. `item` says that an item changed, with its new row, or null if the item is not
/// among those you follow. `day` comes at midnight in the account's zone, when all ages grow. `reset` tells you to
/// ask the queue again: a repository, a label or what you may see has changed, or you were away for more than 10,000
/// positions. An event's id is a position. Send it back as `Last-Event-ID`, and the stream continues from there;
/// without it, the stream begins now. You follow open items; the queue's filters choose among them.
#[utoipa::path(
    get, path = "/api/v1/stream", tag = "queue", operation_id = "follow_queue",
    params(
        FilterParams,
        ("Last-Event-ID" = Option<i64>, Header, description = "The id of the last event that you got"),
    ),
    responses(
        (status = 200, description = "Events, without an end", body = ItemEvent, content_type = "text/event-stream"),
        Refused, NoAccount,
    ),
)]
pub async fn follow(
    State(state): State<AppState>,
    viewer: Viewer,
    params: Params,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let filters: Vec<&str> = Criteria::NAMES.into_iter().filter(|name| *name != "state").collect();
    params.only(&[&["account", "view"], &filters[..]].concat())?;
    let position = match headers.get("last-event-id") {
        None => None,
        Some(id) => Some(position(id).ok_or_else(|| {
            Problem::bad_parameter("Last-Event-ID").detail("The id of an event of this stream: a position.")
        })?),
    };
    let share = state.streams.take(&viewer).await?;
    let follower = state.service.follow(&viewer, &subject(&params)?, position).await?;
    let begun = (follower, state.stopping.clone(), VecDeque::new(), share);
    let events = stream::unfold(begun, |(mut follower, mut stopping, mut ready, share)| async move {
        while ready.is_empty() {
            // Once the service stops, its streams end.
            let news = tokio::select! {
                _ = stopping.wait_for(|stopping| *stopping) => None,
                news = follower.news() => news,
            };
            ready = events(news?, follower.position());
        }
        let event = ready.pop_front()?;
        Some((Ok(event), (follower, stopping, ready, share)))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT)))
}

fn position(id: &HeaderValue) -> Option<i64> {
    id.to_str().ok()?.parse().ok().filter(|position| *position >= 0)
}

/// The events that tell news. Only the last one carries the position, so a client that is cut off in between gets all
/// of them again.
fn events(news: News, position: i64) -> VecDeque<Event> {
    let mut events: VecDeque<Event> = match news {
        News::Day(as_of) => [event("day", &DateEvent { as_of })].into(),
        News::Reset(as_of) => [event("reset", &DateEvent { as_of })].into(),
        News::Items(items) => items.into_iter().map(|item| event("item", &ItemEvent::from(item))).collect(),
    };
    let last = events.pop_back();
    events.extend(last.map(|last| last.id(position.to_string())));
    events
}

fn event(name: &str, data: &impl Serialize) -> Event {
    Event::default().event(name).json_data(data).expect("cannot fail: plain data with string keys")
}

impl From<ChangedItem> for ItemEvent {
    fn from(changed: ChangedItem) -> Self {
        let ChangedItem { repository, number, item } = changed;
        Self { repository, number, item: item.map(|item| QueueRow::from(*item)) }
    }
}
