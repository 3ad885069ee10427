//! Sync: which repositories an installation covers, how many of their items are stored, and when they
//! were compared with GitHub.

use chrono::{DateTime, Utc};
use sqlx::{PgExecutor, PgPool};

use super::StoreError;
use crate::activity::Sight;

/// A repository as GitHub lists it: what is needed to ask about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedRepository {
    pub repo_id: i64,
    pub node_id: String,
    pub has_discussions: bool,
}

/// Stores the repositories that an installation covers.
pub async fn add(
    executor: impl PgExecutor<'_>,
    account_id: i64,
    listed: &[ListedRepository],
) -> Result<(), StoreError> {
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

/// Deletes repositories that are no longer covered, with their jobs.
pub async fn forget(pool: &PgPool, account_id: i64, repo_ids: &[i64]) -> Result<(), StoreError> {
    sqlx::query!("DELETE FROM sync WHERE account_id = $1 AND repo_id = ANY($2)", account_id, repo_ids)
        .execute(pool)
        .await?;
    sqlx::query!("DELETE FROM jobs WHERE account_id = $1 AND repo_id = ANY($2)", account_id, repo_ids)
        .execute(pool)
        .await?;
    Ok(())
}

/// A covered repository, with its present name and its progress.
#[derive(Clone, Debug)]
pub struct SyncedRepository {
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
    /// Items that had changed without the delivery that should have told.
    pub mended: i64,
    /// Items of which only the time had moved.
    pub refreshed: i64,
    /// GitHub's counts minus ours, if a listing could not explain the differences: open and all issues,
    /// open and all pull requests, open and all discussions.
    pub differs: Option<Vec<i64>>,
}

/// At most `limit` of an account's repositories that a reader sees, those with an id above `after`, by id.
pub async fn page(
    pool: &PgPool,
    account_id: i64,
    sight: &Sight,
    after: i64,
    limit: i64,
) -> Result<Vec<SyncedRepository>, StoreError> {
    let rows = sqlx::query_as!(
        SyncedRepository,
        r#"SELECT s.repo_id, s.node_id, s.has_discussions, r.owner AS "owner!", r.name AS "name!",
                  r.private AS "private!", r.archived AS "archived!", s.items, s.fetched, s.open_at, s.complete_at,
                  s.swept_at, s.mended, s.refreshed, s.differs
           FROM accounts a
           JOIN sync s ON s.account_id = a.account_id
           JOIN repositories r ON r.account_id = a.account_id AND r.generation = a.generation AND r.repo_id = s.repo_id
           WHERE a.account_id = $1 AND s.repo_id > $2 AND r.owner IS NOT NULL AND r.name IS NOT NULL AND NOT r.gone
             AND ($4 OR NOT r.private OR r.repo_id = ANY($5))
           ORDER BY s.repo_id LIMIT $3"#,
        account_id,
        after,
        limit,
        sight.is_all(),
        sight.private() as _,
    )
    .fetch_all(pool)
    .await?;
    Ok(rows)
}

/// One repository, if it is visible.
pub async fn one(pool: &PgPool, account_id: i64, repo_id: i64) -> Result<Option<SyncedRepository>, StoreError> {
    Ok(page(pool, account_id, &Sight::All, repo_id - 1, 1).await?.into_iter().find(|row| row.repo_id == repo_id))
}

/// Whether the installation covers a repository, by its last listing, visible or not.
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

/// Sets the number of a repository's items by GitHub's count.
pub async fn set_item_count(
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

/// Adds the items of a stored page to those fetched. A listing that began anew fetches some of them twice,
/// but never more than there are.
pub async fn add_fetched(
    executor: impl PgExecutor<'_>,
    account_id: i64,
    repo_id: i64,
    items: i64,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE sync SET fetched = CASE WHEN items > 0 THEN LEAST(fetched + $3, GREATEST(items, fetched))
                                        ELSE fetched + $3 END
         WHERE account_id = $1 AND repo_id = $2",
        account_id,
        repo_id,
        items
    )
    .execute(executor)
    .await?;
    Ok(())
}

/// Adds items that had changed without the delivery that should have told to those mended, and items of
/// which only the time had moved to those refreshed.
pub async fn add_mended(
    executor: impl PgExecutor<'_>,
    account_id: i64,
    repo_id: i64,
    mended: i64,
    refreshed: i64,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE sync SET mended = mended + $3, refreshed = refreshed + $4 WHERE account_id = $1 AND repo_id = $2",
        account_id,
        repo_id,
        mended,
        refreshed
    )
    .execute(executor)
    .await?;
    Ok(())
}

