//! What texts are fetched with: the memory, and bounds on fetching.

use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use tokio::sync::Semaphore;

use super::memory::Memory;

/// Pages that are read from deliveries or cleaned at once; each takes some megabytes meanwhile. GitHub is asked for one after
/// another of an account, at its gate.
const AT_ONCE: usize = 4;
/// Questions to GitHub a minute about one account's items, of its budget of 5,000 points an hour or more.
const A_MINUTE: NonZeroU32 = NonZeroU32::new(60).expect("cannot fail: it is not 0");
/// The same of all those together who ask without a token.
const PUBLIC_A_MINUTE: NonZeroU32 = NonZeroU32::new(20).expect("cannot fail: it is not 0");

/// What texts are fetched with.
pub struct Texts {
    pub memory: Memory,
    pub turns: Semaphore,
    pace: DefaultKeyedRateLimiter<i64>,
    /// Of those who ask without a token.
    public_pace: DefaultKeyedRateLimiter<i64>,
}

impl Default for Texts {
    fn default() -> Self {
        Self {
            memory: Memory::default(),
            turns: Semaphore::new(AT_ONCE),
            pace: RateLimiter::keyed(Quota::per_minute(A_MINUTE)),
            public_pace: RateLimiter::keyed(Quota::per_minute(PUBLIC_A_MINUTE)),
        }
    }
}

impl Texts {
    /// Counts a question to GitHub.
    ///
    /// # Errors
    /// How long to wait, after too many of them.
    pub fn keep_pace(&self, account_id: i64, public: bool) -> Result<(), Duration> {
        let clock = DefaultClock::default();
        let paces = [(public, &self.public_pace), (true, &self.pace)].into_iter().filter(|(counts, _)| *counts);
        for (_, pace) in paces {
            pace.check_key(&account_id).map_err(|until| until.wait_time_from(clock.now()))?;
        }
        Ok(())
    }
}
