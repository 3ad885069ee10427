//! The chart of throughput: what was opened and closed, as bars by repository.

use std::ops::RangeInclusive;

use chrono::NaiveDate;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::axis::{Area, CountAxis, Drawn, count_label};
use super::card::{Picture, Swatch, card};
use super::paint::{BLUE, ORANGE, TEXT_SIZE, axis_line, grid_line, label, label_at};
use super::words::{fitted, grouped, width_of};
use crate::stats::throughput::ThroughputRow;

const MOST_REPOSITORIES: usize = 15;
/// The least height of a repository in pixels. Its name must not touch its neighbour's.
const LEAST_HEIGHT: i32 = 19;

/// Draws the openings and closings of a window by repository. `rows` are those of [`crate::stats::throughput()`]. The first 15
/// repositories are drawn, or as many as there is room for.
pub fn throughput_chart(
    rows: &[ThroughputRow],
    window: RangeInclusive<NaiveDate>,
    picture: impl Into<Picture>,
) -> String {
    let picture = picture.into();
    let title = format!("Throughput, {} to {}", window.start(), window.end());
    let repositories: Vec<&ThroughputRow> = rows.iter().filter(|row| row.repo_id.is_some()).collect();
    if repositories.is_empty() {
        return card(&title, picture, |card| card.instead("no data yet"));
    }
    let opened: i64 = repositories.iter().map(|row| i64::from(row.opened)).sum();
    let closed: i64 = repositories.iter().map(|row| i64::from(row.closed)).sum();
    card(&title, picture, |card| {
        let room = (card.height() - 80) / LEAST_HEIGHT;
        let shown = repositories.len().min(MOST_REPOSITORIES).min(room.max(1) as usize);
        let (opened, closed) = (format!("opened: {}", grouped(opened)), format!("closed: {}", grouped(closed)));
        let mut legend = vec![(Swatch::Bar(ORANGE), &*opened), (Swatch::Bar(BLUE), &*closed)];
        let rest = format!("shown: the {shown} busiest of {} repositories", grouped(repositories.len() as i64));
        if shown < repositories.len() {
            legend.push((Swatch::Nothing, &rest));
        }
        card.legend(&legend)?;
        draw_bars(&card.body(), &repositories[..shown])
    })
}

/// The names of the repositories, without their owner if all have the same.
fn names(rows: &[&ThroughputRow]) -> Vec<String> {
    let full: Vec<String> = rows
        .iter()
        .map(|row| row.repository.clone().unwrap_or_else(|| format!("repository {}", row.repo_id.unwrap_or_default())))
        .collect();
    let owner = |name: &String| name.split_once('/').map(|(owner, _)| owner.to_owned());
    let common = full.first().and_then(owner);
    if common.is_none() || full.iter().any(|name| owner(name) != common) {
        return full;
    }
    full.iter().filter_map(|name| name.split_once('/')).map(|(_, name)| name.to_owned()).collect()
}

fn draw_bars(area: &Area, rows: &[&ThroughputRow]) -> Drawn {
    let (width, height) = area.dim_in_pixel();
    let most_room = width as i32 * 2 / 5;
    let names: Vec<String> = names(rows).iter().map(|name| fitted(name, most_room, TEXT_SIZE)).collect();
    let room = names.iter().map(|name| width_of(name, TEXT_SIZE)).max().unwrap_or(0) + 16;
    let most = rows.iter().map(|row| row.opened.max(row.closed)).max().unwrap_or(0);
    // The words at the end of a bar, in the order of the legend.
    let counts =
        |row: &ThroughputRow| format!("{} / {}", grouped(i64::from(row.opened)), grouped(i64::from(row.closed)));
    let count_room = rows.iter().map(|row| width_of(&counts(row), TEXT_SIZE)).max().unwrap_or(0) + 14;
    let tick_room = width_of(&grouped(i64::from(most)), TEXT_SIZE) + 30;
    let mut chart = ChartBuilder::on(area)
        .margin_right(count_room)
        .margin_top(6)
        .x_label_area_size(44)
        .y_label_area_size(room)
        .build_cartesian_2d(CountAxis::new(0, i64::from(most)), 0.0..rows.len() as f64)?;
    chart
        .configure_mesh()
        .disable_y_mesh()
        .disable_y_axis()
        .bold_line_style(grid_line())
        .light_line_style(TRANSPARENT)
        .axis_style(axis_line())
        .label_style(label())
        .axis_desc_style(label())
        .x_desc("items")
        .x_label_formatter(&count_label)
        .x_labels(((width as i32 - room - count_room) / tick_room).max(1) as usize)
        .y_labels(0)
        .draw()?;
    // A bar takes nearly half of a repository's height, which leaves a little between neighbours.
    let bar = ((f64::from(height) - 50.0) / rows.len() as f64 * 0.4).clamp(3.0, 18.0) as i32;
    let (x, y) = area.get_base_pixel();
    for (index, (row, name)) in rows.iter().zip(&names).enumerate() {
        let place = |count: u32| {
            let (right, middle) = chart.backend_coord(&(f64::from(count), (rows.len() - index) as f64 - 0.5));
            (right - x, middle - y)
        };
        let (left, middle) = place(0);
        area.draw(&Text::new(name.clone(), (left - 8, middle), label_at(HPos::Right, VPos::Center)))?;
        for (count, top, color) in [(row.opened, middle - bar, ORANGE), (row.closed, middle, BLUE)] {
            let (right, _) = place(count);
            area.draw(&Rectangle::new([(left, top), (right, top + bar)], color.filled()))?;
        }
        let (right, _) = place(row.opened.max(row.closed));
        area.draw(&Text::new(counts(row), (right + 6, middle), label_at(HPos::Left, VPos::Center)))?;
    }
    let (left, bottom) = chart.backend_coord(&(0.0, 0.0));
    let (_, top) = chart.backend_coord(&(0.0, rows.len() as f64));
    area.draw(&PathElement::new(vec![(left - x, top - y), (left - x, bottom - y)], axis_line()))
}
