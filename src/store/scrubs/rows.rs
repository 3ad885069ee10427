//! Single rows of scrubs and decks, for what is decided under the head's lock. While it is held, the
//! generation in use cannot change.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::cursor::Cursor;
use crate::activity::Sight;
use crate::activity::scrubbing::Cursors;
use crate::store::StoreError;
use crate::store::items::ItemAddress;

/// A scrub's row, as far as deciding needs it.
pub(super) struct ScrubRow {
    /// The cursor's place; `None` if nothing is left or the scrub is closed.
    pub place: Option<i64>,
    /// The same for those who see what is public alone.
    pub public_place: Option<i64>,
    pub closed: bool,
    pub view: String,
    /// Whoever opened it did not see all repositories.
    pub public: bool,
    /// Then, of the deck's repositories those that were private when it was dealt.
    pub private: Vec<i64>,
    pub opened_position: i64,
    pub host: String,
    /// When anything was last done in it.
    pub touched_at: Option<DateTime<Utc>>,
}

impl ScrubRow {
    /// Which of the deck's rows its cursor comes to: those that were dealt.
    pub fn sight(&self) -> Sight {
        if self.public { Sight::only(self.private.iter().copied()) } else { Sight::All }
    }

    /// Its cursor; `scrub` is its number.
    pub fn cursor(&self, scrub: i64) -> Cursor<'_> {
        let at = Cursors { whole: self.place, public: self.public_place };
        Cursor { scrub, view: &self.view, opened_position: self.opened_position, at }
    }
}

pub(super) async fn scrub(
    connection: &mut PgConnection,
    account_id: i64,
    scrub: i64,
) -> Result<Option<ScrubRow>, StoreError> {
    let row = sqlx::query_as!(
        ScrubRow,
        r#"SELECT cursor_place AS place, public_cursor AS public_place, (closed_at IS NOT NULL) AS "closed!", coalesce(view, '') AS "view!",
                  public AS "public!", private AS "private!", opened_position AS "opened_position!",
                  coalesce(host, '') AS "host!", touched_at
           FROM current_scrubs WHERE account_id = $1 AND scrub = $2"#,
        account_id,
        scrub,
    )
    .fetch_optional(connection)
    .await?;
    Ok(row)
}

/// An open scrub, with the place that an item has in its deck.
pub(super) struct OpenScrub {
    pub scrub: i64,
    pub view: String,
    pub opened_position: i64,
    pub cursor: Option<i64>,
    pub public_cursor: Option<i64>,
    pub place: i64,
}

/// The open scrubs in whose decks an item is, the latest first.
pub(super) async fn open_scrubs_with(
    connection: &mut PgConnection,
    account_id: i64,
    (repo_id, number): ItemAddress,
) -> Result<Vec<OpenScrub>, StoreError> {
    let scrubs = sqlx::query_as!(
        OpenScrub,
        r#"SELECT s.scrub AS "scrub!", coalesce(s.view, '') AS "view!", s.opened_position AS "opened_position!",
                  s.cursor_place AS cursor, s.public_cursor, d.place AS "place!"
           FROM current_scrubs s
           CROSS JOIN LATERAL (SELECT place FROM deck_rows WHERE account_id = $1 AND generation = s.generation
             AND scrub = s.scrub AND repo_id = $2 AND number BETWEEN $3 AND $3 ORDER BY number) AS d
           WHERE s.account_id = $1 AND s.closed_at IS NULL
           ORDER BY s.scrub DESC"#,
        account_id,
        repo_id,
        number,
    )
    .fetch_all(connection)
    .await?;
    Ok(scrubs)
}

/// The scrub that was opened at a position.
pub(super) async fn opened_at(
    connection: &mut PgConnection,
    account_id: i64,
    position: i64,
) -> Result<Option<i64>, StoreError> {
    let scrub = sqlx::query_scalar!(
        r#"SELECT scrub AS "scrub!" FROM current_scrubs WHERE account_id = $1 AND opened_position = $2 LIMIT 1"#,
        account_id,
        position,
    )
    .fetch_optional(connection)
    .await?;
    Ok(scrub)
}

