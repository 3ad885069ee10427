//! Beginning a view's next round once nothing of the present one is left to read.
//!
//! What closes elsewhere can end a round as well. That is noticed when the next scrub opens.

use super::LONGEST_WAIT;
use crate::activity::Sight;
use crate::service::{Refusal, Service};
use crate::store::scrubs::act::{self, Request};
use crate::store::scrubs::read;

impl Service {
    /// Begins the next round of each view that scrubs read, if its present one has nothing left.
    /// `position` is that of the reading that may have been the last.
    pub(crate) async fn begin_due_rounds(
        &self,
        account_id: i64,
        position: i64,
        request: &Request,
    ) -> Result<(), Refusal> {
        for view in read::views_in_use(&self.0.pool, account_id).await? {
            self.begin_round_if_due(account_id, &view, position, request).await?;
        }
        Ok(())
    }

    /// The same for one view. A view that no longer exists has no rounds.
    pub(super) async fn begin_round_if_due(
        &self,
        account_id: i64,
        view: &str,
        position: i64,
        request: &Request,
    ) -> Result<(), Refusal> {
        let Ok((_, view)) = self.view(account_id, view).await else { return Ok(()) };
        let Ok(filter) = view.filter(self.today()) else { return Ok(()) };
        let reached = tokio::time::timeout(LONGEST_WAIT, self.0.live.reached(account_id, position)).await;
        // If the ranking is behind, the opening of the next scrub looks again.
        if reached.is_err() || !filter.open_only() {
            return Ok(());
        }
        let round = read::round(&self.0.pool, account_id, &view.name, None).await?;
        let unread = filter.clone().unread_since(round.started);
        let left = self.places(account_id, Sight::All, &view, unread, 1).await?.total;
        if left == 0 && self.places(account_id, Sight::All, &view, filter, 1).await?.total > 0 {
            act::begin_round(&self.0.pool, account_id, &view.name, round.round, request).await?;
        }
        Ok(())
    }
}
