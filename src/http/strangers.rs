//! Requests of strangers: to sign in, and with tokens and cookies that were not good here lately. Each costs a question to
//! the database or to GitHub before anybody knows who asks. So each address may make so many a minute, as many as
//! without a token (`BUGSCRUB_PUBLIC_RATE_LIMIT`), counted apart from those.
//!
//! A token or a cookie that was good is remembered, by a hash that means nothing elsewhere: who has one is not held up
//! by a neighbor behind the same address who tries others.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use chrono::{DateTime, Utc};

use super::AppState;
use super::limit::Limits;
use super::problem::Problem;
use super::public::{PublicSettings, TrustedProxies};

/// Tokens and cookies that are remembered at most. Beyond, all are forgotten.
const MOST_REMEMBERED: usize = 10_000;

/// Counts requests of strangers.
pub struct Strangers {
    proxies: TrustedProxies,
    limits: Limits<IpAddr>,
    hasher: RandomState,
    /// Hashes of tokens and cookies that were good here lately.
    good: Mutex<HashSet<u64>>,
}

impl Strangers {
    pub fn new(settings: &PublicSettings) -> Self {
        let (proxies, limits) = (settings.proxies.clone(), Limits::new(settings.per_minute));
        Self { proxies, limits, hasher: RandomState::new(), good: Mutex::default() }
    }

    /// Counts a request as its address's.
    ///
    /// # Errors
    /// 429 after too many.
    pub fn count(&self, parts: &Parts, now: DateTime<Utc>) -> Result<(), Problem> {
        self.limits.count(self.proxies.reader(parts)?, now, &parts.extensions)
    }

    /// The same, unless its token or cookie was good here lately.
    ///
    /// # Errors
    /// 429 after too many.
    pub fn count_unless_known(&self, secret: &str, parts: &Parts, now: DateTime<Utc>) -> Result<(), Problem> {
        let known = self.good().contains(&self.hasher.hash_one(secret));
        if known { Ok(()) } else { self.count(parts, now) }
    }

    /// Remembers that a token or a cookie was good.
    pub fn remember(&self, secret: &str) {
        let mut good = self.good();
        if good.len() >= MOST_REMEMBERED {
            good.clear();
        }
        good.insert(self.hasher.hash_one(secret));
    }

    /// Forgets one that is good no more.
    pub fn forget(&self, secret: &str) {
        self.good().remove(&self.hasher.hash_one(secret));
    }

    fn good(&self) -> MutexGuard<'_, HashSet<u64>> {
        // A set is whole whatever happened to the thread that held it.
        self.good.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request that anybody may make. It is counted as its address's.
pub struct OfStranger;

impl FromRequestParts<AppState> for OfStranger {
    type Rejection = Problem;

    /// # Errors
    /// 429 after too many from the address.
    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        state.strangers.count(parts, state.service.now())?;
        Ok(Self)
    }
}
