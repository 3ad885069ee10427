//! Following a queue: what changes in it, as it happens.
//!
//! A follower is a position that moves on: it waits until the live ranking includes more, reads what
//! the events in between are about, and tells what became of those items. Nothing is held for it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::NaiveDate;
use tokio::time::{Instant, sleep_until, timeout};

use super::items::ShownItem;
use super::names::UnknownName;
use super::portion::{Portion, Subject};
use super::{Refusal, Service, Viewer};
use crate::activity::Sight;
use crate::rank::{Order, PageRequest, Repository};
use crate::store::StoreError;
use crate::store::log::subjects;
use crate::store::people::renamed_between;

/// From further back than this a follower is told to begin anew.
pub(super) const FURTHEST: i64 = 10_000;
/// Time between two looks of a follower for each one that there is: all together look a hundred times a
/// second at most, however much happens and however many they are.
const LOOK: Duration = Duration::from_millis(10);
/// How often a follower looks whether the date has changed.
const TICK: Duration = Duration::from_secs(1);

/// Somebody who follows the open items of a queue.
pub struct Follower {
    service: Service,
    viewer: Viewer,
    portion: Portion,
    /// The repositories that they were told of: those that they saw.
    known: Arc<HashMap<i64, Repository>>,
    /// Up to here they have been told.
    position: i64,
    date: NaiveDate,
    looked_at: Instant,
    /// Counts as a follower until it is dropped.
    followers: Arc<()>,
}

/// What a follower is told.
#[derive(Debug)]
pub enum News {
    /// Items changed, in no order.
    Items(Vec<ChangedItem>),
    /// Midnight passed in the account's time zone: all ages grew.
    Day(NaiveDate),
    /// Ask the queue anew: a repository, a label, somebody's login or what may be seen has changed, or the follower was
    /// away for too long.
    Reset(NaiveDate),
    /// Nothing more comes.
    End(StreamEnd),
}

/// Why nothing more comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamEnd {
    /// The follower's token was revoked, or has expired.
    TokenInvalid,
    /// The account is here no more.
    AccountGone,
    /// The store is out of reach: who may comes back with their position.
    Unavailable,
}

/// An item that changed.
#[derive(Debug)]
pub struct ChangedItem {
    /// `owner/name`, in lower case.
    pub repository: String,
    pub number: i64,
    /// `None` if it is not, or no longer, in what is followed.
    pub item: Option<Box<ShownItem>>,
}

impl Service {
    /// Begins to follow the open items that a subject means, from a position of the log on; from now
    /// unless given.
    ///
    /// # Errors
    /// [`Refusal::MissingScope`], or as [`Service::portion`].
    pub async fn follow(&self, viewer: &Viewer, subject: &Subject, position: Option<i64>) -> Result<Follower, Refusal> {
        viewer.require_embed()?;
        let date = self.today();
        let portion = self.portion(viewer, subject, None, None).await?;
        let position = position.unwrap_or(portion.account.position);
        let known = self.0.live.repositories(portion.account.account_id);
        let (service, viewer, followers) = (self.clone(), viewer.clone(), self.0.followers.clone());
        Ok(Follower { service, viewer, portion, known, position, date, looked_at: Instant::now(), followers })
    }
}

impl Follower {
    /// The names in what is followed that nothing has; not those of the view, if others read along.
    ///
    /// # Errors
    /// [`Refusal::BadParameter`] for the first one, if it is `strict`.
    pub async fn unknown(&self, strict: bool) -> Result<Vec<UnknownName>, Refusal> {
        let named = self.portion.named(&self.viewer, self.date)?;
        let account_id = self.portion.account.account_id;
        self.service.unknown_names(account_id, &self.viewer.sight(), &named, strict).await
    }

    /// The position up to which everything was told.
    pub fn position(&self) -> i64 {
        self.position
    }

    /// Waits for news.
    pub async fn news(&mut self) -> News {
        loop {
            match self.service.is_still_known(&self.viewer).await {
                Ok(true) => {}
                Ok(false) => return News::End(StreamEnd::TokenInvalid),
                Err(refusal) => return unreachable_store(refusal),
            }
            let live = self.service.0.live.clone();
            let account_id = self.portion.account.account_id;
            // Either way it is looked at.
            let _ = timeout(TICK, live.reached(account_id, self.position + 1)).await;
            // The service holds one of them too.
            let all = u32::try_from(Arc::strong_count(&self.followers) - 1).unwrap_or(u32::MAX);
            sleep_until(self.looked_at + LOOK * all).await;
            self.looked_at = Instant::now();
            // What was taken from their sight meanwhile is not told any more.
            match self.look_again().await {
                Ok(None) => {}
                Ok(Some(news)) => return news,
                Err(refusal) => return unreachable_store(refusal),
            }
            let today = self.service.today();
            if today != self.date {
                self.date = today;
                return News::Day(today);
            }
            let Some(head) = live.head(account_id) else { return News::End(StreamEnd::AccountGone) };
            if head.position == self.position {
                continue;
            }
            match self.changes(head.position).await {
                Ok(News::Items(items)) if items.is_empty() => {}
                Ok(news) => return news,
                Err(error) => return unreachable_store(error),
            }
        }
    }

