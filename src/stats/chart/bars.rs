//! Rows with two bars each, and their names.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::axis::{Area, CountAxis, Drawing, count_label};
use super::paint::{BLUE, ORANGE, TEXT_SIZE, axis_line, grid_line, label, label_at};
use super::words::{fitted, grouped, width_of};

/// How many rows are drawn at most.
pub(super) const MOST_ROWS: usize = 15;
/// The least height of a row in pixels. Its name must not touch its neighbour's.
const LEAST_HEIGHT: i32 = 19;

/// A row: its name, and the counts of its orange and its blue bar.
pub(super) struct Bars {
    pub name: String,
    pub counts: (u32, u32),
}

impl Bars {
    fn most(&self) -> u32 {
        self.counts.0.max(self.counts.1)
    }
}

/// How many rows there is room for below a legend, in pixels.
pub(super) fn room_for_rows(height: i32) -> usize {
    ((height - 80) / LEAST_HEIGHT).max(1) as usize
}

/// Draws the two counts of each row, one above the other.
pub(super) fn draw_bars(area: &Area, rows: &[Bars]) -> Drawing {
    let (width, height) = area.dim_in_pixel();
    let most_room = width as i32 * 2 / 5;
    let names: Vec<String> = rows.iter().map(|row| fitted(&row.name, most_room, TEXT_SIZE)).collect();
    let room = names.iter().map(|name| width_of(name, TEXT_SIZE)).max().unwrap_or(0) + 16;
    let most = rows.iter().map(|row| row.most()).max().unwrap_or(0);
    // The words at the end of a bar, in the order of the legend.
    let counts = |Bars { counts: (one, other), .. }: &Bars| {
        format!("{} / {}", grouped(i64::from(*one)), grouped(i64::from(*other)))
    };
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
    // A bar takes nearly half of a row's height, which leaves a little between neighbours.
    let bar = ((f64::from(height) - 50.0) / rows.len() as f64 * 0.4).clamp(3.0, 18.0) as i32;
    let (x, y) = area.get_base_pixel();
    for (index, (row, name)) in rows.iter().zip(&names).enumerate() {
        let place = |count: u32| {
            let (right, middle) = chart.backend_coord(&(f64::from(count), (rows.len() - index) as f64 - 0.5));
            (right - x, middle - y)
        };
        let (left, middle) = place(0);
        area.draw(&Text::new(name.clone(), (left - 8, middle), label_at(HPos::Right, VPos::Center)))?;
        for (count, top, color) in [(row.counts.0, middle - bar, ORANGE), (row.counts.1, middle, BLUE)] {
            let (right, _) = place(count);
            area.draw(&Rectangle::new([(left, top), (right, top + bar)], color.filled()))?;
        }
        let (right, _) = place(row.most());
        area.draw(&Text::new(counts(row), (right + 6, middle), label_at(HPos::Left, VPos::Center)))?;
    }
    let (left, bottom) = chart.backend_coord(&(0.0, 0.0));
    let (_, top) = chart.backend_coord(&(0.0, rows.len() as f64));
    area.draw(&PathElement::new(vec![(left - x, top - y), (left - x, bottom - y)], axis_line()))
}
