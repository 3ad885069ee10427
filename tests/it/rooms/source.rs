//! Reads Rust source as text, just well enough to find the names in it.

/// The source with comments, strings and characters replaced by blanks. Lines stay where they are.
pub fn bare(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut previous = ' ';
    while let Some(first) = rest.chars().next() {
        let skipped = match first {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            '"' => quoted(rest),
            'r' if (!is_name(previous) || previous == 'b') && raw_hashes(rest).is_some() => {
                let close = format!("\"{}", "#".repeat(raw_hashes(rest).unwrap_or_default()));
                let open = close.len() + 1;
                rest[open..].find(&close).map_or(rest.len(), |end| open + end + close.len())
            }
            '\'' => character(rest),
            _ => 0,
        };
        if skipped == 0 {
            out.push(first);
            previous = first;
            rest = &rest[first.len_utf8()..];
        } else {
            out.extend(rest[..skipped].chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
            previous = ' ';
            rest = &rest[skipped..];
        }
    }
    out
}

/// The length of the string that `text` begins with.
fn quoted(text: &str) -> usize {
    let mut escaped = true;
    for (at, c) in text.char_indices() {
        match c {
            '"' if !escaped => return at + 1,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    text.len()
}

/// How many hashes the raw string has that `text` begins with.
fn raw_hashes(text: &str) -> Option<usize> {
    let hashes = text[1..].chars().take_while(|c| *c == '#').count();
    text[1 + hashes..].starts_with('"').then_some(hashes)
}

/// The length of the character literal that `text` begins with; 0 for a lifetime.
fn character(text: &str) -> usize {
    let inner = &text[1..];
    let body = if inner.starts_with('\\') { inner[2..].find('\'').map(|end| end + 2) } else { None };
    let plain = inner.char_indices().nth(1).filter(|(_, c)| *c == '\'' && !inner.starts_with('\\')).map(|(at, _)| at);
    body.or(plain).map_or(0, |end| end + 2)
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The places where `path` is a whole name and not a part of another.
fn places<'a>(text: &'a str, path: &'a str) -> impl Iterator<Item = usize> + 'a {
    text.match_indices(path).map(|(at, _)| at).filter(move |at| {
        let before = text[..*at].chars().next_back().unwrap_or(' ');
        let after = text[at + path.len()..].chars().next().unwrap_or(' ');
        !is_name(before) && !is_name(after)
    })
}

/// Whether `path` occurs as a whole name.
pub fn names(text: &str, path: &str) -> bool {
    places(text, path).next().is_some()
}

/// The names after `name::`, including those in braces.
pub fn idents_after(text: &str, name: &str) -> Vec<String> {
    // `crate::axum::` and `.axum` would be names of our own.
    let own = |at: &usize| text[..*at].ends_with("::") || text[..*at].ends_with('.');
    let after = places(text, name).filter(|at| !own(at)).filter_map(|at| text[at + name.len()..].strip_prefix("::"));
    after.flat_map(first_idents).collect()
}

/// The first name of a path, or of each path of a group in braces.
fn first_idents(path: &str) -> Vec<String> {
    let ident = |text: &str| text.trim_start().chars().take_while(|c| is_name(*c)).collect::<String>();
    let Some(group) = path.trim_start().strip_prefix('{') else { return vec![ident(path)] };
    members(group).into_iter().map(ident).collect()
}

/// The paths that a file's `use` lines name, one for each leaf of their trees, without renamings, as
/// seen from the file's own module.
pub fn use_paths(text: &str) -> Vec<Vec<String>> {
    let mut found = vec![];
    for at in places(text, "use") {
        let rest = &text[at + "use".len()..];
        // `use<>` in a type captures lifetimes.
        if rest.starts_with('<') {
            continue;
        }
        let inner = modules_around(text, at);
        for mut path in leaves(rest.split(';').next().unwrap_or_default(), &[]) {
            let out = path.iter().take_while(|name| *name == "super").count().min(inner);
            path.drain(..out);
            if out > 0 && path.first().is_none_or(|first| first != "super") {
                path.insert(0, "self".to_owned());
            }
            found.push(path);
        }
    }
    found
}

/// How many modules in braces stand around a place in a file.
fn modules_around(text: &str, at: usize) -> usize {
    let open = |body: &str| {
        let mut depth = 1;
        body.chars().all(|c| {
            depth += i32::from(c == '{') - i32::from(c == '}');
            depth > 0
        })
    };
    let around = places(&text[..at], "mod").filter(|start| {
        let opened = text[start + "mod".len()..at].split_once('{');
        opened.is_some_and(|(name, body)| name.trim().chars().all(is_name) && open(body))
    });
    around.count()
}

fn leaves(tree: &str, before: &[String]) -> Vec<Vec<String>> {
    let names = |path: &str| -> Vec<String> {
        let path = path.split(" as ").next().unwrap_or_default();
        let names = path.split("::").map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
        before.iter().cloned().chain(names).collect()
    };
    let Some((path, group)) = tree.split_once('{') else {
        let mut path = names(tree);
        // Of a group: the module itself.
        path.pop_if(|last| *last == "self" && !before.is_empty());
        return vec![path];
    };
    let path = names(path);
    members(group).into_iter().flat_map(|member| leaves(member, &path)).collect()
}

/// The members of a group, from after its opening brace.
fn members(group: &str) -> Vec<&str> {
    let (mut depth, mut start, mut found) = (0, 0, vec![]);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            '}' | ',' if depth == 0 => {
                found.push(group[start..at].trim());
                start = at + 1;
                if c == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    found.retain(|member| !member.is_empty());
    found
}

/// The rooms that a file uses: `depth` is how many modules its own path has.
pub fn rooms_used(text: &str, depth: usize) -> Vec<String> {
    let mut used = idents_after(text, "crate");
    used.extend(idents_after(text, "bugscrub"));
    // From `depth` modules deep, as many `super` reach the crate's root too.
    used.extend(idents_after(text, &vec!["super"; depth].join("::")).into_iter().filter(|name| name != "super"));
    used
}

#[test]
fn names_are_found_wherever_they_stand() {
    let text = r####"
        //! crate::comment, crate::doc
        use crate::http::{auth, trace};
        pub use crate::{store::{self, log}, ingest, rank::Order as R};
        /* crate::block */
        fn a<'a>(b: &'a str) -> crate::webhook::C { let c = '"'; let d = 'x'; crate::telemetry::e!("crate::text \" {}") }
        const R: &str = r#"crate::raw " "#; const S: &str = "\\"; const B: &[u8] = br#"crate::bytes " "#;
        type T = super::super::demo::U;
        mycrate::nothing(); xcrate::nothing(); let q = '\''; super::sibling::v(); bugscrub::app::w();
    "####;
    let mut used = rooms_used(&bare(text), 2);
    used.sort();
    assert_eq!(used, ["app", "demo", "http", "ingest", "rank", "store", "telemetry", "webhook"]);
    assert!(rooms_used(&bare(text), 1).contains(&"sibling".to_owned()));

    let text =
        bare("use sqlx::{PgPool, query_as}; let s = \"sqlx::query\"; sqlx::query_scalar!(\"x\"); chrono::Utc::now()");
    assert_eq!(idents_after(&text, "sqlx"), ["PgPool", "query_as", "query_scalar"]);
    assert!(names(&text, "Utc::now") && !names(&text, "tc::now") && !names(&text, "Utc::no"));
    assert_eq!(bare("a\n// b\n\"c\nd\"\ne").lines().count(), 5);
}