    /// What to tell somebody who may see more or less than before: to ask anew, or that the account is none of theirs.
    async fn look_again(&mut self) -> Result<Option<News>, Refusal> {
        let Some(now) = self.service.as_seen_now(&self.viewer).await? else {
            return Ok(Some(News::End(StreamEnd::TokenInvalid)));
        };
        let (changed, account_id) = (now.sight() != self.viewer.sight(), self.portion.account.account_id);
        if now.is_kept_from(account_id) {
            return Ok(Some(News::End(StreamEnd::AccountGone)));
        }
        if !changed {
            return Ok(None);
        }
        self.viewer = now;
        Ok(Some(News::Reset(self.date)))
    }

    /// What happened up to a position.
    async fn changes(&mut self, to: i64) -> Result<News, StoreError> {
        let from = std::mem::replace(&mut self.position, to);
        // Ahead of the log: the position is of another one.
        if !(0..=FURTHEST).contains(&(to - from)) {
            return Ok(News::Reset(self.date));
        }
        let account_id = self.portion.account.account_id;
        // Checked when it began; what is right on one date is so on the next.
        let Ok(filter) = self.portion.filter(self.date) else { return Ok(News::Items(vec![])) };
        // Where others read along, nothing shows that somebody read or noted an item, unless the view goes by that.
        let remarks = !self.viewer.is_embed() || filter.asks_for_remarks();
        let touched = subjects(&self.service.0.pool, account_id, (from, to), remarks).await?;
        let known = self.service.0.live.repositories(account_id);
        let before = std::mem::replace(&mut self.known, known);
        let sight = self.viewer.sight();
        if sees_other(&sight, &before, &self.known)
            || touched.directory.iter().any(|about| is_told_of(&sight, &before, &self.known, *about))
            || renamed_between(&self.service.0.pool, account_id, from, to).await?
        {
            return Ok(News::Reset(self.date));
        }
        let request = PageRequest {
            account_id,
            sight,
            filter,
            order: Order::Stalest,
            date: self.date,
            past: false,
            after: None,
            limit: 1,
        };
        let followed = self.service.0.live.followed(&request, &touched.items).await?;
        let gone = followed.gone.into_iter().map(|(repository, number)| ChangedItem { repository, number, item: None });
        let shown = followed.items.into_iter().map(|item| {
            let repository = format!("{}/{}", item.owner, item.repository).to_lowercase();
            let number = item.place.number;
            let shown = self.service.shown(self.date, item);
            let shown = if self.viewer.is_embed() { shown.without_remarks() } else { shown };
            ChangedItem { repository, number, item: Some(Box::new(shown)) }
        });
        Ok(News::Items(gone.chain(shown).collect()))
    }
}

/// An account's repositories that may be seen, by their ids.
type Repositories = HashMap<i64, Repository>;

/// Whether a reader sees other repositories than before, or sees them otherwise.
pub(super) fn sees_other(sight: &Sight, before: &Arc<Repositories>, now: &Arc<Repositories>) -> bool {
    let seen = |repositories: &Repositories, repo_id: &i64| {
        repositories.get(repo_id).filter(|found| sight.sees(*repo_id, found.private)).cloned()
    };
    let differs = |repo_id: &i64| seen(before, repo_id) != seen(now, repo_id);
    !Arc::ptr_eq(before, now) && before.keys().chain(now.keys()).any(differs)
}

/// Whether an event about a repository's directory, or the account's (`None`), is a reader's to know of.
pub(super) fn is_told_of(sight: &Sight, before: &Repositories, now: &Repositories, repo_id: Option<i64>) -> bool {
    let sees = |repositories: &Repositories, repo_id: i64| {
        repositories.get(&repo_id).is_some_and(|found| sight.sees(repo_id, found.private))
    };
    repo_id.is_none_or(|repo_id| sight.is_all() || sees(before, repo_id) || sees(now, repo_id))
}

pub(super) fn unreachable_store(error: impl std::error::Error + 'static) -> News {
    tracing::warn!(error = &error as &dyn std::error::Error, "a stream ends: the store failed");
    News::End(StreamEnd::Unavailable)
}
