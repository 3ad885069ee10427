//! The stored descriptions of queries (`.sqlx/`), with which the program is compiled without a
//! database. Each is compared with the schema that the migrations make, so that none is out of date.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sqlx::postgres::Postgres;
use sqlx::{AssertSqlSafe, Executor, SqlSafeStr};

use crate::support::TestDatabase;

/// The stored files by name.
pub fn stored() -> BTreeMap<String, Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(".sqlx");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap())
        })
        .collect()
}

/// The nullability of the columns that the query itself settles. Without `!` or `?` in its name a column
/// has the planner's answer, which differs from one Postgres to the next and does not count.
fn settled(description: &Value) -> Vec<Option<&Value>> {
    let columns = description["columns"].as_array().unwrap().iter();
    let pairs = columns.zip(description["nullable"].as_array().unwrap());
    let pairs = pairs.map(|(column, nullable)| (column["name"].as_str().unwrap(), nullable));
    pairs.map(|(name, nullable)| (!name.contains(['!', '?'])).then_some(nullable)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_stored_description_matches_the_database() {
    let database = TestDatabase::plain().await;
    for (name, stored) in stored() {
        let sql = stored["query"].as_str().unwrap();
        let described = Executor::describe(&database.pool, AssertSqlSafe(sql.to_owned()).into_sql_str()).await;
        let described: sqlx::Describe<Postgres> = described.unwrap_or_else(|error| panic!("{name}: {error}: {sql}"));
        let described = serde_json::to_value(described).unwrap();
        let stored = &stored["describe"];
        for part in ["columns", "parameters"] {
            assert_eq!(described[part], stored[part], "{name} is stale: {sql}");
        }
        assert_eq!(settled(&described), settled(stored), "{name} is stale: {sql}");
    }
    database.drop().await;
}

/// The text of every `sqlx::query...!(` in a source file.
fn queries(source: &str) -> Vec<String> {
    let calls = source.match_indices("sqlx::query").map(|(at, _)| &source[at..]);
    let macros = calls.filter(|call| {
        let name = call["sqlx::".len()..].trim_start_matches(|c: char| c.is_alphanumeric() || c == '_');
        name.starts_with("!(")
    });
    macros
        .map(|call| {
            let open = call.find('"').unwrap();
            let (close, raw) = if call[..open].ends_with("r#") { ("\"#", true) } else { ("\"", false) };
            let text = &call[open + 1..];
            let text = &text[..text.find(close).unwrap()];
            assert!(raw || !text.contains('\\'), "write this query as a raw string: {text}");
            text.to_owned()
        })
        .collect()
}

#[test]
fn every_query_is_described_and_every_description_has_a_query() {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    let mut written = vec![];
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else {
                written.extend(queries(&std::fs::read_to_string(path).unwrap()));
            }
        }
    }
    let stored = stored();
    let mut texts: Vec<&str> = stored.values().map(|file| file["query"].as_str().unwrap()).collect();
    texts.sort_unstable();
    written.sort_unstable();
    written.dedup();
    assert_eq!(written, texts);
    for (name, file) in &stored {
        let hash = hex::encode(Sha256::digest(file["query"].as_str().unwrap()));
        assert_eq!((name, &file["hash"]), (&format!("query-{hash}.json"), &json!(hash)));
    }
}
