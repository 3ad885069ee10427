//! The server of one cluster, run by means of the Postgres programs. Nothing here locks: the callers
//! hold the turn (see `cluster`).
//!
//! `pg_ctl` gives the server a session of its own. So a Ctrl-C in our terminal does not reach it, and
//! it outlives us if we are killed.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::signal::kill;
use nix::unistd::Pid;
use tokio::time::{Instant, sleep};

use super::error::PostgresError;
use super::find::{self, Binaries};
use super::memory;
use super::owner::Owner;

/// The socket's name contains a port number, but no TCP port is opened.
const SOCKET: &str = ".s.PGSQL.5432";
/// The longest path of a socket on macOS. Linux allows 107.
const SOCKET_PATH_BYTES: usize = 103;
/// In the worst case recovery after a crash replays gigabytes; a stop writes a checkpoint.
const START_OR_STOP_SECONDS: u64 = 300;
/// How long the remains of a killed server may block the next one.
const REMAINS: Duration = Duration::from_secs(60);
const LOG: &str = "postgres.log";
/// The number of log lines that an error quotes.
const LOG_LINES: usize = 15;
const RETRY: Duration = Duration::from_millis(200);

#[derive(Debug)]
pub struct Server {
    pub home: PathBuf,
    pub data: PathBuf,
    pub url: String,
    socket_dir: PathBuf,
    owner: Owner,
    binaries: Binaries,
    /// The options that `pg_ctl` passes to the server, quoted for the shell in between.
    options: String,
}

impl Server {
    /// Finds the binaries for the cluster in `home`, and a folder for its socket.
    pub async fn at(home: PathBuf, owner: Owner, settings: &[(&str, &str)]) -> Result<Server, PostgresError> {
        let data = home.join("data");
        let binaries = find::newest(&find::places(&owner).await, &owner, &data).await?;
        let socket_dir = socket_dir(&home, &owner)?;
        let socket_dir_text = socket_dir.to_string_lossy(); // Lossless: `socket_dir` makes sure of it.
        let url = format!(
            // Name everything, so that no `PG...` variable fills a gap.
            "postgres://bugscrub@localhost:5432/bugscrub?host={}&sslmode=disable",
            socket_dir_text.replace(' ', "%20")
        );
        let shared_buffers = memory::shared_buffers();
        let ours = [
            ("shared_buffers", &*shared_buffers),
            ("listen_addresses", ""),
            ("port", "5432"),
            ("unix_socket_directories", &*socket_dir_text),
            ("unix_socket_permissions", "0700"),
        ];
        let quoted = |value: &str| value.replace('\'', r"'\''");
        let all = ours.iter().chain(settings);
        let options = all.map(|(name, value)| format!("-c '{name}={}' ", quoted(value))).collect();
        Ok(Server { home, data, url, socket_dir, owner, binaries, options })
    }

    /// Makes the cluster if there is none: under another name, and then renamed, so that an unfinished
    /// one is never taken for whole.
    pub async fn make_cluster(&self) -> Result<(), PostgresError> {
        if self.data.join("PG_VERSION").exists() {
            return Ok(());
        }
        tracing::info!(data = %self.data.display(), major = self.binaries.major, "creating the database");
        let entries = fs::read_dir(&self.home).map_err(PostgresError::file("read", &self.home))?;
        for entry in entries.flatten() {
            if entry.file_name().as_bytes().starts_with(b"data.new.") {
                let _ = fs::remove_dir_all(entry.path()); // At worst it stays and is never used.
            }
        }
        // A name of our own, since the `initdb` of a killed process may still be writing.
        let aside = format!("data.new.{}", std::process::id());
        // `trust`, because only the owner of the files and root can reach the socket: its folder has mode 0700.
        // `C` sorts by bytes, which is the same on every system; the program compares letters itself.
        let arguments = format!(
            "--pgdata={aside} --username=bugscrub --auth-local=trust --auth-host=reject --encoding=UTF8 --locale=C \
             --no-instructions"
        );
        self.run("initdb", arguments.split(' ')).await?;
        fs::rename(self.home.join(&aside), &self.data).map_err(PostgresError::file("rename to", &self.data))?;
        let synced = File::open(&self.home).and_then(|home| home.sync_all());
        synced.map_err(PostgresError::file("sync", &self.home))
    }

    /// Starts the server unless it runs, waits until it takes connections, and makes the database if it
    /// is missing.
    pub async fn ready(&self) -> Result<(), PostgresError> {
        let deadline = Instant::now() + Duration::from_secs(START_OR_STOP_SECONDS);
        loop {
            // The server that we found running may have been about to stop.
            if !self.answers() {
                self.start().await?;
            }
            let Err(error) = self.run("psql", ["--no-psqlrc", "--command="]).await else {
                return Ok(());
            };
            if error.to_string().contains("database \"bugscrub\" does not exist") {
                return self.run("createdb", ["--template=template0", "bugscrub"]).await;
            }
            if Instant::now() > deadline {
                return Err(error.and(&self.last_of_log(0)));
            }
            sleep(RETRY).await;
        }
    }

