//! The queue as it was by the end of a date: the fold of what had occurred until then.
//!
//! The log is read in the order of items, one item's events at a time, so that memory holds a page
//! and little more; it takes as long as it takes. What may be seen, and what repositories, labels
//! and milestones are called, is as it is now.
//!
//! An item that had no event by then, though it had been created, was there before anything was
//! heard of it: it counts as open until it was closed, as last updated when it was created, and
//! makes the page approximate, if the reader may see it.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use futures_util::TryStreamExt;
use sqlx::types::Json;
use sqlx::{PgConnection, PgPool};

use super::directory::DirectoryNames;
use super::item_rows::{folded_item, with_summary};
use super::items::ItemAddress;
use super::log::{EventRow, LoggedEvent};
use super::people::{KnownPeople, holders, owned_now};
use super::pool::{self, ONE_MOMENT};
use super::remarks::remarks_by;
use super::{StoreError, live};
use crate::activity::{Activity, Bots, Fact, ItemState, Remarks, Sight, State};
use crate::rank::criterion::Holders;
use crate::rank::past::{Past, PastPage};
use crate::rank::{Calendar, Candidate, Item, Page, PageRequest, QueueItem, Repository};

/// What an item's row is made with.
struct Directory {
    repositories: HashMap<i64, Repository>,
    names: DirectoryNames,
    people: KnownPeople,
    holders: Holders,
    /// By the end of the date.
    remarks: HashMap<ItemAddress, Remarks>,
}

/// A page of a past date's queue.
pub async fn page(pool: &PgPool, zone: Tz, bots: &Bots, request: &PageRequest) -> Result<Page, StoreError> {
    let end = Calendar { zone }.end_of(request.date);
    let mut moment = pool::begin(pool, ONE_MOMENT).await?;
    let position = sqlx::query_scalar!("SELECT head_position FROM accounts WHERE account_id = $1", request.account_id)
        .fetch_optional(&mut *moment)
        .await?
        .unwrap_or_default();
    let directory = directory(&mut moment, request, end, bots).await?;
    let bots = owned_now(&mut moment, request.account_id, bots).await?;
    let mut page = Making { directory, zone, sight: &request.sight, past: Past::new(request) };
    told(&mut moment, request.account_id, end, &bots, &mut page).await?;
    let untold = untold(&mut moment, request.account_id, end, &mut page).await?;
    let PastPage { total, items, end, .. } = page.past.page();
    let items = items.into_iter().map(|(place, item)| QueueItem { rank: place.rank, ..item }).collect();
    Ok(Page { position, total, items, end, approximate: untold > 0 })
}

async fn directory(
    moment: &mut PgConnection,
    PageRequest { account_id, filter, sight, .. }: &PageRequest,
    end: DateTime<Utc>,
    bots: &Bots,
) -> Result<Directory, StoreError> {
    let account_id = *account_id;
    let repositories = live::repositories(moment, account_id, None).await?.into_iter();
    let named = repositories.filter(|repository| !repository.name.is_empty());
    Ok(Directory {
        repositories: named.map(|repository| (repository.repo_id, repository)).collect(),
        names: DirectoryNames::read(moment, account_id).await?,
        people: KnownPeople::all(moment, account_id, bots).await?,
        holders: holders(&mut *moment, account_id, filter).await?,
        remarks: remarks_by(moment, account_id, sight, end).await?,
    })
}

/// Offers the items that had events by then.
async fn told(
    moment: &mut PgConnection,
    account_id: i64,
    end: DateTime<Utc>,
    bots: &Bots,
    page: &mut Making<'_>,
) -> Result<(), StoreError> {
    let visible: Vec<i64> = page.directory.repositories.keys().copied().collect();
    let mut rows = sqlx::query_as!(
        EventRow,
        r#"SELECT position AS "position!", source_key AS "source_key!", source AS "source!", kind AS "kind!",
                  actor_login, actor_id, actor_bot, occurred_at, recorded_at AS "recorded_at!", data::text AS "data!"
           FROM events
           WHERE account_id = $1 AND repo_id = ANY($2) AND number IS NOT NULL
             AND coalesce(occurred_at, recorded_at) < $3 AND source <> 'scrub'
             AND kind <> 'retracted' AND (SELECT true FROM events later
               WHERE later.account_id = $1 AND later.supersedes = events.source_key LIMIT 1) IS NULL
           ORDER BY repo_id, number"#,
        account_id,
        &visible,
        end,
    )
    .fetch(moment);
    let mut current: Option<(ItemAddress, ItemState)> = None;
    while let Some(row) = rows.try_next().await? {
        let Some(LoggedEvent { event, .. }) = row.known() else { continue };
        let Fact::Item(fact) = &event.fact else { continue };
        let address = (fact.repo_id, fact.number);
        if current.as_ref().is_none_or(|(known, _)| *known != address) {
            page.offer_told(current.take());
            current = Some((address, ItemState::default()));
        }
        if let Some((_, state)) = &mut current {
            state.apply(&event, fact, bots);
        }
    }
    page.offer_told(current);
    Ok(())
}

