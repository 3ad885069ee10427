//! A sheet to be written, and what its cells hold.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use super::filters::passes;
use crate::activity::{ItemType, State};
use crate::rank::{Filter, QueueItem, stale_age};
use crate::sheet::attendance::Attendance;
use crate::sheet::columns::Column;

/// The most items in one tab. The format ends there.
pub(super) const MOST_ROWS: usize = 1_048_575;
/// The most characters (UTF-16 units) in a cell.
pub(super) const LONGEST_TEXT: usize = 32_767;

/// What the column "Read yet?" says about an item that was read.
const READ: &str = "x";

/// A sheet to be written.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// The tab's name: a scrub's four digits, `0051`, or a view's name.
    pub tab: String,
    /// The date to which days were counted.
    pub date: NaiveDate,
    /// The account's zone, in which dates are shown.
    pub zone: Tz,
    /// In the order in which they appear.
    pub rows: Vec<SheetRow>,
    /// The view's filter on that date.
    pub filter: Filter,
    pub attendance: Option<Attendance>,
    /// How the scrub's deck was dealt, in words, if somebody said so: an XLSX file has it among its properties.
    pub dealt: Option<String>,
    /// How far the account's log had come. An XLSX file carries it invisibly, and it comes back as
    /// [`crate::sheet::Book::position`]. So we can tell an edited note from an outdated one.
    pub position: Option<i64>,
}

/// An item in a sheet.
#[derive(Clone, Debug)]
pub struct SheetRow {
    /// `owner/name`
    pub repository: String,
    pub item_type: ItemType,
    pub number: i64,
    pub user: Option<String>,
    pub title: String,
    pub state: State,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub days_age: i64,
    pub days_stale: i64,
    pub recommended_action: String,
    /// Its address on GitHub.
    pub url: String,
    pub read: bool,
    pub comment: String,
    pub flag: String,
    /// Whether its repository is private.
    pub private: bool,
    /// Whether it passes the view's filter. If not, the row is hidden.
    pub shown: bool,
}

/// Why a sheet cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum Unwritable {
    #[error("a sheet has at most {MOST_ROWS} rows")]
    TooManyRows,
    #[error("the spreadsheet could not be written")]
    Xlsx(#[from] rust_xlsxwriter::XlsxError),
    #[error("the CSV could not be written")]
    Csv(#[from] csv::Error),
}

impl Sheet {
    /// Whether it shows which rows are private: if some are.
    pub(super) fn has_visibility(&self) -> bool {
        self.rows.iter().any(|row| row.private)
    }
}

/// What a cell holds. A formula is represented by its value.
pub(super) enum Value {
    Text(String),
    Number(i64),
    Ratio(f64),
    Date(NaiveDate),
}

impl SheetRow {
    /// The row of an item. It is shown if it passes those criteria of the filter that a sheet has columns
    /// for, with dates in `zone`.
    pub fn of(item: &QueueItem, read: bool, filter: &Filter, zone: Tz) -> Self {
        // Notes on items that are not open any more stay out of the way.
        let note = item.remarks.note().filter(|_| item.state == State::Open);
        let note = note.map(|note| note.text.clone()).unwrap_or_default();
        let row = Self {
            repository: format!("{}/{}", item.owner, item.repository),
            item_type: item.item_type,
            number: item.place.number,
            user: item.author.clone(),
            title: item.title.clone(),
            state: item.state,
            created_at: item.place.created_at,
            updated_at: item.updated_at,
            days_age: item.days_age,
            days_stale: item.days_stale,
            recommended_action: note.recommended_action,
            url: item.url(),
            read,
            comment: note.comment,
            flag: note.flag,
            private: item.private,
            shown: true,
        };
        Self { shown: passes(&row, filter, zone), ..row }
    }

    pub(super) fn value(&self, column: Column, zone: Tz) -> Value {
        match self.whole_value(column, zone) {
            Value::Text(text) => Value::Text(fitting(text)),
            other => other,
        }
    }

    fn whole_value(&self, column: Column, zone: Tz) -> Value {
        let date = |time: DateTime<Utc>| Value::Date(time.with_timezone(&zone).date_naive());
        match column {
            Column::Repository => Value::Text(self.repository.clone()),
            Column::Type => Value::Text(self.item_type.name().to_owned()),
            Column::Number => Value::Number(self.number),
            Column::User => Value::Text(self.user.clone().unwrap_or_default()),
            Column::Title => Value::Text(self.title.clone()),
            Column::State => Value::Text(self.state.name().to_owned()),
            Column::Created => date(self.created_at),
            Column::Updated => date(self.updated_at),
            Column::StaleAge => Value::Ratio(stale_age(self.days_age, self.days_stale)),
            Column::DaysAge => Value::Number(self.days_age),
            Column::DaysStale => Value::Number(self.days_stale),
            Column::RecommendAction => Value::Text(self.recommended_action.clone()),
            Column::Url => Value::Text(self.url.clone()),
            Column::Read => Value::Text(if self.read { READ.to_owned() } else { String::new() }),
            Column::Link => Value::Text(self.link()),
            Column::Comment => Value::Text(self.comment.clone()),
            Column::Flag => Value::Text(self.flag.clone()),
        }
    }

    /// What the further column says.
    pub(super) fn visibility(&self) -> &'static str {
        if self.private { "private" } else { "public" }
    }

    /// The part of its address after the repository: `issues/123`.
    fn link(&self) -> String {
        format!("{}/{}", self.item_type.path(), self.number)
    }
}

/// The text as a cell can hold it: one that is longer ends with a remark that says how long it was.
fn fitting(text: String) -> String {
    // A text of so few bytes has no more characters.
    if text.len() <= LONGEST_TEXT || text.encode_utf16().count() <= LONGEST_TEXT {
        return text;
    }
    let remark = format!("… (cut off: {} characters)", text.chars().count());
    let mut room = LONGEST_TEXT - remark.chars().count();
    let kept = text.chars().take_while(|c| {
        let fits = c.len_utf16() <= room;
        room = room.saturating_sub(c.len_utf16());
        fits
    });
    kept.collect::<String>() + &remark
}
