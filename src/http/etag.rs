//! Weak entity tags: a tag names the version of an answer, so that an unchanged answer need not be made again.

use axum::http::HeaderMap;
use axum::http::header::IF_NONE_MATCH;
use sha2::{Digest, Sha256};

use crate::service::queue::Version;

/// The tag of a version of an answer in one `form`.
pub fn tag(version: &Version, form: &str) -> String {
    let Version { account_id, date, generation, position, asked } = version;
    let mut hash = Sha256::new();
    hash.update(env!("CARGO_PKG_VERSION"));
    hash.update(form);
    hash.update(" ");
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
