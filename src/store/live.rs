//! What the live ranking holds, and what changed of it. Each reading is of one moment.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use futures_util::TryStreamExt;
use sqlx::{PgConnection, PgPool};

use super::StoreError;
use super::items::ItemAddress;
use super::log::touched;
use super::remarks;
use crate::activity::{ItemType, Summary};
use crate::rank::live::{Change, Item};

const ONE_MOMENT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// How far an account's log goes, and which rows are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    pub account_id: i64,
    pub position: i64,
    pub generation: i64,
    /// Later than all that is in the log up to there, earlier than all that follows.
    pub last_recorded_at: DateTime<Utc>,
}

/// The heads of all accounts.
pub async fn heads(pool: &PgPool) -> Result<Vec<Head>, StoreError> {
    let heads = sqlx::query_as!(
        Head,
        "SELECT account_id, head_position AS position, generation, last_recorded_at FROM accounts WHERE account_id <> 0"
    )
    .fetch_all(pool)
    .await?;
    Ok(heads)
}

/// Whether the log, up to a head that was read from it before, is still the same one: a standby
/// that took over may lack its end, and have another by now.
pub async fn goes_on(pool: &PgPool, head: Head) -> Result<bool, StoreError> {
    if head.position == 0 {
        return Ok(true);
    }
    let recorded_at = sqlx::query_scalar!(
        "SELECT recorded_at FROM events WHERE account_id = $1 AND position = $2",
        head.account_id,
        head.position
    )
    .fetch_optional(pool)
    .await?;
    Ok(recorded_at.is_some_and(|recorded_at| recorded_at < head.last_recorded_at))
}

/// A repository that may be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repository {
    pub repo_id: i64,
    pub owner: String,
    pub name: String,
    pub private: bool,
}

/// All open items of one account that may be seen, and the repositories that they are in.
#[derive(Debug)]
pub struct Loaded {
    pub head: Head,
    pub repositories: Vec<Repository>,
    pub items: Vec<Item>,
}

/// Reads an account whole.
pub async fn load(pool: &PgPool, account_id: i64) -> Result<Loaded, StoreError> {
    let mut moment = pool.begin_with(ONE_MOMENT).await?;
    let head = head(&mut moment, account_id).await?;
    let repositories = repositories(&mut moment, account_id, None).await?;
    let all: Vec<i64> = repositories.iter().map(|repository| repository.repo_id).collect();
    let mut items = items_in(&mut moment, head, &all).await?;
    let summaries = remarks::summaries(&mut moment, account_id).await?;
    if !summaries.is_empty() {
        items.iter_mut().for_each(|item| with_summary(item, &summaries));
    }
    Ok(Loaded { head, repositories, items })
}

/// What changed of an account after a position.
#[derive(Debug)]
pub struct Changed {
    pub head: Head,
    /// What became of the items that the events are about.
    pub items: Vec<Change>,
    /// The repositories that the events are about; `None` for all there are: an event was about
    /// the account.
    pub touched: Option<BTreeSet<i64>>,
    /// Those of them that may be seen.
    pub repositories: Vec<Repository>,
}

/// Reads what the events after `position` are about; the head says how far it came. A generation
/// other than the one that was loaded makes the answer worthless: then the account must be loaded
/// again.
pub async fn changes(pool: &PgPool, account_id: i64, position: i64) -> Result<Changed, StoreError> {
    let mut moment = pool.begin_with(ONE_MOMENT).await?;
    let head = head(&mut moment, account_id).await?;
    let touched = touched(&mut *moment, account_id, position, head.position).await?;
    let items = items_at(&mut moment, head, &touched.items).await?;
    let touched = touched.repositories;
    let only: Option<Vec<i64>> = touched.as_ref().map(|touched| touched.iter().copied().collect());
    let repositories = repositories(&mut moment, account_id, only.as_deref()).await?;
    Ok(Changed { head, items, touched, repositories })
}

/// The open items of repositories that have come into sight.
pub async fn items_of(pool: &PgPool, head: Head, repo_ids: &[i64]) -> Result<Vec<Item>, StoreError> {
    let mut connection = pool.acquire().await?;
    let mut items = items_in(&mut connection, head, repo_ids).await?;
    let summaries = remarks::summaries(&mut connection, head.account_id).await?;
    items.iter_mut().for_each(|item| with_summary(item, &summaries));
    Ok(items)
}

fn with_summary(item: &mut Item, summaries: &HashMap<ItemAddress, Summary>) {
    let Summary { read, noted, .. } = summaries.get(&(item.repo_id, item.number)).copied().unwrap_or_default();
    (item.read, item.noted) = (read, noted);
}

/// The head of one account.
pub async fn head(connection: &mut PgConnection, account_id: i64) -> Result<Head, StoreError> {
    let head = sqlx::query_as!(
        Head,
        "SELECT account_id, head_position AS position, generation, last_recorded_at FROM accounts WHERE account_id = $1",
        account_id
    )
    .fetch_one(connection)
    .await?;
    Ok(head)
}

