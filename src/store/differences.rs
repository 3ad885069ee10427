//! Comparing the projections in use with a new fold of the log.

use sqlx::PgPool;

use super::StoreError;
use super::generations;
use super::pool::{self, ONE_MOMENT};

/// The differences between the generation in use and a newly folded one, one line each. Both are read in
/// one snapshot, and rows that changed after `folded_to` are left out.
///
/// # Errors
/// [`StoreError::Overtaken`] if another generation is in use by now.
pub(super) async fn differences(
    pool: &PgPool,
    account_id: i64,
    (in_use, generation): (i64, i64),
    folded_to: i64,
) -> Result<Vec<String>, StoreError> {
    let mut snapshot = pool::begin(pool, ONE_MOMENT).await?;
    if generations::in_use(&mut *snapshot, account_id).await? != in_use {
        return Err(StoreError::Overtaken);
    }
    let lines = sqlx::query_scalar!(
        r#"WITH later AS (SELECT DISTINCT repo_id, number FROM events WHERE account_id = $1 AND position > $4),
           differing AS (
             SELECT 'item' AS what, x.repo_id AS xr, y.repo_id AS yr, x.number AS xn, y.number AS yn,
                    to_jsonb(x) AS xrow, to_jsonb(y) AS yrow
             FROM (SELECT * FROM items WHERE account_id = $1 AND generation = $2) x
             FULL JOIN (SELECT * FROM items WHERE account_id = $1 AND generation = $3) y USING (repo_id, number)
             UNION ALL
             SELECT 'repository', x.repo_id, y.repo_id, NULL, NULL, to_jsonb(x), to_jsonb(y)
             FROM (SELECT * FROM repositories WHERE account_id = $1 AND generation = $2) x
             FULL JOIN (SELECT * FROM repositories WHERE account_id = $1 AND generation = $3) y USING (repo_id)
             UNION ALL
             SELECT 'label', x.repo_id, y.repo_id, NULL, NULL, to_jsonb(x), to_jsonb(y)
             FROM (SELECT * FROM labels WHERE account_id = $1 AND generation = $2) x
             FULL JOIN (SELECT * FROM labels WHERE account_id = $1 AND generation = $3) y USING (repo_id, label_id)
             UNION ALL
             SELECT 'milestone', x.repo_id, y.repo_id, NULL, NULL, to_jsonb(x), to_jsonb(y)
             FROM (SELECT * FROM milestones WHERE account_id = $1 AND generation = $2) x
             FULL JOIN (SELECT * FROM milestones WHERE account_id = $1 AND generation = $3) y USING (repo_id, number)
             UNION ALL
             SELECT 'person', NULL, NULL, x.person_id, y.person_id, to_jsonb(x), to_jsonb(y)
             FROM (SELECT * FROM people WHERE account_id = $1 AND generation = $2) x
             FULL JOIN (SELECT * FROM people WHERE account_id = $1 AND generation = $3) y USING (person_id)
             UNION ALL
             SELECT 'remarks', x.repo_id, y.repo_id, x.number, y.number, to_jsonb(x), to_jsonb(y)
             FROM (SELECT * FROM remarks WHERE account_id = $1 AND generation = $2) x
             FULL JOIN (SELECT * FROM remarks WHERE account_id = $1 AND generation = $3) y USING (repo_id, number)
             UNION ALL
             SELECT 'round', NULL, NULL, x.round, y.round, to_jsonb(x), to_jsonb(y)
             FROM (SELECT * FROM rounds WHERE account_id = $1 AND generation = $2) x
             FULL JOIN (SELECT * FROM rounds WHERE account_id = $1 AND generation = $3) y USING (view, round)
             UNION ALL
             SELECT 'round', NULL, NULL, x.started_position, y.started_position, to_jsonb(x), to_jsonb(y)
             FROM (SELECT * FROM public_rounds WHERE account_id = $1 AND generation = $2) x
             FULL JOIN (SELECT * FROM public_rounds WHERE account_id = $1 AND generation = $3) y
               USING (view, started_position)
             UNION ALL
             SELECT 'scrub', NULL, NULL, x.scrub, y.scrub, to_jsonb(x), to_jsonb(y)
             FROM (SELECT * FROM scrubs WHERE account_id = $1 AND generation = $2) x
             FULL JOIN (SELECT * FROM scrubs WHERE account_id = $1 AND generation = $3) y USING (scrub)
             UNION ALL
             SELECT 'attendee of scrub', NULL, NULL, x.scrub, y.scrub, to_jsonb(x), to_jsonb(y)
             FROM (SELECT * FROM attendees WHERE account_id = $1 AND generation = $2) x
             FULL JOIN (SELECT * FROM attendees WHERE account_id = $1 AND generation = $3) y USING (scrub, login)
             UNION ALL
             SELECT 'unplaced row', NULL, NULL, x.position, y.position, to_jsonb(x), to_jsonb(y)
             FROM (SELECT * FROM unplaced_rows WHERE account_id = $1 AND generation = $2) x
             FULL JOIN (SELECT * FROM unplaced_rows WHERE account_id = $1 AND generation = $3) y USING (position)
             UNION ALL
             SELECT 'row of scrub', NULL, NULL, x.scrub, y.scrub, to_jsonb(x), to_jsonb(y)
             FROM (SELECT * FROM deck_rows WHERE account_id = $1 AND generation = $2) x
             FULL JOIN (SELECT * FROM deck_rows WHERE account_id = $1 AND generation = $3) y USING (scrub, place)
             UNION ALL
             SELECT 'account', NULL, NULL, NULL, NULL, to_jsonb(x), to_jsonb(y)
             FROM (SELECT * FROM account_profiles WHERE account_id = $1 AND generation = $2) x
             FULL JOIN (SELECT * FROM account_profiles WHERE account_id = $1 AND generation = $3) y
               USING (account_id))
           SELECT concat_ws(' ', what, coalesce(xr, yr), coalesce(xn, yn),
                            CASE WHEN xrow IS NULL THEN 'is missing from the projection'
                                 WHEN yrow IS NULL THEN 'is in the projection but not in the log'
                                 ELSE 'differs from the fold of its events' END) AS "line!"
           FROM differing
           WHERE (xrow - 'generation') IS DISTINCT FROM (yrow - 'generation')
             AND CASE WHEN what IN ('account', 'person', 'round', 'scrub', 'attendee of scrub', 'row of scrub',
                                        'unplaced row')
                             THEN NOT EXISTS (SELECT FROM later)
                           WHEN what IN ('item', 'remarks') THEN NOT EXISTS (SELECT FROM later l
                             WHERE l.repo_id = coalesce(xr, yr) AND l.number = coalesce(xn, yn))
                           ELSE NOT EXISTS (SELECT FROM later l WHERE l.repo_id = coalesce(xr, yr)) END
           ORDER BY 1"#,
        account_id,
        in_use,
        generation,
        folded_to,
    )
    .fetch_all(&mut *snapshot)
    .await?;
    Ok(lines)
}
