//! Beginning a view's next round once nothing of the present one is left to read.
//!
//! What closes elsewhere can end a round as well. That is noticed when the next scrub opens.

use crate::activity::Sight;
use crate::service::{LONGEST_WAIT, Refusal, Service};
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
        let view = match self.view(account_id, view).await {
            Ok((_, view)) => view,
            Err(Refusal::UnknownView) => return Ok(()),
            Err(refusal) => return Err(refusal),
        };
        let date = self.today();
        let Ok(filter) = view.filter(date) else { return Ok(()) };
        let reached = tokio::time::timeout(LONGEST_WAIT, self.0.live.reached(account_id, position)).await;
        // If the ranking is behind, the opening of the next scrub looks again.
        if reached.is_err() || !filter.open_only() {
            return Ok(());
        }
        let round = read::round(&self.0.pool, account_id, &view.name, None).await?;
        let unread = filter.clone().unread_since(round.started);
        let on = (date, view.order);
        let left = self.places(account_id, Sight::All, on, unread, 1).await?.total;
        if left == 0 && self.places(account_id, Sight::All, on, filter, 1).await?.total > 0 {
            act::begin_round(&self.0.pool, account_id, &view.name, round.round, request).await?;
        }
        Ok(())
    }
}