/// All repositories that may be seen, or those of `only`.
async fn repositories(
    connection: &mut PgConnection,
    account_id: i64,
    only: Option<&[i64]>,
) -> Result<Vec<Repository>, StoreError> {
    let repositories = sqlx::query_as!(
        Repository,
        r#"SELECT repo_id AS "repo_id!", owner AS "owner!", coalesce(name, '') AS "name!", private AS "private!"
           FROM visible_repositories WHERE account_id = $1 AND ($2::bigint[] IS NULL OR repo_id = ANY($2))"#,
        account_id,
        only,
    )
    .fetch_all(connection)
    .await?;
    Ok(repositories)
}

/// A row of `items` that has all that an open item needs.
struct Row {
    repo_id: i64,
    number: i64,
    r#type: String,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    draft: bool,
    author: Option<String>,
    labels: Vec<i64>,
    assignees: Vec<String>,
    milestone: Option<i64>,
}

impl Row {
    fn read(self) -> Result<Item, StoreError> {
        let item_type = ItemType::from_name(&self.r#type)
            .ok_or_else(|| StoreError::Unreadable(format!("an item's type {}", self.r#type)))?;
        Ok(Item {
            repo_id: self.repo_id,
            number: self.number,
            created_at: self.created_at,
            updated_at: self.updated_at,
            read: 0,
            noted: false,
            item_type,
            draft: self.draft,
            author: self.author,
            labels: self.labels,
            assignees: self.assignees,
            milestone: self.milestone,
        })
    }
}

async fn items_in(connection: &mut PgConnection, head: Head, repo_ids: &[i64]) -> Result<Vec<Item>, StoreError> {
    let mut rows = sqlx::query_as!(
        Row,
        r#"SELECT repo_id, number, type AS "type!", created_at AS "created_at!", updated_at AS "updated_at!",
                  draft, author, labels, assignees, milestone
           FROM items
           WHERE account_id = $1 AND generation = $2 AND repo_id = ANY($3) AND state = 'open' AND live
             AND type IS NOT NULL AND created_at IS NOT NULL AND updated_at IS NOT NULL"#,
        head.account_id,
        head.generation,
        repo_ids,
    )
    .fetch(connection);
    let mut items = Vec::new();
    while let Some(row) = rows.try_next().await? {
        items.push(row.read()?);
    }
    Ok(items)
}

/// What became of items: each is put if it is open and may be seen, else removed.
async fn items_at(
    connection: &mut PgConnection,
    head: Head,
    addresses: &BTreeSet<ItemAddress>,
) -> Result<Vec<Change>, StoreError> {
    let (repo_ids, numbers): (Vec<i64>, Vec<i64>) = addresses.iter().copied().unzip();
    let summaries = match any_remarks(connection, head).await? {
        true => {
            let addresses: Vec<ItemAddress> = addresses.iter().copied().collect();
            remarks::summaries_of(connection, head.account_id, head.generation, &addresses).await?
        }
        false => HashMap::new(),
    };
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT i.repo_id, i.number, i.type AS "type!", i.created_at AS "created_at!",
                  i.updated_at AS "updated_at!", i.draft, i.author, i.labels, i.assignees, i.milestone
           FROM UNNEST($3::bigint[], $4::bigint[]) AS wanted (repo_id, number)
           JOIN items i ON i.account_id = $1 AND i.generation = $2
             AND i.repo_id = wanted.repo_id AND i.number = wanted.number
           WHERE i.state = 'open' AND i.live
             AND i.type IS NOT NULL AND i.created_at IS NOT NULL AND i.updated_at IS NOT NULL
             AND EXISTS (SELECT FROM visible_repositories r
                         WHERE r.account_id = $1 AND r.generation = $2 AND r.repo_id = i.repo_id)"#,
        head.account_id,
        head.generation,
        &repo_ids,
        &numbers,
    )
    .fetch_all(connection)
    .await?;
    let mut gone = addresses.clone();
    let mut changes = Vec::with_capacity(addresses.len());
    for row in rows {
        gone.remove(&(row.repo_id, row.number));
        let mut item = row.read()?;
        with_summary(&mut item, &summaries);
        changes.push(Change::Put(item));
    }
    changes.extend(gone.into_iter().map(|(repo_id, number)| Change::Remove { repo_id, number }));
    Ok(changes)
}

/// Whether anything was read or noted at all: else nobody needs to look further.
async fn any_remarks(connection: &mut PgConnection, head: Head) -> Result<bool, StoreError> {
    let any = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM remarks WHERE account_id = $1 AND generation = $2) AS "any!""#,
        head.account_id,
        head.generation,
    )
    .fetch_one(connection)
    .await?;
    Ok(any)
}
