//! The private cluster as the program sees it: started or joined, watched, and stopped by its last
//! user. Locks settle who may start and stop the server; `server` does it.

use std::fs::{self, File, TryLockError};
use std::path::Path;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::error::PostgresError;
use super::owner::Owner;
use super::server::Server;

const WATCH: Duration = Duration::from_millis(500);
/// How long to wait for a process that starts or stops the server; longer than either may take.
const TURN: Duration = Duration::from_secs(400);

/// A running server that this process uses. If this is dropped the server goes on, and the next start
/// joins it.
#[derive(Debug)]
pub struct Cluster {
    server: Server,
    /// Locked shared for as long as we use the server. The system unlocks it if we are killed.
    users: File,
}

impl Cluster {
    /// Joins the server of the cluster in `data_dir`; starts it if it is not running, and makes the
    /// cluster if there is none. Returns once the database takes connections. `settings` apply if this
    /// call starts the server.
    pub async fn start(data_dir: &Path, settings: &[(&str, &str)]) -> Result<Cluster, PostgresError> {
        let data_dir = std::path::absolute(data_dir).map_err(PostgresError::file("find", data_dir))?;
        let owner = Owner::of(&data_dir.join("postgres"))?;
        owner.make_reachable(&data_dir)?;
        // Resolve links, so that every path to the cluster leads to the same socket.
        let home = fs::canonicalize(&data_dir).map_err(PostgresError::file("find", data_dir))?.join("postgres");
        owner.make_private(&home)?;

        let _turn = take_turn(&home).await?;
        let server = Server::at(home, owner, settings).await?;
        server.make_cluster().await?;
        let users = File::open(&server.data).map_err(PostgresError::file("open", &server.data))?;
        users.lock_shared().map_err(PostgresError::file("lock", &server.data))?;
        server.ready().await?;
        Ok(Cluster { server, users })
    }

    /// The URL to connect to, for sqlx and libpq alike.
    pub fn url(&self) -> &str {
        &self.server.url
    }

    /// The process id of the server, from its own file.
    pub fn postmaster_pid(&self) -> Option<i32> {
        self.server.pid()
    }

    /// Watches the server until cancelled. If it dies, starts it again, which recovers the database.
    pub async fn supervise(&self) {
        loop {
            sleep(WATCH).await;
            if !self.server.alive()
                && let Err(error) = self.revive().await
            {
                tracing::error!(%error, "Postgres could not be started again; trying further");
                sleep(10 * WATCH).await;
            }
        }
    }

    async fn revive(&self) -> Result<(), PostgresError> {
        let _turn = take_turn(&self.server.home).await?;
        // Another process may have been faster.
        if !self.server.answers() {
            tracing::warn!("Postgres has died; starting it again");
            self.server.ready().await?;
        }
        Ok(())
    }

    /// Stops the server, unless another process uses it. It ends its clients' work, and this returns
    /// once it has stopped.
    pub async fn stop(self) -> Result<(), PostgresError> {
        let _turn = take_turn(&self.server.home).await?;
        let lock_failed = || PostgresError::file("lock", &self.server.data);
        self.users.unlock().map_err(lock_failed())?;
        match self.users.try_lock() {
            Ok(()) => self.server.stop().await,
            Err(TryLockError::WouldBlock) => {
                tracing::info!("Postgres stays running: another process uses it");
                Ok(())
            }
            Err(TryLockError::Error(error)) => Err(lock_failed()(error)),
        }
    }
}

/// Waits until no other process makes, starts or stops the server. The turn ends when the file is
/// dropped, or when the process dies.
async fn take_turn(home: &Path) -> Result<File, PostgresError> {
    let turn = File::open(home).map_err(PostgresError::file("open", home))?;
    let deadline = Instant::now() + TURN;
    loop {
        match turn.try_lock() {
            Ok(()) => return Ok(turn),
            Err(TryLockError::WouldBlock) if Instant::now() < deadline => {
                sleep(Duration::from_millis(50)).await;
            }
            Err(TryLockError::WouldBlock) => {
                return Err(PostgresError::Busy { home: home.to_path_buf(), seconds: TURN.as_secs() });
            }
            Err(TryLockError::Error(error)) => {
                return Err(PostgresError::file("lock", home)(error));
            }
        }
    }
}
