//! Numbers that items have, and the tests of them that filters ask for.
//!
//! Each [`Measure`] has a column, in the order of [`Measure::ALL`].

use chrono_tz::Tz;

use super::columns::{Chunk, NUMBERS, Numbers, WORDS};
use super::slots::Slots;
use crate::rank::criterion::{Item, Looks};
use crate::rank::measure::{MOST, Measure, seconds};
use crate::rank::range::NumberRange;
use crate::rank::{Calendar, Days, Filter, Terms};

/// The numbers of an item.
pub fn of(item: &Item) -> Numbers {
    let mut numbers = [0; NUMBERS];
    for (held, measure) in numbers.iter_mut().zip(Measure::ALL) {
        *held = measure.of(item).map_or(0, stored);
    }
    numbers
}

/// A number as it is held: one more than it is, for 0 is what is not known.
fn stored(number: i64) -> u32 {
    u32::try_from(number.clamp(-1, MOST) + 1).expect("cannot fail: it is from 0 to the largest")
}

/// The number of a measure that is held in a slot.
pub fn held(chunk: &Chunk, at: usize, measure: Measure) -> Option<i64> {
    let held = chunk.numbers[measure as usize][at];
    (held != 0).then(|| i64::from(held) - 1)
}

/// Which items pass one criterion, by their numbers of one measure.
#[derive(Clone, Debug, PartialEq)]
pub struct NumberTest {
    measure: Measure,
    /// The least and the greatest number of each range, as they are held.
    ranges: Terms<(u32, u32)>,
}

/// What a filter asks of numbers.
pub fn tests(filter: &Filter) -> Vec<NumberTest> {
    let held = |range: NumberRange| (stored(range.from), stored(range.to));
    let asked = filter.given().filter_map(|(criterion, terms)| match criterion.looks {
        Looks::Number(measure) => Some((measure, terms)),
        _ => None,
    });
    asked
        .map(|(measure, terms)| NumberTest {
            measure,
            ranges: terms.flat_map(|text| NumberRange::parse(text).map(held)),
        })
        .collect()
}

/// The test of a measure that is a time: whether it is on some dates.
pub fn test_of_days(measure: Measure, days: Days, zone: Tz) -> NumberTest {
    let calendar = Calendar { zone };
    let from = days.from.map_or(0, |from| seconds(calendar.beginning_of(from)));
    let to = days.to.map_or(MOST, |to| seconds(calendar.end_of(to)) - 1);
    NumberTest { measure, ranges: Terms::new(vec![(stored(from), stored(to))], vec![]) }
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
        let numbers = &chunk.numbers[self.measure as usize][start..start + 64];
        let passes = |number: &u32| self.ranges.pass(|(from, to)| (*from..=*to).contains(number) && *number != 0);
        (0..).zip(numbers).fold(0, |bits, (bit, number)| bits | u64::from(passes(number)) << bit)
    }
}
