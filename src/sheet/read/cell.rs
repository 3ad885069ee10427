//! What a cell holds, in any format.

use std::ops::RangeInclusive;

use chrono::{Duration, NaiveDate, NaiveDateTime, NaiveTime};

use crate::sheet::book::tidy;

/// A cell's value. A formula counts with its value.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Cell {
    #[default]
    Empty,
    Text(String),
    Number(f64),
    Truth(bool),
    /// A date, with or without a time.
    Moment(NaiveDateTime),
    /// A duration.
    Span(Duration),
    /// What a spreadsheet shows if a formula fails: `#REF!`.
    Error(String),
    /// A formula without a value, because it was never calculated.
    Uncalculated,
}

/// What people write into "Read yet?" if they have.
#[rustfmt::skip]
const READ: [&str; 20] = [
    "x", "xx", "y", "yes", "true", "1", "done", "read", "ok", "ja", "oui", "si", "sí", "👀", "✓", "✔", "✔️", "☑", "☑️", "✅",
];
/// What they write if they have not.
#[rustfmt::skip]
const UNREAD: [&str; 24] = [
    "", "no", "n", "nein", "non", "not yet", "false", "0", "-", "–", "—", "skip", "skipped", "n/a", "na", "none", "unread", "later", "todo",
    "to do", "?", "☐", "❌", "✗",
];

/// A block of merged cells: rows as the spreadsheet numbers them, columns from 0.
#[derive(Clone, Debug)]
pub(super) struct Merge {
    pub lines: RangeInclusive<u32>,
    pub places: RangeInclusive<usize>,
}

impl Cell {
    /// A date as XML writes it, with or without a time; any other text as it is.
    pub(super) fn from_iso_date(text: &str) -> Self {
        let plain = text.trim().trim_end_matches('Z');
        let time = plain.parse::<NaiveDateTime>().ok();
        let date = || plain.parse::<NaiveDate>().ok().map(|date| date.and_time(NaiveTime::MIN));
        time.or_else(date).map_or_else(|| Cell::Text(text.to_owned()), Cell::Moment)
    }

    /// The cell as the spreadsheet would show it, with dates in ISO form.
    pub(super) fn text(&self) -> String {
        match self {
            Cell::Empty | Cell::Uncalculated => String::new(),
            Cell::Text(text) | Cell::Error(text) => tidy(text),
            // Shows 123.0 as 123.
            Cell::Number(number) => number.to_string(),
            Cell::Truth(true) => "TRUE".to_owned(),
            Cell::Truth(false) => "FALSE".to_owned(),
            Cell::Moment(moment) if moment.time() == NaiveTime::MIN => moment.date().to_string(),
            Cell::Moment(moment) => moment.to_string(),
            Cell::Span(span) => {
                let minutes = span.num_minutes();
                format!("{}:{:02}:{:02}", minutes / 60, minutes % 60, span.num_seconds() % 60)
            }
        }
    }

    /// Whether the cell shows nothing.
    pub(super) fn is_blank(&self) -> bool {
        match self {
            Cell::Empty | Cell::Uncalculated => true,
            Cell::Text(text) => text.trim().is_empty(),
            _ => false,
        }
    }

    /// Whether it answers "Read yet?" with yes. A date says when, and a number which scrub. `None` for words that mean neither
    /// yes nor no.
    pub(super) fn is_yes(&self) -> Option<bool> {
        match self {
            Cell::Truth(truth) => return Some(*truth),
            Cell::Number(number) => return Some(*number != 0.0),
            Cell::Moment(_) | Cell::Span(_) => return Some(true),
            Cell::Empty | Cell::Uncalculated | Cell::Text(_) | Cell::Error(_) => {}
        }
        let text = self.text().to_lowercase();
        let word = text.trim_end_matches(['.', '!']);
        let is = |words: &[&str]| words.contains(&text.as_str()) || words.contains(&word);
        let tells = word.parse::<f64>().is_ok_and(f64::is_finite) || word.parse::<NaiveDate>().is_ok();
        match (is(&READ), is(&UNREAD)) {
            (_, true) => Some(false),
            (true, _) => Some(true),
            _ => tells.then(|| word.parse::<f64>() != Ok(0.0)),
        }
    }

    /// The number of an item, from 123, 123.0, `123` or `#123`.
    pub(super) fn item_number(&self) -> Option<i64> {
        /// The numbers of a spreadsheet are exact up to this.
        const EXACT: f64 = 9_007_199_254_740_992.0;
        let number = match self {
            Cell::Number(number) => *number,
            Cell::Text(text) => {
                let digits = text.trim().trim_start_matches('#');
                let (whole, rest) = digits.split_once('.').unwrap_or((digits, ""));
                let plain = !whole.is_empty() && whole.bytes().all(|byte| byte.is_ascii_digit());
                if !plain || rest.bytes().any(|byte| byte != b'0') {
                    return None;
                }
                return whole.parse().ok().filter(|number| *number > 0);
            }
            _ => return None,
        };
        // Exact within these bounds.
        (number.fract() == 0.0 && (1.0..=EXACT).contains(&number)).then_some(number as i64)
    }
}
