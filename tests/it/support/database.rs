//! A real Postgres for the whole test run, and an empty, migrated database for each test.
//!
//! The server is the program's own embedded one, in a temporary directory. The first test that needs
//! it starts it, and a watcher ends it when the test process is gone, for whatever reason.

use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bugscrub::postgres::Cluster;
use bugscrub::store;
use sqlx::postgres::PgPoolOptions;
use sqlx::{Connection, PgConnection, PgPool};
use tokio::sync::OnceCell;

use super::place::fast_directory;

/// Durability settings are off. No test cuts the power, and killing processes loses nothing that was
/// written. (Tests of durability start a cluster of their own.)
const SETTINGS: [(&str, &str); 6] = [
    ("fsync", "off"),
    ("synchronous_commit", "off"),
    ("full_page_writes", "off"),
    ("max_connections", "300"),
    // The log takes little room.
    ("max_wal_size", "256MB"),
    ("min_wal_size", "32MB"),
];

static SERVER: OnceCell<String> = OnceCell::const_new();
static NEXT: AtomicU32 = AtomicU32::new(1);

/// The URL of the server's database `bugscrub`, which is the migrated template.
async fn server() -> &'static str {
    SERVER
        .get_or_init(|| async {
            let directory = fast_directory().keep();
            let cluster = Cluster::start(&directory, &SETTINGS).await.expect("a Postgres for the tests");
            let url = cluster.url().to_owned();
            watch(cluster.postmaster_pid().expect("it runs"), &directory);
            std::mem::forget(cluster);
            let pool = patient(&url, 1);
            store::migrate(&pool).await.unwrap();
            pool.close().await;
            url
        })
        .await
}

/// A pool that waits for connections as long as a busy machine takes.
fn patient(url: &str, connections: u32) -> PgPool {
    let pool = PgPoolOptions::new().max_connections(connections).acquire_timeout(Duration::from_secs(60));
    pool.connect_lazy(url).unwrap()
}

/// Ends the server and removes its directory once this process is gone, which closes the pipe.
#[expect(clippy::zombie_processes, reason = "it outlives this process")]
fn watch(postmaster: impl std::fmt::Display, directory: &std::path::Path) {
    let script = format!(
        "cat >/dev/null; kill -QUIT {postmaster}; while kill -0 {postmaster} 2>/dev/null; do sleep 0.1; done; rm -rf \"$0\""
    );
    let mut watcher = Command::new("sh")
        .args(["-c", &script])
        .arg(directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .unwrap();
    std::mem::forget(watcher.stdin.take());
}

/// A test's own database.
pub struct TestDatabase {
    pub url: String,
    pub pool: PgPool,
    name: String,
}

impl TestDatabase {
    /// An empty database with the current schema.
    pub async fn new() -> Self {
        Self::of("bugscrub").await
    }

    /// An empty database without a schema.
    pub async fn bare() -> Self {
        Self::of("template0").await
    }

    /// An empty database without a schema, created with these options; an error if the server cannot.
    pub async fn with(options: &str) -> Result<Self, sqlx::Error> {
        Self::created("template0", options).await
    }

    /// Runs statements on the server as its superuser, in this database.
    pub async fn administer(&self, statements: &str) {
        let mut admin = PgConnection::connect(&self.url).await.unwrap();
        sqlx::raw_sql(sqlx::AssertSqlSafe(statements.replace("{name}", &self.name))).execute(&mut admin).await.unwrap();
    }

    /// A name for a role that no other test has.
    pub fn role(&self, name: &str) -> String {
        format!("{name}_of_{}", self.name)
    }

    /// The URL with another role.
    pub fn url_of(&self, role: &str) -> String {
        assert!(self.url.contains("//bugscrub@"), "{}", self.url);
        self.url.replacen("//bugscrub@", &format!("//{role}:hunter2@"), 1)
    }

    async fn of(template: &str) -> Self {
        Self::created(template, "STRATEGY FILE_COPY").await.unwrap()
    }

    async fn created(template: &str, options: &str) -> Result<Self, sqlx::Error> {
        let server = server().await;
        let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let mut admin = admin().await;
        sqlx::raw_sql(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name} TEMPLATE {template} {options}")))
            .execute(&mut admin)
            .await?;
        let url = with_database(server, &name);
        let pool = patient(&url, 8);
        Ok(Self { url, pool, name })
    }

    /// Another handle on the same database, for another replica. The first handle drops it.
    pub fn same(&self) -> Self {
        Self { url: self.url.clone(), pool: self.pool.clone(), name: self.name.clone() }
    }

    /// Refuses new connections and ends existing ones, like a database that goes away.
    pub async fn take_away(&self) {
        self.alter("ALLOW_CONNECTIONS false").await;
        sqlx::query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1")
            .bind(&self.name)
            .execute(&mut admin().await)
            .await
            .unwrap();
    }

    pub async fn bring_back(&self) {
        self.alter("ALLOW_CONNECTIONS true").await;
    }

    /// Copies this database, as a standby would have it. Ends all connections.
    pub async fn copy(&self) -> Self {
        self.take_away().await;
        let copy = Self::of(&self.name).await;
        self.bring_back().await;
        copy
    }

    /// Replaces this database by a standby, which takes its name.
    pub async fn fail_over_to(&self, standby: Self) {
        standby.pool.close().await;
        standby.take_away().await;
        self.take_away().await;
        for statement in [
            format!("ALTER DATABASE {0} RENAME TO {0}_old", self.name),
            format!("ALTER DATABASE {} RENAME TO {}", standby.name, self.name),
            format!("DROP DATABASE {}_old WITH (FORCE)", self.name),
        ] {
            sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&mut admin().await).await.unwrap();
        }
        self.bring_back().await;
    }

    async fn alter(&self, what: &str) {
        sqlx::raw_sql(sqlx::AssertSqlSafe(format!("ALTER DATABASE {} WITH {what}", self.name)))
            .execute(&mut admin().await)
            .await
            .unwrap();
    }

    pub async fn drop(self) {
        self.pool.close().await;
        sqlx::raw_sql(sqlx::AssertSqlSafe(format!("DROP DATABASE {} WITH (FORCE)", self.name)))
            .execute(&mut admin().await)
            .await
            .unwrap();
    }
}

async fn admin() -> PgConnection {
    PgConnection::connect(&with_database(server().await, "postgres")).await.unwrap()
}

fn with_database(url: &str, name: &str) -> String {
    assert!(url.contains("/bugscrub?"), "{url}");
    url.replacen("/bugscrub?", &format!("/{name}?"), 1)
}
