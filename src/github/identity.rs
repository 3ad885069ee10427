//! Who the service is to GitHub: the App's JSON web token, and the installations' tokens.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Duration, Utc};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;
use serde_json::{Map, Value};

use super::Clock;

/// GitHub takes a JSON web token that is valid for ten minutes at most; the clocks may differ by a
/// minute without notice.
const BACKDATED: Duration = Duration::seconds(60);
const VALID: Duration = Duration::minutes(9);
/// An installation's token lives an hour; it is replaced this long before.
const RENEWED_BEFORE: Duration = Duration::minutes(5);
/// A new installation token may be unknown to some of GitHub's servers for a while.
const FRESH: Duration = Duration::seconds(60);
/// A clock that differs by less is not worth correcting.
const SKEW_KEPT: i64 = 5;

/// A private key that is none.
#[derive(Debug, thiserror::Error)]
#[error("the App's private key is not an RSA key in PEM form: download a new one from the App's settings on GitHub")]
pub struct BadKey(#[from] jsonwebtoken::errors::Error);

/// The App: its id, its key, and what time GitHub has.
pub struct Identity {
    app_id: u64,
    key: EncodingKey,
    clock: Clock,
    /// Seconds that GitHub's clock is ahead of ours, as its answers tell.
    skew: AtomicI64,
}

#[derive(Serialize)]
struct Claims {
    iss: String,
    iat: i64,
    exp: i64,
}

impl Identity {
    /// # Errors
    /// [`BadKey`] if `pem` holds no RSA private key.
    pub fn new(app_id: u64, pem: &str, clock: Clock) -> Result<Self, BadKey> {
        // A key that came through an environment variable may have its line ends escaped.
        let pem = pem.replace("\\n", "\n");
        let key = EncodingKey::from_rsa_pem(pem.as_bytes())?;
        Ok(Self { app_id, key, clock, skew: AtomicI64::new(0) })
    }

    pub fn app_id(&self) -> u64 {
        self.app_id
    }

    /// GitHub's time.
    pub fn now(&self) -> DateTime<Utc> {
        (self.clock)() + self.skew()
    }

    /// How far GitHub's clock is ahead of ours; negative if behind.
    pub fn skew(&self) -> Duration {
        Duration::seconds(self.skew.load(Ordering::Relaxed))
    }

    /// Takes the time that an answer carries.
    pub fn told_time(&self, date: DateTime<Utc>) {
        let ahead = (date - (self.clock)()).num_seconds();
        let known = self.skew.load(Ordering::Relaxed);
        if (ahead - known).abs() > SKEW_KEPT {
            self.skew.store(ahead, Ordering::Relaxed);
        }
    }

    /// The App's JSON web token, good for some minutes (RFC 7519; RS256, as GitHub asks for).
    pub fn jwt(&self) -> Result<String, BadKey> {
        let now = self.now();
        let claims =
            Claims { iss: self.app_id.to_string(), iat: (now - BACKDATED).timestamp(), exp: (now + VALID).timestamp() };
        Ok(jsonwebtoken::encode(&Header::new(Algorithm::RS256), &claims, &self.key)?)
    }
}

/// A token of one installation.
#[derive(Clone)]
pub struct InstallationToken {
    pub secret: Arc<str>,
    pub expires_at: DateTime<Utc>,
    /// When it was minted, by GitHub's clock.
    pub minted_at: DateTime<Utc>,
    /// What it was asked for. Once other permissions are granted it is the wrong one.
    pub permissions: Map<String, Value>,
}

impl InstallationToken {
    /// GitHub may not know it everywhere yet: a 401 passes.
    pub fn is_fresh(&self, now: DateTime<Utc>) -> bool {
        now - self.minted_at < FRESH
    }

    fn is_good(&self, permissions: &Map<String, Value>, now: DateTime<Utc>) -> bool {
        self.expires_at - now > RENEWED_BEFORE && self.permissions == *permissions
    }
}

type Slot = Arc<tokio::sync::Mutex<Option<InstallationToken>>>;

/// The installations' tokens. Whoever finds none mints one while all others wait for it.
#[derive(Default)]
pub struct Tokens(Mutex<HashMap<i64, Slot>>);

impl Tokens {
    /// The installation's token with these permissions; `mint` is called if none is good, by one
    /// caller at a time.
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

    /// Forgets a token that GitHub refused, unless it was replaced meanwhile.
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
