//! The live ranking at work: every account's open items in memory, kept current by the log.
//!
//! The players:
//! - [`LiveRanking`]: what handlers ask; answers from memory, and asks Postgres only for what a
//!   page shows and for what names mean. Questions about items that are not open are answered from
//!   the store's rows, those about a date that is over from the log;
//! - [`follow`]: the task that loads the accounts and applies what is appended, by this process
//!   at once, by others within [`follow::POLL`];
//! - [`account`]: one account's part of it; [`names`]: names in a filter that nothing has;
//! - [`facets`]: its items counted by their values, whose names [`facet_names`] keeps;
//! - [`parts`]: several parts of its items at once.
//!
//! Not guaranteed: that a page's texts are of its position; an item that changed since may show
//! its newer state, and one that was closed since is left out.

mod account;
mod facet_names;
mod facets;
mod follow;
mod names;
pub mod parts;

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use chrono::NaiveDate;
use chrono_tz::Tz;
use sqlx::PgPool;
use tokio::sync::{Semaphore, watch};

use self::account::Account;
pub use self::names::UnknownName;
use crate::activity::{Bots, Sight, State};
use crate::rank::live::Snapshot;
use crate::rank::{Order, Page, PageRequest, Place, PlaceKey, QueueItem, Repository};
use crate::store::accounts::{self, Meant};
use crate::store::details::details;
use crate::store::history::{ItemLookup, ItemQuery, find};
use crate::store::live::{GrownLogs, Head};
use crate::store::{self, StoreError};

/// All accounts' live rankings. Cheap to clone.
#[derive(Clone)]
pub struct LiveRanking(Arc<Inner>);

struct Inner {
    pool: PgPool,
    zone: Tz,
    bots: Bots,
    /// Turns of who asks for a past date.
    past: Semaphore,
    accounts: RwLock<HashMap<i64, Arc<Account>>>,
    /// How often an account changed.
    changes: AtomicU64,
    /// Whether every account was loaded once; sent anew after each catching up.
    progress: watch::Sender<bool>,
    /// Somebody of this process appended.
    appended: Arc<GrownLogs>,
}

impl LiveRanking {
    pub fn new(pool: PgPool, zone: Tz, bots: Bots) -> Self {
        let shared = Inner {
            pool,
            zone,
            bots,
            past: Semaphore::new(1),
            accounts: RwLock::default(),
            changes: AtomicU64::default(),
            progress: watch::Sender::new(false),
            appended: Arc::default(),
        };
        Self(Arc::new(shared))
    }

    /// To be told after each append of this process, so that it need not be found by asking.
    pub fn appended(&self) -> Arc<GrownLogs> {
        self.0.appended.clone()
    }

    /// Whether every account was loaded.
    pub fn is_ready(&self) -> bool {
        *self.0.progress.borrow()
    }

    /// Waits until every account was loaded.
    pub async fn loaded(&self) {
        // The sender is ours.
        let _ = self.0.progress.subscribe().wait_for(|loaded| *loaded).await;
    }

    /// Waits until answers about an account include a position; for ever, if it never comes.
    pub async fn reached(&self, account_id: i64, position: i64) {
        self.until(account_id, |head| head.position >= position).await;
    }

    /// Waits until answers include a position and are of a generation, or of later ones.
    pub async fn caught_up(&self, with: Head) {
        let reached = |head: Head| head.position >= with.position && head.generation >= with.generation;
        self.until(with.account_id, reached).await;
    }

    async fn until(&self, account_id: i64, reached: impl Fn(Head) -> bool) {
        let mut progress = self.0.progress.subscribe();
        // Mostly, what is waited for has just been appended here: the follower need not find it by polling.
        if !self.head(account_id).is_some_and(&reached) {
            self.0.appended.note(account_id);
        }
        while !self.head(account_id).is_some_and(&reached) {
            // The sender is ours.
            let _ = progress.changed().await;
        }
    }

    /// The position and generation of an account that answers include.
    pub fn head(&self, account_id: i64) -> Option<Head> {
        self.account(account_id).map(|account| account.head())
    }

    /// How often what answers include has changed, of any account. What was read since the last change is current as far as
    /// answers are.
    pub fn changes(&self) -> u64 {
        self.0.changes.load(Ordering::Acquire)
    }

    fn account(&self, account_id: i64) -> Option<Arc<Account>> {
        self.0.accounts.read().unwrap_or_else(PoisonError::into_inner).get(&account_id).cloned()
    }

