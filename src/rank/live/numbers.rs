//! Numbers that items have, and the tests of them that filters ask for.
//!
//! Each [`Looks::Number`] has a column, in the order of [`criterion::ALL`].

use super::columns::{Chunk, NUMBERS, Numbers, WORDS};
use super::slots::Slots;
use crate::rank::criterion::{self, Item, Looks};
use crate::rank::filter::{Filter, Terms};
use crate::rank::range::NumberRange;

/// The numbers of an item. What is beyond the largest counts as that.
pub fn of(item: &Item) -> Numbers {
    let mut numbers = [0; NUMBERS];
    let found = criterion::ALL.iter().filter_map(|criterion| match criterion.looks {
        Looks::Number(of) => Some(of(item)),
        _ => None,
    });
    for (held, found) in numbers.iter_mut().zip(found) {
        *held = found.map_or(0, |number| stored(number).max(1));
    }
    numbers
}

fn stored(number: i64) -> u32 {
    u32::try_from(number.saturating_add(1)).unwrap_or(if number < 0 { 0 } else { u32::MAX })
}

/// Which items pass one criterion, by its numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct NumberTest {
    place: usize,
    /// The least and the greatest number of each range, as they are held.
    ranges: Terms<(u32, u32)>,
}

/// What a filter asks of numbers.
pub fn tests(filter: &Filter) -> Vec<NumberTest> {
    let numbers = criterion::ALL.iter().filter(|criterion| matches!(criterion.looks, Looks::Number(_)));
    let asked = numbers.enumerate().filter(|(_, criterion)| !filter.terms(criterion).is_empty());
    let held = |range: NumberRange| (stored(range.from), stored(range.to));
    asked
        .map(|(place, criterion)| NumberTest {
            place,
            ranges: filter.terms(criterion).flat_map(|text| NumberRange::parse(text).map(held)),
        })
        .collect()
}

/// Keeps the slots whose numbers pass all tests.
pub fn keep<'a>(tests: &[NumberTest], chunks: impl Iterator<Item = &'a Chunk>, slots: &mut Slots) {
    if tests.is_empty() {
        return;
    }
    for (words, chunk) in slots.words_mut().chunks_mut(WORDS).zip(chunks) {
        for (word, start) in words.iter_mut().zip((0..).step_by(64)).filter(|(word, _)| **word != 0) {
            for test in tests {
                *word &= test.pass(chunk, start);
            }
        }
    }
}

impl NumberTest {
    /// Which of 64 slots pass, a bit each.
    fn pass(&self, chunk: &Chunk, start: usize) -> u64 {
        let numbers = &chunk.numbers[self.place][start..start + 64];
        let passes = |number: &u32| self.ranges.pass(|(from, to)| (*from..=*to).contains(number) && *number != 0);
        (0..).zip(numbers).fold(0, |bits, (bit, number)| bits | u64::from(passes(number)) << bit)
    }
}
