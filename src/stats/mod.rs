//! Statistics of an account's backlog, and their charts.
//!
//! Pure: `today`, the time zone and seeds are arguments; nothing here does IO or reads a clock. The players:
//! - [`lifetime`]: what is known about an item over time. All figures are counted from lifetimes;
//! - [`fold`]: how an item's events become its lifetime;
//! - [`steps`]: the days, weeks or months that a range is counted in;
//! - [`mod@backlog`]: how many items were open at the end of each step, and how stale they were;
//! - [`mod@ages`]: how the open items spread over age and staleness;
//! - [`mod@throughput`]: what was opened, answered and closed in a window of dates, by repository;
//! - [`mod@flow`]: the same in each step, with the times that answers and closings took;
//! - [`mod@forecast`]: when the last open item will be closed, if the weeks to come are like those that were;
//! - [`history`]: how far back it is known what was opened and closed;
//! - [`mod@milestones`]: what is open and closed in milestones, and when the last open item of one will be closed;
//! - [`mod@coverage`]: how much of a view was read, and how long ago; [`mod@coverage_series`]: how much in each step;
//! - [`percentile`]: what "median" and "90th percentile" mean here;
//! - [`chart`]: each statistic as a finished SVG.
//!
//! Not guaranteed: for days before the installation, only creation and closing dates are known (`approximate`); see [`fold`] and
//! [`history`].

pub mod ages;
pub mod backlog;
pub mod chart;
pub mod coverage;
pub mod coverage_series;
pub mod flow;
pub mod fold;
pub mod forecast;
pub mod history;
pub mod lifetime;
pub mod milestones;
pub mod percentile;
pub mod steps;
pub mod throughput;

pub use ages::{AgeBucket, AgeOf, OpenDays, ages};
pub use backlog::{BacklogPoint, backlog};
pub use chart::Size;
pub use coverage::{CoverageBucket, coverage};
pub use coverage_series::{CoveragePoint, coverage_series};
pub use flow::{FlowPoint, flow};
pub use fold::{ItemNow, LifetimeFold};
pub use forecast::{FanPoint, Forecast, ForecastRequest, ForecastSummary, Verdict, Week, forecast};
pub use history::{FetchState, History, HistoryExtent};
pub use lifetime::{BacklogChange, Lifetime, Transition};
pub use milestones::{Milestone, MilestoneItems, MilestoneRow, MilestoneState, MilestonesRequest, milestones};
pub use steps::Step;
pub use throughput::{ThroughputRow, throughput};
