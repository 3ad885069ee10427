//! What an append begins with, in one statement: the lock of the account's head, the raw deliveries, and what is
//! known already.
//!
//! Where accounts are spread over servers, it is two statements, since a server takes only whole ones whose every part
//! is of one account: no INSERT in a WITH.
//!
//! What is known is read as of the statement's start, and the lock may have been waited for since. So the statement
//! tells also which head it saw: if that is the one which it locked, nobody appended in between. If not, it is asked
//! again, under the lock.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::StoreError;
use super::append::RawDelivery;
use super::head::LockedHead;
use super::items::ItemAddress;
use crate::activity::directory::{Directory, NameKey};
use crate::activity::{Event, Fact, ItemState};

/// What an append meets in the store.
pub(super) struct Opening {
    pub head: LockedHead,
    /// GUIDs that were not there before.
    pub new_guids: HashSet<Uuid>,
    /// Source keys that are in the log already: those of deliveries whose raw form was pruned since,
    /// and of facts from another account's delivery. Nobody else appends while the head is locked;
    /// should that ever fail, the unique index decides.
    pub known_keys: HashSet<String>,
    pub states: States,
}

/// States that events change, as they are.
#[derive(Default)]
pub(super) struct States {
    pub items: BTreeMap<ItemAddress, ItemState>,
    pub directory: Directory,
}

/// The keys of the states that events change.
#[derive(Default)]
pub(super) struct StateKeys {
    items: Vec<ItemAddress>,
    repositories: Vec<i64>,
    labels: Vec<NameKey>,
    milestones: Vec<NameKey>,
    people: Vec<i64>,
}

impl StateKeys {
    pub fn of<'a>(account_id: i64, events: impl Iterator<Item = &'a Event>) -> Self {
        // Folding the events into nothing shows which states they change, whenever they are received.
        let mut changed = Directory::default();
        let mut items: Vec<ItemAddress> = vec![];
        for event in events {
            if let Fact::Item(fact) = &event.fact {
                items.push((fact.repo_id, fact.number));
            }
            changed.apply(account_id, event, DateTime::UNIX_EPOCH);
        }
        items.sort_unstable();
        items.dedup();
        Self {
            items,
            repositories: changed.repositories.into_keys().collect(),
            labels: changed.labels.into_keys().collect(),
            milestones: changed.milestones.into_keys().collect(),
            people: changed.people.into_keys().collect(),
        }
    }
}

/// Locks the account's head row, stores the raw deliveries that are new, and reads which of the events are known and
/// which states they change. `None`: the account has no row. All of it is one statement, unless it must be done
/// `apart`.
pub(super) async fn open(
    connection: &mut PgConnection,
    account_id: i64,
    apart: bool,
    raw: &[&RawDelivery],
    source_keys: &[&str],
    keys: &StateKeys,
) -> Result<Option<Opening>, StoreError> {
    let mut reading = match apart {
        true => read(connection, account_id, None, source_keys, keys).await?,
        false => store_and_read(connection, account_id, raw, source_keys, keys).await?,
    };
    let Some(head) = reading.head.take() else { return Ok(None) };
    let new_guids = match apart {
        true => store(connection, account_id, &head, raw).await?,
        false => std::mem::take(&mut reading.new_guids),
    };
    if reading.seen != Some((head.position, head.generation)) {
        reading = read(connection, account_id, None, source_keys, keys).await?;
    }
    let Reading { known_keys, states, .. } = reading;
    Ok(Some(Opening { head, new_guids, known_keys, states }))
}

/// Reads states of a generation, and locks nothing.
pub(super) async fn states_of(
    connection: &mut PgConnection,
    account_id: i64,
    generation: i64,
    keys: &StateKeys,
) -> Result<States, StoreError> {
    Ok(read(connection, account_id, Some(generation), &[], keys).await?.states)
}

/// What the statements answer.
#[derive(Default)]
struct Reading {
    /// `None` too if a generation was named: then nothing is locked.
    head: Option<LockedHead>,
    /// Position and generation of the head as of which the rest was read.
    seen: Option<(i64, i64)>,
    new_guids: HashSet<Uuid>,
    known_keys: HashSet<String>,
    states: States,
}

/// A row of an answer: what it is of, and what there is to say of it.
struct Row {
    what: String,
    a: Option<i64>,
    b: Option<i64>,
    text: Option<String>,
    guid: Option<Uuid>,
    now: Option<DateTime<Utc>>,
}

