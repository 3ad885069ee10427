//! Sessions: hashes of their cookies, whose they are, and people's tokens from GitHub, which are encrypted before they
//! come here.
//!
//! A session ends when it has not been used for 30 days, and 180 days after it began. All times are the database's.

use chrono::{DateTime, Days, Utc};
use sqlx::{PgConnection, PgExecutor, PgPool, Postgres, Transaction};

use super::{StoreError, head, pool};

/// How long a session lasts, however often it is used.
const LONGEST: Days = Days::new(180);

/// A session.
#[derive(Clone, Debug)]
pub struct SessionRow {
    pub session_id: i64,
    /// SHA-256 of the cookie.
    pub hash: Vec<u8>,
    pub holder: SessionHolder,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// Whose session it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionHolder {
    /// An API token's, by its hash.
    Token(Vec<u8>),
    Person {
        github_id: i64,
        login: String,
    },
}

/// A person's tokens from GitHub, encrypted, and after how many seconds they expire.
#[derive(Clone, Debug)]
pub struct SealedTokens {
    pub access: Vec<u8>,
    /// `None`: it does not expire.
    pub access_seconds: Option<f64>,
    pub refresh: Option<Vec<u8>>,
    pub refresh_seconds: Option<f64>,
}

/// A person's tokens from GitHub as they are kept.
#[derive(Clone, Debug)]
pub struct KeptTokens {
    pub access: Vec<u8>,
    /// Whether the access token expires within 5 minutes, or has.
    pub is_old: bool,
    /// `None`: there is none, or it has expired.
    pub refresh: Option<Vec<u8>>,
}

struct Columns {
    session_id: i64,
    hash: Vec<u8>,
    token_hash: Option<Vec<u8>>,
    github_id: Option<i64>,
    login: Option<String>,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

impl From<Columns> for SessionRow {
    fn from(columns: Columns) -> Self {
        let Columns { session_id, hash, token_hash, github_id, login, created_at, expires_at } = columns;
        let holder = match (github_id, login) {
            (Some(github_id), Some(login)) => SessionHolder::Person { github_id, login },
            _ => SessionHolder::Token(token_hash.unwrap_or_default()),
        };
        Self { session_id, hash, holder, created_at, expires_at }
    }
}

/// Begins a session of a person.
pub async fn begin(
    pool: &PgPool,
    hash: &[u8],
    (github_id, login): (i64, &str),
    tokens: &SealedTokens,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO sessions (hash, github_id, login, access_token, access_expires_at, refresh_token,
             refresh_expires_at, expires_at)
         VALUES ($1, $2, $3, $4, now() + make_interval(secs => $5), $6, now() + make_interval(secs => $7),
             now() + interval '30 days')",
        hash,
        github_id,
        login,
        tokens.access,
        tokens.access_seconds,
        tokens.refresh,
        tokens.refresh_seconds,
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// Begins a session of an API token.
pub async fn begin_of_token(pool: &PgPool, hash: &[u8], token_hash: &[u8]) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO sessions (hash, token_hash, expires_at) VALUES ($1, $2, now() + interval '30 days')",
        hash,
        token_hash,
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// The session whose cookie has this hash. It is used thereby, which is written down once a minute.
pub async fn find(pool: &PgPool, hash: &[u8]) -> Result<Option<SessionRow>, StoreError> {
    let found = sqlx::query_as!(
        Columns,
        "SELECT session_id, hash, token_hash, github_id, login, created_at, expires_at FROM sessions
         WHERE hash = $1 AND expires_at > now()",
        hash,
    )
    .fetch_optional(pool)
    .await?;
    if let Some(found) = &found {
        touch(pool, found).await?;
    }
    Ok(found.map(SessionRow::from))
}

/// The session that a person began last.
pub async fn latest_of(pool: &PgPool, github_id: i64) -> Result<Option<SessionRow>, StoreError> {
    let found = sqlx::query_as!(
        Columns,
        "SELECT session_id, hash, token_hash, github_id, login, created_at, expires_at FROM sessions
         WHERE github_id = $1 AND expires_at > now() ORDER BY session_id DESC LIMIT 1",
        github_id,
    )
    .fetch_optional(pool)
    .await?;
    if let Some(found) = &found {
        touch(pool, found).await?;
    }
    Ok(found.map(SessionRow::from))
}

async fn touch(pool: &PgPool, found: &Columns) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE sessions SET used_at = now(), expires_at = LEAST(now() + interval '30 days', $2::timestamptz)
         WHERE session_id = $1 AND used_at < now() - interval '1 minute'",
        found.session_id,
        found.created_at.checked_add_days(LONGEST),
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// The hash of a session's cookie; `None` if it has ended.
pub async fn hash(pool: &PgPool, session_id: i64) -> Result<Option<Vec<u8>>, StoreError> {
    let hash =
        sqlx::query_scalar!("SELECT hash FROM sessions WHERE session_id = $1 AND expires_at > now()", session_id)
            .fetch_optional(pool)
            .await?;
    Ok(hash)
}

/// Whether a session is still there.
pub async fn is_in_force(pool: &PgPool, session_id: i64) -> Result<bool, StoreError> {
    let there = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM sessions WHERE session_id = $1 AND expires_at > now()) AS "there!""#,
        session_id,
    )
    .fetch_one(pool)
    .await?;
    Ok(there)
}

