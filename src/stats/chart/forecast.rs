//! The chart of the forecast: how the runs spread, and the dates by which they end.

use chrono::{Duration, NaiveDate};
use plotters::prelude::*;

use super::axis::{Area, Axis, Chart, CountAxis, DateAxis, Drawing, count_label, dates_under, day, frame, room_for};
use super::card::{Picture, Swatch, card};
use super::paint::{BLUE, CARD, DARK, ORANGE, PALE, PALER, TEXT_SIZE, label};
use super::words::width_of;
use crate::stats::forecast::{FanPoint, Forecast, Verdict};

/// How much time is shown if there is no date: two years.
const OPEN_END: Duration = Duration::weeks(104);

/// The pixels from the words of one date to those of the next.
const LINE: i32 = 18;

/// Draws a forecast. If there is no date to show, the sentence says so.
pub fn forecast_chart(forecast: &Forecast, picture: impl Into<Picture>) -> String {
    let picture = picture.into();
    let summary = &forecast.summary;
    let title = match (summary.verdict, summary.date_50) {
        (Verdict::Closes, Some(date)) => format!("Forecast: nothing open by {date} (50 %)"),
        (Verdict::NothingOpen, _) => "Forecast: nothing is open".to_owned(),
        (Verdict::TooLittleHistory, _) => "Forecast: too little history".to_owned(),
        _ => "Forecast: not at this rate".to_owned(),
    };
    card(&title, picture, |card| {
        card.paragraph(&summary.sentence)?;
        let fan = shown(forecast);
        let [first, .., last] = fan else {
            return match summary.verdict {
                Verdict::NothingOpen => card.instead("nothing is open"),
                _ => card.instead("no data yet"),
            };
        };
        card.legend(&[
            (Swatch::Line(DARK), "median of the runs"),
            (Swatch::Band(PALE), "middle 60 % of the runs"),
            (Swatch::Band(PALER), "middle 90 % of the runs"),
        ])?;
        let area = card.body();
        let most = fan.iter().map(|point| point.p95).max().unwrap_or(0);
        let room = room_for(i64::from(most));
        let days = DateAxis::new(day(first.date), day(last.date), dates_under(&area, room));
        let dates: Vec<(u32, NaiveDate)> = [(95, summary.date_95), (80, summary.date_80), (50, summary.date_50)]
            .into_iter()
            .filter_map(|(share, date)| Some((share, date.filter(|date| *date <= last.date)?)))
            .collect();
        let words = f64::from(dates.len() as i32 * LINE) / f64::from(area.dim_in_pixel().1.max(100) as i32 - 50);
        let counts = CountAxis::new(0, i64::from(most)).below(words);
        let mut chart = frame(
            &area,
            Axis { coordinates: days, words: "date", label: &|tick| days.label(*tick), room: 44 },
            Axis { coordinates: counts, words: "open items", label: &count_label, room },
        )?;
        draw_fan(&mut chart, fan)?;
        draw_dates(&area, &chart, &dates)
    })
}

/// The part of the fan that is worth showing: a little beyond the last date, or two years if there is none.
fn shown(forecast: &Forecast) -> &[FanPoint] {
    let summary = &forecast.summary;
    let end = match summary.date_95.or(summary.date_80).or(summary.date_50) {
        Some(date) if summary.date_95.is_some() => date,
        Some(date) => date + (date - summary.today) / 4,
        None => summary.today + OPEN_END,
    };
    &forecast.fan[..forecast.fan.partition_point(|point| point.date <= end)]
}

/// The edges of the bands.
const EDGES: [fn(&FanPoint) -> u32; 4] = [|point| point.p5, |point| point.p20, |point| point.p80, |point| point.p95];

fn draw_fan(chart: &mut Chart<DateAxis>, fan: &[FanPoint]) -> Drawing {
    let line = |count: fn(&FanPoint) -> u32| fan.iter().map(move |point| (day(point.date), f64::from(count(point))));
    // A line ends where it reaches 0. Along the axis it would only hide the axis.
    let until_zero = |count: fn(&FanPoint) -> u32| {
        let open = fan.iter().take_while(|point| count(point) > 0).count();
        line(count).take(open + 1)
    };
    let band = |low: fn(&FanPoint) -> u32, high: fn(&FanPoint) -> u32| -> Vec<(f64, f64)> {
        line(low).chain(line(high).rev()).collect()
    };
    chart.draw_series([Polygon::new(band(|point| point.p5, |point| point.p95), PALER)])?;
    chart.draw_series([Polygon::new(band(|point| point.p20, |point| point.p80), PALE)])?;
    for edge in EDGES {
        chart.draw_series(LineSeries::new(until_zero(edge), BLUE))?;
    }
    chart.draw_series(LineSeries::new(until_zero(|point| point.p50), DARK.stroke_width(3)))?;
    Ok(())
}

/// Draws a line at each date, with its share and date to the left of its top. The latest date comes first and is the highest, so
/// words seldom cross another line.
fn draw_dates(area: &Area, chart: &Chart<DateAxis>, dates: &[(u32, NaiveDate)]) -> Drawing {
    let (x, y) = area.get_base_pixel();
    let (left, top) = chart.backend_coord(&(chart.x_range().start, chart.y_range().end));
    let mut words = vec![];
    for (index, (share, date)) in dates.iter().enumerate() {
        let (at, bottom) = chart.backend_coord(&(day(*date), 0.0));
        let (at, bottom, height) = (at - x, bottom - y, top - y + 2 + index as i32 * LINE);
        area.draw(&PathElement::new(vec![(at, height), (at, bottom)], ORANGE.stroke_width(2)))?;
        words.push((format!("{share} %: {date}"), at, height));
    }
    for (words, at, height) in words {
        let width = width_of(&words, TEXT_SIZE);
        // Near the left edge there is only room on the other side, where a later line may pass behind.
        let left = if at - 6 - width < left - x { at + 6 } else { at - 6 - width };
        area.draw(&Rectangle::new([(left, height), (left + width, height + LINE - 3)], CARD.filled()))?;
        area.draw(&Text::new(words, (left, height + 1), label()))?;
    }
    Ok(())
}
