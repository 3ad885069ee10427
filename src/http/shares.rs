//! What callers hold for longer than a moment, streams and spreadsheets: so many each, and so many in
//! all.
//!
//! Each replica counts by itself. A share is given back when it is dropped.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::StatusCode;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::problem::Problem;
use crate::service::{Viewer, Who};

/// Streams of one token. Several people may use the same one.
const STREAMS_EACH: usize = 100;
/// Streams in all: half of the connections, so that as many are left for everything else.
const STREAMS: usize = 400;
/// Spreadsheets in all: each takes some 90 MB while it is written or read.
const SPREADSHEETS: usize = 2;
/// Exports of the log in all: each holds a megabyte or two.
const EXPORTS: usize = 4;
/// How long a spreadsheet or an export waits for its turn.
const TURN: Duration = Duration::from_secs(20);

/// How much may be held of one thing. Cheap to clone.
#[derive(Clone)]
pub struct Shares(Arc<Bounds>);

struct Bounds {
    each: usize,
    all: Arc<Semaphore>,
    /// Of each token that ever held one, which there are few of.
    own: Mutex<HashMap<i64, Arc<Semaphore>>>,
    /// How long to wait for one.
    patience: Duration,
    /// What a token that has all its own is told.
    exhausted: &'static str,
    /// What is said where all are held by several tokens.
    full: &'static str,
}

/// One of what is held.
pub struct Share(#[expect(dead_code, reason = "held until it is dropped")] [OwnedSemaphorePermit; 2]);

impl Shares {
    /// Streams, which nobody waits for.
    pub fn streams() -> Self {
        let (exhausted, full) = ("The token follows 100 streams already.", "Too many streams are open.");
        Self::new((STREAMS_EACH, STREAMS), Duration::ZERO, exhausted, full)
    }

    /// Spreadsheets, one at a time of each token.
    pub fn spreadsheets() -> Self {
        let exhausted = "The token has a spreadsheet in the works: one at a time.";
        Self::new((1, SPREADSHEETS), TURN, exhausted, "Too many spreadsheets are in the works.")
    }

    /// Exports of the log, which take turns as spreadsheets do.
    pub fn exports() -> Self {
        let exhausted = "The token has an export in the works: one at a time.";
        Self::new((1, EXPORTS), TURN, exhausted, "Too many exports are in the works.")
    }

    fn new((each, all): (usize, usize), patience: Duration, exhausted: &'static str, full: &'static str) -> Self {
        let (all, own) = (Arc::new(Semaphore::new(all)), Mutex::default());
        Self(Arc::new(Bounds { each, all, own, patience, exhausted, full }))
    }

    /// Takes one for a viewer, waiting for it if people do so.
    ///
    /// # Errors
    /// 429 if they hold all of their own; 503 if others hold the rest.
    pub async fn take(&self, viewer: &Viewer) -> Result<Share, Problem> {
        let bounds = &self.0;
        let token = match viewer.who() {
            Who::Token { id, .. } => *id,
            Who::Service => 0,
        };
        let own = bounds.own().entry(token).or_insert_with(|| Arc::new(Semaphore::new(bounds.each))).clone();
        let refused = |status, detail| Problem::of(status).detail(detail).retry_after(5);
        let Some(own) = permit(own, bounds.patience).await else {
            return Err(refused(StatusCode::TOO_MANY_REQUESTS, bounds.exhausted));
        };
        let Some(of_all) = permit(bounds.all.clone(), bounds.patience).await else {
            return Err(refused(StatusCode::SERVICE_UNAVAILABLE, bounds.full));
        };
        Ok(Share([own, of_all]))
    }
}

async fn permit(semaphore: Arc<Semaphore>, patience: Duration) -> Option<OwnedSemaphorePermit> {
    if patience.is_zero() {
        return semaphore.try_acquire_owned().ok();
    }
    timeout(patience, semaphore.acquire_owned()).await.ok()?.ok()
}

impl Bounds {
    fn own(&self) -> MutexGuard<'_, HashMap<i64, Arc<Semaphore>>> {
        // A map is whole whatever happened to the thread that held it.
        self.own.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
