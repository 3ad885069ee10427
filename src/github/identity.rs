//! The service's identity to GitHub: the App's JSON web token, and the installations' tokens.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Duration, Utc};
use serde::Serialize;
use serde_json::{Map, Value};

use super::app_id::AppId;
use super::key::{BadKey, PrivateKey};

/// Tells the time. Tests give their own.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// GitHub accepts JSON web tokens that are valid for at most ten minutes. Backdating lets the clocks
/// differ by a minute.
const BACKDATED: Duration = Duration::seconds(60);
const VALID: Duration = Duration::minutes(9);
/// How long before its end an installation's token is replaced. It lives an hour.
const RENEWED_BEFORE: Duration = Duration::minutes(5);
/// How long a new installation token may be unknown to some of GitHub's servers.
const FRESH: Duration = Duration::seconds(60);
/// A smaller change of the difference, in seconds, is ignored.
const SKEW_KEPT: i64 = 5;

/// The App's id and key, and GitHub's clock.
pub struct Identity {
    app_id: AppId,
    key: PrivateKey,
    clock: Clock,
    /// Seconds by which GitHub's clock is ahead of ours, according to its answers.
    skew: AtomicI64,
    told: AtomicBool,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    iat: i64,
    exp: i64,
}

impl Identity {
    pub fn new(app_id: impl Into<AppId>, key: PrivateKey, clock: Clock) -> Self {
        Self { app_id: app_id.into(), key, clock, skew: AtomicI64::new(0), told: AtomicBool::new(false) }
    }

    pub fn app_id(&self) -> &AppId {
        &self.app_id
    }

    /// GitHub's time.
    pub fn now(&self) -> DateTime<Utc> {
        (self.clock)() + self.skew()
    }

    /// How far GitHub's clock is ahead of ours; negative if it is behind.
    pub fn skew(&self) -> Duration {
        Duration::seconds(self.skew.load(Ordering::Relaxed))
    }

    /// Whether an answer of GitHub's has told its time.
    pub fn is_told_the_time(&self) -> bool {
        self.told.load(Ordering::Relaxed)
    }

    /// Adjusts to the time that an answer states.
    pub fn adjust_clock(&self, date: DateTime<Utc>) {
        self.told.store(true, Ordering::Relaxed);
        let ahead = (date - (self.clock)()).num_seconds();
        let known = self.skew.load(Ordering::Relaxed);
        if (ahead - known).abs() > SKEW_KEPT {
            self.skew.store(ahead, Ordering::Relaxed);
        }
    }

    /// Makes a JSON web token for the App, valid for some minutes (RFC 7519; RS256, as GitHub requires).
    ///
    /// octocrab would take this machine's clock for GitHub's, so the token is made here.
    pub fn jwt(&self) -> Result<String, BadKey> {
        let now = self.now();
        let iss = self.app_id.as_str();
        self.key.sign(&Claims { iss, iat: (now - BACKDATED).timestamp(), exp: (now + VALID).timestamp() })
    }
}

/// A token of one installation.
#[derive(Clone)]
pub struct InstallationToken {
    pub secret: Arc<str>,
    pub expires_at: DateTime<Utc>,
    /// When it was minted, by GitHub's clock.
    pub minted_at: DateTime<Utc>,
    /// The permissions that it was asked for. If others are granted later, it no longer fits.
    pub permissions: Map<String, Value>,
}

impl InstallationToken {
    /// Whether some of GitHub's servers may not know it yet, so that a 401 passes.
    pub fn is_fresh(&self, now: DateTime<Utc>) -> bool {
        now - self.minted_at < FRESH
    }

    fn is_good(&self, permissions: &Map<String, Value>, now: DateTime<Utc>) -> bool {
        self.expires_at - now > RENEWED_BEFORE && self.permissions == *permissions
    }
}

type Slot = Arc<tokio::sync::Mutex<Option<InstallationToken>>>;

/// The installations' tokens. The first who finds none mints one, and all others wait for it.
#[derive(Default)]
pub struct Tokens(Mutex<HashMap<i64, Slot>>);

impl Tokens {
    /// The installation's token with these permissions. If none fits, one caller at a time awaits
    /// `mint`.
    pub async fn get<E>(
        &self,
        installation_id: i64,
        permissions: &Map<String, Value>,
        now: impl Fn() -> DateTime<Utc>,
        mint: impl Future<Output = Result<InstallationToken, E>>,
    ) -> Result<InstallationToken, E> {
        let slot = self.slot(installation_id);
        let mut known = slot.lock().await;
        if let Some(token) = known.as_ref().filter(|token| token.is_good(permissions, now())) {
            return Ok(token.clone());
        }
        let token = mint.await?;
        *known = Some(token.clone());
        Ok(token)
    }

    /// Forgets a token that GitHub refused, unless it has been replaced meanwhile.
    pub async fn refused(&self, installation_id: i64, token: &InstallationToken) {
        let slot = self.slot(installation_id);
        let mut known = slot.lock().await;
        if known.as_ref().is_some_and(|known| known.secret == token.secret) {
            *known = None;
        }
    }

    fn slot(&self, installation_id: i64) -> Slot {
        // A map of slots is whole whatever happened to the thread that held it.
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        slots.entry(installation_id).or_default().clone()
    }
}
