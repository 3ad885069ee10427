//! A place for an embedded Postgres.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// A data directory that any user can reach. When a test fails, its server goes too.
pub struct Place(pub tempfile::TempDir);

impl Place {
    pub fn new() -> Place {
        let dir = tempfile::Builder::new().prefix("bugscrub-test-").tempdir().unwrap();
        set_mode(dir.path(), 0o755);
        Place(dir)
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
