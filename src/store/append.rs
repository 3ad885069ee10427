//! The append: raw deliveries, events and folded states in one transaction of one account.
//!
//! Locks are taken in one order, the account's head row first, and every append of the account
//! waits for that row: so positions have no gaps, commit order is position order, and replicas
//! cannot deadlock. A rollback takes the advance of the head back with it.

use std::collections::HashSet;

use chrono::{DateTime, Duration, Utc};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::project::{self, Placed};
use super::{StoreError, scrubs, stored};
use crate::activity::{Bots, Event, Source};

/// The outcome of a delivery whose events the database refused; its raw form is kept.
const FAILED: &str = "failed";
/// A head that is locked for longer counts as out of reach. The server keeps the time: a client
/// that merely stopped waiting would leave its connection waiting on.
pub(super) const BEGIN: &str = "BEGIN; SET LOCAL lock_timeout = '5s'";

/// A delivery's raw form.
#[derive(Clone, Debug)]
pub struct RawDelivery {
    pub guid: Uuid,
    pub event: String,
    pub action: Option<String>,
    pub outcome: &'static str,
    /// The body, compressed with zstd.
    pub body: Vec<u8>,
}

/// What goes into an account's log together.
#[derive(Clone, Debug)]
pub struct Entry {
    /// `None`: the raw form belongs to another account.
    pub raw: Option<RawDelivery>,
    events: Vec<Written>,
}

/// An event with its stored JSON, written before the account's turn comes.
#[derive(Clone, Debug)]
struct Written {
    event: Event,
    data: String,
    /// The source key of the event that it stands instead of.
    supersedes: Option<String>,
}

impl Entry {
    pub fn new(raw: Option<RawDelivery>, events: Vec<Event>) -> Self {
        Self { raw, events: events.into_iter().map(|event| Written::new(event, None)).collect() }
    }

    /// Events of no new delivery, some of which stand instead of others.
    pub fn corrected(events: Vec<(Event, Option<String>)>) -> Self {
        let written = events.into_iter().map(|(event, supersedes)| Written::new(event, supersedes));
        Self { raw: None, events: written.collect() }
    }

    /// The raw form alone: the events cannot be stored.
    pub fn raw_only(self) -> Self {
        let mut entry = Self { events: vec![], ..self };
        entry.mark_failed();
        entry
    }

    /// Some of what the delivery tells could not be stored; its raw form says so.
    pub fn mark_failed(&mut self) {
        if let Some(raw) = &mut self.raw {
            raw.outcome = FAILED;
        }
    }

    /// The delivery that it comes from, for the log.
    pub fn told_by(&self) -> String {
        let from_key = || self.events.first().map(|written| written.event.source_key.clone());
        self.raw.as_ref().map(|raw| raw.guid.to_string()).or_else(from_key).unwrap_or_default()
    }
}

impl Written {
    fn new(event: Event, supersedes: Option<String>) -> Self {
        let data = stored::write(&event.fact);
        Self { event, data, supersedes }
    }
}

/// An event on its way into the log.
struct New<'a> {
    written: &'a Written,
    recorded_at: DateTime<Utc>,
}

/// What became of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    /// The account's head after the commit.
    pub position: i64,
    /// Events that were new.
    pub events: usize,
    /// The delivery's GUID was known.
    pub duplicate: bool,
}

/// An account's head row, locked until the transaction ends.
pub(super) struct Head {
    pub position: i64,
    pub generation: i64,
    /// The time of receipt of what is appended now: later than all before it.
    pub now: DateTime<Utc>,
}

/// Appends entries to one account's log; all of them or none.
///
/// An entry whose GUID is known appends nothing, and neither does an event whose source key is.
pub async fn append(
    pool: &PgPool,
    account_id: i64,
    entries: &[Entry],
    bots: &Bots,
) -> Result<Vec<Appended>, StoreError> {
    let mut transaction = pool.begin_with(BEGIN).await?;
    let head = lock_head(&mut transaction, account_id).await?;
    let appended = append_behind(&mut transaction, account_id, &head, entries, bots).await?;
    transaction.commit().await?;
    Ok(appended)
}

