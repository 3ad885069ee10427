//! How much of each repository is here, and how it compares with GitHub.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::{PgExecutor, PgPool};

use super::StoreError;
use super::jobs::{self, JobKind, NewJob};

/// A repository as GitHub lists it, for asking about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub repo_id: i64,
    pub node_id: String,
    pub has_discussions: bool,
}

/// Notes repositories that an installation covers.
pub async fn note(executor: impl PgExecutor<'_>, account_id: i64, listed: &[Listed]) -> Result<(), StoreError> {
    let ids: Vec<i64> = listed.iter().map(|repository| repository.repo_id).collect();
    let nodes: Vec<&str> = listed.iter().map(|repository| repository.node_id.as_str()).collect();
    let discussions: Vec<bool> = listed.iter().map(|repository| repository.has_discussions).collect();
    sqlx::query!(
        r#"INSERT INTO sync (account_id, repo_id, node_id, has_discussions)
           SELECT $1, * FROM UNNEST($2::bigint[], $3::text[], $4::boolean[])
           ON CONFLICT (account_id, repo_id) DO UPDATE SET node_id = EXCLUDED.node_id,
             has_discussions = EXCLUDED.has_discussions
           WHERE (sync.node_id, sync.has_discussions) IS DISTINCT FROM (EXCLUDED.node_id, EXCLUDED.has_discussions)"#,
        account_id,
        &ids,
        nodes as _,
        &discussions,
    )
    .execute(executor)
    .await?;
    Ok(())
}

/// Forgets repositories that are not covered any more, with their jobs.
pub async fn forget(pool: &PgPool, account_id: i64, repo_ids: &[i64]) -> Result<(), StoreError> {
    sqlx::query!("DELETE FROM sync WHERE account_id = $1 AND repo_id = ANY($2)", account_id, repo_ids)
        .execute(pool)
        .await?;
    sqlx::query!("DELETE FROM jobs WHERE account_id = $1 AND repo_id = ANY($2)", account_id, repo_ids)
        .execute(pool)
        .await?;
    Ok(())
}

/// A repository's row, with the name it has now.
#[derive(Clone, Debug)]
pub struct Synced {
    pub repo_id: i64,
    pub node_id: String,
    pub has_discussions: bool,
    pub owner: String,
    pub name: String,
    pub private: bool,
    pub archived: bool,
    pub items: i64,
    pub fetched: i64,
    pub open_at: Option<DateTime<Utc>>,
    pub complete_at: Option<DateTime<Utc>>,
    pub swept_at: Option<DateTime<Utc>>,
    pub mended: i64,
    /// GitHub's counts less ours, where a listing did not explain them: open and all issues, open
    /// and all pull requests, open and all discussions.
    pub differs: Option<Vec<i64>>,
}

/// An account's repositories by id, after an id, at most `limit`; those that may be seen.
pub async fn page(pool: &PgPool, account_id: i64, after: i64, limit: i64) -> Result<Vec<Synced>, StoreError> {
    let rows = sqlx::query_as!(
        Synced,
        r#"SELECT s.repo_id, s.node_id, s.has_discussions, r.owner AS "owner!", r.name AS "name!",
                  r.private AS "private!", r.archived AS "archived!", s.items, s.fetched, s.open_at, s.complete_at,
                  s.swept_at, s.mended, s.differs
           FROM accounts a
           JOIN sync s ON s.account_id = a.account_id
           JOIN repositories r ON r.account_id = a.account_id AND r.generation = a.generation AND r.repo_id = s.repo_id
           WHERE a.account_id = $1 AND s.repo_id > $2 AND r.owner IS NOT NULL AND r.name IS NOT NULL AND NOT r.gone
           ORDER BY s.repo_id LIMIT $3"#,
        account_id,
        after,
        limit
    )
    .fetch_all(pool)
    .await?;
    Ok(rows)
}

/// One repository's row.
pub async fn one(pool: &PgPool, account_id: i64, repo_id: i64) -> Result<Option<Synced>, StoreError> {
    Ok(page(pool, account_id, repo_id - 1, 1).await?.into_iter().find(|row| row.repo_id == repo_id))
}

/// Whether the installation covers a repository, as far as it was listed, seen or not.
pub async fn covers(pool: &PgPool, account_id: i64, repo_id: i64) -> Result<bool, StoreError> {
    let covered = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM sync WHERE account_id = $1 AND repo_id = $2) AS "covered!""#,
        account_id,
        repo_id
    )
    .fetch_one(pool)
    .await?;
    Ok(covered)
}

