//! The private cluster as the program sees it: started or joined, watched, stopped by its last
//! user. Locks settle who may do what; the doing is in `server`.

use std::fs::{self, File, TryLockError};
use std::path::Path;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::server::Server;
use super::{Owner, PostgresError};

const WATCH: Duration = Duration::from_millis(500);
/// How long to wait for a process that starts or stops the server; longer than either may take.
const TURN: Duration = Duration::from_secs(400);

/// A running server that this process uses. Dropping it leaves the server running, for the next
/// start to join.
#[derive(Debug)]
pub struct Cluster {
    server: Server,
    /// Locked shared for as long as we use the server; the system unlocks it if we are killed.
    users: File,
}

impl Cluster {
    /// Joins the server of the cluster in `data_dir`, or starts it, or first makes the cluster;
    /// returns once the database takes connections. `settings` are the server's, if this call is
    /// the one that starts it.
    pub async fn start(data_dir: &Path, settings: &[(&str, &str)]) -> Result<Cluster, PostgresError> {
        let data_dir = std::path::absolute(data_dir).map_err(PostgresError::file("find", data_dir))?;
        let owner = Owner::of(&data_dir.join("postgres"))?;
        owner.make_reachable(&data_dir)?;
        // Without links, so that every way to the cluster ends at the same socket.
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

    /// Where to connect, for sqlx and libpq alike.
    pub fn url(&self) -> &str {
        &self.server.url
    }

    /// The process id of the server, as it noted it.
    pub fn postmaster_pid(&self) -> Option<i32> {
        self.server.pid()
    }

    /// Runs until cancelled: a server that dies under us is started again, which recovers it.
    pub async fn supervise(&self) {
        loop {
            sleep(WATCH).await;
            if !self.server.alive()
                && let Err(error) = self.revive().await
            {
                tracing::error!(%error, "cannot start Postgres again, will keep trying");
                sleep(10 * WATCH).await;
            }
        }
    }

    async fn revive(&self) -> Result<(), PostgresError> {
        let _turn = take_turn(&self.server.home).await?;
        // Another process may have been quicker.
        if !self.server.answers() {
            tracing::warn!("Postgres is gone, starting it again");
            self.server.ready().await?;
        }
        Ok(())
    }

    /// Stops the server, unless another process uses it: breaks off what its clients do, returns
    /// when it has ended.
    pub async fn stop(self) -> Result<(), PostgresError> {
        let _turn = take_turn(&self.server.home).await?;
        let lock_failed = || PostgresError::file("lock", &self.server.data);
        self.users.unlock().map_err(lock_failed())?;
        match self.users.try_lock() {
            Ok(()) => self.server.stop().await,
            Err(TryLockError::WouldBlock) => {
                tracing::info!("left Postgres running: another process uses it");
                Ok(())
            }
            Err(TryLockError::Error(error)) => Err(lock_failed()(error)),
        }
    }
}

/// Waits until no other process makes, starts or stops the server. The turn ends when the file
/// is dropped, or its process dies.
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