    async fn start(&self) -> Result<(), PostgresError> {
        let arguments = format!("start --silent --wait --timeout={START_OR_STOP_SECONDS} --log=postgres.log");
        let deadline = Instant::now() + REMAINS;
        let mut told = false;
        loop {
            let before = fs::metadata(self.home.join(LOG)).map_or(0, |log| log.len());
            let arguments = arguments.split(' ').chain(["--options", &self.options]);
            let Err(error) = self.run("pg_ctl", arguments).await else {
                tracing::info!(data = %self.data.display(), "started Postgres");
                return Ok(());
            };
            let error = error.and(&self.last_of_log(before));
            // After a kill -9 the server's children linger for a moment, or another process has its id.
            let text = error.to_string();
            let remains =
                text.contains("is still in use") || text.contains("lock file") && text.contains("already exists");
            if !remains || Instant::now() > deadline {
                return Err(error);
            }
            if !told {
                tracing::warn!(%error, "the remains of a killed Postgres block the start; trying again");
                told = true;
            }
            self.clear_stale_lock_files();
            sleep(RETRY).await;
        }
    }

    /// Stops the server. It ends its clients' work, and this returns once it has stopped.
    pub async fn stop(&self) -> Result<(), PostgresError> {
        if self.alive() {
            let arguments = format!("stop --silent --wait --timeout={START_OR_STOP_SECONDS} --mode=fast");
            self.run("pg_ctl", arguments.split(' ')).await?;
            tracing::info!("stopped Postgres");
        }
        Ok(())
    }

    /// The process id in the server's own file. The process may be gone.
    pub fn pid(&self) -> Option<i32> {
        let noted = fs::read_to_string(self.data.join("postmaster.pid")).ok()?;
        noted.lines().next()?.trim().parse().ok()
    }

    /// Whether a process with the noted id runs. This is cheap, but another program may have the id;
    /// [`Server::answers`] decides.
    pub fn alive(&self) -> bool {
        self.pid().is_some_and(is_postgres)
    }

    /// Whether a server listens on the socket. It may not take connections yet.
    pub fn answers(&self) -> bool {
        UnixStream::connect(self.socket_dir.join(SOCKET)).is_ok()
    }

    /// Removes the lock files of a killed server. Postgres respects them for as long as *any* process of
    /// its user has the id in them: another program (in a container ids repeat), or the dead server
    /// itself, if nobody reaped it.
    fn clear_stale_lock_files(&self) {
        if self.pid().is_some() && !self.alive() {
            let _ = fs::remove_file(self.socket_dir.join(format!("{SOCKET}.lock"))); // The next attempt shows whether it worked.
            let _ = fs::remove_file(self.data.join("postmaster.pid"));
        }
    }

    async fn run<'a>(
        &self,
        program: &'static str,
        arguments: impl IntoIterator<Item = &'a str>,
    ) -> Result<(), PostgresError> {
        let path = self.binaries.dir.join(program);
        let mut command = self.owner.command(&path);
        command.args(arguments).current_dir(&self.home).stdin(Stdio::null());
        command.env("PGDATA", &self.data).env("PGHOST", &self.socket_dir);
        command.envs([("PGPORT", "5432"), ("PGUSER", "bugscrub"), ("PGCONNECT_TIMEOUT", "10")]);
        let said = command.output().await.map_err(|source| {
            let closed = match source.kind() {
                ErrorKind::PermissionDenied => self.owner.closed_on_the_way(&self.home),
                _ => None,
            };
            closed.unwrap_or_else(|| PostgresError::file("run", path)(source))
        })?;
        if said.status.success() {
            return Ok(());
        }
        let output = String::from_utf8_lossy(&said.stderr).trim().to_string();
        Err(PostgresError::Failed { program, output })
    }

    /// The last lines that were added to the log since it had this length.
    fn last_of_log(&self, since: u64) -> String {
        let log = fs::read(self.home.join(LOG)).unwrap_or_default();
        let since = usize::try_from(since).unwrap_or(0).min(log.len());
        let text = String::from_utf8_lossy(&log[since..]);
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(LOG_LINES)..].join("\n")
    }
}

/// Whether the process with this id runs and, as far as can be told, is a Postgres.
fn is_postgres(pid: i32) -> bool {
    if kill(Pid::from_raw(pid), None) == Err(Errno::ESRCH) {
        return false;
    }
    // `123 (postgres) S ...`; the states Z and X are dead. Without /proc the id must do.
    let Ok(stat) = fs::read_to_string(format!("/proc/{pid}/stat")) else {
        return true;
    };
    let Some((name, state)) = stat.rsplit_once(") ") else {
        return true;
    };
    let name = name.split_once('(').map_or("", |(_, name)| name);
    ["postgres", "postmaster"].contains(&name) && !state.starts_with(['Z', 'X'])
}

/// The folder of the socket: the cluster's own, unless its path is too long for a socket or has
/// characters that Postgres' settings or URLs do not allow. Then it is one under `/tmp`, which every
/// process finds by the same name.
fn socket_dir(home: &Path, owner: &Owner) -> Result<PathBuf, PostgresError> {
    let fits = home.as_os_str().len() + 1 + SOCKET.len() <= SOCKET_PATH_BYTES;
    let plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || "/._- ".contains(c));
    if fits && home.to_str().is_some_and(plain) {
        return Ok(home.to_path_buf());
    }
    let seen = fs::metadata(home).map_err(PostgresError::file("look at", home))?;
    let short = PathBuf::from(format!("/tmp/bugscrub-{:x}-{:x}", seen.dev(), seen.ino()));
    owner.make_private(&short)?;
    Ok(short)
}
