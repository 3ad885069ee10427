//! What the statistics are counted from: each item of an account over time, as of one moment.
//!
//! Two queries, however many items there are: the rows of the projection, and the log's columns
//! without its JSON. What is approximate:
//! - an item whose opening was not recorded was there before we were: before the account's first
//!   recorded event only its creation and its last closing are known;
//! - a closing or reopening that no event tells is taken from the folded state, at GitHub's
//!   `closed_at`, else at `updated_at`, and makes the item approximate up to then;
//! - `updated_at` moved when events happened; moves that no event tells are not known but the last;
//! - two changes of one second count in the order in which they were recorded;
//! - an item that came by transfer counts from its transfer on, since the place that it left
//!   counts it before.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use futures_util::TryStreamExt;
use sqlx::PgPool;

use super::directory::Names;
use super::item_rows::{Wanted, rows};
use super::items::ItemAddress;
use super::{StoreError, live, remarks};
use crate::activity::{Actor, Bots, ItemType, Sight, State};
use crate::rank::{Candidate, Filter, Repository};
use crate::stats::{Lifetime, Transition};

/// Which items are counted.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    pub sight: Sight,
    /// By what they are now; its state and dates are left out.
    pub filter: Filter,
}

/// An account's items over time.
#[derive(Debug, Default)]
pub struct Lifetimes {
    /// The position of the log that they are of.
    pub position: i64,
    /// When the account's first event was recorded.
    pub since: Option<DateTime<Utc>>,
    /// `owner/name` of the repositories that are counted.
    pub names: HashMap<i64, String>,
    pub lifetimes: Vec<Lifetime>,
    /// When each item that is open now was created and last updated.
    pub open: Vec<(DateTime<Utc>, DateTime<Utc>)>,
}

impl Lifetimes {
    /// What was known before `end`.
    #[must_use]
    pub fn until(mut self, end: DateTime<Utc>) -> Self {
        self.lifetimes = self.lifetimes.into_iter().filter_map(|lifetime| lifetime.until(end)).collect();
        self.open = self.lifetimes.iter().filter_map(Lifetime::open).collect();
        self
    }

    /// Whether something is known only roughly of the time from `from` on.
    pub fn approximate_from(&self, from: DateTime<Utc>) -> bool {
        self.lifetimes.iter().any(|lifetime| lifetime.approximate_before.is_some_and(|before| before > from))
    }
}

/// An item's row, and what its events say of it.
struct Story {
    lifetime: Lifetime,
    state: State,
    live: bool,
    updated_at: DateTime<Utc>,
    closed_at: Option<DateTime<Utc>>,
    transferred: bool,
    opened_at: Option<DateTime<Utc>>,
    changes: Vec<(DateTime<Utc>, i64, What)>,
}

/// A change of what makes an item open: neither closed nor answered.
#[derive(Clone, Copy)]
enum What {
    Closed(bool),
    Answered(bool),
}

