//! The statistics as finished SVG pictures, to be embedded in a page or a README.
//!
//! Drawn by plotters. Text is emitted as `<text>`: no font is needed here, and what the reader has
//! decides its width, so room is kept by estimate. The players:
//! - `card`: what every picture has: background, title, legend, a name for those who do not see;
//! - `paint`: colours and styles; `words`: room for words, and untrusted ones;
//! - `axis`: axes of dates and of counts, with round values only;
//! - one file a chart.
//!
//! Every chart has a background of its own: a picture in a README is shown on white or on nearly
//! black (#0d1117), and no text colour has a contrast of 4.5 : 1 against both (the best possible is
//! 4.35 : 1, see WCAG 2.2, "contrast ratio"). A `prefers-color-scheme` rule would follow the
//! reader's system, not the page.

mod ages;
mod axis;
mod backlog;
mod card;
mod coverage;
mod forecast;
mod paint;
mod throughput;
mod words;

pub use ages::ages_chart;
pub use backlog::backlog_chart;
pub use coverage::coverage_chart;
pub use forecast::forecast_chart;
pub use paint::contrast_ratios;
pub use throughput::throughput_chart;

/// A picture's size in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    pub width: u32,
    pub height: u32,
}

impl Size {
    pub const SMALLEST: Size = Size { width: 600, height: 340 };
    pub const LARGEST: Size = Size { width: 4000, height: 4000 };

    /// The size nearest to what was asked for that a chart can be read in.
    fn usable(self) -> Self {
        Self {
            width: self.width.clamp(Self::SMALLEST.width, Self::LARGEST.width),
            height: self.height.clamp(Self::SMALLEST.height, Self::LARGEST.height),
        }
    }
}

impl Default for Size {
    /// As wide as a README's column.
    fn default() -> Self {
        Self { width: 840, height: 440 }
    }
}
