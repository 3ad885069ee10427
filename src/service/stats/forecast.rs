//! When the backlog will be empty.

use std::cell::Cell;

use chrono::{Datelike, NaiveDate};

use super::groups::{ChosenLifetimes, grouped};
use super::{DateRange, Statistic, StatsQuestion};
use crate::service::queue::{Version, VersionedAnswer};
use crate::service::{Refusal, Service, Viewer};
use crate::stats::{self, Forecast, ForecastRequest, Step, Week};

impl Service {
    /// When the last open item will be closed, if weeks go on as those of a range did that count as whole
    /// ([`stats::history`]). The same seed gives the same answer; it is made from the date unless given.
    ///
    /// # Errors
    /// As [`Service::backlog`].
    pub async fn forecast(
        &self,
        viewer: &Viewer,
        question: &StatsQuestion,
        range: DateRange,
        seed: Option<u64>,
        is_known: impl Fn(&Version) -> bool,
    ) -> Result<VersionedAnswer<Statistic<Forecast>>, Refusal> {
        let moment = self.moment(viewer, question)?;
        let (from, to) = moment.range(range, 7)?;
        let seed = seed.unwrap_or(seed_of(moment.date));
        let (zone, by) = (self.0.calendar.zone, question.group_by);
        let what = format!("forecast {from} {to} {seed}");
        self.counted(viewer, question, (moment, what), is_known, move |about, read| {
            let (history, approximate) = (read.history(), Cell::new(false));
            let of = |chosen: &ChosenLifetimes<'_>| {
                let points = stats::backlog(chosen.lifetimes(), zone, from, to, Step::Week);
                let (points, extent) = history.weeks(chosen.lifetimes(), zone, points);
                approximate.set(approximate.get() || points.iter().any(|point| point.approximate));
                let open_now = u32::try_from(chosen.open().count()).unwrap_or(u32::MAX);
                let request = ForecastRequest { extent, ..ForecastRequest::new(moment.date, open_now, seed) };
                stats::forecast(&Week::complete(&points), request)
            };
            let (value, groups) = grouped(by, &read, of);
            let (position, approximate) = (read.position, approximate.get());
            Statistic { about, as_of: moment.date, position, approximate, value, groups }
        })
        .await
    }
}

/// The seed of a date's forecasts, unless one is given.
pub(super) fn seed_of(date: NaiveDate) -> u64 {
    u64::from(date.num_days_from_ce().unsigned_abs())
}
