//! Reading the log. Only this module lists the columns of an event.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use futures_util::stream::BoxStream;
use sqlx::{PgExecutor, PgPool};

use super::items::ItemAddress;
use super::{StoreError, stored};
use crate::activity::{Actor, Event};

/// An event at its place in the log.
#[derive(Clone, Debug)]
pub struct LoggedEvent {
    pub position: i64,
    pub recorded_at: DateTime<Utc>,
    pub event: Event,
}

impl LoggedEvent {
    pub(super) fn entry(&self) -> LogEntry<'_> {
        LogEntry { position: self.position, recorded_at: self.recorded_at, event: &self.event }
    }
}

/// The same, with a borrowed event: what projections are made from.
#[derive(Clone, Copy)]
pub(super) struct LogEntry<'a> {
    pub position: i64,
    pub recorded_at: DateTime<Utc>,
    pub event: &'a Event,
}

/// A row of the log whose JSON has not been read yet.
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
    /// The event, for showing. One that this version does not know is skipped: a newer version may
    /// have written it before a rollback. What folds for good must [`read`](Self::read) instead.
    pub fn known(self) -> Option<LoggedEvent> {
        let position = self.position;
        self.read()
            .inspect_err(|error| {
                let error = error as &dyn std::error::Error;
                tracing::warn!(position, error, "an event that cannot be read was skipped");
            })
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
            source: stored::source_from(&self.source)?,
            fact: stored::read(&self.data)?,
        };
        Ok(LoggedEvent { position: self.position, recorded_at: self.recorded_at, event })
    }
}

/// The account's effective events after one position, up to and including another, in order and at
/// most `limit`. Reading on from the last one's position misses nothing, whoever appends meanwhile.
pub async fn events_between(
    executor: impl PgExecutor<'_>,
    account_id: i64,
    (after, to): (i64, i64),
    limit: i64,
) -> Result<Vec<LoggedEvent>, StoreError> {
    let rows = sqlx::query_as!(
        EventRow,
        r#"SELECT position AS "position!", source_key AS "source_key!", source AS "source!", kind AS "kind!",
                  actor_login, actor_id, actor_bot, occurred_at, recorded_at AS "recorded_at!", data::text AS "data!"
           FROM events
           WHERE account_id = $1 AND position > $2 AND position <= $3
             AND kind <> 'retracted' AND (SELECT true FROM events later
               WHERE later.account_id = $1 AND later.supersedes = events.source_key LIMIT 1) IS NULL
           ORDER BY position LIMIT $4"#,
        account_id,
        after,
        to,
        limit,
    )
    .fetch_all(executor)
    .await?;
    rows.into_iter().map(EventRow::read).collect()
}

/// Events of certain kinds that are about no item, of what people did here, after one position, up to and including another.
pub(super) async fn scrub_events_between(
    executor: impl PgExecutor<'_>,
    account_id: i64,
    (after, to): (i64, i64),
    kinds: &[&str],
) -> Result<Vec<LoggedEvent>, StoreError> {
    let rows = sqlx::query_as!(
        EventRow,
        r#"SELECT position AS "position!", source_key AS "source_key!", source AS "source!", kind AS "kind!",
                  actor_login, actor_id, actor_bot, occurred_at, recorded_at AS "recorded_at!", data::text AS "data!"
           FROM events
           WHERE account_id = $1 AND position > $2 AND position <= $3 AND source = 'scrub' AND number IS NULL
             AND kind = ANY($4)
           ORDER BY position"#,
        account_id,
        after,
        to,
        kinds as _,
    )
    .fetch_all(executor)
    .await?;
    Ok(rows.into_iter().filter_map(EventRow::known).collect())
}

/// The last effective events of items, newest first and at most `limit`; of certain kinds only, if
/// any are given.
///
/// Each item's events are found by the item: by their position alone the planner may read the whole log for each of them.
pub(super) async fn events_of(
    executor: impl PgExecutor<'_>,
    account_id: i64,
    items: &[ItemAddress],
    kinds: Option<&[&str]>,
    limit: i64,
) -> Result<Vec<LoggedEvent>, StoreError> {
    let (repo_ids, numbers): (Vec<i64>, Vec<i64>) = items.iter().copied().unzip();
    let rows = sqlx::query_as!(
        EventRow,
        r#"SELECT e.position AS "position!", e.source_key AS "source_key!", e.source AS "source!", e.kind AS "kind!",
                  e.actor_login, e.actor_id, e.actor_bot, e.occurred_at, e.recorded_at AS "recorded_at!",
                  e.data::text AS "data!"
           FROM UNNEST($2::bigint[], $3::bigint[]) AS wanted (repo_id, number)
           CROSS JOIN LATERAL (SELECT * FROM events
             WHERE account_id = $1 AND repo_id = wanted.repo_id AND number BETWEEN wanted.number AND wanted.number
               AND ($4::text[] IS NULL OR kind = ANY($4))
             AND kind <> 'retracted' AND (SELECT true FROM events later
               WHERE later.account_id = $1 AND later.supersedes = events.source_key LIMIT 1) IS NULL
             -- The order of the item's index, which the planner takes for it, whatever it knows.
             ORDER BY number DESC, position DESC LIMIT $5) AS e
           ORDER BY e.position DESC LIMIT $5"#,
        account_id,
        &repo_ids,
        &numbers,
        kinds as _,
        limit,
    )
    .fetch_all(executor)
    .await?;
    Ok(rows.into_iter().filter_map(EventRow::known).collect())
}

