//! Requests that their senders may repeat: each is done once.
//!
//! They are known by the header `Idempotency-Key`, of one token and account, for as long as
//! [`forget`] lets them.

use sqlx::{PgConnection, PgPool};

use super::turn::RepeatableRequest;
use crate::store::StoreError;

/// The position that a request made, if it was done before.
///
/// # Errors
/// [`StoreError::KeyReused`] if its key was used for another request.
pub(super) async fn done_before(
    connection: &mut PgConnection,
    account_id: i64,
    request: &RepeatableRequest,
) -> Result<Option<i64>, StoreError> {
    let known = sqlx::query!(
        "SELECT content, position FROM requests WHERE account_id = $1 AND token_id = $2 AND key = $3",
        account_id,
        request.token_id,
        request.key,
    )
    .fetch_optional(connection)
    .await?;
    match known {
        Some(known) if known.content != request.content => Err(StoreError::KeyReused),
        known => Ok(known.map(|known| known.position)),
    }
}

/// Records that a request was done, and the position that it made.
pub(super) async fn record(
    connection: &mut PgConnection,
    account_id: i64,
    request: &RepeatableRequest,
    position: i64,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO requests (account_id, token_id, key, content, position) VALUES ($1, $2, $3, $4, $5)",
        account_id,
        request.token_id,
        request.key,
        request.content,
        position,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Forgets the requests of an account that were done more than a week ago.
pub async fn forget(pool: &PgPool, account_id: i64) -> Result<(), StoreError> {
    sqlx::query!("DELETE FROM requests WHERE account_id = $1 AND done_at < now() - interval '7 days'", account_id)
        .execute(pool)
        .await?;
    Ok(())
}