/// The same under a head that is locked.
pub(super) async fn append_behind(
    connection: &mut PgConnection,
    account_id: i64,
    head: &Head,
    entries: &[Entry],
    bots: &Bots,
) -> Result<Vec<Appended>, StoreError> {
    let Admitted { mut new_guids, mut known_keys } = admit(connection, account_id, head.now, entries).await?;
    let mut appended = Vec::with_capacity(entries.len());
    let mut events = Vec::new();
    for (at, entry) in (0..).zip(entries) {
        let duplicate = entry.raw.as_ref().is_some_and(|raw| !new_guids.remove(&raw.guid));
        let before = events.len();
        if !duplicate {
            let recorded_at = head.now + Duration::microseconds(at);
            let new = entry.events.iter().filter(|written| known_keys.insert(written.event.source_key.clone()));
            events.extend(new.map(|written| New { written, recorded_at }));
        }
        appended.push(Appended { position: 0, events: events.len() - before, duplicate });
    }
    let position = head.position + count(&events);
    if !events.is_empty() {
        let last = head.now + Duration::microseconds(count(entries));
        insert_events(connection, account_id, head.position, last, &events).await?;
        let placed = (head.position + 1..).zip(&events).map(|(position, new)| Placed {
            position,
            recorded_at: new.recorded_at,
            event: &new.written.event,
        });
        let events: Vec<_> = placed.collect();
        project::project(connection, account_id, head.generation, &events, bots).await?;
    }
    appended.iter_mut().for_each(|entry| entry.position = position);
    Ok(appended)
}

/// Appends what was decided under the head lock that the caller holds, and answers the account's new
/// position.
pub(super) async fn append_decided(
    connection: &mut PgConnection,
    account_id: i64,
    head: &Head,
    events: &[Event],
) -> Result<i64, StoreError> {
    let written: Vec<Written> = events.iter().map(|event| Written::new(event.clone(), None)).collect();
    let new: Vec<_> = written.iter().map(|written| New { written, recorded_at: head.now }).collect();
    // The next append's time of receipt is later than this, and this is later than the events'.
    let last = head.now + Duration::microseconds(1);
    insert_events(connection, account_id, head.position, last, &new).await?;
    let placed = (head.position + 1..).zip(events);
    let placed: Vec<_> = placed.map(|(position, event)| Placed { position, recorded_at: head.now, event }).collect();
    scrubs::project(connection, account_id, head.generation, &placed).await?;
    Ok(head.position + count(events))
}

fn count<T>(list: &[T]) -> i64 {
    i64::try_from(list.len()).unwrap_or(i64::MAX)
}

/// Locks the account's head row, which is made if it is not there.
pub(super) async fn lock_head(connection: &mut PgConnection, account_id: i64) -> Result<Head, StoreError> {
    if let Some(head) = select_head(connection, account_id).await? {
        return Ok(head);
    }
    sqlx::query!("INSERT INTO accounts (account_id) VALUES ($1) ON CONFLICT DO NOTHING", account_id)
        .execute(&mut *connection)
        .await?;
    select_head(connection, account_id).await?.ok_or_else(|| StoreError::Unreadable("an account vanished".to_owned()))
}

async fn select_head(connection: &mut PgConnection, account_id: i64) -> Result<Option<Head>, StoreError> {
    let head = sqlx::query_as!(
        Head,
        r#"SELECT head_position AS position, generation,
                  GREATEST(clock_timestamp(), last_recorded_at + interval '1 microsecond') AS "now!"
           FROM accounts WHERE account_id = $1 FOR UPDATE"#,
        account_id
    )
    .fetch_optional(connection)
    .await?;
    Ok(head)
}

/// What of a batch is new and what is known.
struct Admitted {
    /// GUIDs that were not there before.
    new_guids: HashSet<Uuid>,
    /// Source keys that are in the log: those of deliveries whose raw form was pruned since, and
    /// of facts told from elsewhere. Nobody else appends while the head is locked; the unique
    /// index decides should that ever fail.
    known_keys: HashSet<String>,
}

/// Stores raw deliveries that are new, and looks up the entries' source keys.
async fn admit(
    connection: &mut PgConnection,
    account_id: i64,
    received_at: DateTime<Utc>,
    entries: &[Entry],
) -> Result<Admitted, StoreError> {
    let raw: Vec<&RawDelivery> = entries.iter().filter_map(|entry| entry.raw.as_ref()).collect();
    let guids: Vec<Uuid> = raw.iter().map(|raw| raw.guid).collect();
    let events: Vec<&str> = raw.iter().map(|raw| raw.event.as_str()).collect();
    let actions: Vec<Option<&str>> = raw.iter().map(|raw| raw.action.as_deref()).collect();
    let outcomes: Vec<&str> = raw.iter().map(|raw| raw.outcome).collect();
    let bodies: Vec<&[u8]> = raw.iter().map(|raw| raw.body.as_slice()).collect();
    let keys: Vec<&str> = entries.iter().flat_map(|e| &e.events).map(|new| new.event.source_key.as_str()).collect();
    let rows = sqlx::query!(
        r#"WITH stored AS (
             INSERT INTO deliveries (account_id, guid, event, action, outcome, received_at, body)
             SELECT $1, guid, event, action, outcome, $2, body
             FROM UNNEST($3::uuid[], $4::text[], $5::text[], $6::text[], $7::bytea[])
               AS new (guid, event, action, outcome, body)
             ON CONFLICT DO NOTHING RETURNING guid)
           SELECT guid AS "new_guid?", NULL AS "known_key?" FROM stored
           UNION ALL
           SELECT NULL, found.source_key
           FROM UNNEST($8::text[]) AS wanted (source_key)
           CROSS JOIN LATERAL (SELECT source_key FROM events
             WHERE account_id = $1 AND source_key = wanted.source_key LIMIT 1) AS found"#,
        account_id,
        received_at,
        &guids,
        events as _,
        actions as _,
        outcomes as _,
        bodies as _,
        keys as _,
    )
    .fetch_all(connection)
    .await?;
    let mut admitted = Admitted { new_guids: HashSet::new(), known_keys: HashSet::new() };
    for row in rows {
        admitted.new_guids.extend(row.new_guid);
        admitted.known_keys.extend(row.known_key);
    }
    Ok(admitted)
}

