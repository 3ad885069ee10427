//! The queue as CSV (RFC 4180), for spreadsheets that import it by its address.

use serde_json::Value;

use super::fields::Fields;
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

/// Columns that came later, behind the others so that those keep their places.
#[rustfmt::skip]
const LATER: [&str; 16] = [
    "visibility", "closed_at", "closed_reason", "repository_id", "author_id", "waits_for", "waits_since", "review",
    "author_association", "reactions", "commenters", "recent_commenters", "checks", "checks_at", "linked_pull_requests",
    "linked_issues",
];

/// The columns that there are; with `remarks`, also those of what was done here.
pub fn columns(remarks: bool) -> Vec<&'static str> {
    COLUMNS.iter().chain(REMARKS.iter().filter(|_| remarks)).chain(&LATER).copied().collect()
}

/// How a file is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CsvForm {
    /// It begins with a byte order mark.
    pub mark: bool,
    /// Texts stand as they are, also those that a spreadsheet would take for a formula.
    pub raw: bool,
    pub fields: Fields,
}

impl CsvForm {
    /// What of an address keeps it on the next page.
    pub fn query(&self) -> String {
        let mark = if self.mark { "&bom=true" } else { "" };
        let raw = if self.raw { "&raw=true" } else { "" };
        format!("{mark}{raw}{}", self.fields.query())
    }
}

/// A header, and a line for each item; with `remarks`, also who read it, and the note.
pub fn csv(rows: impl Iterator<Item = QueueRow>, remarks: bool, form: &CsvForm) -> Vec<u8> {
    let begin = if form.mark { BYTE_ORDER_MARK.as_bytes() } else { &[] };
    let mut writer = csv::Writer::from_writer(begin.to_vec());
    let all = columns(remarks);
    let columns = form.fields.among(&all);
    let mut lines: Vec<Vec<String>> = vec![columns.iter().map(|column| (*column).to_owned()).collect()];
    lines.extend(rows.map(|row| {
        let row = serde_json::to_value(row).expect("cannot fail: plain data with string keys");
        columns.iter().map(|column| cell(&row, column, form.raw)).collect()
    }));
    for line in lines {
        writer.write_record(line).expect("cannot fail: lines of one length, into memory");
    }
    writer.into_inner().expect("cannot fail: it is memory")
}

fn cell(row: &Value, column: &str, raw: bool) -> String {
    let nested = ["last_activity", "read", "note"].into_iter().find_map(|object| {
        let field = column.strip_prefix(object)?.strip_prefix('_')?;
        Some(&row[object][field])
    });
    text(nested.unwrap_or(&row[column]), raw)
}

/// A value as a cell. Unless `raw`, a text that a spreadsheet would take for a formula gets an apostrophe in front,
/// because strangers write titles and names.
pub fn text(value: &Value, raw: bool) -> String {
    let guarded = |text: String| if raw { text } else { guard(text) };
    // RFC 4180 takes blanks for part of a cell.
    let comma = if raw { "," } else { ", " };
    match value {
        Value::Null => String::new(),
        Value::String(text) => guarded(text.clone()),
        Value::Array(list) => {
            let texts = list.iter().map(|entry| entry.as_str().map_or_else(|| entry.to_string(), listed));
            guarded(texts.collect::<Vec<_>>().join(comma))
        }
        other => other.to_string(),
    }
}

/// A name in a list, which is a line of CSV again: one with a comma or a quotation mark in it, or blanks around it, stands
/// in quotes, and each mark in it is doubled.
fn listed(name: &str) -> String {
    let plain = !name.contains([',', '"', '\r', '\n']) && name.trim() == name && !name.is_empty();
    if plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}
