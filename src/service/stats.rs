//! Statistics: how the backlog fares.
//!
//! Everything is counted from the lifetimes of one moment, off the threads that serve requests; in groups, by [`groups`]. The
//! others are in `coverage`, `forecast` and [`milestones`].
//! Whoever has the [`Version`] that a statistic has now is told so, and nothing is counted.

mod coverage;
mod forecast;
pub mod groups;
pub mod milestones;

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

pub use self::coverage::Coverage;
use self::groups::{ChosenLifetimes, GroupBy, Groups, grouped};
use super::counting::Of;
use super::names::UnknownName;
use super::portion::{Portion, Subject};
use super::queue::{Version, VersionedAnswer};
use super::{Refusal, Service, Viewer};
use crate::rank::stale_age::days_since;
use crate::stats::{self, AgeBucket, AgeOf, BacklogPoint, FlowPoint, OpenDays, Step, ThroughputRow};
use crate::store::fetching::{self, FetchingStage};
use crate::store::lifetimes::{Lifetimes, Scope, lifetimes};
use crate::store::live::head_position;

/// Steps of a range at most: days of ten years are fewer.
pub const MOST_STEPS: i64 = 3_700;
/// Days of a throughput, unless asked for otherwise.
const USUAL_WINDOW: i64 = 90;

/// What is counted.
#[derive(Clone, Debug, Default)]
pub struct StatsQuestion {
    pub subject: Subject,
    /// What was known by the end of this date; `None`: now.
    pub as_of: Option<NaiveDate>,
    /// Names that are not known are refused.
    pub strict: bool,
    /// What each group is to be counted by, as its items are now.
    pub group_by: Option<GroupBy>,
    /// Whether it is about milestones.
    pub milestones: bool,
}

/// The dates from one to another; a year up to the date of the answer, unless given.
#[derive(Clone, Copy, Debug, Default)]
pub struct DateRange {
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
}

/// A statistic as of one moment.
#[derive(Debug)]
pub struct Statistic<T> {
    pub about: Part,
    /// The date that it is of, in the account's time zone.
    pub as_of: NaiveDate,
    /// The position of the account's log that it includes.
    pub position: i64,
    /// Part of it is of a time that was not followed by webhooks.
    pub approximate: bool,
    pub value: T,
    /// The same of each group, if groups were asked for.
    pub groups: Option<Groups<T>>,
}

/// Whose items a statistic is of, and which.
#[derive(Clone, Debug)]
pub struct Part {
    /// The account's login.
    pub account: String,
    pub view: Option<String>,
    /// Names in the question that nothing has.
    pub unknown: Vec<UnknownName>,
}

impl<T> Statistic<T> {
    /// What it is of, in words: `acme, view bug-scrub, 2026-11-22`.
    pub fn about(&self) -> String {
        let view = self.about.view.as_ref().map(|view| format!(", view {view}")).unwrap_or_default();
        format!("{}{view}, {}", self.about.account, self.as_of)
    }
}

/// How the open items spread.
#[derive(Debug)]
pub struct Ages {
    pub by_age: Vec<AgeBucket>,
    pub by_staleness: Vec<AgeBucket>,
}

/// What was opened, answered and closed between two dates.
#[derive(Debug)]
pub struct Throughput {
    pub from: NaiveDate,
    pub to: NaiveDate,
    /// All repositories together, and each.
    pub total: ThroughputRow,
    pub rows: Vec<ThroughputRow>,
}

/// The moment that an answer is of.
#[derive(Clone, Copy)]
struct Moment {
    date: NaiveDate,
    /// The first moment after that date, if it is over.
    end: Option<DateTime<Utc>>,
}

impl Service {
    /// How many items were open at the end of each step, and how stale, unless the asker has this version.
    ///
    /// # Errors
    /// [`Refusal::MissingScope`], [`Refusal::BadParameter`] for dates to come or too many steps, or as
    /// [`Service::portion`].
    pub async fn backlog(
        &self,
        viewer: &Viewer,
        question: &StatsQuestion,
        range: DateRange,
        step: Step,
        is_known: impl Fn(&Version) -> bool,
    ) -> Result<VersionedAnswer<Statistic<Vec<BacklogPoint>>>, Refusal> {
        let moment = self.moment(viewer, question)?;
        let (from, to) = moment.range(range, step.least_days())?;
        let (zone, by) = (self.0.calendar.zone, question.group_by);
        let what = format!("backlog {from} {to} {step:?}");
        self.counted(viewer, question, (moment, what), is_known, move |about, read| {
            let of = |chosen: &ChosenLifetimes<'_>| stats::backlog(chosen.lifetimes(), zone, from, to, step);
            let (value, groups) = grouped(by, &read, of);
            let approximate = value.iter().any(|point| point.approximate);
            Statistic { about, as_of: moment.date, position: read.position, approximate, value, groups }
        })
        .await
    }