/// The lists of keys as the statements take them.
struct Lists {
    items: (Vec<i64>, Vec<i64>),
    labels: (Vec<i64>, Vec<i64>),
    milestones: (Vec<i64>, Vec<i64>),
}

impl Lists {
    fn of(keys: &StateKeys) -> Self {
        Self {
            items: keys.items.iter().copied().unzip(),
            labels: keys.labels.iter().copied().unzip(),
            milestones: keys.milestones.iter().copied().unzip(),
        }
    }
}

/// Raw deliveries, a list for each column.
struct RawColumns<'a> {
    guids: Vec<Uuid>,
    events: Vec<&'a str>,
    actions: Vec<Option<&'a str>>,
    outcomes: Vec<&'a str>,
    bodies: Vec<&'a [u8]>,
}

impl<'a> RawColumns<'a> {
    fn of(raw: &[&'a RawDelivery]) -> Self {
        Self {
            guids: raw.iter().map(|raw| raw.guid).collect(),
            events: raw.iter().map(|raw| raw.event.as_str()).collect(),
            actions: raw.iter().map(|raw| raw.action.as_deref()).collect(),
            outcomes: raw.iter().map(|raw| raw.outcome).collect(),
            bodies: raw.iter().map(|raw| raw.body.as_slice()).collect(),
        }
    }
}

/// Locks the head, stores the raw deliveries and reads, for the generation in use, in one statement.
///
/// LATERAL with LIMIT makes the planner look each key up in an index. Without it, the planner scans
/// whole tables as long as it has no statistics about them.
async fn store_and_read(
    connection: &mut PgConnection,
    account_id: i64,
    raw: &[&RawDelivery],
    source_keys: &[&str],
    keys: &StateKeys,
) -> Result<Reading, StoreError> {
    let RawColumns { guids, events, actions, outcomes, bodies } = RawColumns::of(raw);
    let Lists { items, labels, milestones } = Lists::of(keys);
    let rows = sqlx::query_as!(
        Row,
        r#"WITH head AS MATERIALIZED (
             SELECT head_position, generation,
                    GREATEST(clock_timestamp(), last_recorded_at + interval '1 microsecond') AS now
             FROM accounts WHERE account_id = $1 FOR UPDATE),
           seen AS MATERIALIZED (SELECT head_position, generation FROM accounts WHERE account_id = $1),
           meant AS MATERIALIZED (SELECT generation FROM seen),
           stored AS (
             INSERT INTO deliveries (account_id, guid, event, action, outcome, received_at, body)
             SELECT $1, guid, event, action, outcome, head.now, body
             FROM head CROSS JOIN UNNEST($2::uuid[], $3::text[], $4::text[], $5::text[], $6::bytea[])
               AS new (guid, event, action, outcome, body)
             ON CONFLICT DO NOTHING RETURNING guid)
           SELECT 'head' AS "what!", head_position AS a, generation AS b, NULL::text AS text, NULL::uuid AS guid, now
           FROM head
           UNION ALL
           SELECT 'seen', head_position, generation, NULL, NULL, NULL FROM seen
           UNION ALL
           SELECT 'guid', NULL, NULL, NULL, guid, NULL FROM stored
           UNION ALL
           SELECT 'key', NULL, NULL, found.source_key, NULL, NULL
           FROM UNNEST($7::text[]) AS wanted (source_key)
           CROSS JOIN LATERAL (SELECT source_key FROM events
             WHERE account_id = $1 AND source_key BETWEEN wanted.source_key AND wanted.source_key
             ORDER BY source_key LIMIT 1) AS found
           UNION ALL
           SELECT 'item', wanted.repo_id, wanted.id, found.folded::text, NULL, NULL
           FROM UNNEST($8::bigint[], $9::bigint[]) AS wanted (repo_id, id)
           CROSS JOIN LATERAL (SELECT folded FROM items
             WHERE account_id = $1 AND generation = (SELECT generation FROM meant)
               AND repo_id = wanted.repo_id AND number = wanted.id LIMIT 1) AS found
           UNION ALL
           SELECT 'repository', wanted.repo_id, NULL, found.folded::text, NULL, NULL
           FROM UNNEST($10::bigint[]) AS wanted (repo_id)
           CROSS JOIN LATERAL (SELECT folded FROM repositories
             WHERE account_id = $1 AND generation = (SELECT generation FROM meant)
               AND repo_id = wanted.repo_id LIMIT 1) AS found
           UNION ALL
           SELECT 'label', wanted.repo_id, wanted.id, found.folded::text, NULL, NULL
           FROM UNNEST($11::bigint[], $12::bigint[]) AS wanted (repo_id, id)
           CROSS JOIN LATERAL (SELECT folded FROM labels
             WHERE account_id = $1 AND generation = (SELECT generation FROM meant)
               AND repo_id = wanted.repo_id AND label_id = wanted.id LIMIT 1) AS found
           UNION ALL
           SELECT 'milestone', wanted.repo_id, wanted.id, found.folded::text, NULL, NULL
           FROM UNNEST($13::bigint[], $14::bigint[]) AS wanted (repo_id, id)
           CROSS JOIN LATERAL (SELECT folded FROM milestones
             WHERE account_id = $1 AND generation = (SELECT generation FROM meant)
               AND repo_id = wanted.repo_id AND number = wanted.id LIMIT 1) AS found
           UNION ALL
           SELECT 'person', wanted.id, NULL, found.folded::text, NULL, NULL
           FROM UNNEST($15::bigint[]) AS wanted (id)
           CROSS JOIN LATERAL (SELECT folded FROM people
             WHERE account_id = $1 AND generation = (SELECT generation FROM meant)
               AND person_id = wanted.id LIMIT 1) AS found
           UNION ALL
           SELECT 'account', NULL, NULL, folded::text, NULL, NULL FROM account_profiles
           WHERE account_id = $1 AND generation = (SELECT generation FROM meant)"#,
        account_id,
        &guids,
        events as _,
        actions as _,
        outcomes as _,
        bodies as _,
        source_keys as _,
        &items.0,
        &items.1,
        &keys.repositories,
        &labels.0,
        &labels.1,
        &milestones.0,
        &milestones.1,
        &keys.people,
    )
    .fetch_all(connection)
    .await?;
    Reading::of(rows)
}

