//! The stale-age queue of an account, a page at a time; as a spreadsheet, in [`sheet`].

pub mod sheet;

use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};

use super::accounts::Account;
use super::items::ShownItem;
use super::names::UnknownName;
use super::portion::Subject;
use super::sync::BackfillState;
use super::{LONGEST_WAIT, Refusal, Service, Viewer};
use crate::rank::criterion::OF_NOTES;
use crate::rank::{Cursor, Filter, Order, Page, PageRequest, PlaceKey, Wording};
use crate::store::live::{head_position, waiting_for};

/// Of what items may be left out.
const SKIPS: &str = "Open items can be left out, as they are now, in the orders stalest, freshest, oldest and newest.";
/// Why something may not stand beside a cursor.
pub const OTHER_THAN_CURSOR: &str =
    "The cursor was begun with another value: give the same one, leave it out, or begin without a cursor.";

/// Which page of the queue is asked for.
#[derive(Debug)]
pub struct QueueQuestion {
    pub from: Start,
    /// Items of the page, 1 or more.
    pub limit: usize,
    /// Wait until answers include this position of the log.
    pub min_position: Option<i64>,
    /// Names that are not known are refused.
    pub strict: bool,
}

/// Where a page begins.
#[derive(Debug)]
pub enum Start {
    First {
        subject: Subject,
        /// The view's order, else the stalest first, unless given.
        order: Option<Order>,
        /// The queue as it was by the end of this date.
        as_of: Option<NaiveDate>,
        /// How many of the first items are left out.
        skip: usize,
        /// How all this was worded, for the cursor of the next page.
        asked: Wording,
    },
    /// Where a page before ended; beside it the account may be named again.
    After { cursor: Box<Cursor>, account: Option<String> },
}

/// What a page of the queue depends on: two pages of one version are the same.
#[derive(Clone, Debug)]
pub struct Version {
    pub account_id: i64,
    pub date: NaiveDate,
    pub generation: i64,
    pub position: i64,
    /// Everything that was asked, and what may be seen.
    pub asked: String,
}

/// An answer and its version.
#[derive(Debug)]
pub enum VersionedAnswer<T> {
    /// The asker has this version.
    Known(Version),
    New(Version, T),
}

/// A page of the queue.
#[derive(Debug)]
pub struct QueuePage {
    /// The date that days are counted to.
    pub as_of: NaiveDate,
    /// The position of the account's log that it includes.
    pub position: i64,
    /// Items that pass the filters, on all pages.
    pub total: i64,
    pub items: Vec<ShownItem>,
    /// `None` on the last page.
    pub next: Option<Cursor>,
    /// Of some items only the dates of creation and closing are known of that time.
    pub approximate: bool,
    /// Readings and notes are shown: not where others read along.
    pub remarks: bool,
    /// Names in the question that nothing has.
    pub unknown: Vec<UnknownName>,
}

/// A question that was understood.
struct ResolvedQuestion {
    account: Account,
    request: PageRequest,
    /// How it was worded.
    asked: Wording,
    /// The filter of the request as it was written: groups by their names.
    written: Filter,
    /// What of it the asker knows.
    named: Filter,
    strict: bool,
}

impl ResolvedQuestion {
    /// Where a page ended.
    fn cursor(&self, end: PlaceKey) -> Cursor {
        let request = PageRequest { filter: self.written.clone(), ..self.request.clone() };
        Cursor::of(request, end).worded(self.asked.clone())
    }
}

/// How current answers about an account are.
#[derive(Debug)]
pub struct Freshness {
    pub last_delivery_at: Option<DateTime<Utc>>,
    /// For how long the first event has waited that the answer does not include; 0 if it includes all.
    pub lag: Duration,
    pub backfill: BackfillState,
    /// Up to when, at least, every repository was compared with GitHub.
    pub last_sweep_at: Option<DateTime<Utc>>,
}

