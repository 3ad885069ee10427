//! How names and titles are compared: without regard to case.
//!
//! What Postgres takes for the same letter depends on the database's locale, so nothing depends on it: texts are
//! compared here, or by columns that hold what is made here.

use std::borrow::Cow;

/// A text as it is compared: all letters that are each other's upper or lower case become one, in every
/// language at once. So `Σ`, `σ` and `ς` are the same, `ß` is `ss`, and `İ`, `I`, `ı` and `i` are the same.
pub fn folded(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut folded = String::with_capacity(text.len());
    // Some letters have no upper case but the one of another, whose lower case is not them.
    let letters = text.chars().flat_map(char::to_lowercase).flat_map(char::to_uppercase).flat_map(char::to_lowercase);
    for letter in letters {
        // The lower case of İ is an i with a second dot.
        if !(letter == '\u{307}' && folded.ends_with('i')) {
            folded.push(letter);
        }
    }
    folded
}

/// The same of a name that mostly is folded already.
pub fn key(name: &str) -> Cow<'_, str> {
    match name.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
        true => name.into(),
        false => folded(name).into(),
    }
}

/// Whether two names are the same.
pub fn same(one: &str, other: &str) -> bool {
    // Nearly all names are ASCII, and an account may have many.
    if one.is_ascii() && other.is_ascii() {
        return one.eq_ignore_ascii_case(other);
    }
    folded(one) == folded(other)
}

/// Whether a text has another one in it.
pub fn contains(text: &str, part: &str) -> bool {
    folded(text).contains(&folded(part))
}

/// How alike names must be for one to be taken for a slip of the other, from 0 to 1.
const ALIKE: f64 = 0.8;
/// Names that are told at most.
const CLOSEST: usize = 3;

/// The names that are most like one that is none of them, the nearest first; by the measure of Jaro and Winkler, which
/// was made for slips in names, or one slip away.
pub fn closest(name: &str, names: &[String]) -> Vec<String> {
    let name = folded(name);
    let alike = |known: &String| {
        let known = folded(known);
        // In short names one slip is much of the name.
        let slip = if strsim::damerau_levenshtein(&name, &known) == 1 { ALIKE } else { 0.0 };
        strsim::jaro_winkler(&name, &known).max(slip)
    };
    let mut found: Vec<(f64, &String)> = names.iter().map(|known| (alike(known), known)).collect();
    found.retain(|(alike, _)| *alike >= ALIKE);
    found.sort_by(|(one, first), (other, second)| other.total_cmp(one).then_with(|| first.cmp(second)));
    found.dedup_by(|(_, later), (_, first)| later == first);
    found.into_iter().take(CLOSEST).map(|(_, known)| known.clone()).collect()
}
