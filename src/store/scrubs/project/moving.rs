//! Folding what was done by hand: the cursor moved, a row skipped beside it, another host.

use chrono::{DateTime, Utc};

use super::Rows;
use crate::store::StoreError;

impl Rows<'_> {
    /// Of both rows the first coming and the last going are kept, so that what came of them in between is not forgotten. `public`:
    /// those who see what is public alone see it too.
    pub(super) async fn move_to(
        &mut self,
        scrub: i64,
        (from, place): (Option<i64>, i64),
        public: bool,
        position: i64,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        sqlx::query!(
            "WITH left_row AS (
               UPDATE deck_rows SET left_position = $6, left_at = $7, moved_at = $7
               WHERE account_id = $1 AND ctid = (SELECT ctid FROM deck_rows WHERE account_id = $1 AND generation = $2
                 AND scrub = $3 AND place BETWEEN $4 AND $4 ORDER BY place LIMIT 1)),
             next_row AS (
               UPDATE deck_rows SET arrived_position = coalesce(arrived_position, $6), arrived_at = coalesce(arrived_at, $7),
                 left_position = NULL, left_at = NULL, moved_at = $7, chosen_position = $6, chosen_at = $7
               WHERE account_id = $1 AND ctid = (SELECT ctid FROM deck_rows WHERE account_id = $1 AND generation = $2
                 AND scrub = $3 AND place BETWEEN $5 AND $5 ORDER BY place LIMIT 1))
             UPDATE scrubs SET cursor_place = $5, public_cursor = CASE WHEN $8 THEN $5 ELSE public_cursor END, touched_at = $7
             WHERE account_id = $1 AND generation = $2 AND scrub = $3",
            self.account_id,
            self.generation,
            scrub,
            from,
            place,
            position,
            at,
            public,
        )
        .execute(&mut *self.connection)
        .await?;
        Ok(())
    }

    /// The cursor went on from a row for those who see what is public alone.
    pub(super) async fn went_on(
        &mut self,
        scrub: i64,
        place: Option<i64>,
        position: i64,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let Some(place) = place else { return Ok(()) };
        sqlx::query!(
            "UPDATE deck_rows SET advanced_position = $5, advanced_at = $6
             WHERE account_id = $1 AND ctid = (SELECT ctid FROM deck_rows WHERE account_id = $1 AND generation = $2
               AND scrub = $3 AND place BETWEEN $4 AND $4 ORDER BY place LIMIT 1)",
            self.account_id,
            self.generation,
            scrub,
            place,
            position,
            at,
        )
        .execute(&mut *self.connection)
        .await?;
        Ok(())
    }

    /// The cursor was not there, so nothing tells that it came or went.
    pub(super) async fn skip(&mut self, scrub: i64, place: i64, at: DateTime<Utc>) -> Result<(), StoreError> {
        sqlx::query!(
            "UPDATE deck_rows SET outcome = 'skipped'
             WHERE account_id = $1 AND ctid = (SELECT ctid FROM deck_rows WHERE account_id = $1 AND generation = $2
               AND scrub = $3 AND place BETWEEN $4 AND $4 ORDER BY place LIMIT 1)",
            self.account_id,
            self.generation,
            scrub,
            place,
        )
        .execute(&mut *self.connection)
        .await?;
        self.touch(scrub, at).await
    }

    pub(super) async fn hand_over(&mut self, scrub: i64, host: &str, at: DateTime<Utc>) -> Result<(), StoreError> {
        sqlx::query!(
            "UPDATE scrubs SET host = $4, touched_at = $5 WHERE account_id = $1 AND generation = $2 AND scrub = $3",
            self.account_id,
            self.generation,
            scrub,
            host,
            at,
        )
        .execute(&mut *self.connection)
        .await?;
        Ok(())
    }
}
