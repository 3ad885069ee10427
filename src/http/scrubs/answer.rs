//! A scrub as answers show it.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::deck::DeckRowAnswer;
use crate::http::description::schemas;
use crate::scrub::Scrub;
use crate::service::scrubs::ScrubDetails;
use crate::service::scrubs::hidden::HiddenRow;

/// A scrub.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScrubRow {
    #[schema(example = 51)]
    number: i64,
    /// `open`, `closed`, or `imported` from a spreadsheet.
    #[schema(value_type = schemas::ScrubState, example = "open")]
    state: &'static str,
    /// The view that it reads. Null if the scrub is known only from a spreadsheet.
    #[schema(example = "bug-scrub")]
    view: Option<String>,
    /// The view's round from which its deck was dealt.
    round: Option<i64>,
    /// The date to which the deck's days are counted.
    date: Option<NaiveDate>,
    host: Option<String>,
    /// Who was there, in the order in which they came.
    attendees: Vec<String>,
    opened_at: Option<DateTime<Utc>>,
    closed_at: Option<DateTime<Utc>>,
    /// Whether it closed itself, because nobody did.
    forgotten: bool,
    /// How many items were unread when it was opened. For a token without `private`, how many rows the token sees.
    unread: i64,
    /// The order in which its deck was dealt. Null if it is the view's.
    #[schema(value_type = Option<schemas::Order>)]
    order: Option<String>,
    /// How many rows its deck was to have at most. Null if nobody said so, and if the token may not see all that was
    /// to be dealt.
    #[schema(example = 20)]
    limit: Option<i64>,
    /// How many rows its deck has; fewer than `unread` if there were more than 10,000, or than `limit`. If the scrub is known only
    /// from a spreadsheet, how many items it read.
    rows: i64,
    /// How many rows were read, and how many were skipped.
    read: i64,
    skipped: i64,
    /// The place that is being read. Null if nothing is left, or the scrub is closed.
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
            order: scrub.order,
            limit: scrub.limit,
            rows: scrub.rows,
            read: scrub.read,
            skipped: scrub.skipped,
            cursor: scrub.cursor,
        }
    }
}

/// A row in a shared deck which is private, and seen by others. It counts in no place and in no number.
#[derive(Debug, Serialize, ToSchema)]
pub struct HiddenRowAnswer {
    /// Always true.
    hidden: bool,
    /// The place of your next row, before which it is. Null if nothing is left for you.
    before: Option<i64>,
    /// What to show.
    #[schema(example = "private, seen by others here")]
    text: &'static str,
}

impl From<HiddenRow> for HiddenRowAnswer {
    fn from(HiddenRow { before }: HiddenRow) -> Self {
        Self { hidden: true, before, text: "private, seen by others here" }
    }
}

/// A scrub as it stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScrubAnswer {
    #[serde(flatten)]
    scrub: ScrubRow,
    /// The row under the cursor. Null if nothing is left, if the scrub is closed, and if the token may not see the
    /// row.
    current: Option<DeckRowAnswer>,
    /// Null unless you are signed in, attend, and the group is at a row that you may not see.
    hidden_row: Option<HiddenRowAnswer>,
    /// Those of its attendees who are at a scrub of the account for the first time; nobody at the first one that it has.
    first_timers: Vec<String>,
    /// The answer includes at least this position of the account's log.
    position: i64,
}

impl From<ScrubDetails> for ScrubAnswer {
    fn from(details: ScrubDetails) -> Self {
        let ScrubDetails { scrub, current, hidden_row, first_timers, position, .. } = details;
        let current = current.map(|row| DeckRowAnswer::of(row, !scrub.imported));
        Self { scrub: scrub.into(), current, hidden_row: hidden_row.map(HiddenRowAnswer::from), first_timers, position }
    }
}
