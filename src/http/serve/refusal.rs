//! What hyper answers by itself, in our words.
//!
//! hyper refuses a request that it cannot read before any handler sees it, with a status and nothing
//! else. Whatever of ours fails has a problem document, so an empty 400, 414 or 431 is hyper's.
//!
//! Not covered: what hyper does not answer at all, such as the first bytes of HTTP/2.

use axum::http::StatusCode;
use bytes::Bytes;

use crate::http::problem::Problem;

/// Bytes of a head of hyper's own at most.
const LONGEST: usize = 512;

/// The same refusal with a problem document; `None` if the bytes are anything else.
pub(super) fn in_our_words(written: &[u8]) -> Option<Bytes> {
    let written = written.strip_prefix(b"HTTP/1.1 4").filter(|rest| rest.len() <= LONGEST)?;
    let head = std::str::from_utf8(written).ok()?.strip_suffix("\r\n\r\n")?;
    let (status, detail) = match head.get(..2)? {
        "00" => (StatusCode::BAD_REQUEST, "The request is not HTTP/1.1 that can be read."),
        "14" => (StatusCode::URI_TOO_LONG, "The address is too long. A view can hold long filters."),
        "31" => (
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            "The request's head has more than 64 KiB, its address included, or more than 100 headers. \
             A view can hold long filters.",
        ),
        _ => return None,
    };
    let mut lines = head.split("\r\n");
    let first = lines.next()?;
    let (empty, others): (Vec<&str>, Vec<&str>) =
        lines.partition(|line| line.to_ascii_lowercase().starts_with("content-length:"));
    if !matches!(empty.as_slice(), [only] if only.ends_with(" 0")) {
        return None;
    }
    let body = serde_json::to_string(&Problem::of(status).detail(detail)).ok()?;
    let mut answer =
        format!("HTTP/1.1 4{first}\r\ncontent-type: application/problem+json\r\ncache-control: no-store\r\n");
    for other in others {
        answer.push_str(&format!("{other}\r\n"));
    }
    answer.push_str(&format!("content-length: {}\r\n\r\n{body}", body.len()));
    Some(answer.into())
}
