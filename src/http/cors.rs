//! Which web pages may call the API: none, unless `BUGSCRUB_CORS_ORIGINS` names their origins.

use axum::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, ETAG, IF_MATCH, IF_NONE_MATCH, LINK, RETRY_AFTER};
use axum::http::{HeaderValue, Method};
use tower_http::cors::{AllowOrigin, CorsLayer};

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
            let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
            let sound = origin == "*" || host.is_some_and(|host| !host.is_empty() && !host.contains('/'));
            let value = HeaderValue::from_str(origin).ok().filter(|_| sound);
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
            .allow_headers([ACCEPT, AUTHORIZATION, CONTENT_TYPE, IF_MATCH, IF_NONE_MATCH])
            .expose_headers([ETAG, LINK, RETRY_AFTER]);
        (!self.0.is_empty()).then_some(layer)
    }
}
