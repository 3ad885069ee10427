//! The append: raw deliveries, events and folded states, in one transaction of one account.
//!
//! Locks are taken in one order, the account's head row first (see `head`). A rollback also takes
//! back the advance of the head.

use chrono::{DateTime, Duration, Utc};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::head::{self, LockedHead};
use super::log::LogEntry;
use super::opening::{self, Opening, StateKeys};
use super::{StoreError, project, scrubs, stored};
use super::{sights, spread};
use crate::activity::{Bots, Event, SightEnd};

/// The outcome of a delivery whose events the database refused. Its raw form is kept.
const FAILED: &str = "failed";

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

/// What goes into an account's log together: usually a delivery and the events in it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// `None`: the raw form belongs to another account.
    pub raw: Option<RawDelivery>,
    events: Vec<NewEvent>,
    /// Whose sight of private repositories ends with it.
    ends: Option<SightEnd>,
}

/// An event with its stored JSON. The JSON is made before the head is locked.
#[derive(Clone, Debug)]
struct NewEvent {
    event: Event,
    data: String,
    /// The source key of the event that this one replaces.
    supersedes: Option<String>,
}

impl Entry {
    pub fn new(raw: Option<RawDelivery>, events: Vec<Event>) -> Self {
        let events = events.into_iter().map(|event| NewEvent::new(event, None)).collect();
        Self { raw, events, ends: None }
    }

    /// Events without a new delivery, each with the source key of the event that it replaces, if any.
    pub fn corrected(events: Vec<(Event, Option<String>)>) -> Self {
        let new = events.into_iter().map(|(event, supersedes)| NewEvent::new(event, supersedes));
        Self { raw: None, events: new.collect(), ends: None }
    }

    /// The same, with which somebody's sight of private repositories ends.
    #[must_use]
    pub fn ending(self, ends: Option<SightEnd>) -> Self {
        Self { ends, ..self }
    }

    /// The raw form alone, marked as failed, since the events cannot be stored.
    pub fn raw_only(self) -> Self {
        let mut entry = Self { events: vec![], ..self };
        entry.mark_failed();
        entry
    }

    /// Marks the raw form: some of the delivery's events could not be stored.
    pub fn mark_failed(&mut self) {
        if let Some(raw) = &mut self.raw {
            raw.outcome = FAILED;
        }
    }

    /// The delivery that it comes from, for log lines.
    pub fn told_by(&self) -> String {
        let from_key = || self.events.first().map(|new| new.event.source_key.clone());
        self.raw.as_ref().map(|raw| raw.guid.to_string()).or_else(from_key).unwrap_or_default()
    }
}

impl NewEvent {
    fn new(event: Event, supersedes: Option<String>) -> Self {
        let data = stored::write(&event.fact);
        Self { event, data, supersedes }
    }
}

/// A new event and its time of receipt.
struct ReceivedEvent<'a> {
    new: &'a NewEvent,
    recorded_at: DateTime<Utc>,
}

/// What became of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AppendOutcome {
    /// The account's head after the commit.
    pub position: i64,
    /// Events that were new.
    pub events: usize,
    /// The delivery's GUID was known.
    pub duplicate: bool,
}

/// Appends entries to one account's log, all of them or none.
///
/// An entry whose GUID is known appends nothing; neither does an event whose source key is known.
pub async fn append(
    pool: &PgPool,
    account_id: i64,
    entries: &[Entry],
    bots: &Bots,
) -> Result<Vec<AppendOutcome>, StoreError> {
    // What can be done before the head is locked keeps nobody waiting.
    let batch = Batch::of(account_id, entries, spread::is_known(pool));
    let mut transaction = head::begin(pool).await?;
    let opening = match batch.open(&mut transaction).await? {
        Some(opening) => opening,
        None => {
            head::create(&mut transaction, account_id).await?;
            batch.open(&mut transaction).await?.ok_or_else(head::vanished)?
        }
    };
    let appended = batch.append(&mut transaction, opening, bots).await?;
    transaction.commit().await?;
    Ok(appended)
}

/// Appends entries behind a head that the caller has locked.
pub(super) async fn append_behind(
    connection: &mut PgConnection,
    account_id: i64,
    entries: &[Entry],
    bots: &Bots,
) -> Result<Vec<AppendOutcome>, StoreError> {
    let batch = Batch::of(account_id, entries, true);
    let opening = batch.open(connection).await?.ok_or_else(head::vanished)?;
    batch.append(connection, opening, bots).await
}

/// Entries that one transaction appends.
struct Batch<'a> {
    account_id: i64,
    /// Every statement is of one kind.
    apart: bool,
    entries: &'a [Entry],
    source_keys: Vec<&'a str>,
    states: StateKeys,
}

impl<'a> Batch<'a> {
    fn of(account_id: i64, entries: &'a [Entry], apart: bool) -> Self {
        let events = || entries.iter().flat_map(|entry| &entry.events).map(|new| &new.event);
        let source_keys = events().map(|event| event.source_key.as_str()).collect();
        Self { account_id, apart, entries, source_keys, states: StateKeys::of(account_id, events()) }
    }

    async fn open(&self, connection: &mut PgConnection) -> Result<Option<Opening>, StoreError> {
        let raw: Vec<&RawDelivery> = self.entries.iter().filter_map(|entry| entry.raw.as_ref()).collect();
        opening::open(connection, self.account_id, self.apart, &raw, &self.source_keys, &self.states).await
    }

