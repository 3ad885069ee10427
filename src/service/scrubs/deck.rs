//! A scrub's rows: a page of them, the one under the cursor, and all that were read, as minutes.

use super::hidden::HiddenRow;
use crate::scrub::Scrub;
use crate::scrub::deck::DeckRow;
use crate::scrub::minutes::Minutes;
use crate::service::items::ShownItem;
use crate::service::{Refusal, Scope, Service, Viewer};
use crate::store::scrubs::deck::{DeckRange, deck};
use crate::store::scrubs::notes;

/// Rows that are read at once for the minutes.
const AT_ONCE: i64 = 500;
/// Rows so far apart at most are read with those in between.
const NEAR: i64 = 3;

/// A row of a deck as answers show it.
#[derive(Clone, Debug)]
pub struct ShownRow {
    /// The row without its item.
    pub row: DeckRow,
    /// The item as it is now, with its rank of today if it is open; `None` if it was deleted or the viewer may not see it.
    pub item: Option<ShownItem>,
    /// The item was updated after the scrub opened.
    pub changed: bool,
}

/// A page of a deck.
#[derive(Debug)]
pub struct DeckPage {
    pub account_id: i64,
    pub scrub: Scrub,
    pub rows: Vec<ShownRow>,
    /// The row at which the group is, if the viewer attends and may not see it.
    pub hidden_row: Option<HiddenRow>,
    /// The place after which the next page begins; `None` on the last.
    pub next: Option<i64>,
}

impl Service {
    /// Rows of a scrub's deck in order, `limit` at most: those after a place.
    ///
    /// # Errors
    /// As [`Service::show_scrub`].
    pub async fn show_deck(
        &self,
        viewer: &Viewer,
        account: Option<&str>,
        number: i64,
        (after, limit): (i64, i64),
    ) -> Result<DeckPage, Refusal> {
        viewer.require(Scope::Read)?;
        let account_id = self.account(viewer, account).await?.account_id;
        let scrub = self.scrub(viewer, account_id, number).await?;
        let wanted = DeckRange { sight: viewer.sight(), after, limit, visited: false };
        let (rows, next) = self.rows(account_id, &scrub, wanted).await?;
        let mut shown = Vec::with_capacity(rows.len());
        for row in rows {
            shown.push(self.shown_row(&scrub, account_id, row).await);
        }
        let hidden_row = self.hidden_row(viewer, account_id, &scrub).await?;
        Ok(DeckPage { account_id, scrub, rows: shown, hidden_row, next })
    }

    /// The minutes of a scrub.
    ///
    /// # Errors
    /// As [`Service::show_scrub`].
    pub async fn show_minutes(&self, viewer: &Viewer, account: Option<&str>, number: i64) -> Result<Minutes, Refusal> {
        viewer.require(Scope::Read)?;
        let account_id = self.account(viewer, account).await?.account_id;
        let scrub = self.scrub(viewer, account_id, number).await?;
        let rows = self.visited_rows(viewer, account_id, &scrub).await?;
        let notes = match scrub.closed_at {
            Some(end) => {
                let items = rows.iter().filter_map(|row| row.item.as_ref());
                let addresses: Vec<_> = items.map(|item| (item.place.repo_id, item.place.number)).collect();
                Some(notes::at_the_end(&self.0.pool, account_id, &viewer.sight(), &addresses, scrub.scrub, end).await?)
            }
            None => None,
        };
        let talks = self.talks_of(account_id, &scrub).await?;
        Ok(Minutes::of(scrub, rows, notes.as_ref()).with_talks(talks))
    }

    /// The row at a place; `None` if the viewer may not see it.
    pub(super) async fn row_at(
        &self,
        viewer: &Viewer,
        account_id: i64,
        scrub: &Scrub,
        place: i64,
    ) -> Result<Option<ShownRow>, Refusal> {
        let wanted = DeckRange { sight: viewer.sight(), after: place - 1, limit: 1, visited: false };
        let (mut rows, _) = self.rows(account_id, scrub, wanted).await?;
        let Some(row) = rows.pop().filter(|row| row.place == place) else { return Ok(None) };
        Ok(Some(self.shown_row(scrub, account_id, row).await))
    }

    /// The rows at some places, ascending, as far as the viewer sees them. Those that are near each other are read at once.
    pub(super) async fn rows_at(
        &self,
        viewer: &Viewer,
        account_id: i64,
        scrub: &Scrub,
        places: &[i64],
    ) -> Result<Vec<ShownRow>, Refusal> {
        let mut shown = vec![];
        for near in places.chunk_by(|one, next| next - one <= NEAR) {
            let (Some(first), Some(last)) = (near.first(), near.last()) else { continue };
            let limit = last - first + 1;
            let wanted = DeckRange { sight: viewer.sight(), after: first - 1, limit, visited: false };
            let (rows, _) = self.rows(account_id, scrub, wanted).await?;
            for row in rows.into_iter().filter(|row| near.contains(&row.place)) {
                shown.push(self.shown_row(scrub, account_id, row).await);
            }
        }
        Ok(shown)
    }

    /// All rows that the cursor has come to, or that a spreadsheet says were read.
    async fn visited_rows(&self, viewer: &Viewer, account_id: i64, scrub: &Scrub) -> Result<Vec<DeckRow>, Refusal> {
        let (mut all, mut after) = (vec![], Some(0));
        while let Some(place) = after {
            let wanted = DeckRange { sight: viewer.sight(), after: place, limit: AT_ONCE, visited: true };
            let (mut rows, next) = self.rows(account_id, scrub, wanted).await?;
            all.append(&mut rows);
            after = next;
        }
        Ok(all)
    }

    async fn shown_row(&self, scrub: &Scrub, account_id: i64, mut row: DeckRow) -> ShownRow {
        let (changed, today) = (row.changed(scrub), self.today());
        let mut item = row.item.take();
        if let Some(item) = &mut item {
            item.rank = self.0.live.rank(account_id, item, today).await;
        }
        ShownRow { row, item: item.map(|item| self.shown(today, item)), changed }
    }

    /// Rows of a scrub, and the place to go on after.
    async fn rows(
        &self,
        account_id: i64,
        scrub: &Scrub,
        wanted: DeckRange,
    ) -> Result<(Vec<DeckRow>, Option<i64>), Refusal> {
        let days = (self.0.calendar.zone, self.today());
        Ok(deck(&self.0.pool, days, &self.0.bots, account_id, scrub, wanted).await?)
    }
}
