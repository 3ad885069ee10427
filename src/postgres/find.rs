//! Finding the Postgres binaries of this machine. A folder counts if it has all the programs that we
//! run, and the user who is to run them can.

use std::cmp::Reverse;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::error::{OLDEST, PostgresError};
use super::owner::Owner;

const PROGRAMS: [&str; 5] = ["postgres", "initdb", "pg_ctl", "createdb", "psql"];

/// The folders where distributions put binaries that are not on the `PATH`. `scripts/ensure-postgres.sh` looks there too.
const USUAL_PLACES: [&str; 14] = [
    "/usr/lib/postgresql/*/bin",                          // Debian, Ubuntu
    "/usr/bin",                                           // Fedora, Arch
    "/usr/pgsql-*/bin",                                   // Postgres' own RPMs
    "/usr/lib/postgresql*/bin",                           // openSUSE
    "/usr/lib64/postgresql-*/bin",                        // Gentoo
    "/usr/libexec/postgresql*",                           // Alpine
    "/opt/homebrew/opt/postgresql*/bin",                  // Homebrew
    "/usr/local/opt/postgresql*/bin",                     // Homebrew on Intel
    "/home/linuxbrew/.linuxbrew/opt/postgresql*/bin",     // Homebrew on Linux
    "/opt/local/lib/postgresql*/bin",                     // MacPorts
    "/Applications/Postgres.app/Contents/Versions/*/bin", // Postgres.app
    "/Library/PostgreSQL/*/bin",                          // EDB's installer
    "/usr/local/pgsql*/bin",                              // built from source
    "/usr/local/bin",                                     // the BSDs
];

/// A folder with all the programs that we run, of one version.
#[derive(Debug, Clone)]
pub struct Binaries {
    pub dir: PathBuf,
    pub major: u32,
}

/// Every folder that may have the binaries, the likeliest first: those of the `PATH` and of
/// `pg_config`, then the distributions'.
pub async fn places(owner: &Owner) -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places = Vec::new();
    for dir in std::env::split_paths(&path).filter(|dir| dir.is_absolute()) {
        // Often this is a link to one program alone; the others are where it leads.
        if let Ok(postgres) = dir.join("postgres").canonicalize() {
            places.extend(postgres.parent().map(Path::to_path_buf));
            places.push(dir.clone());
        }
        let pg_config = dir.join("pg_config");
        if pg_config.is_file()
            && let Ok(said) = owner.command(&pg_config).arg("--bindir").output().await
        {
            places.push(PathBuf::from(String::from_utf8_lossy(&said.stdout).trim()));
        }
    }
    places.extend(USUAL_PLACES.iter().flat_map(|pattern| expand(pattern)));
    places
}

/// The newest usable binaries among `places`. If `cluster` exists, they must be of the major version
/// that made it.
///
/// # Errors
/// [`PostgresError::NotFound`] and [`PostgresError::MajorNotFound`], which name what was found
/// instead; [`PostgresError::File`] if the cluster cannot be read.
pub async fn newest(places: &[PathBuf], owner: &Owner, cluster: &Path) -> Result<Binaries, PostgresError> {
    let needed = major_of_cluster(cluster)?;
    let mut all: Vec<(&Path, Option<u32>)> = Vec::new();
    for dir in places {
        if all.iter().any(|(seen, _)| seen == dir) || !PROGRAMS.iter().all(|name| dir.join(name).is_file()) {
            continue;
        }
        let said = owner.command(&dir.join("postgres")).arg("--version").output().await;
        all.push((dir, said.ok().and_then(|said| major_of_binary(&String::from_utf8_lossy(&said.stdout)))));
    }
    let usable = all.iter().filter_map(|(dir, major)| Some(Binaries { dir: dir.to_path_buf(), major: (*major)? }));
    let fitting = usable.filter(|one| one.major >= OLDEST && needed.is_none_or(|needed| one.major == needed));
    // Among equals it takes the first, which is the likeliest.
    if let Some(best) = fitting.min_by_key(|one| Reverse(one.major)) {
        return Ok(best);
    }
    let name = |(dir, major): &(&Path, Option<u32>)| match major {
        Some(major) => format!("{major} in {}", dir.display()),
        None => format!("one that we cannot run in {}", dir.display()),
    };
    let found = all.iter().map(name).collect::<Vec<_>>().join(", ");
    let found = if found.is_empty() { "there is none".into() } else { format!("there is {found}") };
    Err(match needed {
        Some(major) => PostgresError::MajorNotFound { cluster: cluster.to_path_buf(), major, found },
        None => PostgresError::NotFound { found },
    })
}

/// The major version that made the cluster; `None` if there is no cluster yet.
fn major_of_cluster(cluster: &Path) -> Result<Option<u32>, PostgresError> {
    let file = cluster.join("PG_VERSION");
    let failed = PostgresError::file("read", &file);
    match fs::read_to_string(&file) {
        Ok(text) => text.trim().parse().map(Some).map_err(|error| failed(io::Error::other(error))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(error)),
    }
}

/// The major version in the output of `--version`: 15 in `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`, 18 in
/// `18beta1`.
fn major_of_binary(version: &str) -> Option<u32> {
    let number = version.strip_prefix("postgres (PostgreSQL) ")?;
    number.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// The folders that match a pattern. It may have one `*`, at the end of a name.
fn expand(pattern: &str) -> Vec<PathBuf> {
    let Some((before, after)) = pattern.split_once('*') else {
        return vec![PathBuf::from(pattern)];
    };
    let (parent, prefix) = before.rsplit_once('/').unwrap_or(("", before));
    let Ok(entries) = fs::read_dir(parent) else {
        return Vec::new();
    };
    let names = entries.flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix));
    names.map(|entry| entry.path().join(after.trim_start_matches('/'))).collect()
}