/// The open scrub of a view.
pub(super) async fn open_scrub(
    connection: &mut PgConnection,
    account_id: i64,
    view: &str,
) -> Result<Option<i64>, StoreError> {
    let scrub = sqlx::query_scalar!(
        r#"SELECT scrub AS "scrub!" FROM current_scrubs
           WHERE account_id = $1 AND view = $2 AND closed_at IS NULL AND NOT imported"#,
        account_id,
        view,
    )
    .fetch_optional(connection)
    .await?;
    Ok(scrub)
}

/// The greatest number of a scrub.
pub(super) async fn last_number(connection: &mut PgConnection, account_id: i64) -> Result<Option<i64>, StoreError> {
    let last = sqlx::query_scalar!("SELECT max(scrub) FROM current_scrubs WHERE account_id = $1", account_id)
        .fetch_one(connection)
        .await?;
    Ok(last)
}

/// The item at a place in a deck, by the key that it had when the scrub was opened.
///
/// Here and below BETWEEN and ORDER BY make the planner take the index that has the whole key: another begins alike, and if it
/// knows nothing of the table, it may take either.
pub(super) async fn item_at(
    connection: &mut PgConnection,
    account_id: i64,
    scrub: i64,
    place: i64,
) -> Result<Option<ItemAddress>, StoreError> {
    let row = sqlx::query!(
        r#"SELECT d.repo_id AS "repo_id!", d.number AS "number!" FROM accounts a
           CROSS JOIN LATERAL (SELECT repo_id, number FROM deck_rows WHERE account_id = $1 AND generation = a.generation
             AND scrub = $2 AND place BETWEEN $3 AND $3 ORDER BY place LIMIT 1) AS d
           WHERE a.account_id = $1"#,
        account_id,
        scrub,
        place,
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| (row.repo_id, row.number)))
}

/// The place of an item in a deck, by the key that it had when the scrub was opened.
pub(super) async fn place_of(
    connection: &mut PgConnection,
    account_id: i64,
    scrub: i64,
    (repo_id, number): ItemAddress,
) -> Result<Option<i64>, StoreError> {
    let place = sqlx::query_scalar!(
        r#"SELECT d.place AS "place!" FROM accounts a
           CROSS JOIN LATERAL (SELECT place FROM deck_rows WHERE account_id = $1 AND generation = a.generation
             AND scrub = $2 AND repo_id = $3 AND number BETWEEN $4 AND $4 ORDER BY number LIMIT 1) AS d
           WHERE a.account_id = $1"#,
        account_id,
        scrub,
        repo_id,
        number,
    )
    .fetch_optional(connection)
    .await?;
    Ok(place)
}

/// Whether a reader may see a repository.
pub(super) async fn sees(
    connection: &mut PgConnection,
    account_id: i64,
    sight: &Sight,
    repo_id: i64,
) -> Result<bool, StoreError> {
    if sight.is_all() {
        return Ok(true);
    }
    let seen = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM visible_repositories r WHERE r.account_id = $1 AND r.repo_id = $2
             AND (NOT r.private OR r.repo_id = ANY($3))) AS "seen!""#,
        account_id,
        repo_id,
        sight.private() as _,
    )
    .fetch_one(connection)
    .await?;
    Ok(seen)
}

/// Whether an item is open, and the reader may see it.
pub(super) async fn is_open(
    connection: &mut PgConnection,
    account_id: i64,
    sight: &Sight,
    (repo_id, number): ItemAddress,
) -> Result<bool, StoreError> {
    let open = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM visible_repositories r JOIN items i USING (account_id, generation, repo_id)
                          WHERE r.account_id = $1 AND i.repo_id = $2 AND i.number = $3 AND i.live
                            AND i.state = 'open'
                            AND ($4 OR NOT r.private OR r.repo_id = ANY($5)))
             AS "open!""#,
        account_id,
        repo_id,
        number,
        sight.is_all(),
        sight.private() as _,
    )
    .fetch_one(connection)
    .await?;
    Ok(open)
}

