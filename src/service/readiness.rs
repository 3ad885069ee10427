//! Whether requests can be served.

use super::Service;
use crate::store;

/// Whether requests can be served, and why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readiness {
    Ready,
    /// The ranking is being loaded.
    Loading,
    /// The database's schema is not this version's.
    OtherSchema,
    /// The database does not answer.
    Unreachable,
}

impl Service {
    /// Whether the database answers, its schema is current, and the ranking is loaded.
    pub async fn readiness(&self) -> Readiness {
        match store::schema_is_current(&self.0.pool).await {
            Ok(true) if !self.0.live.is_ready() => Readiness::Loading,
            Ok(true) => Readiness::Ready,
            Ok(false) => Readiness::OtherSchema,
            Err(_) => Readiness::Unreachable,
        }
    }
}
