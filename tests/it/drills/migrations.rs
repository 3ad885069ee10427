//! Migrations of databases with rows, while replicas serve.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use bugscrub::store::MIGRATIONS;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, PgPool};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Child;

use crate::faults::assert_sound;
use crate::support::app::settings;
use crate::support::payload::{issue, issues, repository};
use crate::support::service::{Serving, bugscrub, client, run};
use crate::support::wait::{in_time, until};
use crate::support::{TestApp, TestDatabase, run_test};

/// How long GitHub waits for an answer.
const DELIVERIES_HAVE: Duration = Duration::from_secs(10);

pub fn versions() -> Vec<i64> {
    MIGRATIONS.iter().map(|migration| migration.version).collect()
}

/// A database with an earlier schema and rows in every table.
pub async fn database_of(version: i64) -> TestDatabase {
    let database = TestDatabase::with("").await.unwrap();
    MIGRATIONS.run_to(version, &database.pool).await.unwrap();
    for version in versions().into_iter().filter(|one| *one <= version) {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/schema/rows/{version:04}.sql"));
        if let Ok(rows) = std::fs::read_to_string(file) {
            sqlx::raw_sql(AssertSqlSafe(rows)).execute(&database.pool).await.unwrap();
        }
    }
    database
}

/// Every row of every table as JSON, sorted by its text.
pub async fn all_rows(pool: &PgPool) -> BTreeMap<String, Vec<Value>> {
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' AND tablename <> '_sqlx_migrations'",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    let mut all = BTreeMap::new();
    for table in tables {
        let sql = format!("SELECT to_jsonb(t) FROM {table} t ORDER BY to_jsonb(t)::text");
        all.insert(table, sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(pool).await.unwrap());
    }
    all
}