    /// The accounts with a repository that the reader sees, by id, as answers include them; `None` if there are none, or
    /// not every account was loaded yet.
    pub fn visible(&self, sight: &Sight, meant: Meant<'_>) -> Option<Vec<accounts::Account>> {
        if !self.is_ready() {
            return None;
        }
        let is_meant = |account_id: i64, logins: &[String]| {
            let named =
                |(login, id): (&str, Option<i64>)| id == Some(account_id) || logins.iter().any(|known| known == login);
            meant.among.is_none_or(|among| among.contains(&account_id)) && meant.named.is_none_or(named)
        };
        let accounts = self.0.accounts.read().unwrap_or_else(PoisonError::into_inner);
        let found = accounts.iter().filter_map(|(account_id, account)| {
            let profile = account.profile();
            let login = profile.login.clone().filter(|_| is_meant(*account_id, &profile.logins))?;
            let seen = account.repositories().values().any(|known| sight.sees(known.repo_id, known.private));
            let (logins, position) = (profile.logins.clone(), account.head().position);
            seen.then_some(accounts::Account { account_id: *account_id, login, logins, position })
        });
        let mut found: Vec<_> = found.collect();
        found.sort_unstable_by_key(|account| account.account_id);
        found.truncate(meant.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX));
        Some(found).filter(|found| !found.is_empty())
    }

    /// The repositories of an account that may be seen, by id.
    pub fn repositories(&self, account_id: i64) -> Arc<HashMap<i64, Repository>> {
        self.account(account_id).map(|account| account.repositories()).unwrap_or_default()
    }

    /// The account's ranking on a date, if it is held.
    async fn snapshot(&self, account: &Arc<Account>, date: NaiveDate) -> Option<Arc<Snapshot>> {
        let snapshot = account.live().snapshot();
        if snapshot.on(date).is_some() {
            return Some(snapshot);
        }
        if date < snapshot.date() {
            return None;
        }
        // A question of the new day that came before the task that turns it.
        let turning = account.clone();
        tokio::task::spawn_blocking(move || turning.live().turn(date)).await.ok()?;
        let snapshot = account.live().snapshot();
        snapshot.on(date).is_some().then_some(snapshot)
    }

    /// A page's places from memory; `None` where the account or the date is not held.
    async fn held_places(&self, request: &PageRequest) -> Result<Option<Places>, StoreError> {
        let Some(account) = self.account(request.account_id) else { return Ok(None) };
        let Some(snapshot) = self.snapshot(&account, request.date).await else { return Ok(None) };
        let selection = account.resolve(&self.0.pool, request, None).await?;
        let position = snapshot.position();
        let PageRequest { date, order, after, limit, .. } = *request;
        let page = move || Some(snapshot.on(date)?.page(&selection, order, after, limit));
        let page = match order.looks_at_more() {
            // It looks at each item.
            true => tokio::task::spawn_blocking(page).await.unwrap_or_default(),
            false => page(),
        };
        let Some(crate::rank::live::Page { total, places, more }) = page else { return Ok(None) };
        let end = places.last().filter(|_| more).map(|place| place.key);
        Ok(Some(Places { position, total, places, approximate: false, end }))
    }

    /// The place of the last of so many first items that a page leaves out; `None` if there are none to leave out. The page is
    /// of open items as they are now, in an order that looks at dates alone.
    ///
    /// # Errors
    /// If the store cannot be read, which is also asked where memory does not hold the account or the date.
    pub async fn last_skipped(&self, request: &PageRequest, skip: usize) -> Result<Option<PlaceKey>, StoreError> {
        let Some(last) = skip.checked_sub(1) else { return Ok(None) };
        if let Some(account) = self.account(request.account_id)
            && let Some(snapshot) = self.snapshot(&account, request.date).await
        {
            let selection = account.resolve(&self.0.pool, request, None).await?;
            return Ok(snapshot.on(request.date).and_then(|ranked| ranked.place_at(&selection, request.order, last)));
        }
        let page = self.page(PageRequest { limit: skip, ..request.clone() }).await?;
        Ok(page.items.last().map(|item| item.place))
    }

    /// A page from memory; `None` where the account or the date is not held.
    async fn held(&self, request: &PageRequest) -> Result<Option<Page>, StoreError> {
        let Some(Places { position, total, places, mut end, .. }) = self.held_places(request).await? else {
            return Ok(None);
        };
        let items = details(
            &mut *self.0.pool.acquire().await.map_err(StoreError::from)?,
            request.account_id,
            &request.sight,
            &self.0.bots,
            &places,
        )
        .await?;
        // What has gone out of sight since is not named by where the page ends.
        if let (Some(_), Some(last)) = (end, items.last()) {
            end = Some(last.place);
        }
        Ok(Some(Page { position, total, items, end, approximate: false }))
    }
}

