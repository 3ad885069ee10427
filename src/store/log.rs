//! Reading the log.

use std::collections::{BTreeSet, HashMap};

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
    /// The event, for showing: one that this version does not know, such as a newer one's before a
    /// rollback, is passed over. Whoever folds for good must [`read`](Self::read) instead.
    pub fn known(self) -> Option<LoggedEvent> {
        let position = self.position;
        self.read()
            .inspect_err(|error| tracing::warn!(position, error = error as &dyn std::error::Error, "passed over"))
            .ok()
    }

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
        r#"SELECT position AS "position!", source_key AS "source_key!", source AS "source!", kind AS "kind!",
                  actor_login, actor_id, actor_bot, occurred_at, recorded_at AS "recorded_at!", data::text AS "data!"
           FROM effective_events WHERE account_id = $1 AND position > $2 ORDER BY position LIMIT $3"#,
        account_id,
        position,
        limit,
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter().map(EventRow::read).collect()
}

/// What stands for certain source keys: each one's event, or the last of those that superseded it.
pub async fn standing(
    pool: &PgPool,
    account_id: i64,
    source_keys: &[String],
) -> Result<HashMap<String, LoggedEvent>, StoreError> {
    let rows = sqlx::query!(
        r#"WITH RECURSIVE chain AS (
             SELECT found.source_key AS first, found.source_key, found.position
             FROM UNNEST($2::text[]) AS wanted (source_key)
             CROSS JOIN LATERAL (SELECT source_key, position FROM events
               WHERE account_id = $1 AND source_key = wanted.source_key LIMIT 1) AS found
             UNION ALL
             SELECT chain.first, later.source_key, later.position
             FROM chain JOIN events later ON later.account_id = $1 AND later.supersedes = chain.source_key)
           SELECT DISTINCT ON (chain.first) chain.first AS "first!", e.position, e.source_key, e.source, e.kind,
                  e.actor_login, e.actor_id, e.actor_bot, e.occurred_at, e.recorded_at, e.data::text AS "data!"
           FROM chain JOIN events e ON e.account_id = $1 AND e.position = chain.position
           ORDER BY chain.first, chain.position DESC"#,
        account_id,
        source_keys,
    )
    .fetch_all(pool)
    .await?;
    let standing = rows.into_iter().map(|row| {
        let (position, source_key, source, kind) = (row.position, row.source_key, row.source, row.kind);
        let (actor_login, actor_id, actor_bot) = (row.actor_login, row.actor_id, row.actor_bot);
        let (occurred_at, recorded_at, data) = (row.occurred_at, row.recorded_at, row.data);
        let event = EventRow {
            position,
            source_key,
            source,
            kind,
            actor_login,
            actor_id,
            actor_bot,
            occurred_at,
            recorded_at,
            data,
        };
        Ok((row.first, event.read()?))
    });
    standing.collect()
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
