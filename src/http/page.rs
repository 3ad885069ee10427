//! `GET /`, the page's other addresses, and `/assets/...`: the page that is built from `web/` into the binary.
//!
//! Each address of the page answers the same document; what it shows, the page reads from its address. It comes without
//! a token, for it holds nothing: what there is to see, it asks the API for.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;

use super::caching::SHARED;
use super::outside::RequestOrigin;
use super::problem::Problem;

/// A file of the page: its name, its media type, what is in it.
type File = (&'static str, &'static str, &'static [u8]);

/// Empty if the page was not built.
static FILES: &[File] = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/web/dist/files.rs"));
/// What stands in the page's place then.
const NOT_BUILT: &str = include_str!("page/not-built.html");
const HTML: &str = "text/html; charset=utf-8";
/// A file whose name has the hash of what is in it never changes.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// What the page may load: its own files and answers, and the images that texts on GitHub show.
fn policy(images: &[String]) -> String {
    let images: String = images.iter().flat_map(|source| [" ", source]).collect();
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self'; \
         img-src 'self'{images}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
         require-trusted-types-for 'script'"
    )
}

/// The addresses of the page.
pub const ADDRESSES: [&str; 7] =
    ["/", "/queue", "/items/{owner}/{repo}/{number}", "/numbers", "/care", "/scrubs", "/scrubs/{number}"];

/// The page and its files. `images` is from where it may show images.
pub fn router(images: &[String]) -> Router {
    // A policy that no header can hold allows nothing; `image_sources` makes none.
    let policy = HeaderValue::try_from(policy(images)).unwrap_or(HeaderValue::from_static("default-src 'none'"));
    let page = |router: Router<Policy>, address: &str| router.route(address, get(document));
    ADDRESSES.into_iter().fold(Router::new(), page).route("/assets/{name}", get(asset)).with_state(Policy(policy))
}

/// What the page may load, as its header.
#[derive(Clone)]
struct Policy(HeaderValue);

fn named(name: &str) -> Option<&'static File> {
    FILES.iter().find(|(known, ..)| *known == name)
}

async fn document(State(Policy(policy)): State<Policy>, outside: RequestOrigin) -> Response {
    let text = named("index.html").and_then(|(.., bytes)| std::str::from_utf8(bytes).ok());
    // The document names its files as `./assets/...`, which leads elsewhere from a deeper address.
    let text = text.unwrap_or(NOT_BUILT).replace("\"./assets/", &format!("\"{}/assets/", outside.prefix()));
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(HTML)),
        (CACHE_CONTROL, HeaderValue::from_static(SHARED)),
        (CONTENT_SECURITY_POLICY, policy),
    ];
    (headers, text).into_response()
}

async fn asset(State(Policy(policy)): State<Policy>, Path(name): Path<String>) -> Result<Response, Problem> {
    let (_, kind, bytes) = named(&format!("assets/{name}")).ok_or_else(|| Problem::of(StatusCode::NOT_FOUND))?;
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(kind)),
        (CACHE_CONTROL, HeaderValue::from_static(FOR_EVER)),
        (CONTENT_SECURITY_POLICY, policy),
    ];
    Ok((headers, Bytes::from_static(bytes)).into_response())
}
