//! The store: all the SQL there is.
//!
//! One named function a query, the executor first, checked at compile time against the schema.
//! The players:
//! - [`append`]: the one transaction that makes events durable;
//! - [`project`]: folds events into the projections, in that transaction or in a rebuild;
//! - [`rebuild`]: makes the projections anew from the log;
//! - [`item_rows`]: what filters and orders look at; [`queue`]: a page ranked of them, [`details`]: what it shows;
//! - [`past`]: the queue of a date that is over, folded anew;
//! - [`lifetimes`]: every item over time, for the statistics;
//! - [`live`], [`resolve`]: what the live ranking is loaded from, and names of its filters;
//! - [`installations`], [`gates`], [`jobs`], [`sync`], [`compared`]: what must be remembered to ask GitHub, and
//!   what its answers are compared with;
//! - [`scrubs`], [`remarks`]: rounds, scrubs, decks, marks and notes;
//! - [`accounts`], [`tokens`], [`views`], [`log`], [`retention`], [`vitals`]: small readers and writers;
//! - `schema`: the migrations, and how they are applied;
//! - `directory`: what ids are called; [`stored`]: the only place that knows the JSON of a stored event.

pub mod accounts;
pub mod append;
pub mod backfills;
pub mod clock;
pub mod details;
mod differences;
mod directory;
pub mod gates;
pub mod history;
pub mod installations;
mod item_rows;
mod items;
pub mod jobs;
pub mod lifetimes;
pub mod live;
pub mod local;
pub mod log;
mod names;
pub mod past;
pub mod project;
pub mod purge;
pub mod queue;
pub mod rebuild;
pub mod redeliveries;
pub mod remarks;
pub mod resolve;
pub mod retention;
mod schema;
pub mod scrubs;
pub mod stored;
pub mod sync;
pub mod tokens;
pub mod views;
pub mod vitals;

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Executor, PgPool};

pub use self::schema::{MIGRATIONS, migrate, migrate_when_reached, schema_is_current};

/// Why the store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It cannot be reached, is starting or stopping, or has no room: later may do.
    #[error("the database cannot be reached or has no room")]
    Unavailable(#[source] sqlx::Error),
    /// It refused this very thing; later will not do.
    #[error("the database refused")]
    Refused(#[source] sqlx::Error),
    /// What is stored is not what this version understands.
    #[error("stored data cannot be read: {0}")]
    Unreadable(String),
    #[error("the database's URL is not one of Postgres, such as postgres://user:password@host/database")]
    Url(#[source] sqlx::Error),
    #[error("the schema could not be brought up to date")]
    Migration(#[source] sqlx::migrate::MigrateError),
    /// Another rebuild flipped to a newer generation meanwhile.
    #[error("another rebuild of this account finished first")]
    Overtaken,
}

impl StoreError {
    pub fn is_unavailable(&self) -> bool {
        matches!(self, StoreError::Unavailable(_))
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let unavailable = match &error {
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::Protocol(_) => true,
            // SQLSTATE classes: 08 connection, 25006 read-only (a standby), 40 rolled back by the
            // server, 53 insufficient resources, 55 not in the state for it, 57 operator
            // intervention, 58 system error (PostgreSQL's manual, appendix A).
            sqlx::Error::Database(refusal) => refusal.code().is_some_and(|code| {
                code == "25006" || ["08", "40", "53", "55", "57", "58"].iter().any(|class| code.starts_with(class))
            }),
            _ => false,
        };
        if unavailable { StoreError::Unavailable(error) } else { StoreError::Refused(error) }
    }
}

/// How long to wait for a connection before the store counts as out of reach.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);

/// A pool of at most `connections`, which connects when it is first used.
///
/// # Errors
/// [`StoreError::Url`] if `url` is no Postgres URL.
pub fn pool(url: &str, connections: u32) -> Result<PgPool, StoreError> {
    // sqlx takes any scheme.
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

/// A process whose machine is gone says no farewell: the server finds out within a minute and frees
/// the rows that it had locked, where the system's default is two hours.
const DEAD_PEERS: &str = "SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3";

/// Empties the database, whatever is in it: the demo begins anew each time, in one of its own.
pub async fn reset(pool: &PgPool) -> Result<(), StoreError> {
    sqlx::raw_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public").execute(pool).await?;
    Ok(())
}
