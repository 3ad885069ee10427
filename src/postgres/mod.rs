//! Finds or starts the embedded Postgres: the private server that the program keeps for itself
//! when `BUGSCRUB_DATABASE_URL` names no other.
//!
//! Players: [`find`] looks for the machine's Postgres binaries; [`Owner`] is the user that runs
//! them, for Postgres refuses to run as root; `server` is what they do for us; [`Cluster`] is all
//! that the rest of the program sees, and settles who starts and who stops.
//!
//! ```text
//! DATA_DIR/postgres/               mode 0700, the owner's; locked by whoever starts or stops
//! DATA_DIR/postgres/data/          the cluster; lock shared by every process that uses it
//! DATA_DIR/postgres/postgres.log   what the server says
//! DATA_DIR/postgres/.s.PGSQL.5432  the socket, the only way in
//! ```
//!
//! Not guaranteed: a data directory on a network file system (the locks are `flock`), or one
//! cluster shared by two machines.

use std::io;
use std::path::PathBuf;

mod cluster;
pub mod find;
mod owner;
mod server;

pub use cluster::Cluster;
pub use owner::Owner;

/// Where the program keeps its data when `BUGSCRUB_DATA_DIR` is not set: `/var/lib/bugscrub` for
/// root, never root's home, since the user that runs Postgres could not enter it.
pub fn default_data_dir() -> Result<PathBuf, PostgresError> {
    if nix::unistd::geteuid().is_root() {
        return Ok(PathBuf::from("/var/lib/bugscrub"));
    }
    let data_home = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from);
    if let Some(dir) = data_home.filter(|dir| dir.is_absolute()) {
        return Ok(dir.join("bugscrub"));
    }
    let home = std::env::home_dir().filter(|home| home.is_absolute()).ok_or(PostgresError::NoHome)?;
    let platform = if cfg!(target_os = "macos") { "Library/Application Support" } else { ".local/share" };
    Ok(home.join(platform).join("bugscrub"))
}

/// Why there is no embedded Postgres. Each says what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum PostgresError {
    #[error("no home directory to keep the database in: set BUGSCRUB_DATA_DIR")]
    NoHome,

    #[error(
        "found no Postgres {oldest} or newer on this machine ({found}). Install it (Debian, Ubuntu: \
         apt-get install postgresql; Fedora: dnf install postgresql-server; macOS: brew install \
         postgresql@17), or set BUGSCRUB_DATABASE_URL to a server of your own",
        oldest = find::OLDEST
    )]
    NotFound { found: String },

    #[error(
        "the database in {} was made by Postgres {major} and needs that version, which this machine \
         does not have ({found}). Install it (Debian, Ubuntu: apt-get install postgresql-{major}; \
         Fedora: dnf install postgresql{major}-server; macOS: brew install postgresql@{major}), or \
         set BUGSCRUB_DATABASE_URL to a server of your own",
        cluster.display()
    )]
    MajorNotFound { cluster: PathBuf, major: u32, found: String },

    #[error(
        "Postgres does not run as root, and there is neither a user `postgres` nor `nobody` to run \
         it: create one, start as another user, or set BUGSCRUB_DATABASE_URL"
    )]
    NoUser,

    #[error(
        "Postgres runs as the user `{user}`, who cannot enter {}: set BUGSCRUB_DATA_DIR to a folder \
         whose parents all let others pass (the default is /var/lib/bugscrub), or chmod o+x {}",
        folder.display(), folder.display()
    )]
    Closed { user: String, folder: PathBuf },

    #[error(
        "{} must be a folder of mode 0700 that belongs to the user `{user}`: correct it, move it \
         away, or set BUGSCRUB_DATA_DIR to another place",
        folder.display()
    )]
    NotPrivate { user: String, folder: PathBuf },

    #[error("another process has been starting or stopping the database in {} for {seconds} s", home.display())]
    Busy { home: PathBuf, seconds: u64 },

    /// `output` is what the program said, then the last lines of the server's log.
    #[error("{program} failed: {output}")]
    Failed { program: &'static str, output: String },

    #[error("cannot {doing} {}", path.display())]
    File { doing: &'static str, path: PathBuf, source: io::Error },
}

impl PostgresError {
    /// Adds what the server's log says about a failure.
    fn and(mut self, log: &str) -> Self {
        if let Self::Failed { output, .. } = &mut self {
            *output = format!("{output}\n{log}");
        }
        self
    }

    /// For `map_err`: what was being done, to which path.
    fn file(doing: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { doing, path, source }
    }
}
