//! Weak entity tags: a tag names everything an answer depends on, so that an unchanged answer need not be
//! made again.

use axum::http::HeaderMap;
use axum::http::header::IF_NONE_MATCH;
use chrono::NaiveDate;
use sha2::{Digest, Sha256};

/// The tag of an answer about one account. It holds the account's id, the date to which days are counted,
/// the generation and position of its log and, as a hash, everything that was asked and what the caller
/// may see.
pub fn tag(account_id: i64, date: NaiveDate, generation: i64, position: i64, asked: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(env!("CARGO_PKG_VERSION"));
    hash.update(asked);
    let hash = hex::encode(&hash.finalize()[..8]);
    format!("W/\"{account_id}-{date}-{generation}.{position}-{hash}\"")
}

/// Whether the request's `If-None-Match` names the tag (RFC 9110, 13.1.2; weak comparison).
pub fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let given = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    given.flat_map(|list| list.split(',')).any(|given| given.trim() == "*" || opaque(given) == opaque(tag))
}
