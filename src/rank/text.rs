//! How names and titles are compared: without regard to case.
//!
//! The store narrows what it reads by Postgres' own comparison, and what it has read is compared
//! here: so a name means the same in every answer, whatever the database's locale.

/// A text as it is compared: in lower case, letter by letter.
///
/// A letter outside ASCII never becomes one of ASCII (U+212A, the Kelvin sign, is no k), so that a
/// text of ASCII alone can be looked up by Postgres' `lower`, which agrees with this one there.
pub fn folded(text: &str) -> String {
    text.chars().map(fold).collect()
}

/// Whether two names are the same.
pub fn same(one: &str, other: &str) -> bool {
    // Nearly all names are ASCII, and an account may have many.
    if one.is_ascii() && other.is_ascii() {
        return one.eq_ignore_ascii_case(other);
    }
    one.chars().map(fold).eq(other.chars().map(fold))
}

/// Whether a text has another one in it.
pub fn contains(text: &str, part: &str) -> bool {
    folded(text).contains(&folded(part))
}

/// One letter for one letter: the only letter whose lower case has two is U+0130, which stays.
fn fold(letter: char) -> char {
    if letter.is_ascii() {
        return letter.to_ascii_lowercase();
    }
    let mut lower = letter.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(lower), None) if !lower.is_ascii() => lower,
        _ => letter,
    }
}

/// Whether a letter may be compared equal to another one.
pub fn is_cased(letter: char) -> bool {
    !letter.to_lowercase().eq([letter]) || !letter.to_uppercase().eq([letter])
}
