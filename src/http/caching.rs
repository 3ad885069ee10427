//! What caches may do with an answer: every one says it.

use axum::Router;
use axum::extract::Request;
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, COOKIE, VARY};
use axum::http::{HeaderValue, Method};
use axum::middleware::{Next, from_fn};
use axum::response::Response;

/// What was read with a token or a session is its holder's alone, and is asked for anew each time, by its ETag. So is what was read
/// without one: links in it may lead where a header of the request said.
pub const OWN: &str = "private, no-cache";
/// The same for what a token in the address reads: whoever has the address may keep it. A caching image proxy,
/// such as GitHub's, holds an SVG for as long as it likes unless it must ask again.
pub const SHARED: &str = "no-cache";
/// What is true at this moment only, and what a write answers.
pub const NOT_KEPT: &str = "no-store";

/// Adds `Cache-Control` to each answer that has none.
pub fn with_caching<S: Clone + Send + Sync + 'static>(router: Router<S>) -> Router<S> {
    router.layer(from_fn(async |request: Request, next: Next| -> Response {
        let read = [Method::GET, Method::HEAD].contains(request.method());
        let of_api = request.uri().path().starts_with("/api/");
        let with_header = [AUTHORIZATION, COOKIE].iter().any(|name| request.headers().contains_key(name));
        let in_address = request.uri().query().unwrap_or_default().split('&').any(|pair| pair.starts_with("token="));
        let usual = match request.uri().path() {
            _ if !read => NOT_KEPT,
            "/healthz" | "/readyz" | "/metrics" => NOT_KEPT,
            _ if of_api && (with_header || !in_address) => OWN,
            _ => SHARED,
        };
        let mut response = next.run(request).await;
        let usual = if response.status().is_success() || response.status().is_redirection() { usual } else { NOT_KEPT };
        let headers = response.headers_mut();
        headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static(usual));
        if read && of_api && !headers.get_all(VARY).iter().any(|vary| names(vary, AUTHORIZATION.as_str())) {
            headers.append(VARY, HeaderValue::from_static("Authorization, Cookie"));
        }
        response
    }))
}

fn names(list: &HeaderValue, name: &str) -> bool {
    let list = list.to_str().unwrap_or_default();
    list.split(',').any(|listed| listed.trim().eq_ignore_ascii_case(name))
}
