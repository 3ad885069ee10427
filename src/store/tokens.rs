//! API tokens: their hashes, scopes and accounts.

use chrono::{DateTime, Utc};
use sqlx::PgPool;

use super::StoreError;

/// A token without its secret.
#[derive(Clone, Debug)]
pub struct TokenRow {
    pub token_id: i64,
    pub name: String,
    pub scopes: Vec<String>,
    /// `None`: all accounts.
    pub accounts: Option<Vec<i64>>,
    /// The view that a token with the scope `embed` is for.
    pub view: Option<String>,
    /// The person who made it for themselves, by the id on GitHub.
    pub person: Option<i64>,
    pub created_at: DateTime<Utc>,
    /// `None`: never.
    pub expires_at: Option<DateTime<Utc>>,
    pub revoked_at: Option<DateTime<Utc>>,
}

/// A token that is to be created.
#[derive(Clone, Copy, Debug)]
pub struct NewToken<'a> {
    pub name: &'a str,
    pub hash: &'a [u8],
    pub scopes: &'a [String],
    /// `None`: all accounts.
    pub accounts: Option<&'a [i64]>,
    /// The view that a token with the scope `embed` is for.
    pub view: Option<&'a str>,
    /// The person who makes it for themselves, by the id on GitHub.
    pub person: Option<i64>,
    /// How many days it is valid; `None`: for ever.
    pub days: Option<i32>,
}

/// Stores a new token and returns its id.
pub async fn create(pool: &PgPool, new: NewToken<'_>) -> Result<i64, StoreError> {
    let id = sqlx::query_scalar!(
        "INSERT INTO tokens (name, hash, scopes, accounts, expires_at, view, person)
         VALUES ($1, $2, $3, $4, now() + make_interval(days => $5::integer), $6, $7) RETURNING token_id",
        new.name,
        new.hash,
        new.scopes,
        new.accounts,
        new.days,
        new.view,
        new.person,
    )
    .fetch_one(pool)
    .await?;
    Ok(id)
}

/// All tokens by id, revoked ones included.
pub async fn list(pool: &PgPool) -> Result<Vec<TokenRow>, StoreError> {
    let rows = sqlx::query_as!(
        TokenRow,
        "SELECT token_id, name, scopes, accounts, view, person, created_at, expires_at, revoked_at FROM tokens ORDER BY token_id"
    )
    .fetch_all(pool)
    .await?;
    Ok(rows)
}

/// Revokes a token. Returns `false` if no valid token has that id.
pub async fn revoke(pool: &PgPool, token_id: i64) -> Result<bool, StoreError> {
    let done =
        sqlx::query!("UPDATE tokens SET revoked_at = now() WHERE token_id = $1 AND revoked_at IS NULL", token_id)
            .execute(pool)
            .await?;
    Ok(done.rows_affected() == 1)
}

/// Whether a token is valid.
pub async fn is_valid(pool: &PgPool, token_id: i64) -> Result<bool, StoreError> {
    let valid = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM tokens WHERE token_id = $1 AND revoked_at IS NULL
                              AND (expires_at IS NULL OR expires_at > now())) AS "valid!""#,
        token_id,
    )
    .fetch_one(pool)
    .await?;
    Ok(valid)
}

/// The valid token with this hash.
pub async fn find(pool: &PgPool, hash: &[u8]) -> Result<Option<TokenRow>, StoreError> {
    let row = sqlx::query_as!(
        TokenRow,
        r#"SELECT token_id, name, scopes, accounts, view, person, created_at, expires_at, revoked_at FROM tokens
           WHERE hash = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())"#,
        hash,
    )
    .fetch_optional(pool)
    .await?;
    Ok(row)
}
