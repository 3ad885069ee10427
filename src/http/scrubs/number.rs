//! A scrub's number in a path.

/// The number that a path names. A text that is not a number becomes -1, which no scrub has. So a path that names no
/// scrub always has the same answer, which comes only after the check whether the caller may know.
pub(super) fn scrub_number(text: &str) -> i64 {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten().unwrap_or(-1)
}
