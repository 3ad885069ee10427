//! Errors as clients see them: RFC 9457 `application/problem+json`.
//!
//! A 5xx says nothing internal, by construction: text made at run time is dropped from it (see
//! [`Problem::detail`]), and a panic answers with the bare 500.

pub mod kinds;
pub mod pages;

use std::any::Any;
use std::borrow::Cow;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE,
};
use axum::http::{HeaderName, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use serde::{Serialize, Serializer};
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::ToSchema;

use self::kinds::Kind;
use super::caching::NOT_KEPT;

/// The `type` of a problem about which the status says everything (RFC 9457, 4.2.1).
const ABOUT_BLANK: &str = "about:blank";
/// Bytes of a text of the framework at most that become a detail.
const LONGEST_DETAIL: usize = 1_024;

/// An error (RFC 9457).
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Problem {
    /// The HTTP status code again, for a body that is seen without its headers.
    #[serde(serialize_with = "as_number")]
    #[schema(value_type = i32, minimum = 400, maximum = 599, example = 400)]
    status: StatusCode,
    /// The kind of the problem, as a URI reference, which leads to a page that explains it; `about:blank` if the status
    /// says everything.
    #[serde(rename = "type")]
    #[schema(value_type = String, format = "uri-reference", example = "/problems/bad-parameter")]
    kind: &'static str,
    /// The kind of the problem in words.
    #[schema(value_type = String, example = "Bad parameter")]
    title: &'static str,
    /// What happened in this case.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    detail: Option<Cow<'static, str>>,
    /// The name of the faulty parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    parameter: Option<String>,
    /// What the parameter may be, if that is a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<String>)]
    allowed: Option<Box<[String]>>,
    /// The current state, if the request was made for another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Object)]
    current: Option<Box<serde_json::Value>>,
    /// Sent as the header Retry-After; in seconds.
    #[serde(skip)]
    retry_after: Option<u32>,
}

impl Problem {
    /// A problem of a kind of our own.
    pub fn new(kind: &'static Kind) -> Self {
        Self::with(kind.status, kind.address, kind.title)
    }

    fn with(status: StatusCode, kind: &'static str, title: &'static str) -> Self {
        Self { status, kind, title, detail: None, parameter: None, allowed: None, current: None, retry_after: None }
    }

    /// A problem about which the status says everything.
    pub fn of(status: StatusCode) -> Self {
        let title = status.canonical_reason().unwrap_or("Error");
        Self::with(status, ABOUT_BLANK, title)
    }

    /// The same with a status that says more than the kind's.
    #[must_use]
    pub fn status_of(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// 400: a parameter that cannot be understood.
    pub fn bad_parameter(name: impl Into<String>) -> Self {
        Self::new(&kinds::BAD_PARAMETER).parameter(name)
    }

    /// The parameter that is at fault.
    #[must_use]
    pub fn parameter(mut self, name: impl Into<String>) -> Self {
        self.parameter = Some(name.into());
        self
    }

    /// 401: no bearer token, or not one of ours. Answers with `WWW-Authenticate: Bearer`.
    pub fn unauthorized() -> Self {
        Self::of(StatusCode::UNAUTHORIZED)
    }

    /// 500. The cause goes to the log, not here.
    pub fn internal() -> Self {
        Self::of(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// 503: worth trying again after `retry_after` seconds.
    pub fn unavailable(detail: &'static str, retry_after: u32) -> Self {
        Self::of(StatusCode::SERVICE_UNAVAILABLE).detail(detail).retry_after(retry_after)
    }

    /// What happened here, for the client to read.
    ///
    /// A 5xx keeps only a literal: text made at run time may hold something internal.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.detail =
            Some(detail.into()).filter(|text| !self.status.is_server_error() || matches!(text, Cow::Borrowed(_)));
        self
    }

    /// What the faulty parameter may be.
    #[must_use]
    pub fn allowed(mut self, allowed: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.allowed = Some(allowed.into_iter().map(Into::into).collect());
        self
    }

    /// The current state.
    #[must_use]
    pub fn current(mut self, current: &impl Serialize) -> Self {
        self.current = serde_json::to_value(current).ok().map(Box::new);
        self
    }

    /// After how many seconds it is worth trying again (429 and 503).
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    pub fn status(&self) -> StatusCode {
        self.status
    }
}

fn as_number<S: Serializer>(status: &StatusCode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u16(status.as_u16())
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        // Every field is text or a number, so this cannot fail; an empty body if it did.
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (self.status, body).into_response();
        let mut set = |name: HeaderName, value: HeaderValue| {
            response.headers_mut().insert(name, value);
        };
        let text = HeaderValue::from_static;
        set(CONTENT_TYPE, text("application/problem+json"));
        // Otherwise caches may keep a 404 or 410 (RFC 9111, 4.2.2) for longer than it is true.
        set(CACHE_CONTROL, text(NOT_KEPT));
        if self.status == StatusCode::UNAUTHORIZED {
            set(WWW_AUTHENTICATE, text("Bearer"));
        }
        if let Some(seconds) = self.retry_after {
            set(RETRY_AFTER, seconds.into());
        }
        response
    }
}

/// The router with a problem for every answer that no handler gives: 404, 405 and the 500 of a panic.
///
/// Call it last: it does nothing for routes that are added later.
pub fn with_problems<S: Clone + Send + Sync + 'static>(router: Router<S>) -> Router<S> {
    router
        .fallback(async || Problem::of(StatusCode::NOT_FOUND))
        .method_not_allowed_fallback(async || Problem::of(StatusCode::METHOD_NOT_ALLOWED))
        .layer(on_panics())
        .layer(from_fn(as_problems))
}

/// Makes a problem of every failure that is none yet, with the headers that it has: those of the framework and of the
/// page of the description. What the framework says of a request's fault is its detail.
async fn as_problems(request: Request, next: Next) -> Response {
    if !has_whole_escapes(request.uri().path()) {
        let detail = "The path has a `%` that no two hexadecimal digits follow.";
        return Problem::of(StatusCode::BAD_REQUEST).detail(detail).into_response();
    }
    let response = next.run(request).await;
    let content_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let failed = response.status().is_client_error() || response.status().is_server_error();
    if !failed || content_type.starts_with("application/problem+json") {
        return response;
    }
    let is_text = content_type.starts_with("text/plain");
    let (head, body) = response.into_parts();
    let text = to_bytes(body, LONGEST_DETAIL).await.ok().filter(|_| is_text);
    let text = text.and_then(|text| String::from_utf8(text.into()).ok()).filter(|text| !text.is_empty());
    let problem = Problem::of(head.status);
    let mut answer = if let Some(text) = text { problem.detail(text) } else { problem }.into_response();
    for (name, value) in &head.headers {
        if ![CONTENT_TYPE, CONTENT_LENGTH, CONTENT_ENCODING, CACHE_CONTROL].contains(name) {
            answer.headers_mut().append(name, value.clone());
        }
    }
    answer
}

fn has_whole_escapes(path: &str) -> bool {
    path.split('%').skip(1).all(|rest| {
        let digits = rest.as_bytes().get(..2);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    })
}

/// Makes a problem of a panic. The panic itself is in the log by then, through the hook that `telemetry::init_logs` sets.
pub fn on_panics() -> CatchPanicLayer<fn(Box<dyn Any + Send>) -> Response> {
    CatchPanicLayer::custom(|_| Problem::internal().into_response())
}
