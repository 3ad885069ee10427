//! When the last open item will be closed, if the weeks to come are like those that were.
//!
//! This is a Monte Carlo simulation by bootstrap. Each run draws past weeks at random, with replacement, adds what they opened
//! and subtracts what they closed, until nothing is open. It draws whole weeks, `opened` and `closed` together, so that what
//! belongs together (busy weeks, holidays) stays together. Sources: B. Efron, "Bootstrap Methods: Another Look at the
//! Jackknife", The Annals of Statistics 7 (1979), 1-26; for backlogs, D. S. Vacanti, "Actionable Agile Metrics for
//! Predictability" (2015), chapters 14 and 15.
//!
//! Not guaranteed: weeks are drawn independently, so a trend, a season or a series of bad weeks does not continue. The spread
//! says how much weeks differ, not whether the future will be like the past.

use chrono::{Duration, NaiveDate};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::backlog::BacklogPoint;
use super::history::HistoryExtent;
use super::percentile::rank;

/// How many weeks with any activity a forecast needs.
pub const LEAST_WEEKS: usize = 4;

/// What happened in a complete week.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Week {
    pub opened: u32,
    /// Items that left the backlog: closed, deleted or transferred away.
    pub closed: u32,
}

impl Week {
    /// The complete weeks of a weekly backlog, which are those with seven days.
    pub fn complete(points: &[BacklogPoint]) -> Vec<Week> {
        let complete = points.iter().filter(|point| point.days() == 7);
        complete.map(|point| Week { opened: point.opened, closed: point.closed + point.gone }).collect()
    }

    fn net(self) -> i64 {
        i64::from(self.opened) - i64::from(self.closed)
    }
}

/// What to forecast.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ForecastRequest {
    /// The date from which weeks are counted.
    pub today: NaiveDate,
    pub open_now: u32,
    /// The same seed gives the same answer.
    pub seed: u64,
    /// How many weeks a run lasts at most.
    pub horizon_weeks: u32,
    /// At least 1.
    pub runs: u32,
    /// What shrinks or grows, in words.
    pub subject: &'static str,
    /// From when the weeks count.
    pub extent: HistoryExtent,
}

impl ForecastRequest {
    /// A request with ten years and 10,000 runs. The standard error of a share is then at most half a percentage point,
    /// `sqrt(0.5 * 0.5 / 10,000)`.
    pub fn new(today: NaiveDate, open_now: u32, seed: u64) -> Self {
        let (subject, extent) = ("the backlog", HistoryExtent::default());
        Self { today, open_now, seed, horizon_weeks: 520, runs: 10_000, subject, extent }
    }
}

/// The result of the runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing is open now.
    NothingOpen,
    /// Something happened in fewer than four weeks ([`LEAST_WEEKS`]), so there were no runs.
    TooLittleHistory,
    /// Fewer than half of the runs closed the last item within the horizon.
    NotAtThisRate,
    /// At least half of the runs did, so there is a `date_50`.
    Closes,
}

/// The answer, as one row.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct ForecastSummary {
    pub today: NaiveDate,
    pub open_now: u32,
    pub verdict: Verdict,
    /// From how many past weeks the runs drew.
    pub weeks: usize,
    /// Opened minus closed per week, on average, to two decimals. Below 0 the backlog shrinks.
    pub mean_net_weekly: Option<f64>,
    /// The date by which 50 % of the runs had closed the last open item. Null if fewer did within the horizon.
    pub date_50: Option<NaiveDate>,
    /// The same for 80 %.
    pub date_80: Option<NaiveDate>,
    /// The same for 95 %.
    pub date_95: Option<NaiveDate>,
    /// The share of the runs (0 to 1) that closed the last open item within the horizon.
    pub share_closing: Option<f64>,
    pub horizon_weeks: u32,
    pub runs: u32,
    pub sentence: String,
    /// The date from which the history counts as whole, and so can be drawn from: that of the first creation once all items
    /// are fetched, open and closed ones, or if webhooks told of all; otherwise that of the first week in the range of which
    /// webhooks told everything. Null if there is none.
    pub whole_since: Option<NaiveDate>,
    /// The date before which the history lacks reopenings, and items that were deleted or transferred away, so that what was
    /// drawn of it is approximate. Null if nothing was.
    pub approximate_before: Option<NaiveDate>,
    /// Of how many repositories not all items are fetched yet. While there are any, only weeks count of which webhooks told.
    pub fetching: usize,
}

