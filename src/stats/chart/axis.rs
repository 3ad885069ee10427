//! Axes of dates and of counts, with round values only.

use std::ops::Range;

use chrono::{Datelike, Months, NaiveDate};
use plotters::coord::ranged1d::{DefaultFormatting, KeyPointHint, Ranged};
use plotters::prelude::*;

use super::paint::{TEXT_SIZE, axis_line, grid_line, label};
use super::words::{grouped, width_of};
use crate::stats::lifetime::date_of;

pub(super) type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;
pub(super) type Chart<'a, X> = ChartContext<'a, SVGBackend<'a>, Cartesian2d<X, CountAxis>>;
pub(super) type Drawing<T = ()> = Result<T, DrawingAreaErrorKind<std::io::Error>>;

/// An axis: what it measures, with its unit, and how it shows values.
pub(super) struct Axis<'a, C> {
    pub(super) coordinates: C,
    pub(super) words: &'a str,
    pub(super) label: &'a dyn Fn(&f64) -> String,
    /// The pixels for labels and words.
    pub(super) room: i32,
}

/// The pixels to the right of a plot. Half of a date's label must fit.
const RIGHT: i32 = 38;

/// The pixels to the left of a plot whose axis shows counts up to `most`, for the longest label and for the axis's words upright
/// beside it.
pub(super) fn room_for(most: i64) -> i32 {
    width_of(&grouped(most * 3 / 2), TEXT_SIZE) + 34
}

/// How many dates fit under a plot in `area` with that room beside it.
pub(super) fn dates_under(area: &Area, room: i32) -> usize {
    ((area.dim_in_pixel().0 as i32 - room - RIGHT) / 96).max(1) as usize
}

/// Draws an empty chart with its axes and horizontal grid lines.
pub(super) fn frame<'a, X>(area: &Area<'a>, x: Axis<X>, y: Axis<CountAxis>) -> Drawing<Chart<'a, X>>
where
    X: Ranged<ValueType = f64, FormatOption = DefaultFormatting>,
{
    let height = area.dim_in_pixel().1 as i32 - x.room;
    let mut chart = ChartBuilder::on(area)
        .margin_right(RIGHT)
        .margin_top(6)
        .x_label_area_size(x.room)
        .y_label_area_size(y.room)
        .build_cartesian_2d(x.coordinates, y.coordinates)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .bold_line_style(grid_line())
        .light_line_style(TRANSPARENT)
        .axis_style(axis_line())
        .label_style(label())
        .axis_desc_style(label())
        .x_desc(x.words)
        .y_desc(y.words)
        .x_label_formatter(x.label)
        .y_label_formatter(y.label)
        .y_labels((height / 26).max(3) as usize)
        .draw()?;
    Ok(chart)
}

/// The same with dates below, for one of two charts that stand one over the other: only the lower one, which is `dated`,
/// says them.
pub(super) fn frame_over_dates<'a>(
    area: &Area<'a>,
    (from, to): (NaiveDate, NaiveDate),
    (words, most): (&str, i64),
    (room, dated): (i32, bool),
) -> Drawing<Chart<'a, DateAxis>> {
    let days = DateAxis::new(day(from), day(to) + 1.0, dates_under(area, room));
    let label = |tick: &f64| if dated { days.label(*tick) } else { String::new() };
    let (date, below) = if dated { ("date", 44) } else { ("", 8) };
    frame(
        area,
        Axis { coordinates: days, words: date, label: &label, room: below },
        Axis { coordinates: CountAxis::new(0, most), words, label: &count_label, room },
    )
}

/// A date as a [`DateAxis`] counts it: in days.
pub(super) fn day(date: NaiveDate) -> f64 {
    f64::from(date.num_days_from_ce())
}

/// The label of a count. Counts below 0 are for bars that hang down.
pub(super) fn count_label(count: &f64) -> String {
    grouped(count.abs() as i64)
}

/// The pixel at `fraction` (0 to 1) of the way between two pixels.
fn between((from, to): (i32, i32), fraction: f64) -> i32 {
    from + (f64::from(to - from) * fraction).round() as i32
}

/// An axis of whole numbers. `least` is 0, or below for bars that hang down.
#[derive(Clone, Copy)]
pub(super) struct CountAxis {
    least: f64,
    most: f64,
}

impl CountAxis {
    /// An axis from `least` to `most`, which is at least 1, with a little air.
    pub(super) fn new(least: i64, most: i64) -> Self {
        let (least, most) = (least.min(0) as f64, most.max(1) as f64);
        let air = (most - least) * 0.08;
        Self { least: if least < 0.0 { least - air } else { 0.0 }, most: most + air }
    }