/// Offers the items that were there by then, though no event had told of them; answers how many of them the reader may
/// see.
async fn untold(
    moment: &mut PgConnection,
    account_id: i64,
    end: DateTime<Utc>,
    page: &mut Making<'_>,
) -> Result<usize, StoreError> {
    let mut rows = sqlx::query!(
        r#"SELECT i.repo_id, i.number, i.folded AS "folded: Json<ItemState>"
           FROM accounts a JOIN items i USING (account_id, generation)
           WHERE a.account_id = $1 AND i.created_at < $2
             AND NOT EXISTS (SELECT FROM events e
               WHERE e.account_id = $1 AND e.repo_id = i.repo_id AND e.number = i.number AND e.source <> 'scrub'
                 AND coalesce(e.occurred_at, e.recorded_at) < $2
                 AND e.kind <> 'retracted' AND (SELECT true FROM events later
                   WHERE later.account_id = $1 AND later.supersedes = e.source_key LIMIT 1) IS NULL)"#,
        account_id,
        end,
    )
    .fetch(moment);
    let mut untold = 0;
    while let Some(row) = rows.try_next().await? {
        let folded = row.folded.0;
        // What came by transfer was at its old place.
        if folded.transferred_from().is_some() {
            continue;
        }
        let closed_at = folded.closed_at().filter(|closed_at| *closed_at < end);
        let state = match folded.state() {
            Some(State::Closed) if closed_at.is_none() => State::Open,
            Some(state) => state,
            None => continue,
        };
        let Some(created_at) = folded.created_at() else { continue };
        let seen = folded.updated_at().filter(|updated_at| *updated_at < end);
        let updated_at = seen.or(closed_at).unwrap_or(created_at);
        let Some(item) = folded_item((row.repo_id, row.number), &folded) else { continue };
        let (closed_at, closed_reason) = match state {
            State::Open => (None, None),
            _ => (closed_at, item.closed_reason),
        };
        // Of checks only the present is known.
        let item = Item { state, updated_at, closed_at, closed_reason, checks: None, ..item };
        untold += usize::from(page.offer(item, &folded, (None, None)));
    }
    Ok(untold)
}

/// A page in the making.
struct Making<'a> {
    directory: Directory,
    zone: Tz,
    sight: &'a Sight,
    past: Past<'a, QueueItem>,
}

impl Making<'_> {
    /// Offers an item as it had become by then.
    fn offer_told(&mut self, item: Option<(ItemAddress, ItemState)>) {
        let Some((address, folded)) = item.filter(|(_, folded)| folded.live()) else { return };
        let Some(item) = folded_item(address, &folded) else { return };
        let last = (folded.last_activity(), folded.last_human_activity());
        self.offer(item, &folded, last);
    }

    /// Offers an item, with the last activity and the last of a human; false if the reader may not see it.
    fn offer(&mut self, item: Item, folded: &ItemState, last: (Option<Activity>, Option<Activity>)) -> bool {
        let Directory { repositories, names, people, holders, remarks } = &self.directory;
        let Some(repository) = repositories.get(&item.repo_id) else { return false };
        let remarks = remarks.get(&(item.repo_id, item.number));
        let item = match remarks {
            Some(remarks) => with_summary(item, &remarks.summary()),
            None => item,
        };
        let labels = names.labels(item.repo_id, &item.labels);
        let milestone = names.milestone(item.repo_id, item.milestone);
        let title = folded.title().unwrap_or_default();
        let zone = self.zone;
        let candidate = Candidate { item: &item, repository, holders, labels: &labels, milestone, title, zone };
        let called = |activity: Activity| Activity { actor: people.actor(activity.actor), ..activity };
        self.past.offer(&candidate, |place| QueueItem {
            rank: None,
            place: place.key,
            days_age: place.days_age,
            days_stale: place.days_stale,
            owner: repository.owner.clone(),
            repository: repository.name.clone(),
            repository_url: repository.html_url.clone(),
            private: repository.private,
            item_type: item.item_type,
            title: title.to_owned(),
            state: item.state,
            author: folded.author().map(|author| people.login(author)),
            author_id: folded.author().and_then(|author| author.id),
            labels: labels.iter().map(|name| (*name).to_owned()).collect(),
            assignees: people.logins(item.assignees.clone()),
            milestone: milestone.map(str::to_owned),
            comments: folded.comments(),
            draft: item.draft,
            updated_at: item.updated_at,
            closed_at: item.closed_at,
            closed_reason: item.closed_reason.clone(),
            last_activity: last.0.map(called),
            last_human_activity: last.1.map(called),
            waits_for: item.waits_for,
            waits_since: item.waits_since,
            review: folded.review(),
            author_association: folded.conversation().author_association(),
            reactions: folded.conversation().reactions(),
            commenters: folded.commenters(),
            spoke_at: folded.spoke_at(),

            checks: item.checks.and(folded.checks()),
            linked: None,
            remarks: remarks.cloned().unwrap_or_default(),
        });
        self.sight.sees(repository.repo_id, repository.private)
    }
}
