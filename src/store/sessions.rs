//! Sessions: hashes of their cookies, whose they are, and people's tokens from GitHub, which are encrypted before they
//! come here.
//!
//! A session ends when it has not been used for 30 days, 180 days after it began, and when the same person or token has
//! begun [`MOST`] others since. All times are the database's.

use chrono::{DateTime, Days, Utc};
use sqlx::{PgConnection, PgExecutor, PgPool, Postgres, Transaction};

use super::{StoreError, head, pool};

/// How long a session lasts, however often it is used.
const LONGEST: Days = Days::new(180);

/// Sessions that a person or an API token has at most. When another begins, the oldest ends.
pub const MOST: i64 = 20;

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

/// A session of a person that has ended, with the token that GitHub still takes.
#[derive(Clone, Debug)]
pub struct EndedSession {
    pub hash: Vec<u8>,
    pub github_id: i64,
    /// Encrypted.
    pub access: Vec<u8>,
}

struct Columns {
    session_id: i64,
    hash: Vec<u8>,
    token_hash: Option<Vec<u8>>,
    github_id: Option<i64>,
    login: Option<String>,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    /// Whether its last use was written down over a minute ago.
    is_old: bool,
}

impl From<Columns> for SessionRow {
    fn from(columns: Columns) -> Self {
        let Columns { session_id, hash, token_hash, github_id, login, created_at, expires_at, .. } = columns;
        let holder = match (github_id, login) {
            (Some(github_id), Some(login)) => SessionHolder::Person { github_id, login },
            _ => SessionHolder::Token(token_hash.unwrap_or_default()),
        };
        Self { session_id, hash, holder, created_at, expires_at }
    }
}

/// Begins a session of a person. Returns those of their sessions that end thereby.
pub async fn begin(
    pool: &PgPool,
    hash: &[u8],
    (github_id, login): (i64, &str),
    tokens: &SealedTokens,
) -> Result<Vec<EndedSession>, StoreError> {
    let mut transaction = pool::begin(pool, "BEGIN").await?;
    sqlx::query!(
        "INSERT INTO sessions (hash, github_id, login, access_token, access_expires_at, refresh_token, refresh_expires_at,
           expires_at)
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
    .execute(&mut *transaction)
    .await?;
    let oldest = sqlx::query_scalar!(
        "SELECT session_id FROM sessions WHERE github_id = $1 ORDER BY session_id DESC OFFSET $2",
        github_id,
        MOST,
    )
    .fetch_all(&mut *transaction)
    .await?;
    // One whose tokens are being renewed ends the next time.
    let idle = sqlx::query_scalar!(
        "SELECT session_id FROM sessions WHERE session_id = ANY($1) FOR UPDATE SKIP LOCKED",
        &oldest,
    )
    .fetch_all(&mut *transaction)
    .await?;
    let ended = sqlx::query_as!(
        EndedSession,
        r#"DELETE FROM sessions WHERE session_id = ANY($1)
           RETURNING hash, github_id AS "github_id!", access_token AS "access!""#,
        &idle,
    )
    .fetch_all(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(ended)
}

/// Begins a session of an API token.
pub async fn begin_of_token(pool: &PgPool, hash: &[u8], token_hash: &[u8]) -> Result<(), StoreError> {
    let mut transaction = pool::begin(pool, "BEGIN").await?;
    sqlx::query!(
        "INSERT INTO sessions (hash, token_hash, expires_at) VALUES ($1, $2, now() + interval '30 days')",
        hash,
        token_hash,
    )
    .execute(&mut *transaction)
    .await?;
    sqlx::query!(
        "DELETE FROM sessions WHERE session_id IN (
           SELECT session_id FROM sessions WHERE token_hash = $1 ORDER BY session_id DESC OFFSET $2)",
        token_hash,
        MOST,
    )
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(())
}

