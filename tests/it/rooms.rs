//! The rooms of the source: which may use which, and what each must not know.
//!
//! The source is read as text, without comments and strings; every path that begins at the
//! crate's root counts, in a `use` or in the middle of a line.

mod circles;
mod source;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use self::source::{bare, idents_after, rooms_used};

/// Each room, and what it may use of ours. Rooms that wire the others may use all.
const TABLE: [(&str, May); 22] = [
    ("activity", May::Use(&[])),
    ("rank", May::Use(&["activity"])),
    ("stats", May::Use(&["activity", "rank"])),
    ("scrub", May::Use(&["activity", "rank"])),
    ("webhook", May::Use(&["activity"])),
    ("store", May::Use(&["activity", "scrub", "rank", "stats"])),
    ("telemetry", May::Use(&[])),
    ("ingest", May::Use(&["webhook", "activity", "store", "telemetry"])),
    ("live", May::Use(&["activity", "rank", "store"])),
    ("github", May::Use(&["activity", "webhook", "store", "ingest", "telemetry"])),
    ("sheet", May::Use(&["activity", "rank", "scrub"])),
    ("people", May::Use(&["activity", "store", "github"])),
    ("chat", May::Use(&["scrub"])),
    (
        "service",
        May::Use(&[
            "activity",
            "rank",
            "stats",
            "scrub",
            "webhook",
            "store",
            "ingest",
            "live",
            "github",
            "sheet",
            "people",
            "chat",
            "telemetry",
        ]),
    ),
    (
        "http",
        May::Use(&[
            "service",
            "activity",
            "rank",
            "stats",
            "scrub",
            "webhook",
            "store",
            "ingest",
            "live",
            "github",
            "sheet",
            "people",
            "chat",
            "telemetry",
        ]),
    ),
    ("postgres", May::Use(&[])),
    ("terminal", May::Use(&[])),
    ("deliver", May::Use(&["webhook", "terminal"])),
    ("demo", May::Use(&["deliver", "terminal"])),
    ("app", May::UseAll),
    ("commands", May::UseAll),
    ("config", May::UseAll),
];

/// Names that only some rooms may speak.
const RESERVED: [(&str, &[&str]); 3] =
    [("axum", &["http", "github", "app"]), ("tower_http", &["http", "app"]), ("hyper", &["http"])];

/// What the pure rooms must not know: they do no IO and read no clock.
const PURE: [&str; 6] = ["activity", "rank", "scrub", "sheet", "stats", "webhook"];
#[rustfmt::skip]
const IMPURE: [&str; 15] = [
    "Utc::now", "Local::now", "SystemTime", "Instant", "sqlx", "axum", "hyper", "reqwest", "tokio", "rand", "std::fs",
    "std::net", "std::env", "std::process", "std::thread",
];

/// The forecast draws from a generator that is seeded by its caller: the same seed, the same answer.
/// What would draw a seed itself is no more allowed there than elsewhere.
const SEEDED: [&str; 1] = ["stats"];
const UNSEEDED: [&str; 5] = ["rand::rng", "rand::random", "ThreadRng", "SysRng", "from_rng"];

#[derive(Clone, Copy)]
enum May {
    Use(&'static [&'static str]),
    UseAll,
}

/// A source file: where it is, its room, its module path below the crate, its text.
struct Source {
    path: PathBuf,
    room: String,
    depth: usize,
    text: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut folders, mut found) = (vec![root.clone()], vec![]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                let below = path.strip_prefix(&root).unwrap().with_extension("");
                let names: Vec<&str> = below.iter().map(|name| name.to_str().unwrap()).collect();
                let depth = names.len() - usize::from(names.last() == Some(&"mod"));
                found.push(Source { room: names[0].to_owned(), depth, path: path.clone(), text });
            }
        }
    }
    assert!(found.len() > 30, "{} files", found.len());
    found
}

#[test]
fn rooms_use_only_those_that_the_table_allows() {
    let table = BTreeMap::from(TABLE);
    let mut rooms = BTreeSet::new();
    let mut faults = vec![];
    for Source { path, room, depth, text } in sources() {
        if ["main", "lib"].contains(&room.as_str()) {
            continue;
        }
        let Some(may) = table.get(room.as_str()) else { panic!("the room {room} is not in the table") };
        for used in rooms_used(&bare(&text), depth) {
            let allowed = match may {
                May::UseAll => true,
                May::Use(allowed) => used == room || allowed.contains(&used.as_str()),
            };
            if !allowed {
                faults.push(format!("{} uses {used}, which {room} may not", path.display()));
            }
        }
        rooms.insert(room);
    }
    assert!(faults.is_empty(), "{faults:#?}");
    // Nobody is in the table for nothing: rooms to come aside.
    let absent: Vec<&str> = table.keys().copied().filter(|room| !rooms.contains(*room)).collect();
    assert!(absent.iter().all(|room| ["scrub", "github", "sheet"].contains(room)), "{absent:?}");
}

