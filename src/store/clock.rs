//! The database's clock: everything that is kept, deleted or closed by age goes by it.

use chrono::{DateTime, Utc};
use sqlx::PgPool;

use super::StoreError;

/// The database's time.
pub async fn now(pool: &PgPool) -> Result<DateTime<Utc>, StoreError> {
    Ok(sqlx::query_scalar!(r#"SELECT clock_timestamp() AS "now!""#).fetch_one(pool).await?)
}
