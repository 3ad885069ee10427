//! What is kept in memory of what people may see, so that large sets need not be read for each question.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::activity::Sight;

/// How long a set of repositories is taken as it is while nothing was told anew: one that has come here since may be among
/// those which GitHub listed.
const HELD: Duration = Duration::from_secs(5);
/// Sets that are held at most. Beyond, all are forgotten.
const MOST_HELD: usize = 200;

/// Sets of repositories by session, as of the versions of what GitHub told.
#[derive(Default)]
pub(super) struct HeldSights(Mutex<HashMap<i64, HeldSight>>);

struct HeldSight {
    of: Vec<(i64, i64)>,
    at: Instant,
    sight: Sight,
}

impl HeldSights {
    pub fn get(&self, session_id: i64, of: &[(i64, i64)]) -> Option<Sight> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = held.get(&session_id).filter(|held| held.of == of && held.at.elapsed() < HELD)?;
        Some(found.sight.clone())
    }

    pub fn put(&self, session_id: i64, of: Vec<(i64, i64)>, sight: Sight) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= MOST_HELD {
            held.clear();
        }
        held.insert(session_id, HeldSight { of, at: Instant::now(), sight });
    }
}
