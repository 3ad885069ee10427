//! How alike two titles are.
//!
//! A title is taken apart into words, and each word into its runs of three letters, with blanks before and behind it.
//! Two titles are as alike as they have runs in common, of all the runs that either has (Jaccard's index; the same
//! measure as that of Postgres' `pg_trgm`, but of folded texts, whatever the database's locale).

use std::collections::HashSet;

/// Letters of a word at least that may be looked for.
const SHORTEST: usize = 3;

/// A title that others are compared with.
#[derive(Debug)]
pub struct Title {
    words: Vec<String>,
    runs: HashSet<[char; 3]>,
}

impl Title {
    /// Of a text as [`text::folded`](super::text::folded) makes it.
    pub fn new(folded: &str) -> Self {
        let mut words: Vec<String> =
            split(folded).filter(|word| word.chars().count() >= SHORTEST).map(str::to_owned).collect();
        words.sort_by(|one, other| (other.len(), one).cmp(&(one.len(), other)));
        words.dedup();
        Self { words, runs: runs(folded) }
    }

    /// Its words of three letters or more, the longest first, each once.
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// From 0 (nothing in common) to 1 (the same words).
    pub fn likeness(&self, folded: &str) -> f64 {
        let other = runs(folded);
        let common = other.intersection(&self.runs).count();
        let all = self.runs.len() + other.len() - common;
        if all == 0 { 0.0 } else { common as f64 / all as f64 }
    }
}

fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty())
}

fn runs(text: &str) -> HashSet<[char; 3]> {
    let mut runs = HashSet::with_capacity(text.len());
    for word in split(text) {
        let mut last = [' ', ' '];
        for letter in word.chars().chain([' ']) {
            runs.insert([last[0], last[1], letter]);
            last = [last[1], letter];
        }
    }
    runs
}