    /// Appends what is new of them.
    async fn append(
        self,
        connection: &mut PgConnection,
        opening: Opening,
        bots: &Bots,
    ) -> Result<Vec<AppendOutcome>, StoreError> {
        let Self { account_id, apart, entries, .. } = self;
        let Opening { head, mut new_guids, mut known_keys, states } = opening;
        let mut appended = Vec::with_capacity(entries.len());
        let mut events = Vec::new();
        let mut ended = vec![];
        for (at, entry) in (0..).zip(entries) {
            let duplicate = entry.raw.as_ref().is_some_and(|raw| !new_guids.remove(&raw.guid));
            let before = events.len();
            if !duplicate {
                let recorded_at = head.now + Duration::microseconds(at);
                let new = entry.events.iter().filter(|new| known_keys.insert(new.event.source_key.clone()));
                events.extend(new.map(|new| ReceivedEvent { new, recorded_at }));
                // A delivery to another account may come again: it ends nothing that it has ended before.
                ended.extend(entry.ends.filter(|_| entry.raw.is_some() || events.len() > before));
            }
            appended.push(AppendOutcome { position: 0, events: events.len() - before, duplicate });
        }
        let position = head.position + count(&events);
        if !events.is_empty() {
            let last = head.now + Duration::microseconds(count(entries));
            insert_events(connection, account_id, apart, (head.position, last), &events).await?;
            let logged = (head.position + 1..).zip(&events).map(|(position, received)| LogEntry {
                position,
                recorded_at: received.recorded_at,
                event: &received.new.event,
            });
            let logged: Vec<_> = logged.collect();
            project::project_onto(connection, (account_id, head.generation), &logged, bots, states).await?;
        }
        sights::end(connection, account_id, &ended).await?;
        appended.iter_mut().for_each(|entry| entry.position = position);
        Ok(appended)
    }
}

/// Appends what people did, as decided under the head lock that the caller holds. Returns the
/// account's new position.
pub(super) async fn append_decided(
    connection: &mut PgConnection,
    account_id: i64,
    head: &LockedHead,
    events: &[Event],
) -> Result<i64, StoreError> {
    let recorded_at = head.now;
    let new: Vec<NewEvent> = events.iter().map(|event| NewEvent::new(event.clone(), None)).collect();
    let received: Vec<_> = new.iter().map(|new| ReceivedEvent { new, recorded_at }).collect();
    // Later than these events, and earlier than those of the next append.
    let last = recorded_at + Duration::microseconds(1);
    insert_events(connection, account_id, true, (head.position, last), &received).await?;
    let logged = (head.position + 1..).zip(events).map(|(position, event)| LogEntry { position, recorded_at, event });
    let logged: Vec<_> = logged.collect();
    scrubs::project(connection, account_id, head.generation, &logged).await?;
    Ok(head.position + count(events))
}

fn count<T>(list: &[T]) -> i64 {
    i64::try_from(list.len()).unwrap_or(i64::MAX)
}

/// Advances the head and inserts the events after it, in one statement unless they must be `apart`.
async fn insert_events(
    connection: &mut PgConnection,
    account_id: i64,
    apart: bool,
    (head, last_recorded_at): (i64, DateTime<Utc>),
    received: &[ReceivedEvent<'_>],
) -> Result<(), StoreError> {
    let events: Vec<&Event> = received.iter().map(|received| &received.new.event).collect();
    let (repo_ids, numbers): (Vec<Option<i64>>, Vec<Option<i64>>) =
        events.iter().map(|event| event.fact.filed_under()).unzip();
    let positions: Vec<i64> = (head + 1..).take(events.len()).collect();
    let source_keys: Vec<&str> = events.iter().map(|event| event.source_key.as_str()).collect();
    let sources: Vec<&str> = events.iter().map(|event| stored::source_name(event.source)).collect();
    let kinds: Vec<&str> = events.iter().map(|event| event.kind.as_str()).collect();
    let actors: Vec<_> = events.iter().map(|event| event.actor.as_ref()).collect();
    let logins: Vec<Option<&str>> = actors.iter().map(|actor| actor.map(|actor| actor.login.as_str())).collect();
    let ids: Vec<Option<i64>> = actors.iter().map(|actor| actor.and_then(|actor| actor.id)).collect();
    let bots: Vec<Option<bool>> = actors.iter().map(|actor| actor.map(|actor| actor.bot)).collect();
    let occurred: Vec<Option<DateTime<Utc>>> = events.iter().map(|event| event.occurred_at).collect();
    let recorded: Vec<DateTime<Utc>> = received.iter().map(|received| received.recorded_at).collect();
    let supersedes: Vec<Option<&str>> = received.iter().map(|received| received.new.supersedes.as_deref()).collect();
    let data: Vec<&str> = received.iter().map(|received| received.new.data.as_str()).collect();
    if apart {
        sqlx::query!(
            "UPDATE accounts SET head_position = $2, last_recorded_at = $3 WHERE account_id = $1",
            account_id,
            head + count(received),
            last_recorded_at,
        )
        .execute(&mut *connection)
        .await?;
        sqlx::query!(
            r#"INSERT INTO events (account_id, position, source_key, source, kind, repo_id, number,
                                   actor_login, actor_id, actor_bot, occurred_at, recorded_at, data, supersedes)
               SELECT a.account_id, position, source_key, source, kind, repo_id, number,
                      login, id, bot, occurred_at, recorded_at, data::json, supersedes
               FROM accounts a CROSS JOIN UNNEST($2::bigint[], $3::text[], $4::text[], $5::text[], $6::bigint[],
                      $7::bigint[], $8::text[], $9::bigint[], $10::boolean[], $11::timestamptz[],
                      $12::timestamptz[], $13::text[], $14::text[])
                 AS new (position, source_key, source, kind, repo_id, number,
                         login, id, bot, occurred_at, recorded_at, data, supersedes)
               WHERE a.account_id = $1"#,
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
            supersedes as _,
        )
        .execute(connection)
        .await?;
        return Ok(());
    }
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
        head + count(received),
        last_recorded_at,
        supersedes as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}
