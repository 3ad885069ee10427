//! A scrub's number in a path.

use crate::http::params::digits;

/// The number that a path names. A text that is not a number becomes -1, which no scrub has. So a path that names no
/// scrub always has the same answer, which comes only after the check whether the caller may know.
pub(super) fn scrub_number(text: &str) -> i64 {
    digits(text).unwrap_or(-1)
}