/// Of some repositories, those whose backfill is neither done nor under way; and whether their
/// open items are here.
pub async fn unplanned(
    executor: impl PgExecutor<'_>,
    account_id: i64,
    repo_ids: &[i64],
) -> Result<HashMap<i64, bool>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT s.repo_id, s.open_at IS NOT NULL AS "open!" FROM sync s
           WHERE s.account_id = $1 AND s.repo_id = ANY($2) AND s.complete_at IS NULL
             AND NOT EXISTS (SELECT FROM jobs j WHERE j.account_id = $1 AND j.repo_id = s.repo_id
               AND j.kind IN ('open', 'open_discussions', 'closed', 'closed_discussions'))"#,
        account_id,
        repo_ids
    )
    .fetch_all(executor)
    .await?;
    Ok(rows.into_iter().map(|row| (row.repo_id, row.open)).collect())
}

/// The backfill of a repository, to be made jobs of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    pub repo_id: i64,
    /// Items that GitHub counts; `None` if it did not tell.
    pub items: Option<i64>,
    /// The parts that have something in them.
    pub kinds: Vec<JobKind>,
}

/// Makes the jobs of backfills, all of it or none: of those repositories whose backfill is still
/// neither done nor under way. Whoever did it meanwhile holds their rows, or has written in them.
/// `at` is GitHub's time of what it told: of a repository that was compared or fetched before, what
/// happened since then is still to be compared.
pub async fn plan(pool: &PgPool, account_id: i64, planned: &[Planned], at: DateTime<Utc>) -> Result<(), StoreError> {
    let ids: Vec<i64> = planned.iter().map(|planned| planned.repo_id).collect();
    let mut transaction = pool.begin().await?;
    let free = sqlx::query_scalar!(
        "SELECT repo_id FROM sync WHERE account_id = $1 AND repo_id = ANY($2) AND complete_at IS NULL
         ORDER BY repo_id FOR UPDATE",
        account_id,
        &ids
    )
    .fetch_all(&mut *transaction)
    .await?;
    // A statement of its own: it sees what those have committed who held the rows.
    let free = unplanned(&mut *transaction, account_id, &free).await?;
    let planned: Vec<(&Planned, bool)> =
        planned.iter().filter_map(|planned| Some((planned, *free.get(&planned.repo_id)?))).collect();
    let (ids, items): (Vec<i64>, Vec<Option<i64>>) =
        planned.iter().map(|(planned, _)| (planned.repo_id, planned.items)).unzip();
    sqlx::query!(
        "UPDATE sync s SET items = COALESCE(new.items, s.items), swept_at = COALESCE(s.swept_at, $4)
         FROM UNNEST($2::bigint[], $3::bigint[]) AS new (repo_id, items)
         WHERE s.account_id = $1 AND s.repo_id = new.repo_id",
        account_id,
        &ids,
        items as _,
        at
    )
    .execute(&mut *transaction)
    .await?;
    let wanted = planned.into_iter().flat_map(|(planned, open_here)| {
        let kinds = planned.kinds.iter().filter(move |kind| !(open_here && kind.is_open()));
        kinds.map(|kind| NewJob::now(account_id, *kind, planned.repo_id))
    });
    jobs::add(&mut *transaction, &wanted.collect::<Vec<_>>()).await?;
    settle(&mut *transaction, account_id, &ids).await?;
    transaction.commit().await?;
    Ok(())
}

/// Begins the backfill of repositories anew: all that is there is asked for again, and what is under
/// way counts no more. The jobs first, as who ends a page does.
pub async fn begin_anew(pool: &PgPool, account_id: i64, repo_ids: &[i64]) -> Result<(), StoreError> {
    let mut transaction = pool.begin().await?;
    sqlx::query!(
        "DELETE FROM jobs WHERE account_id = $1 AND repo_id = ANY($2)
           AND kind IN ('open', 'open_discussions', 'closed', 'closed_discussions')",
        account_id,
        repo_ids
    )
    .execute(&mut *transaction)
    .await?;
    sqlx::query!(
        "UPDATE sync SET open_at = NULL, complete_at = NULL, fetched = 0, differs = NULL
         WHERE account_id = $1 AND repo_id = ANY($2)",
        account_id,
        repo_ids
    )
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(())
}

/// What GitHub counts of a repository.
pub async fn counted(
    executor: impl PgExecutor<'_>,
    account_id: i64,
    repo_id: i64,
    items: i64,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE sync SET items = $3 WHERE account_id = $1 AND repo_id = $2 AND items <> $3",
        account_id,
        repo_id,
        items
    )
    .execute(executor)
    .await?;
    Ok(())
}

/// Items of a backfill's page were stored.
pub async fn fetched(
    executor: impl PgExecutor<'_>,
    account_id: i64,
    repo_id: i64,
    items: i64,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE sync SET fetched = fetched + $3 WHERE account_id = $1 AND repo_id = $2",
        account_id,
        repo_id,
        items
    )
    .execute(executor)
    .await?;
    Ok(())
}

/// Items were mended of which no delivery had told.
pub async fn mended(
    executor: impl PgExecutor<'_>,
    account_id: i64,
    repo_id: i64,
    items: i64,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE sync SET mended = mended + $3 WHERE account_id = $1 AND repo_id = $2",
        account_id,
        repo_id,
        items
    )
    .execute(executor)
    .await?;
    Ok(())
}

