//! One item as it is now, and its events.

use std::collections::HashSet;

use chrono::{NaiveDate, Utc};
use chrono_tz::Tz;
use sqlx::types::Json;
use sqlx::{PgConnection, PgPool};

use super::StoreError;
use super::details::details;
use super::log::{LoggedEvent, events_of};
use super::people::KnownPeople;
use super::pool::{self, ONE_MOMENT};
use super::scrubs::notes;
use crate::activity::{Bots, ItemKey, ItemState, Sight};
use crate::rank::stale_age::days_since;
use crate::rank::{Place, PlaceKey, QueueItem, stale_product};

/// How many events a history shows, the last ones.
const LONGEST: i64 = 1_000;

/// Which item to look for, and what the reader may see.
#[derive(Clone, Debug)]
pub struct ItemQuery<'a> {
    pub account_id: i64,
    pub sight: Sight,
    /// A login that the account has or had.
    pub owner: &'a str,
    pub repository: &'a str,
    pub number: i64,
}

/// What is found at an item's address.
#[derive(Debug)]
pub enum ItemLookup {
    /// Nothing is known there that the reader may see.
    Nothing,
    /// The item was deleted on GitHub.
    Deleted,
    /// The item was transferred. The reader may not be allowed to see where it is now.
    Transferred(ItemKey),
    Here(Box<ItemHistory>),
}

/// An item with its events, as of the account's `position`.
#[derive(Debug)]
pub struct ItemHistory {
    pub position: i64,
    /// Without its rank.
    pub item: QueueItem,
    /// Oldest first.
    pub events: Vec<LoggedEvent>,
    /// Whether older events were left out.
    pub truncated: bool,
    /// The bots, with their owners as they are known now.
    pub bots: Bots,
}

/// The same, without the item itself.
#[derive(Debug)]
pub enum ItemLocation {
    Nothing,
    Deleted,
    Transferred(ItemKey),
    /// The id of the repository that the item is in.
    Here(i64),
}

/// Finds out where an item is.
pub async fn locate(pool: &PgPool, query: &ItemQuery<'_>) -> Result<ItemLocation, StoreError> {
    let Some(row) = row(&mut *pool.acquire().await?, query).await? else { return Ok(ItemLocation::Nothing) };
    Ok(match row.folded.transferred_to() {
        Some(key) => ItemLocation::Transferred(key),
        None if !row.folded.live() => ItemLocation::Deleted,
        None => ItemLocation::Here(row.repo_id),
    })
}

struct ItemRow {
    head_position: i64,
    repo_id: i64,
    folded: ItemState,
}

/// The row at an item's address. Two repositories have the same name if we missed that one was renamed:
/// then the one with a live item is meant.
async fn row(moment: &mut PgConnection, query: &ItemQuery<'_>) -> Result<Option<ItemRow>, StoreError> {
    let ItemQuery { account_id, ref sight, owner, repository, number } = *query;
    let row = sqlx::query!(
        r#"SELECT a.head_position, i.repo_id, i.folded AS "folded: Json<ItemState>"
           FROM accounts a
           JOIN current_profiles p ON p.account_id = a.account_id
           JOIN visible_repositories r ON r.account_id = a.account_id
           JOIN items i ON i.account_id = r.account_id AND i.generation = r.generation AND i.repo_id = r.repo_id
           WHERE a.account_id = $1 AND lower(r.name COLLATE "C") = $4 AND i.number = $5
             AND ($2 OR NOT r.private OR r.repo_id = ANY($6))
             AND (lower(r.owner COLLATE "C") = $3 OR $3 = ANY(p.logins))
           ORDER BY i.live DESC, i.repo_id DESC LIMIT 1"#,
        account_id,
        sight.is_all(),
        owner.to_ascii_lowercase(),
        repository.to_ascii_lowercase(),
        number,
        sight.private() as _,
    )
    .fetch_optional(moment)
    .await?;
    Ok(row.map(|row| ItemRow { head_position: row.head_position, repo_id: row.repo_id, folded: row.folded.0 }))
}

/// Finds an item with its events, and with days counted up to `date`.
pub async fn find(
    pool: &PgPool,
    zone: Tz,
    bots: &Bots,
    query: &ItemQuery<'_>,
    date: NaiveDate,
) -> Result<ItemLookup, StoreError> {
    let mut moment = pool::begin(pool, ONE_MOMENT).await?;
    let Some(row) = row(&mut moment, query).await? else { return Ok(ItemLookup::Nothing) };
    let ItemQuery { account_id, number, .. } = *query;
    let folded = row.folded;
    if let Some(key) = folded.transferred_to() {
        return Ok(ItemLookup::Transferred(key));
    }
    if !folded.live() {
        return Ok(ItemLookup::Deleted);
    }
    let (Some(created_at), Some(updated_at)) = (folded.created_at(), folded.updated_at()) else {
        return Ok(ItemLookup::Nothing);
    };
    let days = |at: chrono::DateTime<Utc>| days_since(at, date, zone);
    let (days_age, days_stale) = (days(created_at), days(updated_at));
    let key = PlaceKey {
        product: stale_product(days_age, days_stale),
        created_at,
        repo_id: row.repo_id,
        number,
        first: None,
    };
    let place = Place { key, rank: None, days_age, days_stale };
    let Some(item) = details(&mut moment, account_id, &query.sight, bots, &[place]).await?.pop() else {
        return Ok(ItemLookup::Nothing);
    };
    let address = (row.repo_id, number);
    // An item that never moved inherits no note that a reader could not see.
    let blank = match folded.transferred_from().is_some() {
        true => notes::blank_of(&mut moment, account_id, &query.sight, address).await?,
        false => HashSet::new(),
    };
    let wanted = LONGEST + 1 + i64::try_from(blank.len()).unwrap_or(0);
    let mut events = events_of(&mut *moment, account_id, &[address], None, wanted).await?;
    events.retain(|logged| !blank.contains(&logged.position));
    let truncated = events.len() as i64 > LONGEST;
    events.truncate(LONGEST as usize);
    events.reverse();
    let actors = events.iter().filter_map(|logged| logged.event.actor.as_ref()?.id).collect();
    let known = KnownPeople::of(&mut moment, account_id, bots, actors).await?;
    for logged in &mut events {
        logged.event.actor = logged.event.actor.take().map(|actor| known.actor(actor));
    }
    Ok(ItemLookup::Here(Box::new(ItemHistory {
        position: row.head_position,
        item,
        events,
        truncated,
        bots: known.into_bots(),
    })))
}

/// A repository's owner and name, if the reader may see it.
pub async fn repository(
    pool: &PgPool,
    account_id: i64,
    sight: &Sight,
    repo_id: i64,
) -> Result<Option<(String, String)>, StoreError> {
    let row = sqlx::query!(
        r#"SELECT owner AS "owner!", name AS "name!" FROM visible_repositories
           WHERE account_id = $1 AND repo_id = $3 AND name IS NOT NULL
             AND ($2 OR NOT private OR repo_id = ANY($4)) LIMIT 1"#,
        account_id,
        sight.is_all(),
        repo_id,
        sight.private() as _,
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|row| (row.owner, row.name)))
}
