//! The chart of throughput: what was opened and closed, as bars by repository.

use std::ops::RangeInclusive;

use chrono::NaiveDate;

use super::bars::{Bars, MOST_ROWS, draw_bars, room_for_rows};
use super::card::{Picture, Swatch, card};
use super::paint::{BLUE, ORANGE};
use super::words::grouped;
use crate::stats::throughput::ThroughputRow;

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
        let shown = repositories.len().min(MOST_ROWS).min(room_for_rows(card.height()));
        let (opened, closed) = (format!("opened: {}", grouped(opened)), format!("closed: {}", grouped(closed)));
        let mut legend = vec![(Swatch::Bar(ORANGE), &*opened), (Swatch::Bar(BLUE), &*closed)];
        let rest = format!("shown: the {shown} busiest of {} repositories", grouped(repositories.len() as i64));
        if shown < repositories.len() {
            legend.push((Swatch::Nothing, &rest));
        }
        card.legend(&legend)?;
        let named = names(&repositories[..shown]).into_iter().zip(&repositories);
        let bars: Vec<Bars> = named.map(|(name, row)| Bars { name, counts: (row.opened, row.closed) }).collect();
        draw_bars(&card.body(), &bars)
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
