//! Spreadsheets: a scrub's, out; edited ones, in.

use sha2::{Digest, Sha256};

use super::authorship::Authorship;
use super::scrubs::rounds::Tracks;
use super::{Refusal, Scope, Service, Viewer};
use crate::rank::{Filter, Order, PageRequest, QueueItem};
use crate::scrub::record::{ItemName, UnplacedRow};
use crate::sheet::{self, Attendance, Book, Import, ScrubAttendance, Sheet, SheetRow, Without, split_filter};
use crate::store::people::called_now;
use crate::store::scrubs::deck::closed_since;
use crate::store::scrubs::import::{Imported, import};
use crate::store::scrubs::sheets;

/// Items of a sheet at most.
const MOST_ROWS: usize = 100_000;
/// Unplaced rows that are listed at most.
const MOST_UNPLACED: usize = 10_000;
/// How often a file is compared again because somebody reads or writes notes meanwhile.
const TRIES: usize = 5;

/// How a file is to be taken in.
#[derive(Clone, Debug, Default)]
pub struct ImportOptions {
    /// The scrub whose sheet the file's one tab is, where the tab does not say so.
    pub scrub: Option<i32>,
    /// Change nothing, and say what would change.
    pub dry_run: bool,
    /// What the sender calls the encoding of the file's text.
    pub charset: Option<String>,
    /// Rows of which nothing is to be taken.
    pub without: Without,
    /// The [`ImportedSheet::file`] of the file that rows were chosen of, so that they are not looked for in another one.
    pub file: Option<String>,
}

/// What taking a file in changed, or would change.
#[derive(Debug)]
pub struct ImportedSheet {
    pub import: Import,
    /// The position of the account's log: after the change or, of a dry run, as of which it was planned.
    pub position: i64,
    /// Whether whoever imports it may read what our notes say.
    pub shows_notes: bool,
    /// The SHA-256 of the file, in hexadecimal digits.
    pub file: String,
}

impl Service {
    /// A scrub as the spreadsheet that people know.
    ///
    /// Its order is the deck's, unless another is given.
    ///
    /// It holds all open items that pass what has no column (a label, say), and the items of the deck
    /// that are no longer open. The view's other criteria are the sheet's autofilter.
    ///
    /// # Errors
    /// As [`Service::show_scrub`].
    pub async fn scrub_sheet(
        &self,
        viewer: &Viewer,
        account: Option<&str>,
        number: i64,
        order: Option<Order>,
    ) -> Result<Sheet, Refusal> {
        viewer.require(Scope::Read)?;
        let account_id = self.account(viewer, account).await?.account_id;
        let scrub = self.scrub(viewer, account_id, number).await?;
        let (sight, zone) = (viewer.sight(), self.0.calendar.zone);
        let date = scrub.date.unwrap_or(self.today());
        let view = match &scrub.view {
            Some(view) => self.view(account_id, view).await.map(Some),
            None => Ok(None),
        };
        let view = match view {
            Ok(view) => view.map(|(_, view)| view),
            Err(Refusal::UnknownView | Refusal::BadParameter { .. }) => None,
            Err(refusal) => return Err(refusal),
        };
        let of_deck = scrub.order.as_deref().and_then(Order::from_name);
        let order = order.or(of_deck).or(view.as_ref().map(|view| view.order)).unwrap_or_default();
        let filter = view.map_or_else(|| Ok(Filter::default()), |view| view.filter(date, self.zone()))?;
        let (columnless, filter) = split_filter(filter);
        let filter = called_now(&self.0.pool, account_id, filter).await?;
        let request = PageRequest {
            account_id,
            sight: sight.clone(),
            filter: columnless,
            order,
            date,
            past: false,
            after: None,
            limit: MOST_ROWS,
        };
        let page = self.page(request).await?;
        let mut items = page.items;
        items.extend(closed_since(&self.0.pool, (zone, date), account_id, &sight, &self.0.bots, scrub.scrub).await?);
        items.sort_by(|one, other| order.compare(&one.place, &other.place));
        let (position, record) =
            sheets::remarks_now(&self.0.pool, account_id, &sight, Some(scrub.scrub), &mut items).await?;
        let is_read = |item: &QueueItem| record.as_ref().is_some_and(|scrub| scrub.shows_read(&item.remarks.marks));
        let rows = items.iter().map(|item| SheetRow::of(item, is_read(item), &filter, zone)).collect();
        let dealt = scrub.dealt();
        let attended = ScrubAttendance {
            scrub: i32::try_from(scrub.scrub).unwrap_or(i32::MAX),
            date: scrub.date,
            host: scrub.host,
            attendees: scrub.attendees,
        };
        let attendance = Some(Attendance { rows: vec![attended] });
        let tab = format!("{:04}", scrub.scrub);
        Ok(Sheet { tab, date, zone, rows, filter, attendance, dealt, position: Some(position) })
    }

