//! One item as it is, and what happened to it.

use chrono::{NaiveDate, Utc};
use chrono_tz::Tz;
use sqlx::types::Json;
use sqlx::{PgConnection, PgPool};

use super::StoreError;
use super::details::details;
use super::log::{EventRow, LoggedEvent};
use crate::activity::{Bots, Fact, ItemKey, ItemState, Sight};
use crate::rank::stale_age::days_since;
use crate::rank::{Place, PlaceKey, QueueItem, stale_product};

/// Events of a history at most; the last ones.
const LONGEST: i64 = 1_000;

/// The address of an item, and what the reader may see.
#[derive(Clone, Debug)]
pub struct Wanted<'a> {
    pub account_id: i64,
    pub sight: Sight,
    /// A login that the account has or had.
    pub owner: &'a str,
    pub repository: &'a str,
    pub number: i64,
}

/// What is at an address.
#[derive(Debug)]
pub enum Found {
    /// Nothing that was seen, or that the reader may see.
    Nothing,
    /// The item was deleted on GitHub.
    Deleted,
    /// The item went elsewhere, which the reader may not be allowed to see.
    Transferred(ItemKey),
    Here(Box<Kept>),
}

/// An item with its history; all of one moment, the account's `position`.
#[derive(Debug)]
pub struct Kept {
    pub position: i64,
    /// Without its rank.
    pub item: QueueItem,
    /// Oldest first.
    pub events: Vec<LoggedEvent>,
    /// Older events were left out.
    pub truncated: bool,
}

/// Where an item is, without what there is to know of it.
#[derive(Debug)]
pub enum Located {
    Nothing,
    Deleted,
    Transferred(ItemKey),
    /// In the repository of this id.
    Here(i64),
}

/// The item at an address.
pub async fn locate(pool: &PgPool, wanted: &Wanted<'_>) -> Result<Located, StoreError> {
    Ok(match at(&mut *pool.acquire().await?, wanted).await? {
        None => Located::Nothing,
        Some(At { folded, .. }) if folded.transferred_to().is_some() => {
            folded.transferred_to().map_or(Located::Nothing, Located::Transferred)
        }
        Some(At { folded, .. }) if !folded.live() => Located::Deleted,
        Some(At { repo_id, .. }) => Located::Here(repo_id),
    })
}

/// What an address stands for.
struct At {
    head_position: i64,
    repo_id: i64,
    folded: ItemState,
}

async fn at(moment: &mut PgConnection, wanted: &Wanted<'_>) -> Result<Option<At>, StoreError> {
    let Wanted { account_id, ref sight, owner, repository, number } = *wanted;
    // Two repositories have one name where the news of a renaming is missing: the one that the item lives in.
    let row = sqlx::query!(
        r#"SELECT a.head_position, i.repo_id, i.folded AS "folded: Json<ItemState>"
           FROM accounts a
           JOIN account_profiles p ON p.account_id = a.account_id AND p.generation = a.generation
           JOIN visible_repositories r ON r.account_id = a.account_id
           JOIN items i ON i.account_id = r.account_id AND i.generation = r.generation AND i.repo_id = r.repo_id
           WHERE a.account_id = $1 AND lower(r.name) = $4 AND i.number = $5
             AND CASE WHEN $6::bigint[] IS NULL THEN $2 OR NOT r.private ELSE r.repo_id = ANY($6) END
             AND (lower(r.owner) = $3 OR $3 = ANY(p.logins))
           ORDER BY i.live DESC, i.repo_id DESC LIMIT 1"#,
        account_id,
        sight.is_all(),
        owner.to_lowercase(),
        repository.to_lowercase(),
        number,
        sight.only() as _,
    )
    .fetch_optional(moment)
    .await?;
    Ok(row.map(|row| At { head_position: row.head_position, repo_id: row.repo_id, folded: row.folded.0 }))
}

/// The item at an address, with days counted to `date`.
pub async fn find(
    pool: &PgPool,
    zone: Tz,
    bots: &Bots,
    wanted: &Wanted<'_>,
    date: NaiveDate,
) -> Result<Found, StoreError> {
    let mut moment = pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    let Some(row) = at(&mut moment, wanted).await? else { return Ok(Found::Nothing) };
    let Wanted { account_id, number, .. } = *wanted;
    let mut folded = row.folded;
    if let Some(key) = folded.transferred_to() {
        return Ok(Found::Transferred(key));
    }
    if !folded.live() {
        return Ok(Found::Deleted);
    }
    let (Some(created_at), Some(updated_at)) = (folded.created_at(), folded.updated_at()) else {
        return Ok(Found::Nothing);
    };
    let days = |at: chrono::DateTime<Utc>| days_since(at, date, zone);
    let (days_age, days_stale) = (days(created_at), days(updated_at));
    let key = PlaceKey { product: stale_product(days_age, days_stale), created_at, repo_id: row.repo_id, number };
    let place = Place { key, rank: None, days_age, days_stale };
    let Some(mut item) = details(&mut moment, account_id, &wanted.sight, &[place]).await?.pop() else {
        return Ok(Found::Nothing);
    };
    let mut events = last_events(&mut moment, account_id, row.repo_id, number).await?;
    let truncated = events.len() as i64 > LONGEST;
    events.truncate(LONGEST as usize);
    events.reverse();
    // Folding events once more changes nothing but what an earlier version did not fold.
    for logged in &events {
        if let Fact::Item(fact) = &logged.event.fact {
            folded.apply(&logged.event, fact, bots);
        }
    }
    item.waits_for = folded.waits_for();
    Ok(Found::Here(Box::new(Kept { position: row.head_position, item, events, truncated })))
}

/// An item's last events and one more, newest first.
async fn last_events(
    moment: &mut PgConnection,
    account_id: i64,
    repo_id: i64,
    number: i64,
) -> Result<Vec<LoggedEvent>, StoreError> {
    let rows = sqlx::query_as!(
        EventRow,
        r#"SELECT position AS "position!", source_key AS "source_key!", source AS "source!", kind AS "kind!",
                  actor_login, actor_id, actor_bot, occurred_at, recorded_at AS "recorded_at!", data::text AS "data!"
           FROM effective_events WHERE account_id = $1 AND repo_id = $2 AND number = $3
           ORDER BY position DESC LIMIT $4"#,
        account_id,
        repo_id,
        number,
        LONGEST + 1,
    )
    .fetch_all(moment)
    .await?;
    Ok(rows.into_iter().filter_map(EventRow::known).collect())
}

/// `owner` and `name` of a repository, if the reader may see it.
pub async fn repository(
    pool: &PgPool,
    account_id: i64,
    sight: &Sight,
    repo_id: i64,
) -> Result<Option<(String, String)>, StoreError> {
    let row = sqlx::query!(
        r#"SELECT owner AS "owner!", name AS "name!" FROM visible_repositories
           WHERE account_id = $1 AND repo_id = $3 AND name IS NOT NULL
             AND CASE WHEN $4::bigint[] IS NULL THEN $2 OR NOT private ELSE repo_id = ANY($4) END LIMIT 1"#,
        account_id,
        sight.is_all(),
        repo_id,
        sight.only() as _,
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|row| (row.owner, row.name)))
}
