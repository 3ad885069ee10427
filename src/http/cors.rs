//! Which web pages may call the API: none, unless `BUGSCRUB_CORS_ORIGINS` names their origins.

use std::time::Duration;

use axum::http::header::{
    ACCEPT, AUTHORIZATION, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, ETAG, IF_MATCH, IF_NONE_MATCH, LINK,
    LOCATION, RETRY_AFTER,
};
use axum::http::{HeaderName, HeaderValue, Method};
use reqwest::Url;
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::authorship::IDEMPOTENCY_KEY;
use super::limit::{LIMIT, REMAINING, RESET};
use super::trace::REQUEST_ID;
use super::warnings::WARNING;

/// Headers that a page may send; browsers send `Last-Event-ID` when they follow a stream again.
const SENT: [HeaderName; 9] = [
    ACCEPT,
    AUTHORIZATION,
    CACHE_CONTROL,
    CONTENT_TYPE,
    IDEMPOTENCY_KEY,
    IF_MATCH,
    IF_NONE_MATCH,
    HeaderName::from_static("last-event-id"),
    REQUEST_ID,
];
/// Headers of an answer that a page may read.
const READ: [HeaderName; 10] =
    [CONTENT_DISPOSITION, ETAG, LIMIT, LINK, LOCATION, REMAINING, REQUEST_ID, RESET, RETRY_AFTER, WARNING];
/// For how long a browser need not ask whether a page may call.
const ASKED_ANEW: Duration = Duration::from_secs(3_600);

/// Origins such as `https://dashboard.example`, or `*` for any.
#[derive(Clone, Debug, Default)]
pub struct Origins(Vec<HeaderValue>);

/// A text that is not an origin.
#[derive(Debug, thiserror::Error)]
#[error("BUGSCRUB_CORS_ORIGINS: {0:?} is neither * nor an origin such as https://dashboard.example")]
pub struct OriginError(String);

impl Origins {
    /// # Errors
    /// Names the first text that is neither `*` nor a scheme and a host.
    pub fn new(origins: &[String]) -> Result<Self, OriginError> {
        let origins = origins.iter().map(|origin| origin.trim()).filter(|origin| !origin.is_empty());
        let parsed = origins.map(|origin| {
            let as_sent = if origin == "*" { Some(origin.to_owned()) } else { as_sent(origin) };
            let value = as_sent.and_then(|origin| HeaderValue::from_str(&origin).ok());
            value.ok_or_else(|| OriginError(origin.to_owned()))
        });
        Ok(Self(parsed.collect::<Result<_, _>>()?))
    }

    /// The layer that lets these origins in; `None` if there are none. Credentials are not allowed: a
    /// token is sent in a header, never in a cookie.
    pub(super) fn layer(&self) -> Option<CorsLayer> {
        let any = self.0.iter().any(|origin| origin == "*");
        let origins = if any { AllowOrigin::any() } else { AllowOrigin::list(self.0.clone()) };
        let layer = CorsLayer::new()
            .allow_origin(origins)
            .allow_methods([Method::GET, Method::PUT, Method::POST, Method::DELETE])
            .allow_headers(SENT)
            .expose_headers(READ)
            .max_age(ASKED_ANEW);
        (!self.0.is_empty()).then_some(layer)
    }
}

/// An origin as browsers write it: in lower case, without the usual port and without a slash behind. `None` for what
/// is more than an origin.
fn as_sent(origin: &str) -> Option<String> {
    let url = Url::parse(origin).ok().filter(|url| ["http", "https"].contains(&url.scheme()))?;
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let open = url.username().is_empty() && url.password().is_none();
    // No host has a star in its name; the parser leaves out what cannot be seen.
    let plain = origin.contains("://") && !origin.contains(|letter: char| letter == '*' || letter.is_control());
    (bare && open && plain).then(|| url.origin().ascii_serialization())
}
