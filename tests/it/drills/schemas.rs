//! Released versions and today's schema. They meet while an upgrade runs and after a rollback.
//!
//! `tests/schema/VERSION.json` holds the queries of a release, as its `.sqlx` described them, and
//! the number of its last migration. A release adds its own file and drops those of versions that it no
//! longer tolerates.

use std::collections::BTreeMap;
use std::path::Path;

use bugscrub::store::MIGRATIONS;
use serde::Deserialize;
use serde_json::Value;
use sqlx::postgres::Postgres;
use sqlx::{AssertSqlSafe, Executor, PgPool, SqlSafeStr};

use crate::support::TestDatabase;

#[derive(Deserialize)]
struct Release {
    version: String,
    schema: i64,
    queries: Vec<Query>,
}

#[derive(Deserialize)]
struct Query {
    query: String,
    /// Name and type.
    columns: Vec<(String, Value)>,
    parameters: Vec<Value>,
}

fn releases() -> Vec<Release> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schema");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    let releases: Vec<Release> =
        files.map(|path| serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()).collect();
    assert!(!releases.is_empty());
    releases
}

#[tokio::test(flavor = "multi_thread")]
async fn every_query_of_a_release_means_the_same_under_todays_schema() {
    let database = TestDatabase::plain().await;
    for release in releases() {
        assert!(release.queries.len() > 100);
        for Query { query, columns, parameters } in release.queries {
            let described = Executor::describe(&database.pool, AssertSqlSafe(query.clone()).into_sql_str()).await;
            let described: sqlx::Describe<Postgres> =
                described.unwrap_or_else(|error| panic!("{} asks: {query}: {error}", release.version));
            let described = serde_json::to_value(described).unwrap();
            let today = described["columns"].as_array().unwrap().iter();
            let today: Vec<(String, Value)> = today
                .map(|column| (column["name"].as_str().unwrap().to_owned(), column["type_info"].clone()))
                .collect();
            assert_eq!(today, columns, "{} asks: {query}", release.version);
            let today = described["parameters"]["Left"].as_array().cloned().unwrap_or_default();
            assert_eq!(today, parameters, "{} asks: {query}", release.version);
        }
    }
    database.drop().await;
}

/// For each column of each table: its type, whether it accepts null, whether it has a default.
async fn columns(pool: &PgPool) -> BTreeMap<(String, String), (String, bool, bool)> {
    let rows: Vec<(String, String, String, bool, bool)> = sqlx::query_as(
        "SELECT c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod), NOT a.attnotnull,
                a.atthasdef OR a.attidentity <> ''
         FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    rows.into_iter().map(|(table, column, kind, null, default)| ((table, column), (kind, null, default))).collect()
}

/// Everything that may refuse a row: constraints, unique indexes and triggers, by table.
async fn restrictions(pool: &PgPool) -> Vec<(String, String)> {
    let sql = "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint
               WHERE connamespace = 'public'::regnamespace AND conrelid <> 0
               UNION SELECT indrelid::regclass::text, regexp_replace(pg_get_indexdef(indexrelid), 'INDEX \\S+ ', '')
               FROM pg_index JOIN pg_class i ON i.oid = indexrelid
               WHERE indisunique AND i.relnamespace = 'public'::regnamespace
               UNION SELECT tgrelid::regclass::text, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
               ORDER BY 1, 2";
    sqlx::query_as(sql).fetch_all(pool).await.unwrap()
}

/// A query may still be valid although its row would be refused.
#[tokio::test(flavor = "multi_thread")]
async fn todays_tables_accept_the_rows_that_a_release_writes() {
    let today = TestDatabase::plain().await;
    let (columns_now, restrictions_now) = (columns(&today.pool).await, restrictions(&today.pool).await);
    for release in releases() {
        let then = TestDatabase::with("").await.unwrap();
        MIGRATIONS.run_to(release.schema, &then.pool).await.unwrap();
        let (columns_then, restrictions_then) = (columns(&then.pool).await, restrictions(&then.pool).await);
        let version = release.version;
        for (column, known) in &columns_then {
            assert_eq!(columns_now.get(column), Some(known), "{version} knows {column:?} otherwise");
        }
        let tables: Vec<&String> = columns_then.keys().map(|(table, _)| table).collect();
        for ((table, column), (_, takes_null, fills_itself)) in &columns_now {
            let is_new = tables.contains(&table) && !columns_then.contains_key(&(table.clone(), column.clone()));
            assert!(!is_new || *takes_null || *fills_itself, "{version} writes {table} without {column}");
        }
        for (table, restriction) in &restrictions_now {
            let is_new = tables.contains(&table) && !restrictions_then.contains(&(table.clone(), restriction.clone()));
            // A restriction that applies only to rows with a new column applies to no row of the release.
            let needs = |(of, column): &(String, String)| {
                of == table
                    && !columns_then.contains_key(&(of.clone(), column.clone()))
                    && restriction.ends_with(&format!("WHERE ({column} IS NOT NULL)"))
            };
            let is_new = is_new && !columns_now.keys().any(needs);
            assert!(!is_new, "{version} does not know that {table} has: {restriction}");
        }
        for restriction in &restrictions_then {
            assert!(restrictions_now.contains(restriction), "{version} may count on {restriction:?}");
        }
        then.drop().await;
    }
    today.drop().await;
}
