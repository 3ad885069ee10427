//! The schema, forward only, and how it is brought up to date beside replicas that serve.

use std::sync::LazyLock;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, PgConnection, PgPool};
use tokio::time::{Instant, sleep, timeout};

use super::{ACQUIRE_TIMEOUT, StoreError};

/// Every migration. Those that only a newer version knows are passed over: each tolerates every
/// patch of its own and of the minor version before, which may start again beside them, or after a
/// rollback.
pub static MIGRATIONS: LazyLock<Migrator> = LazyLock::new(|| {
    let mut all = sqlx::migrate!();
    all.set_ignore_missing(true);
    all
});

/// How long a migration waits for a lock. Whoever wants the same table waits behind it, so it must
/// be short: deliveries have ten seconds.
const LOCK_TIMEOUT: &str = "SET lock_timeout = '1s'";
/// And how long before it tries again, while everybody else goes on.
const LOCK_PAUSE: Duration = Duration::from_secs(2);
/// How long before a database that was not reached is tried again.
const REACH_PAUSE: Duration = Duration::from_secs(1);
/// After that long of it somebody should look.
const LOCK_PATIENCE: Duration = Duration::from_secs(600);
/// Postgres' lock_not_available.
const LOCKED: &str = "55P03";

/// Brings the schema up to date; several replicas may do so at once, and old ones go on serving.
///
/// Every command that needs the database begins with it, so one that cannot be reached is met
/// here: the error says why, where a pool would say only that it waited in vain. Dropping the
/// future takes back what is not committed.
///
/// # Errors
/// A database out of reach, a migration that it refuses, or a lock that somebody holds for longer
/// than ten minutes, such as a backup's.
pub async fn migrate(pool: &PgPool) -> Result<(), StoreError> {
    let began = Instant::now();
    let mut told = false;
    loop {
        let error = match try_to_migrate(pool).await {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };
        if !is_locked(&error) || began.elapsed() > LOCK_PATIENCE {
            return Err(match error {
                MigrateError::Execute(error) => error.into(),
                other => StoreError::Migration(other),
            });
        }
        if !told {
            tracing::info!(
                "somebody else migrates, or holds a lock that a migration needs; trying again until it is free"
            );
            told = true;
        }
        sleep(LOCK_PAUSE).await;
    }
}

/// The same, of a database that may not be reached yet: it is tried for as long as `patience`.
///
/// # Errors
/// As [`migrate`].
pub async fn migrate_when_reached(pool: &PgPool, patience: Duration) -> Result<(), StoreError> {
    let began = Instant::now();
    let mut told = false;
    loop {
        match migrate(pool).await {
            Err(error) if error.is_unavailable() && began.elapsed() < patience => {
                if !told {
                    let error = &error as &dyn std::error::Error;
                    tracing::info!(error, "the database cannot be reached; trying again");
                    told = true;
                }
                sleep(REACH_PAUSE).await;
            }
            other => return other,
        }
    }
}

/// On a connection of its own: what it sets and locks ends with it.
async fn try_to_migrate(pool: &PgPool) -> Result<(), MigrateError> {
    // A migration may well be slow; it need not stand in the log for it.
    let options = PgConnectOptions::clone(&pool.connect_options()).disable_statement_logging();
    let connecting = timeout(ACQUIRE_TIMEOUT, PgConnection::connect_with(&options)).await;
    let mut connection = connecting.unwrap_or(Err(sqlx::Error::PoolTimedOut))?;
    sqlx::query(LOCK_TIMEOUT).execute(&mut connection).await?;
    let migrated = MIGRATIONS.run(&mut connection).await;
    // It is closed either way; what went wrong before is what counts.
    let _ = connection.close().await;
    migrated
}

fn is_locked(error: &MigrateError) -> bool {
    let (MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _)) = error else { return false };
    error.as_database_error().is_some_and(|refusal| refusal.code().as_deref() == Some(LOCKED))
}

/// Whether the database answers and has every migration that this version knows.
pub async fn schema_is_current(pool: &PgPool) -> Result<bool, StoreError> {
    let known = i64::try_from(MIGRATIONS.iter().count()).unwrap_or(i64::MAX);
    // The table is sqlx's own and is not there before the first migration.
    let applied: Result<i64, sqlx::Error> =
        sqlx::query_scalar("SELECT count(*) FROM _sqlx_migrations WHERE success").fetch_one(pool).await;
    match applied {
        Ok(applied) => Ok(applied >= known),
        Err(sqlx::Error::Database(refusal)) if refusal.code().as_deref() == Some("42P01") => Ok(false),
        Err(error) => Err(error.into()),
    }
}
