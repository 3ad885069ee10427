//! What is kept of each item, by slot.
//!
//! A slot is a small number that stands for an item while it is there, and for another one
//! afterwards. Columns lie in chunks that are copied when they change, so that a clone of
//! [`Columns`] never changes; a change copies one chunk and the pointers on the way to it.

use std::sync::Arc;

use super::kinds::{BITS, Bits};
use crate::rank::measure::Measure;

/// Slots of a chunk: a multiple of 64, and small, for a chunk is what a change copies. This many
/// fill 12 KB, and their terms 3 to 4 KB beside.
pub const CHUNK: usize = 192;

/// Words of 64 slots in a chunk.
pub const WORDS: usize = CHUNK / 64;

/// Chunks of a group.
const GROUP: usize = 64;

/// Terms that a chunk makes room for when it needs more.
const SLACK: usize = 64;

/// Numbers of an item: one of each [`Measure`].
pub const NUMBERS: usize = Measure::ALL.len();

/// An item's numbers, each one more than it is; 0 where it is not known.
pub type Numbers = [u32; NUMBERS];

/// What is kept of one item but its terms. Days are counted from the first of the year 1, in the
/// account's zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// Microseconds of the Unix epoch: as fine as Postgres keeps them.
    pub created_at: i64,
    pub repo_id: i64,
    pub number: i64,
    pub created_day: i32,
    pub updated_day: i32,
    /// Position of the last mark; 0: none.
    pub read: i64,
    pub bits: Bits,
    pub numbers: Numbers,
}

/// [`CHUNK`] slots.
#[derive(Clone, Debug)]
pub struct Chunk {
    pub created_at: [i64; CHUNK],
    pub repo_id: [i64; CHUNK],
    /// Of a free slot: the next free one, or [`NONE`].
    pub number: [i64; CHUNK],
    /// Created and updated, side by side: whoever compares places reads both.
    pub days: [(i32, i32); CHUNK],
    /// Positions of the last marks; 0: none.
    pub read: [i64; CHUNK],
    /// Which slots are taken, and which have each of an item's bits; one bit a slot.
    pub taken: [u64; WORDS],
    pub bits: [[u64; WORDS]; BITS],
    pub numbers: [[u32; CHUNK]; NUMBERS],
    /// Where the terms of each slot end in `terms`; they begin where those before end.
    ends: [u32; CHUNK],
    terms: Vec<u32>,
}

/// No slot's number.
const NONE: i64 = -1;

impl Chunk {
    fn new() -> Self {
        Self {
            created_at: [0; CHUNK],
            repo_id: [0; CHUNK],
            number: [NONE; CHUNK],
            days: [(0, 0); CHUNK],
            read: [0; CHUNK],
            taken: [0; WORDS],
            bits: [[0; WORDS]; BITS],
            numbers: [[0; CHUNK]; NUMBERS],
            ends: [0; CHUNK],
            terms: Vec::new(),
        }
    }

    /// The terms of an item, ascending.
    pub fn terms_at(&self, at: usize) -> &[u32] {
        &self.terms[self.terms(at)]
    }

    /// The terms of all items, one item's after another's.
    pub fn all_terms(&self) -> &[u32] {
        &self.terms
    }

    fn terms(&self, at: usize) -> std::ops::Range<usize> {
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        start as usize..self.ends[at] as usize
    }

    fn set_terms(&mut self, at: usize, terms: &[u32]) {
        let held = self.terms(at);
        for end in &mut self.ends[at..] {
            // Cannot wrap: the old ones are in it.
            *end = *end - held.len() as u32 + terms.len() as u32;
        }
        if self.terms.capacity() < self.terms.len() + terms.len() {
            // Grown by itself, it would double.
            self.terms.reserve_exact(terms.len() + SLACK);
        }
        self.terms.splice(held, terms.iter().copied());
    }
}

/// All slots.
#[derive(Clone, Debug, Default)]
pub struct Columns {
    groups: Vec<Arc<[Arc<Chunk>]>>,
    /// The free slot to take next; free ones are linked.
    free: Option<u32>,
    /// Slots ever taken.
    used: u32,
}

impl Columns {
    /// Slots that there are chunks for: what a set of slots must hold.
    pub fn capacity(&self) -> usize {
        let whole = self.groups.len().saturating_sub(1) * GROUP;
        (whole + self.groups.last().map_or(0, |group| group.len())) * CHUNK
    }

    pub fn chunks(&self) -> impl Iterator<Item = &Chunk> {
        self.groups.iter().flat_map(|group| group.iter().map(|chunk| &**chunk))
    }

