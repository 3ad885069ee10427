//! Places for Postgres servers.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use nix::sys::signal::{Signal, kill};
use nix::sys::statvfs::statvfs;
use nix::unistd::Pid;
use tempfile::TempDir;

/// A file system in memory, where there is one: a database is some 300 files, and making and deleting
/// these took two fifths of the tests' processor time on a disk.
const MEMORY: &str = "/dev/shm";
/// What must be free there. All tests at once use a tenth.
const ENOUGH: u128 = 3 << 30;

/// A temporary directory that any user can enter, in memory if there is room.
pub fn fast_directory() -> TempDir {
    let free = statvfs(MEMORY).map_or(0, |memory| memory.blocks_available() as u128 * memory.fragment_size() as u128);
    directory_in(if free >= ENOUGH { MEMORY.into() } else { std::env::temp_dir() })
}

fn directory_in(parent: PathBuf) -> TempDir {
    let directory = tempfile::Builder::new().prefix("bugscrub-test-").tempdir_in(parent).unwrap();
    set_mode(directory.path(), 0o755);
    directory
}

/// A data directory that any user can enter. Dropping it kills the server in it, if there is one.
pub struct Place(pub TempDir);

impl Place {
    pub fn new() -> Place {
        Place(fast_directory())
    }

    /// Where programs can be run, which not every file system in memory allows.
    pub fn on_disk() -> Place {
        Place(directory_in(std::env::temp_dir()))
    }

    pub fn path(&self) -> PathBuf {
        self.0.path().join("data")
    }

    pub fn cluster(&self) -> PathBuf {
        self.path().join("postgres/data")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Ok(noted) = fs::read_to_string(self.cluster().join("postmaster.pid"))
            && let Some(Ok(pid)) = noted.lines().next().map(str::parse)
        {
            let _ = kill(Pid::from_raw(pid), Signal::SIGQUIT);
        }
    }
}

pub fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}
