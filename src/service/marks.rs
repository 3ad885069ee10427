//! Reading alone: marking an item as read, and taking a slip back.

use super::authorship::Authorship;
use super::items::ItemAddress;
use super::scrubs::rounds::Tracks;
use super::{Refusal, Scope, Service, Viewer};
use crate::store::scrubs::alone;

impl Service {
    /// Marks an item as read by somebody who reads alone. Answers the position of the account's log that
    /// includes it.
    ///
    /// # Errors
    /// [`Refusal::MissingScope`], [`Refusal::BadParameter`], or as [`Service::locate`].
    pub async fn mark_read(
        &self,
        viewer: &Viewer,
        address: &ItemAddress,
        authorship: Authorship,
    ) -> Result<i64, Refusal> {
        viewer.require(Scope::Scrub)?;
        let request = self.request(viewer, authorship)?;
        let item = self.locate_for(viewer, Scope::Scrub, address).await?;
        let (key, sight) = ((item.repo_id, item.number), viewer.sight());
        let (position, public) = alone::mark_read(&self.0.pool, item.account_id, key, &sight, &request).await?;
        self.begin_due_rounds(item.account_id, Tracks::ended_by(public), position, &request).await?;
        Ok(position)
    }

    /// Takes the last reading of an item back. Answers the position of the account's log that includes
    /// it.
    ///
    /// # Errors
    /// As [`Service::mark_read`].
    pub async fn unmark_read(
        &self,
        viewer: &Viewer,
        address: &ItemAddress,
        authorship: Authorship,
    ) -> Result<i64, Refusal> {
        viewer.require(Scope::Scrub)?;
        let request = self.request(viewer, authorship)?;
        let item = self.locate_for(viewer, Scope::Scrub, address).await?;
        Ok(alone::unmark_read(&self.0.pool, item.account_id, (item.repo_id, item.number), &request).await?)
    }
}
