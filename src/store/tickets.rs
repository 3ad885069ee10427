//! Tickets, which open a stream in the place of a token: their hashes, and whose they are.

use chrono::{DateTime, Utc};
use sqlx::PgPool;

use super::StoreError;

/// Whose ticket it is to be.
#[derive(Clone, Copy, Debug)]
pub enum Holder<'a> {
    /// A stored token's, by its id.
    Stored(i64),
    /// A token's that is not stored, or a session's, by its hash.
    Hash(&'a [u8]),
}

/// Stores a ticket of an account, which expires after a minute. Answers when, or `None` if there is no such token.
/// Deletes those that have expired.
pub async fn create(
    pool: &PgPool,
    account_id: i64,
    hash: &[u8],
    holder: Holder<'_>,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    sqlx::query!("DELETE FROM stream_tickets WHERE account_id = $1 AND expires_at <= now()", account_id)
        .execute(pool)
        .await?;
    let stored = match holder {
        Holder::Stored(token_id) => {
            sqlx::query_scalar!("SELECT hash FROM tokens WHERE token_id = $1", token_id).fetch_optional(pool).await?
        }
        Holder::Hash(hash) => Some(hash.to_vec()),
    };
    let Some(token_hash) = stored else { return Ok(None) };
    let expires_at = sqlx::query_scalar!(
        "INSERT INTO stream_tickets (account_id, hash, token_hash, expires_at)
         VALUES ($1, $2, $3, now() + interval '1 minute') RETURNING expires_at",
        account_id,
        hash,
        token_hash,
    )
    .fetch_one(pool)
    .await?;
    Ok(Some(expires_at))
}

/// The hash of the token or session whose valid ticket has this hash.
pub async fn holder(pool: &PgPool, account_id: i64, hash: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
    let holder = sqlx::query_scalar!(
        "SELECT token_hash FROM stream_tickets WHERE account_id = $1 AND hash = $2 AND expires_at > now()",
        account_id,
        hash,
    )
    .fetch_optional(pool)
    .await?;
    Ok(holder)
}
