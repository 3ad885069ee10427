//! What is held for longer than a moment, such as streams, spreadsheets and statistics: so many of each token and each
//! person, and so many in all. Those who read without a token have less each, by their address, and half at most together.
//!
//! Each replica counts by itself. What is held is given back when it is dropped.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::viewer::{Viewer, Who};

/// How much may be held of one thing. Cheap to clone.
#[derive(Clone)]
pub struct Quota(Arc<Bounds>);

struct Bounds {
    each: usize,
    all: Arc<Semaphore>,
    /// Of each caller that ever held one, which there are few of.
    own: Mutex<HashMap<i64, Arc<Semaphore>>>,
    public: Public,
    /// How long to wait for one.
    patience: Duration,
}

/// What is for those who read without a token.
struct Public {
    each: usize,
    all: Arc<Semaphore>,
    own: Mutex<HashMap<IpAddr, Arc<Semaphore>>>,
}

/// An address has a tenth of what a token has, and one at least.
const PUBLIC_PART: usize = 10;
/// Addresses that are remembered before those that hold nothing are forgotten.
const ADDRESSES: usize = 1_000;

/// One of what is held.
pub struct QuotaShare(#[expect(dead_code, reason = "held until it is dropped")] Vec<OwnedSemaphorePermit>);

/// Why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuotaLimit {
    /// The caller holds all that it may.
    Own,
    /// Others hold the rest.
    All,
}

impl Quota {
    /// So many of each caller and so many in all; whoever finds none waits for it.
    pub fn new(each: usize, all: usize, patience: Duration) -> Self {
        let (own, half) = (Mutex::default(), Arc::new(Semaphore::new(all.div_ceil(2))));
        let public = Public { each: each.div_ceil(PUBLIC_PART), all: half, own: Mutex::default() };
        Self(Arc::new(Bounds { each, all: Arc::new(Semaphore::new(all)), own, public, patience }))
    }

    /// Takes one for a viewer.
    ///
    /// # Errors
    /// None came free in time.
    pub async fn take(&self, viewer: &Viewer) -> Result<QuotaShare, QuotaLimit> {
        let bounds = &self.0;
        if let Who::Nobody { from } = viewer.who() {
            return bounds.take_publicly(*from).await;
        }
        let caller = viewer.caller().unwrap_or_default();
        let own = {
            // A map is whole whatever happened to the thread that held it.
            let mut own = bounds.own.lock().unwrap_or_else(PoisonError::into_inner);
            own.entry(caller).or_insert_with(|| Arc::new(Semaphore::new(bounds.each))).clone()
        };
        let own = permit(own, bounds.patience).await.ok_or(QuotaLimit::Own)?;
        let of_all = permit(bounds.all.clone(), bounds.patience).await.ok_or(QuotaLimit::All)?;
        Ok(QuotaShare(vec![own, of_all]))
    }
}

impl Bounds {
    async fn take_publicly(&self, from: IpAddr) -> Result<QuotaShare, QuotaLimit> {
        let Public { each, all, own } = &self.public;
        let own = {
            let mut own = own.lock().unwrap_or_else(PoisonError::into_inner);
            if own.len() >= ADDRESSES {
                own.retain(|_, held| Arc::strong_count(held) > 1 || held.available_permits() < *each);
            }
            own.entry(from).or_insert_with(|| Arc::new(Semaphore::new(*each))).clone()
        };
        let own = permit(own, self.patience).await.ok_or(QuotaLimit::Own)?;
        let of_public = permit(all.clone(), self.patience).await.ok_or(QuotaLimit::All)?;
        let of_all = permit(self.all.clone(), self.patience).await.ok_or(QuotaLimit::All)?;
        Ok(QuotaShare(vec![own, of_public, of_all]))
    }
}

async fn permit(semaphore: Arc<Semaphore>, patience: Duration) -> Option<OwnedSemaphorePermit> {
    if patience.is_zero() {
        return semaphore.try_acquire_owned().ok();
    }
    timeout(patience, semaphore.acquire_owned()).await.ok()?.ok()
}
