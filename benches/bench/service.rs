//! The service under measurement: the real binary over its embedded Postgres.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::Instant;

use bugscrub::postgres::Cluster;
use sqlx::Connection;
use tempfile::TempDir;

use super::server::{Named, with_database};

pub const SECRET: &str = "the-secret-of-the-bench";
/// Sees everything.
pub const TOKEN: &str = "the-admin-token-of-the-bench";

pub struct Service {
    child: Process,
    address: SocketAddr,
    /// When its process was started; Postgres was up by then.
    pub started: Instant,
    server: Server,
}

/// The databases that were made on a server that was there before.
static MADE: Mutex<Vec<String>> = Mutex::new(vec![]);

/// Drops them.
pub async fn clean_up() {
    let made = std::mem::take(&mut *MADE.lock().expect("nobody panics with it"));
    if let Some(server) = Named::open().await {
        for name in made {
            server.drop(&name).await;
        }
    }
}

/// Where its database is.
enum Server {
    /// A private Postgres, as the service has it by itself.
    Private(Cluster),
    /// A database of its own on the server that `BUGSCRUB_TEST_DATABASE_URL` names.
    Named { url: String },
}

impl Server {
    async fn start(directory: &Path) -> Self {
        let Some(server) = Named::open().await else {
            return Self::Private(Cluster::start(directory, &[]).await.expect("a private Postgres"));
        };
        // One for each directory: a service that is started there again meets what it had.
        let name: String = directory.to_string_lossy().chars().filter(char::is_ascii_alphanumeric).collect();
        let name = format!("bugscrub_bench_{}", name.to_ascii_lowercase());
        let known = with_database(server.url(), &name);
        let url = match sqlx::PgConnection::connect(&known).await {
            Ok(connection) => connection.close().await.map(|()| known).expect("it was open"),
            Err(_) => {
                let url = server.create(&name, "TEMPLATE template0").await.expect("a database");
                server.prepare(&url).await;
                MADE.lock().expect("nobody panics with it").push(name);
                url
            }
        };
        Self::Named { url }
    }
}

/// Ends with us, even if a measurement panics.
pub struct Process(pub Child);

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail only for a process that has ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A directory for the cluster that the unprivileged user, who runs Postgres, can reach.
pub fn directory() -> TempDir {
    let directory = tempfile::Builder::new().prefix("bugscrub-bench-").tempdir().expect("a directory");
    std::fs::set_permissions(directory.path(), std::fs::Permissions::from_mode(0o755)).expect("our directory");
    directory
}

impl Service {
    pub async fn start(directory: &Path) -> Self {
        Self::start_with(directory, &[]).await
    }

    /// With further settings.
    pub async fn start_with(directory: &Path, settings: &[(&str, &str)]) -> Self {
        // Held here too, so that the database outlives the service for a moment.
        let server = Server::start(directory).await;
        let of_named = match &server {
            Server::Named { url } => vec![("BUGSCRUB_DATABASE_URL", url.clone())],
            Server::Private(_) => vec![],
        };
        let started = Instant::now();
        let mut child = Command::new(env!("CARGO_BIN_EXE_bugscrub"))
            .args(["serve", "--listen", "127.0.0.1:0", "--log-format", "json"])
            .env("BUGSCRUB_DATA_DIR", directory)
            .env("BUGSCRUB_WEBHOOK_SECRET", SECRET)
            .env("BUGSCRUB_ADMIN_TOKEN", TOKEN)
            .env("BUGSCRUB_RATE_LIMIT", "0")
            .envs(of_named)
            .envs(settings.iter().copied())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the service starts");
        let log = BufReader::new(child.stderr.take().expect("piped"));
        let child = Process(child);
        let address = listening_on(log);
        Self { child, address, started, server }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn database_url(&self) -> &str {
        match &self.server {
            Server::Private(cluster) => cluster.url(),
            Server::Named { url } => url,
        }
    }

    pub fn pid(&self) -> u32 {
        self.child.0.id()
    }

    /// The process id of its Postgres; `None` if that may be elsewhere.
    pub fn postmaster(&self) -> Option<u32> {
        match &self.server {
            Server::Private(cluster) => cluster.postmaster_pid().and_then(|pid| pid.try_into().ok()),
            Server::Named { .. } => None,
        }
    }

    pub async fn stop(mut self) {
        let pid = nix::unistd::Pid::from_raw(i32::try_from(self.child.0.id()).expect("a pid"));
        nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).expect("it runs");
        assert!(self.child.0.wait().expect("it ends").success());
        if let Server::Private(cluster) = self.server {
            cluster.stop().await.expect("Postgres stops");
        }
    }
}

/// The address from the log line that says so; the rest of the log is read away.
pub fn listening_on(log: BufReader<std::process::ChildStderr>) -> SocketAddr {
    let mut lines = log.lines();
    let address = lines.by_ref().map_while(Result::ok).find_map(|line| {
        let line: serde_json::Value = serde_json::from_str(&line).ok()?;
        line["address"].as_str()?.parse().ok()
    });
    std::thread::spawn(move || lines.for_each(drop));
    address.expect("the service says where it listens")
}

/// Resident memory of a process in megabytes (10^6 bytes).
pub fn resident_mb(pid: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a resident size");
    let kib: f64 = line.trim().trim_end_matches("kB").trim().parse().expect("a number");
    kib * 1024.0 / 1e6
}
