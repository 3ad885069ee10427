//! Statistics are counted a few at a time: each reads every item of the account, and holds them while it counts.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::quota::{Quota, QuotaLimit, QuotaShare};
use super::refusal::Refusal;
use super::viewer::Viewer;
use crate::activity::Sight;
use crate::rank::{Facet, Filter};
use crate::store::fetching::FetchingStage;
use crate::store::lifetimes::Lifetimes;

/// Statistics of one token at a time, and of all: with a million items, each takes some seconds and 150 MB.
const EACH: usize = 2;
const ALL: usize = 2;
/// How long one waits for room.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long the lifetimes that were read last are kept for others who ask about them: the panels of one dashboard.
const KEPT: Duration = Duration::from_secs(5);

/// Which lifetimes.
#[derive(Clone, Debug, PartialEq)]
pub struct Of {
    pub account_id: i64,
    pub generation: i64,
    /// Nothing was appended since.
    pub position: i64,
    pub sight: Sight,
    pub filter: Filter,
    pub group_by: Option<Facet>,
    pub milestones: bool,
    /// Nothing more was fetched completely since.
    pub fetching: FetchingStage,
}

/// What was read, and of what.
type LastCount = (Of, Arc<Lifetimes>);

/// How many count, and what was read last.
pub struct Counting {
    quota: Quota,
    last: Arc<Mutex<Option<LastCount>>>,
}

impl Default for Counting {
    fn default() -> Self {
        Self { quota: Quota::new(EACH, ALL, PATIENCE), last: Arc::default() }
    }
}

impl Counting {
    /// Waits for room.
    ///
    /// # Errors
    /// [`Refusal::TooBusy`]
    pub async fn take(&self, viewer: &Viewer) -> Result<QuotaShare, Refusal> {
        self.quota.take(viewer).await.map_err(|none| {
            Refusal::TooBusy(match none {
                QuotaLimit::Own => "The token has two statistics in the works: they take turns.",
                QuotaLimit::All => "Too many statistics are in the works.",
            })
        })
    }

    /// The lifetimes, if they are those that were read last.
    pub fn known(&self, of: &Of) -> Option<Arc<Lifetimes>> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.as_ref().filter(|(known, _)| known == of).map(|(_, read)| read.clone())
    }

    /// Keeps what was read for a while.
    pub fn keep(&self, of: Of, read: &Arc<Lifetimes>) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some((of, read.clone()));
        let (last, read) = (self.last.clone(), Arc::downgrade(read));
        tokio::spawn(async move {
            tokio::time::sleep(KEPT).await;
            let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
            if last.as_ref().is_some_and(|(_, kept)| Arc::as_ptr(kept) == read.as_ptr()) {
                *last = None;
            }
        });
    }
}
