//! The embedded Postgres: the private server that the program starts for itself, or joins, when
//! `BUGSCRUB_DATABASE_URL` names no other.
//!
//! The players:
//! - [`find`]: looks for the Postgres binaries of this machine;
//! - [`Owner`]: the user that runs them, since Postgres refuses to run as root;
//! - `server`: one server, by means of those binaries;
//! - [`Cluster`]: all that the rest of the program sees; it settles who starts the server and who stops
//!   it.
//!
//! ```text
//! DATA_DIR/postgres/               mode 0700, the owner's; locked by whoever starts or stops
//! DATA_DIR/postgres/data/          the cluster; lock shared by every process that uses it
//! DATA_DIR/postgres/postgres.log   the server's log
//! DATA_DIR/postgres/.s.PGSQL.5432  the socket, the only way in
//! ```
//!
//! Neither a data directory on a network file system (the locks are `flock`) nor a cluster that two
//! machines share is supported.

use std::path::PathBuf;

mod cluster;
mod error;
pub mod find;
mod memory;
mod owner;
mod server;

pub use cluster::Cluster;
pub use error::PostgresError;
pub use owner::Owner;

/// The data directory if `BUGSCRUB_DATA_DIR` is not set. For root it is `/var/lib/bugscrub`: the user
/// that runs Postgres could not enter root's home.
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
