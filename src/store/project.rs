//! Projecting: from events to the rows that are derived from them.
//!
//! The same function serves the append, on the rows that the head's lock covers, and the rebuild, on
//! rows of a generation that nobody reads yet.

use std::collections::BTreeMap;

use sqlx::PgConnection;

use super::StoreError;
use super::log::LogEntry;
use super::opening::{StateKeys, States, states_of};
use super::{items, names, people, scrubs};
use crate::activity::directory::Directory;
use crate::activity::{Bots, Fact};

/// Folds events into the rows of `generation`: loads the states that they change, folds, and writes
/// what changed.
pub(super) async fn project(
    connection: &mut PgConnection,
    account_id: i64,
    generation: i64,
    events: &[LogEntry<'_>],
    bots: &Bots,
) -> Result<(), StoreError> {
    let keys = StateKeys::of(account_id, events.iter().map(|entry| entry.event));
    let states = states_of(connection, account_id, generation, &keys).await?;
    project_onto(connection, (account_id, generation), events, bots, states).await
}

/// Folds events into the rows of a generation of an account, whose `states` that they change are loaded.
pub(super) async fn project_onto(
    connection: &mut PgConnection,
    (account_id, generation): (i64, i64),
    events: &[LogEntry<'_>],
    bots: &Bots,
    states: States,
) -> Result<(), StoreError> {
    scrubs::project(connection, account_id, generation, events).await?;
    let events: Vec<_> = events.iter().filter(|entry| !matches!(entry.event.fact, Fact::Scrub(_))).copied().collect();
    if events.is_empty() {
        return Ok(());
    }
    let States { mut items, directory: before } = states;
    let mut directory = before.clone();
    for LogEntry { event, recorded_at, .. } in &events {
        directory.apply(account_id, event, *recorded_at);
    }
    let bots = people::owned(connection, (account_id, generation), bots, &directory.people).await?;
    for LogEntry { event, .. } in &events {
        if let Fact::Item(fact) = &event.fact {
            items.entry((fact.repo_id, fact.number)).or_default().apply(event, fact, &bots);
        }
    }
    let rows: Vec<_> = items.iter().map(|(address, state)| (*address, state)).collect();
    items::save(connection, account_id, generation, &rows).await?;
    save_directory(connection, account_id, generation, &before, &directory).await
}

/// Writes what `after` holds that `before` did not.
pub(super) async fn save_directory(
    connection: &mut PgConnection,
    account_id: i64,
    generation: i64,
    before: &Directory,
    after: &Directory,
) -> Result<(), StoreError> {
    if before.profile != after.profile {
        names::save_profile(connection, account_id, generation, &after.profile).await?;
    }
    let repositories = changed(&before.repositories, &after.repositories);
    names::save_repositories(connection, account_id, generation, &repositories).await?;
    names::save_labels(connection, account_id, generation, &changed(&before.labels, &after.labels)).await?;
    let milestones = changed(&before.milestones, &after.milestones);
    names::save_milestones(connection, account_id, generation, &milestones).await?;
    people::save(connection, account_id, generation, &changed(&before.people, &after.people)).await
}

fn changed<'a, K: Ord + Copy, V: PartialEq>(before: &BTreeMap<K, V>, after: &'a BTreeMap<K, V>) -> Vec<(K, &'a V)> {
    let changed = after.iter().filter(|(key, value)| before.get(key) != Some(value));
    changed.map(|(key, value)| (*key, value)).collect()
}
