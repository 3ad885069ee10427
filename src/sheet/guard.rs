//! Texts in CSV that a spreadsheet would take for a formula.
//!
//! Titles and names are written by strangers. An apostrophe in front makes a spreadsheet show the
//! rest as it is; taking it off again gives the very text that was there.

/// What spreadsheets take for the beginning of a formula, or skip before they look for one; the
/// wide signs are what an East Asian spreadsheet takes for the narrow ones.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// The text with an apostrophe in front where it needs one. A text that looks as if it had one
/// already gets another, so that [`unguard`] is exact.
pub fn guard(text: String) -> String {
    if is_suspect(&text) { format!("'{text}") } else { text }
}

/// The text that was guarded.
pub fn unguard(text: &str) -> &str {
    text.strip_prefix('\'').filter(|rest| is_suspect(rest)).unwrap_or(text)
}

fn is_suspect(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(FORMULA)
}
