//! Connections to the database.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Executor, PgPool};

use super::error::StoreError;

/// How long to wait for a connection before the database counts as out of reach.
pub(super) const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);

/// When a process dies together with its machine, its connections are not closed. These settings let
/// the server notice within a minute and release the rows that were locked; the system's default is
/// two hours.
const DEAD_PEERS: &str = "SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3";

/// A pool of at most `connections`. It connects when it is first used.
///
/// # Errors
/// [`StoreError::Url`] if `url` is not a Postgres URL.
pub fn pool(url: &str, connections: u32) -> Result<PgPool, StoreError> {
    // sqlx accepts any scheme.
    if !["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)) {
        return Err(StoreError::Url(sqlx::Error::Configuration("it does not begin with postgres://".into())));
    }
    let options: PgConnectOptions = url.parse().map_err(StoreError::Url)?;
    let options = options.application_name("bugscrub");
    let pool = PgPoolOptions::new().max_connections(connections).acquire_timeout(ACQUIRE_TIMEOUT);
    let pool =
        pool.after_connect(|connection, _| Box::pin(async move { connection.execute(DEAD_PEERS).await.map(drop) }));
    Ok(pool.connect_lazy_with(options))
}

/// Empties the database, whatever is in it. The demo starts afresh each time, in a database of its own.
pub async fn reset(pool: &PgPool) -> Result<(), StoreError> {
    sqlx::raw_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public").execute(pool).await?;
    Ok(())
}
