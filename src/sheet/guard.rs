//! Keeps texts in CSV from becoming formulas.
//!
//! Strangers write titles and names. An apostrophe in front makes a spreadsheet show the rest as it is. Removing the
//! apostrophe gives back exactly the text that was there.

/// Characters with which a spreadsheet begins a formula, or which it skips before it looks for one. East Asian spreadsheets
/// accept the wide signs for the narrow ones.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// Puts an apostrophe in front of a text that needs one. A text that looks as if it already had one gets another, so that
/// [`unguard`] is exact.
pub fn guard(text: String) -> String {
    if is_suspect(&text) { format!("'{text}") } else { text }
}

/// Removes the apostrophe that [`guard`] added.
pub fn unguard(text: &str) -> &str {
    text.strip_prefix('\'').filter(|rest| is_suspect(rest)).unwrap_or(text)
}

fn is_suspect(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(FORMULA)
}