    /// What was opened, answered and closed in each step, and how long answers and closings took.
    ///
    /// # Errors
    /// As [`Service::backlog`].
    pub async fn flow(
        &self,
        viewer: &Viewer,
        question: &StatsQuestion,
        range: DateRange,
        step: Step,
        is_known: impl Fn(&Version) -> bool,
    ) -> Result<VersionedAnswer<Statistic<Vec<FlowPoint>>>, Refusal> {
        let moment = self.moment(viewer, question)?;
        let (from, to) = moment.range(range, step.least_days())?;
        let (zone, by) = (self.0.calendar.zone, question.group_by);
        let what = format!("flow {from} {to} {step:?}");
        self.counted(viewer, question, (moment, what), is_known, move |about, read| {
            let of = |chosen: &ChosenLifetimes<'_>| stats::flow(chosen.lifetimes(), zone, from, to, step);
            let (value, groups) = grouped(by, &read, of);
            let approximate = value.iter().any(|point| point.approximate);
            Statistic { about, as_of: moment.date, position: read.position, approximate, value, groups }
        })
        .await
    }

    /// How the open items spread over age and over staleness.
    ///
    /// # Errors
    /// As [`Service::backlog`].
    pub async fn ages(
        &self,
        viewer: &Viewer,
        question: &StatsQuestion,
        is_known: impl Fn(&Version) -> bool,
    ) -> Result<VersionedAnswer<Statistic<Ages>>, Refusal> {
        let moment = self.moment(viewer, question)?;
        let (zone, by) = (self.0.calendar.zone, question.group_by);
        let what = "ages".to_owned();
        self.counted(viewer, question, (moment, what), is_known, move |about, read| {
            let days = |at| days_since(at, moment.date, zone);
            let open_days =
                |(created_at, updated_at)| OpenDays { days_age: days(created_at), days_stale: days(updated_at) };
            let of = |chosen: &ChosenLifetimes<'_>| {
                let open: Vec<OpenDays> = chosen.open().map(open_days).collect();
                Ages { by_age: stats::ages(&open, AgeOf::Creation), by_staleness: stats::ages(&open, AgeOf::Update) }
            };
            let (value, groups) = grouped(by, &read, of);
            let approximate = moment.end.is_some_and(|end| read.approximate_from(end));
            Statistic { about, as_of: moment.date, position: read.position, approximate, value, groups }
        })
        .await
    }

    /// What was opened, answered and closed in the last `window` days, by repository.
    ///
    /// # Errors
    /// As [`Service::backlog`].
    pub async fn throughput(
        &self,
        viewer: &Viewer,
        question: &StatsQuestion,
        window: Option<i64>,
        is_known: impl Fn(&Version) -> bool,
    ) -> Result<VersionedAnswer<Statistic<Throughput>>, Refusal> {
        let moment = self.moment(viewer, question)?;
        let (from, to) = (moment.date - TimeDelta::days(window.unwrap_or(USUAL_WINDOW) - 1), moment.date);
        let (zone, by) = (self.0.calendar.zone, question.group_by);
        let what = format!("throughput {from}");
        self.counted(viewer, question, (moment, what), is_known, move |about, read| {
            let name = |repo_id: i64| read.names.get(&repo_id).cloned();
            let of = |chosen: &ChosenLifetimes<'_>| {
                let mut rows = stats::throughput(chosen.lifetimes(), zone, from..=to, name);
                Throughput { from, to, total: rows.remove(0), rows }
            };
            let (value, groups) = grouped(by, &read, of);
            let date = |at: DateTime<Utc>| at.with_timezone(&zone).date_naive();
            let mut rough = read.lifetimes.iter().filter_map(|lifetime| lifetime.approximate_before);
            let approximate = rough.any(|before| date(before) >= from);
            Statistic { about, as_of: to, position: read.position, approximate, value, groups }
        })
        .await
    }

    fn moment(&self, viewer: &Viewer, question: &StatsQuestion) -> Result<Moment, Refusal> {
        viewer.require_embed()?;
        let past = self.past(question.as_of)?;
        let end = past.map(|date| self.0.calendar.end_of(date));
        Ok(Moment { date: past.unwrap_or(self.today()), end })
    }

    /// The names in a question that nothing has; not those of the view, if others read along.
    async fn unknown_in(
        &self,
        viewer: &Viewer,
        question: &StatsQuestion,
        portion: &Portion,
        moment: Moment,
    ) -> Result<Vec<UnknownName>, Refusal> {
        let named = portion.named(viewer, moment.date)?;
        self.unknown_names(portion.account.account_id, &viewer.sight(), &named, question.strict).await
    }

    /// The version that a statistic has now. `what`: which one, and by what parameters of its own.
    async fn statistic_version(
        &self,
        viewer: &Viewer,
        question: &StatsQuestion,
        portion: &Portion,
        (moment, what): (Moment, &str),
    ) -> Result<(Version, FetchingStage), Refusal> {
        let account_id = portion.account.account_id;
        let view = portion.view.as_ref().map(|view| &view.name);
        let head = self.0.live.head(account_id);
        // It is read before anything that is counted, which so includes it. What memory tells, such as which names there
        // are, may be behind it.
        let position = head_position(&self.0.pool, account_id).await?;
        let behind = head.map(|head| position - head.position);
        // What was fetched completely counts otherwise, and no event tells of it.
        let fetching = fetching::stage(&self.0.pool, account_id, &viewer.sight()).await?;
        let asked = format!(
            "{what} {question:?} {view:?} {:?} {:?} {} {} {:?} {behind:?} {fetching:?}",
            portion.filter(moment.date)?,
            viewer.sight(),
            viewer.is_embed(),
            self.0.calendar.zone,
            self.0.bots,
        );
        let generation = head.map_or(0, |head| head.generation);
        Ok((Version { account_id, date: moment.date, generation, position, asked }, fetching))
    }

    /// Counts the lifetimes that a question means, unless the asker has this version.
    async fn counted<T: Send + 'static>(
        &self,
        viewer: &Viewer,
        question: &StatsQuestion,
        (moment, what): (Moment, String),
        is_known: impl Fn(&Version) -> bool,
        count: impl FnOnce(Part, Arc<Lifetimes>) -> Statistic<T> + Send + 'static,
    ) -> Result<VersionedAnswer<Statistic<T>>, Refusal> {
        let portion = self.portion(viewer, &question.subject, moment.past(), None).await?;
        let (version, fetching) = self.statistic_version(viewer, question, &portion, (moment, &what)).await?;
        if is_known(&version) {
            return Ok(VersionedAnswer::Known(version));
        }
        let held = self.0.counting.take(viewer).await?;
        let (about, read) = self.lifetimes(viewer, question, portion, (moment, &version, fetching)).await?;
        let counted = computed(move || {
            let counted = count(about, read);
            drop(held);
            counted
        });
        Ok(VersionedAnswer::New(version, counted.await?))
    }

    async fn lifetimes(
        &self,
        viewer: &Viewer,
        question: &StatsQuestion,
        portion: Portion,
        (moment, version, fetching): (Moment, &Version, FetchingStage),
    ) -> Result<(Part, Arc<Lifetimes>), Refusal> {
        let (filter, group_by) = (portion.filter(moment.date)?, question.group_by.map(|by| by.facet));
        let unknown = self.unknown_in(viewer, question, &portion, moment).await?;
        let account_id = portion.account.account_id;
        let of = Of {
            account_id,
            generation: version.generation,
            position: version.position,
            sight: viewer.sight(),
            filter: filter.clone(),
            group_by,
            milestones: question.milestones,
            fetching,
        };
        let read = match self.0.counting.known(&of) {
            Some(read) => read,
            None => {
                let scope = Scope { sight: viewer.sight(), filter, group_by, milestones: question.milestones };
                let read = Arc::new(lifetimes(&self.0.pool, account_id, &scope, &self.0.bots).await?);
                if read.position == of.position {
                    self.0.counting.keep(of, &read);
                }
                read
            }
        };
        let about = Part { account: portion.account.login, view: portion.view.map(|view| view.name), unknown };
        let read = match moment.end {
            Some(end) => Arc::new(read.until(end)),
            None => read,
        };
        Ok((about, read))
    }
}

impl Moment {
    fn past(self) -> Option<NaiveDate> {
        self.end.map(|_| self.date)
    }

    /// The dates of a range: in order, not too far apart and not in the future.
    fn range(self, range: DateRange, days_a_step: i64) -> Result<(NaiveDate, NaiveDate), Refusal> {
        let to = range.to.unwrap_or(self.date);
        let from = range.from.unwrap_or(to - TimeDelta::weeks(52));
        if to > self.date {
            return Err(Refusal::bad_parameter("to", "What is to come is not known: today at the latest."));
        }
        if from > to {
            return Err(Refusal::bad_parameter("from", "It is after `to`."));
        }
        if (to - from).num_days() / days_a_step >= MOST_STEPS {
            return Err(Refusal::bad_parameter("from", "At most 3700 steps from `to`."));
        }
        Ok((from, to))
    }
}

/// Computes off the threads that serve requests.
async fn computed<T: Send + 'static>(compute: impl FnOnce() -> T + Send + 'static) -> Result<T, Refusal> {
    tokio::task::spawn_blocking(compute).await.map_err(|_| Refusal::Failed)
}
