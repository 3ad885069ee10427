//! The chart of the backlog over time: above, a line of what is open; below, bars of what came and went.

use chrono::NaiveDate;
use plotters::prelude::*;

use super::axis::{Area, Axis, CountAxis, DateAxis, Drawing, count_label, dates_under, day, frame, room_for};
use super::card::{Picture, Swatch, card};
use super::paint::{BLUE, DARK, ORANGE, PALE, SHADE, axis_line};
use super::words::grouped;
use crate::stats::backlog::BacklogPoint;

/// Draws the backlog. `points` are those of [`crate::stats::backlog()`]. If steps are too narrow to be seen, a bar stands for
/// several, and the legend says so.
pub fn backlog_chart(points: &[BacklogPoint], picture: impl Into<Picture>) -> String {
    let picture = picture.into();
    let Some(last) = points.last() else {
        return card("Backlog", picture, |card| card.instead("no data yet"));
    };
    let title = format!("Backlog: {} open at the end of {}", grouped(i64::from(last.open)), last.date);
    card(&title, picture, |card| {
        let bars = bars(points, card.width() as usize / 2);
        let unit = unit(&bars);
        let (opened, left) = (format!("opened per {unit}"), format!("closed or gone per {unit}"));
        let mut legend =
            vec![(Swatch::Line(DARK), "open"), (Swatch::Bar(ORANGE), &*opened), (Swatch::Bar(BLUE), &*left)];
        if points.iter().any(|point| point.approximate) {
            legend.push((Swatch::Band(SHADE), "approximate: before webhooks were received"));
        }
        card.legend(&legend)?;
        let room = room_for(points.iter().map(|point| i64::from(point.open)).max().unwrap_or(0).max(most(&bars)));
        let (above, below) = card.body().split_vertically((55).percent_height());
        draw_open(&above, points, room)?;
        draw_flow(&below, &bars, room)
    })
}

/// A bar, which shows at least one step.
struct Bar {
    first_date: NaiveDate,
    date: NaiveDate,
    opened: i64,
    left: i64,
}

impl Bar {
    fn days(&self) -> i64 {
        (self.date - self.first_date).num_days() + 1
    }
}

fn bars(points: &[BacklogPoint], most: usize) -> Vec<Bar> {
    let together = points.len().div_ceil(most.max(1)).max(1);
    let bar = |steps: &[BacklogPoint]| {
        let sum = |count: fn(&BacklogPoint) -> u32| steps.iter().map(|step| i64::from(count(step))).sum::<i64>();
        Some(Bar {
            first_date: steps.first()?.first_date,
            date: steps.last()?.date,
            opened: sum(|step| step.opened),
            left: sum(|step| step.closed) + sum(|step| step.gone),
        })
    };
    points.chunks(together).filter_map(bar).collect()
}

/// The time for which a bar stands. The last one may stand for less.
fn unit(bars: &[Bar]) -> String {
    match bars.iter().map(Bar::days).max() {
        Some(1) | None => "day".to_owned(),
        Some(7) => "week".to_owned(),
        Some(several) => format!("{several} days"),
    }
}

/// The longest bar, up or down.
fn most(bars: &[Bar]) -> i64 {
    bars.iter().map(|bar| bar.opened.max(bar.left)).max().unwrap_or(0)
}

/// The axis of dates, which must be the same in both plots. The end of a day is the beginning of the next.
fn days(area: &Area, first: NaiveDate, last: NaiveDate, room: i32) -> DateAxis {
    DateAxis::new(day(first), day(last) + 1.0, dates_under(area, room))
}

fn draw_open(area: &Area, points: &[BacklogPoint], room: i32) -> Drawing {
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return Ok(()) };
    let most = points.iter().map(|point| point.open).max().unwrap_or(0);
    let days = days(area, first.first_date, last.date, room);
    let mut chart = frame(
        area,
        Axis { coordinates: days, words: "", label: &|_| String::new(), room: 8 },
        Axis { coordinates: CountAxis::new(0, i64::from(most)), words: "open items", label: &count_label, room },
    )?;
    // Approximate steps come first. After them everything is known.
    if let Some(known_from) = points.iter().rev().find(|point| point.approximate) {
        let (left, right, top) = (day(first.first_date), day(known_from.date) + 1.0, chart.y_range().end);
        chart.draw_series([Rectangle::new([(left, 0.0), (right, top)], SHADE.filled())])?;
        chart.draw_series([PathElement::new(vec![(right, 0.0), (right, top)], axis_line())])?;
    }
    let before = i64::from(first.open) + i64::from(first.closed) + i64::from(first.gone) - i64::from(first.opened);
    let ends = points.iter().map(|point| (day(point.date) + 1.0, f64::from(point.open)));
    let line: Vec<(f64, f64)> = std::iter::once((day(first.first_date), before.max(0) as f64)).chain(ends).collect();
    chart.draw_series(AreaSeries::new(line.iter().copied(), 0.0, PALE))?;
    chart.draw_series(LineSeries::new(line.iter().copied(), DARK.stroke_width(2)))?;
    // The eye looks for the end of the line.
    chart.draw_series(line.last().map(|point| Circle::new(*point, 4, DARK.filled())))?;
    Ok(())
}

fn draw_flow(area: &Area, bars: &[Bar], room: i32) -> Drawing {
    let (Some(first), Some(last)) = (bars.first(), bars.last()) else { return Ok(()) };
    let opened = bars.iter().map(|bar| bar.opened).max().unwrap_or(0);
    let left = bars.iter().map(|bar| bar.left).max().unwrap_or(0);
    let days = days(area, first.first_date, last.date, room);
    let chart = frame(
        area,
        Axis { coordinates: days, words: "date", label: &|tick| days.label(*tick), room: 44 },
        Axis { coordinates: CountAxis::new(-left, opened), words: "items", label: &count_label, room },
    )?;
    for bar in bars {
        let place = |date: f64, count: i64| chart.backend_coord(&(date, count as f64));
        let (from, zero) = place(day(bar.first_date), 0);
        let (to, opened) = place(day(bar.date) + 1.0, bar.opened);
        let (_, left) = place(day(bar.date), -bar.left);
        // Whole pixels, with one between neighbours. Otherwise the widths of the bars would seem to differ.
        let (from, to) = if to - from > 3 { (from, to - 1) } else { (from, to.max(from + 1)) };
        let (x, y) = area.get_base_pixel();
        let rectangle = |one: i32, other: i32, color: RGBColor| {
            Rectangle::new([(from - x, one.min(other) - y), (to - x, one.max(other) - y)], color.filled())
        };
        area.draw(&rectangle(opened, zero, ORANGE))?;
        area.draw(&rectangle(zero, left, BLUE))?;
    }
    let (from, zero) = chart.backend_coord(&(day(first.first_date), 0.0));
    let (to, _) = chart.backend_coord(&(day(last.date) + 1.0, 0.0));
    let (x, y) = area.get_base_pixel();
    area.draw(&PathElement::new(vec![(from - x, zero - y), (to - x, zero - y)], axis_line()))
}
