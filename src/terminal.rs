//! Texts of strangers on a person's terminal: titles, names, and what servers answer.
//!
//! A terminal obeys some characters instead of showing them: it moves the cursor, sets the window's title, turns the order
//! of the letters around. None of these reaches it.

/// The text without characters that a terminal obeys, in one line: line breaks and tabs become spaces.
pub fn line(text: &str) -> String {
    text.chars().map(|c| if is_break(c) { ' ' } else { c }).filter(|c| !is_obeyed(*c)).collect()
}

/// The same, in lines and with tabs.
pub fn lines(text: &str) -> String {
    text.chars().filter(|c| matches!(c, '\n' | '\t') || !is_obeyed(*c)).collect()
}

fn is_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\t' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Control characters (C0, DEL, C1), line separators, and what steers the direction of text (Unicode Standard Annex 9) or is
/// never shown: marks of byte order, tags, and blanks without width.
fn is_obeyed(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
        )
}
