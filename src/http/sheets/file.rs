//! A spreadsheet as an answer.

use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use crate::http::problem::Problem;
use crate::sheet;

/// The media type of XLSX (ECMA-376).
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

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
    let disposition = format!("attachment; filename=\"{name}\"");
    let headers = [
        (CONTENT_TYPE, content_type.to_owned()),
        (CONTENT_DISPOSITION, disposition),
        (CACHE_CONTROL, "private, no-cache".to_owned()),
    ];
    Ok((headers, file).into_response())
}
