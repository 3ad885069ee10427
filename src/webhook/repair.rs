//! The repair of JSON that is whole, but for characters and numbers that no reader takes: half of a
//! surrogate pair (half an emoji, where somebody cut a text), bytes that are not UTF-8, numbers beyond
//! all bounds, a byte order mark. Each costs itself: U+FFFD stands for it, or null.

use std::borrow::Cow;

/// The bytes with these repaired; `None` if there is nothing to repair.
pub fn repaired(json: &[u8]) -> Option<Vec<u8>> {
    let text = String::from_utf8_lossy(json);
    let mut changed = matches!(text, Cow::Owned(_));
    let bare = text.trim_start_matches('\u{FEFF}');
    changed |= bare.len() < text.len();
    let mut repaired = String::with_capacity(bare.len());
    let mut rest = bare;
    while let Some(at) = rest.find(|next: char| next == '"' || next == '-' || next.is_ascii_digit()) {
        repaired.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(inside) = rest.strip_prefix('"') {
            let end = end_of_string(inside);
            repaired.push('"');
            changed |= push_string(&inside[..end], &mut repaired);
            rest = &inside[end..];
            if let Some(after) = rest.strip_prefix('"') {
                repaired.push('"');
                rest = after;
            }
        } else {
            let end = rest.find(|next: char| !"+-.eE0123456789".contains(next)).unwrap_or(rest.len());
            let number = &rest[..end];
            // What is no number at all stays as it is, and is refused.
            let endless = number.parse::<f64>().is_ok_and(f64::is_infinite);
            repaired.push_str(if endless { "null" } else { number });
            changed |= endless;
            rest = &rest[end..];
        }
    }
    repaired.push_str(rest);
    changed.then(|| repaired.into_bytes())
}

/// Where the string ends that begins here: at its quote, or with the text.
fn end_of_string(text: &str) -> usize {
    let mut escaped = false;
    let end = text.bytes().position(|byte| {
        let quote = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        quote
    });
    end.unwrap_or(text.len())
}

/// Adds the inside of a string; whether a half pair was replaced.
fn push_string(inside: &str, repaired: &mut String) -> bool {
    let mut changed = false;
    let mut rest = inside;
    while let Some(at) = rest.find('\\') {
        repaired.push_str(&rest[..at]);
        rest = &rest[at..];
        let Some(unit) = unit(rest) else {
            // Another escape: the backslash and what it escapes, which may be a backslash.
            let length = rest.chars().take(2).map(char::len_utf8).sum();
            repaired.push_str(&rest[..length]);
            rest = &rest[length..];
            continue;
        };
        let pair =
            matches!(unit, 0xD800..=0xDBFF) && matches!(rest.get(ESCAPE..).and_then(self::unit), Some(0xDC00..=0xDFFF));
        let (length, half) = match unit {
            _ if pair => (2 * ESCAPE, false),
            0xD800..=0xDFFF => (ESCAPE, true),
            _ => (ESCAPE, false),
        };
        repaired.push_str(if half { "\u{FFFD}" } else { &rest[..length] });
        changed |= half;
        rest = &rest[length..];
    }
    repaired.push_str(rest);
    changed
}

/// The length of an escape such as `\ud83d`.
const ESCAPE: usize = 6;

/// The number in an escape with four digits at the beginning of a text.
fn unit(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok())?
}
