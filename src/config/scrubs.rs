//! Settings of scrubs.

use std::time::Duration;

use clap::Args;

use crate::scrub::Schedule;

#[derive(Debug, Clone, Args)]
pub struct ScrubArgs {
    /// The number of an account's first scrub; the next ones count on from it
    #[arg(long, env = "BUGSCRUB_FIRST_SCRUB", default_value_t = 1, value_parser = clap::value_parser!(i64).range(1..=1_000_000))]
    pub first_scrub: i64,
    /// Hours without activity after which a scrub closes by itself
    #[arg(long, env = "BUGSCRUB_SCRUB_CLOSES_AFTER", default_value_t = 12, value_parser = clap::value_parser!(u32).range(1..=720))]
    pub scrub_closes_after: u32,
    /// When scrubs are held, for the calendar: `wednesday 17:00 Europe/London 60m`; several editions,
    /// separated by `;`, take turns week by week [default: no calendar]
    #[arg(long, env = "BUGSCRUB_SCRUB_SCHEDULE")]
    pub scrub_schedule: Option<Schedule>,
}

/// When scrubs are held and closed, and how they are numbered.
#[derive(Clone, Debug)]
pub struct ScrubSettings {
    pub first_number: i64,
    pub close_after: Duration,
    pub schedule: Option<Schedule>,
}

impl Default for ScrubSettings {
    fn default() -> Self {
        Self { first_number: 1, close_after: Duration::from_secs(12 * 3_600), schedule: None }
    }
}

impl ScrubArgs {
    pub fn settings(&self) -> ScrubSettings {
        let close_after = Duration::from_secs(u64::from(self.scrub_closes_after) * 3_600);
        ScrubSettings { first_number: self.first_scrub, close_after, schedule: self.scrub_schedule.clone() }
    }
}
