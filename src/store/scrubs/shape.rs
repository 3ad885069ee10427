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

/// The visits of rows for a reader who does not see all: the cursor came when it had left the row before that they
/// see. `current`: the row where it is now to them. `opened`: when the scrub was. Rows are known by their places.
pub(super) async fn visits(
    connection: &mut PgConnection,
    account_id: i64,
    scrub: i64,
    sight: &Sight,
    (rows, current, opened): (&[(i64, Visit)], Option<i64>, Option<Moment>),
) -> Result<BTreeMap<i64, Visit>, StoreError> {
    let was_there =
        |(place, visit): &&(i64, Visit)| visit.arrived.is_some() || visit.left.is_some() || current == Some(*place);
    let places: Vec<i64> = rows.iter().filter(was_there).map(|(place, _)| *place).collect();
    let position = |moment: Option<Moment>| moment.map(|(position, _)| position);
    let arrived: Vec<Option<i64>> = rows.iter().filter(was_there).map(|(_, visit)| position(visit.arrived)).collect();
    let left: Vec<Option<i64>> = rows.iter().filter(was_there).map(|(_, visit)| position(visit.left)).collect();
    let mut visits: BTreeMap<i64, Visit> = rows.iter().map(|(place, visit)| (*place, *visit)).collect();
    if places.is_empty() {
        return Ok(visits);
    }
    // Of the rows to which the cursor did not come, or came from a hidden one.
    let came = sqlx::query!(
        r#"SELECT wanted.place AS "place!", before.left_position AS "left_position?", before.left_at AS "left_at?"
           FROM accounts a
           CROSS JOIN UNNEST($4::bigint[], $5::bigint[], $6::bigint[]) AS wanted (place, arrived, gone)
           LEFT JOIN LATERAL (SELECT repo_id FROM deck_rows WHERE account_id = $1 AND generation = a.generation
             AND scrub = $2 AND left_position BETWEEN wanted.arrived AND wanted.arrived
             ORDER BY left_position LIMIT 1) AS source ON true
           LEFT JOIN LATERAL (SELECT left_position, left_at FROM deck_rows
             WHERE account_id = $1 AND generation = a.generation AND scrub = $2
               AND left_position < coalesce(wanted.gone, 9223372036854775807)
               AND (SELECT NOT r.private OR r.repo_id = ANY($3)
                    FROM visible_repositories r WHERE r.account_id = $1 AND r.repo_id = deck_rows.repo_id LIMIT 1)
             ORDER BY left_position DESC LIMIT 1) AS before ON true
           WHERE a.account_id = $1
             AND (wanted.arrived IS NULL OR source.repo_id IS NOT NULL AND NOT coalesce(
               (SELECT NOT r.private OR r.repo_id = ANY($3)
                FROM visible_repositories r WHERE r.account_id = $1 AND r.repo_id = source.repo_id LIMIT 1), false))"#,
        account_id,
        scrub,
        sight.private() as _,
        &places,
        &arrived as _,
        &left as _,
    )
    .fetch_all(connection)
    .await?;
    for row in came {
        if let Some(visit) = visits.get_mut(&row.place) {
            visit.arrived = row.left_position.zip(row.left_at).or(opened);
        }
    }
    Ok(visits)
}
