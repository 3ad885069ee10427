//! The keys under which people's tokens are kept: AES-256-GCM, with a nonce of its own for each text.
//!
//! What is sealed for one purpose and one owner opens for no other: whoever may write to the database cannot put one
//! person's token into the session of another.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

/// Bytes of a key.
const KEY_BYTES: usize = 32;

/// One key or several. The first seals; all open, so that a key can be replaced.
pub struct SessionKeys(Vec<RandomizedNonceKey>);

impl fmt::Debug for SessionKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SessionKeys({})", self.0.len())
    }
}

/// A text that holds no keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "line {0} is not 32 bytes in base64: `openssl rand -base64 32` makes a key; write the newest one first, each on a \
     line of its own"
)]
pub struct BadSessionKey(usize);

impl SessionKeys {
    /// Reads keys, each on a line of its own.
    ///
    /// # Errors
    /// Names the first line that is none. A text without any counts as such in its line 1.
    pub fn parse(text: &str) -> Result<Self, BadSessionKey> {
        let lines = text.lines().map(str::trim).enumerate().filter(|(_, line)| !line.is_empty());
        let keys = lines.map(|(at, line)| {
            let bytes = BASE64_STANDARD.decode(line).ok().filter(|bytes| bytes.len() == KEY_BYTES);
            let key = bytes.and_then(|bytes| RandomizedNonceKey::new(&AES_256_GCM, &bytes).ok());
            key.ok_or(BadSessionKey(at + 1))
        });
        let keys: Vec<_> = keys.collect::<Result<_, _>>()?;
        if keys.is_empty() { Err(BadSessionKey(1)) } else { Ok(Self(keys)) }
    }

    /// Seals a text: the nonce, then what is encrypted. `None` if the machine has no random numbers.
    pub fn seal(&self, purpose: &str, owner: &[u8], text: &str) -> Option<Vec<u8>> {
        let mut sealed = text.as_bytes().to_vec();
        let nonce = self.0.first()?.seal_in_place_append_tag(Aad::from(bound(purpose, owner)), &mut sealed).ok()?;
        let mut whole = nonce.as_ref().to_vec();
        whole.append(&mut sealed);
        Some(whole)
    }

    /// Opens what one of the keys sealed for the same purpose and owner.
    pub fn open(&self, purpose: &str, owner: &[u8], sealed: &[u8]) -> Option<String> {
        let (nonce, sealed) = sealed.split_at_checked(NONCE_LEN)?;
        self.0.iter().find_map(|key| {
            let mut text = sealed.to_vec();
            let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
            let text = key.open_in_place(nonce, Aad::from(bound(purpose, owner)), &mut text).ok()?;
            String::from_utf8(text.to_vec()).ok()
        })
    }
}

/// What a sealed text is bound to. No purpose contains a zero byte.
fn bound(purpose: &str, owner: &[u8]) -> Vec<u8> {
    [purpose.as_bytes(), &[0], owner].concat()
}
