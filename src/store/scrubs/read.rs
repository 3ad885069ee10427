//! Scrubs, decks and rounds as they are.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::{PgConnection, PgPool};

use crate::activity::HISTORIC;
use crate::store::StoreError;
use crate::store::items::ItemAddress;

/// A round of a view: what was read after `started` counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Round {
    /// From 1.
    pub round: i64,
    /// A position; for the first round the beginning of the log.
    pub started: i64,
    pub started_at: Option<DateTime<Utc>>,
}

impl Round {
    const FIRST: Round = Round { round: 1, started: HISTORIC, started_at: None };
}

/// The round that a view is in, or was in at the end of a date.
pub async fn round(
    pool: &PgPool,
    account_id: i64,
    view: &str,
    end: Option<DateTime<Utc>>,
) -> Result<Round, StoreError> {
    let round = sqlx::query_as!(
        Round,
        "SELECT r.round, r.started_position AS started, r.started_at
         FROM accounts a JOIN rounds r USING (account_id, generation)
         WHERE a.account_id = $1 AND r.view = $2 AND ($3::timestamptz IS NULL OR r.started_at < $3)
         ORDER BY r.round DESC LIMIT 1",
        account_id,
        view,
        end,
    )
    .fetch_optional(pool)
    .await?;
    Ok(round.unwrap_or(Round::FIRST))
}

/// The names of views of which more than the first round is known, or over which a scrub was opened.
pub async fn views_in_use(pool: &PgPool, account_id: i64) -> Result<Vec<String>, StoreError> {
    let names = sqlx::query_scalar!(
        r#"SELECT DISTINCT s.view AS "view!" FROM accounts a JOIN scrubs s USING (account_id, generation)
           WHERE a.account_id = $1 AND s.view IS NOT NULL"#,
        account_id,
    )
    .fetch_all(pool)
    .await?;
    Ok(names)
}

/// The same as [`round`], of a generation that the caller has locked.
pub(super) async fn round_in(
    connection: &mut PgConnection,
    account_id: i64,
    generation: i64,
    view: &str,
) -> Result<Round, StoreError> {
    let round = sqlx::query_as!(
        Round,
        "SELECT round, started_position AS started, started_at FROM rounds
         WHERE account_id = $1 AND generation = $2 AND view = $3 ORDER BY round DESC LIMIT 1",
        account_id,
        generation,
        view,
    )
    .fetch_optional(connection)
    .await?;
    Ok(round.unwrap_or(Round::FIRST))
}

/// The position after which a certain round's marks count.
pub(super) async fn round_started(
    connection: &mut PgConnection,
    account_id: i64,
    generation: i64,
    view: &str,
    round: i64,
) -> Result<i64, StoreError> {
    let started = sqlx::query_scalar!(
        "SELECT started_position FROM rounds
         WHERE account_id = $1 AND generation = $2 AND view = $3 AND round = $4",
        account_id,
        generation,
        view,
        round,
    )
    .fetch_optional(connection)
    .await?;
    Ok(started.unwrap_or(Round::FIRST.started))
}

/// The same, of the projections in use.
pub async fn started(pool: &PgPool, account_id: i64, view: &str, round: i64) -> Result<i64, StoreError> {
    let mut connection = pool.acquire().await?;
    let head = crate::store::live::head(&mut connection, account_id).await?;
    round_started(&mut connection, account_id, head.generation, view, round).await
}

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

