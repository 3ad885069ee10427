//! How much of a view was read, and how long ago.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use super::{DateRange, Part, Statistic, StatsQuestion, computed};
use crate::activity::{Mark, Remarks};
use crate::rank::stale_age::days_since;
use crate::rank::{Order, PageRequest, Place};
use crate::scrub::Track;
use crate::scrub::view::BUG_SCRUB;
use crate::service::queue::{Version, VersionedAnswer};
use crate::service::{Refusal, Service, Viewer};
use crate::stats::{self, CoverageBucket, CoveragePoint, Step};
use crate::store::facets::of_items;
use crate::store::lifetimes::Lifetimes;
use crate::store::remarks::remarks;
use crate::store::scrubs::read::{last_paces, round};

/// Items of a view that are counted at most.
const MOST_ITEMS: usize = 10_000_000;
/// Scrubs whose pace is looked at.
const PACES: i64 = 12;

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
    /// What was read in each step, oldest first; empty unless steps were asked for.
    pub series: Vec<CoveragePoint>,
}

impl Service {
    /// How much of a view was read, and how long ago: of `bug-scrub`, unless another one is asked for, and unless the asker has
    /// this version. With `series`, also what was read in each step.
    ///
    /// # Errors
    /// As [`Service::backlog`]; also if a series is asked for of groups.
    pub async fn coverage(
        &self,
        viewer: &Viewer,
        question: &StatsQuestion,
        series: Option<(DateRange, Step)>,
        is_known: impl Fn(&Version) -> bool,
    ) -> Result<VersionedAnswer<Statistic<Coverage>>, Refusal> {
        let moment = self.moment(viewer, question)?;
        let past = moment.past();
        let portion = self.portion(viewer, &question.subject, past, Some(BUG_SCRUB)).await?;
        if series.is_some() && question.group_by.is_some() {
            let detail = "A series has no groups; choose one value by a filter.";
            return Err(Refusal::bad_parameter("group_by", detail));
        }
        let series = match series {
            Some((range, step)) => Some((moment.range(range, step.least_days())?, step)),
            None => None,
        };
        let what = format!("coverage {series:?}");
        let (version, fetching) = self.statistic_version(viewer, question, &portion, (moment, &what)).await?;
        if is_known(&version) {
            return Ok(VersionedAnswer::Known(version));
        }
        let _held = self.0.counting.take(viewer).await?;
        let account_id = portion.account.account_id;
        let filter = portion.filter(moment.date)?;
        let unknown = self.unknown_in(viewer, question, &portion, moment).await?;
        let lifetimes = match series {
            Some(_) => Some(self.lifetimes(viewer, question, portion.clone(), (moment, &version, fetching)).await?.1),
            None => None,
        };
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
        let (zone, by) = (self.0.calendar.zone, question.group_by);
        let (of_items, names) = match by {
            Some(by) => of_items(&self.0.pool, account_id, &sight, by.facet).await?,
            None => Default::default(),
        };
        let statistic = computed(move || {
            let last_read =
                |place: &Place| remarks.get(&(place.key.repo_id, place.key.number)).and_then(Remarks::last_read);
            let marks: Vec<Option<&Mark>> = places.places.iter().map(last_read).collect();
            // Of what a spreadsheet tells without a date it is known only that it was long ago.
            let days = |mark: &Mark| mark.at.map_or(i64::MAX, |at| days_since(at, moment.date, zone));
            let covered = |marks: &[Option<&Mark>], pace: Option<f64>| {
                let count = |is: &dyn Fn(&Option<&Mark>) -> bool| marks.iter().filter(|mark| is(mark)).count() as i64;
                let read = count(&|mark| mark.is_some_and(|mark| mark.position > round.started));
                let (eligible, left) = (marks.len() as i64, marks.len() as i64 - read);
                Coverage {
                    view: view.clone(),
                    eligible,
                    never_read: count(&|mark| mark.is_none()),
                    round: round.round,
                    read_in_round: read,
                    left_in_round: left,
                    items_per_scrub: pace,
                    scrubs_until_round_ends: pace.and_then(|pace| stats::coverage::scrubs_left(left, pace)),
                    weeks_since_read: stats::coverage(marks.iter().map(|mark| mark.map(days))),
                    series: vec![],
                }
            };
            let mut value = covered(&marks, stats::coverage::pace(&paces));
            if let (Some(read), Some(((from, to), step))) = (&lifetimes, series) {
                value.series = counted_in_steps(read, &remarks, zone, (from, to, step));
            }
            let groups = by.map(|by| {
                let own = |place: &Place| of_items.get(&(place.key.repo_id, place.key.number)).cloned();
                let values: Vec<Vec<u32>> = places.places.iter().map(|place| own(place).unwrap_or_default()).collect();
                // Scrubs read all groups together, so that none of them has a pace.
                by.make(
                    &values,
                    &names,
                    |_| true,
                    |members| {
                        let own: Vec<Option<&Mark>> = members.iter().map(|place| marks[*place as usize]).collect();
                        covered(&own, None)
                    },
                )
            });
            let rough = value.series.iter().any(|point| point.approximate);
            let (position, approximate) = (places.position, places.approximate || rough);
            Statistic { about, as_of: moment.date, position, approximate, value, groups }
        });
        Ok(VersionedAnswer::New(version, statistic.await?))
    }
}

/// What was read in each step, of items with these remarks by their repositories and numbers.
fn counted_in_steps(
    read: &Lifetimes,
    remarks: &HashMap<(i64, i64), Remarks>,
    zone: Tz,
    (from, to, step): (NaiveDate, NaiveDate, Step),
) -> Vec<CoveragePoint> {
    let readings = |repo_id: i64, number: i64| -> Vec<Option<DateTime<Utc>>> {
        let marks = remarks.get(&(repo_id, number)).map(|remarks| remarks.marks.iter().map(|mark| mark.at));
        marks.into_iter().flatten().collect()
    };
    let items = read.lifetimes.iter().zip(&read.numbers);
    let readings: Vec<_> = items.map(|(lifetime, number)| readings(lifetime.repo_id, *number)).collect();
    let items = read.lifetimes.iter().zip(readings.iter().map(Vec::as_slice));
    stats::coverage_series(items, zone, from, to, step)
}
