//! The rules of the tests themselves.
//!
//! - Two steps: outside `tools` no test runs a program but our own, the shell, and the two scripts that
//!   need Postgres' programs alone. So `make test-fast` needs Rust and Postgres only.
//! - No sleeps: who waits, waits for a state (`support::wait`).

use std::path::{Path, PathBuf};

use crate::image::files;

/// What may stand after `Command::new(` outside `tools`.
const PROGRAMS: [&str; 3] = [
    "env!(\"CARGO_BIN_EXE_bugscrub\")",
    "\"sh\"",
    // backup.sh and restore.sh, which run pg_dump and pg_restore.
    "Path::new(env!(\"CARGO_MANIFEST_DIR\")).join(\"scripts\").join(name)",
];

/// Files in which something takes its time, though no test waits for it.
const SLOW: [&str; 6] = [
    "support/wait.rs",       // looks now and then
    "support/github/api.rs", // a GitHub that is slow to answer
    "deliver.rs",            // a receiver that is slow to answer
    "faults/load.rs",        // senders that do not ask a dead service again at once
    "drills/fleet.rs",       // a drill at full length, where somebody asked for it
    "live/threads.rs",       // threads that give way to others
];

/// The tests' own files, but for this one: the name below `tests/it`, and the text.
fn tests() -> Vec<(String, String)> {
    let below = |path: &PathBuf| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
        path.strip_prefix(root).unwrap().to_str().unwrap().to_owned()
    };
    let sources = files("tests/it").into_iter().filter(|path| path.extension().is_some_and(|kind| kind == "rs"));
    let named = sources.map(|path| (below(&path), std::fs::read_to_string(&path).unwrap()));
    let named: Vec<_> = named.filter(|(name, _)| name != "suite.rs").collect();
    assert!(named.len() > 100, "{} files", named.len());
    named
}

#[test]
fn only_the_tests_in_tools_run_programs_of_others() {
    let (mut ours, mut faults) = (0, vec![]);
    for (name, text) in tests().iter().filter(|(name, _)| name != "tools.rs" && !name.starts_with("tools/")) {
        for after in text.split("Command::new(").skip(1) {
            ours += 1;
            if !PROGRAMS.iter().any(|program| after.starts_with(&format!("{program})"))) {
                faults.push(format!("{name} runs {}", after.lines().next().unwrap_or_default()));
            }
        }
        // Where the tools are installed.
        for folder in ["target/", "node_modules"].iter().filter(|folder| text.contains(**folder)) {
            faults.push(format!("{name} looks into {folder}"));
        }
    }
    assert!(faults.is_empty(), "these belong into tests/it/tools: {faults:#?}");
    assert!(ours >= PROGRAMS.len(), "{ours} commands");
}

#[test]
fn no_other_module_is_taken_for_tools() {
    // The two steps choose by `tools::`, wherever it stands in a test's name.
    let others = tests().into_iter().map(|(name, _)| name).filter(|name| !name.starts_with("tools"));
    let alike: Vec<String> = others.filter(|name| name.contains("tools")).collect();
    assert_eq!(alike, [""; 0]);
}

#[test]
fn no_test_sleeps() {
    let sleeps = |text: &str| ["sleep(", "yield_now("].iter().any(|call| text.contains(call));
    let in_sql = |text: &str| text.replace("pg_sleep(", "").replace("sleep(3600)%", "");
    let sleeping: Vec<String> =
        tests().into_iter().filter(|(_, text)| sleeps(&in_sql(text))).map(|(name, _)| name).collect();
    let unexpected: Vec<&String> = sleeping.iter().filter(|name| !SLOW.contains(&name.as_str())).collect();
    assert!(unexpected.is_empty(), "wait for a state instead (support::wait): {unexpected:?}");
    let needless: Vec<&&str> = SLOW.iter().filter(|name| !sleeping.iter().any(|found| found == *name)).collect();
    assert!(needless.is_empty(), "these sleep no more: {needless:?}");
}
