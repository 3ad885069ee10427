//! A spreadsheet as an answer.

use axum::http::HeaderName;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::http::caching::OWN;
use crate::http::problem::Problem;
use crate::sheet;

/// The media type of XLSX (ECMA-376).
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// What RFC 8187 encodes.
const NOT_PLAIN: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A file to download. It is not written on the threads that serve requests.
pub async fn file(
    name: String,
    content_type: &'static str,
    write: impl FnOnce() -> Result<Vec<u8>, sheet::Unwritable> + Send + 'static,
) -> Result<Response, Problem> {
    let file = tokio::task::spawn_blocking(write).await.map_err(|_| Problem::internal())?;
    let file = file.map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "a spreadsheet could not be written");
        Problem::internal()
    })?;
    let headers = [(CONTENT_TYPE, content_type), (CACHE_CONTROL, OWN)];
    Ok((headers, download(&name), file).into_response())
}

/// The header of a file to keep.
pub fn download(name: &str) -> [(HeaderName, String); 1] {
    [(CONTENT_DISPOSITION, disposition("attachment", name))]
}

/// The header of something to look at, with the name that it gets if it is kept.
pub fn shown(name: &str) -> [(HeaderName, String); 1] {
    [(CONTENT_DISPOSITION, disposition("inline", name))]
}

/// What is to be done with a file, and its name (RFC 6266). A name that is not plain stands there twice: for
/// old clients with `_` for what they cannot read, and in full (RFC 8187).
pub fn disposition(kind: &str, name: &str) -> String {
    let plain = |letter: char| letter.is_ascii_graphic() && !"\"\\%/".contains(letter) || letter == ' ';
    let readable: String = name.chars().map(|letter| if plain(letter) { letter } else { '_' }).collect();
    if readable == name {
        return format!("{kind}; filename=\"{name}\"");
    }
    let encoded = utf8_percent_encode(name, &NOT_PLAIN);
    format!("{kind}; filename=\"{readable}\"; filename*=UTF-8''{encoded}")
}
