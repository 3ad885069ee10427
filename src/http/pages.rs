//! Where the pages of a list are: what every answer that has pages says of them.

use axum::http::HeaderName;
use axum::http::header::LINK;

/// The header Link (RFC 8288) to other pages, by their relation and path. [`super::outside`] makes whole addresses of the
/// paths.
pub fn link<const N: usize>(pages: [(&str, Option<String>); N]) -> Option<[(HeaderName, String); 1]> {
    let links = pages.into_iter().filter_map(|(rel, path)| Some(format!("<{}>; rel=\"{rel}\"", path?)));
    let links: Vec<String> = links.collect();
    (!links.is_empty()).then(|| [(LINK, links.join(", "))])
}