#[test]
fn the_architecture_shows_this_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ARCHITECTURE.md");
    let document = std::fs::read_to_string(path).unwrap();
    let names = |text: &str| -> Vec<String> {
        let known = |name: &&str| TABLE.iter().any(|(room, _)| room == name);
        text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(known).map(str::to_owned).collect()
    };
    let mut shown: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in document.lines().filter(|line| line.starts_with("| `")) {
        let [_, rooms, _, may, _] = line.split('|').collect::<Vec<_>>()[..] else { continue };
        let may: BTreeSet<String> = match may.trim() {
            "all above" => shown.keys().cloned().collect(),
            may if may.starts_with("all") || may.starts_with("any") => BTreeSet::from(["all".to_owned()]),
            may => names(may.split(';').next().unwrap_or_default()).into_iter().collect(),
        };
        shown.extend(names(rooms).into_iter().map(|room| (room, may.clone())));
    }
    let mut enforced = BTreeMap::new();
    for (room, may) in TABLE.iter().filter(|(room, _)| shown.contains_key(*room)) {
        let may: BTreeSet<String> = match may {
            May::UseAll => BTreeSet::from(["all".to_owned()]),
            May::Use(rooms) => {
                rooms.iter().filter(|room| shown.contains_key(**room)).map(|&room| room.to_owned()).collect()
            }
        };
        enforced.insert((*room).to_owned(), may);
    }
    assert_eq!(shown, enforced);
    let rooms: BTreeSet<String> = sources().into_iter().map(|source| source.room).collect();
    let wired = |room: &&String| !["main", "lib"].contains(&room.as_str());
    assert_eq!(rooms.iter().filter(wired).collect::<Vec<_>>(), shown.keys().collect::<Vec<_>>());
}

/// Files of `http/` that name the store: the one that maps its errors.
const NAMING_THE_STORE: [&str; 1] = ["refusal.rs"];

#[test]
fn http_asks_the_service_and_not_the_store() {
    let http = sources().into_iter().filter(|source| source.room == "http");
    let naming = http.filter(|source| rooms_used(&bare(&source.text), source.depth).contains(&"store".to_owned()));
    let naming: BTreeSet<PathBuf> = naming.map(|source| source.path).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http");
    let allowed: BTreeSet<PathBuf> = NAMING_THE_STORE.iter().map(|path| root.join(path)).collect();
    assert_eq!(naming, allowed);
}

#[test]
fn sql_is_in_the_store_and_http_in_its_room() {
    let mut faults = vec![];
    let mut met = 0;
    for Source { path, room, text, .. } in sources() {
        let text = bare(&text);
        for (name, allowed) in RESERVED {
            if !idents_after(&text, name).is_empty() && !allowed.contains(&room.as_str()) {
                faults.push(format!("{} speaks of {name}", path.display()));
            }
        }
        let sql = |name: &String| name.starts_with("query") || name.starts_with("raw_sql");
        let queries = idents_after(&text, "sqlx").into_iter().filter(sql).count();
        if room == "store" {
            met += queries;
        } else if queries > 0 {
            faults.push(format!("{} has SQL", path.display()));
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
    assert!(met > 20, "{met} queries in the store");
}

/// There is one way to begin a transaction of a pool that whoever waits may give up; see `store::pool::begin`.
#[test]
fn transactions_of_a_pool_are_begun_in_one_place() {
    let begins = |text: &str| text.contains("pool.begin(") || text.contains("pool.begin_with(");
    let sources = sources().into_iter().filter(|source| begins(&source.text));
    let places: Vec<_> = sources.map(|source| source.path.file_name().unwrap().to_owned()).collect();
    assert_eq!(places, ["pool.rs"]);
}

#[test]
fn the_pure_rooms_do_no_io_and_read_no_clock() {
    let mut faults = vec![];
    for Source { path, room, text, .. } in sources() {
        if !PURE.contains(&room.as_str()) {
            continue;
        }
        let text = bare(&text);
        let seeded = SEEDED.contains(&room.as_str());
        let impure = IMPURE.into_iter().filter(|impure| !(seeded && *impure == "rand"));
        for impure in impure.chain(UNSEEDED) {
            if source::names(&text, impure) {
                faults.push(format!("{} names {impure}", path.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn no_file_is_longer_than_400_lines() {
    let long = |source: &Source| source.text.lines().count() > 400;
    let long: Vec<PathBuf> = sources().into_iter().filter(long).map(|source| source.path).collect();
    assert!(long.is_empty(), "{long:#?}");
}
