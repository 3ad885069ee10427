//! What can go wrong in the store.

use super::pool::CONNECTIONS;

/// Why the store could not do what it was asked to do.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be reached, is starting or stopping, or has no room. Trying again later
    /// may succeed.
    #[error("{}", sentence(.0))]
    Unavailable(#[source] sqlx::Error),
    /// No connection to the database could be made.
    #[error("the database cannot be reached at {place}: {why}")]
    Unreachable { place: String, why: String, source: sqlx::Error },
    /// The database is not one that can hold what is kept.
    #[error("{0}")]
    Unfit(String),
    /// It may become the primary later.
    #[error("the database at {0} is a standby, which nobody can write: let BUGSCRUB_DATABASE_URL name the primary")]
    Standby(String),
    /// The database refused this request, and would refuse it again.
    #[error("the database refused")]
    Refused(#[source] sqlx::Error),
    /// This version does not understand what is stored.
    #[error("stored data cannot be read: {0}")]
    Unreadable(String),
    #[error("the database's URL is not one of Postgres, such as postgres://user:password@host/database")]
    Url(#[source] sqlx::Error),
    #[error("the schema could not be brought up to date")]
    Migration(#[source] sqlx::migrate::MigrateError),
    /// An `Idempotency-Key` was used for another request before.
    #[error("the key was used for another request before")]
    KeyReused,
    /// Another rebuild of the account switched to a newer generation first.
    #[error("another rebuild of this account finished first")]
    Overtaken,
}

impl StoreError {
    pub fn is_unavailable(&self) -> bool {
        match self {
            StoreError::Unavailable(_) | StoreError::Standby(_) => true,
            StoreError::Unreachable { source, .. } => may_pass(source),
            _ => false,
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        if may_pass(&error) { StoreError::Unavailable(error) } else { StoreError::Refused(error) }
    }
}

/// Whether the same request may succeed later.
fn may_pass(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::Protocol(_) => true,
        // SQLSTATE classes: 08 connection, 25006 read-only (a standby), 25P03 and 25P04 timeouts of a transaction,
        // 40 rolled back by the server, 53 insufficient resources, 55 not in the state for it, 57 operator
        // intervention, 58 system error (PostgreSQL's manual, appendix A).
        sqlx::Error::Database(refusal) => refusal.code().is_some_and(|code| {
            ["25006", "25P03", "25P04"].contains(&&*code)
                || ["08", "40", "53", "55", "57", "58"].iter().any(|class| code.starts_with(class))
        }),
        _ => false,
    }
}

/// What is wrong with the database, and what to do.
pub(super) fn sentence(error: &sqlx::Error) -> String {
    let refusal = match error {
        sqlx::Error::PoolTimedOut => {
            return "no connection to the database was free or could be made within 2 s".to_owned();
        }
        sqlx::Error::Database(refusal) => refusal,
        _ => return "the connection to the database was lost".to_owned(),
    };
    let code = refusal.code().unwrap_or_default();
    match &*code {
        "53300" => {
            return format!(
                "the database has no connection left: raise max_connections, or the limit of the role or the database; \
                 each replica opens up to {CONNECTIONS}"
            );
        }
        "53100" => "the database's disk is full: make room, or enlarge the volume",
        "53200" => "the database is out of memory",
        "57P03" if refusal.message().contains("start") => "the database is starting up: wait",
        "57P03" if refusal.message().contains("shut") => "the database is shutting down",
        "57P03" => "the database does not take connections yet: it recovers",
        "57P01" | "57P02" => "the database ended the connection, to stop or because somebody asked it to",
        "57P04" => "the database was dropped",
        "57P05" => "the database ended an idle connection (idle_session_timeout)",
        "57014" => "the database took longer for a statement than statement_timeout allows",
        "25P03" => "the database ended a transaction by idle_in_transaction_session_timeout",
        "25P04" => "the database ended a transaction by transaction_timeout",
        "55P03" => "the database waited longer for a lock than lock_timeout allows",
        "25006" => "the database is read-only: it is a standby, or default_transaction_read_only is on",
        _ if code.starts_with("53") => "the database has run out of a resource",
        _ if code.starts_with("40") => "the database rolled a transaction back",
        _ => "the database cannot do this now",
    }
    .to_owned()
}

/// What Postgres said, without the line of its own source code that sqlx puts behind it.
pub fn without_source_line(said: &str) -> &str {
    match said.rsplit_once(" at line ") {
        Some((said, line)) if line.bytes().all(|byte| byte.is_ascii_digit()) => said,
        _ => said,
    }
}
