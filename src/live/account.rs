//! One account's live ranking, and what its filters need to know.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use chrono::NaiveDate;
use chrono_tz::Tz;
use sqlx::PgPool;

use super::facet_names::Names;
use crate::activity::Sight;
use crate::rank::live::{Change, Live, Selection};
use crate::rank::{PageRequest, Repository};
use crate::store::live::{AccountChanges, AccountItems, Head, Profile};
use crate::store::{StoreError, live, resolve};

/// Changes that are published together at most.
const CHANGES_AT_ONCE: usize = 4_000;

/// How far a step along the log has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// To the log's end.
    Current,
    /// Not to its end.
    Behind,
    /// Nowhere: the projections were rebuilt, and the account must be loaded again.
    Rebuilt,
}

/// An account as it was loaded, and as it has changed since.
pub(super) struct Account {
    zone: Tz,
    live: ArcSwap<Live>,
    repositories: ArcSwap<HashMap<i64, Repository>>,
    profile: ArcSwap<Profile>,
    /// Up to where the log is followed.
    head: Mutex<Head>,
    names: Names,
}

impl Account {
    pub fn new(zone: Tz, today: NaiveDate, loaded: AccountItems) -> Self {
        let AccountItems { head, profile, repositories, items } = loaded;
        Self {
            zone,
            profile: ArcSwap::from_pointee(profile),
            live: ArcSwap::from_pointee(Live::load(zone, today, head.position, items)),
            repositories: ArcSwap::from_pointee(by_id(repositories)),
            head: Mutex::new(head),
            names: Names::default(),
        }
    }

    /// What its items are called, as far as somebody asked.
    pub fn names(&self) -> &Names {
        &self.names
    }

    pub fn live(&self) -> Arc<Live> {
        self.live.load_full()
    }

    pub fn head(&self) -> Head {
        *self.head.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set_head(&self, head: Head) {
        *self.head.lock().unwrap_or_else(PoisonError::into_inner) = head;
    }

    /// Replaces everything: the projections were rebuilt.
    pub fn replace(&self, zone: Tz, today: NaiveDate, loaded: AccountItems) {
        let AccountItems { head, profile, repositories, items } = loaded;
        self.profile.store(Arc::new(profile));
        self.live.store(Arc::new(Live::load(zone, today, head.position, items)));
        self.repositories.store(Arc::new(by_id(repositories)));
        self.set_head(head);
    }

    /// Reads and applies what was appended, or the first part of it.
    pub async fn catch_up(&self, pool: &PgPool) -> Result<Step, StoreError> {
        let head = self.head();
        let changed = live::changes(pool, head.account_id, head.position).await?;
        if changed.head.generation != head.generation {
            return Ok(Step::Rebuilt);
        }
        let AccountChanges { head, profile, more, items: mut changes, touched, repositories } = changed;
        if profile != **self.profile.load() {
            self.profile.store(Arc::new(profile));
        }
        if let Some(after) = self.repositories_after(&touched, repositories) {
            let before = self.repositories.load();
            let gone = before.keys().filter(|repo_id| !after.contains_key(repo_id));
            changes.extend(gone.map(|repo_id| Change::RemoveRepository(*repo_id)));
            let new: Vec<i64> = after.keys().filter(|repo_id| !before.contains_key(repo_id)).copied().collect();
            changes.extend(live::items_of(pool, head, &new).await?.into_iter().map(Change::Put));
            changes.extend(live::transferred(pool, head).await?.into_iter().map(Change::Put));
            self.repositories.store(Arc::new(after));
        }
        let live = self.live();
        // A batch holds old and new of all that it touches until it is published.
        while changes.len() > CHANGES_AT_ONCE {
            let later = changes.split_off(CHANGES_AT_ONCE);
            live.apply(changes, self.head().position);
            changes = later;
        }
        live.apply(changes, head.position);
        self.set_head(head);
        Ok(if more { Step::Behind } else { Step::Current })
    }

    /// The repositories that may be seen, by id.
    pub fn repositories(&self) -> Arc<HashMap<i64, Repository>> {
        self.repositories.load_full()
    }

    /// What it is called.
    pub fn profile(&self) -> Arc<Profile> {
        self.profile.load_full()
    }

    /// The name, `owner/name` in lower case, of a repository that the reader may see.
    pub fn repository(&self, sight: &Sight, repo_id: i64) -> Option<String> {
        let repositories = self.repositories.load();
        let known = repositories.get(&repo_id).filter(|known| sight.sees(repo_id, known.private))?;
        Some(format!("{}/{}", known.owner, known.name).to_lowercase())
    }

    /// The repositories after events about those `touched` (`None`: all), of which `visible` may
    /// be seen; `None` if nothing changed.
    fn repositories_after(
        &self,
        touched: &Option<BTreeSet<i64>>,
        visible: Vec<Repository>,
    ) -> Option<HashMap<i64, Repository>> {
        let before = self.repositories.load();
        let mut visible = by_id(visible);
        let Some(touched) = touched else { return Some(visible).filter(|after| *after != **before) };
        if touched.iter().all(|repo_id| before.get(repo_id) == visible.get(repo_id)) {
            return None;
        }
        let mut after = HashMap::clone(&before);
        for repo_id in touched {
            match visible.remove(repo_id) {
                Some(visible) => drop(after.insert(*repo_id, visible)),
                None => drop(after.remove(repo_id)),
            }
        }
        Some(after)
    }

    /// What a request asks for, with its names resolved, less what the reader may not see; of the items
    /// `only`, if they are given.
    pub async fn resolve(
        &self,
        pool: &PgPool,
        request: &PageRequest,
        only: Option<&BTreeSet<(i64, i64)>>,
    ) -> Result<Selection, StoreError> {
        let PageRequest { account_id, sight, filter, .. } = request;
        let repositories = self.repositories.load();
        // Names are looked for where there can be some, and where the reader sees them: what is hidden takes no time.
        let within: Option<Vec<i64>> = (filter.asks_for_repositories() || !sight.is_all()).then(|| {
            let passes = |repository: &&Repository| {
                sight.sees(repository.repo_id, repository.private) && filter.passes_repository(repository)
            };
            repositories.values().filter(passes).map(|repository| repository.repo_id).collect()
        });
        // To have a long list of repositories read and compared takes longer than to find the names in all of them.
        let within = within.filter(|within| !sight.is_all() || within.len() <= resolve::FEW);
        let meanings = resolve::meanings(pool, *account_id, filter, within.as_deref()).await?;
        let mut selection = Selection::of(filter, sight, repositories.values(), &meanings);
        if matches!(sight, Sight::Only(_)) && filter.asks_for_remarks() {
            // Of few items, if of any, the public sees other marks or another note; this reader may see more of them.
            let otherwise = self.live().snapshot().seen_otherwise();
            if !otherwise.is_empty() {
                selection.see(self.zone, live::as_seen(pool, self.head(), sight, &otherwise).await?);
            }
        }
        if let Some(only) = only {
            selection.keep_among(only.iter().copied());
        }
        Ok(selection)
    }
}

fn by_id(repositories: Vec<Repository>) -> HashMap<i64, Repository> {
    repositories.into_iter().map(|repository| (repository.repo_id, repository)).collect()
}
