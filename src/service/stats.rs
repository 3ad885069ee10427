//! Statistics: how the backlog fares.
//!
//! Everything is counted from the lifetimes of one moment, off the threads that serve requests.

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};

use super::names::UnknownName;
use super::queue::{Portion, Subject};
use super::{Refusal, Service, Viewer};
use crate::activity::{Mark, Remarks};
use crate::rank::stale_age::days_since;
use crate::rank::{Order, PageRequest, Place};
use crate::scrub::Track;
use crate::scrub::view::BUG_SCRUB;
use crate::stats::{self, AgeBucket, AgeOf, BacklogPoint, CoverageBucket, Forecast, ForecastRequest};
use crate::stats::{OpenDays, Step, ThroughputRow, Week};
use crate::store::lifetimes::{Lifetimes, Scope, lifetimes};
use crate::store::remarks::remarks;
use crate::store::scrubs::read::{last_paces, round};

/// Steps of a range at most: days of ten years are fewer.
pub const MOST_STEPS: i64 = 3_700;
/// Items of a view that are counted at most.
const MOST_ITEMS: usize = 10_000_000;
/// Scrubs whose pace is looked at.
const PACES: i64 = 12;
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
    /// All repositories together first, then each.
    pub rows: Vec<ThroughputRow>,
}

/// How much of a view was read.
#[derive(Debug)]
pub struct Coverage {
    pub view: String,
    /// Items that the view has.
    pub eligible: i64,
    /// Of these, those that nobody has read.
    pub never_read: i64,
    /// The round that the view is in, from 1.
    pub round: i64,
    /// Of the items, those that were read in the round, and those that are left.
    pub read_in_round: i64,
    pub left_in_round: i64,
    /// Items that a scrub of the view reads: the mean of the last twelve that are closed.
    pub items_per_scrub: Option<f64>,
    /// Scrubs until the round is over, at that pace.
    pub scrubs_until_round_ends: Option<i64>,
    /// By the weeks since each was last read.
    pub weeks_since_read: Vec<CoverageBucket>,
}

/// The moment that an answer is of.
#[derive(Clone, Copy)]
struct Moment {
    date: NaiveDate,
    /// The first moment after that date, if it is over.
    end: Option<DateTime<Utc>>,
}

