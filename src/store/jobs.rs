//! Jobs: the questions to ask GitHub, one row each.
//!
//! A worker locks a row beside the job's own, in a transaction that lasts while it asks for one page
//! and stores it, and that also moves the cursor. If the worker dies, the job is as it was before the
//! page, and free at once for the next worker. Nothing expires, and only the page in flight is
//! repeated. The job's own row is locked for moments only. So nobody who asks for the same job again
//! has to wait, not even in the middle of another job.

mod kind;

use chrono::{DateTime, Duration, Utc};
use sqlx::{PgConnection, PgExecutor, PgPool, Postgres, Transaction};
use uuid::Uuid;

pub use self::kind::JobKind;
use super::items::array_of_ids;
use super::{StoreError, sync};

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
    /// The id of the row. A job that was forgotten and made again has another one.
    id: Uuid,
    /// How often the job had been asked for when it was taken.
    asked: i64,
}

/// A job that only the holder of this works on.
pub struct TakenJob {
    transaction: Transaction<'static, Postgres>,
    /// Whether a part of the page was written in the transaction, after a savepoint.
    written: bool,
    pub job: Job,
}

/// Takes the next job that is due. Passes over accounts whose gate is shut, and those of `left_out`.
pub async fn take(pool: &PgPool, left_out: &[i64]) -> Result<Option<TakenJob>, StoreError> {
    let mut transaction = pool.begin().await?;
    let row = sqlx::query!(
        r#"SELECT j.account_id, j.kind, j.repo_id, clock_timestamp() AS "now!"
           FROM jobs j JOIN job_locks l USING (account_id, kind, repo_id)
           WHERE j.due_at <= clock_timestamp() AND j.account_id <> ALL ($1::bigint[])
             AND NOT EXISTS (SELECT FROM gates g
               WHERE g.account_id = j.account_id AND g.shut_until > clock_timestamp())
           ORDER BY j.priority, j.due_at LIMIT 1 FOR UPDATE OF l SKIP LOCKED"#,
        left_out,
    )
    .fetch_optional(&mut *transaction)
    .await?;
    let Some(row) = row else { return Ok(None) };
    // Read it again under the lock: its previous holder may have changed or ended it.
    let now = row.now;
    let row = sqlx::query!(
        r#"SELECT id, started_at, cursor, numbers, failures, asked FROM jobs
           WHERE account_id = $1 AND kind = $2 AND repo_id = $3 AND due_at <= clock_timestamp()"#,
        row.account_id,
        row.kind,
        row.repo_id,
    )
    .fetch_optional(&mut *transaction)
    .await?
    .map(|found| (row.account_id, row.kind, row.repo_id, found));
    let Some((account_id, kind, repo_id, row)) = row else { return Ok(None) };
    let job = Job {
        account_id,
        kind: JobKind::from_name(&kind)?,
        repo_id,
        started_at: row.started_at.unwrap_or(now),
        cursor: row.cursor,
        numbers: row.numbers,
        failures: row.failures,
        id: row.id,
        asked: row.asked,
    };
    Ok(Some(TakenJob { transaction, written: false, job }))
}

/// The outcome of a page, which decides how the job goes on.
#[derive(Clone, Debug, PartialEq)]
pub enum PageOutcome {
    /// It was the last page.
    Done,
    /// It was the last page of a part of a backfill, which is complete now.
    PartDone,
    /// The next page begins here.
    Continue { cursor: Option<String>, numbers: Option<Vec<i64>> },
    /// The job starts again after a while.
    Restart(Duration),
    /// The page failed. It is tried again after a while.
    Failed { after: Duration, error: String },
    /// Nothing was asked, since GitHub takes no such request before this time.
    Postponed(DateTime<Utc>),
}

impl TakenJob {
    /// The job's transaction, for writes that must happen together with its progress. They are undone
    /// if the page fails.
    pub async fn connection(&mut self) -> Result<&mut PgConnection, StoreError> {
        if !self.written {
            sqlx::query!("SAVEPOINT page").execute(&mut *self.transaction).await?;
            self.written = true;
        }
        Ok(&mut self.transaction)
    }

    /// Whether the job still exists: while GitHub was asked, another worker may have forgotten it or
    /// started it again. From this call on it exists until it is given back.
    pub async fn is_wanted(&mut self) -> Result<bool, StoreError> {
        let Job { account_id, kind, repo_id, id, .. } = self.job;
        let exists = sqlx::query_scalar!(
            "SELECT id FROM jobs WHERE account_id = $1 AND kind = $2 AND repo_id = $3 AND id = $4 FOR UPDATE",
            account_id,
            kind.name(),
            repo_id,
            id,
        );
        Ok(exists.fetch_optional(self.connection().await?).await?.is_some())
    }

