//! How an item's events become its lifetime.
//!
//! What is approximate:
//! - an item whose opening was not recorded existed before Bug Scrub did: of the time before the
//!   account's first recorded event only its creation and its last closing are known;
//! - a closing or reopening that no event tells of is taken from the item's state, at GitHub's
//!   `closed_at` or else at `updated_at`, and makes the item approximate until then;
//! - `updated_at` moved when events happened; of moves that no event tells of only the last is known;
//! - two changes in one second count in the order in which they were recorded;
//! - an item that came by transfer counts from its transfer on, since before that the place that it
//!   left counts it.

use chrono::{DateTime, Utc};

use super::lifetime::{Lifetime, Transition};
use crate::activity::{Actor, Bots, ItemType, Person, State};

/// An item as it is now.
#[derive(Clone, Debug)]
pub struct ItemNow {
    pub repo_id: i64,
    pub item_type: ItemType,
    pub author: Option<Person>,
    pub state: State,
    /// Neither deleted nor transferred away.
    pub live: bool,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub closed_at: Option<DateTime<Utc>>,
    pub came_by_transfer: bool,
}

impl ItemNow {
    /// When it was created and last updated, if it is open.
    pub fn open(&self) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        (self.live && self.state == State::Open).then_some((self.created_at, self.updated_at))
    }
}

/// A lifetime in the making: the item, and what the events so far say of it.
#[derive(Debug)]
pub struct LifetimeFold {
    now: ItemNow,
    opened_at: Option<DateTime<Utc>>,
    gone_at: Option<DateTime<Utc>>,
    first_response_at: Option<DateTime<Utc>>,
    /// In any order.
    signals: Vec<(DateTime<Utc>, i64, Signal)>,
    activity: Vec<DateTime<Utc>>,
}

/// An event that says whether the item is closed, or whether it is answered. Either keeps it from being open.
#[derive(Clone, Copy, Debug)]
enum Signal {
    Closed(bool),
    Answered(bool),
}

impl LifetimeFold {
    pub fn new(now: ItemNow) -> Self {
        let activity = vec![now.updated_at];
        Self { now, opened_at: None, gone_at: None, first_response_at: None, signals: vec![], activity }
    }

    pub fn now(&self) -> &ItemNow {
        &self.now
    }

    /// Folds an event of the given kind. Events may come in any order.
    pub fn apply(&mut self, kind: &str, position: i64, at: DateTime<Utc>, actor: Option<&Actor>, bots: &Bots) {
        let earliest = |known: Option<DateTime<Utc>>| Some(known.map_or(at, |known| known.min(at)));
        let signal = match kind {
            "closed" | "merged" => Some(Signal::Closed(true)),
            "reopened" => Some(Signal::Closed(false)),
            "answered" => Some(Signal::Answered(true)),
            "unanswered" => Some(Signal::Answered(false)),
            _ => None,
        };
        self.signals.extend(signal.map(|signal| (at, position, signal)));
        match kind {
            "opened" => self.opened_at = earliest(self.opened_at),
            "deleted" | "transferred" => self.gone_at = earliest(self.gone_at),
            "commented" | "reviewed" | "review_commented"
                if actor.is_some_and(|actor| self.is_response(actor, bots)) =>
            {
                self.first_response_at = earliest(self.first_response_at);
            }
            _ => {}
        }
        self.activity.push(at);
    }

    fn is_response(&self, actor: &Actor, bots: &Bots) -> bool {
        let by_author = self.now.author.as_ref().is_some_and(|author| author.is(&actor.person()));
        bots.is_human(actor) && !by_author
    }

    /// The lifetime, after all events. `since` is when the account's first event was recorded.
    pub fn finish(mut self, since: Option<DateTime<Utc>>) -> Lifetime {
        self.signals.sort_unstable_by_key(|(at, position, _)| (*at, *position));
        let (mut closed, mut answered) = (false, false);
        let transitions = self.signals.iter().map(|(at, _, signal)| {
            match signal {
                Signal::Closed(now) => closed = *now,
                Signal::Answered(now) => answered = *now,
            }
            Transition { at: *at, open: !closed && !answered }
        });
        let mut transitions: Vec<Transition> = transitions.collect();
        let now = self.now;
        let mut approximate_before = if self.opened_at.is_none() { since } else { None };
        let open = now.state == State::Open;
        if transitions.last().is_none_or(|last| last.open) != open {
            let at = now.closed_at.unwrap_or(now.updated_at);
            transitions.push(Transition { at, open });
            approximate_before = approximate_before.max(Some(at));
        }
        let arrived_at = self.opened_at.filter(|_| now.came_by_transfer);
        Lifetime {
            repo_id: now.repo_id,
            item_type: now.item_type,
            created_at: arrived_at.map_or(now.created_at, |arrived_at| arrived_at.max(now.created_at)),
            transitions,
            activity: self.activity,
            first_response_at: self.first_response_at,
            gone_at: if now.live { None } else { self.gone_at.or(Some(now.updated_at)) },
            approximate_before,
        }
    }
}
