//! What people may see, as GitHub told it: the private repositories that it lists to them, by session and account.
//!
//! Deliveries take it away in the transaction that makes them durable. Rows are locked by account, then by session. All
//! times are the caller's, except that what was taken away is due at once.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};

use super::StoreError;
use crate::activity::SightEnd;

/// The account of the row that stands for a session as a whole.
const WHOLE: i64 = 0;

/// Takes sight away, in the transaction that holds the account's head.
pub(super) async fn end(connection: &mut PgConnection, account_id: i64, ended: &[SightEnd]) -> Result<(), StoreError> {
    if ended.is_empty() {
        return Ok(());
    }
    let everybody = ended.contains(&SightEnd::Everybody);
    let of = |ended: &SightEnd| match ended {
        SightEnd::Person(github_id) => Some(*github_id),
        SightEnd::Everybody | SightEnd::Revoked(_) => None,
    };
    let people: Vec<i64> = ended.iter().filter_map(of).collect();
    if everybody || !people.is_empty() {
        sqlx::query!(
            "WITH ended AS (
               SELECT session_id FROM sights WHERE account_id = $1 AND ($2 OR github_id = ANY($3))
               ORDER BY session_id FOR UPDATE)
             UPDATE sights SET private = '{}', triages = false, told_at = NULL, due_at = NULL, version = version + 1
             WHERE account_id = $1 AND session_id IN (SELECT session_id FROM ended)",
            account_id,
            everybody,
            &people,
        )
        .execute(&mut *connection)
        .await?;
    }
    for revoked in ended {
        if let SightEnd::Revoked(github_id) = revoked {
            super::sessions::end_all_of(&mut *connection, *github_id).await?;
        }
    }
    Ok(())
}

/// What a session's person may see of one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountSight {
    pub account_id: i64,
    pub triages: bool,
    /// Whether GitHub wants them to sign in by SAML first.
    pub saml: bool,
    /// `None`: something was taken away since, or GitHub has not told it yet.
    pub told_at: Option<DateTime<Utc>>,
    /// `None`: at once.
    pub due_at: Option<DateTime<Utc>>,
    pub version: i64,
}

/// What is known of a session.
#[derive(Clone, Debug, Default)]
pub struct SessionSight {
    /// When GitHub last listed the installations; `None`: never.
    pub told_at: Option<DateTime<Utc>>,
    /// When it is to be asked again; `None`: at once.
    pub due_at: Option<DateTime<Utc>>,
    /// Accounts whose installation it listed.
    pub accounts: Vec<AccountSight>,
}

impl SessionSight {
    /// Whether GitHub has told all of it, and nothing was taken away since.
    pub fn is_whole(&self) -> bool {
        self.told_at.is_some() && self.accounts.iter().all(|account| account.told_at.is_some())
    }
}

/// What is known of a session, but for the repositories.
pub async fn of_session(pool: &PgPool, session_id: i64) -> Result<SessionSight, StoreError> {
    let mut rows = sqlx::query_as!(
        AccountSight,
        "SELECT account_id, triages, saml, told_at, due_at, version FROM sights WHERE session_id = $1 ORDER BY account_id",
        session_id,
    )
    .fetch_all(pool)
    .await?;
    if rows.first().is_none_or(|row| row.account_id != WHOLE) {
        return Ok(SessionSight::default());
    }
    let whole = rows.remove(0);
    // What is due at once comes first.
    let due_at = rows.iter().map(|row| row.due_at).chain([whole.due_at]).min().flatten();
    Ok(SessionSight { told_at: whole.told_at, due_at, accounts: rows })
}

/// What accounts are called.
pub async fn logins(pool: &PgPool, account_ids: &[i64]) -> Result<Vec<String>, StoreError> {
    let logins = sqlx::query_scalar!(
        r#"SELECT login AS "login!" FROM current_profiles WHERE account_id = ANY($1) AND login IS NOT NULL
           ORDER BY account_id"#,
        account_ids,
    )
    .fetch_all(pool)
    .await?;
    Ok(logins)
}

/// The private repositories that GitHub listed to a session's person in accounts, as far as they are still there.
pub async fn private(pool: &PgPool, session_id: i64, account_ids: &[i64]) -> Result<Vec<i64>, StoreError> {
    let private = sqlx::query_scalar!(
        r#"SELECT r.repo_id AS "repo_id!" FROM sights s
           CROSS JOIN LATERAL (SELECT repo_id FROM visible_repositories r
             WHERE r.account_id = s.account_id AND r.private AND r.repo_id = ANY(s.private) OFFSET 0) AS r
           WHERE s.session_id = $1 AND s.account_id = ANY($2)"#,
        session_id,
        account_ids,
    )
    .fetch_all(pool)
    .await?;
    Ok(private)
}