pub(super) async fn is_private(
    connection: &mut PgConnection,
    account_id: i64,
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
    Ok(private.unwrap_or(true))
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

pub(super) async fn rows_after(
    connection: &mut PgConnection,
    account_id: i64,
    generation: i64,
    scrub: i64,
    after: i64,
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
           WHERE d.account_id = $1 AND d.generation = $2 AND d.scrub = $3 AND d.place > $4
           ORDER BY d.place LIMIT $5"#,
        account_id,
        generation,
        scrub,
        after,
        limit,
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

/// A scrub.
#[derive(Clone, Debug)]
pub struct Scrub {
    pub scrub: i64,
    /// `None` for one that a spreadsheet tells of.
    pub view: Option<String>,
    pub round: Option<i64>,
    /// The date that the deck's days are counted to.
    pub date: Option<NaiveDate>,
    pub host: Option<String>,
    /// In the order in which they came.
    pub attendees: Vec<String>,
    pub opened_at: Option<DateTime<Utc>>,
    pub opened_position: i64,
    pub closed_at: Option<DateTime<Utc>>,
    pub forgotten: bool,
    pub imported: bool,
    /// The place that is being read; `None`: nothing is left, or the scrub is closed.
    pub cursor: Option<i64>,
    /// Unread items that there were at its opening.
    pub total: i64,
    /// Rows of its deck.
    pub rows: i64,
    pub read: i64,
    pub skipped: i64,
}

/// The scrubs of an account, the latest first; those before a number, if it is given. Rows in
/// private repositories count for those who may see them.
pub async fn scrubs(
    pool: &PgPool,
    account_id: i64,
    private: bool,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Scrub>, StoreError> {
    let scrubs = sqlx::query_as!(
        Scrub,
        r#"SELECT s.scrub, s.view, s.round, s.date, s.host, s.opened_at, s.opened_position, s.closed_at, s.forgotten,
                  s.imported, s.cursor_place AS cursor, s.total,
                  ARRAY(SELECT t.name FROM attendees t
                        WHERE t.account_id = $1 AND t.generation = s.generation AND t.scrub = s.scrub
                        ORDER BY t.position, t.login) AS "attendees!",
                  counts.rows AS "rows!", counts.read AS "read!", counts.skipped AS "skipped!"
           FROM accounts a JOIN scrubs s USING (account_id, generation)
           CROSS JOIN LATERAL (
             SELECT coalesce(sum(d.rows), 0)::bigint AS rows, coalesce(sum(d.read), 0)::bigint AS read,
                    coalesce(sum(d.skipped), 0)::bigint AS skipped
             FROM (SELECT repo_id, count(*) AS rows, count(*) FILTER (WHERE outcome = 'read') AS read,
                          count(*) FILTER (WHERE outcome = 'skipped') AS skipped
                   FROM deck_rows WHERE account_id = $1 AND generation = s.generation AND scrub = s.scrub
                   GROUP BY repo_id) AS d
             JOIN visible_repositories r ON r.account_id = $1 AND r.repo_id = d.repo_id AND ($2 OR NOT r.private))
             AS counts
           WHERE a.account_id = $1 AND ($3::bigint IS NULL OR s.scrub < $3)
           ORDER BY s.scrub DESC LIMIT $4"#,
        account_id,
        private,
        before,
        limit,
    )
    .fetch_all(pool)
    .await?;
    Ok(scrubs)
}

/// One of them.
pub async fn scrub(pool: &PgPool, account_id: i64, private: bool, number: i64) -> Result<Option<Scrub>, StoreError> {
    let before = number.saturating_add(1);
    let found = scrubs(pool, account_id, private, Some(before), 1).await?.pop();
    Ok(found.filter(|scrub| scrub.scrub == number))
}

/// Open scrubs of all accounts in which nothing was done since: account and number.
pub async fn untouched(pool: &PgPool, since: DateTime<Utc>) -> Result<Vec<(i64, i64)>, StoreError> {
    let rows = sqlx::query!(
        "SELECT s.account_id, s.scrub FROM accounts a JOIN scrubs s USING (account_id, generation)
         WHERE s.closed_at IS NULL AND s.touched_at < $1",
        since,
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|row| (row.account_id, row.scrub)).collect())
}

/// Items that the last closed scrubs of a view read, the latest first.
pub async fn last_paces(
    pool: &PgPool,
    account_id: i64,
    view: &str,
    end: Option<DateTime<Utc>>,
    limit: i64,
) -> Result<Vec<i64>, StoreError> {
    let paces = sqlx::query_scalar!(
        r#"SELECT (SELECT count(*) FROM deck_rows d
                   WHERE d.account_id = $1 AND d.generation = s.generation AND d.scrub = s.scrub
                     AND d.outcome = 'read') AS "read!"
           FROM accounts a JOIN scrubs s USING (account_id, generation)
           WHERE a.account_id = $1 AND s.view = $2 AND s.closed_at IS NOT NULL
             AND ($4::timestamptz IS NULL OR s.closed_at < $4)
           ORDER BY s.scrub DESC LIMIT $3"#,
        account_id,
        view,
        limit,
        end,
    )
    .fetch_all(pool)
    .await?;
    Ok(paces)
}
