//! A job while a worker has it: taken by a lease, and given back with the outcome of its page.

use chrono::{DateTime, Duration, Utc};
use sqlx::{PgConnection, PgPool, Postgres, Transaction};
use uuid::Uuid;

use super::{Job, JobKind};
use crate::store::lease::{LEASE_SECONDS, Renewal, give_back, taken_at};
use crate::store::pool;
use crate::store::{StoreError, sync};

/// Jobs that are looked at when one is taken: others may be taking the first ones.
const CANDIDATES: i64 = 20;

/// A job that only the holder of this works on.
pub struct TakenJob {
    pool: PgPool,
    holder: Uuid,
    /// `None` once the job was given back.
    renewal: Option<Renewal>,
    /// What is written of the page, which ends with the job's new state.
    transaction: Option<Transaction<'static, Postgres>>,
    pub job: Job,
}

/// Takes the next job that is due. Passes over accounts whose gate is shut, and those of `left_out`. History waits
/// until all that is open was listed, unless listing it fails.
pub async fn take(pool: &PgPool, left_out: &[i64]) -> Result<Option<TakenJob>, StoreError> {
    // Looking locks nothing: where accounts are on several servers, nobody can lock across them.
    let due = sqlx::query!(
        r#"SELECT j.account_id, j.kind, j.repo_id FROM jobs j
           WHERE j.due_at <= clock_timestamp() AND (j.held_by IS NULL OR j.held_until <= clock_timestamp())
             AND j.account_id <> ALL ($1::bigint[])
             AND NOT EXISTS (SELECT FROM gates g
               WHERE g.account_id = j.account_id AND g.shut_until > clock_timestamp())
             AND NOT (j.kind IN ('closed', 'closed_discussions') AND EXISTS (SELECT FROM jobs listing
               WHERE listing.account_id = j.account_id AND listing.kind IN ('open', 'open_discussions')
                 AND listing.failures = 0))
           ORDER BY j.priority, j.due_at LIMIT $2"#,
        left_out,
        CANDIDATES,
    )
    .fetch_all(pool)
    .await?;
    for key in due {
        if let Some(taken) = take_one(pool, (key.account_id, &key.kind, key.repo_id)).await? {
            return Ok(Some(taken));
        }
    }
    Ok(None)
}

/// Takes a job, unless it is not due any more, or somebody else has it.
async fn take_one(
    pool: &PgPool,
    (account_id, kind, repo_id): (i64, &str, i64),
) -> Result<Option<TakenJob>, StoreError> {
    let holder = Uuid::new_v4();
    let row = sqlx::query!(
        r#"WITH free AS (
             SELECT kind, repo_id FROM jobs
             WHERE account_id = $1 AND kind = $2 AND repo_id = $3 AND due_at <= statement_timestamp()
               AND (held_by IS NULL OR held_until <= statement_timestamp())
             FOR UPDATE SKIP LOCKED)
           UPDATE jobs j SET held_by = $4, held_until = statement_timestamp() + make_interval(secs => $5)
           FROM free WHERE j.account_id = $1 AND j.kind = free.kind AND j.repo_id = free.repo_id
           RETURNING j.account_id, j.kind, j.repo_id, j.id, j.started_at, j.cursor, j.numbers, j.failures,
             j.begun_anew, j.asked, j.held_until AS "held_until!""#,
        account_id,
        kind,
        repo_id,
        holder,
        LEASE_SECONDS,
    )
    .fetch_optional(pool)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let job = Job {
        account_id: row.account_id,
        kind: JobKind::from_name(&row.kind)?,
        repo_id: row.repo_id,
        started_at: row.started_at.unwrap_or_else(|| taken_at(row.held_until)),
        cursor: row.cursor,
        numbers: row.numbers,
        failures: row.failures,
        begun_anew: row.begun_anew,
        id: row.id,
        asked: row.asked,
    };
    let (renewed, id) = (pool.clone(), job.id);
    let renewal = Renewal::start(move || {
        let pool = renewed.clone();
        async move { renew(&pool, row.account_id, id, holder).await }
    });
    Ok(Some(TakenJob { pool: pool.clone(), holder, renewal: Some(renewal), transaction: None, job }))
}

