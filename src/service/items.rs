//! One item: where it is, why it ranks where it does, and what happened to it.

use chrono::{DateTime, NaiveDate, Utc};

use super::{Refusal, Scope, Service, Viewer};
use crate::activity::{BotReason, Bots, Fact, ItemKey, Remarks};
use crate::rank::stale_age::days_since;
use crate::rank::{Calendar, QueueItem, stale_age};
use crate::store::history::{ItemHistory, ItemLocation, ItemLookup, ItemQuery, locate, repository};
use crate::store::log::LoggedEvent;

/// An item's address, as people write it.
#[derive(Clone, Debug)]
pub struct ItemAddress {
    /// Login or id; the account of `owner` unless given.
    pub account: Option<String>,
    pub owner: String,
    pub repository: String,
    pub number: i64,
}

/// An item as answers show it.
#[derive(Clone, Debug)]
pub struct ShownItem {
    pub item: QueueItem,
    /// The stale-age with the days since the last human activity; `None` where none is known.
    pub human_stale_age: Option<f64>,
    /// Whether the last activity was a human's.
    pub last_is_human: bool,
    /// Humans who said something within the last [`RECENT_DAYS`], that of the answer included.
    pub recent_commenters: Option<i64>,
}

/// The days that count as recent.
const RECENT_DAYS: i64 = 30;

impl ShownItem {
    /// The same without readings and notes.
    #[must_use]
    pub fn without_remarks(mut self) -> Self {
        self.item.remarks = Remarks::default();
        self
    }
}

/// An item, why it ranks where it does, and what happened to it.
#[derive(Debug)]
pub struct ExplainedItem {
    pub shown: ShownItem,
    /// The date that days are counted to.
    pub as_of: NaiveDate,
    /// The position of the account's log that it includes.
    pub position: i64,
    /// The event that set `updated_at`, where one is known.
    pub updated_by: Option<ItemEvent>,
    /// Oldest first.
    pub history: Vec<ItemEvent>,
    /// Older events were left out.
    pub truncated: bool,
}

/// Something that happened to an item.
#[derive(Clone, Debug)]
pub struct ItemEvent {
    pub position: i64,
    pub kind: String,
    /// `None` where GitHub does not say.
    pub actor: Option<String>,
    /// Why the actor counts as a bot; `None` of humans.
    pub bot: Option<BotReason>,
    /// GitHub's time; `None` where the payload has none.
    pub occurred_at: Option<DateTime<Utc>>,
}

impl Service {
    /// Shows one item, open or not, once answers include `min_position`.
    ///
    /// # Errors
    /// [`Refusal::MissingScope`], [`Refusal::PositionNotReached`], or as [`Service::locate`].
    pub async fn show_item(
        &self,
        viewer: &Viewer,
        address: &ItemAddress,
        min_position: Option<i64>,
    ) -> Result<ExplainedItem, Refusal> {
        viewer.require(Scope::Read)?;
        let account_id = self.account_of(viewer, address).await?;
        self.reached(account_id, min_position).await?;
        let date = self.today();
        match self.0.live.item(&wanted(viewer, account_id, address), date).await? {
            ItemLookup::Nothing => Err(Refusal::UnknownItem),
            ItemLookup::Deleted => Err(Refusal::ItemDeleted),
            ItemLookup::Transferred(key) => Err(self.moved(viewer, key).await),
            ItemLookup::Here(kept) => Ok(self.explained(date, *kept)),
        }
    }

    /// The item at an address.
    ///
    /// # Errors
    /// [`Refusal::UnknownItem`], [`Refusal::ItemDeleted`], [`Refusal::ItemMoved`] if the viewer may see
    /// where it went, or as [`Service::account`].
    pub async fn locate(&self, viewer: &Viewer, address: &ItemAddress) -> Result<ItemKey, Refusal> {
        let account_id = self.account_of(viewer, address).await?;
        self.locate_in(viewer, account_id, address).await
    }

    /// The same, to do something for which a scope is needed in the item's account.
    ///
    /// # Errors
    /// [`Refusal::MissingScope`], or as [`Service::locate`].
    pub(super) async fn locate_for(
        &self,
        viewer: &Viewer,
        scope: Scope,
        address: &ItemAddress,
    ) -> Result<ItemKey, Refusal> {
        let account_id = self.account_of(viewer, address).await?;
        viewer.require_in(account_id, scope)?;
        self.locate_in(viewer, account_id, address).await
    }

