//! Errors as clients see them: RFC 9457 `application/problem+json`.
//!
//! A 5xx says nothing internal, by construction: text made at run time is dropped from it (see
//! [`Problem::detail`]), and a panic answers with the bare 500.

use std::any::Any;
use std::borrow::Cow;

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Serialize, Serializer};
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::{IntoResponses, ToSchema};

/// The `type` of a problem that its status says all about (RFC 9457, 4.2.1).
const ABOUT_BLANK: &str = "about:blank";

/// One error answer. Made by a constructor, completed by the methods, returned by a handler.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Problem {
    /// The HTTP status code again, for bodies that travel without their head.
    #[serde(serialize_with = "as_number")]
    #[schema(value_type = u16, minimum = 400, maximum = 599, example = 400)]
    status: StatusCode,
    /// What kind of problem this is: a URI reference, `about:blank` if the status says all.
    #[serde(rename = "type")]
    #[schema(value_type = String, example = "/problems/bad-parameter")]
    kind: &'static str,
    /// The kind in words; the same for every problem of the kind.
    #[schema(value_type = String, example = "Bad parameter")]
    title: &'static str,
    /// What happened here.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    detail: Option<Cow<'static, str>>,
    /// The parameter at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<String>,
    /// What the parameter may be.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<String>>)]
    allowed: Option<Box<[String]>>,
    /// How things stand instead, where the request was made for another state of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    current: Option<Box<serde_json::Value>>,
    /// Sent as the header Retry-After; in seconds.
    #[serde(skip)]
    retry_after: Option<u32>,
}

impl Problem {
    /// A problem of a kind of our own: `kind` is a path such as `/problems/login-reused`.
    pub fn new(status: StatusCode, kind: &'static str, title: &'static str) -> Self {
        Self { status, kind, title, detail: None, parameter: None, allowed: None, current: None, retry_after: None }
    }

    /// A problem that its status says all about.
    pub fn of(status: StatusCode) -> Self {
        let title = status.canonical_reason().unwrap_or("Error");
        Self::new(status, ABOUT_BLANK, title)
    }

    /// 400: a parameter that cannot be understood.
    pub fn bad_parameter(name: impl Into<String>) -> Self {
        let mut problem = Self::new(StatusCode::BAD_REQUEST, "/problems/bad-parameter", "Bad parameter");
        problem.parameter = Some(name.into());
        problem
    }

    /// 401: no bearer token, or not one of ours. Answers with `WWW-Authenticate: Bearer`.
    pub fn unauthorized() -> Self {
        Self::of(StatusCode::UNAUTHORIZED)
    }

    /// 500. The cause goes to the log, not here.
    pub fn internal() -> Self {
        Self::of(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// 503: worth another try after `retry_after` seconds.
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

    /// What the parameter at fault may be.
    #[must_use]
    pub fn allowed(mut self, allowed: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.allowed = Some(allowed.into_iter().map(Into::into).collect());
        self
    }

    /// How things stand.
    #[must_use]
    pub fn current(mut self, current: &impl Serialize) -> Self {
        self.current = serde_json::to_value(current).ok().map(Box::new);
        self
    }

    /// After how many seconds another try is worth it (429 and 503).
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    pub fn status(&self) -> StatusCode {
        self.status
    }
}

/// What every question of a token may be refused with, for the description.
#[derive(IntoResponses)]
#[allow(dead_code)]
pub enum Refused {
    /// A parameter is wrong; `parameter` names it
    #[response(status = 400, content_type = "application/problem+json", example = json!({
        "status": 400, "type": "/problems/bad-parameter", "title": "Bad parameter",
        "detail": "There is no such order.", "parameter": "order", "allowed": ["stalest", "freshest", "oldest", "newest"]}))]
    BadParameter(Problem),
    /// No token, or not one in force
    #[response(status = 401, content_type = "application/problem+json", example = json!({
        "status": 401, "type": "about:blank", "title": "Unauthorized",
        "detail": "Send a token as `Authorization: Bearer TOKEN`."}))]
    Unauthorized(Problem),
    /// The token lacks the scope
    #[response(status = 403, content_type = "application/problem+json", example = json!({
        "status": 403, "type": "about:blank", "title": "Forbidden", "detail": "The token lacks the scope read."}))]
    Forbidden(Problem),
    /// The token has made too many requests; the header Retry-After says when to come back
    #[response(status = 429, content_type = "application/problem+json", example = json!({
        "status": 429, "type": "about:blank", "title": "Too Many Requests",
        "detail": "This token may make 6000 requests a minute."}))]
    TooMany(Problem),
    /// A fault of ours
    #[response(status = 500, content_type = "application/problem+json", example = json!({
        "status": 500, "type": "about:blank", "title": "Internal Server Error"}))]
    Internal(Problem),
    /// The store is out of reach; the header Retry-After says when to come back
    #[response(status = 503, content_type = "application/problem+json", example = json!({
        "status": 503, "type": "about:blank", "title": "Service Unavailable",
        "detail": "The store cannot be reached."}))]
    Unavailable(Problem),
}

/// What every question about one account may be refused with besides.
#[derive(IntoResponses)]
#[allow(dead_code)]
pub enum NoAccount {
    /// There is none such that the token may see: `/problems/unknown-account`, `-view` or `-item`
    #[response(status = 404, content_type = "application/problem+json", example = json!({
        "status": 404, "type": "/problems/unknown-account", "title": "Unknown account",
        "detail": "There is no such account that the token may see."}))]
    Unknown(Problem),
    /// A login that several accounts have had; `allowed` lists their ids
    #[response(status = 409, content_type = "application/problem+json", example = json!({
        "status": 409, "type": "/problems/login-reused", "title": "Login of several accounts",
        "detail": "Several accounts have had this login; name one by id.", "allowed": ["9919", "14957082"]}))]
    Reused(Problem),
}

/// The log did not come to `min_position` in time
#[derive(IntoResponses)]
#[response(status = 504, content_type = "application/problem+json", example = json!({
    "status": 504, "type": "/problems/position-not-reached", "title": "Position not reached",
    "detail": "The account's log did not come to this position in 5 seconds."}))]
#[allow(dead_code)]
pub struct NotReached(Problem);

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
        // A 404 or 410 may otherwise be kept by caches (RFC 9111, 4.2.2) past its truth.
        set(CACHE_CONTROL, text("no-store"));
        if self.status == StatusCode::UNAUTHORIZED {
            set(WWW_AUTHENTICATE, text("Bearer"));
        }
        if let Some(seconds) = self.retry_after {
            set(RETRY_AFTER, seconds.into());
        }
        response
    }
}

/// The router with a problem for every answer that no handler gives: 404, 405 and a panic's 500.
///
/// Comes last: routes added later have none of it.
pub fn with_problems<S: Clone + Send + Sync + 'static>(router: Router<S>) -> Router<S> {
    router
        .fallback(async || Problem::of(StatusCode::NOT_FOUND))
        .method_not_allowed_fallback(async || Problem::of(StatusCode::METHOD_NOT_ALLOWED))
        .layer(CatchPanicLayer::custom(on_panic))
}

/// The panic itself is in the log by then, through the hook that `telemetry::init_logs` sets.
fn on_panic(_: Box<dyn Any + Send>) -> Response {
    Problem::internal().into_response()
}
