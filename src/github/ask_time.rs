//! The time at which GitHub was asked.

use chrono::{DateTime, Utc};

use super::answer::GitHubError;
use super::context::JobContext;
use crate::store::clock;

/// The time at which GitHub was asked, by the database's clock.
#[derive(Clone, Copy)]
pub struct AskTime {
    /// The facts of the answer are of this time. Whatever a delivery says after it is newer, even if it
    /// comes while the answer is on its way into the log.
    pub at: DateTime<Utc>,
    /// Whatever a delivery says after this time is newer too, since GitHub's answers lag behind its
    /// deliveries.
    pub settled: DateTime<Utc>,
}

impl AskTime {
    pub async fn now(context: &JobContext) -> Result<Self, GitHubError> {
        let at = clock::now(&context.pool).await?;
        Ok(Self { at, settled: at - context.rhythm.recheck / 2 })
    }
}
