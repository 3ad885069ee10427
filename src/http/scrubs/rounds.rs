//! Ending a round: when nothing of a view is left to read, its next round begins.

use super::opening::{LONGEST_WAIT, places};
use crate::activity::Sight;
use crate::http::AppState;
use crate::http::problem::Problem;
use crate::store::scrubs::act::{self, Request};
use crate::store::scrubs::read;

/// Begins the next round of each view that scrubs read, if its present one is over. `position` is
/// that of the reading that may have been its last.
///
/// What closes elsewhere can end a round as well: that is seen when the next scrub is opened.
pub async fn finish_rounds(state: &AppState, account_id: i64, position: i64, request: &Request) -> Result<(), Problem> {
    for view in read::views_in_use(&state.pool, account_id).await? {
        finish_round(state, account_id, Some(&view), position, request).await?;
    }
    Ok(())
}

/// The same for one view; a view that is there no more has no rounds.
pub async fn finish_round(
    state: &AppState,
    account_id: i64,
    view: Option<&str>,
    position: i64,
    request: &Request,
) -> Result<(), Problem> {
    let Some(view) = view else { return Ok(()) };
    let Ok((_, view)) = state.service.view(account_id, view).await else { return Ok(()) };
    let Ok(filter) = view.filter(state.calendar.today((state.clock)())) else { return Ok(()) };
    // A ranking that is behind: the opening of the next scrub looks again.
    let reached = tokio::time::timeout(LONGEST_WAIT, state.live.reached(account_id, position)).await;
    if reached.is_err() || !filter.open_only() {
        return Ok(());
    }
    let round = read::round(&state.pool, account_id, &view.name, None).await?;
    let left = places(state, account_id, Sight::All, &view, filter.clone().unread_since(round.started), 1).await?.total;
    if left == 0 && places(state, account_id, Sight::All, &view, filter, 1).await?.total > 0 {
        act::begin_round(&state.pool, account_id, &view.name, round.round, request).await?;
    }
    Ok(())
}
