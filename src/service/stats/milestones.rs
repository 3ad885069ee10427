//! Milestones: what is open and closed in them, when they are due, and when their last open item will be closed.

use std::collections::HashMap;

use super::forecast::seed_of;
use super::{DateRange, Statistic, StatsQuestion};
use crate::rank::Filter;
use crate::rank::criterion::{Looks, STATE};
use crate::service::queue::{Version, VersionedAnswer};
use crate::service::{Refusal, Service, Viewer};
use crate::stats::{self, History, Milestone, MilestoneItems, MilestoneRow, MilestoneState, MilestonesRequest};
use crate::store::lifetimes::Lifetimes;

/// Which milestones, and how they are forecast.
#[derive(Clone, Copy, Debug, Default)]
pub struct MilestonesQuestion {
    pub state: MilestoneChoice,
    /// The number of milestones at most.
    pub limit: usize,
    /// The weeks that forecasts draw from.
    pub range: DateRange,
    pub seed: Option<u64>,
}

/// Which milestones, by their state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MilestoneChoice {
    /// Those that are not closed.
    #[default]
    Open,
    Closed,
    All,
}

impl MilestoneChoice {
    pub const ALL: [Self; 3] = [Self::Open, Self::Closed, Self::All];

    pub fn name(self) -> &'static str {
        match self {
            MilestoneChoice::Open => "open",
            MilestoneChoice::Closed => "closed",
            MilestoneChoice::All => "all",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|choice| choice.name() == name)
    }

    fn has(self, milestone: &Milestone) -> bool {
        let closed = milestone.state == Some(MilestoneState::Closed);
        self == MilestoneChoice::All || closed == (self == MilestoneChoice::Closed)
    }
}

/// Some of an account's milestones.
#[derive(Debug)]
pub struct Milestones {
    /// How many there are, with those beyond the limit.
    pub total: usize,
    /// Open ones first, those that are due first before others.
    pub rows: Vec<MilestoneRow>,
}

impl Service {
    /// What is open and closed in milestones, and when the last open item of each will be closed. If anything is asked of
    /// items, only milestones with such items are there.
    ///
    /// # Errors
    /// As [`Service::backlog`].
    pub async fn milestones(
        &self,
        viewer: &Viewer,
        question: &StatsQuestion,
        which: MilestonesQuestion,
        is_known: impl Fn(&Version) -> bool,
    ) -> Result<VersionedAnswer<Statistic<Milestones>>, Refusal> {
        let question = &StatsQuestion { milestones: true, group_by: None, ..question.clone() };
        let moment = self.moment(viewer, question)?;
        let MilestonesQuestion { state, limit, range, seed } = which;
        let (from, to) = moment.range(range, 7)?;
        let seed = seed.unwrap_or(seed_of(moment.date));
        let request = MilestonesRequest { zone: self.0.calendar.zone, from, to, today: moment.date, seed };
        let what = format!("milestones {state:?} {limit} {from} {to} {seed}");
        let portion = self.portion(viewer, &question.subject, moment.past(), None).await?;
        let with_items = asks_for_items(&portion.filter(moment.date)?);
        self.counted(viewer, question, (moment, what), is_known, move |about, read| {
            let mut found = counted(&read);
            found.retain(|items| state.has(items.milestone) && (!with_items || items.open + items.closed > 0));
            let total = found.len();
            found.sort_by_cached_key(|items| items.milestone.place());
            found.truncate(limit);
            let rows = stats::milestones(&found, request);
            let approximate = rows.iter().any(|row| row.approximate);
            let value = Milestones { total, rows };
            Statistic { about, as_of: moment.date, position: read.position, approximate, value, groups: None }
        })
        .await
    }
}

/// Whether a filter asks for anything of items themselves, by which statistics go.
fn asks_for_items(filter: &Filter) -> bool {
    let of_repositories = |looks: &Looks| matches!(looks, Looks::Repository | Looks::RepositoryFlag(_));
    let mut lasting = filter.given().filter(|(criterion, _)| criterion.name != STATE.name);
    !filter.unread.is_empty() || lasting.any(|(criterion, _)| !of_repositories(&criterion.looks))
}

/// Each milestone with its items.
fn counted(read: &Lifetimes) -> Vec<MilestoneItems<'_>> {
    let mut found: Vec<MilestoneItems<'_>> = vec![];
    for milestone in &read.milestones {
        let history = History::of(read.fetching.get(&milestone.repo_id).copied());
        found.push(MilestoneItems { milestone, history, open: 0, closed: 0, lifetimes: vec![] });
    }
    let places: HashMap<(i64, i64), usize> =
        read.milestones.iter().enumerate().map(|(place, one)| ((one.repo_id, one.number), place)).collect();
    for ((lifetime, open), number) in read.lifetimes.iter().zip(&read.open).zip(&read.milestone_of) {
        let place = number.and_then(|number| places.get(&(lifetime.repo_id, number)));
        let Some(items) = place.and_then(|place| found.get_mut(*place)) else { continue };
        items.open += u32::from(open.is_some());
        items.closed += u32::from(open.is_none() && lifetime.gone_at.is_none());
        items.lifetimes.push(lifetime);
    }
    found
}
