//! A sheet, out: the deck of a scrub or a queue, in the shape that people know.

mod filters;
mod workbook;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use super::Attendance;
use super::columns::Column;
use super::guard::guard;
use crate::activity::{ItemType, State};
use crate::rank::{Filter, stale_age};

pub(super) use workbook::ATTENDED;
pub use workbook::xlsx;

/// What a read item has in its column "Read yet?".
const READ: &str = "x";

/// What to write.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// The tab's name: a scrub's four digits, `0051`, or a view's name.
    pub tab: String,
    /// The date that days were counted to.
    pub date: NaiveDate,
    /// The account's, which dates are shown in.
    pub zone: Tz,
    /// In the order in which they are to stand.
    pub rows: Vec<SheetRow>,
    /// The view's, on that date.
    pub filter: Filter,
    pub attendance: Option<Attendance>,
    /// How far the account's log had come. It travels unseen in an XLSX file and comes back as
    /// [`super::Book::position`], so that an edit can be told from a note that is out of date.
    pub position: Option<i64>,
}

/// One item.
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
    /// On GitHub.
    pub url: String,
    pub read: bool,
    pub comment: String,
    pub flag: String,
    /// Whether it passes the view's filter; the row is hidden otherwise.
    pub shown: bool,
}

/// Why a sheet cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum Unwritable {
    #[error("a sheet has {} rows at most", workbook::MOST_ROWS)]
    TooManyRows,
    #[error("{}#{number}: the text in the column {} is longer than the {} characters that a spreadsheet's cell holds", repository, column.header(), workbook::LONGEST_TEXT)]
    TooLong { repository: String, number: i64, column: Column },
    #[error("the spreadsheet could not be made")]
    Xlsx(#[from] rust_xlsxwriter::XlsxError),
    #[error("the table could not be made")]
    Csv(#[from] csv::Error),
}

/// As CSV (RFC 4180, UTF-8): the same columns with values for formulas, all rows, no attendance.
/// Texts that a spreadsheet would take for a formula have an apostrophe in front.
pub fn csv(sheet: &Sheet) -> Result<Vec<u8>, Unwritable> {
    let mut writer = csv::Writer::from_writer(vec![]);
    writer.write_record(Column::ALL.map(Column::header))?;
    for row in &sheet.rows {
        writer.write_record(Column::ALL.map(|column| match row.value(column, sheet.zone) {
            Value::Text(text) => guard(text),
            Value::Number(number) => number.to_string(),
            Value::Ratio(ratio) => ratio.to_string(),
            Value::Date(date) => date.to_string(),
        }))?;
    }
    writer.into_inner().map_err(|error| csv::Error::from(error.into_error()).into())
}

/// What a cell holds, formulas by their value.
enum Value {
    Text(String),
    Number(i64),
    Ratio(f64),
    Date(NaiveDate),
}

impl SheetRow {
    fn value(&self, column: Column, zone: Tz) -> Value {
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

    /// What follows the repository in its address: `issues/123`.
    fn link(&self) -> String {
        format!("{}/{}", self.item_type.path(), self.number)
    }
}
