//! Connections to the database.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, PgPool, Postgres, Transaction};

use super::error::StoreError;
use super::spread;

/// The most connections of a process; under Postgres' default of 100 with room for several replicas.
pub const CONNECTIONS: u32 = 24;

/// How long to wait for a connection before the database counts as out of reach.
pub(super) const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);

/// A pool of at most `connections`. It connects when it is first used.
///
/// A session asks for no settings but those that every pooler knows, and none is changed in it later but for one
/// transaction: behind a pooler, others get the session afterwards.
///
/// # Errors
/// [`StoreError::Url`] if `url` is not a Postgres URL.
pub fn pool(url: &str, connections: u32) -> Result<PgPool, StoreError> {
    // sqlx accepts any scheme.
    if !["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)) {
        return Err(StoreError::Url(sqlx::Error::Configuration("it does not begin with postgres://".into())));
    }
    let options: PgConnectOptions = url.parse().map_err(StoreError::Url)?;
    // PgBouncer refuses `extra_float_digits`. It is about floats as text, and sqlx reads them as bytes.
    let options = options.application_name("bugscrub").extra_float_digits(None);
    let pool = PgPoolOptions::new().max_connections(connections).acquire_timeout(ACQUIRE_TIMEOUT);
    Ok(pool.connect_lazy_with(options))
}

/// What the connections of a pool are made with where Citus spreads the accounts over servers: a setting of one
/// transaction then reaches the servers that it uses.
pub(super) const SPREAD: (&str, &str) = ("citus.propagate_set_commands", "local");

/// What everything in one moment is read with.
pub(super) const ONE_MOMENT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// Begins a transaction. Whoever waits for it may give up, as a request does whose client hangs up: it
/// is rolled back all the same. sqlx 0.9 forgets one that it was beginning then, and hands its connection
/// to others, inside of a transaction that nobody knows of.
pub(super) async fn begin(pool: &PgPool, how: &'static str) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    begin_with(pool, how, &[]).await
}

/// Begins a transaction with settings of its own, in one message. Citus hands a setting on to its workers in the words of
/// the whole message, and takes one statement there: where it is, each goes by itself.
pub(super) async fn begin_with(
    pool: &PgPool,
    how: &'static str,
    settings: &'static [&'static str],
) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    let pool = pool.clone();
    let begun = tokio::spawn(async move {
        if !spread::is_known(&pool) {
            let message: Vec<&str> = [how].into_iter().chain(settings.iter().copied()).collect();
            return pool.begin_with(AssertSqlSafe(message.join("; "))).await;
        }
        let mut transaction = pool.begin_with(how).await?;
        for setting in settings {
            sqlx::raw_sql(*setting).execute(&mut *transaction).await?;
        }
        Ok(transaction)
    });
    begun.await.unwrap_or(Err(sqlx::Error::WorkerCrashed))
}

/// Empties the database, whatever is in it. The demo starts afresh each time, in a database of its own.
pub async fn reset(pool: &PgPool) -> Result<(), StoreError> {
    sqlx::raw_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public").execute(pool).await?;
    Ok(())
}
