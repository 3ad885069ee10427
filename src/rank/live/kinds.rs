//! Bits: what an item is of a few kinds, and the tests of it that filters ask for.
//!
//! Each value of a [`Looks::Kind`] has a bit, and each [`Looks::Flag`] has one, in the order of
//! [`criterion::ALL`]; labels, people and milestones have one too, which says that the item has any.

use super::columns::{Chunk, WORDS};
use super::slots::Slots;
use crate::rank::criterion::{self, ALL, Criterion, Item, Looks};
use crate::rank::{Filter, Terms};

/// Bits of an item.
pub const BITS: usize = {
    let (mut bits, mut place) = (0, 0);
    while place < ALL.len() {
        bits += width(&ALL[place]);
        place += 1;
    }
    bits
};

/// An item's bits, the first one lowest.
pub type Bits = u64;

const _: () = assert!(BITS <= Bits::BITS as usize);

const fn width(criterion: &Criterion) -> usize {
    match criterion.looks {
        Looks::Kind(values, _) => values.len(),
        Looks::Flag(_) | Looks::Labels | Looks::People(_) | Looks::Milestone => 1,
        _ => 0,
    }
}

/// The first bit of a criterion.
pub fn first(criterion: &Criterion) -> usize {
    ALL.iter().take_while(|other| other.name != criterion.name).map(width).sum()
}

/// The bits of an item.
pub fn of(item: &Item) -> Bits {
    let (mut bits, mut first) = (0, 0);
    for criterion in &criterion::ALL {
        match criterion.looks {
            Looks::Kind(_, of) => bits |= of(item).map_or(0, |place| 1 << (first + place)),
            Looks::Flag(of) => bits |= Bits::from(of(item)) << first,
            Looks::Labels => bits |= Bits::from(!item.labels.is_empty()) << first,
            Looks::Milestone => bits |= Bits::from(item.milestone.is_some()) << first,
            Looks::People(of) => of(item, &mut |_| bits |= 1 << first),
            _ => {}
        }
        first += width(criterion);
    }
    bits
}

/// Which items pass one criterion, by its bits.
#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    /// The bits that pass, and all bits of the criterion.
    passing: Vec<usize>,
    all: std::ops::Range<usize>,
    /// Whether an item passes that has none of them.
    bare: bool,
}

/// What a filter asks of bits.
pub fn tests(filter: &Filter) -> Vec<Test> {
    let mut first = 0;
    let test = |criterion: &'static Criterion| {
        let all = first..first + width(criterion);
        first = all.end;
        let terms = filter.terms(criterion);
        if terms.is_empty() {
            return None;
        }
        Some(match criterion.looks {
            Looks::Kind(values, _) => {
                let passing = all.clone().zip(values).filter(|(_, value)| terms.admit(Some(value)));
                Test { passing: passing.map(|(bit, _)| bit).collect(), bare: terms.admit(None), all }
            }
            Looks::Flag(_) => {
                let admit = |flag: &str| Terms::admit(terms, Some(flag));
                let passing = all.clone().filter(|_| admit("true"));
                Test { passing: passing.collect(), bare: admit("false"), all }
            }
            _ => return None,
        })
    };
    criterion::ALL.iter().filter_map(test).collect()
}

impl Test {
    /// Those of 64 slots that pass.
    fn pass(&self, chunk: &Chunk, word: usize) -> u64 {
        let any = |bits: &mut dyn Iterator<Item = usize>| bits.fold(0, |slots, bit| slots | chunk.bits[bit][word]);
        let passing = any(&mut self.passing.iter().copied());
        if self.bare { passing | !any(&mut self.all.clone()) } else { passing }
    }
}

/// The slots that are taken and pass all tests.
pub fn passing<'a>(tests: &[Test], chunks: impl Iterator<Item = &'a Chunk>) -> Slots {
    let word =
        |chunk: &Chunk, at: usize| tests.iter().fold(chunk.taken[at], |slots, test| slots & test.pass(chunk, at));
    Slots::of(chunks.flat_map(|chunk| std::array::from_fn::<u64, WORDS, _>(|at| word(chunk, at))))
}