impl Service {
    /// Shows a page of the queue, and how current it is, unless the asker has its version.
    ///
    /// # Errors
    /// [`Refusal::MissingScope`], [`Refusal::OtherView`], [`Refusal::NotesHidden`], [`Refusal::UnknownView`],
    /// [`Refusal::BadParameter`], [`Refusal::DateOver`], [`Refusal::PositionNotReached`], or as
    /// [`Service::account`].
    pub async fn queue(
        &self,
        viewer: &Viewer,
        question: QueueQuestion,
        is_known: impl Fn(&Version) -> bool,
    ) -> Result<VersionedAnswer<(QueuePage, Freshness)>, Refusal> {
        viewer.require_embed()?;
        let understood = self.page_request(viewer, question).await?;
        let version = match self.version(viewer, &understood.request, is_known) {
            Ok(version) => version,
            Err(known) => return Ok(VersionedAnswer::Known(known)),
        };
        let (account_id, sight) = (understood.account.account_id, &understood.request.sight);
        let (page, head, last_delivery_at, backfill) = tokio::join!(
            self.queue_page(viewer, &understood),
            head_position(&self.0.pool, account_id),
            self.last_delivery_at(account_id, sight),
            self.backfill_in_passing(account_id, sight),
        );
        let (page, last_delivery_at, (backfill, last_sweep_at)) = (page?, last_delivery_at?, backfill?);
        let lag = self.lag(account_id, page.position, head?).await?;
        let freshness = Freshness { last_delivery_at, lag, backfill, last_sweep_at };
        let version = Version { position: page.position, ..version };
        Ok(VersionedAnswer::New(version, (page, freshness)))
    }

    /// For how long the first event has waited that an answer up to a position does not include. The log's `head` was read
    /// while the answer was made: what was appended since is no lag.
    async fn lag(&self, account_id: i64, position: i64, head: i64) -> Result<Duration, Refusal> {
        if position >= head {
            return Ok(Duration::ZERO);
        }
        Ok(waiting_for(&self.0.pool, account_id, position).await?.unwrap_or_default())
    }

    /// The same without how current it is, for tables.
    pub async fn queue_table(
        &self,
        viewer: &Viewer,
        question: QueueQuestion,
        is_known: impl Fn(&Version) -> bool,
    ) -> Result<VersionedAnswer<QueuePage>, Refusal> {
        viewer.require_embed()?;
        let understood = self.page_request(viewer, question).await?;
        let version = match self.version(viewer, &understood.request, is_known) {
            Ok(version) => version,
            Err(known) => return Ok(VersionedAnswer::Known(known)),
        };
        let page = self.queue_page(viewer, &understood).await?;
        let version = Version { position: page.position, ..version };
        Ok(VersionedAnswer::New(version, page))
    }

    /// The version that an answer has now; as an error the one that the asker has.
    fn version(
        &self,
        viewer: &Viewer,
        request: &PageRequest,
        is_known: impl Fn(&Version) -> bool,
    ) -> Result<Version, Version> {
        self.version_of(request.account_id, request.date, format!("{request:?} {}", viewer.is_embed()), is_known)
    }

    /// The same of whatever was asked.
    pub(super) fn version_of(
        &self,
        account_id: i64,
        date: NaiveDate,
        asked: String,
        is_known: impl Fn(&Version) -> bool,
    ) -> Result<Version, Version> {
        let Some(head) = self.0.live.head(account_id) else {
            return Ok(Version { account_id, date, generation: 0, position: 0, asked });
        };
        let version = Version { account_id, date, generation: head.generation, position: head.position, asked };
        if is_known(&version) { Err(version) } else { Ok(version) }
    }

    async fn queue_page(&self, viewer: &Viewer, understood: &ResolvedQuestion) -> Result<QueuePage, Refusal> {
        let ResolvedQuestion { request, .. } = understood;
        let (page, unknown) = tokio::try_join!(self.page(request.clone()), self.unknown_of(understood))?;
        let Page { position, total, items, end, approximate } = page;
        let (date, remarks) = (request.date, !viewer.is_embed());
        let shown = |item| if remarks { self.shown(date, item) } else { self.shown(date, item).without_remarks() };
        Ok(QueuePage {
            as_of: date,
            position,
            total,
            items: items.into_iter().map(shown).collect(),
            next: end.map(|end| understood.cursor(end)),
            approximate,
            remarks,
            unknown,
        })
    }

    async fn unknown_of(&self, understood: &ResolvedQuestion) -> Result<Vec<UnknownName>, Refusal> {
        let ResolvedQuestion { request, named, strict, .. } = understood;
        self.unknown_names(request.account_id, &request.sight, named, *strict).await
    }