/// Reads for the generation in use, whose head it locks, or for another one. It stores nothing.
async fn read(
    connection: &mut PgConnection,
    account_id: i64,
    generation: Option<i64>,
    source_keys: &[&str],
    keys: &StateKeys,
) -> Result<Reading, StoreError> {
    let Lists { items, labels, milestones } = Lists::of(keys);
    let rows = sqlx::query_as!(
        Row,
        r#"WITH head AS MATERIALIZED (
             SELECT head_position, generation,
                    GREATEST(clock_timestamp(), last_recorded_at + interval '1 microsecond') AS now
             FROM accounts WHERE account_id = $1 AND $2::bigint IS NULL FOR UPDATE),
           seen AS MATERIALIZED (SELECT head_position, generation FROM accounts WHERE account_id = $1),
           meant AS MATERIALIZED (SELECT COALESCE($2, generation) AS generation FROM seen)
           SELECT 'head' AS "what!", head_position AS a, generation AS b, NULL::text AS text, NULL::uuid AS guid, now
           FROM head
           UNION ALL
           SELECT 'seen', head_position, generation, NULL, NULL, NULL FROM seen
           UNION ALL
           SELECT 'key', NULL, NULL, found.source_key, NULL, NULL
           FROM UNNEST($3::text[]) AS wanted (source_key)
           CROSS JOIN LATERAL (SELECT source_key FROM events
             WHERE account_id = $1 AND source_key BETWEEN wanted.source_key AND wanted.source_key
             ORDER BY source_key LIMIT 1) AS found
           UNION ALL
           SELECT 'item', wanted.repo_id, wanted.id, found.folded::text, NULL, NULL
           FROM UNNEST($4::bigint[], $5::bigint[]) AS wanted (repo_id, id)
           CROSS JOIN LATERAL (SELECT folded FROM items
             WHERE account_id = $1 AND generation = (SELECT generation FROM meant)
               AND repo_id = wanted.repo_id AND number = wanted.id LIMIT 1) AS found
           UNION ALL
           SELECT 'repository', wanted.repo_id, NULL, found.folded::text, NULL, NULL
           FROM UNNEST($6::bigint[]) AS wanted (repo_id)
           CROSS JOIN LATERAL (SELECT folded FROM repositories
             WHERE account_id = $1 AND generation = (SELECT generation FROM meant)
               AND repo_id = wanted.repo_id LIMIT 1) AS found
           UNION ALL
           SELECT 'label', wanted.repo_id, wanted.id, found.folded::text, NULL, NULL
           FROM UNNEST($7::bigint[], $8::bigint[]) AS wanted (repo_id, id)
           CROSS JOIN LATERAL (SELECT folded FROM labels
             WHERE account_id = $1 AND generation = (SELECT generation FROM meant)
               AND repo_id = wanted.repo_id AND label_id = wanted.id LIMIT 1) AS found
           UNION ALL
           SELECT 'milestone', wanted.repo_id, wanted.id, found.folded::text, NULL, NULL
           FROM UNNEST($9::bigint[], $10::bigint[]) AS wanted (repo_id, id)
           CROSS JOIN LATERAL (SELECT folded FROM milestones
             WHERE account_id = $1 AND generation = (SELECT generation FROM meant)
               AND repo_id = wanted.repo_id AND number = wanted.id LIMIT 1) AS found
           UNION ALL
           SELECT 'person', wanted.id, NULL, found.folded::text, NULL, NULL
           FROM UNNEST($11::bigint[]) AS wanted (id)
           CROSS JOIN LATERAL (SELECT folded FROM people
             WHERE account_id = $1 AND generation = (SELECT generation FROM meant)
               AND person_id = wanted.id LIMIT 1) AS found
           UNION ALL
           SELECT 'account', NULL, NULL, folded::text, NULL, NULL FROM account_profiles
           WHERE account_id = $1 AND generation = (SELECT generation FROM meant)"#,
        account_id,
        generation,
        source_keys as _,
        &items.0,
        &items.1,
        &keys.repositories,
        &labels.0,
        &labels.1,
        &milestones.0,
        &milestones.1,
        &keys.people,
    )
    .fetch_all(connection)
    .await?;
    Reading::of(rows)
}