/// A row of a deck that may be the next one to read.
pub(super) struct NextRow {
    pub place: i64,
    pub repo_id: i64,
    pub number: i64,
    /// Open and visible.
    pub open: bool,
    pub transferred: bool,
    /// Its repository is private now.
    pub private: bool,
}

/// Rows of a deck between two places, neither included, that the reader sees and that were not skipped; at most
/// `limit`.
pub(super) async fn between(
    connection: &mut PgConnection,
    account_id: i64,
    scrub: i64,
    sight: &Sight,
    (after, before): (i64, i64),
    limit: i64,
) -> Result<Vec<NextRow>, StoreError> {
    let rows = sqlx::query_as!(
        NextRow,
        r#"SELECT d.place AS "place!", d.repo_id AS "repo_id!", d.number AS "number!",
                  coalesce(i.live AND i.state = 'open' AND EXISTS (SELECT FROM visible_repositories r
                    WHERE r.account_id = $1 AND r.repo_id = d.repo_id), false) AS "open!",
                  coalesce(i.folded -> 'transferred_to' IS NOT NULL, false) AS "transferred!",
                  coalesce((SELECT r.private FROM visible_repositories r
                    WHERE r.account_id = $1 AND r.repo_id = d.repo_id LIMIT 1), false) AS "private!"
           FROM accounts a
           CROSS JOIN LATERAL (SELECT * FROM deck_rows
             WHERE account_id = $1 AND generation = a.generation AND scrub = $2 AND place > $3 AND place < $4
               AND outcome IS DISTINCT FROM 'skipped'
               AND ($6 OR (SELECT (NOT r.private OR r.repo_id = ANY($7))
                           FROM visible_repositories r WHERE r.account_id = $1 AND r.repo_id = deck_rows.repo_id LIMIT 1))
             ORDER BY place LIMIT $5) AS d
           LEFT JOIN LATERAL (SELECT live, state, folded FROM items
             WHERE account_id = $1 AND generation = a.generation AND repo_id = d.repo_id AND number = d.number LIMIT 1) AS i
             ON true
           WHERE a.account_id = $1
           ORDER BY d.place"#,
        account_id,
        scrub,
        after,
        before,
        limit,
        sight.is_all(),
        sight.private() as _,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows)
}

/// What became of a row: whether a reading in this scrub stands, and whether it was skipped.
pub(super) async fn is_done(
    connection: &mut PgConnection,
    account_id: i64,
    scrub: i64,
    place: i64,
) -> Result<(bool, bool), StoreError> {
    let row = sqlx::query!(
        r#"SELECT d.marked AS "marked!", d.skipped AS "skipped!" FROM accounts a
           CROSS JOIN LATERAL (SELECT marked, outcome IS NOT DISTINCT FROM 'skipped' AS skipped FROM deck_rows
             WHERE account_id = $1 AND generation = a.generation AND scrub = $2 AND place BETWEEN $3 AND $3
             ORDER BY place LIMIT 1) AS d
           WHERE a.account_id = $1"#,
        account_id,
        scrub,
        place,
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map_or((false, false), |row| (row.marked, row.skipped)))
}

/// Whether somebody is listed as present at a scrub.
pub(super) async fn attends(
    connection: &mut PgConnection,
    account_id: i64,
    scrub: i64,
    login: &str,
) -> Result<bool, StoreError> {
    let attends = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM current_attendees WHERE account_id = $1 AND scrub = $2 AND login = $3)
             AS "attends!""#,
        account_id,
        scrub,
        login.to_lowercase(),
    )
    .fetch_one(connection)
    .await?;
    Ok(attends)
}