    /// A page of the ranking.
    pub(super) async fn page(&self, request: PageRequest) -> Result<Page, Refusal> {
        Ok(self.0.live.page(request).await?)
    }

    /// What a question asks for, once answers include its position.
    async fn page_request(&self, viewer: &Viewer, question: QueueQuestion) -> Result<ResolvedQuestion, Refusal> {
        let QueueQuestion { from, limit, min_position, strict } = question;
        let skip = if let Start::First { skip, .. } = from { skip } else { 0 };
        let mut understood = match from {
            Start::First { subject, order, as_of, asked, .. } => {
                let past = self.past(as_of)?;
                let date = past.unwrap_or(self.today());
                let portion = self.portion(viewer, &subject, past, None).await?;
                let filter = portion.filter(date)?;
                let (written, named) = (portion.written(date)?, portion.named(viewer, date)?);
                let request = PageRequest {
                    account_id: portion.account.account_id,
                    sight: viewer.sight(),
                    filter,
                    order: order.or(portion.view.as_ref().map(|view| view.order)).unwrap_or_default(),
                    date,
                    past: past.is_some(),
                    after: None,
                    limit,
                };
                ResolvedQuestion { account: portion.account, request, asked, written, named, strict }
            }
            Start::After { cursor, account } => {
                let (written, asked) = (cursor.filter.clone(), cursor.asked.clone());
                let (account, request) = self.page_after(viewer, *cursor, account.as_deref(), limit).await?;
                let named = if viewer.is_embed() { Filter::default() } else { written.clone().without_groups() };
                ResolvedQuestion { account, request, asked, written, named, strict }
            }
        };
        self.reached(understood.account.account_id, min_position).await?;
        let request = &mut understood.request;
        if skip > 0 {
            if request.past || !request.filter.open_only() || request.order.looks_at_more() {
                return Err(Refusal::bad_parameter("skip", SKIPS));
            }
            request.after = self.0.live.last_skipped(request, skip).await?;
        }
        Ok(understood)
    }

    async fn page_after(
        &self,
        viewer: &Viewer,
        cursor: Cursor,
        named: Option<&str>,
        limit: usize,
    ) -> Result<(Account, PageRequest), Refusal> {
        let Cursor { account_id, date, past, order, filter, after, .. } = cursor;
        if !past && !self.0.calendar.serves(date, self.now()) {
            return Err(Refusal::DateOver);
        }
        let gone = || Refusal::bad_parameter("cursor", "It names a group that is no more.");
        let mut filter = filter.with_groups(self.0.views.groups()).ok_or_else(gone)?;
        let account = self.account(viewer, Some(&account_id.to_string())).await?;
        if named.is_some() && self.account(viewer, named).await?.account_id != account_id {
            return Err(Refusal::bad_parameter("account", OTHER_THAN_CURSOR));
        }
        if let Some(name) = viewer.view(None)? {
            // A cursor grants nothing: whoever may see one view's items sees no others.
            let view = self.view(account_id, name).await?.1.filter(date, self.zone())?;
            if OF_NOTES.iter().any(|criterion| filter.terms(criterion) != view.terms(criterion)) {
                return Err(Refusal::NotesHidden { parameter: "cursor" });
            }
            filter = filter.and(view);
        }
        let request =
            PageRequest { account_id, sight: viewer.sight(), filter, order, date, past, after: Some(after), limit };
        Ok((account, request))
    }

    /// The date that an answer is to be of, if it is a past one.
    ///
    /// # Errors
    /// [`Refusal::BadParameter`] for one that is to come.
    pub(super) fn past(&self, as_of: Option<NaiveDate>) -> Result<Option<NaiveDate>, Refusal> {
        let today = self.today();
        match as_of {
            Some(date) if date > today => {
                Err(Refusal::bad_parameter("as_of", "What is to come is not known: today at the latest."))
            }
            date => Ok(date.filter(|date| *date < today)),
        }
    }

    /// Waits until answers include a position.
    ///
    /// # Errors
    /// [`Refusal::PositionNotReached`]
    pub(super) async fn reached(&self, account_id: i64, min_position: Option<i64>) -> Result<(), Refusal> {
        let Some(position) = min_position else { return Ok(()) };
        let reached = tokio::time::timeout(LONGEST_WAIT, self.0.live.reached(account_id, position)).await;
        reached.map_err(|_| Refusal::PositionNotReached)
    }
}
