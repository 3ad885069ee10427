//! Items whose titles are like another's: it may have been said before.

use super::items::ItemAddress;
use super::quota::QuotaLimit;
use super::{Refusal, Scope, Service, Viewer};
use crate::rank::Calendar;
pub use crate::store::similar::SimilarItem;
use crate::store::similar::{Reader, similar};

/// Items that are like another.
#[derive(Debug)]
pub struct SimilarItems {
    /// The position of the account's log that it includes.
    pub position: i64,
    /// The most alike first.
    pub items: Vec<SimilarItem>,
}

impl Service {
    /// The items of the same account whose titles are most like an item's, open or not, at most `limit`.
    ///
    /// # Errors
    /// [`Refusal::MissingScope`], or as [`Service::locate`].
    pub async fn similar_items(
        &self,
        viewer: &Viewer,
        address: &ItemAddress,
        limit: usize,
    ) -> Result<SimilarItems, Refusal> {
        viewer.require(Scope::Read)?;
        let item = self.locate(viewer, address).await?;
        let _turn = self.0.looking.take(viewer).await.map_err(|none| {
            Refusal::TooBusy(match none {
                QuotaLimit::Own => "You look for alike items already: they take turns.",
                QuotaLimit::All => "Many look for alike items just now.",
            })
        })?;
        let Calendar { zone } = self.0.calendar;
        let reader = Reader { sight: &viewer.sight(), bots: &self.0.bots, date: self.today(), zone };
        let (position, items) = similar(&self.0.pool, item, &reader, limit).await?;
        Ok(SimilarItems { position, items })
    }
}
