//! How often GitHub is asked.

use chrono::Duration;

/// The intervals at which jobs run, and the number of workers. Tests use shorter ones.
#[derive(Clone, Copy, Debug)]
pub struct Rhythm {
    /// Time between two searches for failed deliveries.
    pub redeliver: Duration,
    /// Time between two comparisons of the repositories with GitHub.
    pub sweep: Duration,
    /// Time before a difference is looked at again: its deliveries may still be under way.
    pub recheck: Duration,
    /// Time before a failed job is tried again. It doubles with every further failure.
    pub retry: Duration,
    /// Time between two looks for jobs, for a worker that nobody wakes.
    pub poll: std::time::Duration,
    /// Time for which the data of an uninstalled account is kept.
    pub grace: Duration,
    /// Number of workers in this process.
    pub workers: usize,
}

/// A failing job is tried again after an hour at the latest.
const LONGEST_RETRY: Duration = Duration::hours(1);

impl Rhythm {
    /// Time to wait after a failure that followed `failures` others.
    pub fn backoff(&self, failures: i32) -> Duration {
        let doublings = u32::try_from(failures.clamp(0, 12)).unwrap_or_default();
        (self.retry * 2_i32.pow(doublings)).min(LONGEST_RETRY)
    }
}

impl Default for Rhythm {
    fn default() -> Self {
        Self {
            redeliver: Duration::minutes(3),
            sweep: Duration::hours(1),
            recheck: Duration::minutes(1),
            retry: Duration::seconds(10),
            poll: std::time::Duration::from_secs(1),
            grace: Duration::days(30),
            workers: 4,
        }
    }
}
