//! Reading a request's body in bounded memory and bounded time.
//!
//! Players: [`BodyBudget`] is the memory that bodies in flight share; [`read_capped`] takes from it as
//! bytes come; a [`BudgetedBody`] gives its share back when it is dropped.
//!
//! A body of at most [`SMALL`] bytes always finds room: there are at most as many as connections.
//! Medium and large ones have a pool each, so that a few large ones, which anybody can send unsigned,
//! leave the others theirs. Whoever holds part of a pool must go on sending.
//!
//! Not counted: what the connection itself buffers, which `serve` bounds, and for an instant the
//! previous buffer of a body that outgrew it.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use axum::body::Body;
use axum::http::StatusCode;
use bytes::Bytes;
use http_body_util::BodyExt;
use tokio::time::{Instant, timeout_at};

use super::problem::Problem;

/// The largest webhook body: GitHub never sends payloads over 25 MB
/// (<https://docs.github.com/en/webhooks/webhook-events-and-payloads#payload-cap>), taken here as MiB,
/// the larger unit.
pub const WEBHOOK_BODY_CAP: usize = 25 * 1024 * 1024;

/// How long a webhook's body may take. GitHub wants an answer within 10 seconds.
pub const WEBHOOK_BODY_DEADLINE: Duration = Duration::from_secs(8);

/// Bytes of a body that always finds room, and the first piece of memory for one that is longer or of
/// unknown length. More is taken only as bytes come, so that a Content-Length alone takes nothing from
/// the others.
pub const SMALL: usize = 64 * 1024;
/// A body with more bytes is large. GitHub's payloads have 17 KB on average; a push of many commits has
/// some hundred.
const MEDIUM: usize = 1024 * 1024;
/// The memory of all medium bodies.
const MEDIUM_POOL: usize = 32 * 1024 * 1024;
/// The memory of all large bodies: two of the largest.
const LARGE_POOL: usize = 64 * 1024 * 1024;
/// The memory that all bodies in flight share. Clones share it too.
#[derive(Debug, Clone)]
pub struct BodyBudget(Arc<Pools>);

#[derive(Debug)]
struct Pools {
    small: Pool,
    medium: Pool,
    large: Pool,
}

#[derive(Debug)]
struct Pool {
    limit: usize,
    used: AtomicUsize,
}

impl BodyBudget {
    /// A budget of so many bytes for medium and for large bodies.
    pub fn new(medium: usize, large: usize) -> Self {
        let pool = |limit| Pool { limit, used: AtomicUsize::new(0) };
        Self(Arc::new(Pools { small: pool(usize::MAX), medium: pool(medium), large: pool(large) }))
    }

    /// Bytes held by bodies in flight now.
    pub fn used(&self) -> usize {
        [&self.0.small, &self.0.medium, &self.0.large].map(|pool| pool.used.load(Relaxed)).iter().sum()
    }
}

impl Default for BodyBudget {
    /// 32 MiB and 64 MiB.
    fn default() -> Self {
        Self::new(MEDIUM_POOL, LARGE_POOL)
    }
}

/// The part of the budget that one body holds until it is dropped.
#[derive(Debug)]
struct Share {
    pools: Arc<Pools>,
    bytes: usize,
}

impl Pools {
    fn of(&self, bytes: usize) -> &Pool {
        match bytes {
            ..=SMALL => &self.small,
            _ if bytes <= MEDIUM => &self.medium,
            _ => &self.large,
        }
    }
}

impl Share {
    /// Grows the share to `bytes`, in the pool of bodies of that size. It never shrinks.
    fn grow_to(&mut self, bytes: usize) -> Result<(), BodyError> {
        let (held, wanted) = (self.pools.of(self.bytes), self.pools.of(bytes));
        let more = if std::ptr::eq(held, wanted) { bytes - self.bytes } else { bytes };
        // Relaxed: the counter guards no other memory.
        wanted
            .used
            .fetch_update(Relaxed, Relaxed, |used| used.checked_add(more).filter(|sum| *sum <= wanted.limit))
            .map_err(|_| BodyError::OverBudget)?;
        if !std::ptr::eq(held, wanted) {
            held.used.fetch_sub(self.bytes, Relaxed);
        }
        self.bytes = bytes;
        Ok(())
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.pools.of(self.bytes).used.fetch_sub(self.bytes, Relaxed);
    }
}

