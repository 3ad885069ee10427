//! `GET /problems/{kind}`: what a kind of problem means, where its `type` leads.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::response::{IntoResponse, Response};
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterIn};

use super::Problem;
use super::kinds::{self, Kind};
use crate::http::description::params::in_path;
use crate::http::description::schemas::one_of;

/// A kind's name in a path.
pub struct KindPath;

impl IntoParams for KindPath {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let names = one_of(kinds::ALL.iter().map(|kind| kind.name));
        vec![in_path("kind", "What the problem's `type` ends with", names, "bad-parameter")]
    }
}

/// Show what a kind of problem means.
///
/// A problem's `type` leads here. The page needs no token.
#[utoipa::path(
    get, path = "/problems/{kind}", tag = "operations", operation_id = "explain_problem", security(()),
    params(KindPath),
    responses(
        (status = 200, description = "A short page", body = String, content_type = "text/html"),
        (status = 404, description = "There is no such kind", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn show(Path(name): Path<String>) -> Result<Response, Problem> {
    let kind =
        kinds::named(&name).ok_or_else(|| Problem::of(StatusCode::NOT_FOUND).detail("There is no such kind."))?;
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CACHE_CONTROL, "public, max-age=3600"),
        (CONTENT_SECURITY_POLICY, "default-src 'none'"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok((headers, page(kind)).into_response())
}

/// Only texts of our own stand in it.
fn page(kind: &Kind) -> String {
    let Kind { address, status, title, about, .. } = kind;
    let about = about.split('`').enumerate().map(|(place, text)| match place % 2 {
        0 => text.to_owned(),
        _ => format!("<code>{text}</code>"),
    });
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>{title}</title>\n<h1>{title}</h1>\n\
         <p>{}</p>\n<p>Status {status}, type <code>{address}</code>.</p>\n</html>\n",
        about.collect::<String>()
    )
}
