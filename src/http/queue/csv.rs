//! The queue as CSV (RFC 4180), for spreadsheets that import it by its address.

use serde_json::Value;

use crate::http::row::QueueRow;
use crate::sheet::BYTE_ORDER_MARK;
use crate::sheet::guard::guard;

/// The columns: the fields of a row in JSON. Those of an object inside it have its name in front.
#[rustfmt::skip]
const COLUMNS: [&str; 22] = [
    "rank", "repository", "type", "number", "title", "url", "state", "author", "labels", "assignees", "milestone",
    "comments", "draft", "created_at", "updated_at", "days_age", "days_stale", "stale_age", "human_stale_age",
    "last_activity_kind", "last_activity_actor", "last_activity_at",
];

/// What was done here. Left out for tokens that stand in URLs, because others can read those.
#[rustfmt::skip]
const REMARKS: [&str; 6] = [
    "read_at", "read_by", "read_scrub", "note_recommended_action", "note_comment", "note_flag",
];

/// A header, and a line for each item; with `remarks`, also who read it, and the note. Lists are joined by `, `.
/// A text that a spreadsheet would take for a formula gets an apostrophe in front, because strangers write titles and
/// names. With `mark`, it begins with a byte order mark.
pub fn csv(rows: impl Iterator<Item = QueueRow>, remarks: bool, mark: bool) -> Vec<u8> {
    let begin = if mark { BYTE_ORDER_MARK.as_bytes() } else { &[] };
    let mut writer = csv::Writer::from_writer(begin.to_vec());
    let columns: Vec<&str> = COLUMNS.iter().chain(REMARKS.iter().filter(|_| remarks)).copied().collect();
    let mut lines: Vec<Vec<String>> = vec![columns.iter().map(|column| (*column).to_owned()).collect()];
    lines.extend(rows.map(|row| {
        let row = serde_json::to_value(row).expect("cannot fail: plain data with string keys");
        columns.iter().map(|column| cell(&row, column)).collect()
    }));
    for line in lines {
        writer.write_record(line).expect("cannot fail: lines of one length, into memory");
    }
    writer.into_inner().expect("cannot fail: it is memory")
}

fn cell(row: &Value, column: &str) -> String {
    let nested = ["last_activity", "read", "note"].into_iter().find_map(|object| {
        let field = column.strip_prefix(object)?.strip_prefix('_')?;
        Some(&row[object][field])
    });
    let value = nested.unwrap_or(&row[column]);
    match value {
        Value::Null => String::new(),
        Value::String(text) => guard(text.clone()),
        Value::Array(list) => guard(list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}
