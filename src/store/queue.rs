//! The queue as it is now, read from the store: for items that are not open, which nothing holds in
//! memory, and for dates other than today.
//!
//! Postgres narrows down which rows are read, by what it can tell exactly or too generously; what
//! passes is decided by [`rank::past`](crate::rank::past), which ranks whatever it is offered. It takes
//! as long as reading takes.

use std::collections::HashMap;

use chrono::{DateTime, Duration, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;
use futures_util::TryStreamExt;
use sqlx::PgPool;

use super::details::details;
use super::directory::DirectoryNames;
use super::item_rows::{RowSelection, rows};
use super::pool::{self, ONE_MOMENT};
use super::{StoreError, live, people, remarks};
use crate::activity::{Bots, ItemType, State};
use crate::rank::criterion::{Looks, STATE, TYPE};
use crate::rank::past::{Past, PastPage};
use crate::rank::{Candidate, Days, Page, PageRequest, Repository, Terms, Waits};

/// One page, and the count of all, of one moment.
pub async fn page(pool: &PgPool, zone: Tz, bots: &Bots, request: &PageRequest) -> Result<Page, StoreError> {
    Ok(part(pool, zone, bots, request).await?.0)
}

/// The same, and for how long all of the items have waited.
pub async fn part(pool: &PgPool, zone: Tz, bots: &Bots, request: &PageRequest) -> Result<(Page, Waits), StoreError> {
    let mut moment = pool::begin(pool, ONE_MOMENT).await?;
    let (account_id, filter) = (request.account_id, &request.filter);
    let known = sqlx::query!("SELECT head_position, generation FROM accounts WHERE account_id = $1", account_id)
        .fetch_optional(&mut *moment)
        .await?;
    let Some(head) = known else {
        let page = Page { position: 0, total: 0, items: vec![], end: None, approximate: false };
        return Ok((page, Waits::default()));
    };
    let repositories = live::repositories(&mut moment, account_id, None).await?;
    let repositories: HashMap<i64, Repository> =
        repositories.into_iter().map(|repository| (repository.repo_id, repository)).collect();
    let names = match filter.given().any(|(criterion, _)| matches!(criterion.looks, Looks::Labels | Looks::Milestone)) {
        true => DirectoryNames::read(&mut moment, account_id).await?,
        false => DirectoryNames::default(),
    };
    let holders = people::holders(&mut *moment, account_id, filter).await?;
    let summaries = remarks::summaries_for(&mut moment, account_id, &request.sight, filter).await?;
    let mut past = Past::new(request);
    let mut rows = rows(&mut *moment, (account_id, head.generation), &wanted(request, &repositories));
    while let Some(mut row) = rows.try_next().await? {
        let title = row.title.take();
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
        past.offer(&candidate, |_| ());
    }
    drop(rows);
    let PastPage { total, waits, items, end } = past.page();
    let places: Vec<_> = items.into_iter().map(|(place, ())| place).collect();
    let items = details(&mut moment, account_id, &request.sight, bots, &places).await?;
    Ok((Page { position: head.head_position, total, items, end, approximate: false }, waits))
}

/// Which rows can pass, as far as Postgres can tell; with open items on the page also those that ranks
/// are counted from.
fn wanted(request: &PageRequest, repositories: &HashMap<i64, Repository>) -> RowSelection {
    let filter = &request.filter;
    let passes = |repository: &&Repository| {
        request.sight.sees(repository.repo_id, repository.private) && filter.passes_repository(repository)
    };
    let states = match filter.terms(&STATE).is_empty() {
        true => vec![State::Open.name()],
        false => passing(filter.terms(&STATE), State::ALL.map(State::name)),
    };
    let ranks = states.contains(&State::Open.name());
    RowSelection {
        open_in: repositories.keys().copied().filter(|_| ranks).collect(),
        repo_ids: repositories.values().filter(passes).map(|repository| repository.repo_id).collect(),
        states,
        types: passing(filter.terms(&TYPE), ItemType::ALL.map(ItemType::name)),
        created: within(filter.created),
        updated: within(filter.updated),
        titles: filter.given().any(|(criterion, _)| matches!(criterion.looks, Looks::Title)),
        ..RowSelection::default()
    }
}

/// Of some names those that terms admit.
pub(super) fn passing(terms: &Terms, names: [&'static str; 3]) -> Vec<&'static str> {
    names.into_iter().filter(|name| terms.admit(Some(name))).collect()
}

/// From when to when dates are, whatever the time zone.
pub(super) fn within(days: Days) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
    let midnight =
        |date: NaiveDate, days| date.and_time(NaiveTime::MIN).and_utc().checked_add_signed(Duration::days(days));
    (days.from.and_then(|date| midnight(date, -1)), days.to.and_then(|date| midnight(date, 2)))
}