/// Whether a person has a session.
pub async fn has_any(pool: &PgPool, github_id: i64) -> Result<bool, StoreError> {
    let there = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM sessions WHERE github_id = $1 AND expires_at > now()) AS "there!""#,
        github_id,
    )
    .fetch_one(pool)
    .await?;
    Ok(there)
}

/// Ends one session.
pub async fn end(pool: &PgPool, hash: &[u8]) -> Result<(), StoreError> {
    sqlx::query!("DELETE FROM sessions WHERE hash = $1", hash).execute(pool).await?;
    Ok(())
}

/// Ends all sessions of an API token.
pub async fn end_all_of_token(pool: &PgPool, token_hash: &[u8]) -> Result<(), StoreError> {
    sqlx::query!("DELETE FROM sessions WHERE token_hash = $1", token_hash).execute(pool).await?;
    Ok(())
}

/// Ends all sessions of a person, and revokes the tokens that they made for themselves, with the sessions of those.
pub async fn end_all_of(pool: &PgPool, github_id: i64) -> Result<(), StoreError> {
    let mut transaction = pool::begin(pool, "BEGIN").await?;
    end_all_within(&mut transaction, github_id).await?;
    transaction.commit().await?;
    Ok(())
}

/// The same, in a transaction of the caller's.
pub(super) async fn end_all_within(connection: &mut PgConnection, github_id: i64) -> Result<(), StoreError> {
    let revoked = sqlx::query_scalar!(
        "UPDATE tokens SET revoked_at = now() WHERE person = $1 AND revoked_at IS NULL RETURNING hash",
        github_id,
    )
    .fetch_all(&mut *connection)
    .await?;
    sqlx::query!("DELETE FROM sessions WHERE github_id = $1 OR token_hash = ANY($2)", github_id, &revoked)
        .execute(connection)
        .await?;
    Ok(())
}

/// Deletes the sessions that have expired.
pub async fn prune(executor: impl PgExecutor<'_>) -> Result<u64, StoreError> {
    let done = sqlx::query!("DELETE FROM sessions WHERE expires_at <= now()").execute(executor).await?;
    Ok(done.rows_affected())
}

/// The tokens of a person's session; `None` if it has ended.
pub async fn tokens(pool: &PgPool, session_id: i64) -> Result<Option<KeptTokens>, StoreError> {
    let kept = sqlx::query_as!(
        KeptTokens,
        r#"SELECT access_token AS "access!", COALESCE(access_expires_at <= now() + interval '5 minutes', false) AS "is_old!",
               CASE WHEN refresh_expires_at IS NULL OR refresh_expires_at > now() THEN refresh_token END AS refresh
           FROM sessions WHERE session_id = $1 AND expires_at > now() AND access_token IS NOT NULL"#,
        session_id,
    )
    .fetch_optional(pool)
    .await?;
    Ok(kept)
}

/// A session whose row is locked: nobody else renews its tokens meanwhile.
pub struct LockedSession {
    transaction: Transaction<'static, Postgres>,
    session_id: i64,
    pub tokens: KeptTokens,
}

/// Locks a person's session; `None` if it has ended.
pub async fn lock(pool: &PgPool, session_id: i64) -> Result<Option<LockedSession>, StoreError> {
    let mut transaction = head::begin(pool).await?;
    let kept = sqlx::query_as!(
        KeptTokens,
        r#"SELECT access_token AS "access!", COALESCE(access_expires_at <= now() + interval '5 minutes', false) AS "is_old!",
               CASE WHEN refresh_expires_at IS NULL OR refresh_expires_at > now() THEN refresh_token END AS refresh
           FROM sessions WHERE session_id = $1 AND expires_at > now() AND access_token IS NOT NULL FOR UPDATE"#,
        session_id,
    )
    .fetch_optional(&mut *transaction)
    .await?;
    Ok(kept.map(|tokens| LockedSession { transaction, session_id, tokens }))
}

impl LockedSession {
    /// Keeps new tokens in place of the old ones.
    pub async fn renew(mut self, tokens: &SealedTokens) -> Result<(), StoreError> {
        sqlx::query!(
            "UPDATE sessions SET access_token = $2, access_expires_at = statement_timestamp() + make_interval(secs => $3),
                 refresh_token = $4, refresh_expires_at = statement_timestamp() + make_interval(secs => $5)
             WHERE session_id = $1",
            self.session_id,
            tokens.access,
            tokens.access_seconds,
            tokens.refresh,
            tokens.refresh_seconds,
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(self.transaction.commit().await?)
    }

    /// Ends the session.
    pub async fn end(mut self) -> Result<(), StoreError> {
        sqlx::query!("DELETE FROM sessions WHERE session_id = $1", self.session_id)
            .execute(&mut *self.transaction)
            .await?;
        Ok(self.transaction.commit().await?)
    }
}
