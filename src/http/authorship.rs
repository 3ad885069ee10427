//! Who writes, and how a write is known if it comes again: every write of a scrub begins with these.
//!
//! A client that got no answer sends its request again under the same `Idempotency-Key`
//! (draft-ietf-httpapi-idempotency-key-header), and it is done once. A key belongs to a token, a method,
//! a path and a body.

use std::convert::Infallible;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderName, Method};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use super::json;
use super::problem::Problem;
use crate::service::authorship::Authorship;

pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Characters of a key at most.
const LONGEST: usize = 255;
/// What a key may be: see [`read_key`].
pub const KEY_PATTERN: &str = r#"^([!#-~]|[!#-~][ -~]{0,253}[!-~]|"[ !#-~]{1,255}")$"#;

/// By what a request is known if it comes again.
#[derive(Clone)]
struct Repeatable {
    key: String,
    /// A hash of method, path, query and body.
    content: Vec<u8>,
}

/// How a write is known; nothing unless its sender named a key.
pub struct WriteId(Option<Repeatable>);

impl<S: Send + Sync> FromRequestParts<S> for WriteId {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(parts.extensions.get::<Repeatable>().cloned()))
    }
}

impl WriteId {
    /// With the person whom the request names as its author.
    pub fn by(self, by: Option<&str>) -> Authorship {
        let repeatable = self.0.map(|Repeatable { key, content }| (key, content));
        Authorship { repeatable, by: by.map(str::to_owned) }
    }
}

/// Reads the requests that have a key, so that handlers find what they are known by. A spreadsheet needs
/// none: taken in again, it changes nothing.
pub fn with_keys<S: Clone + Send + Sync + 'static>(router: Router<S>) -> Router<S> {
    router.layer(from_fn(async |request: Request, next: Next| -> Response {
        let writes = ![Method::GET, Method::HEAD, Method::OPTIONS].contains(request.method());
        let api = request.uri().path().starts_with("/api/") && request.uri().path() != "/api/v1/sheets";
        if !(writes && api && request.headers().contains_key(IDEMPOTENCY_KEY)) {
            return next.run(request).await;
        }
        match repeatable(request).await {
            Ok(request) => next.run(request).await,
            Err(problem) => problem.into_response(),
        }
    }))
}

/// The draft puts a key in quotes; most clients do not.
fn read_key(given: &str) -> Option<&str> {
    let key = match given.strip_prefix('"') {
        Some(rest) => rest.strip_suffix('"').filter(|key| !key.contains('"'))?,
        None => given,
    };
    let is_plain = key.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    ((1..=LONGEST).contains(&key.len()) && is_plain).then_some(key)
}

async fn repeatable(request: Request) -> Result<Request, Problem> {
    let (mut parts, body) = request.into_parts();
    let given = parts.headers.get(IDEMPOTENCY_KEY).and_then(|value| value.to_str().ok()).unwrap_or_default().trim();
    let refused = || Problem::bad_parameter("Idempotency-Key").detail("1 to 255 characters of ASCII, such as a UUID.");
    let key = read_key(given).ok_or_else(refused)?;
    let body = to_bytes(body, json::LARGEST).await.map_err(|_| {
        Problem::of(axum::http::StatusCode::PAYLOAD_TOO_LARGE).detail("The body has more than 256 KiB, or broke off.")
    })?;
    let mut content = Sha256::new();
    for part in [parts.method.as_str(), parts.uri.path(), parts.uri.query().unwrap_or_default()] {
        content.update(part);
        content.update([0]);
    }
    content.update(&body);
    let repeatable = Repeatable { key: key.to_owned(), content: content.finalize().to_vec() };
    parts.extensions.insert(repeatable);
    Ok(Request::from_parts(parts, Body::from(body)))
}
