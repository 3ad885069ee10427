//! What was read within the last second, for questions that come often.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How old it may be.
const FRESH: Duration = Duration::from_secs(1);

/// Values by id. They are as many as there are accounts, or tokens in use.
pub(super) struct Recent<T>(Mutex<HashMap<i64, (Instant, T)>>);

impl<T> Default for Recent<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone> Recent<T> {
    /// The value of an id, read anew if it is no longer fresh.
    ///
    /// # Errors
    /// Those of reading.
    pub async fn get<E>(&self, id: i64, read: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        // A map is whole whatever happened to the thread that held it.
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned();
        if let Some((at, value)) = known
            && at.elapsed() < FRESH
        {
            return Ok(value);
        }
        let value = read.await?;
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id, (Instant::now(), value.clone()));
        Ok(value)
    }
}
