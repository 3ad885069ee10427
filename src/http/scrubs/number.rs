//! A scrub's number in a path.

use crate::http::problem::Problem;
use crate::service::Refusal;

/// The scrub's number that a path names.
///
/// # Errors
/// 404 for what is no number: there is no such scrub.
pub(super) fn scrub_number(text: &str) -> Result<i64, Problem> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten().ok_or_else(|| Refusal::UnknownScrub.into())
}