    /// Gives the job back. If it was asked for again meanwhile, it starts again instead of ending. If it
    /// is gone, or another one is in its place, nothing happens.
    pub async fn end(mut self, outcome: &PageOutcome) -> Result<(), StoreError> {
        let Job { account_id, kind, repo_id, started_at, id, asked, .. } = self.job;
        let kind = kind.name();
        let connection = &mut *self.transaction;
        match outcome {
            PageOutcome::Postponed(due_at) => {
                undo(connection, self.written).await?;
                sqlx::query!(
                    "UPDATE jobs SET due_at = $5 WHERE account_id = $1 AND kind = $2 AND repo_id = $3 AND id = $4",
                    account_id,
                    kind,
                    repo_id,
                    id,
                    due_at,
                )
                .execute(connection)
                .await?;
            }
            PageOutcome::Done | PageOutcome::PartDone => {
                let ended = sqlx::query!(
                    "DELETE FROM jobs
                     WHERE account_id = $1 AND kind = $2 AND repo_id = $3 AND id = $4 AND asked = $5",
                    account_id,
                    kind,
                    repo_id,
                    id,
                    asked,
                )
                .execute(&mut *connection)
                .await?;
                if ended.rows_affected() == 0 {
                    sqlx::query!(
                        "UPDATE jobs SET cursor = NULL, started_at = NULL, failures = 0, error = NULL,
                           numbers = CASE WHEN cursor IS NULL OR numbers IS NULL THEN numbers ELSE '{}' END
                         WHERE account_id = $1 AND kind = $2 AND repo_id = $3 AND id = $4",
                        account_id,
                        kind,
                        repo_id,
                        id,
                    )
                    .execute(connection)
                    .await?;
                } else if *outcome == PageOutcome::PartDone {
                    // Lock the job before its repository, in the order of everybody who ends a page.
                    sync::hold(&mut *connection, account_id, repo_id).await?;
                    sync::settle(connection, account_id, &[repo_id]).await?;
                }
            }
            PageOutcome::Continue { cursor, numbers } => {
                // Numbers that were added meanwhile are looked at too.
                sqlx::query!(
                    "UPDATE jobs SET cursor = $5::text, failures = 0, error = NULL, started_at = $7,
                       numbers = CASE WHEN asked = $8 OR $5::text IS NOT NULL THEN $6 ELSE numbers END
                     WHERE account_id = $1 AND kind = $2 AND repo_id = $3 AND id = $4",
                    account_id,
                    kind,
                    repo_id,
                    id,
                    cursor.as_deref(),
                    numbers.as_deref(),
                    started_at,
                    asked,
                )
                .execute(connection)
                .await?;
            }
            PageOutcome::Restart(after) => {
                sqlx::query!(
                    "UPDATE jobs SET cursor = NULL, numbers = NULL, failures = 0, error = NULL, started_at = NULL,
                       due_at = CASE WHEN asked = $6 THEN clock_timestamp() + $5 * interval '1 millisecond'
                                     ELSE due_at END
                     WHERE account_id = $1 AND kind = $2 AND repo_id = $3 AND id = $4",
                    account_id,
                    kind,
                    repo_id,
                    id,
                    after.num_milliseconds() as f64,
                    asked,
                )
                .execute(connection)
                .await?;
            }
            PageOutcome::Failed { after, error } => {
                undo(connection, self.written).await?;
                sqlx::query!(
                    "UPDATE jobs SET failures = failures + 1, error = $6,
                       due_at = clock_timestamp() + $5 * interval '1 millisecond'
                     WHERE account_id = $1 AND kind = $2 AND repo_id = $3 AND id = $4",
                    account_id,
                    kind,
                    repo_id,
                    id,
                    after.num_milliseconds() as f64,
                    error,
                )
                .execute(connection)
                .await?;
            }
        }
        self.transaction.commit().await?;
        Ok(())
    }
}

/// Undoes the writes of a page. The transaction can go on, even after an error, and keeps the job's
/// lock.
async fn undo(connection: &mut PgConnection, written: bool) -> Result<(), StoreError> {
    if written {
        sqlx::query!("ROLLBACK TO SAVEPOINT page").execute(connection).await?;
    }
    Ok(())
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
pub async fn add(executor: impl PgExecutor<'_>, jobs: &[NewJob]) -> Result<(), StoreError> {
    let accounts: Vec<i64> = jobs.iter().map(|job| job.account_id).collect();
    let kinds: Vec<&str> = jobs.iter().map(|job| job.kind.name()).collect();
    let repos: Vec<i64> = jobs.iter().map(|job| job.repo_id).collect();
    let priorities: Vec<i16> = jobs.iter().map(|job| job.kind.priority()).collect();
    let after: Vec<f64> = jobs.iter().map(|job| job.after.num_milliseconds() as f64).collect();
    let numbers: Vec<Option<String>> = jobs.iter().map(|job| job.numbers.as_deref().map(array_of_ids)).collect();
    sqlx::query!(
        r#"WITH locks AS (
             INSERT INTO job_locks (account_id, kind, repo_id)
             SELECT * FROM UNNEST($1::bigint[], $2::text[], $3::bigint[]) ON CONFLICT DO NOTHING)
           INSERT INTO jobs (account_id, kind, repo_id, priority, due_at, numbers)
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
    .execute(executor)
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

/// The jobs of an account, with the failed ones first.
pub async fn list(pool: &PgPool, account_id: i64, limit: i64) -> Result<Vec<ShownJob>, StoreError> {
    let jobs = sqlx::query_as!(
        ShownJob,
        "SELECT kind, repo_id, due_at, failures, error FROM jobs WHERE account_id = $1
         ORDER BY failures DESC, priority, due_at LIMIT $2",
        account_id,
        limit
    )
    .fetch_all(pool)
    .await?;
    Ok(jobs)
}
