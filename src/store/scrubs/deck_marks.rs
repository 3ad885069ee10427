//! Writes which rows of decks are marked as read.

use sqlx::PgConnection;

use crate::scrub::deck_marks::{DeckMark, DeckMarks, DeckRowKey};
use crate::store::StoreError;

pub(super) async fn save(
    connection: &mut PgConnection,
    account_id: i64,
    generation: i64,
    marks: DeckMarks,
) -> Result<(), StoreError> {
    let (mut by_place, mut by_item) = ([PlaceColumns::default(), PlaceColumns::default()], ItemColumns::default());
    for (row, DeckMark { marked, first_read }) in marks.0 {
        match row {
            DeckRowKey::Place { scrub, place } => {
                let columns = &mut by_place[usize::from(marked)];
                columns.scrubs.push(scrub);
                columns.places.push(place);
            }
            DeckRowKey::Item { scrub, repo_id, number } => {
                by_item.scrubs.push(scrub);
                by_item.repo_ids.push(repo_id);
                by_item.numbers.push(number);
                by_item.marked.push(marked);
                by_item.first_reads.push(first_read);
            }
        }
    }
    for (columns, marked) in by_place.iter().zip([false, true]) {
        columns.save(connection, account_id, generation, marked).await?;
    }
    if !by_item.scrubs.is_empty() {
        by_item.save(connection, account_id, generation).await?;
    }
    Ok(())
}

/// The rows that are known by their places, column by column.
#[derive(Default)]
struct PlaceColumns {
    scrubs: Vec<i64>,
    places: Vec<i64>,
}

impl PlaceColumns {
    async fn save(
        &self,
        connection: &mut PgConnection,
        account_id: i64,
        generation: i64,
        marked: bool,
    ) -> Result<(), StoreError> {
        if self.scrubs.is_empty() {
            return Ok(());
        }
        // Each row is looked up by its key, and updated where it was found. Of two indexes that begin alike the planner,
        // if it knows nothing, takes either; the one that gives the order has no sort to pay.
        sqlx::query!(
            "UPDATE deck_rows SET marked = $5
             WHERE account_id = $1 AND ctid = ANY(ARRAY(
               SELECT found.at FROM UNNEST($3::bigint[], $4::bigint[]) AS wanted (scrub, place)
               CROSS JOIN LATERAL (SELECT ctid AS at FROM deck_rows WHERE account_id = $1 AND generation = $2
                 AND scrub = wanted.scrub AND place BETWEEN wanted.place AND wanted.place ORDER BY place LIMIT 1) AS found))",
            account_id,
            generation,
            &self.scrubs,
            &self.places,
            marked,
        )
        .execute(connection)
        .await?;
        Ok(())
    }
}

/// The rows that are known by their items, column by column.
#[derive(Default)]
struct ItemColumns {
    scrubs: Vec<i64>,
    repo_ids: Vec<i64>,
    numbers: Vec<i64>,
    marked: Vec<bool>,
    first_reads: Vec<Option<i64>>,
}

impl ItemColumns {
    /// Marks the rows, and makes those of imported scrubs: their decks hold only what they read.
    async fn save(&self, connection: &mut PgConnection, account_id: i64, generation: i64) -> Result<(), StoreError> {
        sqlx::query!(
            "UPDATE deck_rows d SET marked = new.marked
             FROM UNNEST($3::bigint[], $4::bigint[], $5::bigint[], $6::boolean[]) AS new (scrub, repo_id, number, marked)
             CROSS JOIN LATERAL (SELECT ctid AS at FROM deck_rows WHERE account_id = $1 AND generation = $2
               AND repo_id = new.repo_id AND number BETWEEN new.number AND new.number AND scrub = new.scrub
               ORDER BY number) AS found
             WHERE d.ctid = found.at AND d.account_id = $1",
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
             SELECT s.account_id, $2, new.scrub, new.first_read, new.repo_id, new.number, 0, 0, 0, new.marked
             FROM UNNEST($3::bigint[], $4::bigint[], $5::bigint[], $6::boolean[], $7::bigint[])
               AS new (scrub, repo_id, number, marked, first_read)
             JOIN scrubs s ON s.account_id = $1 AND s.generation = $2 AND s.scrub = new.scrub AND s.imported
             WHERE new.first_read IS NOT NULL AND NOT EXISTS (SELECT FROM deck_rows d
               WHERE d.account_id = $1 AND d.generation = $2 AND d.repo_id = new.repo_id AND d.number = new.number
                 AND d.scrub = new.scrub)",
            account_id,
            generation,
            &self.scrubs,
            &self.repo_ids,
            &self.numbers,
            &self.marked,
            &self.first_reads as _,
        )
        .execute(connection)
        .await?;
        Ok(())
    }
}
