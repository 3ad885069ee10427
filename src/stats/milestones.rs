//! What is open and closed in milestones, and when the last open item of one will be closed.
//!
//! The forecast is the bootstrap of [`super::forecast`], with two differences. It draws from the milestone's own weeks: from what
//! was closed and reopened in them of the items that it has now. And creations do not count, so nothing is added in the runs:
//! over its whole life, more was created in a milestone than was closed, as long as anything is open, so by its creations none
//! would ever be done. Weeks before the first closing are left out, because nobody tells when an item was put into the
//! milestone.
//!
//! Not guaranteed: what the milestone looked like in the past. An item counts in the milestone that it has now.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::Serialize;

use super::backlog::{BacklogPoint, backlog};
use super::forecast::{ForecastRequest, Verdict, Week, forecast};
use super::history::History;
use super::lifetime::{BacklogChange, Lifetime, date_of, day_of};
use super::steps::Step;

/// The runs of all forecasts of an answer together: the fewer milestones, the more runs has each.
const RUNS: usize = 200_000;
const FEWEST_RUNS: usize = 1_000;
const MOST_RUNS: usize = 10_000;

/// Whether a milestone is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum MilestoneState {
    Open,
    Closed,
}

/// A milestone of a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Milestone {
    pub repo_id: i64,
    /// `owner/name`
    pub repository: String,
    pub number: i64,
    pub title: String,
    /// `None` if GitHub has not told.
    pub state: Option<MilestoneState>,
    pub due_on: Option<NaiveDate>,
}

impl Milestone {
    /// Open ones first, those that are due first before others, those without a date last; then by repository and number.
    pub fn place(&self) -> impl Ord + use<> {
        let closed = self.state == Some(MilestoneState::Closed);
        (closed, self.due_on.is_none(), self.due_on, self.repository.to_lowercase(), self.repo_id, self.number)
    }
}

/// A milestone, and what is counted of it.
#[derive(Clone, Debug)]
pub struct MilestoneItems<'a> {
    pub milestone: &'a Milestone,
    /// Of its repository.
    pub history: History,
    pub open: u32,
    pub closed: u32,
    /// Of all its items, those too that are gone.
    pub lifetimes: Vec<&'a Lifetime>,
}

/// A milestone, and when its last open item will be closed.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct MilestoneRow {
    pub repository: String,
    /// GitHub's id of the repository.
    pub repository_id: i64,
    /// The milestone's number within the repository.
    pub number: i64,
    pub title: String,
    /// Null if GitHub has not told.
    pub state: Option<MilestoneState>,
    /// Null if it has no due date, or if GitHub has not told.
    pub due_on: Option<NaiveDate>,
    /// How many of the items that pass the filters are open, and how many are closed or merged.
    pub open: u32,
    pub closed: u32,
    /// What became of the runs. Null if the milestone is closed, so that there were none.
    pub verdict: Option<Verdict>,
    /// From how many past weeks the runs drew.
    pub weeks: usize,
    /// The date by which 50 % of the runs had closed the last open item. Null if fewer did within ten years, and without runs.
    pub date_50: Option<NaiveDate>,
    /// The same for 80 %.
    pub date_80: Option<NaiveDate>,
    /// The same for 95 %.
    pub date_95: Option<NaiveDate>,
    /// The share of the runs (0 to 1) that had closed the last open item by the due date. Null without a due date or runs.
    pub share_by_due: Option<f64>,
    /// Whether `date_50` is no later than the due date. Null without a due date or runs.
    pub on_time: Option<bool>,
    /// How many runs there were: 10,000, or fewer if many milestones have open items.
    pub runs: u32,
    /// The date from which the repository's history counts as whole. Null if there is none.
    pub whole_since: Option<NaiveDate>,
    /// Whether the runs drew from weeks before webhooks were received.
    pub approximate: bool,
    pub sentence: String,
}

