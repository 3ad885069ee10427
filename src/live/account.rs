//! One account's live ranking, and what its filters need to know.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use chrono::NaiveDate;
use chrono_tz::Tz;
use sqlx::PgPool;

use crate::activity::{Sight, State};
use crate::rank::live::{Addresses, Change, Live, Selection, Wanted};
use crate::rank::{Filter, PageRequest};
use crate::store::live::{Changed, Head, Loaded, Repository};
use crate::store::queue::lower;
use crate::store::{StoreError, live, resolve};

/// Changes that are published together at most.
const CHANGES_AT_ONCE: usize = 4_000;

/// What is known of a repository; names as they are compared.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Known {
    private: bool,
    name: String,
    full_name: String,
}

/// An account as it was loaded, and as it has changed since.
pub(super) struct Account {
    live: ArcSwap<Live>,
    repositories: ArcSwap<HashMap<i64, Known>>,
    /// Up to where the log is followed.
    head: Mutex<Head>,
}

impl Account {
    pub fn new(zone: Tz, today: NaiveDate, loaded: Loaded) -> Self {
        let Loaded { head, repositories, items } = loaded;
        Self {
            live: ArcSwap::from_pointee(Live::load(zone, today, head.position, items)),
            repositories: ArcSwap::from_pointee(known(repositories)),
            head: Mutex::new(head),
        }
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
    pub fn replace(&self, zone: Tz, today: NaiveDate, loaded: Loaded) {
        let Loaded { head, repositories, items } = loaded;
        self.live.store(Arc::new(Live::load(zone, today, head.position, items)));
        self.repositories.store(Arc::new(known(repositories)));
        self.set_head(head);
    }

    /// Reads and applies what was appended. False: the projections were rebuilt meanwhile, and
    /// the account must be loaded again.
    pub async fn catch_up(&self, pool: &PgPool) -> Result<bool, StoreError> {
        let head = self.head();
        let changed = live::changes(pool, head.account_id, head.position).await?;
        if changed.head.generation != head.generation {
            return Ok(false);
        }
        let Changed { head, items: mut changes, touched, repositories } = changed;
        if let Some(after) = self.repositories_after(&touched, repositories) {
            let before = self.repositories.load();
            let gone = before.keys().filter(|repo_id| !after.contains_key(repo_id));
            changes.extend(gone.map(|repo_id| Change::RemoveRepository(*repo_id)));
            let new: Vec<i64> = after.keys().filter(|repo_id| !before.contains_key(repo_id)).copied().collect();
            changes.extend(live::items_of(pool, head, &new).await?.into_iter().map(Change::Put));
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
        Ok(true)
    }

    /// The name, `owner/name` in lower case, of a repository that the reader may see.
    pub fn repository(&self, sight: &Sight, repo_id: i64) -> Option<String> {
        let repositories = self.repositories.load();
        let known = repositories.get(&repo_id).filter(|known| sight.sees(repo_id, known.private))?;
        Some(known.full_name.clone())
    }

    /// The repositories after events about those `touched` (`None`: all), of which `visible` may
    /// be seen; `None` if nothing changed.
    fn repositories_after(
        &self,
        touched: &Option<BTreeSet<i64>>,
        visible: Vec<Repository>,
    ) -> Option<HashMap<i64, Known>> {
        let before = self.repositories.load();
        let mut visible = known(visible);
        let Some(touched) = touched else { return Some(visible).filter(|after| *after != **before) };
        if touched.iter().all(|repo_id| before.get(repo_id) == visible.get(repo_id)) {
            return None;
        }
        let mut after = HashMap::clone(&before);
        for repo_id in touched {
            match visible.remove(repo_id) {
                Some(known) => drop(after.insert(*repo_id, known)),
                None => drop(after.remove(repo_id)),
            }
        }
        Some(after)
    }

    /// A filter with its names resolved, and what the reader may not see; of the items `only`, if
    /// they are given.
    pub async fn resolve(
        &self,
        pool: &PgPool,
        request: &PageRequest,
        only: Option<&BTreeSet<(i64, i64)>>,
    ) -> Result<Selection, StoreError> {
        let Filter { repo, item_type, state, label, author, assignee, milestone, title, .. } = &request.filter;
        let repositories = self.repositories.load();
        let named = |names: Vec<String>| -> Vec<i64> {
            let is_named = |known: &Known| names.iter().any(|name| *name == known.name || *name == known.full_name);
            repositories.iter().filter(|(_, known)| is_named(known)).map(|(repo_id, _)| *repo_id).collect()
        };
        let hidden = repositories.iter().filter(|(repo_id, known)| !request.sight.sees(**repo_id, known.private));
        let account_id = request.account_id;
        let repos =
            Wanted { any: repo.any.iter().map(|names| named(lower(names))).collect(), none: named(lower(&repo.none)) };
        let (mut labels, mut milestones) = (Wanted::default(), Wanted::default());
        if !label.is_empty() {
            // Narrows the search; each list of repositories is looked at anyway.
            let within = repos.any.first().map(Vec::as_slice);
            for names in &label.any {
                labels.any.push(resolve::labels(pool, account_id, &lower(names), within).await?);
            }
            labels.none = resolve::labels(pool, account_id, &lower(&label.none), within).await?;
        }
        if !milestone.is_empty() {
            for titles in &milestone.any {
                milestones.any.push(resolve::milestones(pool, account_id, &lower(titles)).await?);
            }
            milestones.none = resolve::milestones(pool, account_id, &lower(&milestone.none)).await?;
        }
        let mut among = only.cloned();
        for texts in &title.any {
            let found = resolve::titled(pool, account_id, texts).await?.into_iter();
            among = Some(found.filter(|address| among.as_ref().is_none_or(|among| among.contains(address))).collect());
        }
        if !state.is_empty() && !state.admit(&State::Open) {
            among = Some(BTreeSet::new());
        }
        Ok(Selection {
            hidden: hidden.map(|(repo_id, _)| *repo_id).collect(),
            types: item_type.clone(),
            labels,
            milestones,
            repos,
            authors: author.clone(),
            assignees: assignee.clone(),
            drafts: request.filter.draft.clone(),
            noted: request.filter.noted.clone(),
            unread: request.filter.unread.clone(),
            created: request.filter.created,
            updated: request.filter.updated,
            among: among.map(Addresses::from_iter),
            except: match title.none.is_empty() {
                true => Addresses::default(),
                false => resolve::titled(pool, account_id, &title.none).await?.into_iter().collect(),
            },
        })
    }
}

fn known(repositories: Vec<Repository>) -> HashMap<i64, Known> {
    let known = repositories.into_iter().map(|repository| {
        let name = repository.name.to_lowercase();
        let full_name = format!("{}/{name}", repository.owner.to_lowercase());
        (repository.repo_id, Known { private: repository.private, name, full_name })
    });
    known.collect()
}
