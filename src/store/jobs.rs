//! Jobs: the questions to ask GitHub, one row each.
//!
//! A worker takes a job by a lease (`lease`), asks for one page, and stores it; what belongs to the job's progress is
//! written in one transaction with its new cursor. If the worker dies, the job is as it was before the page, and free
//! for the next worker once the lease ends. Only the page in flight is repeated. A worker whose lease ended meanwhile
//! changes nothing. The job's row is locked for moments only, so nobody who asks for the same job again has to wait,
//! not even in the middle of another job.

mod kind;
mod taken;

use chrono::{DateTime, Duration, Utc};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

pub use self::kind::JobKind;
pub use self::taken::{PageOutcome, TakenJob, take};
use super::items::array_of_ids;
use super::{StoreError, pool};
use crate::activity::Sight;

/// A job's key and its progress.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    pub account_id: i64,
    pub kind: JobKind,
    /// 0 for a job that is not about one repository.
    pub repo_id: i64,
    /// When the first page was asked for, by the database's clock.
    pub started_at: DateTime<Utc>,
    /// Where the next page begins; `None` for the first.
    pub cursor: Option<String>,
    /// The items (for `Repositories`: the repositories) that the job is about or has seen so far.
    pub numbers: Option<Vec<i64>>,
    /// Number of failures in a row.
    pub failures: i32,
    /// Number of times that it began anew.
    pub begun_anew: i32,
    /// The id of the row. A job that was forgotten and made again has another one.
    id: Uuid,
    /// How often the job had been asked for when it was taken.
    asked: i64,
}

/// A job to add.
#[derive(Clone, Debug)]
pub struct NewJob {
    pub account_id: i64,
    pub kind: JobKind,
    pub repo_id: i64,
    /// Time until the job is due.
    pub after: Duration,
    pub numbers: Option<Vec<i64>>,
}

impl NewJob {
    /// A job that is due at once.
    pub fn now(account_id: i64, kind: JobKind, repo_id: i64) -> Self {
        Self { account_id, kind, repo_id, after: Duration::zero(), numbers: None }
    }
}

/// Adds jobs. If a job exists already, it becomes due no later than before, and the new numbers are
/// added to its own.
pub async fn add(pool: &PgPool, jobs: &[NewJob]) -> Result<(), StoreError> {
    let mut transaction = pool::begin(pool, "BEGIN").await?;
    add_within(&mut transaction, jobs).await?;
    transaction.commit().await?;
    Ok(())
}

/// The same, in a transaction of the caller's.
pub(super) async fn add_within(connection: &mut PgConnection, jobs: &[NewJob]) -> Result<(), StoreError> {
    let accounts: Vec<i64> = jobs.iter().map(|job| job.account_id).collect();
    let kinds: Vec<&str> = jobs.iter().map(|job| job.kind.name()).collect();
    let repos: Vec<i64> = jobs.iter().map(|job| job.repo_id).collect();
    let priorities: Vec<i16> = jobs.iter().map(|job| job.kind.priority()).collect();
    let after: Vec<f64> = jobs.iter().map(|job| job.after.num_milliseconds() as f64).collect();
    let numbers: Vec<Option<String>> = jobs.iter().map(|job| job.numbers.as_deref().map(array_of_ids)).collect();
    // Versions before the leases lock rows of job_locks.
    sqlx::query!(
        "INSERT INTO job_locks (account_id, kind, repo_id)
         SELECT * FROM UNNEST($1::bigint[], $2::text[], $3::bigint[]) ON CONFLICT DO NOTHING",
        &accounts,
        kinds as _,
        &repos,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        r#"INSERT INTO jobs (account_id, kind, repo_id, priority, due_at, numbers)
           SELECT account_id, kind, repo_id, priority, clock_timestamp() + after * interval '1 millisecond',
                  numbers::bigint[]
           FROM UNNEST($1::bigint[], $2::text[], $3::bigint[], $4::smallint[], $5::float8[], $6::text[])
             AS new (account_id, kind, repo_id, priority, after, numbers)
           ON CONFLICT (account_id, kind, repo_id) DO UPDATE SET
             due_at = LEAST(jobs.due_at, EXCLUDED.due_at),
             asked = jobs.asked + 1,
             numbers = CASE WHEN jobs.cursor IS NULL AND jobs.numbers IS DISTINCT FROM EXCLUDED.numbers
                            THEN ARRAY(SELECT DISTINCT n FROM UNNEST(jobs.numbers || EXCLUDED.numbers) AS n ORDER BY n)
                            ELSE jobs.numbers END"#,
        &accounts,
        kinds as _,
        &repos,
        &priorities,
        &after,
        numbers as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Whether an account has a job of this kind that is not about one repository.
pub async fn exists(pool: &PgPool, account_id: i64, kind: JobKind) -> Result<bool, StoreError> {
    let exists = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM jobs WHERE account_id = $1 AND kind = $2 AND repo_id = 0) AS "there!""#,
        account_id,
        kind.name(),
    )
    .fetch_one(pool)
    .await?;
    Ok(exists)
}

/// Deletes every job of an account, and the differences that its listings were to explain. It locks in
/// this order, like everybody who ends a page.
pub async fn forget(connection: &mut PgConnection, account_id: i64) -> Result<(), StoreError> {
    sqlx::query!("DELETE FROM jobs WHERE account_id = $1 AND kind <> 'purge'", account_id)
        .execute(&mut *connection)
        .await?;
    sqlx::query!("UPDATE sync SET differs = NULL WHERE account_id = $1 AND differs IS NOT NULL", account_id)
        .execute(connection)
        .await?;
    Ok(())
}

/// A job as it is shown to people.
#[derive(Clone, Debug)]
pub struct ShownJob {
    pub kind: String,
    pub repo_id: i64,
    pub due_at: DateTime<Utc>,
    pub failures: i32,
    pub error: Option<String>,
}

/// The jobs of an account, with the failed ones first. A reader who does not see all repositories gets those about
/// the ones that they see: of another job even the failure may tell of something hidden.
pub async fn list(pool: &PgPool, account_id: i64, sight: &Sight, limit: i64) -> Result<Vec<ShownJob>, StoreError> {
    let jobs = sqlx::query_as!(
        ShownJob,
        "SELECT kind, repo_id, due_at, failures, error FROM jobs j WHERE account_id = $1
           AND ($3 OR EXISTS (SELECT FROM visible_repositories r WHERE r.account_id = $1 AND r.repo_id = j.repo_id
             AND (NOT r.private OR r.repo_id = ANY($4))))
         ORDER BY failures DESC, priority, due_at LIMIT $2",
        account_id,
        limit,
        sight.is_all(),
        sight.private() as _,
    )
    .fetch_all(pool)
    .await?;
    Ok(jobs)
}
