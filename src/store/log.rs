//! Reading the log.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use sqlx::{PgExecutor, PgPool};

use super::append::source_from;
use super::items::ItemAddress;
use super::{StoreError, stored};
use crate::activity::{Actor, Event};

/// An event in its place.
#[derive(Clone, Debug)]
pub struct LoggedEvent {
    pub position: i64,
    pub recorded_at: DateTime<Utc>,
    pub event: Event,
}

/// A row of the log before its JSON is read.
pub(super) struct EventRow {
    pub position: i64,
    pub source_key: String,
    pub source: String,
    pub kind: String,
    pub actor_login: Option<String>,
    pub actor_id: Option<i64>,
    pub actor_bot: Option<bool>,
    pub occurred_at: Option<DateTime<Utc>>,
    pub recorded_at: DateTime<Utc>,
    pub data: String,
}

impl EventRow {
    pub fn read(self) -> Result<LoggedEvent, StoreError> {
        let actor =
            self.actor_login.map(|login| Actor { login, id: self.actor_id, bot: self.actor_bot.unwrap_or_default() });
        let event = Event {
            source_key: self.source_key,
            kind: self.kind,
            actor,
            occurred_at: self.occurred_at,
            source: source_from(&self.source)?,
            fact: stored::read(&self.data)?,
        };
        Ok(LoggedEvent { position: self.position, recorded_at: self.recorded_at, event })
    }
}

/// The account's events after a position, in order, at most `limit`. Reading on from the last
/// one's position skips nothing, whoever appends meanwhile.
pub async fn events_after(
    pool: &PgPool,
    account_id: i64,
    position: i64,
    limit: i64,
) -> Result<Vec<LoggedEvent>, StoreError> {
    let rows = sqlx::query_as!(
        EventRow,
        r#"SELECT position, source_key, source, kind, actor_login, actor_id, actor_bot, occurred_at,
                  recorded_at, data::text AS "data!"
           FROM events WHERE account_id = $1 AND position > $2 ORDER BY position LIMIT $3"#,
        account_id,
        position,
        limit,
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter().map(EventRow::read).collect()
}

/// What the events between two positions are about.
#[derive(Debug)]
pub struct Touched {
    /// Repository and number of items.
    pub items: BTreeSet<ItemAddress>,
    /// Repositories, those of items too; `None` if an event is about the account as a whole.
    pub repositories: Option<BTreeSet<i64>>,
    /// Something else than an item: a repository, a label, the account.
    pub directory: bool,
}

/// What the events after one position, up to another, are about.
pub async fn touched(
    executor: impl PgExecutor<'_>,
    account_id: i64,
    after: i64,
    to: i64,
) -> Result<Touched, StoreError> {
    let rows = sqlx::query!(
        "SELECT DISTINCT repo_id, number FROM events
         WHERE account_id = $1 AND position > $2 AND position <= $3
           AND (source <> 'scrub' OR number IS NOT NULL)",
        account_id,
        after,
        to,
    )
    .fetch_all(executor)
    .await?;
    let items: BTreeSet<_> = rows.iter().filter_map(|row| Some((row.repo_id?, row.number?))).collect();
    let repositories = rows.iter().map(|row| row.repo_id).collect();
    Ok(Touched { directory: rows.len() > items.len(), items, repositories })
}
