//! Words in pictures: the room that they take, cutting them, and cleaning untrusted ones.

/// How many pixels `words` take at most in most fonts: on average 0.56 of the size for a letter, or the whole size beyond Latin.
pub(super) fn width_of(words: &str, size: f64) -> i32 {
    let letters: f64 = words.chars().map(|character| if character < '\u{250}' { 0.56 } else { 1.0 }).sum();
    (letters * size).ceil() as i32
}

/// Cleans `words` and cuts them to `width` pixels. An ellipsis shows that something was cut.
pub(super) fn fitted(words: &str, width: i32, size: f64) -> String {
    let words = clean(words);
    if width_of(&words, size) <= width {
        return words;
    }
    let mut kept = words;
    while kept.pop().is_some() && width_of(&kept, size) + size as i32 > width {}
    kept + "…"
}

/// Replaces the characters that XML does not allow (control characters and noncharacters) and those that change the direction of
/// text. plotters escapes the rest.
pub(super) fn clean(words: &str) -> String {
    let bad = |character: char| {
        character.is_control()
            || matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
            || matches!(character, '\u{fffe}' | '\u{ffff}')
    };
    words.chars().map(|character| if bad(character) { '\u{fffd}' } else { character }).collect()
}

/// A short form of a count: 123, 1.2k, 12k, 1.2M. It is cut, not rounded.
pub(super) fn short(number: i64) -> String {
    match number {
        ..1_000 => number.to_string(),
        1_000..10_000 => format!("{:.1}k", (number / 100) as f64 / 10.0),
        10_000..1_000_000 => format!("{}k", number / 1_000),
        _ => format!("{:.1}M", (number / 100_000) as f64 / 10.0),
    }
}

/// Writes 1234567 as 1,234,567.
pub(super) fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut shown = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    if number < 0 { format!("-{shown}") } else { shown }
}