/// How milestones are forecast.
#[derive(Clone, Copy, Debug)]
pub struct MilestonesRequest {
    pub zone: Tz,
    /// The dates of the weeks that are drawn from.
    pub from: NaiveDate,
    pub to: NaiveDate,
    /// The date from which weeks are counted.
    pub today: NaiveDate,
    /// The same seed gives the same answer.
    pub seed: u64,
}

/// Counts and forecasts milestones.
pub fn milestones(all: &[MilestoneItems<'_>], request: MilestonesRequest) -> Vec<MilestoneRow> {
    let simulated = all.iter().filter(|items| items.is_to_be_closed()).count();
    let runs = (RUNS / simulated.max(1)).clamp(FEWEST_RUNS, MOST_RUNS);
    // Cannot fail: it is at most 10,000.
    let runs = u32::try_from(runs).unwrap_or(u32::MAX);
    all.iter().map(|items| items.row(request, runs)).collect()
}

impl MilestoneItems<'_> {
    /// Whether it has items that are to be closed.
    fn is_to_be_closed(&self) -> bool {
        self.open > 0 && self.milestone.state != Some(MilestoneState::Closed)
    }

    fn row(&self, MilestonesRequest { zone, from, to, today, seed }: MilestonesRequest, runs: u32) -> MilestoneRow {
        let Milestone { repo_id, repository, number, title, state, due_on } = self.milestone.clone();
        let mut row = MilestoneRow {
            repository,
            repository_id: repo_id,
            number,
            title,
            state,
            due_on,
            open: self.open,
            closed: self.closed,
            verdict: None,
            weeks: 0,
            date_50: None,
            date_80: None,
            date_95: None,
            share_by_due: None,
            on_time: None,
            runs: 0,
            whole_since: None,
            approximate: false,
            sentence: "The milestone is closed.".to_owned(),
        };
        if state == Some(MilestoneState::Closed) {
            return row;
        }
        let points = backlog(self.lifetimes.iter().copied(), zone, from, to, Step::Week);
        let (mut points, extent) = self.history.weeks(self.lifetimes.iter().copied(), zone, points);
        self.leave_out_creations(&mut points, zone);
        let quiet = points.iter().take_while(|point| point.is_quiet()).count();
        let weeks = Week::complete(&points[quiet..]);
        let request =
            ForecastRequest { runs, subject: "the milestone", extent, ..ForecastRequest::new(today, self.open, seed) };
        let found = forecast(&weeks, request);
        let due = due_on.and_then(|due_on| Some((due_on, found.share_by(due_on)?)));
        let summary = found.summary;
        row.verdict = Some(summary.verdict);
        row.weeks = summary.weeks;
        row.whole_since = summary.whole_since;
        row.sentence = summary.sentence;
        if summary.share_closing.is_some() {
            (row.date_50, row.date_80, row.date_95) = (summary.date_50, summary.date_80, summary.date_95);
            row.runs = summary.runs;
            row.approximate = points[quiet..].iter().any(|point| point.approximate);
        }
        if let Some((due_on, share)) = due {
            row.share_by_due = Some(share);
            row.on_time = Some(summary.date_50.is_some_and(|date| date <= due_on));
            row.sentence += &format!(" It is due on {due_on}: {:.1} % of the runs are done by then.", share * 100.0);
        }
        row
    }

    /// Leaves reopenings alone as what was opened.
    fn leave_out_creations(&self, points: &mut [BacklogPoint], zone: Tz) {
        let mut created: BTreeMap<NaiveDate, u32> = BTreeMap::new();
        for lifetime in &self.lifetimes {
            if let Some((at, BacklogChange::Opened)) = lifetime.changes().next() {
                *created.entry(date_of(day_of(at, zone))).or_default() += 1;
            }
        }
        for point in points {
            point.opened -= created.range(point.first_date..=point.date).map(|(_, count)| count).sum::<u32>();
        }
    }
}
