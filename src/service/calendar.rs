//! When the group meets.

use chrono::{DateTime, Days, Utc};

use super::accounts::Account;
use super::{Refusal, Service, Viewer};
pub use crate::scrub::schedule::Meeting;

/// Weeks that are shown of the past, and in all.
const PAST_WEEKS: u64 = 4;
const WEEKS: u64 = 4 + 52;

/// The meetings of the last four weeks and of the next year.
#[derive(Debug)]
pub struct Meetings {
    pub account: Account,
    /// When this was asked.
    pub now: DateTime<Utc>,
    pub meetings: Vec<Meeting>,
}

impl Service {
    /// Lists the meetings of an account's group.
    ///
    /// # Errors
    /// [`Refusal::MissingScope`], [`Refusal::NoSchedule`], or as [`Service::account`].
    pub async fn meetings(&self, viewer: &Viewer, account: Option<&str>) -> Result<Meetings, Refusal> {
        viewer.require_embed()?;
        let account = self.account(viewer, account).await?;
        let schedule = self.0.schedule.as_ref().ok_or(Refusal::NoSchedule)?;
        let now = self.now();
        let from = self.0.calendar.today(now) - Days::new(PAST_WEEKS * 7);
        Ok(Meetings { account, now, meetings: schedule.meetings(from, WEEKS, self.0.calendar.zone) })
    }
}