/// How many items are open in a future week: this many or fewer in 5, 20, 50, 80 and 95 % of the runs. `p80` reaches 0 at
/// `date_80`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FanPoint {
    pub date: NaiveDate,
    pub p5: u32,
    pub p20: u32,
    pub p50: u32,
    pub p80: u32,
    pub p95: u32,
}

/// The answer, and how the runs spread until then.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Forecast {
    pub summary: ForecastSummary,
    /// How many of the runs have ended, now and after each week. Empty if there were no runs.
    #[serde(skip)]
    pub ended: Vec<usize>,
    /// From `today` to the horizon, or until every run ended: every week of the first year, then fewer and fewer. Empty if there
    /// were no runs.
    pub fan: Vec<FanPoint>,
}

impl Forecast {
    /// The share of the runs (0 to 1) that had closed the last open item by a date; `None` if there were no runs.
    pub fn share_by(&self, date: NaiveDate) -> Option<f64> {
        let last = self.ended.len().checked_sub(1)?;
        // A run ends with a week.
        let weeks = (date - self.summary.today).num_weeks().max(0);
        let ended = self.ended[usize::try_from(weeks).unwrap_or(last).min(last)];
        Some(ended as f64 / f64::from(self.summary.runs))
    }
}

/// Forecasts from complete weeks, in any order. Leave out weeks before anything was recorded, because they are not weeks in
/// which nothing happened.
pub fn forecast(weeks: &[Week], request: ForecastRequest) -> Forecast {
    let request = ForecastRequest { runs: request.runs.max(1), ..request };
    let eventful = weeks.iter().filter(|week| **week != Week::default()).count();
    let net: Vec<i64> = weeks.iter().map(|week| week.net()).collect();
    let mean = (!net.is_empty()).then(|| net.iter().sum::<i64>() as f64 / net.len() as f64);
    let mut forecast = Forecast {
        summary: ForecastSummary {
            today: request.today,
            open_now: request.open_now,
            verdict: Verdict::NotAtThisRate,
            weeks: weeks.len(),
            mean_net_weekly: mean.map(|mean| (mean * 100.0).round() / 100.0),
            date_50: None,
            date_80: None,
            date_95: None,
            share_closing: None,
            horizon_weeks: request.horizon_weeks,
            runs: request.runs,
            sentence: String::new(),
            whole_since: request.extent.whole_since,
            approximate_before: request.extent.approximate_before,
            fetching: request.extent.fetching,
        },
        ended: vec![],
        fan: vec![],
    };
    let summary = &mut forecast.summary;
    if request.open_now == 0 {
        summary.verdict = Verdict::NothingOpen;
        (summary.date_50, summary.date_80, summary.date_95) =
            (Some(request.today), Some(request.today), Some(request.today));
    } else if eventful < LEAST_WEEKS {
        summary.verdict = Verdict::TooLittleHistory;
    } else {
        let mut runs = Runs::new(request);
        forecast.fan = runs.play(&net);
        forecast.ended = runs.ended_by;
        summary.date_50 = runs.dates[0];
        summary.date_80 = runs.dates[1];
        summary.date_95 = runs.dates[2];
        summary.share_closing = Some(runs.ended as f64 / f64::from(request.runs));
        if summary.date_50.is_some() {
            summary.verdict = Verdict::Closes;
        }
    }
    summary.sentence = sentence(summary, eventful, request.subject);
    if summary.verdict != Verdict::NothingOpen {
        summary.sentence += &request.extent.words();
    }
    forecast
}

/// The shares of the runs for which there are dates, in percent.
const SHARES: [usize; 3] = [50, 80, 95];

/// All runs, week by week.
struct Runs {
    request: ForecastRequest,
    rng: ChaCha8Rng,
    /// How many items are open in each run that still goes on.
    open: Vec<i64>,
    /// How many runs reached 0.
    ended: usize,
    /// How many had, at the beginning and after each week.
    ended_by: Vec<usize>,
    /// When each of [`SHARES`] had reached 0.
    dates: [Option<NaiveDate>; 3],
}

