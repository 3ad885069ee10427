//! The user who owns the cluster and runs every Postgres program: we ourselves, or an unprivileged
//! user if we are root.

use std::fs::{self, DirBuilder, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, lchown};
use std::path::Path;

use nix::unistd::{Uid, User};
use tokio::process::Command;

use super::error::PostgresError;

#[derive(Debug, Clone)]
pub struct Owner {
    name: String,
    uid: u32,
    gid: u32,
    /// Whether we are root and have to become this user.
    switch: bool,
}

impl Owner {
    /// The user who runs the cluster in `home`. For root that is its present owner, so that a user
    /// `postgres` who appears later changes nothing; without one it is `postgres`, or else `nobody`.
    pub fn of(home: &Path) -> Result<Owner, PostgresError> {
        let me = Uid::effective();
        let known =
            |user: User| Owner { name: user.name, uid: user.uid.as_raw(), gid: user.gid.as_raw(), switch: true };
        if !me.is_root() {
            let name = User::from_uid(me).ok().flatten().map_or_else(|| me.to_string(), |user| user.name);
            return Ok(Owner { name, uid: me.as_raw(), gid: nix::unistd::getegid().as_raw(), switch: false });
        }
        let kept = fs::symlink_metadata(home).ok().map(|home| Uid::from_raw(home.uid())).filter(|uid| !uid.is_root());
        let kept = kept.and_then(|uid| User::from_uid(uid).ok().flatten());
        let named = |name| User::from_name(name).ok().flatten();
        kept.or_else(|| named("postgres")).or_else(|| named("nobody")).map(known).ok_or(PostgresError::NoUser)
    }

    /// A command that runs as this user. It does not inherit the variables that would mislead Postgres
    /// (such as `PGHOST`), nor our secrets. It starts in `/`, since this user may not be able to enter
    /// the folder we were started in, and answers in English.
    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if ["PG", "LC_", "LANG", "BUGSCRUB_"].iter().any(|prefix| text.starts_with(prefix)) {
                command.env_remove(name);
            }
        }
        command.current_dir("/").env("LC_ALL", "C");
        if self.switch {
            // When the user changes, std drops root's other groups.
            command.uid(self.uid).gid(self.gid);
        }
        command
    }

    /// Makes `dir` and its missing parents. If root makes them, this user can pass through.
    pub fn make_reachable(&self, dir: &Path) -> Result<(), PostgresError> {
        if dir.is_dir() {
            return Ok(());
        }
        if let Some(parent) = dir.parent() {
            self.make_reachable(parent)?;
        }
        let mode = if self.switch { 0o711 } else { 0o700 };
        match DirBuilder::new().mode(mode).create(dir) {
            // Again, because of the umask.
            Ok(()) => fs::set_permissions(dir, Permissions::from_mode(mode)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
            Err(error) => Err(error),
        }
        .map_err(PostgresError::file("make the folder", dir))
    }

    /// Makes `dir` private to this user, or checks that it is private: in a shared folder such as `/tmp`
    /// somebody else may have made it first.
    pub fn make_private(&self, dir: &Path) -> Result<(), PostgresError> {
        match DirBuilder::new().mode(0o700).create(dir) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                return Err(PostgresError::file("make the folder", dir)(error));
            }
            _ => {}
        }
        let seen = fs::symlink_metadata(dir).map_err(PostgresError::file("look at", dir))?;
        let private = seen.is_dir() && seen.mode() & 0o077 == 0;
        match seen.uid() {
            uid if private && uid == self.uid => Ok(()),
            // Root made it, just now or in a start that was interrupted.
            0 if private && self.switch => {
                lchown(dir, Some(self.uid), Some(self.gid)).map_err(PostgresError::file("hand over", dir))
            }
            _ => Err(PostgresError::NotPrivate { user: self.name.clone(), folder: dir.to_path_buf() }),
        }
    }

    /// The first folder on the way to `dir` that this user may not enter, judged by the modes alone. It
    /// is good enough to explain a failure, not to predict one.
    pub fn closed_on_the_way(&self, dir: &Path) -> Option<PostgresError> {
        let mut way: Vec<&Path> = dir.ancestors().collect();
        way.reverse();
        let closed = way.into_iter().find(|folder| {
            fs::metadata(folder).is_ok_and(|seen| {
                let enter = if seen.uid() == self.uid {
                    0o100
                } else if seen.gid() == self.gid {
                    0o010
                } else {
                    0o001
                };
                seen.mode() & enter == 0
            })
        })?;
        Some(PostgresError::Closed { user: self.name.clone(), folder: closed.to_path_buf() })
    }
}
