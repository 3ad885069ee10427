//! Counting the items of any state by their values, read from the store: the open ones are counted in memory.
//!
//! It takes as long as reading takes.

use std::collections::HashMap;

use chrono_tz::Tz;
use futures_util::TryStreamExt;
use sqlx::PgPool;

use super::directory::DirectoryNames;
use super::item_rows::{RowSelection, rows};
use super::items::ItemAddress;
use super::people::{self, KnownPeople};
use super::pool::{self, ONE_MOMENT};
use super::queue::{passing, within};
use super::{StoreError, live, remarks};
use crate::activity::{Bots, ItemType, Person, Sight, State};
use crate::rank::criterion::{Holders, STATE};
use crate::rank::facet::{Facet, Tally, ValueCounts, Values};
use crate::rank::{Candidate, Filter, Repository};

/// What is counted.
#[derive(Clone, Debug)]
pub struct FacetsRequest {
    pub account_id: i64,
    /// What the reader may see.
    pub sight: Sight,
    pub filter: Filter,
    /// The filters of those facets that do not count by the whole of it.
    pub own: Vec<(Facet, Filter)>,
    /// Values of each facet.
    pub limit: usize,
}

impl FacetsRequest {
    /// The filter of a facet.
    pub fn filter_of(&self, facet: Facet) -> &Filter {
        self.own.iter().find(|(own, _)| *own == facet).map_or(&self.filter, |(_, filter)| filter)
    }
}

/// What was counted, as of the account's `position`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facets {
    pub position: i64,
    /// Items that pass the whole filter.
    pub total: usize,
    /// Of each facet, in the order of [`Facet::ALL`].
    pub counted: Vec<(Facet, ValueCounts)>,
}

/// Counts items as they are now.
pub async fn facets(pool: &PgPool, zone: Tz, request: &FacetsRequest) -> Result<Facets, StoreError> {
    let mut moment = pool::begin(pool, ONE_MOMENT).await?;
    let FacetsRequest { account_id, ref sight, ref filter, limit, .. } = *request;
    let head = live::head(&mut moment, account_id).await?;
    let repositories = live::repositories(&mut moment, account_id, None).await?.into_iter();
    let seen = repositories.filter(|repository| sight.sees(repository.repo_id, repository.private));
    let repositories: HashMap<i64, Repository> = seen.map(|repository| (repository.repo_id, repository)).collect();
    let names = DirectoryNames::read(&mut moment, account_id).await?;
    let known = KnownPeople::all(&mut moment, account_id, &Bots::default()).await?;
    let mut holders = people::holders(&mut *moment, account_id, filter).await?;
    for (_, own) in &request.own {
        holders.extend(people::holders(&mut *moment, account_id, own).await?);
    }
    let summaries = remarks::summaries_for(&mut moment, account_id, sight, filter).await?;
    let states = match filter.terms(&STATE).is_empty() {
        true => vec![State::Open.name()],
        false => passing(filter.terms(&STATE), State::ALL.map(State::name)),
    };
    let wanted = RowSelection {
        repo_ids: repositories.keys().copied().collect(),
        states,
        types: ItemType::ALL.map(ItemType::name).into(),
        created: within(filter.created),
        updated: within(filter.updated),
        titles: true,
        ..RowSelection::default()
    };
    let mut total = 0;
    let mut tallies: Vec<(Facet, Tally)> = Facet::ALL.map(|facet| (facet, Tally::default())).into();
    let mut rows = rows(&mut *moment, (account_id, head.generation), &wanted);
    while let Some(mut row) = rows.try_next().await? {
        let title = row.title.take();
        let author = row.author.clone().map(|login| Person { id: row.author_id, login });
        let item = row.item(&summaries)?;
        let Some(repository) = repositories.get(&item.repo_id) else { continue };
        let candidate = Candidate {
            item: &item,
            repository,
            holders: &holders,
            labels: &names.labels(item.repo_id, &item.labels),
            milestone: names.milestone(item.repo_id, item.milestone),
            title: title.as_deref().unwrap_or_default(),
            zone,
        };
        let passes = filter.passes(&candidate);
        total += usize::from(passes);
        for (facet, tally) in &mut tallies {
            let own = request.own.iter().find(|(own, _)| own == facet);
            if own.map_or(passes, |(_, filter)| filter.passes(&candidate)) {
                tally.add(values(*facet, &candidate, author.as_ref(), &known).iter().map(String::as_str));
            }
        }
    }
    drop(rows);
    let counted = tallies.into_iter().map(|(facet, tally)| (facet, tally.counted(limit))).collect();
    Ok(Facets { position: head.position, total, counted })
}

/// The values of each item, in any state: the numbers by its address, and the values by their numbers.
pub async fn of_items(
    pool: &PgPool,
    account_id: i64,
    sight: &Sight,
    facet: Facet,
) -> Result<(HashMap<ItemAddress, Vec<u32>>, Vec<String>), StoreError> {
    let mut moment = pool::begin(pool, ONE_MOMENT).await?;
    let head = live::head(&mut moment, account_id).await?;
    let repositories = live::repositories(&mut moment, account_id, None).await?.into_iter();
    let seen = repositories.filter(|repository| sight.sees(repository.repo_id, repository.private));
    let repositories: HashMap<i64, Repository> = seen.map(|repository| (repository.repo_id, repository)).collect();
    let names = DirectoryNames::read(&mut moment, account_id).await?;
    let known = KnownPeople::all(&mut moment, account_id, &Bots::default()).await?;
    let wanted = RowSelection {
        repo_ids: repositories.keys().copied().collect(),
        states: State::ALL.map(State::name).into(),
        types: ItemType::ALL.map(ItemType::name).into(),
        ..RowSelection::default()
    };
    let (mut of_items, mut met) = (HashMap::new(), Values::default());
    let nothing = HashMap::new();
    let mut rows = rows(&mut *moment, (account_id, head.generation), &wanted);
    while let Some(row) = rows.try_next().await? {
        let author = row.author.clone().map(|login| Person { id: row.author_id, login });
        let item = row.item(&nothing)?;
        let Some(repository) = repositories.get(&item.repo_id) else { continue };
        let candidate = Candidate {
            item: &item,
            repository,
            holders: &Holders::default(),
            labels: &names.labels(item.repo_id, &item.labels),
            milestone: names.milestone(item.repo_id, item.milestone),
            title: "",
            zone: Tz::UTC,
        };
        let own = met.numbers(values(facet, &candidate, author.as_ref(), &known));
        of_items.insert((item.repo_id, item.number), own);
    }
    drop(rows);
    Ok((of_items, met.names()))
}

/// What values of a facet an item has, as answers show them.
pub(super) fn values(facet: Facet, candidate: &Candidate, author: Option<&Person>, known: &KnownPeople) -> Vec<String> {
    let Candidate { item, repository, labels, milestone, .. } = candidate;
    match facet {
        Facet::Repository => vec![format!("{}/{}", repository.owner, repository.name)],
        Facet::Type => vec![item.item_type.name().to_owned()],
        Facet::Label => labels.iter().map(|label| (*label).to_owned()).collect(),
        Facet::Author => {
            let login = author.cloned().map(|author| known.login(author));
            login.into_iter().filter(|login| !login.is_empty()).collect()
        }
        Facet::Assignee => known.logins(item.assignees.clone()),
        Facet::Milestone => milestone.iter().map(|title| (*title).to_owned()).collect(),
    }
}