/// Reads an account's lifetimes.
pub async fn lifetimes(pool: &PgPool, account_id: i64, scope: &Scope, bots: &Bots) -> Result<Lifetimes, StoreError> {
    let mut moment = pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    let head = sqlx::query!(
        r#"SELECT head_position, generation, (SELECT min(recorded_at) FROM events WHERE account_id = $1 AND position = 1) AS since
           FROM accounts WHERE account_id = $1"#,
        account_id,
    )
    .fetch_one(&mut *moment)
    .await?;
    let mut read = Lifetimes { position: head.head_position, since: head.since, ..Lifetimes::default() };
    let mut stories: HashMap<ItemAddress, Story> = HashMap::new();
    let names = Names::read(&mut moment, account_id).await?;
    let summaries = remarks::summaries(&mut moment, account_id).await?;
    let repositories = live::repositories(&mut moment, account_id, None).await?.into_iter();
    let passes = |repository: &Repository| {
        scope.sight.sees(repository.repo_id, repository.private) && scope.filter.passes_repository(repository)
    };
    let repositories: HashMap<i64, Repository> =
        repositories.filter(passes).map(|repository| (repository.repo_id, repository)).collect();
    let wanted = Wanted {
        repo_ids: repositories.keys().copied().collect(),
        states: State::ALL.map(State::name).into(),
        types: ItemType::ALL.map(ItemType::name).into(),
        gone: true,
        titles: true,
        folded: true,
        ..Wanted::default()
    };
    let mut rows = rows(&mut *moment, (account_id, head.generation), &wanted);
    while let Some(mut row) = rows.try_next().await? {
        let (live, title, transferred) = (row.live, row.title.take(), row.came_by_transfer);
        let closed_at = row.folded.take().and_then(|folded| folded.0.closed_at());
        let item = row.item(&summaries)?;
        let Some(repository) = repositories.get(&item.repo_id) else { continue };
        let candidate = Candidate {
            item: &item,
            repository,
            labels: &names.labels(item.repo_id, &item.labels),
            milestone: names.milestone(item.repo_id, item.milestone),
            title: title.as_deref().unwrap_or_default(),
            zone: Tz::UTC,
        };
        if !scope.filter.passes_in_any_state(&candidate) {
            continue;
        }
        let name = || format!("{}/{}", repository.owner, repository.name);
        read.names.entry(item.repo_id).or_insert_with(name);
        let lifetime = Lifetime {
            repo_id: item.repo_id,
            item_type: item.item_type,
            author: item.author,
            created_at: item.created_at,
            transitions: vec![],
            activity: vec![item.updated_at],
            first_response_at: None,
            gone_at: None,
            approximate_before: None,
        };
        let story = Story {
            lifetime,
            state: item.state,
            live,
            updated_at: item.updated_at,
            closed_at,
            transferred,
            opened_at: None,
            changes: vec![],
        };
        stories.insert((item.repo_id, item.number), story);
    }
    drop(rows);
    let repo_ids: Vec<i64> = read.names.keys().copied().collect();
    let mut rows = sqlx::query!(
        r#"SELECT repo_id AS "repo_id!", number AS "number!", position AS "position!", kind AS "kind!", actor_login,
                  actor_bot, occurred_at AS "occurred_at!"
           FROM effective_events
           WHERE account_id = $1 AND repo_id = ANY($2) AND number IS NOT NULL AND occurred_at IS NOT NULL
             AND source <> 'scrub'"#,
        account_id,
        &repo_ids,
    )
    .fetch(&mut *moment);
    while let Some(row) = rows.try_next().await? {
        let Some(story) = stories.get_mut(&(row.repo_id, row.number)) else { continue };
        let actor = row.actor_login.map(|login| Actor { login, id: None, bot: row.actor_bot.unwrap_or_default() });
        story.hear(&row.kind, row.position, row.occurred_at, actor.filter(|actor| bots.is_human(actor)));
    }
    drop(rows);
    for story in stories.into_values() {
        if story.live && story.state == State::Open {
            read.open.push((story.lifetime.created_at, story.updated_at));
        }
        read.lifetimes.push(story.told(read.since));
    }
    Ok(read)
}

impl Story {
    fn hear(&mut self, kind: &str, position: i64, at: DateTime<Utc>, human: Option<Actor>) {
        let change = match kind {
            "closed" | "merged" => Some(What::Closed(true)),
            "reopened" => Some(What::Closed(false)),
            "answered" => Some(What::Answered(true)),
            "unanswered" => Some(What::Answered(false)),
            _ => None,
        };
        self.changes.extend(change.map(|what| (at, position, what)));
        match kind {
            "opened" => self.opened_at = Some(self.opened_at.map_or(at, |first| first.min(at))),
            "deleted" | "transferred" => {
                self.lifetime.gone_at = Some(self.lifetime.gone_at.map_or(at, |first| first.min(at)));
            }
            "commented" | "reviewed" | "review_commented" => {
                let author = self.lifetime.author.as_deref();
                let other = |actor: &Actor| author.is_none_or(|author| !author.eq_ignore_ascii_case(&actor.login));
                if human.as_ref().is_some_and(other) {
                    let first = self.lifetime.first_response_at;
                    self.lifetime.first_response_at = Some(first.map_or(at, |first| first.min(at)));
                }
            }
            _ => {}
        }
        self.lifetime.activity.push(at);
    }

    fn told(mut self, since: Option<DateTime<Utc>>) -> Lifetime {
        self.changes.sort_unstable_by_key(|(at, position, _)| (*at, *position));
        let (mut closed, mut answered) = (false, false);
        for (at, _, what) in &self.changes {
            match what {
                What::Closed(now) => closed = *now,
                What::Answered(now) => answered = *now,
            }
            self.lifetime.transitions.push(Transition { at: *at, open: !closed && !answered });
        }
        let mut lifetime = self.lifetime;
        if self.opened_at.is_none() {
            lifetime.approximate_before = since;
        }
        let open = self.state == State::Open;
        if lifetime.transitions.last().is_none_or(|last| last.open) != open {
            let at = self.closed_at.unwrap_or(self.updated_at);
            lifetime.transitions.push(Transition { at, open });
            lifetime.approximate_before = lifetime.approximate_before.max(Some(at));
        }
        lifetime.gone_at = if self.live { None } else { lifetime.gone_at.or(Some(self.updated_at)) };
        if let Some(opened_at) = self.opened_at.filter(|_| self.transferred) {
            lifetime.created_at = lifetime.created_at.max(opened_at);
        }
        lifetime
    }
}
