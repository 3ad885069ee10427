//! A deck as somebody counts its rows who does not see all of them: as if the hidden ones had never been in it.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::activity::Sight;
use crate::scrub::deck::Visit;
use crate::store::StoreError;

/// A moment of the log: a position and its time.
type Moment = (i64, DateTime<Utc>);

/// The places of a deck for one reader.
#[derive(Debug, Default)]
pub(super) struct Shape {
    /// The rows that the reader sees, by place.
    seen: Vec<i64>,
    /// When the cursor left each of these, ascending.
    left: Vec<Moment>,
    /// The positions at which it left the others.
    left_hidden: BTreeSet<i64>,
}

impl Shape {
    /// The shape of a scrub's deck; `None` for readers who see all repositories.
    pub async fn of(
        connection: &mut PgConnection,
        account_id: i64,
        scrub: i64,
        sight: &Sight,
    ) -> Result<Option<Self>, StoreError> {
        if sight.is_all() {
            return Ok(None);
        }
        let rows = sqlx::query!(
            r#"WITH deck AS MATERIALIZED (SELECT d.* FROM accounts a CROSS JOIN LATERAL (
                 SELECT place, repo_id, left_position, left_at FROM deck_rows
                 WHERE account_id = $1 AND generation = a.generation AND scrub = $2) AS d WHERE a.account_id = $1),
               seen AS MATERIALIZED (SELECT repo_id FROM (SELECT DISTINCT repo_id FROM deck) AS dealt
                 WHERE (SELECT CASE WHEN $3::bigint[] IS NULL THEN NOT r.private ELSE r.repo_id = ANY($3) END
                        FROM visible_repositories r WHERE r.account_id = $1 AND r.repo_id = dealt.repo_id LIMIT 1))
               SELECT place AS "place!", left_position, left_at, repo_id IN (SELECT repo_id FROM seen) AS "seen!"
               FROM deck ORDER BY place"#,
            account_id,
            scrub,
            sight.only() as _,
        )
        .fetch_all(connection)
        .await?;
        let mut shape = Self::default();
        for row in rows {
            let left = row.left_position.zip(row.left_at);
            if row.seen {
                shape.seen.push(row.place);
                shape.left.extend(left);
            } else {
                shape.left_hidden.extend(left.map(|(position, _)| position));
            }
        }
        shape.left.sort_unstable();
        Ok(Some(shape))
    }

    /// The reader's number of a row: from 1, without gaps. `None` if it is hidden.
    pub fn shown(&self, place: i64) -> Option<i64> {
        self.seen.binary_search(&place).ok().and_then(|index| i64::try_from(index + 1).ok())
    }

    /// The place of the row that the reader gives a number; before and after all rows there are places too.
    pub fn place(&self, shown: i64) -> i64 {
        let index = usize::try_from(shown).ok().and_then(|shown| shown.checked_sub(1));
        index.map_or(0, |index| self.seen.get(index).copied().unwrap_or(i64::MAX))
    }

    /// The visit of a row for the reader: the cursor came when it had left the row before that they see. `current`:
    /// to them it is there now. `opened`: when the scrub was.
    pub fn visit(&self, visit: Visit, current: bool, opened: Option<Moment>) -> Visit {
        let came_from_hidden = visit.arrived.is_none_or(|(position, _)| self.left_hidden.contains(&position));
        if !came_from_hidden || visit.left.is_none() && visit.arrived.is_none() && !current {
            return visit;
        }
        let before = |moment: &&Moment| visit.left.is_none_or(|(left, _)| moment.0 < left);
        Visit { arrived: self.left.iter().rfind(before).copied().or(opened), ..visit }
    }
}
