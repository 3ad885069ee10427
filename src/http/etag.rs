//! Entity tags: a tag names the version of an answer, so that an unchanged answer need not be sent again.
//!
//! An answer whose version is known before it is made has a tag of its own making ([`tag`]). Any other
//! that is read has one that is made of what it says, and so tells nothing else.

use axum::Router;
use axum::body::{Body, Bytes, HttpBody as _, to_bytes};
use axum::extract::Request;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use super::problem::Problem;
use crate::service::queue::Version;

/// Bytes of an answer at most that a tag is made of.
const LARGEST: u64 = 32 * 1024 * 1024;

/// What proxies that compress put behind a tag: Apache and Caddy, Jetty.
const SUFFIXES: [&str; 6] = ["--gzip", "-gzip", "-br", "-zstd", "-deflate", ";gzip"];

/// The tag of a version of an answer in one `form`.
pub fn tag(version: &Version, form: &str) -> String {
    let Version { account_id, date, generation, position, asked } = version;
    let hash = hash(&[env!("CARGO_PKG_VERSION"), form, " ", asked].map(str::as_bytes));
    format!("W/\"{account_id}-{date}-{generation}.{position}-{hash}\"")
}

/// Whether the request's `If-None-Match` names the tag (RFC 9110, 13.1.2; weak comparison).
pub fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    named(headers, &IF_NONE_MATCH).any(|given| given == "*" || given == opaque(tag))
}

/// The tags that a header names, without what proxies make of them: weak ones of strong ones, and a
/// suffix for the coding.
pub fn named<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let given = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    given.flat_map(|list| list.split(',')).map(opaque)
}

/// What stands in a tag's quotes; a `*` without them stands for any, and anything else is no tag.
fn opaque(tag: &str) -> &str {
    let tag = tag.trim();
    let quoted = tag.strip_prefix("W/").unwrap_or(tag);
    let inside = match quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        None if tag == "*" => return tag,
        None | Some("*") => return "",
        Some(inside) => inside,
    };
    SUFFIXES.iter().find_map(|suffix| inside.strip_suffix(suffix)).unwrap_or(inside)
}

fn hash(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    parts.iter().for_each(|part| hash.update(part));
    hex::encode(&hash.finalize()[..8])
}

/// Gives each answer that is read a tag, and answers 304 where the client has it.
pub fn with_tags<S: Clone + Send + Sync + 'static>(router: Router<S>) -> Router<S> {
    router.layer(from_fn(async |request: Request, next: Next| -> Response {
        let read = [Method::GET, Method::HEAD].contains(request.method());
        let (whole, headers) = (request.method() == Method::GET, request.headers().clone());
        let response = next.run(request).await;
        if !read || response.status() != StatusCode::OK {
            return response;
        }
        let response = if whole { tagged(response).await } else { response };
        let tag = response.headers().get(ETAG).and_then(|tag| tag.to_str().ok());
        if tag.is_some_and(|tag| is_known(&headers, tag)) { unchanged(response) } else { response }
    }))
}

/// With a tag, if it is an answer of which all is there and that has none.
async fn tagged(response: Response) -> Response {
    let exact = response.body().size_hint().exact();
    if response.headers().contains_key(ETAG) || exact.is_none_or(|size| size > LARGEST) {
        return response;
    }
    let (mut head, body) = response.into_parts();
    // It is in memory.
    let Ok(bytes) = to_bytes(body, usize::MAX).await else { return Problem::internal().into_response() };
    let form = head.headers.get(CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
    let tag = format!("W/\"{}\"", hash(&[form, &bytes]));
    head.headers.extend(HeaderValue::try_from(tag).map(|tag| (ETAG, tag)));
    Response::from_parts(head, Body::from(bytes))
}

/// The same without what the client has already.
fn unchanged(response: Response) -> Response {
    let (mut head, _) = response.into_parts();
    head.status = StatusCode::NOT_MODIFIED;
    head.headers.remove(CONTENT_TYPE);
    head.headers.remove(CONTENT_LENGTH);
    Response::from_parts(head, Body::from(Bytes::new()))
}