/// A whole body; its memory counts against the budget until it is dropped.
///
/// Clones of the [`Bytes`] inside are no longer counted once this is dropped.
#[derive(Debug)]
pub struct BudgetedBody {
    bytes: Bytes,
    _share: Share,
}

impl Deref for BudgetedBody {
    type Target = Bytes;

    fn deref(&self) -> &Bytes {
        &self.bytes
    }
}

impl AsRef<[u8]> for BudgetedBody {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// Why a body was not read.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    #[error("the body has more than {cap} bytes")]
    TooLarge { cap: usize },
    #[error("the body did not come in time")]
    TooSlow,
    #[error("the bodies in flight use all the memory set aside for them")]
    OverBudget,
    #[error("the body broke off")]
    Broken(#[source] axum::Error),
}

impl From<BodyError> for Problem {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::TooLarge { cap } => {
                Problem::of(StatusCode::PAYLOAD_TOO_LARGE).detail(format!("A body may have at most {cap} bytes."))
            }
            BodyError::TooSlow => Problem::of(StatusCode::REQUEST_TIMEOUT).detail("The body did not come in time."),
            BodyError::OverBudget => Problem::unavailable("Too many large requests are in flight.", 1),
            BodyError::Broken(_) => Problem::of(StatusCode::BAD_REQUEST).detail("The body broke off."),
        }
    }
}

/// Reads a whole body of at most `cap` bytes within `deadline`.
///
/// `content_length` is what the request's header says, if it has one. If it exceeds `cap`, the body is
/// refused before a byte is read. Memory is taken from `budget` as bytes come. A body for which none is
/// left is refused at once: if it waited, it would keep what it already holds from the others. So is
/// one that holds memory of others and comes slower than any that GitHub waits for.
pub async fn read_capped(
    body: Body,
    content_length: Option<u64>,
    cap: usize,
    deadline: Duration,
    budget: &BodyBudget,
) -> Result<BudgetedBody, BodyError> {
    let expected = match content_length.map(usize::try_from) {
        None => None,
        Some(Ok(length)) if length <= cap => Some(length),
        Some(_) => return Err(BodyError::TooLarge { cap }),
    };
    let share = Share { pools: budget.0.clone(), bytes: 0 };
    match tokio::time::timeout(deadline, collect(body, expected, cap, deadline / 4, share)).await {
        Ok(read) => read,
        Err(_) => Err(BodyError::TooSlow),
    }
}

async fn collect(
    mut body: Body,
    expected: Option<usize>,
    cap: usize,
    pace: Duration,
    mut share: Share,
) -> Result<BudgetedBody, BodyError> {
    let mut held: Vec<u8> = Vec::new();
    // What holds memory of others must grow by a quarter in each quarter of the time, or end: whoever
    // withholds the last byte does not keep the rest for as long as a whole body may take.
    let (mut due, mut least) = (Instant::now() + pace, 0);
    loop {
        let frame = match share.bytes {
            ..=SMALL => body.frame().await,
            _ => timeout_at(due, body.frame()).await.map_err(|_| BodyError::TooSlow)?,
        };
        let Some(frame) = frame else { break };
        // Trailers hold nothing that we use.
        let Ok(data) = frame.map_err(BodyError::Broken)?.into_data() else {
            continue;
        };
        let needed = held.len() + data.len();
        if needed > cap {
            return Err(BodyError::TooLarge { cap });
        }
        if needed > share.bytes {
            let roomy = (2 * share.bytes).max(SMALL);
            let size = roomy.min(expected.unwrap_or(cap)).max(needed);
            share.grow_to(size)?;
            held.reserve_exact(size - held.len());
        }
        held.extend_from_slice(&data);
        if held.len() >= least {
            (due, least) = (Instant::now() + pace, held.len() + held.len() / 4);
        }
    }
    Ok(BudgetedBody { bytes: held.into(), _share: share })
}
