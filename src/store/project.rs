//! Projecting: from events to the rows that are derived from them.
//!
//! The same function serves the append, on the rows that the head's lock covers, and the rebuild, on
//! rows of a generation that nobody reads yet.

use std::collections::BTreeMap;

use sqlx::PgConnection;

use super::StoreError;
use super::items::{self, ItemAddress};
use super::log::LogEntry;
use super::{names, people, scrubs};
use crate::activity::directory::Directory;
use crate::activity::{Bots, Fact, ItemState};

/// Folds events into the rows of `generation`: loads the states that they change, folds, and writes
/// what changed.
pub(super) async fn project(
    connection: &mut PgConnection,
    account_id: i64,
    generation: i64,
    events: &[LogEntry<'_>],
    bots: &Bots,
) -> Result<(), StoreError> {
    scrubs::project(connection, account_id, generation, events).await?;
    let events: Vec<_> = events.iter().filter(|entry| !matches!(entry.event.fact, Fact::Scrub(_))).copied().collect();
    if events.is_empty() {
        return Ok(());
    }
    let States { mut items, directory: before } = load(connection, account_id, generation, &events).await?;
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

/// The states that events change.
#[derive(Default)]
struct States {
    items: BTreeMap<ItemAddress, ItemState>,
    directory: Directory,
}

/// Loads every state that the events change, in one round trip.
///
/// LATERAL with LIMIT makes the planner look each key up in an index. Without it, the planner scans
/// whole tables as long as it has no statistics about them.
async fn load(
    connection: &mut PgConnection,
    account_id: i64,
    generation: i64,
    events: &[LogEntry<'_>],
) -> Result<States, StoreError> {
    // Folding the events into nothing shows which states they change.
    let mut changed = States::default();
    for LogEntry { event, recorded_at, .. } in events {
        if let Fact::Item(fact) = &event.fact {
            changed.items.entry((fact.repo_id, fact.number)).or_default();
        }
        changed.directory.apply(account_id, event, *recorded_at);
    }
    let (item_repos, item_numbers): (Vec<i64>, Vec<i64>) = changed.items.keys().copied().unzip();
    let repo_ids: Vec<i64> = changed.directory.repositories.keys().copied().collect();
    let (label_repos, label_ids): (Vec<i64>, Vec<i64>) = changed.directory.labels.keys().copied().unzip();
    let (milestone_repos, milestone_numbers): (Vec<i64>, Vec<i64>) =
        changed.directory.milestones.keys().copied().unzip();
    let person_ids: Vec<i64> = changed.directory.people.keys().copied().collect();
    let rows = sqlx::query!(
        r#"SELECT 'item' AS "what!", wanted.repo_id AS "repo_id!", wanted.id AS "id!", found.folded::text AS "folded!"
           FROM UNNEST($3::bigint[], $4::bigint[]) AS wanted (repo_id, id)
           CROSS JOIN LATERAL (SELECT folded FROM items WHERE account_id = $1 AND generation = $2
             AND repo_id = wanted.repo_id AND number = wanted.id LIMIT 1) AS found
           UNION ALL
           SELECT 'repository', wanted.repo_id, 0, found.folded::text
           FROM UNNEST($5::bigint[]) AS wanted (repo_id)
           CROSS JOIN LATERAL (SELECT folded FROM repositories WHERE account_id = $1 AND generation = $2
             AND repo_id = wanted.repo_id LIMIT 1) AS found
           UNION ALL
           SELECT 'label', wanted.repo_id, wanted.id, found.folded::text
           FROM UNNEST($6::bigint[], $7::bigint[]) AS wanted (repo_id, id)
           CROSS JOIN LATERAL (SELECT folded FROM labels WHERE account_id = $1 AND generation = $2
             AND repo_id = wanted.repo_id AND label_id = wanted.id LIMIT 1) AS found
           UNION ALL
           SELECT 'milestone', wanted.repo_id, wanted.id, found.folded::text
           FROM UNNEST($8::bigint[], $9::bigint[]) AS wanted (repo_id, id)
           CROSS JOIN LATERAL (SELECT folded FROM milestones WHERE account_id = $1 AND generation = $2
             AND repo_id = wanted.repo_id AND number = wanted.id LIMIT 1) AS found
           UNION ALL
           SELECT 'person', 0, wanted.id, found.folded::text
           FROM UNNEST($10::bigint[]) AS wanted (id)
           CROSS JOIN LATERAL (SELECT folded FROM people WHERE account_id = $1 AND generation = $2
             AND person_id = wanted.id LIMIT 1) AS found
           UNION ALL
           SELECT 'account', 0, 0, folded::text FROM account_profiles
           WHERE account_id = $1 AND generation = $2"#,
        account_id,
        generation,
        &item_repos,
        &item_numbers,
        &repo_ids,
        &label_repos,
        &label_ids,
        &milestone_repos,
        &milestone_numbers,
        &person_ids,
    )
    .fetch_all(connection)
    .await?;
    let mut states = States::default();
    for row in rows {
        let key = (row.repo_id, row.id);
        match row.what.as_str() {
            "item" => drop(states.items.insert(key, folded(&row.folded)?)),
            "repository" => drop(states.directory.repositories.insert(row.repo_id, folded(&row.folded)?)),
            "label" => drop(states.directory.labels.insert(key, folded(&row.folded)?)),
            "milestone" => drop(states.directory.milestones.insert(key, folded(&row.folded)?)),
            "person" => drop(states.directory.people.insert(row.id, folded(&row.folded)?)),
            _ => states.directory.profile = folded(&row.folded)?,
        }
    }
    Ok(states)
}

fn folded<T: serde::de::DeserializeOwned>(json: &str) -> Result<T, StoreError> {
    serde_json::from_str(json).map_err(|error| StoreError::Unreadable(format!("a folded state: {error}")))
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
