//! A scrub's number in a path.

/// The scrub's number that a path names; -1, which no scrub has, for what is no number. So the answer to
/// a path that names no scrub is the same however it fails to name one, and comes after the question
/// whether the one who asks may know.
pub(super) fn scrub_number(text: &str) -> i64 {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten().unwrap_or(-1)
}
