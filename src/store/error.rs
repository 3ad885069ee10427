//! What can go wrong in the store.

/// Why the store could not do what it was asked to do.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be reached, is starting or stopping, or has no room. Trying again later
    /// may succeed.
    #[error("the database cannot be reached or has no room")]
    Unavailable(#[source] sqlx::Error),
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
    /// Another rebuild of the account switched to a newer generation first.
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