/// Takes the turn to ask GitHub for a session until a time; `false` if somebody else has it.
pub async fn begin_asking(
    pool: &PgPool,
    (session_id, github_id): (i64, i64),
    (now, until): (DateTime<Utc>, DateTime<Utc>),
) -> Result<bool, StoreError> {
    let taken = sqlx::query!(
        "INSERT INTO sights (account_id, session_id, github_id, asking_until)
         SELECT 0, session_id, $2, $4 FROM sessions WHERE session_id = $1
         ON CONFLICT (account_id, session_id) DO UPDATE SET asking_until = $4
           WHERE (sights.asking_until IS NULL OR sights.asking_until <= $3)
             -- Somebody else may have asked since it was found to be due.
             AND (sights.due_at IS NULL OR sights.due_at <= $3 OR EXISTS (SELECT FROM sights other
               WHERE other.session_id = $1 AND other.account_id <> 0 AND (other.due_at IS NULL OR other.due_at <= $3)))",
        session_id,
        github_id,
        now,
        until,
    )
    .execute(pool)
    .await?;
    Ok(taken.rows_affected() > 0)
}

/// Gives the turn back, after GitHub told everything.
pub async fn end_asking(
    pool: &PgPool,
    session_id: i64,
    told_at: DateTime<Utc>,
    due_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE sights SET told_at = $2, due_at = $3, asking_until = NULL WHERE account_id = 0 AND session_id = $1",
        session_id,
        told_at,
        due_at,
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// Gives the turn back, since GitHub could not be asked. It is not asked again before `due_at`, unless more is taken away.
pub async fn give_up_asking(pool: &PgPool, session_id: i64, due_at: DateTime<Utc>) -> Result<(), StoreError> {
    sqlx::query!(
        "WITH late AS (
           SELECT account_id FROM sights WHERE session_id = $1 AND (due_at IS NULL OR due_at < $2 OR account_id = 0)
           ORDER BY account_id FOR UPDATE)
         UPDATE sights SET due_at = $2, asking_until = NULL
         WHERE session_id = $1 AND account_id IN (SELECT account_id FROM late)",
        session_id,
        due_at,
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// An account whose installation GitHub lists to a person, before it is asked for its repositories.
#[derive(Clone, Copy, Debug)]
pub struct ListedAccount {
    pub account_id: i64,
    pub version: i64,
    /// Whether a private repository of it is known here.
    pub has_private: bool,
    /// Whether something was taken away since GitHub told it last.
    pub was_taken: bool,
}

/// Keeps these accounts of a session, and forgets all others. Accounts that are not here are left out.
pub async fn keep_accounts(
    pool: &PgPool,
    (session_id, github_id): (i64, i64),
    account_ids: &[i64],
) -> Result<Vec<ListedAccount>, StoreError> {
    let mut transaction = super::pool::begin(pool, "BEGIN").await?;
    sqlx::query!(
        "DELETE FROM sights WHERE session_id = $1 AND account_id <> 0 AND account_id <> ALL($2)",
        session_id,
        account_ids,
    )
    .execute(&mut *transaction)
    .await?;
    let kept = sqlx::query_as!(
        ListedAccount,
        r#"WITH kept AS (
             INSERT INTO sights (account_id, session_id, github_id)
             SELECT a.account_id, s.session_id, $2 FROM sessions s, accounts a
             WHERE s.session_id = $1 AND a.account_id = ANY($3) ORDER BY a.account_id
             ON CONFLICT (account_id, session_id) DO UPDATE SET github_id = $2
             RETURNING account_id, version, told_at)
           SELECT kept.account_id AS "account_id!", kept.version AS "version!", kept.told_at IS NULL AND kept.version > 1 AS "was_taken!",
                  EXISTS (SELECT FROM visible_repositories r WHERE r.account_id = kept.account_id AND r.private)
                    AS "has_private!"
           FROM kept ORDER BY kept.account_id"#,
        session_id,
        github_id,
        account_ids,
    )
    .fetch_all(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(kept)
}

/// What GitHub told of one account.
#[derive(Clone, Debug, Default)]
pub struct Told {
    pub private: Vec<i64>,
    pub triages: bool,
    pub saml: bool,
}

/// Keeps what GitHub told of an account, unless something was taken away since it was asked. Answers the row's version if
/// so: it is to be asked again.
pub async fn keep(
    pool: &PgPool,
    session_id: i64,
    (account_id, version): (i64, i64),
    told: &Told,
    (told_at, due_at): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Option<i64>, StoreError> {
    let now = sqlx::query_scalar!(
        r#"WITH kept AS (
             UPDATE sights SET private = $4, triages = $5, saml = $6, told_at = $7, due_at = $8, version = version + 1
             WHERE account_id = $1 AND session_id = $2 AND version = $3 RETURNING 1)
           SELECT version AS "version!" FROM sights
           WHERE account_id = $1 AND session_id = $2 AND NOT EXISTS (SELECT FROM kept)"#,
        account_id,
        session_id,
        version,
        &told.private,
        told.triages,
        told.saml,
        told_at,
        due_at,
    )
    .fetch_optional(pool)
    .await?;
    Ok(now)
}
