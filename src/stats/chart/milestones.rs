//! The chart of milestones: what is open and closed in each, as bars.

use super::bars::{Bars, MOST_ROWS, draw_bars, room_for_rows};
use super::card::{Picture, Swatch, card};
use super::paint::{BLUE, ORANGE};
use super::words::grouped;
use crate::stats::milestones::MilestoneRow;

/// Draws what is open and closed in milestones, with their due dates. `rows` are those of [`crate::stats::milestones()`], of `total`.
/// The first 15 are drawn, or as many as there is room for.
pub fn milestones_chart(rows: &[MilestoneRow], total: usize, picture: impl Into<Picture>) -> String {
    let picture = picture.into();
    if rows.is_empty() {
        return card("Milestones", picture, |card| card.instead("no data yet"));
    }
    card("Milestones", picture, |card| {
        let shown = rows.len().min(MOST_ROWS).min(room_for_rows(card.height()));
        let mut legend = vec![(Swatch::Bar(ORANGE), "open"), (Swatch::Bar(BLUE), "closed")];
        let rest = format!("shown: the first {shown} of {} milestones", grouped(total as i64));
        if shown < total {
            legend.push((Swatch::Nothing, &rest));
        }
        card.legend(&legend)?;
        let bars = |row: &MilestoneRow| {
            let due = row.due_on.map(|due_on| format!(", due {due_on}")).unwrap_or_default();
            let repository = row.repository.rsplit('/').next().unwrap_or_default();
            Bars { name: format!("{} ({repository}{due})", row.title), counts: (row.open, row.closed) }
        };
        draw_bars(&card.body(), &rows[..shown].iter().map(bars).collect::<Vec<_>>())
    })
}
