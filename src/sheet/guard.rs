//! Keeps texts in CSV from becoming formulas.
//!
//! Strangers write titles and names. An apostrophe in front makes a spreadsheet show the rest as it is. Removing the
//! apostrophe gives back exactly the text that was there. Excel and its like separate cells by `;` or tabs, where `,` is the
//! decimal sign or a person chooses so: then a text with such a character becomes several cells.

use std::borrow::Cow;

/// Characters with which a spreadsheet begins a formula, or which it skips before it looks for one. East Asian spreadsheets
/// accept the wide signs for the narrow ones.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// Where a program that expects other separators begins a cell. It looks for them inside of quotes too, because for it the
/// line does not begin with one.
const SEPARATORS: [char; 2] = [';', '\t'];
/// The signs among [`FORMULA`].
const SIGNS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// Puts an apostrophe in front of a text that needs one, and behind a separator in it that needs one. What looks as if it
/// already had one gets another, so that [`unguard`] is exact.
pub fn guard(text: String) -> String {
    if !text.contains(FORMULA) {
        return text;
    }
    let mut guarded = if is_suspect(&text) { "'".to_owned() } else { String::new() };
    let mut rest = text.as_str();
    while let Some(at) = rest.find(SEPARATORS) {
        let (cell, after) = rest.split_at(at + 1);
        guarded.push_str(cell);
        if begins_formula(after) {
            guarded.push('\'');
        }
        rest = after;
    }
    guarded + rest
}

/// Removes the apostrophes that [`guard`] added.
pub fn unguard(text: &str) -> Cow<'_, str> {
    let text = text.strip_prefix('\'').filter(|rest| is_suspect(rest)).unwrap_or(text);
    let added = |rest: &str| rest.strip_prefix('\'').is_some_and(begins_formula);
    if !text.match_indices(SEPARATORS).any(|(at, _)| added(&text[at + 1..])) {
        return Cow::Borrowed(text);
    }
    let (mut plain, mut rest) = (String::new(), text);
    while let Some(at) = rest.find(SEPARATORS) {
        let (cell, after) = rest.split_at(at + 1);
        plain.push_str(cell);
        rest = if added(after) { &after[1..] } else { after };
    }
    Cow::Owned(plain + rest)
}

fn is_suspect(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(FORMULA)
}

/// Whether a cell that begins with this text would be a formula. Quotes around it would be removed.
fn begins_formula(cell: &str) -> bool {
    cell.trim_start_matches(['\'', '"']).starts_with(SIGNS)
}
