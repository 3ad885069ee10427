//! `GET /api/v1/stream`: changes of one account's queue, as server-sent events.
//!
//! A stream is a position that moves on: it waits until the live ranking includes more, reads
//! what the events in between are about, and tells what became of those items. Nothing is held
//! for a reader: one that does not read is cut off by the connection's own limits.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use chrono::NaiveDate;
use futures_util::stream::{self, Stream};
use serde::Serialize;
use tokio::sync::watch;
use tokio::time::timeout;
use utoipa::ToSchema;

use super::AppState;
use super::auth::{Caller, Scope};
use super::params::Params;
use super::problem::{NoAccount, Problem, Refused};
use super::queue::question::{Asked, FilterParams};
use super::row::{QueueRow, row};
use crate::activity::Sight;
use crate::rank::{Criteria, Order, PageRequest};
use crate::store::StoreError;
use crate::store::log::touched;

/// From further back than this a reader is told to begin anew.
const FURTHEST: i64 = 10_000;
/// How often a stream looks whether the date has changed.
const TICK: Duration = Duration::from_secs(1);
/// A comment is sent after so much silence, so that nothing between takes the connection for dead.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// What a stream sends as `data` of an event `item`.
#[derive(Debug, Serialize, ToSchema)]
pub struct ItemEvent {
    /// As in `item`, in lower case.
    #[schema(example = "acme/widgets")]
    repository: String,
    #[schema(example = 12)]
    number: i64,
    /// The item as the queue shows it; null if it is not, or no longer, in what is followed.
    item: Option<QueueRow>,
}

/// The `data` of the events `day` and `reset`.
#[derive(Debug, Serialize)]
struct DateEvent {
    as_of: NaiveDate,
}

/// Follow the queue.
///
/// Server-sent events of one account: `item` when an item changed (with its new row, or null if
/// it is not in what is followed), `day` at midnight in the account's zone (all ages grew), and
/// `reset` when the reader should ask the queue anew: a repository, a label or what may be seen
/// has changed, or the reader was away for more than 10,000 positions. An event's id is a
/// position: sent back as `Last-Event-ID`, the stream goes on from there. Without it, from now.
/// Open items are followed, of which the filters of the queue may choose.
#[utoipa::path(
    get, path = "/api/v1/stream", tag = "queue",
    params(
        FilterParams,
        ("Last-Event-ID" = Option<i64>, Header, description = "The id of the last event that came"),
    ),
    responses(
        (status = 200, description = "Events without end", body = ItemEvent, content_type = "text/event-stream"),
        Refused, NoAccount,
    ),
)]
pub async fn follow(
    State(state): State<AppState>,
    caller: Caller,
    params: Params,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    caller.require(Scope::Read)?;
    let filters: Vec<&str> = Criteria::NAMES.into_iter().filter(|name| *name != "state").collect();
    params.only(&[&["account", "view"], &filters[..]].concat())?;
    let date = state.calendar.today((state.clock)());
    let asked = Asked::of(&state, &caller, &params).await?;
    let from = match headers.get("last-event-id") {
        None => asked.account.position,
        Some(id) => id.to_str().ok().and_then(|id| id.parse().ok()).filter(|id| *id >= 0).ok_or_else(|| {
            Problem::bad_parameter("Last-Event-ID").detail("The id of an event of this stream: a position.")
        })?,
    };
    let stopping = state.stopping.clone();
    let sight = caller.sight();
    let account_id = asked.account.account_id;
    let reader = Reader { state, asked, account_id, sight, position: from, date, stopping };
    let events = stream::unfold((reader, VecDeque::new()), |(mut reader, mut ready)| async move {
        while ready.is_empty() {
            ready = reader.next().await?;
        }
        let event = ready.pop_front()?;
        Some((Ok(event), (reader, ready)))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT)))
}

struct Reader {
    state: AppState,
    asked: Asked,
    account_id: i64,
    sight: Sight,
    /// Up to here the reader has been told.
    position: i64,
    date: NaiveDate,
    stopping: watch::Receiver<bool>,
}

impl Reader {
    /// The next events; `None` ends the stream: the service stops, or the store is out of reach
    /// (the reader comes back with the last id).
    async fn next(&mut self) -> Option<VecDeque<Event>> {
        let news = timeout(TICK, self.state.live.reached(self.account_id, self.position + 1));
        tokio::select! {
            _ = self.stopping.wait_for(|stopping| *stopping) => return None,
            _ = news => {}
        }
        let today = self.state.calendar.today((self.state.clock)());
        if today != self.date {
            self.date = today;
            return Some([self.event("day", &DateEvent { as_of: today })].into());
        }
        let head = self.state.live.head(self.account_id)?;
        if head.position == self.position {
            return Some(VecDeque::new());
        }
        match self.changes(head.position).await {
            Ok(events) => Some(events),
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "a stream ends: the store failed");
                None
            }
        }
    }

    /// What happened up to a position.
    async fn changes(&mut self, to: i64) -> Result<VecDeque<Event>, StoreError> {
        let from = std::mem::replace(&mut self.position, to);
        let reset = DateEvent { as_of: self.date };
        // Ahead of the log: the id is of another one.
        if !(0..=FURTHEST).contains(&(to - from)) {
            return Ok([self.event("reset", &reset)].into());
        }
        let touched = touched(&self.state.pool, self.account_id, from, to).await?;
        if touched.directory {
            return Ok([self.event("reset", &reset)].into());
        }
        // Checked when the stream began; what is right on one date is so on the next.
        let Ok(filter) = self.asked.filter(self.date) else { return Ok(VecDeque::new()) };
        let request = PageRequest {
            account_id: self.account_id,
            sight: self.sight.clone(),
            filter,
            order: Order::Stalest,
            date: self.date,
            past: false,
            after: None,
            limit: 1,
        };
        let followed = self.state.live.followed(&request, &touched.items).await?;
        let gone = followed.gone.into_iter().map(|(repository, number)| ItemEvent { repository, number, item: None });
        let shown = followed.items.into_iter().map(|item| {
            let repository = format!("{}/{}", item.owner, item.repository).to_lowercase();
            let number = item.place.number;
            ItemEvent { repository, number, item: Some(row(&self.state, self.date, item)) }
        });
        let told: Vec<ItemEvent> = gone.chain(shown).collect();
        let last = told.len().saturating_sub(1);
        // Only the last carries the position: who is cut off in between is told all of it again.
        let events = told
            .iter()
            .enumerate()
            .map(|(at, told)| if at == last { self.event("item", told) } else { bare("item", told) });
        Ok(events.collect())
    }

    fn event(&self, name: &str, data: &impl Serialize) -> Event {
        bare(name, data).id(self.position.to_string())
    }
}

fn bare(name: &str, data: &impl Serialize) -> Event {
    Event::default().event(name).json_data(data).expect("cannot fail: plain data with string keys")
}
