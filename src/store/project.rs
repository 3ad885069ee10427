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
use crate::activity::directory::{self, AccountState, Heard, NameState, RepositoryState};
use crate::activity::{Bots, Event, Fact, RepositoryRef};

/// What items refer to, of one account: small enough to hold whole.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Directory {
    pub profile: AccountState,
    pub repositories: BTreeMap<i64, RepositoryState>,
    pub labels: BTreeMap<NameAddress, NameState>,
    pub milestones: BTreeMap<NameAddress, NameState>,
}

impl Directory {
    /// Folds what the event tells and shows of the directory. `recorded_at` is its receipt.
    pub fn apply(&mut self, account_id: i64, event: &Event, recorded_at: DateTime<Utc>) {
        let told = Heard::Told(recorded_at);
        match &event.fact {
            Fact::Item(_) => {}
            Fact::Account(fact) => self.profile.apply(recorded_at, fact),
            Fact::Repository(fact) => {
                self.repositories.entry(fact.repository.id).or_default().apply(recorded_at, fact);
                self.hear_owner(account_id, told, &fact.repository);
            }
            Fact::Label(fact) => {
                let address = (fact.repository.id, fact.label.id);
                self.labels.entry(address).or_default().apply_label(recorded_at, fact);
                self.hear_repository(account_id, told, &fact.repository);
            }
            Fact::Milestone(fact) => {
                let address = (fact.repository.id, fact.milestone.number);
                self.milestones.entry(address).or_default().apply_milestone(recorded_at, fact);
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
    events: &[(&Event, DateTime<Utc>)],
    bots: &Bots,
) -> Result<(), StoreError> {
    let touched = touched(events);
    let mut items = if touched.items.is_empty() {
        BTreeMap::new()
    } else {
        items::load(connection, account_id, generation, &touched.items).await?
    };
    let before = load_directory(connection, account_id, generation, &touched).await?;
    let mut directory = before.clone();
    for (event, recorded_at) in events {
        if let Fact::Item(fact) = &event.fact {
            items.entry((fact.repo_id, fact.number)).or_default().apply(event, fact, bots);
        }
        directory.apply(account_id, event, *recorded_at);
    }
    let rows: Vec<_> = items.iter().map(|(address, state)| (*address, state)).collect();
    items::save(connection, account_id, generation, &rows).await?;
    save_directory(connection, account_id, generation, &before, &directory).await
}

/// Addresses that events touch, each once and in order.
struct Touched {
    items: Vec<ItemAddress>,
    repositories: Vec<i64>,
    labels: Vec<NameAddress>,
    milestones: Vec<NameAddress>,
}

/// Found by folding the events into nothing: whatever has a state then is touched.
fn touched(events: &[(&Event, DateTime<Utc>)]) -> Touched {
    let mut directory = Directory::default();
    let mut items: Vec<ItemAddress> = vec![];
    for (event, recorded_at) in events {
        if let Fact::Item(fact) = &event.fact {
            items.push((fact.repo_id, fact.number));
        }
        directory.apply(0, event, *recorded_at);
    }
    items.sort_unstable();
    items.dedup();
    Touched {
        items,
        repositories: directory.repositories.into_keys().collect(),
        labels: directory.labels.into_keys().collect(),
        milestones: directory.milestones.into_keys().collect(),
    }
}

async fn load_directory(
    connection: &mut PgConnection,
    account_id: i64,
    generation: i64,
    touched: &Touched,
) -> Result<Directory, StoreError> {
    let mut directory = Directory {
        profile: names::load_profile(connection, account_id, generation).await?,
        repositories: names::load_repositories(connection, account_id, generation, &touched.repositories).await?,
        ..Directory::default()
    };
    if !touched.labels.is_empty() {
        directory.labels = names::load_labels(connection, account_id, generation, &touched.labels).await?;
    }
    if !touched.milestones.is_empty() {
        directory.milestones = names::load_milestones(connection, account_id, generation, &touched.milestones).await?;
    }
    Ok(directory)
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
