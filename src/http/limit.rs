//! How many requests a minute one caller may make, a token or a person, and the headers that tell how many are left.
//!
//! The algorithm is the generic cell rate algorithm of the crate `governor`: a caller may make a whole
//! minute's requests at once and then gets them back evenly. Each replica counts by itself.

use std::hash::Hash;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::{Extensions, HeaderName, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use chrono::{DateTime, Utc};
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::problem::Problem;

pub(super) const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
pub(super) const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
/// When the whole limit is available again, in seconds of the epoch, as GitHub's header says it.
pub(super) const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// So many requests are between two cleanings of what is known of callers who have rested since.
const CLEANED_EVERY: u32 = 4_096;

/// The limit of each caller. Cheap to clone.
#[derive(Clone)]
pub struct Limits<Caller: Eq + Hash + Clone = i64>(Option<Arc<Limiter<Caller>>>);

struct Limiter<Caller: Eq + Hash + Clone> {
    per_minute: NonZeroU32,
    requests: DefaultKeyedRateLimiter<Caller, StateInformationMiddleware>,
    counted: AtomicU32,
}

/// The values of an answer's headers. Whoever counts the request sets them. If it is counted as a stranger's first and
/// then as its caller's, the latter is told.
#[derive(Clone, Default)]
struct HeaderValues(Arc<Mutex<Option<[u64; 3]>>>);

impl<Caller: Eq + Hash + Clone> Limits<Caller> {
    /// Lets each caller make so many requests a minute; 0 means any number.
    pub fn new(per_minute: u32) -> Self {
        Self(NonZeroU32::new(per_minute).map(|per_minute| {
            let requests = RateLimiter::keyed(Quota::per_minute(per_minute)).with_middleware();
            Arc::new(Limiter { per_minute, requests, counted: AtomicU32::new(0) })
        }))
    }

    /// Counts a request that a caller makes `now`.
    ///
    /// # Errors
    /// 429 with `Retry-After` if it has made too many.
    pub fn count(&self, caller: Caller, now: DateTime<Utc>, request: &Extensions) -> Result<(), Problem> {
        let Some(limited) = &self.0 else { return Ok(()) };
        if limited.counted.fetch_add(1, Ordering::Relaxed) % CLEANED_EVERY == CLEANED_EVERY - 1 {
            limited.requests.retain_recent();
        }
        let limit = limited.per_minute.get();
        let checked = limited.requests.check_key(&caller);
        let remaining = checked.as_ref().map_or(0, |state| state.remaining_burst_capacity());
        let wait = (u64::from(limit - remaining.min(limit)) * 60).div_ceil(u64::from(limit));
        if let Some(HeaderValues(values)) = request.get::<HeaderValues>() {
            let now = u64::try_from(now.timestamp()).unwrap_or_default();
            *values.lock().unwrap_or_else(PoisonError::into_inner) = Some([limit.into(), remaining.into(), now + wait]);
        }
        checked.map(drop).map_err(|until| {
            let wait = until.wait_time_from(DefaultClock::default().now()) + Duration::from_millis(999);
            Problem::of(StatusCode::TOO_MANY_REQUESTS)
                .detail(format!("You may make {limit} requests a minute."))
                .retry_after(u32::try_from(wait.as_secs()).unwrap_or(u32::MAX))
        })
    }
}

/// Adds headers to the router's answers that tell what is left of the caller's limit.
pub fn with_limits<S: Clone + Send + Sync + 'static>(router: Router<S>) -> Router<S> {
    router.layer(from_fn(async |mut request: Request, next: Next| -> Response {
        let values = HeaderValues::default();
        request.extensions_mut().insert(values.clone());
        let mut response = next.run(request).await;
        let values = *values.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(values) = values {
            let named = [LIMIT, REMAINING, RESET].into_iter().zip(values);
            response.headers_mut().extend(named.map(|(name, value)| (name, value.into())));
        }
        response
    }))
}
