//! Rows that whoever imports a file leaves out, as they name them: `0051:12` is line 12 of the tab 0051, and `0051:2-40,44`
//! names several of one tab. CSV has no tabs, so there the lines stand alone.

use std::collections::BTreeMap;

use super::book::Book;

/// How [`Without`] is written; see [`Without::of`].
pub const WITHOUT_PATTERN: &str = r"^([^\x00]*:)?[0-9]{1,9}(-[0-9]{1,9})?(,[0-9]{1,9}(-[0-9]{1,9})?)*$";

/// Rows, by the names of their tabs. The first and the last line of each range; they are in order, and no two overlap.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Without(BTreeMap<String, Vec<(u32, u32)>>);

/// A row by which it is named.
pub fn row_key(tab: &str, line: u32) -> String {
    if tab.is_empty() { line.to_string() } else { format!("{tab}:{line}") }
}

impl Without {
    /// The rows that texts name, or the text that names none.
    pub fn of<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<Self, &'a str> {
        let mut tabs: BTreeMap<String, Vec<(u32, u32)>> = BTreeMap::new();
        for text in texts {
            // A tab's name may have a colon itself.
            let (tab, lines) = text.rsplit_once(':').unwrap_or(("", text));
            let ranges: Option<Vec<_>> = lines.split(',').map(range).collect();
            tabs.entry(tab.to_owned()).or_default().extend(ranges.ok_or(text)?);
        }
        Ok(Self(tabs.into_iter().map(|(tab, ranges)| (tab, joined(ranges))).collect()))
    }
}

/// Ranges in order, those that overlap as one.
fn joined(mut ranges: Vec<(u32, u32)>) -> Vec<(u32, u32)> {
    ranges.sort_unstable();
    let mut joined: Vec<(u32, u32)> = vec![];
    for (first, last) in ranges {
        match joined.last_mut() {
            Some(before) if first <= before.1 => before.1 = before.1.max(last),
            _ => joined.push((first, last)),
        }
    }
    joined
}

/// `12`, or `12-40`, which is also what `40-12` means.
fn range(text: &str) -> Option<(u32, u32)> {
    let number = |text: &str| {
        let sound = (1..=9).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        sound.then(|| text.parse().ok()).flatten()
    };
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last): (u32, u32) = (number(first)?, number(last)?);
    Some((first.min(last), first.max(last)))
}

impl Book {
    /// Leaves rows out. Where a text names no row of the book, answers that text, and nothing is to be imported.
    pub fn leave_out(&mut self, without: &Without) -> Result<(), String> {
        for (name, ranges) in &without.0 {
            let mut met = vec![false; ranges.len()];
            // A file may give two tabs one name.
            for row in self.tabs.iter_mut().filter(|tab| tab.name == *name).flat_map(|tab| &mut tab.rows) {
                let begun = ranges.partition_point(|(first, _)| *first <= row.line);
                let Some(range) = begun.checked_sub(1).filter(|range| ranges[*range].1 >= row.line) else { continue };
                met[range] = true;
                row.left_out = true;
            }
            if let Some(((first, last), _)) = ranges.iter().zip(met).find(|(_, met)| !met) {
                let key = row_key(name, *first);
                return Err(if first == last { key } else { format!("{key}-{last}") });
            }
        }
        Ok(())
    }
}
