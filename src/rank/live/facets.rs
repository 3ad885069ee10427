//! How many of the selected items have each value of a facet.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::columns::{Chunk, WORDS, ones};
use super::facet_names::FacetNames;
use super::items::Items;
use super::kinds;
use super::selection::Selection;
use super::slots::Slots;
use super::snapshot::Snapshot;
use crate::rank::criterion::{Looks, Repository, TYPE};
use crate::rank::facet::{Facet, ValueCounts};

/// Open items of a repository.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OpenCounts {
    pub issues: usize,
    pub pull_requests: usize,
    pub discussions: usize,
}

impl Snapshot {
    /// How many items a selection has.
    pub fn count(&self, selection: &Selection) -> usize {
        selection.slots(&self.items, &self.public).map_or(self.items.len(), |slots| slots.len())
    }

    /// How many items of a selection have each value of some facets, in their order, with at most `limit` values of each.
    /// `called` must have met this snapshot.
    pub fn facets<'a>(
        &self,
        selection: &Selection,
        facets: &[Facet],
        called: &FacetNames,
        repository: impl Fn(i64) -> Option<&'a Repository>,
        limit: usize,
    ) -> Vec<ValueCounts> {
        let items = &self.items;
        let slots = selection.slots(items, &self.public);
        let slots = slots.unwrap_or_else(|| kinds::passing(&[], items.columns.chunks()));
        let by_term = |facet: &Facet| !matches!(facet, Facet::Repository | Facet::Type);
        let by_value = if facets.iter().any(by_term) { by_value(items, &slots, called) } else { vec![] };
        let total = slots.len();
        let counted = |facet: &Facet| match facet {
            Facet::Repository => {
                let name = |(repo_id, count)| {
                    let repository = repository(repo_id)?;
                    Some((format!("{}/{}", repository.owner, repository.name), count))
                };
                ValueCounts::top(by_repository(items, &slots).into_iter().filter_map(name).collect(), limit)
            }
            Facet::Type => by_type(items, &slots, limit),
            Facet::Label | Facet::Author | Facet::Assignee | Facet::Milestone => {
                let values = called.spelled.iter().zip(&by_value).enumerate();
                let own = values.filter(|(_, (spelled, _))| spelled.facet == *facet);
                let (mut values, mut held) = (vec![], 0);
                let mut several: HashMap<u32, Vec<(&str, usize)>> = HashMap::new();
                for (place, (spelled, count)) in own.filter(|(_, (_, count))| **count > 0) {
                    let value = (&*spelled.text, *count as usize);
                    held += value.1;
                    match called.is_spelled_alike(place) {
                        true => values.push(value),
                        false => several.entry(spelled.first).or_default().push(value),
                    }
                }
                values.extend(several.into_values().filter_map(|spelled| {
                    let (best, _) = spelled.iter().max_by_key(|(text, count)| (*count, Reverse(*text)))?;
                    Some((*best, spelled.iter().map(|(_, count)| count).sum()))
                }));
                let none = match facet {
                    // An item has one at most.
                    Facet::Milestone => total - held,
                    Facet::Label => unlabelled(items, &slots, called),
                    _ => lacking(items, &slots, *facet),
                };
                ValueCounts { none, ..ValueCounts::top(values, limit) }
            }
        };
        facets.iter().map(counted).collect()
    }

    /// The open items of each repository that has any, by the repository's id.
    pub fn open_by_repository(&self) -> Vec<(i64, OpenCounts)> {
        let mut counts: Vec<(i64, OpenCounts)> = vec![];
        let bit = kinds::first(&TYPE);
        each_repository(&self.items, |repo_id, slots| {
            let mut open = OpenCounts::default();
            for slot in slots {
                let (chunk, at) = self.items.columns.chunk(*slot);
                let has = |bit: usize| chunk.bits[bit][at / 64] & 1 << (at % 64) != 0;
                open.issues += usize::from(has(bit));
                open.pull_requests += usize::from(has(bit + 1));
                open.discussions += usize::from(has(bit + 2));
            }
            match counts.last_mut().filter(|(last, _)| *last == repo_id) {
                Some((_, held)) => {
                    held.issues += open.issues;
                    held.pull_requests += open.pull_requests;
                    held.discussions += open.discussions;
                }
                None => counts.push((repo_id, open)),
            }
        });
        counts
    }
}

