//! What callers hold for longer than a moment, streams, spreadsheets and exports: so many each, and so many in all.

use std::time::Duration;

use axum::http::StatusCode;

use super::problem::Problem;
use crate::service::quota::{Quota, QuotaLimit, QuotaShare};
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

/// How much may be held of one thing, and what is said to whoever gets none. Cheap to clone.
#[derive(Clone)]
pub struct Shares {
    quota: Quota,
    /// What a token that has all its own is told.
    exhausted: &'static str,
    /// What is said where all are held by several tokens.
    full: &'static str,
}

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
        Self { quota: Quota::new(each, all, patience), exhausted, full }
    }

    /// Takes one for a viewer, waiting for it if people do so.
    ///
    /// # Errors
    /// 429 if they hold all of their own; 503 if others hold the rest.
    pub async fn take(&self, viewer: &Viewer) -> Result<QuotaShare, Problem> {
        let refused = |status, detail| Problem::of(status).detail(detail).retry_after(5);
        self.quota.take(viewer).await.map_err(|none| match none {
            QuotaLimit::Own if matches!(viewer.who(), Who::Nobody { .. }) => refused(
                StatusCode::TOO_MANY_REQUESTS,
                "Your address has as many of these in the works as it may have without a token.",
            ),
            QuotaLimit::Own => refused(StatusCode::TOO_MANY_REQUESTS, self.exhausted),
            QuotaLimit::All => refused(StatusCode::SERVICE_UNAVAILABLE, self.full),
        })
    }
}
