//! How tables must be made so that Citus can spread them, and migrations so that it can run them.

use std::collections::BTreeSet;

use bugscrub::store::MIGRATIONS;
use bugscrub::store::spread::{REFERENCE_TABLES, statements};
use sqlx::{AssertSqlSafe, PgPool};

use super::router::Schema;
use crate::support::TestDatabase;
use crate::support::service::run;

/// How the tables and views of a database would lie.
pub async fn spread(pool: &PgPool) -> Schema {
    let accounts: Vec<String> = sqlx::query_scalar(
        "SELECT c.relname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'account_id'
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v')",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    let copied: BTreeSet<String> = REFERENCE_TABLES.map(str::to_owned).into();
    let accounts = accounts.into_iter().filter(|table| !copied.contains(table)).collect();
    Schema { accounts, copied }
}

/// The names that a query of the catalog answers.
async fn names(pool: &PgPool, sql: &'static str) -> Vec<String> {
    sqlx::query_scalar(sql).bind(REFERENCE_TABLES.as_slice()).fetch_all(pool).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tables_can_be_spread() {
    let database = TestDatabase::plain().await;
    let pool = &database.pool;
    let none: [String; 0] = [];
    // Citus knows whether a key is unique where it lies, and nowhere else.
    let loose = "SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
         WHERE c.relnamespace = 'public'::regnamespace AND i.indisunique AND c.relname <> '_sqlx_migrations'
           AND c.relname <> ALL ($1::text[]) AND 'account_id' <> coalesce((SELECT attname FROM pg_attribute
             WHERE attrelid = c.oid AND attnum = i.indkey[0]), '')";
    assert_eq!(names(pool, loose).await, none, "unique indexes that do not begin with account_id");
    let keyless = "SELECT c.relname::text FROM pg_class c
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname <> '_sqlx_migrations'
           AND c.relname <> ALL ($1::text[]) AND NOT EXISTS (SELECT FROM pg_attribute a JOIN pg_index i ON i.indrelid = c.oid
             AND i.indisprimary AND i.indkey[0] = a.attnum WHERE a.attrelid = c.oid AND a.attname = 'account_id'
               AND a.atttypid = 'bigint'::regtype)";
    assert_eq!(names(pool, keyless).await, none, "tables whose primary key does not begin with account_id");
    let between = "SELECT k.conname::text FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
         JOIN pg_class r ON r.oid = k.confrelid WHERE k.contype = 'f' AND (c.relname = ANY ($1::text[])) <>
           (r.relname = ANY ($1::text[]))";
    assert_eq!(names(pool, between).await, none, "references between copied tables and others");
    let counted = "SELECT c.relname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
         WHERE c.relnamespace = 'public'::regnamespace AND a.attidentity <> '' AND c.relname <> ALL ($1::text[])";
    assert_eq!(names(pool, counted).await, none, "spread tables with a sequence");
    let other = "SELECT t.tgname::text FROM pg_trigger t WHERE NOT t.tgisinternal AND $1::text[] IS NOT NULL
         UNION ALL SELECT p.proname::text FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
           AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')";
    assert_eq!(names(pool, other).await, none, "triggers and functions, which would have to be on every server");
    database.drop().await;
}

/// What the catalog says of tables, views and indexes.
async fn described(pool: &PgPool) -> Vec<String> {
    sqlx::query_scalar(
        "SELECT concat_ws(' ', c.relname, c.relkind, array_to_string(c.reloptions, ','), a.attname,
           format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attstorage, a.attidentity,
           pg_get_expr(d.adbin, d.adrelid), CASE c.relkind WHEN 'v' THEN pg_get_viewdef(c.oid)
             WHEN 'i' THEN pg_get_indexdef(c.oid) END)
         FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
         LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
         WHERE c.relnamespace = 'public'::regnamespace AND c.relname NOT LIKE '\\_sqlx%' ORDER BY c.relname, a.attnum",
    )
    .fetch_all(pool)
    .await
    .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn migrations_run_statement_by_statement_as_well() {
    let (whole, by_one) = (TestDatabase::plain().await, TestDatabase::with("").await.unwrap());
    for migration in MIGRATIONS.iter() {
        let sql = migration.sql.as_str();
        assert!(!sql.contains('$') && !sql.contains("/*"), "{}: what a splitter must know of", migration.version);
        assert!(!migration.no_tx, "{}: it cannot be undone half-way", migration.version);
        let mut transaction = by_one.pool.begin().await.unwrap();
        for statement in statements(sql) {
            let done = sqlx::query(AssertSqlSafe(statement.to_owned())).execute(&mut *transaction).await;
            done.unwrap_or_else(|error| panic!("{}: {error}: {statement}", migration.version));
        }
        transaction.commit().await.unwrap();
    }
    assert_eq!(described(&by_one.pool).await, described(&whole.pool).await);
    by_one.drop().await;
    whole.drop().await;
}

#[test]
fn a_migration_is_split_where_its_statements_end() {
    let sql = "-- One; it's a comment.\nCREATE TABLE a (b text DEFAULT ';''-- no'); -- after; it\nSELECT \"x;y\" FROM a;\n-- end;\n";
    let parts: Vec<&str> = statements(sql).into_iter().map(str::trim).collect();
    assert_eq!(
        parts,
        ["-- One; it's a comment.\nCREATE TABLE a (b text DEFAULT ';''-- no')", "-- after; it\nSELECT \"x;y\" FROM a",]
    );
    assert_eq!(statements("").len() + statements(" -- nothing;\n").len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_there_is_no_citus_nothing_is_spread_and_the_command_says_why() {
    let database = TestDatabase::plain().await;
    let url = [("BUGSCRUB_DATABASE_URL", database.url.as_str())];
    run(&["migrate", "--citus"], &url).await.failed(1, &["the database has no Citus: run `CREATE EXTENSION citus`"]);
    run(&["migrate"], &url).await.ok();
    assert_eq!(bugscrub::store::spread::examine(&database.pool).await.unwrap(), None);
    database.drop().await;
}
