//! The queue as it was by the end of a date: the fold of what had occurred until then.
//!
//! The log is read in the order of items, one item's events at a time, so that memory holds a page
//! and little more; it takes as long as it takes. What may be seen, and what repositories, labels
//! and milestones are called, is as it is now.
//!
//! An item that had no event by then, though it had been created, was there before anything was
//! heard of it: it counts as open until it was closed, as last updated when it was created, and
//! makes the page approximate.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use futures_util::TryStreamExt;
use sqlx::types::Json;
use sqlx::{PgConnection, PgPool};

use super::StoreError;
use super::directory::Names;
use super::items::ItemAddress;
use super::log::{EventRow, LoggedEvent};
use super::remarks::remarks_by;
use crate::activity::{Bots, Fact, ItemState, Remarks, State};
use crate::rank::past::Past;
use crate::rank::{Calendar, Page, PageRequest, QueueItem};

/// A repository that may be seen.
struct Repository {
    owner: String,
    name: String,
    html_url: Option<String>,
    private: bool,
}

/// What an item's row is made with.
struct Directory {
    repositories: HashMap<i64, Repository>,
    names: Names,
    /// By the end of the date.
    remarks: HashMap<ItemAddress, Remarks>,
}

/// A page of a past date's queue.
pub async fn page(pool: &PgPool, zone: Tz, bots: &Bots, request: &PageRequest) -> Result<Page, StoreError> {
    let end = Calendar { zone }.end_of(request.date);
    let mut moment = pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    let position = sqlx::query_scalar!("SELECT head_position FROM accounts WHERE account_id = $1", request.account_id)
        .fetch_optional(&mut *moment)
        .await?
        .unwrap_or_default();
    let directory = directory(&mut moment, request.account_id, end).await?;
    let mut past = Past::new(request, zone);
    told(&mut moment, request.account_id, &directory, end, bots, &mut past).await?;
    let untold = untold(&mut moment, request.account_id, &directory, end, &mut past).await?;
    Ok(past.page(position, untold > 0))
}

async fn directory(moment: &mut PgConnection, account_id: i64, end: DateTime<Utc>) -> Result<Directory, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT repo_id AS "repo_id!", owner AS "owner!", name AS "name!", html_url, private AS "private!"
           FROM visible_repositories WHERE account_id = $1 AND name IS NOT NULL"#,
        account_id,
    )
    .fetch_all(&mut *moment)
    .await?;
    let repositories = rows.into_iter().map(|row| {
        let (owner, name, html_url, private) = (row.owner, row.name, row.html_url, row.private);
        (row.repo_id, Repository { owner, name, html_url, private })
    });
    Ok(Directory {
        repositories: repositories.collect(),
        names: Names::read(moment, account_id).await?,
        remarks: remarks_by(moment, account_id, end).await?,
    })
}

/// Offers the items that had events by then.
async fn told(
    moment: &mut PgConnection,
    account_id: i64,
    directory: &Directory,
    end: DateTime<Utc>,
    bots: &Bots,
    past: &mut Past<'_>,
) -> Result<(), StoreError> {
    let visible: Vec<i64> = directory.repositories.keys().copied().collect();
    let mut rows = sqlx::query_as!(
        EventRow,
        r#"SELECT position AS "position!", source_key AS "source_key!", source AS "source!", kind AS "kind!",
                  actor_login, actor_id, actor_bot, occurred_at, recorded_at AS "recorded_at!", data::text AS "data!"
           FROM effective_events
           WHERE account_id = $1 AND repo_id = ANY($2) AND number IS NOT NULL
             AND coalesce(occurred_at, recorded_at) < $3 AND source <> 'scrub'
           ORDER BY repo_id, number"#,
        account_id,
        &visible,
        end,
    )
    .fetch(moment);
    let mut current: Option<(ItemAddress, ItemState)> = None;
    while let Some(row) = rows.try_next().await? {
        let Some(LoggedEvent { event, .. }) = row.known() else { continue };
        let Fact::Item(fact) = &event.fact else { continue };
        let address = (fact.repo_id, fact.number);
        if current.as_ref().is_none_or(|(known, _)| *known != address) {
            offer(directory, current.take(), past);
            current = Some((address, ItemState::default()));
        }
        if let Some((_, state)) = &mut current {
            state.apply(&event, fact, bots);
        }
    }
    offer(directory, current, past);
    Ok(())
}

