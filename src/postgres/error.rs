//! Why the private Postgres does not run.

use std::io;
use std::path::PathBuf;

/// The oldest major version that the schema works with.
pub const OLDEST: u32 = 14;

/// Why the private Postgres does not run. Each message says what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum PostgresError {
    #[error("no home directory to keep the database in: set BUGSCRUB_DATA_DIR")]
    NoHome,

    #[error(
        "found no Postgres {oldest} or newer on this machine ({found}). Install it (Debian, Ubuntu: \
         apt-get install postgresql; Fedora: dnf install postgresql-server; macOS: brew install \
         postgresql@17), or set BUGSCRUB_DATABASE_URL to a server of your own",
        oldest = OLDEST
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

    /// `output` has the program's messages and the last lines of the server's log.
    #[error("{program} failed: {output}")]
    Failed { program: &'static str, output: String },

    #[error("cannot {doing} {}", path.display())]
    File { doing: &'static str, path: PathBuf, source: io::Error },
}

impl PostgresError {
    /// Adds lines of the server's log to a failure.
    pub(super) fn and(mut self, log: &str) -> Self {
        if let Self::Failed { output, .. } = &mut self {
            *output = format!("{output}\n{log}");
        }
        self
    }

    /// Makes the function for `map_err` that names the step that failed, and its path.
    pub(super) fn file(doing: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { doing, path, source }
    }
}
