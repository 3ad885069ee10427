//! A deck as somebody counts its rows who does not see all of them: as if the hidden ones had never been in it.
//!
//! Long decks are mostly seen by everybody, and each act in a scrub asks this: so what is read is what is hidden, and
//! not the deck.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::activity::Sight;
use crate::scrub::deck::Visit;
use crate::store::StoreError;

/// A moment of the log: a position and its time.
type Moment = (i64, DateTime<Utc>);

/// The places of a deck for one reader.
#[derive(Debug)]
pub(super) enum Shape {
    /// Of a deck that was dealt, whose places are 1, 2, 3, ...: those of the hidden rows, ascending.
    Dealt { hidden: Vec<i64> },
    /// Of what a spreadsheet told, whose places have gaps: those of the rows that the reader sees, ascending.
    Imported { seen: Vec<i64> },
}

impl Shape {
    /// The shape of a scrub's deck; `None` for readers who see all repositories.
    pub async fn of(
        connection: &mut PgConnection,
        account_id: i64,
        (scrub, imported): (i64, bool),
        sight: &Sight,
    ) -> Result<Option<Self>, StoreError> {
        Ok(match (sight.is_all(), imported) {
            (true, _) => None,
            (false, false) => Some(Self::Dealt { hidden: hidden(connection, account_id, scrub, sight).await? }),
            (false, true) => Some(Self::Imported { seen: seen(connection, account_id, scrub, sight).await? }),
        })
    }

    /// The reader's number of a row of the deck: from 1, without gaps. `None` if it is hidden.
    pub fn shown(&self, place: i64) -> Option<i64> {
        match self {
            Shape::Dealt { hidden } => hidden.binary_search(&place).err().map(|before| place - before as i64),
            Shape::Imported { seen } => seen.binary_search(&place).ok().map(|before| before as i64 + 1),
        }
    }

    /// The place of the row that the reader gives a number; before and after all rows there are places too.
    pub fn place(&self, shown: i64) -> i64 {
        let Some(index) = usize::try_from(shown).ok().and_then(|shown| shown.checked_sub(1)) else { return 0 };
        match self {
            Shape::Dealt { hidden } => {
                // Before a hidden row come those that were hidden earlier, and the others are seen.
                let before = (0..).zip(hidden).take_while(|(earlier, place)| *place - earlier <= shown).count();
                shown.saturating_add(before as i64)
            }
            Shape::Imported { seen } => seen.get(index).copied().unwrap_or(i64::MAX),
        }
    }
}

/// The places of the rows that a reader does not see, ascending: those of each of the deck's repositories, which the
/// index tells one after the other.
async fn hidden(
    connection: &mut PgConnection,
    account_id: i64,
    scrub: i64,
    sight: &Sight,
) -> Result<Vec<i64>, StoreError> {
    let mut hidden = sqlx::query_scalar!(
        r#"WITH RECURSIVE dealt AS (
             SELECT a.generation, d.repo_id FROM accounts a
             CROSS JOIN LATERAL (SELECT repo_id FROM deck_rows WHERE account_id = $1 AND generation = a.generation
               AND scrub = $2 ORDER BY repo_id, place LIMIT 1) AS d
             WHERE a.account_id = $1
             UNION ALL
             SELECT dealt.generation, d.repo_id FROM dealt
             CROSS JOIN LATERAL (SELECT repo_id FROM deck_rows WHERE account_id = $1 AND generation = dealt.generation
               AND scrub = $2 AND repo_id > dealt.repo_id ORDER BY repo_id, place LIMIT 1) AS d)
           SELECT coalesce(array_agg(d.place), '{}') AS "places!" FROM dealt
           CROSS JOIN LATERAL (SELECT place FROM deck_rows WHERE account_id = $1 AND generation = dealt.generation
             AND scrub = $2 AND repo_id BETWEEN dealt.repo_id AND dealt.repo_id ORDER BY repo_id, place OFFSET 0) AS d
           WHERE NOT coalesce((SELECT NOT r.private OR r.repo_id = ANY($3)
             FROM visible_repositories r WHERE r.account_id = $1 AND r.repo_id = dealt.repo_id LIMIT 1), false)"#,
        account_id,
        scrub,
        sight.private() as _,
    )
    .fetch_one(connection)
    .await?;
    hidden.sort_unstable();
    Ok(hidden)
}

