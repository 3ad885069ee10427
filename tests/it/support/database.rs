//! A real Postgres for the whole test run, and an empty, migrated database for each test.
//!
//! The server is the program's own embedded one, in a temporary directory. The first test that needs
//! it starts it, and a watcher ends it when the test process is gone, for whatever reason. If
//! `BUGSCRUB_TEST_DATABASE_URL` is set, it is the one that this names (`server`), and on Citus every database is spread.

use std::io::Write as _;
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
use super::server::{Named, VARIABLE, with_database, with_role};

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

static SERVER: OnceCell<Server> = OnceCell::const_new();
static OWN: OnceCell<Server> = OnceCell::const_new();
static NEXT: AtomicU32 = AtomicU32::new(1);

/// Where the databases are.
struct Server {
    /// Of a database that is there anyway.
    url: String,
    /// The database with the schema that others are copied of.
    template: String,
    /// `None`: a server of our own.
    named: Option<Named>,
}

/// The server that is named, or else our own.
async fn server() -> &'static Server {
    let named = SERVER.get_or_init(|| async {
        match Named::open().await {
            Some(named) => there(named).await,
            None => {
                say(&format!("tests run on a Postgres of their own, without Citus; {VARIABLE} names another"));
                let Server { url, template, .. } = own_server().await;
                Server { url: url.clone(), template: template.clone(), named: None }
            }
        }
    });
    named.await
}

async fn own_server() -> &'static Server {
    OWN.get_or_init(own).await
}

/// The program's own embedded server.
async fn own() -> Server {
    let directory = fast_directory().keep();
    let cluster = Cluster::start(&directory, &SETTINGS).await.expect("a Postgres for the tests");
    let url = cluster.url().to_owned();
    watch(cluster.postmaster_pid().expect("it runs"), &directory);
    std::mem::forget(cluster);
    let pool = patient(&url, 1);
    store::migrate(&pool).await.unwrap();
    pool.close().await;
    Server { url: with_database(&url, "postgres"), template: "bugscrub".to_owned(), named: None }
}

/// A server that was there before. Its databases are called by our process; those of processes that are gone go.
async fn there(named: Named) -> Server {
    say(&format!("tests run on the Postgres that {VARIABLE} names: {}", named.version));
    let mut admin = PgConnection::connect(named.url()).await.unwrap();
    let ours = "SELECT datname::text FROM pg_database WHERE datname ~ '^bugscrub_test_[0-9]+_'";
    let left: Vec<String> = sqlx::query_scalar(ours).fetch_all(&mut admin).await.unwrap();
    for name in left {
        let process = name.split('_').nth(2).unwrap_or_default();
        if !std::path::Path::new(&format!("/proc/{process}")).exists() {
            named.drop(&name).await;
        }
    }
    let template = called("template");
    if !named.has_citus() {
        let url = named.create(&template, "TEMPLATE template0").await.unwrap();
        named.prepare(&url).await;
    }
    Server { url: named.url().to_owned(), template, named: Some(named) }
}

/// A database's name.
fn called(what: impl std::fmt::Display) -> String {
    format!("bugscrub_test_{}_{what}", std::process::id())
}

/// Says something that tests do not capture.
fn say(words: &str) {
    let _ = writeln!(std::io::stderr(), "{words}");
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
    server: &'static Server,
}

impl TestDatabase {
    /// An empty database with the current schema.
    pub async fn new() -> Self {
        let server = server().await;
        match &server.named {
            Some(named) if named.has_citus() => {
                let database = Self::bare().await;
                named.prepare(&database.url).await;
                database
            }
            _ => Self::of(server, &server.template).await,
        }
    }

    /// The same on a server of our own, whatever is named: for what one Postgres does by itself.
    pub async fn plain() -> Self {
        let server = own_server().await;
        Self::of(server, &server.template).await
    }

    /// The same, as if its accounts were spread over servers: its statements are then each of one kind.
    pub async fn as_if_spread() -> Self {
        let mut database = Self::new().await;
        let sign = if database.url.contains('?') { '&' } else { '?' };
        database.url += &format!("{sign}options=-c%20citus.propagate_set_commands%3Dlocal");
        database
    }

    /// An empty database without a schema.
    pub async fn bare() -> Self {
        Self::of(server().await, "template0").await
    }

    /// An empty database without a schema on a server of our own, created with these options; an error if the server
    /// cannot.
    pub async fn with(options: &str) -> Result<Self, sqlx::Error> {
        Self::created(own_server().await, "template0", options).await
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
        with_role(&self.url, role, "hunter2")
    }

    /// The URL of another database of the server.
    pub fn url_elsewhere(&self, name: &str) -> String {
        with_database(&self.url, name)
    }

    async fn of(server: &'static Server, template: &str) -> Self {
        // On our own disk copying files is quickest.
        let how = if server.named.is_some() { "" } else { "STRATEGY FILE_COPY" };
        Self::created(server, template, how).await.unwrap()
    }

    async fn created(server: &'static Server, template: &str, options: &str) -> Result<Self, sqlx::Error> {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let how = format!("TEMPLATE {template} {options}");
        let (name, url) = match &server.named {
            Some(named) => {
                let name = called(number);
                let url = named.create(&name, &how).await?;
                (name, url)
            }
            None => {
                let name = format!("test_{number}");
                let create = format!("CREATE DATABASE {name} {how}");
                sqlx::raw_sql(sqlx::AssertSqlSafe(create)).execute(&mut admin(server).await).await?;
                let url = with_database(&server.url, &name);
                (name, url)
            }
        };
        let pool = patient(&url, 8);
        Ok(Self { url, pool, name, server })
    }

    /// Another handle on the same database, for another replica. The first handle drops it.
    pub fn same(&self) -> Self {
        Self { url: self.url.clone(), pool: self.pool.clone(), name: self.name.clone(), server: self.server }
    }

    /// Refuses new connections and ends existing ones, like a database that goes away.
    pub async fn take_away(&self) {
        self.alter("ALLOW_CONNECTIONS false").await;
        sqlx::query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1")
            .bind(&self.name)
            .execute(&mut admin(self.server).await)
            .await
            .unwrap();
    }

    pub async fn bring_back(&self) {
        self.alter("ALLOW_CONNECTIONS true").await;
    }

    /// Copies this database, as a standby would have it. Ends all connections.
    pub async fn copy(&self) -> Self {
        self.take_away().await;
        let copy = Self::of(self.server, &self.name).await;
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
            sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&mut admin(self.server).await).await.unwrap();
        }
        self.bring_back().await;
    }

    async fn alter(&self, what: &str) {
        sqlx::raw_sql(sqlx::AssertSqlSafe(format!("ALTER DATABASE {} WITH {what}", self.name)))
            .execute(&mut admin(self.server).await)
            .await
            .unwrap();
    }

    pub async fn drop(self) {
        self.pool.close().await;
        if let Some(named) = &self.server.named {
            return named.drop(&self.name).await;
        }
        sqlx::raw_sql(sqlx::AssertSqlSafe(format!("DROP DATABASE {} WITH (FORCE)", self.name)))
            .execute(&mut admin(self.server).await)
            .await
            .unwrap();
    }
}

async fn admin(server: &Server) -> PgConnection {
    PgConnection::connect(&server.url).await.unwrap()
}
