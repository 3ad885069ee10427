//! Which rows of decks a reading stands for.
//!
//! A row is marked while its item has a mark of the row's scrub. That depends on the item's events
//! alone, so that a rebuild, which folds item by item, comes to the same.

use std::collections::BTreeMap;

use sqlx::PgConnection;

use crate::activity::{Mark, Remarks, ScrubFact};
use crate::store::StoreError;
use crate::store::items::ItemAddress;

/// A row: its scrub, and its place or its item's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Row {
    At(i64, i64),
    Of(i64, ItemAddress),
}

impl Row {
    fn of(scrub: i64, place: Option<i64>, address: ItemAddress) -> Self {
        place.map_or(Self::Of(scrub, address), |place| Self::At(scrub, place))
    }
}

/// Whether rows are marked, after some events; and the position of the event that said so.
#[derive(Debug, Default)]
pub(super) struct Readings(BTreeMap<Row, (bool, i64)>);

impl Readings {
    /// Takes note of an item's event: `before` was its last mark, `after` is what it has now.
    pub fn note(&mut self, position: i64, fact: &ScrubFact, before: Option<&Mark>, after: &Remarks) {
        match fact {
            ScrubFact::Read { repo_id, number, scrub: Some(scrub), place, .. } => {
                self.0.insert(Row::of(*scrub, *place, (*repo_id, *number)), (true, position));
            }
            ScrubFact::Unread { repo_id, number } => {
                let Some(slip) = before else { return };
                let Some(scrub) = slip.scrub else { return };
                let still = after.marks.iter().any(|mark| mark.scrub == Some(scrub));
                self.0.insert(Row::of(scrub, slip.place, (*repo_id, *number)), (still, position));
            }
            _ => {}
        }
    }

    pub async fn save(self, connection: &mut PgConnection, account_id: i64, generation: i64) -> Result<(), StoreError> {
        let (mut scrubs, mut places, mut marked) = (vec![], vec![], vec![]);
        let mut of = Columns::default();
        for (row, (mark, position)) in self.0 {
            match row {
                Row::At(scrub, place) => {
                    scrubs.push(scrub);
                    places.push(place);
                    marked.push(mark);
                }
                Row::Of(scrub, (repo_id, number)) => of.push(scrub, repo_id, number, mark, position),
            }
        }
        if !scrubs.is_empty() {
            sqlx::query!(
                "UPDATE deck_rows d SET marked = new.marked
                 FROM UNNEST($3::bigint[], $4::bigint[], $5::boolean[]) AS new (scrub, place, marked)
                 WHERE d.account_id = $1 AND d.generation = $2 AND d.scrub = new.scrub AND d.place = new.place",
                account_id,
                generation,
                &scrubs,
                &places,
                &marked,
            )
            .execute(&mut *connection)
            .await?;
        }
        if !of.scrubs.is_empty() {
            of.save(connection, account_id, generation).await?;
        }
        Ok(())
    }
}

/// Rows by their items' keys, as columns.
#[derive(Debug, Default)]
struct Columns {
    scrubs: Vec<i64>,
    repo_ids: Vec<i64>,
    numbers: Vec<i64>,
    marked: Vec<bool>,
    positions: Vec<i64>,
}

impl Columns {
    fn push(&mut self, scrub: i64, repo_id: i64, number: i64, marked: bool, position: i64) {
        self.scrubs.push(scrub);
        self.repo_ids.push(repo_id);
        self.numbers.push(number);
        self.marked.push(marked);
        self.positions.push(position);
    }

    /// A scrub that a spreadsheet tells of has no deck but what it read.
    async fn save(&self, connection: &mut PgConnection, account_id: i64, generation: i64) -> Result<(), StoreError> {
        sqlx::query!(
            "UPDATE deck_rows d SET marked = new.marked
             FROM UNNEST($3::bigint[], $4::bigint[], $5::bigint[], $6::boolean[]) AS new (scrub, repo_id, number, marked)
             WHERE d.account_id = $1 AND d.generation = $2 AND d.scrub = new.scrub AND d.repo_id = new.repo_id
               AND d.number = new.number",
            account_id,
            generation,
            &self.scrubs,
            &self.repo_ids,
            &self.numbers,
            &self.marked,
        )
        .execute(&mut *connection)
        .await?;
        sqlx::query!(
            "INSERT INTO deck_rows (account_id, generation, scrub, place, repo_id, number, rank, days_age, days_stale, marked)
             SELECT $1, $2, new.scrub, new.position, new.repo_id, new.number, 0, 0, 0, true
             FROM UNNEST($3::bigint[], $4::bigint[], $5::bigint[], $6::boolean[], $7::bigint[])
               AS new (scrub, repo_id, number, marked, position)
             JOIN scrubs s ON s.account_id = $1 AND s.generation = $2 AND s.scrub = new.scrub AND s.imported
             WHERE new.marked AND NOT EXISTS (SELECT FROM deck_rows d
               WHERE d.account_id = $1 AND d.generation = $2 AND d.repo_id = new.repo_id AND d.number = new.number
                 AND d.scrub = new.scrub)",
            account_id,
            generation,
            &self.scrubs,
            &self.repo_ids,
            &self.numbers,
            &self.marked,
            &self.positions,
        )
        .execute(connection)
        .await?;
        Ok(())
    }
}