/// The places of the rows that a reader sees, ascending.
async fn seen(
    connection: &mut PgConnection,
    account_id: i64,
    scrub: i64,
    sight: &Sight,
) -> Result<Vec<i64>, StoreError> {
    let seen = sqlx::query_scalar!(
        r#"SELECT d.place AS "place!" FROM accounts a
           CROSS JOIN LATERAL (SELECT place, repo_id FROM deck_rows
             WHERE account_id = $1 AND generation = a.generation AND scrub = $2 ORDER BY place OFFSET 0) AS d
           WHERE a.account_id = $1
             AND (SELECT NOT r.private OR r.repo_id = ANY($3)
                  FROM visible_repositories r WHERE r.account_id = $1 AND r.repo_id = d.repo_id LIMIT 1)
           ORDER BY d.place"#,
        account_id,
        scrub,
        sight.private() as _,
    )
    .fetch_all(connection)
    .await?;
    Ok(seen)
}

/// Whether a reader sees all of a scrub's deck, and may know that: those who see what is public alone do not know whether there is
/// more.
pub(super) async fn is_whole(
    connection: &mut PgConnection,
    account_id: i64,
    scrub: i64,
    sight: &Sight,
) -> Result<bool, StoreError> {
    match sight {
        Sight::All => return Ok(true),
        Sight::Public => return Ok(false),
        Sight::Only(_) => {}
    }
    let whole = sqlx::query_scalar!(
        r#"SELECT public AND private <@ $3::bigint[] AS "whole!" FROM current_scrubs WHERE account_id = $1 AND scrub = $2"#,
        account_id,
        scrub,
        &sight.private(),
    )
    .fetch_optional(connection)
    .await?;
    Ok(whole == Some(true))
}

/// The visits of rows, by their places, for a reader to whom the deck [is not whole](is_whole): by the acts that name rows which they
/// see. The cursor was on a row from when somebody went on from another one, or chose this one, until somebody went on from this
/// one. When it was moved away, and at the end, the row where it was for the public counts as gone on from. `current` is the row
/// where the cursor is for the reader, `opened` when the scrub was opened.
pub(super) async fn visits(
    connection: &mut PgConnection,
    account_id: i64,
    scrub: i64,
    sight: &Sight,
    (places, current, opened): (&[i64], Option<i64>, Option<Moment>),
) -> Result<BTreeMap<i64, Visit>, StoreError> {
    let told = sqlx::query!(
        r#"SELECT wanted.place AS "place!", own.advanced_position, own.advanced_at, own.chosen_position, own.chosen_at,
                  before.advanced_position AS "before_position?", before.advanced_at AS "before_at?"
           FROM accounts a
           CROSS JOIN UNNEST($4::bigint[]) AS wanted (place)
           CROSS JOIN LATERAL (SELECT advanced_position, advanced_at, chosen_position, chosen_at FROM deck_rows
             WHERE account_id = $1 AND generation = a.generation AND scrub = $2
               AND place BETWEEN wanted.place AND wanted.place
               AND (advanced_position IS NOT NULL OR place = $5)
             ORDER BY place LIMIT 1) AS own
           LEFT JOIN LATERAL (SELECT advanced_position, advanced_at FROM deck_rows
             WHERE account_id = $1 AND generation = a.generation AND scrub = $2 AND place <> wanted.place
               AND advanced_position < CASE WHEN wanted.place = $5 THEN 9223372036854775807 ELSE own.advanced_position END
               AND (SELECT NOT r.private OR r.repo_id = ANY($3)
                    FROM visible_repositories r WHERE r.account_id = $1 AND r.repo_id = deck_rows.repo_id LIMIT 1)
             ORDER BY advanced_position DESC LIMIT 1) AS before ON true
           WHERE a.account_id = $1"#,
        account_id,
        scrub,
        sight.private() as _,
        places,
        // No row has the place -1.
        current.unwrap_or(-1),
    )
    .fetch_all(connection)
    .await?;
    let visits = told.into_iter().map(|row| {
        let left = row.advanced_position.zip(row.advanced_at).filter(|_| current != Some(row.place));
        let before = row.before_position.zip(row.before_at).or(opened);
        let chosen = row.chosen_position.zip(row.chosen_at);
        let chosen = chosen.filter(|(chosen, _)| left.is_none_or(|(left, _)| *chosen < left));
        (row.place, Visit { arrived: before.max(chosen), left })
    });
    Ok(visits.collect())
}
