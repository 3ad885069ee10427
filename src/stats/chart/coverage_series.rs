//! The chart of coverage over time: above, what was open and how much of it had been read; below, what was read in each step.

use plotters::prelude::*;

use super::axis::{Area, Drawing, day, frame_over_dates, room_for};
use super::card::{Picture, Swatch, card};
use super::paint::{BLUE, DARK, ORANGE};
use super::words::grouped;
use crate::stats::coverage_series::CoveragePoint;

/// What a line shows of a point.
type Count = fn(&CoveragePoint) -> u32;

/// Draws coverage over time. `points` are those of [`crate::stats::coverage_series()`].
pub fn coverage_series_chart(points: &[CoveragePoint], picture: impl Into<Picture>) -> String {
    let picture = picture.into();
    let Some(last) = points.last() else {
        return card("Coverage", picture, |card| card.instead("no data yet"));
    };
    let (read, open) = (grouped(i64::from(last.ever_read)), grouped(i64::from(last.open)));
    let title = format!("Read by the end of {}: {read} of {open} open items", last.date);
    card(&title, picture, |card| {
        let legend = [
            (Swatch::Line(DARK), "open"),
            (Swatch::Line(BLUE), "of them, read"),
            (Swatch::Line(ORANGE), "read in each step"),
        ];
        card.legend(&legend)?;
        let (above, below) = card.body().split_vertically((55).percent_height());
        let most = |count: Count| points.iter().map(count).max().unwrap_or(0);
        let (open, read) = (most(|point| point.open), most(|point| point.read));
        let room = room_for(i64::from(open.max(read)));
        let lines: [(Count, RGBColor); 2] = [(|point| point.open, DARK), (|point| point.ever_read, BLUE)];
        draw(&above, points, &lines, ("open items", open), (room, false))?;
        draw(&below, points, &[(|point| point.read, ORANGE)], ("items read", read), (room, true))
    })
}

fn draw(
    area: &Area,
    points: &[CoveragePoint],
    lines: &[(Count, RGBColor)],
    (words, most): (&str, u32),
    (room, dated): (i32, bool),
) -> Drawing {
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return Ok(()) };
    let mut chart = frame_over_dates(area, (first.first_date, last.date), (words, i64::from(most)), (room, dated))?;
    for (count, color) in lines {
        // A point is of the end of its step.
        let places = || points.iter().map(|point| (day(point.date) + 1.0, f64::from(count(point))));
        chart.draw_series(LineSeries::new(places(), color.stroke_width(2)))?;
        chart.draw_series(places().next_back().map(|place| Circle::new(place, 3, color.filled())))?;
    }
    Ok(())
}