/// Advances the head and inserts the events behind it.
async fn insert_events(
    connection: &mut PgConnection,
    account_id: i64,
    head: i64,
    last_recorded_at: DateTime<Utc>,
    new: &[New<'_>],
) -> Result<(), StoreError> {
    let (repo_ids, numbers): (Vec<Option<i64>>, Vec<Option<i64>>) =
        new.iter().map(|new| new.written.event.fact.filed_under()).unzip();
    let positions: Vec<i64> = (head + 1..).take(new.len()).collect();
    let source_keys: Vec<&str> = new.iter().map(|new| new.written.event.source_key.as_str()).collect();
    let sources: Vec<&str> = new.iter().map(|new| source_name(new.written.event.source)).collect();
    let kinds: Vec<&str> = new.iter().map(|new| new.written.event.kind.as_str()).collect();
    let actors: Vec<_> = new.iter().map(|new| new.written.event.actor.as_ref()).collect();
    let logins: Vec<Option<&str>> = actors.iter().map(|actor| actor.map(|actor| actor.login.as_str())).collect();
    let ids: Vec<Option<i64>> = actors.iter().map(|actor| actor.and_then(|actor| actor.id)).collect();
    let bots: Vec<Option<bool>> = actors.iter().map(|actor| actor.map(|actor| actor.bot)).collect();
    let occurred: Vec<Option<DateTime<Utc>>> = new.iter().map(|new| new.written.event.occurred_at).collect();
    let recorded: Vec<DateTime<Utc>> = new.iter().map(|new| new.recorded_at).collect();
    let supersedes: Vec<Option<&str>> = new.iter().map(|new| new.written.supersedes.as_deref()).collect();
    let data: Vec<&str> = new.iter().map(|new| new.written.data.as_str()).collect();
    sqlx::query!(
        r#"WITH head AS (
             UPDATE accounts SET head_position = $14, last_recorded_at = $15 WHERE account_id = $1)
           INSERT INTO events (account_id, position, source_key, source, kind, repo_id, number,
                               actor_login, actor_id, actor_bot, occurred_at, recorded_at, data, supersedes)
           SELECT $1, position, source_key, source, kind, repo_id, number,
                  login, id, bot, occurred_at, recorded_at, data::json, supersedes
           FROM UNNEST($2::bigint[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[],
                       $8::text[], $9::bigint[], $10::boolean[], $11::timestamptz[],
                       $12::timestamptz[], $13::text[], $16::text[])
             AS new (position, source_key, source, kind, repo_id, number,
                     login, id, bot, occurred_at, recorded_at, data, supersedes)"#,
        account_id,
        &positions,
        source_keys as _,
        sources as _,
        kinds as _,
        repo_ids as _,
        numbers as _,
        logins as _,
        ids as _,
        bots as _,
        occurred as _,
        &recorded,
        data as _,
        head + count(new),
        last_recorded_at,
        supersedes as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}

fn source_name(source: Source) -> &'static str {
    match source {
        Source::Webhook => "webhook",
        Source::Backfill => "backfill",
        Source::Sweep => "sweep",
        Source::Scrub => "scrub",
    }
}

/// The source that a stored name stands for.
pub(super) fn source_from(name: &str) -> Result<Source, StoreError> {
    match name {
        "webhook" => Ok(Source::Webhook),
        "backfill" => Ok(Source::Backfill),
        "sweep" => Ok(Source::Sweep),
        "scrub" => Ok(Source::Scrub),
        other => Err(StoreError::Unreadable(format!("an event of source {other}, which this version does not know"))),
    }
}
