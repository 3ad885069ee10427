//! Bodies of JSON, refused with a problem that says what is wrong.

use axum::body::{Bytes, HttpBody as _};
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Number;

use super::problem::Problem;

/// The most bytes that a body may have: more than a thousand items, with the longest names that GitHub allows.
pub const LARGEST: usize = 256 * 1024;

/// A request's body, read from JSON.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    /// # Errors
    /// 415 for another content type, 413 for a body over [`LARGEST`], 400 if it is not JSON of the right shape.
    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let content_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let media = content_type.and_then(|value| value.split(';').next()).unwrap_or_default().trim();
        if !media.eq_ignore_ascii_case("application/json") {
            return Err(Problem::of(StatusCode::UNSUPPORTED_MEDIA_TYPE).detail("Send application/json."));
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Problem::of(StatusCode::PAYLOAD_TOO_LARGE).detail("At most 256 KiB."),
            _ => Problem::of(StatusCode::BAD_REQUEST).detail("The body ended too early."),
        })?;
        let read = serde_json::from_slice(&bytes);
        read.map(Self)
            .map_err(|error| Problem::bad_parameter("body").detail(format!("The body cannot be read: {error}.")))
    }
}

/// A whole number of 64 bits. JSON has one kind of numbers, so `12.0` is 12.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "Number")]
pub struct Whole(pub i64);

impl TryFrom<Number> for Whole {
    type Error = String;

    fn try_from(number: Number) -> Result<Self, String> {
        let whole = || number.as_f64().filter(|given| given.fract() == 0.0)?.to_string().parse().ok();
        let read = number.as_i64().or_else(whole);
        read.map(Self).ok_or_else(|| format!("{number} is not a whole number of 64 bits"))
    }
}

/// The same for requests that may leave the body out, or send null: then it is the default.
pub struct OptionalBody<T>(pub T);

impl<T: DeserializeOwned + Default, S: Send + Sync> FromRequest<S> for OptionalBody<T> {
    type Rejection = Problem;

    /// # Errors
    /// As [`Body`], if there is a body.
    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if request.body().is_end_stream() {
            return Ok(Self(T::default()));
        }
        let Body(read) = Body::<Option<T>>::from_request(request, state).await?;
        Ok(Self(read.unwrap_or_default()))
    }
}
