//! The statistics as finished SVG pictures, to be embedded in a page or a README.
//!
//! plotters draws them. Text is emitted as `<text>`, so we need no font. The reader's font decides how wide it is, so we
//! reserve room by estimate. The players:
//! - `card`: what every picture has: a background, a title, a legend, and a name for readers who do not see it;
//! - `paint`: colours and styles; `words`: the room that words take, and cleaning untrusted ones;
//! - `axis`: axes of dates and of counts, with round values only;
//! - one file for each chart.
//!
//! Every chart has a background of its own. A README may be shown on white or on nearly black (#0d1117), and no text colour
//! has a contrast of 4.5 : 1 against both (the best possible is 4.35 : 1; see WCAG 2.2, "contrast ratio"). A
//! `prefers-color-scheme` rule would follow the reader's system, not the page.

mod ages;
mod axis;
mod backlog;
mod bars;
mod card;
mod coverage;
mod coverage_series;
mod flow;
mod forecast;
mod milestones;
mod paint;
mod throughput;
mod words;

pub use ages::ages_chart;
pub use backlog::backlog_chart;
pub use card::{Picture, Size};
pub use coverage::coverage_chart;
pub use coverage_series::coverage_series_chart;
pub use flow::flow_chart;
pub use forecast::forecast_chart;
pub use milestones::milestones_chart;
pub use paint::contrast_ratios;
pub use throughput::throughput_chart;
