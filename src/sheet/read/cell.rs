//! What a cell holds, whatever the file's format.

use chrono::{Duration, NaiveDateTime, NaiveTime};

/// A cell's value; a formula counts by it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Cell {
    #[default]
    Empty,
    Text(String),
    Number(f64),
    Truth(bool),
    /// A date, with a time where there is one.
    Moment(NaiveDateTime),
    /// A length of time.
    Span(Duration),
    /// What a spreadsheet shows for a formula that fails: `#REF!`.
    Error(String),
    /// A formula whose value the file does not hold: it was never calculated.
    Uncalculated,
}

/// What people put into "Read yet?" for "not yet".
const UNREAD: [&str; 9] = ["", "no", "n", "false", "0", "-", "not yet", "☐", "❌"];

impl Cell {
    /// As the spreadsheet would show it, dates in ISO form.
    pub(super) fn text(&self) -> String {
        match self {
            Cell::Empty | Cell::Uncalculated => String::new(),
            Cell::Text(text) | Cell::Error(text) => super::super::tidy(text),
            // 123.0 is shown as 123.
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

    /// Whether there is nothing to see in it.
    pub(super) fn is_blank(&self) -> bool {
        match self {
            Cell::Empty | Cell::Uncalculated => true,
            Cell::Text(text) => text.trim().is_empty(),
            _ => false,
        }
    }

    /// Whether it says yes to "Read yet?".
    pub(super) fn is_yes(&self) -> bool {
        match self {
            Cell::Truth(truth) => *truth,
            Cell::Number(number) => *number != 0.0,
            cell => !UNREAD.contains(&cell.text().to_lowercase().as_str()),
        }
    }

    /// A number of an item: 123, 123.0, `123` or `#123`.
    pub(super) fn item_number(&self) -> Option<i64> {
        /// Up to which a spreadsheet's numbers are exact.
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
        // Within the bounds nothing is lost.
        (number.fract() == 0.0 && (1.0..=EXACT).contains(&number)).then_some(number as i64)
    }
}
