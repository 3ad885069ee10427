//! What browsers are told about every answer: not to guess what it is, not to tell other sites where it came
//! from, and what it may load.
//!
//! Tokens and tickets stand in URLs, so no `Referer` may carry these away. Charts are for pages of others; everything
//! else is nobody's to frame.

use axum::Router;
use axum::extract::Request;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderValue, header::HeaderMap};
use axum::middleware::{Next, from_fn};
use axum::response::Response;

/// Of answers for programs, which load nothing.
const DATA: &str = "default-src 'none'; frame-ancestors 'none'";
/// Of charts. Opened by themselves they are documents, which could otherwise act as pages of this site.
const CHART: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";
/// Of the page at /docs, whose scripts and styles are its own. Swagger UI sets styles of elements.
const DOCS: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                    font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; \
                    frame-ancestors 'none'";

/// Adds these headers to the router's answers. An answer that brings a policy of its own keeps it.
pub fn with_policies<S: Clone + Send + Sync + 'static>(router: Router<S>) -> Router<S> {
    router.layer(from_fn(async |request: Request, next: Next| -> Response {
        let path = request.uri().path();
        let docs = path == "/docs" || path.starts_with("/docs/");
        let mut response = next.run(request).await;
        let policy = match response.headers() {
            _ if docs => DOCS,
            headers if is_chart(headers) => CHART,
            _ => DATA,
        };
        add(response.headers_mut(), policy);
        response
    }))
}

/// Adds the headers of an answer for programs.
pub fn add_policies(headers: &mut HeaderMap) {
    add(headers, DATA);
}

fn add(headers: &mut HeaderMap, policy: &'static str) {
    let policies = [(X_CONTENT_TYPE_OPTIONS, "nosniff"), (REFERRER_POLICY, "no-referrer")];
    headers.extend(policies.map(|(name, value)| (name, HeaderValue::from_static(value))));
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(policy));
}

fn is_chart(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"image/svg+xml"))
}