async fn renew(pool: &PgPool, account_id: i64, id: Uuid, holder: Uuid) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE jobs SET held_until = statement_timestamp() + make_interval(secs => $4)
         WHERE account_id = $1 AND id = $2 AND held_by = $3",
        account_id,
        id,
        holder,
        LEASE_SECONDS,
    )
    .execute(pool)
    .await?;
    Ok(())
}

async fn release(pool: &PgPool, account_id: i64, id: Uuid, holder: Uuid) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE jobs SET held_by = NULL WHERE account_id = $1 AND id = $2 AND held_by = $3",
        account_id,
        id,
        holder
    )
    .execute(pool)
    .await?;
    Ok(())
}

impl Drop for TakenJob {
    fn drop(&mut self) {
        if self.renewal.take().is_some() {
            // Its locks go first.
            drop(self.transaction.take());
            let (pool, account_id, id, holder) = (self.pool.clone(), self.job.account_id, self.job.id, self.holder);
            give_back(async move { release(&pool, account_id, id, holder).await });
        }
    }
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
    /// GitHub no longer takes the place where the next page begins. The job starts again after a while.
    Anew { after: Duration, error: String },
    /// The page failed. It is tried again after a while.
    Failed { after: Duration, error: String },
    /// Nothing was asked, since GitHub takes no such request before this time.
    Postponed(DateTime<Utc>),
}

impl TakenJob {
    /// The transaction in which the job ends, for writes that must happen together with its progress. They are undone
    /// if the page fails. GitHub is not asked any more once it has begun.
    pub async fn connection(&mut self) -> Result<&mut PgConnection, StoreError> {
        let transaction = match self.transaction.take() {
            Some(transaction) => transaction,
            None => pool::begin(&self.pool, "BEGIN").await?,
        };
        Ok(self.transaction.insert(transaction))
    }

    /// Whether the job is still this worker's: while GitHub was asked, another worker may have forgotten it,
    /// started it again, or taken it because the lease had ended. From this call on it stays until it is given back.
    pub async fn is_wanted(&mut self) -> Result<bool, StoreError> {
        let (&Job { account_id, kind, repo_id, id, .. }, holder) = (&self.job, self.holder);
        let exists = sqlx::query_scalar!(
            "SELECT id FROM jobs WHERE account_id = $1 AND kind = $2 AND repo_id = $3 AND id = $4 AND held_by = $5
             FOR UPDATE",
            account_id,
            kind.name(),
            repo_id,
            id,
            holder,
        );
        Ok(exists.fetch_optional(self.connection().await?).await?.is_some())
    }

