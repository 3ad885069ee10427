//! The chart of the open items' ages: bars side by side.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::axis::{Axis, CountAxis, Drawing, NameAxis, count_label, frame, room_for};
use super::card::{Picture, Swatch, card};
use super::paint::{BLUE, ORANGE, TEXT_SIZE, label_at};
use super::words::{grouped, short, width_of};
use crate::stats::ages::AgeBucket;

/// The width of a bar, as a share of its bucket's.
const BAR: f64 = 0.44;

/// Draws the open items by age and by staleness, both from [`crate::stats::ages()`].
pub fn ages_chart(by_age: &[AgeBucket], by_staleness: &[AgeBucket], picture: impl Into<Picture>) -> String {
    let picture = picture.into();
    let open: usize = by_age.iter().map(|bucket| bucket.items).sum();
    let most = by_age.iter().chain(by_staleness).map(|bucket| bucket.items).max().unwrap_or(0);
    if most == 0 {
        return card("Ages of open items", picture, |card| card.instead("no data yet"));
    }
    card(&format!("Ages of {} open items", grouped(open as i64)), picture, |card| {
        card.legend(&[
            (Swatch::Bar(BLUE), "since created (days-age)"),
            (Swatch::Bar(ORANGE), "since last updated (days-stale)"),
        ])?;
        let area = card.body();
        let name =
            |place: &f64| by_age.get(*place as usize).map_or_else(String::new, |bucket| bucket.bucket.to_owned());
        let chart = frame(
            &area,
            Axis { coordinates: NameAxis { count: by_age.len() }, words: "days (y: years)", label: &name, room: 44 },
            Axis {
                coordinates: CountAxis::new(0, most as i64),
                words: "open items",
                label: &count_label,
                room: room_for(most as i64),
            },
        )?;
        let (x, y) = area.get_base_pixel();
        let draw = |index: usize, items: usize, from: f64, color: RGBColor| -> Drawing {
            let (left, top) = chart.backend_coord(&(index as f64 + from, items as f64));
            let (right, bottom) = chart.backend_coord(&(index as f64 + from + BAR, 0.0));
            area.draw(&Rectangle::new([(left - x, top - y), (right - x - 1, bottom - y)], color.filled()))?;
            let count = short(items as i64);
            if width_of(&count, TEXT_SIZE) > right - left {
                return Ok(());
            }
            let style = label_at(HPos::Center, VPos::Bottom);
            area.draw(&Text::new(count, ((left + right) / 2 - x, top - y), style))
        };
        for (index, bucket) in by_age.iter().enumerate() {
            draw(index, bucket.items, -BAR, BLUE)?;
        }
        for (index, bucket) in by_staleness.iter().enumerate() {
            draw(index, bucket.items, 0.0, ORANGE)?;
        }
        Ok(())
    })
}
