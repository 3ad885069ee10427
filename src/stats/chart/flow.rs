//! The chart of the flow: above, the hours to the first response in each step; below, those to closing.

use plotters::prelude::*;

use super::axis::{Area, Drawing, day, frame_over_dates, room_for};
use super::card::{Picture, Swatch, card};
use super::paint::{BLUE, DARK};
use crate::stats::flow::FlowPoint;

/// One of a point's numbers of hours.
type Hours = fn(&FlowPoint) -> Option<f64>;

/// Draws the flow. `points` are those of [`crate::stats::flow()`]. A line has a gap where nothing was answered or closed.
pub fn flow_chart(points: &[FlowPoint], picture: impl Into<Picture>) -> String {
    let picture = picture.into();
    let (Some(first), Some(last)) = (points.first(), points.last()) else {
        return card("Flow", picture, |card| card.instead("no data yet"));
    };
    let title = format!("Hours to the first response and to closing, {} to {}", first.first_date, last.date);
    card(&title, picture, |card| {
        card.legend(&[(Swatch::Line(DARK), "median"), (Swatch::Line(BLUE), "90 % take at most")])?;
        let (above, below) = card.body().split_vertically((47).percent_height());
        let answer: [Hours; 2] =
            [|point| point.median_hours_to_first_response, |point| point.p90_hours_to_first_response];
        let close: [Hours; 2] = [|point| point.median_hours_to_close, |point| point.p90_hours_to_close];
        let most = |hours: [Hours; 2]| {
            let most = points.iter().flat_map(|point| hours.map(|of| of(point))).flatten().fold(0.0, f64::max);
            most.ceil().min(1e12) as i64
        };
        let room = room_for(most(answer).max(most(close)));
        draw(&above, points, answer, ("hours to respond", most(answer)), (room, false))?;
        draw(&below, points, close, ("hours to close", most(close)), (room, true))
    })
}

fn draw(
    area: &Area,
    points: &[FlowPoint],
    [median, p90]: [Hours; 2],
    (words, most): (&str, i64),
    (room, dated): (i32, bool),
) -> Drawing {
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return Ok(()) };
    let mut chart = frame_over_dates(area, (first.first_date, last.date), (words, most), (room, dated))?;
    for (hours, style) in [(p90, BLUE.stroke_width(2)), (median, DARK.stroke_width(2))] {
        for run in points.split(|point| hours(point).is_none()) {
            let places = || run.iter().filter_map(|point| Some((middle(point), hours(point)?)));
            chart.draw_series(LineSeries::new(places(), style))?;
            // A point alone makes no line.
            chart.draw_series(places().map(|place| Circle::new(place, 2, style.filled())))?;
        }
    }
    Ok(())
}

/// The middle of a step.
fn middle(point: &FlowPoint) -> f64 {
    (day(point.first_date) + day(point.date) + 1.0) / 2.0
}