    /// Gives the job back. If it was asked for again meanwhile, it starts again instead of ending. If it
    /// is gone, or another one is in its place, nothing happens.
    pub async fn end(mut self, outcome: &PageOutcome) -> Result<(), StoreError> {
        let (&Job { account_id, kind, repo_id, started_at, id, asked, .. }, holder) = (&self.job, self.holder);
        let kind = kind.name();
        if matches!(outcome, PageOutcome::Postponed(_) | PageOutcome::Anew { .. } | PageOutcome::Failed { .. })
            && let Some(transaction) = self.transaction.take()
        {
            transaction.rollback().await?;
        }
        let connection = self.connection().await?;
        match outcome {
            PageOutcome::Postponed(due_at) => {
                sqlx::query!(
                    "UPDATE jobs SET due_at = $5, held_by = NULL
                     WHERE account_id = $1 AND kind = $2 AND repo_id = $3 AND id = $4 AND held_by = $6",
                    account_id,
                    kind,
                    repo_id,
                    id,
                    due_at,
                    holder,
                )
                .execute(connection)
                .await?;
            }
            PageOutcome::Done | PageOutcome::PartDone => {
                let ended = sqlx::query!(
                    "DELETE FROM jobs
                     WHERE account_id = $1 AND kind = $2 AND repo_id = $3 AND id = $4 AND asked = $5
                       AND held_by = $6",
                    account_id,
                    kind,
                    repo_id,
                    id,
                    asked,
                    holder,
                )
                .execute(&mut *connection)
                .await?;
                if ended.rows_affected() == 0 {
                    sqlx::query!(
                        "UPDATE jobs SET cursor = NULL, started_at = NULL, failures = 0, begun_anew = 0, error = NULL,
                           held_by = NULL,
                           numbers = CASE WHEN cursor IS NULL OR numbers IS NULL THEN numbers ELSE '{}' END
                         WHERE account_id = $1 AND kind = $2 AND repo_id = $3 AND id = $4 AND held_by = $5",
                        account_id,
                        kind,
                        repo_id,
                        id,
                        holder,
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
                    "UPDATE jobs SET cursor = $5::text, failures = 0, error = NULL, started_at = $7, held_by = NULL,
                       numbers = CASE WHEN asked = $8 OR $5::text IS NOT NULL THEN $6 ELSE numbers END
                     WHERE account_id = $1 AND kind = $2 AND repo_id = $3 AND id = $4 AND held_by = $9",
                    account_id,
                    kind,
                    repo_id,
                    id,
                    cursor.as_deref(),
                    numbers.as_deref(),
                    started_at,
                    asked,
                    holder,
                )
                .execute(connection)
                .await?;
            }
            PageOutcome::Restart(after) => {
                sqlx::query!(
                    "UPDATE jobs SET cursor = NULL, numbers = NULL, failures = 0, begun_anew = 0, error = NULL,
                       started_at = NULL, held_by = NULL,
                       due_at = CASE WHEN asked = $6 THEN (SELECT statement_timestamp() + $5 * interval '1 millisecond')
                                     ELSE due_at END
                     WHERE account_id = $1 AND kind = $2 AND repo_id = $3 AND id = $4 AND held_by = $7",
                    account_id,
                    kind,
                    repo_id,
                    id,
                    after.num_milliseconds() as f64,
                    asked,
                    holder,
                )
                .execute(connection)
                .await?;
            }
            PageOutcome::Anew { after, error } => {
                // Numbers that were collected from the list are collected again.
                sqlx::query!(
                    "UPDATE jobs SET cursor = NULL, started_at = NULL, failures = 1, begun_anew = begun_anew + 1,
                       numbers = CASE WHEN numbers IS NULL THEN NULL ELSE '{}'::bigint[] END, error = $6,
                       held_by = NULL, due_at = statement_timestamp() + $5 * interval '1 millisecond'
                     WHERE account_id = $1 AND kind = $2 AND repo_id = $3 AND id = $4 AND held_by = $7",
                    account_id,
                    kind,
                    repo_id,
                    id,
                    after.num_milliseconds() as f64,
                    error,
                    holder,
                )
                .execute(connection)
                .await?;
            }
            PageOutcome::Failed { after, error } => {
                sqlx::query!(
                    "UPDATE jobs SET failures = failures + 1, error = $6, held_by = NULL,
                       due_at = statement_timestamp() + $5 * interval '1 millisecond'
                     WHERE account_id = $1 AND kind = $2 AND repo_id = $3 AND id = $4 AND held_by = $7",
                    account_id,
                    kind,
                    repo_id,
                    id,
                    after.num_milliseconds() as f64,
                    error,
                    holder,
                )
                .execute(connection)
                .await?;
            }
        }
        if let Some(transaction) = self.transaction.take() {
            transaction.commit().await?;
        }
        self.renewal = None;
        Ok(())
    }
}
