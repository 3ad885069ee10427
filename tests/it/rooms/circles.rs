//! Circles of files that import each other: nobody can read, move or test one of them alone.
//!
//! An edge is a `use` line, wherever in a file it stands. Importing a name from a parent module that
//! re-exports it is an edge to the parent, and the re-export is an edge from the parent to the file
//! where the name is. A `mod` declaration is no edge: it only says that a file exists.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::source::{bare, use_paths};
use super::sources;

/// Up to three files may import each other.
const LARGEST: usize = 3;

/// Rooms with a larger circle that is still to be opened. This list only ever gets shorter.
const STILL_CLOSED: [&str; 1] = ["store"];

/// The nodes that each node imports.
type Graph = BTreeMap<String, BTreeSet<String>>;

/// The module that a source file holds; none for a crate's root.
fn module(file: &str) -> Vec<String> {
    let path = Path::new(file).with_extension("");
    let mut names: Vec<String> = path.iter().map(|name| name.to_string_lossy().into_owned()).collect();
    names.pop_if(|last| *last == "mod");
    if names == ["lib"] { vec![] } else { names }
}

/// Which file imports which: `files` are paths below `src/` with their texts.
fn imports(files: &BTreeMap<String, String>) -> Graph {
    let modules: BTreeMap<Vec<String>, &String> = files.keys().map(|file| (module(file), file)).collect();
    let imported = |file: &str, text: &str| {
        let here = module(file);
        let targets = use_paths(&bare(text)).into_iter().filter_map(|path| target(&modules, &here, &path));
        targets.filter(|target| target != file).collect()
    };
    files.iter().map(|(file, text)| (file.clone(), imported(file, text))).collect()
}

/// The file of the last module on a path; `None` for what is not of this crate.
fn target(modules: &BTreeMap<Vec<String>, &String>, here: &[String], path: &[String]) -> Option<String> {
    let mut names = path.iter().peekable();
    let mut module = here.to_vec();
    match names.peek()?.as_str() {
        "crate" | "bugscrub" => {
            names.next();
            module.clear();
        }
        "self" => {
            names.next();
        }
        "super" => {
            while names.next_if(|name| *name == "super").is_some() {
                module.pop();
            }
        }
        first => {
            // A child module needs no `self::`; any other first name is another crate.
            let child: Vec<String> = module.iter().cloned().chain([first.to_owned()]).collect();
            modules.get(&child)?;
        }
    }
    for name in names {
        module.push(name.clone());
        if !modules.contains_key(&module) {
            module.pop();
            break;
        }
    }
    modules.get(&module).map(|file| (*file).clone())
}

/// The groups of nodes that all reach each other, as sorted lists; nodes in no circle are left out.
fn circles(graph: &Graph) -> Vec<Vec<String>> {
    let reached = |from: &str| {
        let mut reached = BTreeSet::new();
        let mut ahead = vec![from];
        while let Some(node) = ahead.pop() {
            let next = graph.get(node).into_iter().flatten();
            ahead.extend(next.filter(|next| reached.insert((*next).clone())).map(String::as_str));
        }
        reached
    };
    let reached: BTreeMap<&String, BTreeSet<String>> = graph.keys().map(|node| (node, reached(node))).collect();
    let circle = |node: &String| -> Vec<String> {
        let back = |other: &&String| reached.get(other).is_some_and(|others| others.contains(node));
        reached[node].iter().filter(back).cloned().collect()
    };
    let found: BTreeSet<Vec<String>> = graph.keys().map(circle).filter(|circle| circle.len() > 1).collect();
    found.into_iter().collect()
}

/// The rooms in place of their files.
fn between_rooms(imports: &Graph) -> Graph {
    let mut rooms = Graph::new();
    for (file, targets) in imports {
        let room = room(file);
        let others = targets.iter().map(|target| self::room(target)).filter(|other| *other != room);
        rooms.entry(room.clone()).or_default().extend(others);
    }
    rooms
}

fn room(file: &str) -> String {
    file.split('/').next().unwrap_or_default().trim_end_matches(".rs").to_owned()
}

