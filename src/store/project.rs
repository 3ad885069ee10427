//! Projecting: events into the rows that are derived from them.
//!
//! The same function serves the append, on the rows that its head lock covers, and the rebuild,
//! on rows of a generation that nobody reads yet.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::StoreError;
use super::items::{self, ItemAddress};
use super::names::{self, NameAddress};
use super::scrubs;
use crate::activity::directory::{self, AccountState, Heard, NameState, RepositoryState};
use crate::activity::{Bots, Event, Fact, ItemState, RepositoryRef};

/// An event in its place of the log.
#[derive(Clone, Copy)]
pub(super) struct Placed<'a> {
    pub position: i64,
    pub recorded_at: DateTime<Utc>,
    pub event: &'a Event,
}

/// What items refer to, of one account: small enough to hold whole.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Directory {
    pub profile: AccountState,
    pub repositories: BTreeMap<i64, RepositoryState>,
    pub labels: BTreeMap<NameAddress, NameState>,
    pub milestones: BTreeMap<NameAddress, NameState>,
}

impl Directory {
    /// Folds what the event tells and shows of the directory. `recorded_at` is its receipt, but of one
    /// that was understood only later, or that a listing told: those say themselves when they came, or
    /// when GitHub was asked.
    pub fn apply(&mut self, account_id: i64, event: &Event, recorded_at: DateTime<Utc>) {
        let received_at = event.occurred_at.unwrap_or(recorded_at);
        let told = Heard::Told(received_at);
        match &event.fact {
            Fact::Item(_) | Fact::Scrub(_) => {}
            Fact::Account(fact) => self.profile.apply(received_at, fact),
            Fact::Repository(fact) => {
                self.repositories.entry(fact.repository.id).or_default().apply(received_at, fact);
                self.hear_owner(account_id, told, &fact.repository);
            }
            Fact::Label(fact) => {
                let address = (fact.repository.id, fact.label.id);
                self.labels.entry(address).or_default().apply_label(received_at, fact);
                self.hear_repository(account_id, told, &fact.repository);
            }
            Fact::Milestone(fact) => {
                let address = (fact.repository.id, fact.milestone.number);
                self.milestones.entry(address).or_default().apply_milestone(received_at, fact);
                self.hear_repository(account_id, told, &fact.repository);
            }
        }
        if let Some((heard, repository, labels, milestone)) = directory::shown(event) {
            self.hear_repository(account_id, heard, repository);
            for label in labels {
                self.labels.entry((repository.id, label.id)).or_default().hear_label(heard, label);
            }
            if let Some(milestone) = milestone {
                let address = (repository.id, milestone.number);
                self.milestones.entry(address).or_default().hear_milestone(heard, milestone);
            }
        }
    }

    fn hear_repository(&mut self, account_id: i64, heard: Heard, repository: &RepositoryRef) {
        self.repositories.entry(repository.id).or_default().hear(heard, repository);
        self.hear_owner(account_id, heard, repository);
    }

    fn hear_owner(&mut self, account_id: i64, heard: Heard, repository: &RepositoryRef) {
        if let Some(owner) = repository.owner.as_ref().filter(|owner| owner.id == account_id) {
            self.profile.hear(heard, owner);
        }
    }
}

/// Folds events into the rows of `generation`: loads what they touch, folds, writes what changed.
pub(super) async fn project(
    connection: &mut PgConnection,
    account_id: i64,
    generation: i64,
    events: &[Placed<'_>],
    bots: &Bots,
) -> Result<(), StoreError> {
    scrubs::project(connection, account_id, generation, events).await?;
    let events: Vec<_> = events.iter().filter(|placed| !matches!(placed.event.fact, Fact::Scrub(_))).copied().collect();
    if events.is_empty() {
        return Ok(());
    }
    let events = &events;
    let Loaded { mut items, directory: before } = load(connection, account_id, generation, events).await?;
    let mut directory = before.clone();
    for Placed { event, recorded_at, .. } in events {
        if let Fact::Item(fact) = &event.fact {
            items.entry((fact.repo_id, fact.number)).or_default().apply(event, fact, bots);
        }
        directory.apply(account_id, event, *recorded_at);
    }
    let rows: Vec<_> = items.iter().map(|(address, state)| (*address, state)).collect();
    items::save(connection, account_id, generation, &rows).await?;
    save_directory(connection, account_id, generation, &before, &directory).await
}

/// The states that events are about to change.
#[derive(Default)]
struct Loaded {
    items: BTreeMap<ItemAddress, ItemState>,
    directory: Directory,
}

/// Loads, in one round trip, whatever state the events touch.
///
/// LATERAL with LIMIT makes the planner probe an index once a key; left to itself it scans whole
/// tables while their statistics are missing.
async fn load(
    connection: &mut PgConnection,
    account_id: i64,
    generation: i64,
    events: &[Placed<'_>],
) -> Result<Loaded, StoreError> {
    // Found by folding the events into nothing: whatever has a state then is touched.
    let mut touched = Loaded::default();
    for Placed { event, recorded_at, .. } in events {
        if let Fact::Item(fact) = &event.fact {
            touched.items.entry((fact.repo_id, fact.number)).or_default();
        }
        touched.directory.apply(account_id, event, *recorded_at);
    }
    let pairs = |keys: &mut dyn Iterator<Item = (i64, i64)>| -> (Vec<i64>, Vec<i64>) { keys.unzip() };
    let (item_repos, item_numbers) = pairs(&mut touched.items.keys().copied());
    let repo_ids: Vec<i64> = touched.directory.repositories.keys().copied().collect();
    let (label_repos, label_ids) = pairs(&mut touched.directory.labels.keys().copied());
    let (milestone_repos, milestone_numbers) = pairs(&mut touched.directory.milestones.keys().copied());
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
    )
    .fetch_all(connection)
    .await?;
    let mut loaded = Loaded::default();
    for row in rows {
        let address = (row.repo_id, row.id);
        match row.what.as_str() {
            "item" => drop(loaded.items.insert(address, folded(&row.folded)?)),
            "repository" => drop(loaded.directory.repositories.insert(row.repo_id, folded(&row.folded)?)),
            "label" => drop(loaded.directory.labels.insert(address, folded(&row.folded)?)),
            "milestone" => drop(loaded.directory.milestones.insert(address, folded(&row.folded)?)),
            _ => loaded.directory.profile = folded(&row.folded)?,
        }
    }
    Ok(loaded)
}

fn folded<T: serde::de::DeserializeOwned>(json: &str) -> Result<T, StoreError> {
    serde_json::from_str(json).map_err(|error| StoreError::Unreadable(format!("a folded state: {error}")))
}

/// Writes what `after` holds otherwise than `before`.
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
    names::save_milestones(connection, account_id, generation, &milestones).await
}

fn changed<'a, K: Ord + Copy, V: PartialEq>(before: &BTreeMap<K, V>, after: &'a BTreeMap<K, V>) -> Vec<(K, &'a V)> {
    let changed = after.iter().filter(|(key, value)| before.get(key) != Some(value));
    changed.map(|(key, value)| (*key, value)).collect()
}
