//! How the values of criteria are written: quotes, lists, beginnings of names.

use std::borrow::Cow;

use super::criterion::Criterion;
use super::terms::BEGINNING;

/// `name`, or `owner/name`, in the characters that GitHub allows; or the beginning of it.
pub(super) fn is_repository(value: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
    let is_name = |name: &str| !name.is_empty() && name.bytes().all(plain);
    let (value, begins) = match value.strip_prefix(BEGINNING) {
        Some(beginning) => (beginning, true),
        None => (value, false),
    };
    match value.split_once('/') {
        None => is_name(value),
        Some((owner, "")) => begins && is_name(owner),
        Some((owner, name)) => is_name(owner) && is_name(name),
    }
}

/// How `all:` is written, in words.
pub(super) const LISTS: &str = "After `all:` stand names with commas between them; one with a comma in it, or that begins with a \
                     quotation mark, stands in quotes, in which each mark is doubled.";

/// The names of a list as they are written; `None` if one is empty, or quotes are not closed.
pub(super) fn listed(written: &str) -> Option<Vec<&str>> {
    let (mut names, mut rest) = (vec![], written);
    loop {
        rest = rest.trim_start();
        // A comma within quotes comes after an odd number of them.
        let quoted = rest.starts_with('"');
        let ends = |(at, _): &(usize, &str)| !quoted || rest[..*at].matches('"').count() % 2 == 0;
        let end = rest.match_indices(',').find(ends).map_or(rest.len(), |(at, _)| at);
        let name = rest[..end].trim_end();
        if unquoted(name)?.trim().is_empty() {
            return None;
        }
        names.push(name);
        if end == rest.len() {
            return Some(names);
        }
        rest = &rest[end + 1..];
    }
}

/// What a value means: a name, or the beginning of names. `None` if quotes are not closed.
pub(super) fn meaning(criterion: &Criterion, written: &str) -> Option<String> {
    let beginning = written.strip_suffix('*').filter(|beginning| !beginning.trim().is_empty());
    match beginning.filter(|_| criterion.takes_beginnings() && !written.starts_with('"')) {
        Some(beginning) => Some(format!("{BEGINNING}{beginning}")),
        None => Some(unquoted(written)?.into_owned()),
    }
}

/// How quotes are written, in words.
pub(super) const QUOTES: &str =
    "A value that begins with a quotation mark ends with one, and each mark in between is doubled.";

/// What a text is: itself, or what stands in quotes. `None` if those are not closed.
fn unquoted(written: &str) -> Option<Cow<'_, str>> {
    let Some(rest) = written.strip_prefix('"') else { return Some(written.into()) };
    let parts: Vec<&str> = rest.strip_suffix('"')?.split("\"\"").collect();
    let closed = parts.iter().all(|part| !part.contains('"'));
    closed.then(|| parts.join("\"").into())
}

/// What a text that is looked for may be, as a pattern: not empty, not blank, and closed if it stands in quotes. U+0085 is a
/// blank to us, but not to the patterns of JSON Schema.
pub const TERM_PATTERN: &str = r#"^(-?"[\s\x85]*([^"\s\x85\x00]|"")([^"\x00]|"")*"|-?[\s\x85]+[^\s\x85\x00][^\x00]*|-[^\s\x85"\x00][^\x00]*|[^\s\x85"\x00-][^\x00]*)$"#;

/// The same where `all:` begins a list of at most 16 names.
pub const NAMES_PATTERN: &str = concat!(
    // In quotes, or behind a blank, `all:` begins nothing.
    r#"^(-?"[\s\x85]*([^"\s\x85\x00]|"")([^"\x00]|"")*"|-?[\s\x85]+[^\s\x85\x00][^\x00]*|"#,
    r#"-?([^\s\x85"a\x00-]|a[^l\x00]|al[^l\x00]|all[^:\x00])[^\x00]*|-?(a|al|all)|--[^\x00]*|"#,
    r#"all:[\s\x85]*([^\s\x85",\x00][^,\x00]*|"[\s\x85]*([^"\s\x85\x00]|"")([^"\x00]|"")*"[\s\x85]*)"#,
    r#"(,[\s\x85]*([^\s\x85",\x00][^,\x00]*|"[\s\x85]*([^"\s\x85\x00]|"")([^"\x00]|"")*"[\s\x85]*)){0,15})$"#,
);

/// What a repository may be, as a pattern.
pub const REPOSITORY_PATTERN: &str = concat!(
    r#"^(-?"[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)?"|-[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+\*?|/?\*)?|"#,
    r#"[A-Za-z0-9_.][A-Za-z0-9_.-]*(/[A-Za-z0-9_.-]+\*?|/?\*)?)$"#,
);
