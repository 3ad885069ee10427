//! The queue as a spreadsheet.

use super::{QueueQuestion, ResolvedQuestion, Service};
use crate::rank::{Cursor, QueueItem};
use crate::scrub::Track;
use crate::scrub::view::BUG_SCRUB;
use crate::service::names::UnknownName;
use crate::service::{Refusal, Scope, Viewer};
use crate::sheet::{Sheet, SheetRow};
use crate::store::people::called_now;
use crate::store::scrubs::read::round;
use crate::store::scrubs::sheets::remarks_now;

/// A page of the queue as a spreadsheet.
pub struct QueueSheet {
    pub sheet: Sheet,
    /// `None` on the last page.
    pub next: Option<Cursor>,
    /// Names in the question that nothing has.
    pub unknown: Vec<UnknownName>,
}

impl Service {
    /// Makes a page of the queue into a spreadsheet. It is called by the `view`, and shows what the view's
    /// present round has read: without a view, that of `bug-scrub`. A sheet of a past date has no position: its notes are
    /// old, and nobody has edited those that differ from today's.
    ///
    /// # Errors
    /// As [`Service::queue`].
    pub async fn queue_sheet(
        &self,
        viewer: &Viewer,
        question: QueueQuestion,
        view: Option<&str>,
    ) -> Result<QueueSheet, Refusal> {
        viewer.require(Scope::Read)?;
        let understood = self.page_request(viewer, question).await?;
        let unknown = self.unknown_of(&understood).await?;
        let ResolvedQuestion { account, request, .. } = &understood;
        if let Some(view) = view {
            // Beside a cursor nobody has looked yet.
            self.view(account.account_id, view).await?;
        }
        let (date, zone) = (request.date, self.0.calendar.zone);
        let end = (date < self.today()).then(|| self.0.calendar.end_of(date));
        let (sight, track) = (viewer.sight(), Track::of(&viewer.sight()));
        let round = round(&self.0.pool, account.account_id, view.unwrap_or(BUG_SCRUB), track, end).await?;
        let mut page = self.page(request.clone()).await?;
        let mut position = None;
        if end.is_none() {
            position = Some(remarks_now(&self.0.pool, account.account_id, &sight, None, &mut page.items).await?.0);
        }
        let is_read = |item: &QueueItem| item.remarks.read_position() > round.started;
        let filter = called_now(&self.0.pool, account.account_id, request.filter.clone()).await?;
        let row = |item| SheetRow::of(item, is_read(item), &filter, zone);
        let rows = page.items.iter().map(row).collect();
        let next = page.end.map(|end| understood.cursor(end));
        let sheet = Sheet { tab: tab(view), date, zone, rows, filter, attendance: None, dealt: None, position };
        Ok(QueueSheet { sheet, next, unknown })
    }
}

/// A tab whose name is a number would be a scrub's.
fn tab(view: Option<&str>) -> String {
    match view {
        None => "queue".to_owned(),
        Some(view) if view.bytes().all(|byte| byte.is_ascii_digit()) => format!("view-{view}"),
        Some(view) => view.to_owned(),
    }
}