    /// The same axis, with the upper `share` (0 to 1) of the height left free for words.
    pub(super) fn below(self, share: f64) -> Self {
        Self { most: self.most / (1.0 - share.clamp(0.0, 0.8)), ..self }
    }
}

impl Ranged for CountAxis {
    type FormatOption = DefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, pixels: (i32, i32)) -> i32 {
        between(pixels, (value - self.least) / (self.most - self.least))
    }

    /// Multiples of 1, 2 or 5 times a power of ten, as many as there is room for.
    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        if hint.weight().allow_light_points() || hint.max_num_points() == 0 {
            return vec![];
        }
        let room = hint.max_num_points() as f64;
        let steps = (0..15).flat_map(|power| [1.0, 2.0, 5.0].map(|digit| digit * 10f64.powi(power)));
        let step = steps.into_iter().find(|step| (self.most - self.least) / step <= room).unwrap_or(f64::INFINITY);
        let (first, last) = ((self.least / step).ceil() as i64, (self.most / step).floor() as i64);
        (first..=last).map(|index| index as f64 * step).collect()
    }

    fn range(&self) -> Range<f64> {
        self.least..self.most
    }
}

/// An axis of named places, with a tick in the middle of each. Place `n` reaches from `n - 0.5` to `n + 0.5`.
#[derive(Clone, Copy)]
pub(super) struct NameAxis {
    pub(super) count: usize,
}

impl Ranged for NameAxis {
    type FormatOption = DefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, pixels: (i32, i32)) -> i32 {
        between(pixels, (value + 0.5) / self.count.max(1) as f64)
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        if hint.weight().allow_light_points() { vec![] } else { (0..self.count).map(|place| place as f64).collect() }
    }

    fn range(&self) -> Range<f64> {
        -0.5..self.count as f64 - 0.5
    }
}

/// An axis of time, in day numbers. A whole number is the beginning of that day.
#[derive(Clone, Copy)]
pub(super) struct DateAxis {
    from: f64,
    to: f64,
    unit: DateUnit,
}

/// The distance between two ticks.
#[derive(Clone, Copy)]
enum DateUnit {
    Days(i32),
    Months(u32),
}

impl DateAxis {
    /// `most_ticks` says for how many labels like 2026-11-22 there is room.
    pub(super) fn new(from: f64, to: f64, most_ticks: usize) -> Self {
        let to = to.max(from + 1.0);
        let days = to - from;
        let room = most_ticks.max(1) as f64;
        let units = [1, 2, 7, 14].map(DateUnit::Days).into_iter();
        let units = units.chain([1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200].map(DateUnit::Months));
        let fits = |unit: &DateUnit| match unit {
            DateUnit::Days(step) => days / f64::from(*step) <= room,
            DateUnit::Months(step) => days / (f64::from(*step) * 30.44) <= room,
        };
        Self { from, to, unit: units.into_iter().find(fits).unwrap_or(DateUnit::Months(12_000)) }
    }

    /// The label of a tick: as much of the date as distinguishes it from its neighbours.
    pub(super) fn label(&self, day: f64) -> String {
        let date = date_of(day as i32);
        match self.unit {
            DateUnit::Days(_) => date.format("%Y-%m-%d").to_string(),
            DateUnit::Months(months) if months < 12 => date.format("%Y-%m").to_string(),
            DateUnit::Months(_) => date.format("%Y").to_string(),
        }
    }

    fn ticks(&self) -> Vec<f64> {
        let first = self.from.ceil() as i32;
        match self.unit {
            // Day 1 was a Monday, so weeks begin on Mondays.
            DateUnit::Days(step) => {
                let first = first + (1 - first).rem_euclid(step);
                (first..).step_by(step as usize).map(f64::from).take_while(|day| *day <= self.to).collect()
            }
            DateUnit::Months(step) => {
                let date = date_of(first);
                // Counted from the year 0, so quarters and decades begin where they should.
                let month = date.year() * 12 + date.month0() as i32 + i32::from(date.day() > 1);
                let month = month + (-month).rem_euclid(step as i32);
                let Some(start) = NaiveDate::from_ymd_opt(month.div_euclid(12), month.rem_euclid(12) as u32 + 1, 1)
                else {
                    return vec![];
                };
                let dates = (0..).map_while(|index: u32| start.checked_add_months(Months::new(index * step)));
                dates.map(day).take_while(|day| *day <= self.to).collect()
            }
        }
    }
}

impl Ranged for DateAxis {
    type FormatOption = DefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, pixels: (i32, i32)) -> i32 {
        between(pixels, (value - self.from) / (self.to - self.from))
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        if hint.weight().allow_light_points() { vec![] } else { self.ticks() }
    }

    fn range(&self) -> Range<f64> {
        self.from..self.to
    }
}