    /// The chunk of a slot, and where in it. The slot is below the capacity.
    pub fn chunk(&self, slot: u32) -> (&Chunk, usize) {
        let (chunk, at) = (slot as usize / CHUNK, slot as usize % CHUNK);
        (&self.groups[chunk / GROUP][chunk % GROUP], at)
    }

    pub fn row(&self, slot: u32) -> Option<Row> {
        let (chunk, at) = self.chunk(slot);
        let (word, bit) = (at / 64, 1 << (at % 64));
        let bits = || (0..).zip(&chunk.bits).map(|(place, words)| Bits::from(words[word] & bit != 0) << place);
        (chunk.taken[word] & bit != 0).then(|| Row {
            created_at: chunk.created_at[at],
            repo_id: chunk.repo_id[at],
            number: chunk.number[at],
            created_day: chunk.days[at].0,
            updated_day: chunk.days[at].1,
            read: chunk.read[at],
            bits: bits().fold(0, |bits, bit| bits | bit),
            numbers: chunk.numbers.each_ref().map(|numbers| numbers[at]),
        })
    }

    /// The terms of an item, ascending.
    pub fn terms(&self, slot: u32) -> &[u32] {
        let (chunk, at) = self.chunk(slot);
        chunk.terms_at(at)
    }

    /// Slots that are taken, ascending.
    pub fn taken(&self) -> impl Iterator<Item = u32> {
        let words = self.chunks().flat_map(|chunk| chunk.taken);
        (0..).zip(words).flat_map(|(index, word)| ones(word).map(move |bit| index * 64 + bit))
    }

    /// Takes a free slot.
    pub fn take(&mut self, row: &Row, terms: &[u32]) -> u32 {
        let slot = match self.free {
            Some(slot) => {
                let (chunk, at) = self.chunk(slot);
                self.free = u32::try_from(chunk.number[at]).ok();
                slot
            }
            None => {
                if self.used as usize == self.capacity() {
                    self.grow();
                }
                self.used += 1;
                self.used - 1
            }
        };
        self.set(slot, row, terms);
        slot
    }

    /// Replaces what a slot holds.
    pub fn set(&mut self, slot: u32, row: &Row, terms: &[u32]) {
        let same_terms = self.terms(slot) == terms;
        let (chunk, at) = self.chunk_mut(slot);
        let (word, bit) = (at / 64, 1 << (at % 64));
        chunk.created_at[at] = row.created_at;
        chunk.repo_id[at] = row.repo_id;
        chunk.number[at] = row.number;
        chunk.days[at] = (row.created_day, row.updated_day);
        chunk.read[at] = row.read;
        set_bit(&mut chunk.taken[word], bit, true);
        for (place, words) in (0..).zip(&mut chunk.bits) {
            set_bit(&mut words[word], bit, row.bits & 1 << place != 0);
        }
        for (numbers, number) in chunk.numbers.iter_mut().zip(row.numbers) {
            numbers[at] = number;
        }
        if !same_terms {
            chunk.set_terms(at, terms);
        }
    }

    /// Frees a slot that is taken.
    pub fn free(&mut self, slot: u32) {
        let next = self.free.map_or(NONE, i64::from);
        let (chunk, at) = self.chunk_mut(slot);
        let (word, bit) = (at / 64, 1 << (at % 64));
        chunk.number[at] = next;
        set_bit(&mut chunk.taken[word], bit, false);
        chunk.set_terms(at, &[]);
        self.free = Some(slot);
    }

    fn chunk_mut(&mut self, slot: u32) -> (&mut Chunk, usize) {
        let (chunk, at) = (slot as usize / CHUNK, slot as usize % CHUNK);
        let group = Arc::make_mut(&mut self.groups[chunk / GROUP]);
        (Arc::make_mut(&mut group[chunk % GROUP]), at)
    }

    fn grow(&mut self) {
        let chunk = Arc::new(Chunk::new());
        match self.groups.last_mut().filter(|group| group.len() < GROUP) {
            Some(group) => *group = group.iter().cloned().chain([chunk]).collect(),
            None => self.groups.push(Arc::new([chunk])),
        }
    }
}

/// The places of the ones in a word, ascending.
pub fn ones(mut word: u64) -> impl Iterator<Item = u32> {
    std::iter::from_fn(move || {
        let bit = (word != 0).then(|| word.trailing_zeros())?;
        word &= word - 1;
        Some(bit)
    })
}

fn set_bit(word: &mut u64, bit: u64, on: bool) {
    if on {
        *word |= bit;
    } else {
        *word &= !bit;
    }
}
