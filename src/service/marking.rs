//! Marking many items as read or unread at once, and undoing that.

use uuid::Uuid;

use super::authorship::Authorship;
use super::scrubs::rounds::Tracks;
use super::{Refusal, Scope, Service, Viewer};
pub use crate::store::places::WrittenAddress;
use crate::store::places::locate_all;
use crate::store::scrubs::marking::{self, MarkedItems, UndoneItems};
pub use crate::store::scrubs::marking::{MarkOutcome, UndoOutcome};

/// Items of one act at most.
pub const MOST_ITEMS: usize = 1_000;

/// Items of an account to be marked.
#[derive(Clone, Debug)]
pub struct NewMarks {
    /// Otherwise the last reading of each is taken back.
    pub read: bool,
    pub items: Vec<WrittenAddress>,
}

impl Service {
    /// Marks items as read by somebody who reads alone, or takes the last reading of each back, in one transaction.
    ///
    /// # Errors
    /// [`Refusal::MissingScope`], [`Refusal::BadParameter`], or as [`Service::account`].
    pub async fn mark_items(
        &self,
        viewer: &Viewer,
        account: Option<&str>,
        NewMarks { read, items }: NewMarks,
        authorship: Authorship,
    ) -> Result<MarkedItems, Refusal> {
        viewer.require(Scope::Scrub)?;
        if !(1..=MOST_ITEMS).contains(&items.len()) {
            return Err(Refusal::bad_parameter("items", "From 1 to 1,000 items."));
        }
        let request = self.request(viewer, authorship)?;
        let account_id = self.account_for(viewer, Scope::Scrub, account).await?.account_id;
        let (pool, sight) = (&self.0.pool, viewer.sight());
        let places = locate_all(pool, account_id, &sight, &items).await?;
        let marked = marking::mark(pool, account_id, read, &places, &sight, &request).await?;
        if read && marked.id.is_some() {
            let tracks = Tracks::ended_by(marked.public);
            self.begin_due_rounds(account_id, tracks, marked.position, &request).await?;
        }
        Ok(marked)
    }

    /// Undoes what [`Service::mark_items`] did, as far as nobody has marked the items since.
    ///
    /// # Errors
    /// [`Refusal::MissingScope`], [`Refusal::BadParameter`], [`Refusal::UnknownMarks`], or as [`Service::account`].
    pub async fn undo_marks(
        &self,
        viewer: &Viewer,
        account: Option<&str>,
        id: &str,
        authorship: Authorship,
    ) -> Result<UndoneItems, Refusal> {
        viewer.require(Scope::Scrub)?;
        let request = self.request(viewer, authorship)?;
        let account_id = self.account_for(viewer, Scope::Scrub, account).await?.account_id;
        let id: Uuid = id.parse().map_err(|_| Refusal::UnknownMarks)?;
        let undone = marking::undo(&self.0.pool, account_id, id, &viewer.sight(), &request).await?;
        let undone = undone.ok_or(Refusal::UnknownMarks)?;
        self.begin_due_rounds(account_id, Tracks::ended_by(undone.public), undone.position, &request).await?;
        Ok(undone)
    }
}
