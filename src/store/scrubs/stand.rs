//! What deciding looks at: how things stand in the transaction that holds the account's head.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::activity::Sight;
use crate::store::StoreError;
use crate::store::items::ItemAddress;

/// Where a scrub's cursor is.
pub(super) struct Cursor {
    pub place: Option<i64>,
    pub closed: bool,
    pub view: String,
    pub round: i64,
    pub touched_at: Option<DateTime<Utc>>,
}

pub(super) async fn cursor(
    connection: &mut PgConnection,
    account_id: i64,
    generation: i64,
    scrub: i64,
) -> Result<Option<Cursor>, StoreError> {
    let cursor = sqlx::query_as!(
        Cursor,
        r#"SELECT cursor_place AS place, (closed_at IS NOT NULL) AS "closed!", coalesce(view, '') AS "view!",
                  coalesce(round, 1) AS "round!", touched_at
           FROM scrubs WHERE account_id = $1 AND generation = $2 AND scrub = $3"#,
        account_id,
        generation,
        scrub,
    )
    .fetch_optional(connection)
    .await?;
    Ok(cursor)
}

/// The scrub whose cursor is on an item now.
pub(super) async fn scrub_at(
    connection: &mut PgConnection,
    account_id: i64,
    generation: i64,
    (repo_id, number): ItemAddress,
) -> Result<Option<i64>, StoreError> {
    let scrub = sqlx::query_scalar!(
        "SELECT s.scrub FROM scrubs s
         JOIN deck_rows d ON d.account_id = s.account_id AND d.generation = s.generation AND d.scrub = s.scrub
           AND d.place = s.cursor_place
         WHERE s.account_id = $1 AND s.generation = $2 AND s.closed_at IS NULL AND d.repo_id = $3 AND d.number = $4
         ORDER BY s.scrub DESC LIMIT 1",
        account_id,
        generation,
        repo_id,
        number,
    )
    .fetch_optional(connection)
    .await?;
    Ok(scrub)
}

/// The scrub that was opened at a position.
pub(super) async fn opened_at(
    connection: &mut PgConnection,
    account_id: i64,
    generation: i64,
    position: i64,
) -> Result<Option<i64>, StoreError> {
    let scrub = sqlx::query_scalar!(
        "SELECT scrub FROM scrubs WHERE account_id = $1 AND generation = $2 AND opened_position = $3 LIMIT 1",
        account_id,
        generation,
        position,
    )
    .fetch_optional(connection)
    .await?;
    Ok(scrub)
}

/// The open scrub over a view.
pub(super) async fn open_over(
    connection: &mut PgConnection,
    account_id: i64,
    generation: i64,
    view: &str,
) -> Result<Option<i64>, StoreError> {
    let scrub = sqlx::query_scalar!(
        "SELECT scrub FROM scrubs
         WHERE account_id = $1 AND generation = $2 AND view = $3 AND closed_at IS NULL AND NOT imported",
        account_id,
        generation,
        view,
    )
    .fetch_optional(connection)
    .await?;
    Ok(scrub)
}

/// The greatest number that a scrub has.
pub(super) async fn last_number(
    connection: &mut PgConnection,
    account_id: i64,
    generation: i64,
) -> Result<Option<i64>, StoreError> {
    let last = sqlx::query_scalar!(
        "SELECT max(scrub) FROM scrubs WHERE account_id = $1 AND generation = $2",
        account_id,
        generation,
    )
    .fetch_one(connection)
    .await?;
    Ok(last)
}

/// The item of a deck's row, by the key that it had at the opening.
pub(super) async fn row_address(
    connection: &mut PgConnection,
    account_id: i64,
    generation: i64,
    scrub: i64,
    place: i64,
) -> Result<Option<ItemAddress>, StoreError> {
    let row = sqlx::query!(
        "SELECT repo_id, number FROM deck_rows
         WHERE account_id = $1 AND generation = $2 AND scrub = $3 AND place = $4",
        account_id,
        generation,
        scrub,
        place,
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| (row.repo_id, row.number)))
}

