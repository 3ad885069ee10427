//! Statistics of an account's backlog, and their charts.
//!
//! Pure: `today`, the time zone and seeds are arguments; nothing here does IO or reads a clock. The
//! players:
//! - [`lifetime`]: what is known of one item over time, which the figures are counted from;
//! - [`mod@backlog`]: how many items were open at the end of each day or week, and how stale;
//! - [`mod@ages`]: how the open items spread over age and staleness;
//! - [`mod@throughput`]: what was opened, answered and closed in a window of dates, by repository;
//! - [`mod@forecast`]: when the last open item will be closed, if weeks go on as they did;
//! - [`mod@coverage`]: how much of a view was read, and how long ago;
//! - [`percentile`]: the one definition of "median" and "90th percentile" here;
//! - [`chart`]: each of them as a finished SVG.
//!
//! What is not guaranteed: days before the installation rest on creation and closing dates alone
//! (`approximate`), and an item that came by transfer counts as the caller made its lifetime.

pub mod ages;
pub mod backlog;
pub mod chart;
pub mod coverage;
pub mod forecast;
pub mod lifetime;
pub mod percentile;
pub mod throughput;

pub use ages::{AgeBucket, AgeOf, OpenDays, ages};
pub use backlog::{BacklogPoint, Step, backlog};
pub use chart::Size;
pub use coverage::{CoverageBucket, coverage};
pub use forecast::{FanPoint, Forecast, ForecastRequest, ForecastSummary, Verdict, Week, forecast};
pub use lifetime::{Change, Lifetime, Transition};
pub use throughput::{ThroughputRow, throughput};