/// Stores raw deliveries behind a head that is locked; answers which of them are new.
async fn store(
    connection: &mut PgConnection,
    account_id: i64,
    head: &LockedHead,
    raw: &[&RawDelivery],
) -> Result<HashSet<Uuid>, StoreError> {
    if raw.is_empty() {
        return Ok(HashSet::new());
    }
    let RawColumns { guids, events, actions, outcomes, bodies } = RawColumns::of(raw);
    let stored = sqlx::query_scalar!(
        r#"INSERT INTO deliveries (account_id, guid, event, action, outcome, received_at, body)
           SELECT a.account_id, guid, event, action, outcome, $2, body
           FROM accounts a CROSS JOIN UNNEST($3::uuid[], $4::text[], $5::text[], $6::text[], $7::bytea[])
             AS new (guid, event, action, outcome, body)
           WHERE a.account_id = $1
           ON CONFLICT DO NOTHING RETURNING guid"#,
        account_id,
        head.now,
        &guids,
        events as _,
        actions as _,
        outcomes as _,
        bodies as _,
    )
    .fetch_all(connection)
    .await?;
    Ok(stored.into_iter().collect())
}

impl Reading {
    fn of(rows: Vec<Row>) -> Result<Self, StoreError> {
        let mut reading = Reading::default();
        for row in rows {
            let (a, b) = (row.a.unwrap_or_default(), row.b.unwrap_or_default());
            let text = row.text.as_deref().unwrap_or_default();
            let States { items, directory } = &mut reading.states;
            match row.what.as_str() {
                "head" => reading.head = row.now.map(|now| LockedHead { position: a, generation: b, now }),
                "seen" => reading.seen = Some((a, b)),
                "guid" => reading.new_guids.extend(row.guid),
                "key" => drop(reading.known_keys.insert(text.to_owned())),
                "item" => drop(items.insert((a, b), folded(text)?)),
                "repository" => drop(directory.repositories.insert(a, folded(text)?)),
                "label" => drop(directory.labels.insert((a, b), folded(text)?)),
                "milestone" => drop(directory.milestones.insert((a, b), folded(text)?)),
                "person" => drop(directory.people.insert(a, folded(text)?)),
                _ => directory.profile = folded(text)?,
            }
        }
        Ok(reading)
    }
}

fn folded<T: serde::de::DeserializeOwned>(json: &str) -> Result<T, StoreError> {
    serde_json::from_str(json).map_err(|error| StoreError::Unreadable(format!("a folded state: {error}")))
}