/// The session whose cookie has this hash. It is used thereby, which is written down once a minute.
pub async fn find(pool: &PgPool, hash: &[u8]) -> Result<Option<SessionRow>, StoreError> {
    let found = sqlx::query_as!(
        Columns,
        r#"SELECT session_id, hash, token_hash, github_id, login, created_at, expires_at,
                  used_at < now() - interval '1 minute' AS "is_old!"
         FROM sessions WHERE hash = $1 AND expires_at > now()"#,
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
        r#"SELECT session_id, hash, token_hash, github_id, login, created_at, expires_at,
                  used_at < now() - interval '1 minute' AS "is_old!"
         FROM sessions WHERE github_id = $1 AND expires_at > now() ORDER BY session_id DESC LIMIT 1"#,
        github_id,
    )
    .fetch_optional(pool)
    .await?;
    if let Some(found) = &found {
        touch(pool, found).await?;
    }
    Ok(found.map(SessionRow::from))
}

/// Writes down that a session is used: each minute, and not while its tokens are renewed, for which nobody waits.
async fn touch(pool: &PgPool, found: &Columns) -> Result<(), StoreError> {
    if !found.is_old {
        return Ok(());
    }
    let mut transaction = pool::begin(pool, "BEGIN").await?;
    let idle = sqlx::query_scalar!(
        "SELECT session_id FROM sessions WHERE session_id = $1 AND used_at < now() - interval '1 minute'
         FOR NO KEY UPDATE SKIP LOCKED",
        found.session_id,
    );
    if idle.fetch_optional(&mut *transaction).await?.is_none() {
        return Ok(());
    }
    sqlx::query!(
        "UPDATE sessions SET used_at = now(), expires_at = LEAST(now() + interval '30 days', $2::timestamptz)
         WHERE session_id = $1",
        found.session_id,
        found.created_at.checked_add_days(LONGEST),
    )
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
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

/// Ends one session. Returns it if it was a person's.
pub async fn end(pool: &PgPool, hash: &[u8]) -> Result<Option<EndedSession>, StoreError> {
    let ended = sqlx::query!("DELETE FROM sessions WHERE hash = $1 RETURNING hash, github_id, access_token", hash)
        .fetch_optional(pool)
        .await?;
    let of_person = ended.and_then(|ended| Some((ended.hash, ended.github_id?, ended.access_token?)));
    Ok(of_person.map(|(hash, github_id, access)| EndedSession { hash, github_id, access }))
}

/// Ends all sessions of an API token.
pub async fn end_all_of_token(pool: &PgPool, token_hash: &[u8]) -> Result<(), StoreError> {
    sqlx::query!("DELETE FROM sessions WHERE token_hash = $1", token_hash).execute(pool).await?;
    Ok(())
}

/// Ends all sessions of a person, and revokes the tokens that they made for themselves, with the sessions of those. Returns
/// the person's own.
pub async fn end_all_of(pool: &PgPool, github_id: i64) -> Result<Vec<EndedSession>, StoreError> {
    let mut transaction = pool::begin(pool, "BEGIN").await?;
    let ended = end_all_within(&mut transaction, github_id).await?;
    transaction.commit().await?;
    Ok(ended)
}

/// The same, in a transaction of the caller's.
pub(super) async fn end_all_within(
    connection: &mut PgConnection,
    github_id: i64,
) -> Result<Vec<EndedSession>, StoreError> {
    let revoked = sqlx::query_scalar!(
        "UPDATE tokens SET revoked_at = now() WHERE person = $1 AND revoked_at IS NULL RETURNING hash",
        github_id,
    )
    .fetch_all(&mut *connection)
    .await?;
    let ended = sqlx::query!(
        "DELETE FROM sessions WHERE github_id = $1 OR token_hash = ANY($2) RETURNING hash, access_token",
        github_id,
        &revoked,
    )
    .fetch_all(connection)
    .await?;
    let of_person = ended.into_iter().filter_map(|ended| Some((ended.hash, ended.access_token?)));
    Ok(of_person.map(|(hash, access)| EndedSession { hash, github_id, access }).collect())
}

/// Keeps how somebody is called by now.
pub async fn rename(pool: &PgPool, session_id: i64, login: &str) -> Result<(), StoreError> {
    sqlx::query!("UPDATE sessions SET login = $2 WHERE session_id = $1 AND login <> $2", session_id, login)
        .execute(pool)
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

/// A session whose row is locked: nobody else renews its tokens meanwhile. Rows that refer to it can be written.
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
           FROM sessions WHERE session_id = $1 AND expires_at > now() AND access_token IS NOT NULL
           FOR NO KEY UPDATE"#,
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
