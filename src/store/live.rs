//! What the live ranking holds, and what changed of it. Each reading is of one moment.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::TryStreamExt;
use sqlx::{PgConnection, PgPool};
use tokio::sync::Notify;

use super::StoreError;
use super::item_rows::{ItemRow, RowSelection, open_rows_at, rows};
use super::items::ItemAddress;
use super::log::subjects;
use super::pool::{self, ONE_MOMENT};
use super::remarks::{self, Summaries};
use crate::activity::{Sight, Summary};
use crate::rank::live::Change;
use crate::rank::{Item, Repository};

/// How far an account's log goes, and which rows are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    pub account_id: i64,
    pub position: i64,
    pub generation: i64,
    /// Later than all that is in the log up to there, earlier than all that follows.
    pub last_recorded_at: DateTime<Utc>,
}

/// An account as the log shows it so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    pub login: Option<String>,
    /// Every login that it has had, in lower case.
    pub logins: Vec<String>,
}

/// Accounts whose logs may have grown, and that somebody is to look at them soon.
#[derive(Debug, Default)]
pub struct GrownLogs {
    accounts: Mutex<BTreeSet<i64>>,
    told: Notify,
}

impl GrownLogs {
    pub fn note(&self, account_id: i64) {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner).insert(account_id);
        self.told.notify_one();
    }

    /// Waits until one was noted since this was last waited for.
    pub async fn noted(&self) {
        self.told.notified().await;
    }

    /// Those that were noted since they were last taken.
    pub fn take(&self) -> BTreeSet<i64> {
        std::mem::take(&mut self.accounts.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The heads of all accounts. Where accounts are spread over servers, it asks every one of them.
pub async fn heads(pool: &PgPool) -> Result<Vec<Head>, StoreError> {
    let heads = sqlx::query_as!(
        Head,
        "SELECT account_id, head_position AS position, generation, last_recorded_at FROM accounts WHERE account_id <> 0"
    )
    .fetch_all(pool)
    .await?;
    Ok(heads)
}

/// The heads of accounts, one after the other; those that are not there are left out.
pub async fn heads_of(pool: &PgPool, account_ids: &BTreeSet<i64>) -> Result<Vec<Head>, StoreError> {
    let mut heads = vec![];
    for account_id in account_ids {
        let head = sqlx::query_as!(
            Head,
            "SELECT account_id, head_position AS position, generation, last_recorded_at FROM accounts WHERE account_id = $1",
            account_id
        );
        heads.extend(head.fetch_optional(pool).await?);
    }
    Ok(heads)
}

/// How far an account's log goes; 0 for an account that is not there.
pub async fn head_position(pool: &PgPool, account_id: i64) -> Result<i64, StoreError> {
    let position = sqlx::query_scalar!("SELECT head_position FROM accounts WHERE account_id = $1", account_id)
        .fetch_optional(pool)
        .await?;
    Ok(position.unwrap_or_default())
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

/// For how long the first event after a position has waited, by the database's clock; `None` if there is none.
pub async fn waiting_for(pool: &PgPool, account_id: i64, position: i64) -> Result<Option<Duration>, StoreError> {
    let waited_ms = sqlx::query_scalar!(
        r#"SELECT (extract(epoch FROM clock_timestamp() - recorded_at) * 1000)::bigint AS "waited_ms!"
           FROM events WHERE account_id = $1 AND position = $2"#,
        account_id,
        position + 1,
    )
    .fetch_optional(pool)
    .await?;
    Ok(waited_ms.map(|waited_ms| Duration::from_millis(waited_ms.try_into().unwrap_or_default())))
}

/// All open items of one account that may be seen, and the repositories that they are in.
#[derive(Debug)]
pub struct AccountItems {
    pub head: Head,
    pub profile: Profile,
    pub repositories: Vec<Repository>,
    pub items: Vec<Item>,
}

/// Reads an account whole.
pub async fn load(pool: &PgPool, account_id: i64) -> Result<AccountItems, StoreError> {
    let mut moment = pool::begin(pool, ONE_MOMENT).await?;
    let (head, profile) = head_and_profile(&mut moment, account_id).await?;
    let repositories = repositories(&mut moment, account_id, None).await?;
    let all: Vec<i64> = repositories.iter().map(|repository| repository.repo_id).collect();
    let summaries = remarks::all_summaries(&mut moment, account_id).await?;
    let items = items_in(&mut moment, head, all, &summaries).await?;
    Ok(AccountItems { head, profile, repositories, items })
}

/// Positions whose events are read together at most. A burst is followed in bites, so that answers move on all the time.
const POSITIONS_AT_ONCE: i64 = 2_000;

/// What changed of an account after a position.
#[derive(Debug)]
pub struct AccountChanges {
    /// Up to where the events were read. Rows may be newer.
    pub head: Head,
    pub profile: Profile,
    /// The log goes on after that.
    pub more: bool,
    /// What became of the items that the events are about.
    pub items: Vec<Change>,
    /// The repositories that the events are about; `None` for all there are: an event was about
    /// the account.
    pub touched: Option<BTreeSet<i64>>,
    /// Those of them that may be seen.
    pub repositories: Vec<Repository>,
}

/// Reads what the next events after `position` are about; the head says how far it came. A generation
/// other than the one that was loaded makes the answer worthless: then the account must be loaded
/// again.
pub async fn changes(pool: &PgPool, account_id: i64, position: i64) -> Result<AccountChanges, StoreError> {
    let mut moment = pool::begin(pool, ONE_MOMENT).await?;
    let (latest, profile) = head_and_profile(&mut moment, account_id).await?;
    let head = Head { position: latest.position.min(position + POSITIONS_AT_ONCE), ..latest };
    let subjects = subjects(&mut *moment, account_id, (position, head.position), true).await?;
    let items = items_at(&mut moment, head, &subjects.items).await?;
    let touched = subjects.repositories;
    let only: Option<Vec<i64>> = touched.as_ref().map(|touched| touched.iter().copied().collect());
    let repositories = repositories(&mut moment, account_id, only.as_deref()).await?;
    Ok(AccountChanges { head, profile, more: head.position < latest.position, items, touched, repositories })
}

/// The open items that came by transfer: what is seen of their marks and notes depends on the repositories that they
/// came from.
pub async fn transferred(pool: &PgPool, head: Head) -> Result<Vec<Item>, StoreError> {
    let mut connection = pool.acquire().await?;
    let came = sqlx::query!(
        r#"SELECT repo_id, number FROM items WHERE account_id = $1 AND generation = $2 AND came_by_transfer"#,
        head.account_id,
        head.generation,
    )
    .fetch_all(&mut *connection)
    .await?;
    let addresses: Vec<ItemAddress> = came.into_iter().map(|row| (row.repo_id, row.number)).collect();
    let summaries = remarks::summaries_of(&mut connection, head.account_id, &addresses).await?;
    let rows = open_rows_at(&mut connection, (head.account_id, head.generation), addresses.into_iter()).await?;
    rows.into_iter().map(|row| item(row, &summaries)).collect()
}

/// Open items with the marks and notes that a reader sees.
pub async fn as_seen(
    pool: &PgPool,
    head: Head,
    sight: &Sight,
    addresses: &[ItemAddress],
) -> Result<Vec<Item>, StoreError> {
    let mut connection = pool.acquire().await?;
    let remarks = remarks::of(&mut connection, head.account_id, sight, addresses).await?;
    let summaries: HashMap<ItemAddress, Summary> =
        remarks.into_iter().map(|(address, remarks)| (address, remarks.summary())).collect();
    let rows = open_rows_at(&mut connection, (head.account_id, head.generation), addresses.iter().copied()).await?;
    rows.into_iter().map(|row| row.item(&summaries)).collect()
}

/// The open items of repositories that have come into sight.
pub async fn items_of(pool: &PgPool, head: Head, repo_ids: &[i64]) -> Result<Vec<Item>, StoreError> {
    let mut connection = pool.acquire().await?;
    let summaries = remarks::all_summaries(&mut connection, head.account_id).await?;
    items_in(&mut connection, head, repo_ids.to_vec(), &summaries).await
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

async fn head_and_profile(connection: &mut PgConnection, account_id: i64) -> Result<(Head, Profile), StoreError> {
    let row = sqlx::query!(
        r#"SELECT a.account_id, a.head_position AS position, a.generation, a.last_recorded_at, p.login,
                  p.logins AS "logins?"
           FROM accounts a
           LEFT JOIN account_profiles p ON p.account_id = a.account_id AND p.generation = a.generation AND p.visible
           WHERE a.account_id = $1"#,
        account_id
    )
    .fetch_one(connection)
    .await?;
    let (position, generation, last_recorded_at) = (row.position, row.generation, row.last_recorded_at);
    let head = Head { account_id: row.account_id, position, generation, last_recorded_at };
    Ok((head, Profile { login: row.login, logins: row.logins.unwrap_or_default() }))
}

/// All repositories that may be seen, or those of `only`.
pub(super) async fn repositories(
    connection: &mut PgConnection,
    account_id: i64,
    only: Option<&[i64]>,
) -> Result<Vec<Repository>, StoreError> {
    let repositories = sqlx::query_as!(
        Repository,
        r#"SELECT repo_id AS "repo_id!", owner AS "owner!", coalesce(name, '') AS "name!", html_url, private AS "private!",
                  archived AS "archived!"
           FROM visible_repositories WHERE account_id = $1 AND ($2::bigint[] IS NULL OR repo_id = ANY($2))"#,
        account_id,
        only,
    )
    .fetch_all(connection)
    .await?;
    Ok(repositories)
}

async fn items_in(
    connection: &mut PgConnection,
    head: Head,
    repo_ids: Vec<i64>,
    summaries: &Summaries,
) -> Result<Vec<Item>, StoreError> {
    let wanted = RowSelection { open_in: repo_ids, ..RowSelection::default() };
    let mut rows = rows(connection, (head.account_id, head.generation), &wanted);
    let mut items = Vec::new();
    while let Some(row) = rows.try_next().await? {
        items.push(item(row, summaries)?);
    }
    Ok(items)
}

/// A row's item, with what was done with it here.
fn item(row: ItemRow, summaries: &Summaries) -> Result<Item, StoreError> {
    let as_public = summaries.public.get(&(row.repo_id, row.number)).cloned().map(Box::new);
    Ok(Item { as_public, ..row.item(&summaries.all)? })
}

/// What became of items: each is put if it is open and may be seen, else removed.
async fn items_at(
    connection: &mut PgConnection,
    head: Head,
    addresses: &BTreeSet<ItemAddress>,
) -> Result<Vec<Change>, StoreError> {
    let summaries = match any_remarks(connection, head).await? {
        true => {
            let addresses: Vec<ItemAddress> = addresses.iter().copied().collect();
            remarks::summaries_of(connection, head.account_id, &addresses).await?
        }
        false => Summaries::default(),
    };
    let rows = open_rows_at(connection, (head.account_id, head.generation), addresses.iter().copied()).await?;
    let mut gone = addresses.clone();
    let mut changes = Vec::with_capacity(addresses.len());
    for row in rows {
        gone.remove(&(row.repo_id, row.number));
        changes.push(Change::Put(item(row, &summaries)?));
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