    async fn locate_in(&self, viewer: &Viewer, account_id: i64, address: &ItemAddress) -> Result<ItemKey, Refusal> {
        match locate(&self.0.pool, &wanted(viewer, account_id, address)).await? {
            ItemLocation::Nothing => Err(Refusal::UnknownItem),
            ItemLocation::Deleted => Err(Refusal::ItemDeleted),
            ItemLocation::Transferred(key) => Err(self.moved(viewer, key).await),
            ItemLocation::Here(repo_id) => Ok(ItemKey { account_id, repo_id, number: address.number }),
        }
    }

    /// An item as answers show it, with days counted to `date`.
    pub fn shown(&self, date: NaiveDate, item: QueueItem) -> ShownItem {
        let Calendar { zone } = self.0.calendar;
        let human_days = item.last_human_activity.as_ref().map(|activity| days_since(activity.at, date, zone));
        let human_stale_age = human_days.map(|days| stale_age(item.days_age, days));
        let last_is_human = item.last_activity.as_ref().is_some_and(|last| !last.actor.bot);
        let days_ago = |at: &DateTime<Utc>| (date - at.with_timezone(&zone).date_naive()).num_days();
        let recent = |times: &Vec<_>| times.iter().filter(|at| (0..RECENT_DAYS).contains(&days_ago(at))).count();
        let recent_commenters = item.spoke_at.as_ref().map(recent).and_then(|count| i64::try_from(count).ok());
        ShownItem { item, human_stale_age, last_is_human, recent_commenters }
    }

    async fn account_of(&self, viewer: &Viewer, address: &ItemAddress) -> Result<i64, Refusal> {
        let ItemAddress { account, owner, repository, .. } = address;
        // No name on GitHub has it, and Postgres takes it in no text.
        if owner.contains('\0') || repository.contains('\0') {
            return Err(Refusal::UnknownItem);
        }
        Ok(self.account(viewer, Some(account.as_deref().unwrap_or(owner))).await?.account_id)
    }

    /// Where an item went; for who may not see it there, the item is unknown.
    async fn moved(&self, viewer: &Viewer, key: ItemKey) -> Refusal {
        match self.place_of(viewer, key).await {
            Ok(Some((owner, repository))) => {
                let ItemKey { account_id, number, .. } = key;
                Refusal::ItemMoved { account_id, owner, repository, number }
            }
            Ok(None) => Refusal::UnknownItem,
            Err(refusal) => refusal,
        }
    }

    async fn place_of(&self, viewer: &Viewer, key: ItemKey) -> Result<Option<(String, String)>, Refusal> {
        if viewer.is_kept_from(key.account_id) {
            return Ok(None);
        }
        Ok(repository(&self.0.pool, key.account_id, &viewer.sight(), key.repo_id).await?)
    }

    fn explained(&self, date: NaiveDate, kept: ItemHistory) -> ExplainedItem {
        let ItemHistory { position, item, events, truncated, bots } = kept;
        let updated_by = events.iter().find(|logged| shows(logged) == Some(item.updated_at));
        ExplainedItem {
            as_of: date,
            position,
            updated_by: updated_by.map(|logged| item_event(logged, &bots)),
            history: events.iter().map(|logged| item_event(logged, &bots)).collect(),
            truncated,
            shown: self.shown(date, item),
        }
    }
}

/// What the store is asked for.
fn wanted<'a>(viewer: &Viewer, account_id: i64, address: &'a ItemAddress) -> ItemQuery<'a> {
    let ItemAddress { owner, repository, number, .. } = address;
    ItemQuery { account_id, sight: viewer.sight(), owner, repository, number: *number }
}

fn item_event(logged: &LoggedEvent, bots: &Bots) -> ItemEvent {
    let event = &logged.event;
    ItemEvent {
        position: logged.position,
        kind: event.kind.clone(),
        actor: event.actor.as_ref().map(|actor| actor.login.clone()),
        bot: event.actor.as_ref().and_then(|actor| bots.reason(actor)),
        occurred_at: event.occurred_at,
    }
}

/// The `updated_at` that the item had with the event.
fn shows(logged: &LoggedEvent) -> Option<DateTime<Utc>> {
    let Fact::Item(fact) = &logged.event.fact else { return None };
    fact.snapshot.as_ref().map(|snapshot| snapshot.updated_at)
}
