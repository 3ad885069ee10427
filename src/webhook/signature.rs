//! The signature that GitHub puts on a delivery: `X-Hub-Signature-256`, HMAC-SHA-256 over the
//! raw body, keyed with the webhook secret.
//!
//! Source: GitHub's documentation, "Validating webhook deliveries".

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The webhook secrets that are accepted: more than one while they rotate, never none.
#[derive(Clone)]
pub struct Secrets(Vec<Vec<u8>>);

impl Secrets {
    /// Takes a secret, whole but for white space around it. `None` if it is empty.
    pub fn parse(secret: &str) -> Option<Self> {
        let secret = secret.trim();
        (!secret.is_empty()).then(|| Self(vec![secret.as_bytes().to_vec()]))
    }

    /// These secrets, or another one, if that is not empty.
    #[must_use]
    pub fn or(mut self, secret: &str) -> Self {
        self.0.extend(Self::parse(secret).into_iter().flat_map(|other| other.0));
        self
    }

    /// Whether `header` (`sha256=` and 64 hex digits) signs `body` with any of the secrets. The
    /// comparison takes the same time for every wrong signature of that form, and every secret is
    /// tried even after one has matched.
    pub fn verify(&self, header: &str, body: &[u8]) -> bool {
        let Some(given) = header.strip_prefix("sha256=") else {
            return false;
        };
        let Ok(given) = hex::decode(given) else {
            return false;
        };
        let mut valid = false;
        for secret in &self.0 {
            valid |= mac(secret, body).verify_slice(&given).is_ok();
        }
        valid
    }
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} secret(s)", self.0.len())
    }
}

/// The header value with which GitHub would sign `body`.
pub fn sign(secret: &[u8], body: &[u8]) -> String {
    format!("sha256={}", hex::encode(mac(secret, body).finalize().into_bytes()))
}

fn mac(secret: &[u8], body: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("cannot fail: HMAC takes a key of any length");
    mac.update(body);
    mac
}