/// A part of an account's log that is folded by itself.
#[derive(Clone, Copy, Debug)]
pub(super) enum Part {
    /// What people did that is not about one item: scrubs, rounds, rows waiting for their item.
    Scrubs,
    /// What people did with items: marks and notes.
    Annotations,
    /// Everything but [`Part::Scrubs`].
    ItemsAndDirectory,
}

/// Reads a part of the log for folding: item by item, each one's events in order, then the events of
/// no item. `to` is the last position, `before` a time by which an event must have occurred.
pub(super) fn in_order_of_items<'e>(
    executor: impl PgExecutor<'e> + 'e,
    account_id: i64,
    part: Part,
    to: i64,
    before: Option<DateTime<Utc>>,
) -> BoxStream<'e, Result<EventRow, sqlx::Error>> {
    let part = match part {
        Part::Scrubs => "scrubs",
        Part::Annotations => "annotations",
        Part::ItemsAndDirectory => "items and directory",
    };
    sqlx::query_as!(
        EventRow,
        r#"SELECT position AS "position!", source_key AS "source_key!", source AS "source!", kind AS "kind!",
                  actor_login, actor_id, actor_bot, occurred_at, recorded_at AS "recorded_at!", data::text AS "data!"
           FROM events
           WHERE account_id = $1 AND position <= $2
             AND ($3::timestamptz IS NULL OR coalesce(occurred_at, recorded_at) < $3)
             AND kind <> 'retracted' AND (SELECT true FROM events later
               WHERE later.account_id = $1 AND later.supersedes = events.source_key LIMIT 1) IS NULL
             AND CASE $4::text
                   WHEN 'scrubs' THEN source = 'scrub' AND repo_id IS NULL AND number IS NULL
                   WHEN 'annotations' THEN source = 'scrub' AND number IS NOT NULL
                   ELSE source <> 'scrub' OR number IS NOT NULL END
           ORDER BY repo_id, number, position"#,
        account_id,
        to,
        before,
        part,
    )
    .fetch(executor)
}

/// The events that stand under certain source keys now: each key's own event, or the last of those
/// that superseded it.
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
               WHERE account_id = $1 AND source_key BETWEEN wanted.source_key AND wanted.source_key
               ORDER BY source_key LIMIT 1) AS found
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
        let event = EventRow {
            position: row.position,
            source_key: row.source_key,
            source: row.source,
            kind: row.kind,
            actor_login: row.actor_login,
            actor_id: row.actor_id,
            actor_bot: row.actor_bot,
            occurred_at: row.occurred_at,
            recorded_at: row.recorded_at,
            data: row.data,
        };
        Ok((row.first, event.read()?))
    });
    standing.collect()
}

/// What the events between two positions are about.
#[derive(Debug)]
pub struct Subjects {
    pub items: BTreeSet<ItemAddress>,
    /// Ids of repositories, those of the items included; `None` if an event is about the whole account.
    pub repositories: Option<BTreeSet<i64>>,
    /// Of what else than items events are about: the ids of repositories (themselves, or a label, say), and `None` for
    /// the account.
    pub directory: BTreeSet<Option<i64>>,
}

/// What the account's events after one position, up to and including another, are about; `remarks`: marks and notes
/// too.
pub async fn subjects(
    executor: impl PgExecutor<'_>,
    account_id: i64,
    (after, to): (i64, i64),
    remarks: bool,
) -> Result<Subjects, StoreError> {
    let rows = sqlx::query!(
        "SELECT DISTINCT repo_id, number FROM events
         WHERE account_id = $1 AND position > $2 AND position <= $3
           AND (source <> 'scrub' OR (number IS NOT NULL AND $4))",
        account_id,
        after,
        to,
        remarks,
    )
    .fetch_all(executor)
    .await?;
    let items: BTreeSet<_> = rows.iter().filter_map(|row| Some((row.repo_id?, row.number?))).collect();
    let repositories = rows.iter().map(|row| row.repo_id).collect();
    let directory = rows.iter().filter(|row| row.number.is_none()).map(|row| row.repo_id).collect();
    Ok(Subjects { items, repositories, directory })
}
