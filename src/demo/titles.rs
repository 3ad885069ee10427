//! The word material, and the making of titles and texts.
//!
//! A file under `words/` has sections: `[name]`, then one phrase a line. A phrase has slots in braces,
//! which are filled from the section of that name: the repository's own if it has one, else the
//! shared file's. `{Thing}` is `{thing}` with a capital letter.

use std::collections::BTreeMap;

use chrono::Datelike;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::calendar;
use super::chance::pick;

type Sections = BTreeMap<&'static str, Vec<&'static str>>;

/// The facts that a phrase may refer to when it is used.
pub(super) struct Setting {
    pub(super) now: i64,
    pub(super) version: String,
    pub(super) old: String,
}

/// All phrases: the shared ones and each repository's.
#[derive(Debug, Clone)]
pub(super) struct Words {
    shared: Sections,
    repositories: Vec<Sections>,
}

impl Words {
    /// Takes the text of each repository's file, in the order of the repositories.
    pub(super) fn new(files: impl Iterator<Item = &'static str>) -> Self {
        Self { shared: sections(include_str!("words/shared.txt")), repositories: files.map(sections).collect() }
    }

    /// The phrases of a section; empty if neither file has it.
    pub(super) fn section(&self, repository: usize, name: &str) -> &[&'static str] {
        self.repositories[repository].get(name).or_else(|| self.shared.get(name)).map_or(&[], |v| v)
    }

    /// A phrase of this section with its slots filled.
    pub(super) fn phrase(&self, rng: &mut ChaCha8Rng, repository: usize, section: &str, setting: &Setting) -> String {
        let pattern = *pick(rng, self.section(repository, section));
        self.fill(rng, repository, pattern, setting)
    }

    fn fill(&self, rng: &mut ChaCha8Rng, repository: usize, pattern: &str, setting: &Setting) -> String {
        let mut text = String::new();
        let mut rest = pattern;
        while let Some((before, after)) = rest.split_once('{') {
            let (slot, behind) = after.split_once('}').unwrap_or((after, ""));
            text.push_str(before);
            let mut value = self.slot(rng, repository, slot, setting);
            // "Race between the queue and the queue" is no title.
            for _ in 0..8 {
                if !text.to_lowercase().contains(&value.to_lowercase()) {
                    break;
                }
                value = self.slot(rng, repository, slot, setting);
            }
            text.push_str(&value);
            rest = behind;
        }
        text.push_str(rest);
        text
    }

    fn slot(&self, rng: &mut ChaCha8Rng, repository: usize, slot: &str, setting: &Setting) -> String {
        match slot {
            "version" => setting.version.clone(),
            "old" => setting.old.clone(),
            "many" => pick(rng, &["200", "500", "1,000", "1200", "3k", "5000", "10k"]).to_string(),
            "few" => rng.random_range(2..19).to_string(),
            "cve" => rng.random_range(1021..48_900).to_string(),
            "year" => calendar::date(setting.now).year().to_string(),
            // One minor version about every four months; 1.18 is of early 2020.
            "kubernetes" => format!("1.{}", 18 + (setting.now - 1_585_000_000) / 10_400_000),
            _ if slot.starts_with(|first: char| first.is_uppercase()) => {
                capital(&self.slot(rng, repository, &slot.to_lowercase(), setting))
            }
            _ => {
                let phrases = self.section(repository, slot);
                debug_assert!(!phrases.is_empty(), "no section [{slot}]");
                match phrases {
                    [] => String::new(),
                    phrases => {
                        let pattern = *pick(rng, phrases);
                        self.fill(rng, repository, pattern, setting)
                    }
                }
            }
        }
    }
}

/// The text with a capital first letter.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn sections(text: &'static str) -> Sections {
    let mut sections = Sections::new();
    let mut name = "";
    for line in text.lines() {
        match line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            Some(heading) => name = heading,
            None if line.is_empty() => {}
            None => sections.entry(name).or_default().push(line),
        }
    }
    sections
}