/// Sets by what a repository's counts differ from GitHub's, before all of it is listed again.
pub async fn set_differences(
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

/// Notes that nothing is left to mend in repositories, as of a time by GitHub's clock.
pub async fn set_swept(
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

/// Locks a repository's row. If two parts of its backfill end at once, the second thus sees the end of
/// the first. It takes a statement of its own, before the one that looks.
pub(super) async fn hold(executor: impl PgExecutor<'_>, account_id: i64, repo_id: i64) -> Result<(), StoreError> {
    sqlx::query!("SELECT FROM sync WHERE account_id = $1 AND repo_id = $2 FOR UPDATE", account_id, repo_id)
        .execute(executor)
        .await?;
    Ok(())
}

/// Notes that parts of a backfill are complete if no job of theirs is left. The rows must be locked.
pub(super) async fn settle(executor: impl PgExecutor<'_>, account_id: i64, repo_ids: &[i64]) -> Result<(), StoreError> {
    sqlx::query!(
        r#"UPDATE sync s SET
             open_at = COALESCE(s.open_at, CASE WHEN left_over.open = 0 THEN (SELECT statement_timestamp()) END),
             complete_at = COALESCE(s.complete_at, CASE WHEN left_over.any = 0 THEN (SELECT statement_timestamp()) END)
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

/// The progress of all repositories of an account.
#[derive(Clone, Debug, Default)]
pub struct SyncProgress {
    pub repositories: i64,
    pub open: i64,
    pub complete: i64,
    pub items: i64,
    pub fetched: i64,
    pub mended: i64,
    pub refreshed: i64,
    /// Repositories whose counts differ from GitHub's although they were listed again.
    pub differing: i64,
    /// When the repository with the oldest comparison was compared; `None` if one never was.
    pub swept_at: Option<DateTime<Utc>>,
    /// Jobs that are due and whose gate is open, and jobs that failed.
    pub due: i64,
    pub failing: i64,
    /// Jobs of the backfill that have not failed again and again.
    pub hopeful: i64,
    /// Jobs that fetch conversations, due or not.
    pub conversations: i64,
    /// When the first event was recorded that answers do not include yet.
    pub left_over_since: Option<DateTime<Utc>>,
}

/// The failures in a row, over some minutes, after which a job is given up.
const GIVEN_UP: i32 = 6;

/// The progress of an account's backfill: of all of it, or of the repositories that a reader sees. A part counts as
/// fetched once answers up to the position `included` have all of it; `None`: answers have all that is stored.
pub async fn progress(
    pool: &PgPool,
    account_id: i64,
    sight: &Sight,
    included: Option<i64>,
) -> Result<SyncProgress, StoreError> {
    let progress = sqlx::query_as!(
        SyncProgress,
        r#"WITH seen AS (SELECT repo_id FROM visible_repositories r WHERE r.account_id = $1
             AND (NOT r.private OR r.repo_id = ANY($4)))
           SELECT count(*) AS "repositories!", min(left_over.since) AS left_over_since,
             count(open_at) FILTER (WHERE left_over.since IS NULL OR open_at <= left_over.since) AS "open!",
             count(complete_at) FILTER (WHERE left_over.since IS NULL OR complete_at <= left_over.since) AS "complete!",
             COALESCE(sum(items), 0)::bigint AS "items!", COALESCE(sum(fetched), 0)::bigint AS "fetched!",
             COALESCE(sum(mended), 0)::bigint AS "mended!",
             COALESCE(sum(refreshed), 0)::bigint AS "refreshed!", count(differs) AS "differing!",
             CASE WHEN count(*) = count(swept_at) THEN min(swept_at) END AS swept_at,
             (SELECT count(*) FROM jobs j WHERE j.account_id = $1 AND ($3 OR j.repo_id IN (SELECT repo_id FROM seen))
                AND due_at <= clock_timestamp()
                AND NOT EXISTS (SELECT FROM gates g WHERE g.account_id = $1 AND g.shut_until > clock_timestamp()))
               AS "due!",
             (SELECT count(*) FROM jobs j WHERE j.account_id = $1 AND ($3 OR j.repo_id IN (SELECT repo_id FROM seen))
                AND failures > 0) AS "failing!",
             (SELECT count(*) FROM jobs j WHERE j.account_id = $1 AND ($3 OR j.repo_id IN (SELECT repo_id FROM seen))
                AND failures < $2 AND j.kind IN
               ('repositories', 'open', 'open_discussions', 'conversations', 'closed', 'closed_discussions'))
               AS "hopeful!",
             (SELECT count(*) FROM jobs j WHERE j.account_id = $1 AND ($3 OR j.repo_id IN (SELECT repo_id FROM seen))
                AND j.kind = 'conversations') AS "conversations!"
           FROM sync
           -- What is recorded before a part is complete may belong to it.
           CROSS JOIN (SELECT min(recorded_at) AS since FROM events
             WHERE account_id = $1 AND position = $5::bigint + 1) AS left_over
           WHERE account_id = $1 AND ($3 OR repo_id IN (SELECT repo_id FROM seen))"#,
        account_id,
        GIVEN_UP,
        sight.is_all(),
        sight.private() as _,
        included,
    )
    .fetch_one(pool)
    .await?;
    Ok(progress)
}
