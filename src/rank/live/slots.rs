//! A set of slots, flat: a bit each.
//!
//! At a million slots it has 125 KB, which is filled, joined and counted in microseconds, and
//! whose test costs one read, so that the whole order can be walked past it in a millisecond.

use super::columns::ones;

#[derive(Clone, Debug)]
pub struct Slots {
    words: Vec<u64>,
}

impl Slots {
    /// No slot; `capacity` is what it can hold.
    pub fn none(capacity: usize) -> Self {
        Self { words: vec![0; capacity.div_ceil(64)] }
    }

    pub fn of(words: impl Iterator<Item = u64>) -> Self {
        Self { words: words.collect() }
    }

    pub fn words(&self) -> &[u64] {
        &self.words
    }

    pub fn words_mut(&mut self) -> &mut [u64] {
        &mut self.words
    }

    pub fn len(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Slots past the capacity are in no set.
    pub fn contains(&self, slot: u32) -> bool {
        self.words.get(slot as usize / 64).is_some_and(|word| word & bit(slot) != 0)
    }

    /// `slot` is below the capacity.
    pub fn insert(&mut self, slot: u32) {
        self.words[slot as usize / 64] |= bit(slot);
    }

    /// `slot` is below the capacity.
    pub fn remove(&mut self, slot: u32) {
        self.words[slot as usize / 64] &= !bit(slot);
    }

    /// Keeps what is in both.
    pub fn keep(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word &= other);
    }

    /// Adds what is in another.
    pub fn add(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word |= other);
    }

    /// Drops what is in another.
    pub fn drop_all(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word &= !other);
    }

    /// Ascending.
    pub fn iter(&self) -> impl Iterator<Item = u32> {
        (0..).zip(&self.words).flat_map(|(index, word)| ones(*word).map(move |bit| index * 64 + bit))
    }
}

fn bit(slot: u32) -> u64 {
    1 << (slot % 64)
}