impl Service {
    /// How many items were open at the end of each week or day, and how stale.
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
    ) -> Result<Statistic<Vec<BacklogPoint>>, Refusal> {
        let moment = self.moment(viewer, question)?;
        let (from, to) = moment.range(range, if step == Step::Day { 1 } else { 7 })?;
        let (about, read) = self.lifetimes(viewer, question, moment).await?;
        let zone = self.0.calendar.zone;
        computed(move || {
            let points = stats::backlog(&read.lifetimes, zone, from, to, step);
            let approximate = points.iter().any(|point| point.approximate);
            Statistic { about, as_of: moment.date, position: read.position, approximate, value: points }
        })
        .await
    }

    /// How the open items spread over age and over staleness.
    ///
    /// # Errors
    /// As [`Service::backlog`].
    pub async fn ages(&self, viewer: &Viewer, question: &StatsQuestion) -> Result<Statistic<Ages>, Refusal> {
        let moment = self.moment(viewer, question)?;
        let (about, read) = self.lifetimes(viewer, question, moment).await?;
        let zone = self.0.calendar.zone;
        computed(move || {
            let days = |at| days_since(at, moment.date, zone);
            let open_days =
                |&(created_at, updated_at): &_| OpenDays { days_age: days(created_at), days_stale: days(updated_at) };
            let open: Vec<OpenDays> = read.open.iter().map(open_days).collect();
            let (by_age, by_staleness) = (stats::ages(&open, AgeOf::Creation), stats::ages(&open, AgeOf::Update));
            let approximate = moment.end.is_some_and(|end| read.approximate_from(end));
            let value = Ages { by_age, by_staleness };
            Statistic { about, as_of: moment.date, position: read.position, approximate, value }
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
    ) -> Result<Statistic<Throughput>, Refusal> {
        let moment = self.moment(viewer, question)?;
        let (from, to) = (moment.date - TimeDelta::days(window.unwrap_or(USUAL_WINDOW) - 1), moment.date);
        let (about, read) = self.lifetimes(viewer, question, moment).await?;
        let zone = self.0.calendar.zone;
        computed(move || {
            let name = |repo_id: i64| read.names.get(&repo_id).cloned();
            let rows = stats::throughput(&read.lifetimes, zone, from..=to, name);
            let date = |at: DateTime<Utc>| at.with_timezone(&zone).date_naive();
            let mut rough = read.lifetimes.iter().filter_map(|lifetime| lifetime.approximate_before);
            let approximate = rough.any(|before| date(before) >= from);
            Statistic { about, as_of: to, position: read.position, approximate, value: Throughput { from, to, rows } }
        })
        .await
    }

    /// When the last open item will be closed, if weeks go on as those of a range did. The same seed gives
    /// the same answer; it is made from the date unless given.
    ///
    /// # Errors
    /// As [`Service::backlog`].
    pub async fn forecast(
        &self,
        viewer: &Viewer,
        question: &StatsQuestion,
        range: DateRange,
        seed: Option<u64>,
    ) -> Result<Statistic<Forecast>, Refusal> {
        let moment = self.moment(viewer, question)?;
        let (from, to) = moment.range(range, 7)?;
        let seed = seed.unwrap_or(u64::from(moment.date.num_days_from_ce().unsigned_abs()));
        let (about, read) = self.lifetimes(viewer, question, moment).await?;
        let zone = self.0.calendar.zone;
        computed(move || {
            let mut points = stats::backlog(&read.lifetimes, zone, from, to, Step::Week);
            // Weeks before anything was heard of are no weeks in which nothing happened.
            let approximate = points.iter().any(|point| point.approximate);
            points.retain(|point| !point.approximate);
            let quiet = points.iter().take_while(|point| point.opened + point.closed + point.gone == 0).count();
            let weeks = Week::complete(&points[quiet..]);
            let open_now = u32::try_from(read.open.len()).unwrap_or(u32::MAX);
            let value = stats::forecast(&weeks, ForecastRequest::new(moment.date, open_now, seed));
            Statistic { about, as_of: moment.date, position: read.position, approximate, value }
        })
        .await
    }

    /// How much of a view was read, and how long ago: of `bug-scrub`, unless another one is asked for.
    ///
    /// # Errors
    /// As [`Service::backlog`].
    pub async fn coverage(&self, viewer: &Viewer, question: &StatsQuestion) -> Result<Statistic<Coverage>, Refusal> {
        let moment = self.moment(viewer, question)?;
        let past = moment.past();
        let portion = self.portion(viewer, &question.subject, past, Some(BUG_SCRUB)).await?;
        let account_id = portion.account.account_id;
        let filter = portion.filter(moment.date)?;
        let unknown = self.unknown_in(viewer, question, &portion, moment).await?;
        let view = portion.view.map_or_else(|| BUG_SCRUB.to_owned(), |view| view.name);
        let about = Part { account: portion.account.login, view: Some(view.clone()), unknown };
        let request = PageRequest {
            account_id,
            sight: viewer.sight(),
            filter,
            order: Order::default(),
            date: moment.date,
            past: past.is_some(),
            after: None,
            limit: MOST_ITEMS,
        };
        let places = self.0.live.places(request).await?;
        let (sight, track) = (viewer.sight(), Track::of(&viewer.sight()));
        let round = round(&self.0.pool, account_id, &view, track, moment.end).await?;
        let paces = last_paces(&self.0.pool, account_id, &view, &sight, moment.end, PACES).await?;
        let remarks = remarks(&self.0.pool, account_id, &sight, moment.end).await?;
        let zone = self.0.calendar.zone;
        computed(move || {
            let last_read =
                |place: &Place| remarks.get(&(place.key.repo_id, place.key.number)).and_then(Remarks::last_read);
            let marks: Vec<Option<&Mark>> = places.places.iter().map(last_read).collect();
            // Of what a spreadsheet tells without a date it is known only that it was long ago.
            let days = |mark: &Mark| mark.at.map_or(i64::MAX, |at| days_since(at, moment.date, zone));
            let count = |is: &dyn Fn(&Option<&Mark>) -> bool| marks.iter().filter(|mark| is(mark)).count() as i64;
            let read = count(&|mark| mark.is_some_and(|mark| mark.position > round.started));
            let left = places.total - read;
            let pace = stats::coverage::pace(&paces);
            let value = Coverage {
                view,
                eligible: places.total,
                never_read: count(&|mark| mark.is_none()),
                round: round.round,
                read_in_round: read,
                left_in_round: left,
                items_per_scrub: pace,
                scrubs_until_round_ends: pace.and_then(|pace| stats::coverage::scrubs_left(left, pace)),
                weeks_since_read: stats::coverage(marks.iter().map(|mark| mark.map(days))),
            };
            let (position, approximate) = (places.position, places.approximate);
            Statistic { about, as_of: moment.date, position, approximate, value }
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

    async fn lifetimes(
        &self,
        viewer: &Viewer,
        question: &StatsQuestion,
        moment: Moment,
    ) -> Result<(Part, Lifetimes), Refusal> {
        let portion = self.portion(viewer, &question.subject, moment.past(), None).await?;
        let scope = Scope { sight: viewer.sight(), filter: portion.filter(moment.date)? };
        let unknown = self.unknown_in(viewer, question, &portion, moment).await?;
        let read = lifetimes(&self.0.pool, portion.account.account_id, &scope, &self.0.bots).await?;
        let about = Part { account: portion.account.login, view: portion.view.map(|view| view.name), unknown };
        let read = match moment.end {
            Some(end) => read.until(end),
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
