//! What the statistics are counted from: each item of an account over time, as of one moment.
//!
//! There are two queries for some hundred repositories: one for the rows of the projection, one for the log's columns
//! without its JSON. [`crate::stats::fold`] says what is approximate.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use futures_util::TryStreamExt;
use sqlx::{PgConnection, PgPool};

use super::directory::DirectoryNames;
use super::item_rows::{RowSelection, rows};
use super::items::ItemAddress;
use super::people::{self, KnownPeople};
use super::pool::{self, ONE_MOMENT};
use super::{StoreError, facets, fetching, live, milestones, remarks};
use crate::activity::{Actor, Bots, ItemType, Person, Sight, State, Summary};
use crate::rank::criterion::Holders;
use crate::rank::facet::{Facet, Values};
use crate::rank::{Candidate, Filter, Repository};
use crate::stats::{FetchState, History, ItemNow, Lifetime, LifetimeFold, Milestone};

/// Repositories whose items are read at once.
const AT_ONCE: usize = 500;

/// Which items are counted.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    pub sight: Sight,
    /// Compared with what the items are now. Its state and dates do not count.
    pub filter: Filter,
    /// What they are to be grouped by, as they are now.
    pub group_by: Option<Facet>,
    /// Whether milestones are read too.
    pub milestones: bool,
}

/// An account's items over time.
#[derive(Debug, Default)]
pub struct Lifetimes {
    /// The position of the log up to which they were read.
    pub position: i64,
    /// When the account's first event that the reader may know of was recorded.
    pub since: Option<DateTime<Utc>>,
    /// The `owner/name` of each repository in which items may count.
    pub names: HashMap<i64, String>,
    /// How much was fetched of each of these.
    pub fetching: HashMap<i64, FetchState>,
    pub lifetimes: Vec<Lifetime>,
    /// The number of each one's item.
    pub numbers: Vec<i64>,
    /// When each of them that is open was created and last updated.
    pub open: Vec<Option<(DateTime<Utc>, DateTime<Utc>)>>,
    /// The numbers of each one's values of what it is grouped by; empty unless it is.
    pub values: Vec<Vec<u32>>,
    /// The values by their numbers.
    pub value_names: Vec<String>,
    /// The number of each one's milestone, as it is now; empty unless milestones were asked for.
    pub milestone_of: Vec<Option<i64>>,
    /// The milestones of these repositories; empty unless they were asked for.
    pub milestones: Vec<Milestone>,
}

impl Lifetimes {
    /// What was known before `end`.
    #[must_use]
    pub fn until(&self, end: DateTime<Utc>) -> Self {
        let mut then = Self {
            position: self.position,
            since: self.since,
            names: self.names.clone(),
            fetching: self.fetching.clone(),
            value_names: self.value_names.clone(),
            milestones: self.milestones.clone(),
            ..Self::default()
        };
        let (mut values, mut milestones) = (self.values.iter(), self.milestone_of.iter());
        for (lifetime, number) in self.lifetimes.iter().zip(&self.numbers) {
            let (own, milestone) = (values.next(), milestones.next());
            if let Some(lifetime) = lifetime.until(end) {
                then.open.push(lifetime.open());
                then.lifetimes.push(lifetime);
                then.numbers.push(*number);
                then.values.extend(own.cloned());
                then.milestone_of.extend(milestone);
            }
        }
        then
    }

    /// What is known of the past of its repositories together.
    pub fn history(&self) -> History {
        History::of(self.fetching.values().copied())
    }

    /// Whether the time from `from` on is only known approximately.
    pub fn approximate_from(&self, from: DateTime<Utc>) -> bool {
        self.lifetimes.iter().any(|lifetime| lifetime.approximate_before.is_some_and(|before| before > from))
    }
}

/// Reads an account's lifetimes.
pub async fn lifetimes(pool: &PgPool, account_id: i64, scope: &Scope, bots: &Bots) -> Result<Lifetimes, StoreError> {
    let mut moment = pool::begin(pool, ONE_MOMENT).await?;
    let head = sqlx::query!(
        r#"SELECT head_position, generation,
             (SELECT e.recorded_at FROM events e WHERE e.account_id = $1
                AND (e.repo_id IS NULL OR $2 OR EXISTS (SELECT FROM visible_repositories r
                  WHERE r.account_id = $1 AND r.repo_id = e.repo_id
                    AND (NOT r.private OR r.repo_id = ANY($3))))
              ORDER BY e.position LIMIT 1) AS since
           FROM accounts WHERE account_id = $1"#,
        account_id,
        scope.sight.is_all(),
        scope.sight.private() as _,
    )
    .fetch_one(&mut *moment)
    .await?;
    let mut read = Lifetimes { position: head.head_position, since: head.since, ..Lifetimes::default() };
    let known = match scope.group_by {
        Some(Facet::Author | Facet::Assignee) => KnownPeople::all(&mut moment, account_id, bots).await?,
        _ => KnownPeople::default(),
    };
    let names = DirectoryNames::read(&mut moment, account_id).await?;
    let holders = people::holders(&mut *moment, account_id, &scope.filter).await?;
    let bots = people::owned_now(&mut moment, account_id, bots).await?;
    let summaries = remarks::summaries_for(&mut moment, account_id, &scope.sight, &scope.filter).await?;
    let repositories = live::repositories(&mut moment, account_id, None).await?.into_iter();
    let passes = |repository: &Repository| {
        scope.sight.sees(repository.repo_id, repository.private) && scope.filter.passes_repository(repository)
    };
    let repositories: HashMap<i64, Repository> =
        repositories.filter(passes).map(|repository| (repository.repo_id, repository)).collect();
    let mut states = fetching::states(&mut moment, account_id, read.since.unwrap_or_default()).await?;
    for repository in repositories.values() {
        read.names.insert(repository.repo_id, format!("{}/{}", repository.owner, repository.name));
        let state = states.remove(&repository.repo_id).unwrap_or(FetchState::Nothing);
        read.fetching.insert(repository.repo_id, state);
    }
    if scope.milestones {
        read.milestones = milestones::milestones(&mut moment, account_id, &read.names).await?;
    }
    let reading =
        Reading { scope, known: &known, names: &names, holders: &holders, bots: &bots, summaries: &summaries };
    let mut values = Values::default();
    let mut ids: Vec<i64> = repositories.keys().copied().collect();
    ids.sort_unstable();
    // What is in the making takes more room than what comes of it, so it is never that of a whole large account.
    for some in ids.chunks(AT_ONCE) {
        let head = (account_id, head.generation);
        let mut folds = reading.folds(&mut moment, head, &repositories, some, &mut values).await?;
        reading.apply_events(&mut moment, account_id, &mut folds).await?;
        for ((_, number), ItemFold { fold, own, milestone }) in folds {
            read.open.push(fold.now().open());
            read.lifetimes.push(fold.finish(read.since));
            read.numbers.push(number);
            if scope.group_by.is_some() {
                read.values.push(own);
            }
            if scope.milestones {
                read.milestone_of.push(milestone);
            }
        }
    }
    read.value_names = values.names();
    Ok(read)
}

