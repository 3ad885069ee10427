//! The schema's migrations, forward only, and how they are applied while replicas serve.

use std::sync::LazyLock;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::{Connection, PgConnection, PgPool};
use tokio::time::{Instant, sleep};

use super::error::StoreError;
use super::reach::reach;
use super::{fitness, spread};

/// Every migration. Those in the database that only a newer version knows are ignored: a migration
/// tolerates the binaries of its own minor version and of the one before, which may be started again
/// during an upgrade or after a rollback.
pub static MIGRATIONS: LazyLock<Migrator> = LazyLock::new(|| {
    let mut all = sqlx::migrate!();
    all.set_ignore_missing(true);
    all
});

/// How long a migration waits for a lock. Everybody who needs the same table waits behind it, so this
/// must be short: a delivery must be answered within ten seconds. What a migration does may take long.
const PATIENT: &str = "SET lock_timeout = '1s'; SET statement_timeout = 0";
/// Behind a pooler, somebody else gets the session next.
const AS_BEFORE: &str = "RESET lock_timeout; RESET statement_timeout";
/// How long it pauses before it tries again, while everybody else goes on.
const LOCK_PAUSE: Duration = Duration::from_secs(2);
/// How long to wait before trying to reach the database again.
const REACH_PAUSE: Duration = Duration::from_secs(1);
/// How long a migration is tried before it fails, so that somebody looks into it.
const LOCK_PATIENCE: Duration = Duration::from_secs(600);
/// The SQLSTATE `lock_not_available`.
const LOCKED: &str = "55P03";

/// Brings the schema up to date. Several replicas may do so at once, and old ones go on serving.
///
/// Every command that needs the database calls this first. It says why if the database cannot be reached,
/// or cannot hold us. Dropping the future undoes what is not committed.
///
/// # Errors
/// The database cannot be reached or is unfit, it refuses a migration, or somebody (such as a backup) holds
/// a lock for more than ten minutes.
pub async fn migrate(pool: &PgPool) -> Result<(), StoreError> {
    let began = Instant::now();
    let mut told = false;
    loop {
        let error = match try_to_migrate(pool).await {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };
        if !is_locked(&error) || began.elapsed() > LOCK_PATIENCE {
            return Err(error);
        }
        if !told {
            tracing::info!(
                "another process migrates or holds a lock that a migration needs; trying again until it is free"
            );
            told = true;
        }
        sleep(LOCK_PAUSE).await;
    }
}

/// Brings the schema up to date, and keeps trying for `patience` to reach the database first.
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

/// Whether the database can be reached, and can hold what is kept. Nothing is changed.
///
/// # Errors
/// [`StoreError::Unreachable`], [`StoreError::Unfit`] or [`StoreError::Standby`]
pub async fn check(pool: &PgPool) -> Result<(), StoreError> {
    let mut connection = reach(pool).await?;
    fitness::examine(&mut connection, &pool.connect_options()).await?;
    let _ = connection.close().await;
    Ok(())
}

/// Runs the migrations on a connection of their own, so that their settings and locks end with it.
async fn try_to_migrate(pool: &PgPool) -> Result<(), StoreError> {
    let mut connection = reach(pool).await?;
    fitness::examine(&mut connection, &pool.connect_options()).await?;
    if is_current(&mut connection).await? {
        let _ = connection.close().await;
        return Ok(());
    }
    sqlx::raw_sql(PATIENT).execute(&mut connection).await?;
    let spread = spread::is_there(&mut connection).await?;
    let migrated = match spread {
        true => spread::migrate(&mut connection).await,
        false => MIGRATIONS.run(&mut connection).await,
    };
    // The migration's outcome counts; the connection ends either way.
    let _ = sqlx::raw_sql(AS_BEFORE).execute(&mut connection).await;
    let kept = match spread && migrated.is_ok() {
        true => spread::keep_spread(&mut connection).await,
        false => Ok(()),
    };
    let _ = connection.close().await;
    migrated.map_err(|error| match error {
        MigrateError::Execute(error) => error.into(),
        other => StoreError::Migration(other),
    })?;
    kept
}

fn is_locked(error: &StoreError) -> bool {
    let error = match error {
        StoreError::Unavailable(error) => error,
        StoreError::Migration(MigrateError::ExecuteMigration(error, _)) => error,
        _ => return false,
    };
    error.as_database_error().is_some_and(|refusal| refusal.code().as_deref() == Some(LOCKED))
}

/// Whether the database has every migration that this version knows.
pub async fn schema_is_current(pool: &PgPool) -> Result<bool, StoreError> {
    is_current(&mut *pool.acquire().await?).await
}

pub(super) async fn is_current(connection: &mut PgConnection) -> Result<bool, StoreError> {
    let known = i64::try_from(MIGRATIONS.iter().count()).unwrap_or(i64::MAX);
    // The table is sqlx's own. It does not exist before the first migration.
    let applied: Result<i64, sqlx::Error> =
        sqlx::query_scalar("SELECT count(*) FROM _sqlx_migrations WHERE success").fetch_one(connection).await;
    match applied {
        Ok(applied) => Ok(applied >= known),
        Err(sqlx::Error::Database(refusal)) if refusal.code().as_deref() == Some("42P01") => Ok(false),
        Err(error) => Err(error.into()),
    }
}
