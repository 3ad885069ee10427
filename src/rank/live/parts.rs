//! A part of the items of one date: how many there are, the first ones, and for how long all of them have waited.

use super::columns::{WORDS, ones};
use super::numbers;
use super::ranked::{DateView, Page};
use super::selection::Selection;
use crate::rank::measure::Measure;
use crate::rank::{Order, WaitSummary, Waits};

/// A part of a ranking.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    pub page: Page,
    pub waits: WaitSummary,
}

impl DateView<'_> {
    /// The part that a selection makes, with its first items in the order that `order` reads.
    pub fn part(&self, selection: &Selection, order: Order, limit: usize) -> Part {
        let items = &self.snapshot.items;
        let selected = selection.slots(items, &self.snapshot.public);
        let page = self.page_of(selected.as_ref(), order, None, limit);
        let mut waits = Waits::default();
        for (first, chunk) in (0..).step_by(WORDS).zip(items.columns.chunks()) {
            let words = selected.as_ref().map_or(&chunk.taken[..], |selected| &selected.words()[first..first + WORDS]);
            let slots = (0..).step_by(64).zip(words).flat_map(|(start, word)| ones(*word).map(move |bit| start + bit));
            let since = slots.filter_map(|at| numbers::held(chunk, at as usize, Measure::WaitsSince));
            since.for_each(|since| waits.add(since));
        }
        Part { page, waits: waits.summed_up(self.dated.date, items.zone) }
    }
}