/// A lifetime in the making.
struct ItemFold {
    fold: LifetimeFold,
    /// The numbers of its values.
    own: Vec<u32>,
    /// The number of its milestone.
    milestone: Option<i64>,
}

type Folds = HashMap<ItemAddress, ItemFold>;

/// What lifetimes are read with.
struct Reading<'a> {
    scope: &'a Scope,
    known: &'a KnownPeople,
    names: &'a DirectoryNames,
    holders: &'a Holders,
    bots: &'a Bots,
    summaries: &'a HashMap<ItemAddress, Summary>,
}

impl Reading<'_> {
    /// The items of some repositories that are counted, as they are now.
    async fn folds(
        &self,
        moment: &mut PgConnection,
        (account_id, generation): (i64, i64),
        repositories: &HashMap<i64, Repository>,
        repo_ids: &[i64],
        values: &mut Values,
    ) -> Result<Folds, StoreError> {
        let Self { scope, known, names, holders, summaries, .. } = self;
        let mut folds = Folds::new();
        let wanted = RowSelection {
            repo_ids: repo_ids.to_vec(),
            states: State::ALL.map(State::name).into(),
            types: ItemType::ALL.map(ItemType::name).into(),
            gone: true,
            titles: true,
            folded: true,
            ..RowSelection::default()
        };
        let mut rows = rows(moment, (account_id, generation), &wanted);
        while let Some(mut row) = rows.try_next().await? {
            let author = row.author.clone().map(|login| Person { id: row.author_id, login });
            let (live, title, transferred) = (row.live, row.title.take(), row.came_by_transfer);
            let closed_at = row.folded.take().and_then(|folded| folded.0.closed_at());
            let item = row.item(summaries)?;
            let Some(repository) = repositories.get(&item.repo_id) else { continue };
            let candidate = Candidate {
                item: &item,
                repository,
                holders,
                labels: &names.labels(item.repo_id, &item.labels),
                milestone: names.milestone(item.repo_id, item.milestone),
                title: title.as_deref().unwrap_or_default(),
                zone: Tz::UTC,
            };
            if !scope.filter.passes_in_any_state(&candidate) {
                continue;
            }
            let own = scope.group_by.map(|facet| facets::values(facet, &candidate, author.as_ref(), known));
            let own = own.map(|own| values.numbers(own)).unwrap_or_default();
            let address = (item.repo_id, item.number);
            let now = ItemNow {
                repo_id: item.repo_id,
                item_type: item.item_type,
                author,
                state: item.state,
                live,
                created_at: item.created_at,
                updated_at: item.updated_at,
                closed_at,
                came_by_transfer: transferred,
            };
            folds.insert(address, ItemFold { fold: LifetimeFold::new(now), own, milestone: item.milestone });
        }
        Ok(folds)
    }

    /// What happened to them.
    async fn apply_events(
        &self,
        moment: &mut PgConnection,
        account_id: i64,
        folds: &mut Folds,
    ) -> Result<(), StoreError> {
        let mut repo_ids: Vec<i64> = folds.keys().map(|(repo_id, _)| *repo_id).collect();
        repo_ids.sort_unstable();
        repo_ids.dedup();
        let mut rows = sqlx::query!(
            r#"SELECT repo_id AS "repo_id!", number AS "number!", position AS "position!", kind AS "kind!", actor_login,
                      actor_id, actor_bot, occurred_at AS "occurred_at!"
               FROM events
               WHERE account_id = $1 AND repo_id = ANY($2) AND number IS NOT NULL AND occurred_at IS NOT NULL
                 AND source <> 'scrub'
             AND kind <> 'retracted' AND (SELECT true FROM events later
               WHERE later.account_id = $1 AND later.supersedes = events.source_key LIMIT 1) IS NULL"#,
            account_id,
            &repo_ids,
        )
        .fetch(moment);
        while let Some(row) = rows.try_next().await? {
            let Some(ItemFold { fold, .. }) = folds.get_mut(&(row.repo_id, row.number)) else { continue };
            let actor =
                row.actor_login.map(|login| Actor { login, id: row.actor_id, bot: row.actor_bot.unwrap_or_default() });
            fold.apply(&row.kind, row.position, row.occurred_at, actor.as_ref(), self.bots);
        }
        Ok(())
    }
}