    /// Takes a file in, XLSX, ODS or CSV: all of it but for the rows that are left out, or nothing.
    ///
    /// # Errors
    /// [`Refusal::MissingScope`], [`Refusal::BadSheet`], [`Refusal::OtherSheet`], [`Refusal::BadParameter`],
    /// [`Refusal::TooBusy`], or as [`Service::account`].
    pub async fn import_sheet(
        &self,
        viewer: &Viewer,
        account: Option<&str>,
        file: impl AsRef<[u8]> + Send + 'static,
        ImportOptions { scrub, dry_run, charset, without, file: chosen_of }: ImportOptions,
        authorship: Authorship,
    ) -> Result<ImportedSheet, Refusal> {
        viewer.require(Scope::Scrub)?;
        let shows_notes = viewer.require(Scope::Read).is_ok();
        let request = self.request(viewer, authorship)?;
        let account_id = self.account_for(viewer, Scope::Scrub, account).await?.account_id;
        let read = move || {
            let digest = hex::encode(Sha256::digest(file.as_ref()));
            if chosen_of.is_some_and(|chosen_of| !chosen_of.eq_ignore_ascii_case(&digest)) {
                return Err(Refusal::OtherSheet);
            }
            Ok((sheet::read_declared(file.as_ref(), charset.as_deref())?, digest))
        };
        let (mut book, file) = tokio::task::spawn_blocking(read).await.map_err(|_| Refusal::Failed)??;
        if let Some(scrub) = scrub
            && !book.name_scrub(scrub)
        {
            let detail = "The file has several tabs, or its tab has a scrub's number already: leave this out.";
            return Err(Refusal::bad_parameter("scrub", detail));
        }
        if let Err(row) = book.leave_out(&without) {
            return Err(Refusal::bad_parameter("without", format!("The file has no row {row:?} about an item.")));
        }
        for _ in 0..TRIES {
            let compared = self.compared(viewer, account_id, book).await?;
            let planned = compared.position();
            if dry_run {
                return Ok(ImportedSheet { import: compared, position: planned, shows_notes, file });
            }
            let facts = compared.facts(request.at, &request.by);
            match import(&self.0.pool, account_id, planned, facts, &request).await? {
                Imported::Done(position, _) => {
                    // A file can bring the last reading of a round.
                    self.begin_due_rounds(account_id, Tracks::BOTH, position, &request).await?;
                    return Ok(ImportedSheet { import: compared, position, shows_notes, file });
                }
                Imported::Overtaken => book = compared.book,
            }
        }
        Err(Refusal::TooBusy("Others write notes and readings faster than the file can be compared with them."))
    }

    /// Rows of spreadsheets about items that are not here, the oldest first.
    ///
    /// # Errors
    /// [`Refusal::MissingScope`], or as [`Service::account`].
    pub async fn list_unplaced_rows(
        &self,
        viewer: &Viewer,
        account: Option<&str>,
    ) -> Result<Vec<UnplacedRow>, Refusal> {
        viewer.require(Scope::Scrub)?;
        let account_id = self.account_for(viewer, Scope::Scrub, account).await?.account_id;
        Ok(sheets::unplaced(&self.0.pool, account_id, &viewer.sight(), MOST_UNPLACED).await?)
    }

    /// A file beside what is on record now.
    async fn compared(&self, viewer: &Viewer, account_id: i64, book: Book) -> Result<Import, Refusal> {
        let items: Vec<ItemName> = book.items().into_iter().collect();
        let sight = viewer.sight();
        let records = sheets::records(&self.0.pool, account_id, &sight, &items, book.position).await?;
        Ok(Import::of(book, records, sight.is_all()))
    }
}
