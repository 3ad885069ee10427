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
        let ended = sqlx::query_scalar!(
            "SELECT session_id FROM sights WHERE account_id = $1 AND ($2 OR github_id = ANY($3))
             ORDER BY session_id FOR UPDATE",
            account_id,
            everybody,
            &people,
        )
        .fetch_all(&mut *connection)
        .await?;
        sqlx::query!(
            "UPDATE sights SET private = '{}', triages = false, told_at = NULL, due_at = NULL, version = version + 1
             WHERE account_id = $1 AND session_id = ANY($2)",
            account_id,
            &ended,
        )
        .execute(&mut *connection)
        .await?;
    }
    for revoked in ended {
        if let SightEnd::Revoked(github_id) = revoked {
            super::sessions::end_all_within(&mut *connection, *github_id).await?;
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

/// What accounts are called, in their order. They are few.
pub async fn logins(pool: &PgPool, account_ids: &[i64]) -> Result<Vec<String>, StoreError> {
    let mut logins = vec![];
    for account_id in account_ids {
        let login = sqlx::query_scalar!(
            r#"SELECT login AS "login!" FROM current_profiles WHERE account_id = $1 AND login IS NOT NULL"#,
            account_id,
        );
        logins.extend(login.fetch_optional(pool).await?);
    }
    Ok(logins)
}

/// The private repositories that GitHub listed to a session's person in accounts, as far as they are still there.
pub async fn private(pool: &PgPool, session_id: i64, account_ids: &[i64]) -> Result<Vec<i64>, StoreError> {
    let listed = sqlx::query!(
        "SELECT account_id, private FROM sights WHERE session_id = $1 AND account_id = ANY($2) AND private <> '{}'",
        session_id,
        account_ids,
    )
    .fetch_all(pool)
    .await?;
    let mut private = vec![];
    for listed in listed {
        let there = sqlx::query_scalar!(
            r#"SELECT repo_id AS "repo_id!" FROM visible_repositories
               WHERE account_id = $1 AND private AND repo_id = ANY($2)"#,
            listed.account_id,
            &listed.private,
        );
        private.extend(there.fetch_all(pool).await?);
    }
    Ok(private)
}

/// Takes the turn to ask GitHub for a session until a time; `false` if somebody else has it.
pub async fn begin_asking(
    pool: &PgPool,
    (session_id, github_id): (i64, i64),
    (now, until): (DateTime<Utc>, DateTime<Utc>),
) -> Result<bool, StoreError> {
    let first = sqlx::query!(
        "INSERT INTO sights (account_id, session_id, github_id, asking_until)
         SELECT 0, session_id, $2, $3 FROM sessions WHERE session_id = $1 ON CONFLICT DO NOTHING",
        session_id,
        github_id,
        until,
    )
    .execute(pool)
    .await?;
    if first.rows_affected() > 0 {
        return Ok(true);
    }
    let taken = sqlx::query!(
        "UPDATE sights SET asking_until = $3
         WHERE account_id = 0 AND session_id = $1 AND (asking_until IS NULL OR asking_until <= $2)
           -- Somebody else may have asked since it was found to be due.
           AND (due_at IS NULL OR due_at <= $2 OR EXISTS (SELECT FROM sights other
             WHERE other.session_id = $1 AND other.account_id <> 0 AND (other.due_at IS NULL OR other.due_at <= $2)))",
        session_id,
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
    let mut transaction = super::pool::begin(pool, "BEGIN").await?;
    let late = sqlx::query_scalar!(
        "SELECT account_id FROM sights WHERE session_id = $1 AND (due_at IS NULL OR due_at < $2 OR account_id = 0)
         ORDER BY account_id FOR UPDATE",
        session_id,
        due_at,
    )
    .fetch_all(&mut *transaction)
    .await?;
    sqlx::query!(
        "UPDATE sights SET due_at = $2, asking_until = NULL WHERE session_id = $1 AND account_id = ANY($3)",
        session_id,
        due_at,
        &late,
    )
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
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
    let mut in_order = account_ids.to_vec();
    in_order.sort_unstable();
    in_order.dedup();
    let mut kept = vec![];
    for account_id in in_order {
        let here = sqlx::query_scalar!(
            r#"SELECT EXISTS (SELECT FROM visible_repositories r WHERE r.account_id = $1 AND r.private) AS "has_private!"
               FROM accounts WHERE account_id = $1"#,
            account_id,
        )
        .fetch_optional(&mut *transaction)
        .await?;
        let Some(has_private) = here else { continue };
        let row = sqlx::query!(
            r#"INSERT INTO sights (account_id, session_id, github_id)
               SELECT $1::bigint, session_id, $3 FROM sessions WHERE session_id = $2
               ON CONFLICT (account_id, session_id) DO UPDATE SET github_id = EXCLUDED.github_id
               RETURNING version, told_at"#,
            account_id,
            session_id,
            github_id,
        )
        .fetch_optional(&mut *transaction)
        .await?;
        kept.extend(row.map(|row| ListedAccount {
            account_id,
            version: row.version,
            has_private,
            was_taken: row.told_at.is_none() && row.version > 1,
        }));
    }
    transaction.commit().await?;
    Ok(kept)
}

/// What GitHub told of one account.
#[derive(Clone, Debug, Default)]
pub struct SightReport {
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
    told: &SightReport,
    (told_at, due_at): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Option<i64>, StoreError> {
    let kept = sqlx::query!(
        "UPDATE sights SET private = $4, triages = $5, saml = $6, told_at = $7, due_at = $8, version = version + 1
         WHERE account_id = $1 AND session_id = $2 AND version = $3",
        account_id,
        session_id,
        version,
        &told.private,
        told.triages,
        told.saml,
        told_at,
        due_at,
    )
    .execute(pool)
    .await?;
    if kept.rows_affected() > 0 {
        return Ok(None);
    }
    let now = sqlx::query_scalar!(
        "SELECT version FROM sights WHERE account_id = $1 AND session_id = $2",
        account_id,
        session_id,
    )
    .fetch_optional(pool)
    .await?;
    Ok(now)
}