fn offer(directory: &Directory, item: Option<(ItemAddress, ItemState)>, past: &mut Past<'_>) {
    let Some((address, folded)) = item.filter(|(_, folded)| folded.live()) else { return };
    let (Some(state), Some(updated_at)) = (folded.state(), folded.updated_at()) else { return };
    if let Some((item, private)) = shown(directory, address, &folded, state, updated_at, past) {
        past.offer(item, private);
    }
}

/// Offers the items that were there by then, though no event had told of them; answers how many.
async fn untold(
    moment: &mut PgConnection,
    account_id: i64,
    directory: &Directory,
    end: DateTime<Utc>,
    past: &mut Past<'_>,
) -> Result<usize, StoreError> {
    let mut rows = sqlx::query!(
        r#"SELECT i.repo_id, i.number, i.folded AS "folded: Json<ItemState>"
           FROM accounts a JOIN items i USING (account_id, generation)
           WHERE a.account_id = $1 AND i.created_at < $2
             AND NOT EXISTS (SELECT FROM effective_events e
               WHERE e.account_id = $1 AND e.repo_id = i.repo_id AND e.number = i.number AND e.source <> 'scrub'
                 AND coalesce(e.occurred_at, e.recorded_at) < $2)"#,
        account_id,
        end,
    )
    .fetch(moment);
    let mut untold = 0;
    while let Some(row) = rows.try_next().await? {
        let folded = row.folded.0;
        // What came by transfer was at its old place.
        if folded.transferred_from().is_some() {
            continue;
        }
        let closed_at = folded.closed_at().filter(|closed_at| *closed_at < end);
        let state = match folded.state() {
            Some(State::Closed) if closed_at.is_none() => State::Open,
            Some(state) => state,
            None => continue,
        };
        let Some(created_at) = folded.created_at() else { continue };
        let seen = folded.updated_at().filter(|updated_at| *updated_at < end);
        let updated_at = seen.or(closed_at).unwrap_or(created_at);
        if let Some((mut item, private)) = shown(directory, (row.repo_id, row.number), &folded, state, updated_at, past)
        {
            (item.last_activity, item.last_human_activity) = (None, None);
            past.offer(item, private);
            untold += 1;
        }
    }
    Ok(untold)
}

/// An item as the queue shows it, and whether it is of a private repository; `None` if it may not
/// be seen.
fn shown(
    directory: &Directory,
    address: ItemAddress,
    folded: &ItemState,
    state: State,
    updated_at: DateTime<Utc>,
    past: &Past<'_>,
) -> Option<(QueueItem, bool)> {
    let (repo_id, _) = address;
    let repository = directory.repositories.get(&repo_id)?;
    let (place, days_age, days_stale) = past.place(address, folded.created_at()?, updated_at);
    let labels = directory.names.labels(repo_id, &folded.labels());
    let item = QueueItem {
        rank: None,
        place,
        days_age,
        days_stale,
        owner: repository.owner.clone(),
        repository: repository.name.clone(),
        repository_url: repository.html_url.clone(),
        item_type: folded.item_type()?,
        title: folded.title().unwrap_or_default().to_owned(),
        state,
        author: folded.author().map(str::to_owned),
        labels: labels.into_iter().map(str::to_owned).collect(),
        assignees: folded.assignees(),
        milestone: directory.names.milestone(repo_id, folded.milestone()).map(str::to_owned),
        comments: folded.comments(),
        draft: folded.draft(),
        updated_at,
        last_activity: folded.last_activity().cloned(),
        last_human_activity: folded.last_human_activity().cloned(),
        remarks: directory.remarks.get(&address).cloned().unwrap_or_default(),
    };
    Some((item, repository.private))
}
