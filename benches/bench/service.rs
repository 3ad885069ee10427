//! The service under measurement: the real binary over its embedded Postgres.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use bugscrub::postgres::Cluster;
use tempfile::TempDir;

pub const SECRET: &str = "the-secret-of-the-bench";
/// Sees everything.
pub const TOKEN: &str = "the-admin-token-of-the-bench";

pub struct Service {
    child: Process,
    address: SocketAddr,
    /// When its process was started; Postgres was up by then.
    pub started: Instant,
    cluster: Cluster,
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
        let cluster = Cluster::start(directory, &[]).await.expect("a private Postgres");
        let started = Instant::now();
        let mut child = Command::new(env!("CARGO_BIN_EXE_bugscrub"))
            .args(["serve", "--listen", "127.0.0.1:0", "--log-format", "json"])
            .env("BUGSCRUB_DATA_DIR", directory)
            .env("BUGSCRUB_WEBHOOK_SECRET", SECRET)
            .env("BUGSCRUB_ADMIN_TOKEN", TOKEN)
            .env("BUGSCRUB_RATE_LIMIT", "0")
            .envs(settings.iter().copied())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the service starts");
        let log = BufReader::new(child.stderr.take().expect("piped"));
        let child = Process(child);
        let address = listening_on(log);
        Self { child, address, started, cluster }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn database_url(&self) -> &str {
        self.cluster.url()
    }

    pub fn pid(&self) -> u32 {
        self.child.0.id()
    }

    /// The process id of its Postgres.
    pub fn postmaster(&self) -> u32 {
        self.cluster.postmaster_pid().and_then(|pid| pid.try_into().ok()).expect("it runs")
    }

    pub async fn stop(mut self) {
        let pid = nix::unistd::Pid::from_raw(i32::try_from(self.child.0.id()).expect("a pid"));
        nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).expect("it runs");
        assert!(self.child.0.wait().expect("it ends").success());
        self.cluster.stop().await.expect("Postgres stops");
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
