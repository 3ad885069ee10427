//! The log of an account, for whoever keeps a copy of it.

use super::{Refusal, Scope, Service, Viewer};
pub use crate::store::export::ExportedEvent;
use crate::store::export::exported;

/// Positions of the log that are read at once.
const WINDOW: i64 = 1_000;

/// An account's log from one position on, read piece by piece.
pub struct Export {
    service: Service,
    viewer: Viewer,
    account_id: i64,
    /// Everything up to here was told.
    position: i64,
    /// The head when it began, which is where it ends.
    head: i64,
    /// Events that may still be told.
    left: usize,
}

impl Service {
    /// Begins to copy an account's log after a position: at most `limit` events, of the repositories that the viewer may see.
    ///
    /// # Errors
    /// [`Refusal::MissingScope`], [`Refusal::PositionNotReached`], or as [`Service::account`].
    pub async fn export(
        &self,
        viewer: &Viewer,
        account: Option<&str>,
        after: i64,
        limit: usize,
    ) -> Result<Export, Refusal> {
        viewer.require(Scope::Read)?;
        let account = self.account_now(viewer, account).await?;
        let (account_id, head) = (account.account_id, account.position);
        let position = after.min(head);
        Ok(Export { service: self.clone(), viewer: viewer.clone(), account_id, position, head, left: limit })
    }
}

impl Export {
    /// The position after which whoever goes on later misses nothing and gets nothing twice.
    pub fn position(&self) -> i64 {
        self.position
    }

    /// Whether there was more in the log when this began.
    pub fn is_cut(&self) -> bool {
        self.position < self.head
    }

    /// The next events; `None` at the end. They may be none, where all are hidden.
    ///
    /// # Errors
    /// [`Refusal::UnknownToken`] once the token is not valid any more; if the store cannot be read.
    pub async fn next(&mut self) -> Result<Option<Vec<ExportedEvent>>, Refusal> {
        if self.position >= self.head || self.left == 0 {
            return Ok(None);
        }
        if !self.service.is_still_known(&self.viewer).await? {
            return Err(Refusal::UnknownToken);
        }
        self.viewer = self.service.as_seen_now(&self.viewer).await?.ok_or(Refusal::UnknownToken)?;
        if self.viewer.is_kept_from(self.account_id) {
            return Err(Refusal::UnknownAccount);
        }
        let to = self.head.min(self.position + WINDOW);
        let (pool, bots) = (&self.service.0.pool, &self.service.0.bots);
        let mut events = exported(pool, self.account_id, &self.viewer.sight(), bots, (self.position, to)).await?;
        let cut = events.len() > self.left;
        events.truncate(self.left);
        self.left -= events.len();
        self.position = events.last().filter(|_| cut).map_or(to, |last| last.logged.position);
        Ok(Some(events))
    }
}