/// A page of which only the places are asked for: quick, however long it is.
#[derive(Debug)]
pub struct Places {
    /// The position of the account's log that it includes.
    pub position: i64,
    /// Items that pass, on all pages.
    pub total: i64,
    pub places: Vec<Place>,
    /// [`Page::approximate`]
    pub approximate: bool,
    end: Option<PlaceKey>,
}

impl LiveRanking {
    /// The places of a page of open items.
    ///
    /// # Errors
    /// If the store cannot be read, which is also asked where memory does not hold the
    /// account or the date.
    pub async fn places(&self, request: PageRequest) -> Result<Places, StoreError> {
        if !request.past
            && request.filter.open_only()
            && let Some(places) = self.held_places(&request).await?
        {
            return Ok(places);
        }
        let Page { position, total, items, end, approximate } = self.page(request).await?;
        let place = |item: QueueItem| {
            let QueueItem { rank, place, days_age, days_stale, .. } = item;
            Place { key: place, rank, days_age, days_stale }
        };
        Ok(Places { position, total, places: items.into_iter().map(place).collect(), approximate, end })
    }
}

/// What became of items that a reader follows.
#[derive(Debug)]
pub struct ItemChanges {
    /// Those in the reader's selection, as they are now.
    pub items: Vec<QueueItem>,
    /// Those that are not, or no more: repository, as `owner/name` in lower case, and number.
    pub gone: Vec<(String, i64)>,
}

impl LiveRanking {
    /// What became of items, for a reader of one filter on today's date. Items of repositories
    /// that the reader may not see are left out.
    pub async fn followed(
        &self,
        request: &PageRequest,
        touched: &BTreeSet<(i64, i64)>,
    ) -> Result<ItemChanges, StoreError> {
        let nothing = ItemChanges { items: vec![], gone: vec![] };
        let Some(account) = self.account(request.account_id) else { return Ok(nothing) };
        let Some(snapshot) = self.snapshot(&account, request.date).await else { return Ok(nothing) };
        let selection = account.resolve(&self.0.pool, request, Some(touched)).await?;
        let Some(ranked) = snapshot.on(request.date) else { return Ok(nothing) };
        let places = ranked.page(&selection, Order::Stalest, None, touched.len()).places;
        let items = details(
            &mut *self.0.pool.acquire().await.map_err(StoreError::from)?,
            request.account_id,
            &request.sight,
            &self.0.bots,
            &places,
        )
        .await?;
        let shown: BTreeSet<_> = items.iter().map(|item| (item.place.repo_id, item.place.number)).collect();
        let gone = touched
            .difference(&shown)
            .filter_map(|(repo_id, number)| Some((account.repository(&request.sight, *repo_id)?, *number)));
        Ok(ItemChanges { gone: gone.collect(), items })
    }
}

impl LiveRanking {
    /// One item, open or not, with its history and, if it is open, its rank.
    pub async fn item(&self, wanted: &ItemQuery<'_>, date: NaiveDate) -> Result<ItemLookup, StoreError> {
        let mut found = find(&self.0.pool, self.0.zone, &self.0.bots, wanted, date).await?;
        if let ItemLookup::Here(kept) = &mut found {
            kept.item.rank = self.rank(wanted.account_id, &kept.item, date).await;
        }
        Ok(found)
    }

    /// The rank of an item of the store on a date; `None` if it is not open, or if memory does not hold it or the date.
    pub async fn rank(&self, account_id: i64, item: &QueueItem, date: NaiveDate) -> Option<i64> {
        // Memory may still hold an item that the store has closed by now.
        let account = self.account(account_id).filter(|_| item.state == State::Open)?;
        let snapshot = self.snapshot(&account, date).await?;
        snapshot.on(date)?.place_of(item.place.repo_id, item.place.number)?.rank
    }
}

impl LiveRanking {
    /// A page of an account's items.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn page(&self, request: PageRequest) -> Result<Page, StoreError> {
        let Inner { pool, zone, bots, past, .. } = &*self.0;
        if request.past {
            // One at a time: such a page reads the account's whole log.
            let _turn = past.acquire().await;
            return store::past::page(pool, *zone, bots, &request).await;
        }
        if request.filter.open_only()
            && let Some(page) = self.held(&request).await?
        {
            return Ok(page);
        }
        store::queue::page(pool, *zone, bots, &request).await
    }
}
