//! Writes a sheet as CSV.

use super::sheet::{Sheet, Unwritable, Value};
use crate::sheet::columns::{Column, VISIBILITY};
use crate::sheet::guard::guard;

/// Says that a text is UTF-8.
pub const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Writes a sheet as CSV (RFC 4180, UTF-8): the same columns with values instead of formulas, all rows, no attendance. A text
/// that a spreadsheet would take for a formula gets an apostrophe in front. With `mark`, it begins with a byte order mark:
/// without one, Excel takes UTF-8 for the encoding of its country.
pub fn csv(sheet: &Sheet, mark: bool) -> Result<Vec<u8>, Unwritable> {
    let begin = if mark { BYTE_ORDER_MARK.as_bytes() } else { &[] };
    let mut writer = csv::Writer::from_writer(begin.to_vec());
    let further = sheet.has_visibility();
    let head = Column::ALL.map(Column::header).into_iter().chain(further.then_some(VISIBILITY));
    writer.write_record(head)?;
    for row in &sheet.rows {
        let cells = Column::ALL.map(|column| match row.value(column, sheet.zone) {
            Value::Text(text) => guard(text),
            Value::Number(number) => number.to_string(),
            Value::Ratio(ratio) => ratio.to_string(),
            Value::Date(date) => date.to_string(),
        });
        writer.write_record(cells.into_iter().chain(further.then(|| row.visibility().to_owned())))?;
    }
    writer.into_inner().map_err(|error| csv::Error::from(error.into_error()).into())
}