/// Whether a reader may see a repository; one that is not known counts as private.
pub(super) async fn sees(
    connection: &mut PgConnection,
    account_id: i64,
    sight: &Sight,
    repo_id: i64,
) -> Result<bool, StoreError> {
    let private = sqlx::query_scalar!(
        r#"SELECT r.private AS "private!" FROM accounts a JOIN repositories r USING (account_id, generation)
           WHERE a.account_id = $1 AND r.repo_id = $2"#,
        account_id,
        repo_id,
    )
    .fetch_optional(connection)
    .await?;
    Ok(sight.sees(repo_id, private.unwrap_or(true)))
}

/// Whether an item is open and may be seen.
pub(super) async fn is_open(
    connection: &mut PgConnection,
    account_id: i64,
    (repo_id, number): ItemAddress,
) -> Result<bool, StoreError> {
    let open = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM visible_repositories r JOIN items i USING (account_id, generation, repo_id)
                          WHERE r.account_id = $1 AND i.repo_id = $2 AND i.number = $3 AND i.live
                            AND i.state = 'open') AS "open!""#,
        account_id,
        repo_id,
        number,
    )
    .fetch_one(connection)
    .await?;
    Ok(open)
}

/// The place of an item in a scrub's deck, by the key that it had at the opening.
pub(super) async fn place_of(
    connection: &mut PgConnection,
    account_id: i64,
    generation: i64,
    scrub: i64,
    (repo_id, number): ItemAddress,
) -> Result<Option<i64>, StoreError> {
    let place = sqlx::query_scalar!(
        "SELECT place FROM deck_rows
         WHERE account_id = $1 AND generation = $2 AND scrub = $3 AND repo_id = $4 AND number = $5 LIMIT 1",
        account_id,
        generation,
        scrub,
        repo_id,
        number,
    )
    .fetch_optional(connection)
    .await?;
    Ok(place)
}

/// A row that may be next.
pub(super) struct NextRow {
    pub place: i64,
    pub repo_id: i64,
    pub number: i64,
    /// Open, and may be seen.
    pub open: bool,
    /// It has gone elsewhere.
    pub transferred: bool,
}

/// Rows between two places, both left out, that were not skipped.
pub(super) async fn rows_between(
    connection: &mut PgConnection,
    account_id: i64,
    generation: i64,
    scrub: i64,
    (after, before): (i64, i64),
    limit: i64,
) -> Result<Vec<NextRow>, StoreError> {
    let rows = sqlx::query_as!(
        NextRow,
        r#"SELECT d.place, d.repo_id, d.number,
                  coalesce(i.live AND i.state = 'open' AND EXISTS (SELECT FROM visible_repositories r
                    WHERE r.account_id = $1 AND r.repo_id = d.repo_id), false) AS "open!",
                  coalesce(i.folded -> 'transferred_to' IS NOT NULL, false) AS "transferred!"
           FROM deck_rows d
           LEFT JOIN items i ON i.account_id = $1 AND i.generation = $2 AND i.repo_id = d.repo_id
             AND i.number = d.number
           WHERE d.account_id = $1 AND d.generation = $2 AND d.scrub = $3 AND d.place > $4 AND d.place < $6
             AND d.outcome IS DISTINCT FROM 'skipped'
           ORDER BY d.place LIMIT $5"#,
        account_id,
        generation,
        scrub,
        after,
        limit,
        before,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows)
}

pub(super) async fn attends(
    connection: &mut PgConnection,
    account_id: i64,
    generation: i64,
    scrub: i64,
    login: &str,
) -> Result<bool, StoreError> {
    let attends = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM attendees WHERE account_id = $1 AND generation = $2 AND scrub = $3
                          AND login = $4) AS "attends!""#,
        account_id,
        generation,
        scrub,
        login.to_lowercase(),
    )
    .fetch_one(connection)
    .await?;
    Ok(attends)
}