/// A circle with its edges, as a person can follow them.
fn shown(circle: &[String], graph: &Graph) -> Vec<String> {
    let within = |node: &String| graph[node].iter().filter(|other| circle.contains(other)).cloned().collect::<Vec<_>>();
    circle.iter().map(|node| format!("{node} imports {}", within(node).join(", "))).collect()
}

#[test]
fn no_more_than_three_files_import_each_other_and_no_rooms_do() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let below = |path: &Path| path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
    let files = sources().into_iter().map(|source| (below(&source.path), source.text)).collect();
    let graph = imports(&files);
    let edges: usize = graph.values().map(BTreeSet::len).sum();
    assert!(edges > 500, "{edges} imports were found");

    let large = circles(&graph).into_iter().filter(|circle| circle.len() > LARGEST);
    let unknown = large.filter(|circle| !STILL_CLOSED.contains(&room(&circle[0]).as_str()));
    let faults: Vec<Vec<String>> = unknown.map(|circle| shown(&circle, &graph)).collect();
    assert!(faults.is_empty(), "more than {LARGEST} files import each other: {faults:#?}");

    let rooms = between_rooms(&graph);
    let faults: Vec<Vec<String>> = circles(&rooms).iter().map(|circle| shown(circle, &rooms)).collect();
    assert!(faults.is_empty(), "rooms import each other: {faults:#?}");
}

#[test]
fn circles_are_found_in_a_small_crate() {
    let files = [
        ("lib.rs", "pub mod shop; pub mod till; pub mod main;"),
        // A declaration is no edge, a re-export is one.
        ("shop/mod.rs", "mod shelf; mod label; mod price; mod stock; pub use shelf::{self, Shelf}; pub use label::*;"),
        ("shop/shelf.rs", "use super::label::{Label, print::{fast, slow as s}}; use std::fmt;"),
        ("shop/label.rs", "pub(crate) use self::print::fast; // use crate::till::Till;"),
        ("shop/label/print.rs", "fn f() { use super::super::price::Price; let s = \"use crate::till::Till;\"; }"),
        // From the parent, which re-exports it from `shelf`.
        ("shop/price.rs", "use super::Shelf; mod far { fn h() {} } fn g() -> impl Sized + use<> {}"),
        ("shop/stock.rs", "use crate::{till::{Till, drawer}, shop::price};"),
        ("till.rs", "mod near { use super::Coin; use super::super::shop::stock::Stock; } use shelf::Other;"),
        ("main.rs", "use bugscrub::till; use till::nothing;"),
    ];
    let files = files.into_iter().map(|(file, text)| (file.to_owned(), text.to_owned())).collect();
    let graph = imports(&files);
    let targets = |file: &str| graph[file].iter().map(String::as_str).collect::<Vec<_>>();
    assert_eq!(targets("lib.rs"), [""; 0]);
    assert_eq!(targets("shop/mod.rs"), ["shop/label.rs", "shop/shelf.rs"]);
    assert_eq!(targets("shop/shelf.rs"), ["shop/label.rs", "shop/label/print.rs"]);
    assert_eq!(targets("shop/label.rs"), ["shop/label/print.rs"]);
    assert_eq!(targets("shop/label/print.rs"), ["shop/price.rs"]);
    assert_eq!(targets("shop/price.rs"), ["shop/mod.rs"]);
    assert_eq!(targets("shop/stock.rs"), ["shop/price.rs", "till.rs"]);
    assert_eq!(targets("main.rs"), ["till.rs"]);

    let shop = ["shop/label.rs", "shop/label/print.rs", "shop/mod.rs", "shop/price.rs", "shop/shelf.rs"];
    let both = ["shop/stock.rs", "till.rs"];
    assert_eq!(circles(&graph), [shop.map(str::to_owned).to_vec(), both.map(str::to_owned).to_vec()]);
    assert_eq!(shown(&circles(&graph)[1], &graph)[0], "shop/stock.rs imports till.rs");
    assert_eq!(circles(&between_rooms(&graph)), [["shop".to_owned(), "till".to_owned()]]);

    let mut open = graph;
    open.insert("shop/price.rs".to_owned(), BTreeSet::new());
    open.insert("till.rs".to_owned(), BTreeSet::new());
    assert!(circles(&open).is_empty() && circles(&between_rooms(&open)).is_empty());
}