/// The selected items that have each value, by the value's place.
fn by_value(items: &Items, slots: &Slots, called: &FacetNames) -> Vec<u32> {
    let mut by_value = vec![0; called.spelled.len()];
    if called.is_ambiguous() {
        let mut had: Vec<u32> = vec![];
        each_terms(items, slots, |_, terms| {
            had.clear();
            for value in terms.iter().filter_map(|term| called.value(*term as usize)) {
                let first = called.spelled[value].first;
                if !had.contains(&first) {
                    had.push(first);
                    by_value[value] += 1;
                }
            }
        });
        return by_value;
    }
    let mut by_term = vec![0u32; items.term_count()];
    let chunks = items.columns.chunks().zip(slots.words().chunks(WORDS));
    for (chunk, words) in chunks {
        if words == chunk.taken {
            chunk.all_terms().iter().for_each(|term| by_term[*term as usize] += 1);
        } else {
            each_slot(words, |at| chunk.terms_at(at).iter().for_each(|term| by_term[*term as usize] += 1));
        }
    }
    for (term, count) in by_term.into_iter().enumerate().filter(|(_, count)| *count > 0) {
        if let Some(value) = called.value(term) {
            by_value[value] += count;
        }
    }
    by_value
}

/// How many of the selected have no label with a name.
fn unlabelled(items: &Items, slots: &Slots, called: &FacetNames) -> usize {
    let bit = kinds::first(Facet::Label.criterion());
    let is_named =
        |term: &u32| called.value(*term as usize).is_some_and(|value| called.spelled[value].facet == Facet::Label);
    let mut none = lacking(items, slots, Facet::Label);
    if called.has_nameless_labels() {
        for (chunk, words) in items.columns.chunks().zip(slots.words().chunks(WORDS)) {
            let labelled: Vec<u64> = words.iter().zip(&chunk.bits[bit]).map(|(word, some)| word & some).collect();
            each_slot(&labelled, |at| none += usize::from(!chunk.terms_at(at).iter().any(is_named)));
        }
    }
    none
}

/// How many of the selected have nothing of a facet, named or not.
fn lacking(items: &Items, slots: &Slots, facet: Facet) -> usize {
    let bit = kinds::first(facet.criterion());
    let chunks = items.columns.chunks().zip(slots.words().chunks(WORDS));
    let words = chunks.flat_map(|(chunk, words)| words.iter().zip(&chunk.bits[bit]));
    words.map(|(word, some)| (word & !some).count_ones() as usize).sum()
}

fn by_type(items: &Items, slots: &Slots, limit: usize) -> ValueCounts {
    let Looks::Kind(names, _) = TYPE.looks else { return ValueCounts::default() };
    let first = kinds::first(&TYPE);
    let mut counts = vec![0; names.len()];
    for (chunk, words) in items.columns.chunks().zip(slots.words().chunks(WORDS)) {
        for (place, count) in counts.iter_mut().enumerate() {
            let bits = chunk.bits[first + place].iter().zip(words);
            *count += bits.map(|(bits, word)| (bits & word).count_ones() as usize).sum::<usize>();
        }
    }
    ValueCounts::top(names.iter().copied().zip(counts).filter(|(_, count)| *count > 0).collect(), limit)
}

fn by_repository(items: &Items, slots: &Slots) -> Vec<(i64, usize)> {
    let mut counts: Vec<(i64, usize)> = vec![];
    each_repository(items, |repo_id, run| {
        let count = run.iter().filter(|slot| slots.contains(**slot)).count();
        match counts.last_mut().filter(|(last, _)| *last == repo_id) {
            Some((_, held)) => *held += count,
            None => counts.push((repo_id, count)),
        }
    });
    counts.retain(|(_, count)| *count > 0);
    counts
}

/// The slots of each repository's items; those of one may come in several runs, one after the other.
fn each_repository(items: &Items, mut each: impl FnMut(i64, &[u32])) {
    let mut slots: Vec<u32> = vec![];
    for run in items.addresses() {
        for of_one in run.chunk_by(|one, other| one.0 == other.0) {
            slots.clear();
            slots.extend(of_one.iter().map(|(_, slot)| *slot));
            let (chunk, at) = items.columns.chunk(slots[0]);
            each(chunk.repo_id[at], &slots);
        }
    }
}

fn each_terms(items: &Items, slots: &Slots, mut each: impl FnMut(&Chunk, &[u32])) {
    for (chunk, words) in items.columns.chunks().zip(slots.words().chunks(WORDS)) {
        each_slot(words, |at| each(chunk, chunk.terms_at(at)));
    }
}

fn each_slot(words: &[u64], mut each: impl FnMut(usize)) {
    for (word, start) in words.iter().zip((0..).step_by(64)) {
        ones(*word).for_each(|bit| each(start + bit as usize));
    }
}
