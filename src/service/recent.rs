//! What was read within the last second, for questions that come often.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How old it may be.
const FRESH: Duration = Duration::from_secs(1);
/// Values that are kept at most. Beyond, all are forgotten.
const MOST: usize = 10_000;

/// Values by a key, such as an id.
pub(super) struct Recent<K, T>(Mutex<HashMap<K, Reading<T>>>);

struct Reading<T> {
    at: Instant,
    as_of: u64,
    value: T,
}

impl<K, T> Default for Recent<K, T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash, T: Clone> Recent<K, T> {
    /// The value of a key, read anew if it is no longer fresh.
    ///
    /// # Errors
    /// Those of reading. They are not kept.
    pub async fn get<E>(&self, key: K, read: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        self.get_as_of(0, key, read).await
    }

    /// The same, read anew too if it was read as of something else.
    pub async fn get_as_of<E>(&self, as_of: u64, key: K, read: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        if let Some(value) = self.fresh(as_of, &key) {
            return Ok(value);
        }
        // Of its beginning: what changes while it is read may be missing in it.
        let at = Instant::now();
        let value = read.await?;
        let mut readings = self.readings();
        if readings.len() >= MOST {
            readings.clear();
        }
        readings.insert(key, Reading { at, as_of, value: value.clone() });
        Ok(value)
    }

    fn fresh(&self, as_of: u64, key: &K) -> Option<T> {
        let readings = self.readings();
        let reading = readings.get(key).filter(|reading| reading.as_of == as_of && reading.at.elapsed() < FRESH)?;
        Some(reading.value.clone())
    }

    /// Forgets all.
    pub fn forget(&self) {
        self.readings().clear();
    }

    fn readings(&self) -> MutexGuard<'_, HashMap<K, Reading<T>>> {
        // A map is whole whatever happened to the thread that held it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
