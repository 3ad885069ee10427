//! A scrub as answers show it.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::deck::DeckRowAnswer;
use crate::scrub::Scrub;
use crate::service::scrubs::ScrubDetails;

/// A scrub.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScrubRow {
    #[schema(example = 51)]
    number: i64,
    /// `open`, `closed`, or `imported` from a spreadsheet.
    #[schema(example = "open")]
    state: &'static str,
    /// The view that it reads; null where a spreadsheet tells of it.
    #[schema(example = "bug-scrub")]
    view: Option<String>,
    /// The view's round that its deck is of.
    round: Option<i64>,
    /// The date that the deck's days are counted to.
    date: Option<NaiveDate>,
    host: Option<String>,
    /// Who was there, in the order in which they came.
    attendees: Vec<String>,
    opened_at: Option<DateTime<Utc>>,
    closed_at: Option<DateTime<Utc>>,
    /// Nobody closed it: it closed itself.
    forgotten: bool,
    /// Items that were unread when it was opened; for a token without `private` the rows that it
    /// shows.
    unread: i64,
    /// Rows of its deck; fewer than `unread` if there were more than 10,000. Of a scrub that a
    /// spreadsheet tells of: what it read.
    rows: i64,
    /// Rows that were read, and that were skipped.
    read: i64,
    skipped: i64,
    /// The place that is being read; null when nothing is left, and once it is closed.
    cursor: Option<i64>,
}

impl From<Scrub> for ScrubRow {
    fn from(scrub: Scrub) -> Self {
        Self {
            number: scrub.scrub,
            state: scrub.state().name(),
            view: scrub.view,
            round: scrub.round,
            date: scrub.date,
            host: scrub.host,
            attendees: scrub.attendees,
            opened_at: scrub.opened_at,
            closed_at: if scrub.imported { None } else { scrub.closed_at },
            forgotten: scrub.forgotten,
            unread: scrub.total,
            rows: scrub.rows,
            read: scrub.read,
            skipped: scrub.skipped,
            cursor: scrub.cursor,
        }
    }
}

/// A scrub as it stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScrubAnswer {
    #[serde(flatten)]
    scrub: ScrubRow,
    /// The row under the cursor; null when nothing is left, once it is closed, and for who may not
    /// see it.
    current: Option<DeckRowAnswer>,
    /// The position of the account's log that the answer includes, at least.
    position: i64,
}

impl From<ScrubDetails> for ScrubAnswer {
    fn from(details: ScrubDetails) -> Self {
        let ScrubDetails { scrub, current, position, .. } = details;
        let current = current.map(|row| DeckRowAnswer::of(row, !scrub.imported));
        Self { scrub: scrub.into(), current, position }
    }
}
