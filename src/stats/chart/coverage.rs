//! The chart of coverage: how long ago items were read, as bars.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::axis::{Axis, CountAxis, NameAxis, count_label, frame, room_for};
use super::card::{Picture, card};
use super::paint::{BLUE, ORANGE, label_at};
use super::words::{grouped, short};
use crate::stats::coverage::CoverageBucket;

/// Half of the width of a bar, as a share of its bucket's.
const HALF: f64 = 0.36;

/// Draws the items of a view by the weeks since each was read, from [`crate::stats::coverage()`].
pub fn coverage_chart(buckets: &[CoverageBucket], picture: impl Into<Picture>) -> String {
    let picture = picture.into();
    let all: usize = buckets.iter().map(|bucket| bucket.items).sum();
    let most = buckets.iter().map(|bucket| bucket.items).max().unwrap_or(0);
    if most == 0 {
        return card("Coverage", picture, |card| card.instead("no data yet"));
    }
    let never: usize = buckets.iter().filter(|bucket| bucket.from_weeks.is_none()).map(|bucket| bucket.items).sum();
    let title = format!("Read: {} of {} items", grouped((all - never) as i64), grouped(all as i64));
    card(&title, picture, |card| {
        let area = card.body();
        let name =
            |place: &f64| buckets.get(*place as usize).map_or_else(String::new, |bucket| bucket.bucket.to_owned());
        let chart = frame(
            &area,
            Axis { coordinates: NameAxis { count: buckets.len() }, words: "weeks since read", label: &name, room: 44 },
            Axis {
                coordinates: CountAxis::new(0, most as i64),
                words: "items",
                label: &count_label,
                room: room_for(most as i64),
            },
        )?;
        let (x, y) = area.get_base_pixel();
        for (index, bucket) in buckets.iter().enumerate() {
            let color = if bucket.from_weeks.is_none() { ORANGE } else { BLUE };
            let (left, top) = chart.backend_coord(&(index as f64 - HALF, bucket.items as f64));
            let (right, bottom) = chart.backend_coord(&(index as f64 + HALF, 0.0));
            area.draw(&Rectangle::new([(left - x, top - y), (right - x, bottom - y)], color.filled()))?;
            let style = label_at(HPos::Center, VPos::Bottom);
            area.draw(&Text::new(short(bucket.items as i64), ((left + right) / 2 - x, top - y), style))?;
        }
        Ok(())
    })
}