/// By what a repository's counts differ before all of it is listed anew.
pub async fn differ(
    executor: impl PgExecutor<'_>,
    account_id: i64,
    repo_id: i64,
    differs: Option<&[i64]>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE sync SET differs = $3 WHERE account_id = $1 AND repo_id = $2 AND differs IS DISTINCT FROM $3",
        account_id,
        repo_id,
        differs
    )
    .execute(executor)
    .await?;
    Ok(())
}

/// Repositories were compared with GitHub as of a time by its clock, and nothing is left to mend.
pub async fn swept(
    executor: impl PgExecutor<'_>,
    account_id: i64,
    repo_ids: &[i64],
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE sync SET swept_at = GREATEST(swept_at, $3) WHERE account_id = $1 AND repo_id = ANY($2)",
        account_id,
        repo_ids,
        at
    )
    .execute(executor)
    .await?;
    Ok(())
}

/// Holds a repository's row, so that of two parts that end at once the second sees that the first
/// has ended: in a statement before the one that looks.
pub(super) async fn hold(executor: impl PgExecutor<'_>, account_id: i64, repo_id: i64) -> Result<(), StoreError> {
    sqlx::query!("SELECT FROM sync WHERE account_id = $1 AND repo_id = $2 FOR UPDATE", account_id, repo_id)
        .execute(executor)
        .await?;
    Ok(())
}

/// Notes which parts of the repositories' backfill no job is left for. The rows are held.
pub(super) async fn settle(executor: impl PgExecutor<'_>, account_id: i64, repo_ids: &[i64]) -> Result<(), StoreError> {
    sqlx::query!(
        r#"UPDATE sync s SET
             open_at = COALESCE(s.open_at, CASE WHEN left_over.open = 0 THEN clock_timestamp() END),
             complete_at = COALESCE(s.complete_at, CASE WHEN left_over.any = 0 THEN clock_timestamp() END)
           FROM (SELECT wanted.repo_id,
                   count(j.kind) FILTER (WHERE j.kind IN ('open', 'open_discussions')) AS open,
                   count(j.kind) AS any
                 FROM UNNEST($2::bigint[]) AS wanted (repo_id)
                 LEFT JOIN jobs j ON j.account_id = $1 AND j.repo_id = wanted.repo_id
                   AND j.kind IN ('open', 'open_discussions', 'closed', 'closed_discussions')
                 GROUP BY wanted.repo_id) AS left_over
           WHERE s.account_id = $1 AND s.repo_id = left_over.repo_id AND s.complete_at IS NULL"#,
        account_id,
        repo_ids,
    )
    .execute(executor)
    .await?;
    Ok(())
}

/// What an account's repositories amount to.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    pub repositories: i64,
    pub open: i64,
    pub complete: i64,
    pub items: i64,
    pub fetched: i64,
    pub mended: i64,
    /// Repositories whose counts differ for reasons that a listing did not tell.
    pub differing: i64,
    /// When the repository that waits longest was compared; `None` if one never was.
    pub swept_at: Option<DateTime<Utc>>,
    /// The jobs that are due and may go out, and those that failed.
    pub due: i64,
    pub failing: i64,
    /// Jobs of the backfill that have not failed again and again.
    pub hopeful: i64,
}

/// Failures in a row after which a job is no longer hoped for: some minutes.
const GIVEN_UP: i32 = 6;

/// How far the backfill is.
pub async fn progress(pool: &PgPool, account_id: i64) -> Result<Progress, StoreError> {
    let progress = sqlx::query_as!(
        Progress,
        r#"SELECT count(*) AS "repositories!", count(open_at) AS "open!", count(complete_at) AS "complete!",
             COALESCE(sum(items), 0)::bigint AS "items!", COALESCE(sum(fetched), 0)::bigint AS "fetched!",
             COALESCE(sum(mended), 0)::bigint AS "mended!", count(differs) AS "differing!",
             CASE WHEN count(*) = count(swept_at) THEN min(swept_at) END AS swept_at,
             (SELECT count(*) FROM jobs j WHERE j.account_id = $1 AND due_at <= clock_timestamp()
                AND NOT EXISTS (SELECT FROM gates g WHERE g.account_id = $1 AND g.shut_until > clock_timestamp()))
               AS "due!",
             (SELECT count(*) FROM jobs j WHERE j.account_id = $1 AND failures > 0) AS "failing!",
             (SELECT count(*) FROM jobs j WHERE j.account_id = $1 AND failures < $2 AND j.kind IN
               ('repositories', 'open', 'open_discussions', 'closed', 'closed_discussions')) AS "hopeful!"
           FROM sync WHERE account_id = $1"#,
        account_id,
        GIVEN_UP
    )
    .fetch_one(pool)
    .await?;
    Ok(progress)
}
