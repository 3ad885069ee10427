//! What people may write: their names, and notes.

use crate::activity::NoteText;

/// The most characters of a name.
const LONGEST_NAME: usize = 100;

/// The most characters of a talk's title, and of why a meeting is cancelled or moved.
pub const LONGEST_LINE: usize = 200;

/// The most characters of a note's texts.
pub const LONGEST_ACTION: usize = 1_000;
pub const LONGEST_COMMENT: usize = 10_000;
pub const LONGEST_FLAG: usize = 200;

/// A person's name or login, without the `@` that people put in front. `None` unless it has 1 to 100 characters on one line.
pub fn person_name(text: &str) -> Option<String> {
    let name = bare_name(text);
    let fits = (1..=LONGEST_NAME).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    fits.then(|| name.to_owned())
}

/// A name without the blanks around it and the `@` in front.
pub fn bare_name(text: &str) -> &str {
    let name = text.trim();
    name.strip_prefix('@').unwrap_or(name).trim()
}

/// A text on one line, without what would change how the texts around it are read: control characters, marks of direction,
/// and what has no width. What joins letters and emoji stays.
pub fn one_line(text: &str) -> String {
    let blank = |char: char| if char.is_control() { ' ' } else { char };
    let text: String = text.chars().filter(|char| !is_unseen(*char)).map(blank).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a character is only an instruction to whoever lays out a text: Unicode's marks of direction (UAX #9), breaks and
/// joins without width, and tags.
fn is_unseen(char: char) -> bool {
    matches!(char,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// A text of [`LONGEST_LINE`] characters at most, as [`one_line`]; `None` if it is longer.
pub fn short_line(text: &str) -> Option<String> {
    (text.chars().count() <= LONGEST_LINE).then(|| one_line(text))
}

/// Why a text cannot be part of a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field} has at most {longest} characters, and no U+0000")]
pub struct BadNote {
    pub field: &'static str,
    pub longest: usize,
}

/// A note without the blanks around its texts.
pub fn note_text(written: &NoteText) -> Result<NoteText, BadNote> {
    let text = |field, text: &str, longest| {
        let text = text.trim().to_owned();
        let fits = !text.contains('\0') && text.chars().count() <= longest;
        if fits { Ok(text) } else { Err(BadNote { field, longest }) }
    };
    Ok(NoteText {
        recommended_action: text("recommended_action", &written.recommended_action, LONGEST_ACTION)?,
        comment: text("comment", &written.comment, LONGEST_COMMENT)?,
        flag: text("flag", &written.flag, LONGEST_FLAG)?,
    })
}