impl Runs {
    fn new(request: ForecastRequest) -> Self {
        let open = vec![i64::from(request.open_now); request.runs as usize];
        let rng = ChaCha8Rng::seed_from_u64(request.seed);
        Self { request, rng, open, ended: 0, ended_by: vec![0], dates: [None; 3] }
    }

    /// Plays all runs, to the horizon or until every run ended. `net` must not be empty.
    fn play(&mut self, net: &[i64]) -> Vec<FanPoint> {
        let mut fan = vec![self.fan_point(self.request.today)];
        for week in 1..=self.request.horizon_weeks {
            self.step(net);
            self.ended_by.push(self.ended);
            // The calendar ends here.
            let Some(date) = self.request.today.checked_add_signed(Duration::weeks(i64::from(week))) else { break };
            let mut told = false;
            for (share, reached) in SHARES.into_iter().zip(&mut self.dates) {
                if reached.is_none() && self.ended >= rank(self.request.runs as usize, share) {
                    *reached = Some(date);
                    told = true;
                }
            }
            if told || week % stride(week) == 0 || self.open.is_empty() || week == self.request.horizon_weeks {
                fan.push(self.fan_point(date));
            }
            if self.open.is_empty() {
                break;
            }
        }
        fan
    }

    /// Plays one week in every run that still goes on.
    fn step(&mut self, net: &[i64]) {
        let Self { rng, open, .. } = self;
        open.retain_mut(|open| {
            // A 32-bit draw, scaled to the number of weeks. The bias is below weeks / 2^32, and the draws stay the same even
            // if the library changes how it draws from a range.
            let drawn = (u64::from(rng.next_u32()) * net.len() as u64) >> 32;
            *open += net[drawn as usize];
            *open > 0
        });
        self.ended = self.request.runs as usize - self.open.len();
    }

    fn fan_point(&mut self, date: NaiveDate) -> FanPoint {
        let runs = self.request.runs as usize;
        // The greatest first: what was selected has all that is smaller before it, where the next is looked for.
        let mut rest = &mut self.open[..];
        let [p95, p80, p50, p20, p5] = [95, 80, 50, 20, 5].map(|percent| {
            let Some(place) = rank(runs, percent).checked_sub(self.ended + 1) else { return 0 };
            // A count of 2^32 would need as many items.
            let open = u32::try_from(*rest.select_nth_unstable(place).1).unwrap_or(u32::MAX);
            rest = &mut std::mem::take(&mut rest)[..=place];
            open
        });
        FanPoint { date, p5, p20, p50, p80, p95 }
    }
}

/// How many weeks lie between two points of the fan around `week`: what lies far is drawn small.
fn stride(week: u32) -> u32 {
    match week {
        ..=52 => 1,
        53..=104 => 2,
        105..=208 => 4,
        _ => 8,
    }
}

fn sentence(summary: &ForecastSummary, eventful: usize, subject: &str) -> String {
    let rate = match summary.mean_net_weekly {
        Some(mean) if mean < 0.0 => format!("{subject} shrinks by {:.2} items a week on average", -mean),
        Some(mean) if mean > 0.0 => format!("{subject} grows by {mean:.2} items a week on average"),
        _ => format!("{subject} neither grows nor shrinks on average"),
    };
    let horizon = format!("within {} weeks", summary.horizon_weeks);
    let share = summary.share_closing.unwrap_or_default() * 100.0;
    match summary.verdict {
        Verdict::NothingOpen => "Nothing is open.".to_owned(),
        Verdict::TooLittleHistory => {
            format!("Too little history: something happened in {eventful} complete weeks, {LEAST_WEEKS} are needed.")
        }
        Verdict::NotAtThisRate => {
            format!("Not at this rate: {rate}; {share:.1} % of the runs close the last open item {horizon}.")
        }
        Verdict::Closes => {
            let shares = SHARES.into_iter().zip([summary.date_50, summary.date_80, summary.date_95]);
            let dates: Vec<String> =
                shares.filter_map(|(share, date)| Some(format!("by {} in {share} %", date?))).collect();
            let rest = if summary.date_95.is_none() { format!(", {horizon} in {share:.1} %") } else { String::new() };
            let weeks = summary.weeks;
            format!(
                "If weeks go on like the last {weeks}, the last open item is closed {}{rest} of the runs; {rate}.",
                dates.join(", ")
            )
        }
    }
}