/// A row without the columns that it did not have before.
fn cut_to(row: &Value, before: &Value) -> Value {
    let known = before.as_object().unwrap();
    row.as_object()
        .unwrap()
        .iter()
        .filter(|(name, _)| known.contains_key(*name))
        .map(|(n, v)| (n.clone(), v.clone()))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_every_earlier_schema_is_migrated_and_served() {
    for version in versions() {
        let database = database_of(version).await;
        let before = all_rows(&database.pool).await;
        for (table, rows) in &before {
            assert!(!rows.is_empty(), "no row in {table}: write some in tests/schema/rows/{version:04}.sql");
        }
        run(&["migrate"], &[("BUGSCRUB_DATABASE_URL", &database.url)]).await.ok();
        let after = all_rows(&database.pool).await;
        for (table, before) in &before {
            let mut kept: Vec<Value> = after[table].iter().map(|row| cut_to(row, &before[0])).collect();
            kept.sort_by_key(Value::to_string);
            let mut before = before.clone();
            before.sort_by_key(Value::to_string);
            assert_eq!(kept, before, "{table}, from schema {version}");
        }
        served(database, version).await;
    }
}

/// Panics unless today's service shows what the database contains, and continues with it.
async fn served(database: TestDatabase, version: i64) {
    let app = TestApp::start(settings(), database).await;
    let statuses = [("the-dashboards-token", 200), ("a-revoked-token", 401), ("an-expired-token", 401)];
    for (token, status) in statuses {
        let asked = app.request_as(&format!("bugscrub_{token}"), Method::GET, "/api/v1/accounts").send().await.unwrap();
        assert_eq!(asked.status(), status, "{token}, from schema {version}");
    }
    let names = async || -> Vec<String> {
        let items = app.all_pages("account=9000&limit=2").await;
        let name = |item: &Value| format!("{}#{}", item["repository"].as_str().unwrap(), item["number"]);
        items.iter().map(name).collect()
    };
    let expected = ["acme/widgets#9", "acme/widgets#1", "acme/gadgets#2", "acme/gadgets#3", "acme/plans#5"];
    assert_eq!(names().await, expected, "from schema {version}");
    let item = app.json("/api/v1/items/acme/widgets/1?account=9000").await;
    assert_eq!((&item["labels"], &item["milestone"]), (&json!(["bug"]), &json!("v1.0")), "{item:#}");
    assert!(item["history"].as_array().unwrap().len() >= 5, "{item:#}");
    assert_eq!(app.json("/api/v1/queue?account=globex").await["total"], 1);
    if version >= 4 {
        assert_eq!(app.json("/api/v1/queue?account=9000&view=bugs").await["total"], 1);
    }
    if version >= 6 {
        assert_eq!(item["note"]["comment"], "Ada found out why.", "{item:#}");
        let scrubs = app.json("/api/v1/scrubs?account=9000").await;
        assert_eq!((&scrubs["scrubs"][0]["round"], &scrubs["scrubs"][1]["read"]), (&json!(2), &json!(1)), "{scrubs:#}");
    }

    // Earlier versions did not fold whom an item waits for: that is known after a rebuild.
    let waiting = "/api/v1/queue?account=9000&waits_for=author&waits_for=maintainers";
    let before = app.json(waiting).await["total"].as_i64().unwrap();
    run(&["rebuild"], &[("BUGSCRUB_DATABASE_URL", &app.database.url)]).await.ok();
    assert!(app.json(waiting).await["total"].as_i64().unwrap() > before, "from schema {version}");
    assert_sound(&app.database.pool).await;
    let head: i64 = sqlx::query_scalar("SELECT head_position FROM accounts WHERE account_id = 9000")
        .fetch_one(&app.database.pool)
        .await
        .unwrap();
    let told = issue(1, "2024-01-02T08:00:00Z", "2026-11-20T00:00:00Z");
    let receipt = app.deliver("issues", &issues("closed", &closed(told), &repository(1, "widgets"))).await;
    assert_eq!((&receipt["position"], &receipt["events"]), (&json!(head + 1), &json!(1)), "{receipt}");
    assert_eq!(names().await, [expected[0], expected[2], expected[3], expected[4]], "from schema {version}");
    assert_sound(&app.database.pool).await;
    app.stop().await.drop().await;
}

fn closed(mut issue: Value) -> Value {
    issue["state"] = json!("closed");
    issue
}

/// Starts `bugscrub migrate`, and waits until it says that somebody holds a lock that it needs.
async fn migrating_in_vain(database: &TestDatabase) -> Child {
    let settings = [("BUGSCRUB_DATABASE_URL", database.url.as_str()), ("BUGSCRUB_LOG_FORMAT", "json")];
    let mut command = bugscrub(&["migrate"], &settings);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let told = async {
        while !lines.next_line().await.unwrap().expect("it has ended").contains("holds a lock that a migration needs") {
        }
    };
    in_time("it says that it waits", told).await;
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    child
}

/// Locks a table that the third migration changes, as a backup does.
async fn hold_tokens(database: &TestDatabase) -> sqlx::Transaction<'static, sqlx::Postgres> {
    let mut backup = database.pool.begin().await.unwrap();
    sqlx::raw_sql("LOCK TABLE tokens IN ACCESS SHARE MODE").execute(&mut *backup).await.unwrap();
    backup
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_that_waits_for_a_backup_holds_up_nobody_else() {
    let database = database_of(2).await;
    let backup = hold_tokens(&database).await;
    let mut migrating = migrating_in_vain(&database).await;
    let waits = async || -> bool {
        let waiting = "SELECT count(*) > 0 FROM pg_stat_activity
                       WHERE datname = current_database() AND wait_event_type = 'Lock'";
        sqlx::query_scalar(waiting).fetch_one(&database.pool).await.unwrap()
    };
    for _ in 0..3 {
        until("the migration waits for its lock", waits).await;
        // A query on the same table now queues behind the migration, but not for long.
        let asked = Instant::now();
        let tokens: i64 = sqlx::query_scalar("SELECT count(*) FROM tokens").fetch_one(&database.pool).await.unwrap();
        assert_eq!(tokens, 2);
        assert!(asked.elapsed() < DELIVERIES_HAVE / 2, "{:?}", asked.elapsed());
        until("the migration lets others pass", async || !waits().await).await;
    }
    assert!(migrating.try_wait().unwrap().is_none(), "it waits");
    backup.rollback().await.unwrap();
    assert!(in_time("the migration ends", migrating.wait()).await.unwrap().success());
    served(database, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_that_is_stopped_or_killed_leaves_nothing_half_done() {
    for signal in [Signal::SIGTERM, Signal::SIGKILL] {
        let database = database_of(1).await;
        let backup = hold_tokens(&database).await;
        let mut migrating = migrating_in_vain(&database).await;
        kill(Pid::from_raw(migrating.id().unwrap().try_into().unwrap()), signal).unwrap();
        let ended = in_time("it stops", migrating.wait()).await.unwrap();
        assert_eq!(ended.code(), (signal == Signal::SIGTERM).then_some(1));
        // The second migration is committed, and the third left no trace.
        let applied: Vec<i64> = sqlx::query_scalar("SELECT version FROM _sqlx_migrations WHERE success ORDER BY 1")
            .fetch_all(&database.pool)
            .await
            .unwrap();
        assert_eq!(applied, [1, 2]);
        backup.rollback().await.unwrap();
        run(&["migrate"], &[("BUGSCRUB_DATABASE_URL", &database.url)]).await.ok();
        served(database, 1).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn replicas_that_migrate_at_once_migrate_once() {
    let database = database_of(1).await;
    let url = [("BUGSCRUB_DATABASE_URL", database.url.as_str())];
    let all = futures_util::future::join_all((0..6).map(|_| run(&["migrate"], &url))).await;
    for one in all {
        assert_eq!(one.ok(), "The schema is up to date.\n");
    }
    let applied: Vec<i64> =
        sqlx::query_scalar("SELECT version FROM _sqlx_migrations ORDER BY 1").fetch_all(&database.pool).await.unwrap();
    assert_eq!(applied, versions());
    served(database, 1).await;
}

/// This happens after a rollback, or when a node restarts an old pod in the middle of an upgrade.
#[tokio::test(flavor = "multi_thread")]
async fn a_version_starts_on_a_schema_that_a_newer_one_has_migrated() {
    let database = TestDatabase::new().await;
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'of a newer version', true, '', 0)",
    )
    .execute(&database.pool)
    .await
    .unwrap();
    let settings = [("BUGSCRUB_DATABASE_URL", database.url.as_str()), ("BUGSCRUB_WEBHOOK_SECRET", "a-secret")];
    run(&["migrate"], &settings[..1]).await.ok();
    let serving = Serving::start(&settings).await;
    let ready = async || client().get(serving.url("/readyz")).send().await.unwrap().status() == 200;
    until("it is ready", ready).await;
    serving.stop().await;
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_rollback_events_of_a_newer_version_are_skipped_and_kept() {
    run_test(async |app| {
        let told = issue(1, "2026-07-01T00:00:00Z", "2026-07-01T00:00:00Z");
        app.deliver("issues", &issues("opened", &told, &repository(1, "widgets"))).await;
        let unknown = [("telepathy", r#"{"v": 1, "thought": {}}"#), ("scrub", r#"{"v": 1, "scrub": {"sung": {}}}"#)];
        for (source, data) in unknown {
            sqlx::query(
                "WITH head AS (UPDATE accounts SET head_position = head_position + 1 RETURNING account_id, head_position)
                 INSERT INTO events (account_id, position, source_key, source, kind, repo_id, number, recorded_at, data)
                 SELECT account_id, head_position, $1, $1, 'of_another_kind', 1, 1, '2026-07-02', $2::json FROM head",
            )
            .bind(source)
            .bind(data)
            .execute(&app.database.pool)
            .await
            .unwrap();
        }
        let commented = issue(1, "2026-07-01T00:00:00Z", "2026-07-03T00:00:00Z");
        app.deliver("issues", &issues("edited", &commented, &repository(1, "widgets"))).await;
        let item = app.json("/api/v1/items/acme/widgets/1").await;
        assert_eq!(item["history"].as_array().unwrap().len(), 2, "{item:#}");
        assert_eq!(app.json("/api/v1/queue?as_of=2026-07-20").await["total"], 1);
        assert_eq!(app.json("/api/v1/items/acme/widgets/1/note").await["history"], json!([]));
        // A rebuild would leave these events out, so it refuses, and the current rows stay in use.
        let refused = run(&["rebuild"], &[("BUGSCRUB_DATABASE_URL", &app.database.url)]).await;
        assert!(refused.stderr.contains("source telepathy, which this version does not know"), "{}", refused.stderr);
        assert_eq!(app.json("/api/v1/queue").await["total"], 1);
        app
    })
    .await;
}
