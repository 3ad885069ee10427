//! How far back it is known what was opened and closed.
//!
//! From the installation on, deliveries tell it. What was there before is fetched. Once all items of a repository are fetched,
//! open and closed ones, the creation of each and its last closing are known, however long ago: its history counts as whole
//! from the first creation on. It lacks reopenings from before the installation, and items that were deleted or transferred
//! away: weeks of that time are approximate. While a repository is being fetched, closings are missing, since open items come
//! first. Then only weeks count of which deliveries told.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use super::backlog::BacklogPoint;
use super::lifetime::{Lifetime, date_of, day_of};

/// How much of a repository was fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FetchState {
    /// All of its items.
    All,
    /// Not all of its items. Deliveries tell of it since this time.
    Partly { told_since: DateTime<Utc> },
    /// Nothing is to be fetched: there is what deliveries tell.
    Nothing,
}

/// What is known of the past of some repositories together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct History {
    /// All of their items were fetched.
    whole: bool,
    /// How many of them are not fetched completely.
    fetching: usize,
    /// Since when deliveries tell of all of these.
    told_since: Option<DateTime<Utc>>,
}

/// From when weeks count, and why not earlier.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HistoryExtent {
    /// The date from which the history counts as whole; `None` if no week of it does. Where something is missing, it is no
    /// earlier than the range.
    pub whole_since: Option<NaiveDate>,
    /// The date before which it lacks reopenings, and what was deleted or transferred away; `None` if nothing that counts is
    /// before.
    pub approximate_before: Option<NaiveDate>,
    /// Of how many repositories not everything is fetched yet.
    pub fetching: usize,
}

impl History {
    pub fn of(repositories: impl IntoIterator<Item = FetchState>) -> Self {
        let mut history = Self { whole: true, fetching: 0, told_since: None };
        for state in repositories {
            history.whole &= state == FetchState::All;
            if let FetchState::Partly { told_since } = state {
                history.fetching += 1;
                history.told_since = history.told_since.max(Some(told_since));
            }
        }
        history
    }

    /// The weeks of a backlog that count, and from when they do. The backlog is that of `lifetimes`, all of which are in these
    /// repositories.
    pub fn weeks<'a>(
        &self,
        lifetimes: impl Iterator<Item = &'a Lifetime> + Clone,
        zone: Tz,
        mut points: Vec<BacklogPoint>,
    ) -> (Vec<BacklogPoint>, HistoryExtent) {
        let date = |at: DateTime<Utc>| date_of(day_of(at, zone));
        let first = lifetimes.clone().map(|lifetime| lifetime.created_at).min().map(date);
        if self.whole {
            points.retain(|point| first.is_some_and(|first| first <= point.date));
        } else {
            let told = self.told_since.map(date);
            points.retain(|point| !point.approximate && told.is_none_or(|told| told < point.first_date));
            // Weeks before anything was heard of are no weeks in which nothing happened.
            let quiet = points.iter().take_while(|point| point.is_quiet()).count();
            points.drain(..quiet);
        }
        let rough = lifetimes.filter_map(|lifetime| lifetime.approximate_before).max().map(date);
        // Deliveries told everything, if nothing is approximate.
        let all_told = self.fetching == 0 && rough.is_none();
        let whole_since = if self.whole || all_told { first } else { points.first().map(|point| point.first_date) };
        let approximate_before = rough.filter(|_| points.iter().any(|point| point.approximate));
        (points, HistoryExtent { whole_since, approximate_before, fetching: self.fetching })
    }
}

impl HistoryExtent {
    /// The same in words, behind another sentence; nothing if nothing is to be said.
    pub(super) fn words(&self) -> String {
        let mut words = String::new();
        if self.fetching > 0 {
            let are = if self.fetching == 1 { "repository is" } else { "repositories are" };
            words +=
                &format!(" {} {are} not fully fetched yet, so only weeks covered by webhooks count.", self.fetching);
        }
        if let (Some(since), Some(before)) = (self.whole_since, self.approximate_before) {
            words += &format!(
                " The history counts as whole since {since}, but before {before} it lacks reopenings and what was deleted or \
                 transferred."
            );
        }
        words
    }
}
