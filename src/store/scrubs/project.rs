//! Folding scrub events into rows. Each was decided under the head's lock, so they are folded in the
//! order of the log.

mod moving;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::deck_marks;
use crate::activity::scrubbing::{Cursors, DeckPlace, Opening};
use crate::activity::{Fact, Remarks, ScrubFact};
use crate::scrub::deck_marks::DeckMarks;
use crate::store::items::{ItemAddress, canonical};
use crate::store::log::LogEntry;
use crate::store::{StoreError, remarks};

/// The rows that an account's events are folded into.
struct Rows<'a> {
    connection: &'a mut PgConnection,
    account_id: i64,
    generation: i64,
}

/// Folds the scrub events among some events.
pub async fn project(
    connection: &mut PgConnection,
    account_id: i64,
    generation: i64,
    events: &[LogEntry<'_>],
) -> Result<(), StoreError> {
    let scrubbed = events.iter().filter_map(|entry| match &entry.event.fact {
        Fact::Scrub(fact) => Some((entry, fact)),
        _ => None,
    });
    let scrubbed: Vec<_> = scrubbed.collect();
    if scrubbed.is_empty() {
        return Ok(());
    }
    let addresses: Vec<ItemAddress> = scrubbed.iter().filter_map(|(_, fact)| fact.item()).collect();
    let mut told: BTreeMap<ItemAddress, Remarks> =
        remarks::own(connection, account_id, Some(generation), &addresses).await?;
    let mut rows = Rows { connection, account_id, generation };
    let mut marks = DeckMarks::default();
    for (entry, fact) in scrubbed {
        match fact.item() {
            Some(address) => {
                let (actor, remarks) = (entry.event.actor.as_ref(), told.entry(address).or_default());
                let before = remarks.last_read().cloned();
                remarks.apply(entry.position, entry.event.occurred_at, actor, fact);
                marks.apply(entry.position, fact, before.as_ref(), remarks);
            }
            None => rows.fold(entry, fact).await?,
        }
    }
    deck_marks::save(rows.connection, account_id, generation, marks).await?;
    let told: Vec<_> = told.iter().map(|(address, remarks)| (*address, remarks)).collect();
    remarks::save(rows.connection, account_id, generation, &told).await
}

impl Rows<'_> {
    async fn fold(&mut self, entry: &LogEntry<'_>, fact: &ScrubFact) -> Result<(), StoreError> {
        let LogEntry { position, recorded_at, event } = *entry;
        let at = event.occurred_at.unwrap_or(recorded_at);
        match fact {
            ScrubFact::RoundBegan { view, round, alone } => self.round(view, (*round, *alone), position, at).await,
            ScrubFact::PublicRoundBegan { view, people, .. } => self.public_round(view, *people, position, at).await,
            ScrubFact::Opened(opening) => {
                let by = event.actor.as_ref().map_or("", |actor| &actor.login);
                self.open(opening, by, position, at).await
            }
            ScrubFact::Advanced { scrub, place, skipped, to } => {
                let outcome = if *skipped { "skipped" } else { "read" };
                self.advance(*scrub, (*place, outcome), *to, position, at).await
            }
            ScrubFact::Returned { scrub, place, alone, hidden } => {
                self.come_back(*scrub, *place, (!alone, !hidden), position, at).await
            }
            ScrubFact::Moved { scrub, from, place, public, hidden } => {
                self.went_on(*scrub, *public, position, at).await?;
                self.move_to(*scrub, (*from, *place), !hidden, position, at).await
            }
            ScrubFact::Skipped { scrub, place } => self.skip(*scrub, *place, at).await,
            ScrubFact::HandedOver { scrub, host } => self.hand_over(*scrub, host, at).await,
            ScrubFact::Attended { scrub, login, present } => {
                self.touch(*scrub, at).await?;
                match present {
                    true => self.attend(*scrub, std::slice::from_ref(login), position).await,
                    false => self.leave(*scrub, login).await,
                }
            }
            ScrubFact::Closed { scrub, forgotten, public } => {
                self.went_on(*scrub, *public, position, at).await?;
                self.close(*scrub, *forgotten, position, at).await
            }
            ScrubFact::Imported { scrub, date, host, attendees } => {
                sqlx::query!(
                    "INSERT INTO scrubs (account_id, generation, scrub, date, host, opened_position, closed_at, imported)
                     VALUES ($1, $2, $3, $4, $5, $6, $7, true)",
                    self.account_id,
                    self.generation,
                    scrub,
                    *date,
                    host.as_deref(),
                    position,
                    at,
                )
                .execute(&mut *self.connection)
                .await?;
                self.attend(*scrub, attendees, position).await
            }
            ScrubFact::Unplaced { .. } => {
                sqlx::query!(
                    "INSERT INTO unplaced_rows (account_id, generation, position, told) VALUES ($1, $2, $3, $4::text::json)",
                    self.account_id,
                    self.generation,
                    position,
                    canonical(fact),
                )
                .execute(&mut *self.connection)
                .await?;
                Ok(())
            }
            ScrubFact::Read { .. }
            | ScrubFact::Unread { .. }
            | ScrubFact::MarkUndone { .. }
            | ScrubFact::Noted { .. } => Ok(()),
        }
    }

    async fn public_round(
        &mut self,
        view: &str,
        people: bool,
        position: i64,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        sqlx::query!(
            "INSERT INTO public_rounds (account_id, generation, view, started_position, started_at, people)
             VALUES ($1, $2, $3, $4, $5, $6)",
            self.account_id,
            self.generation,
            view,
            position,
            at,
            people,
        )
        .execute(&mut *self.connection)
        .await?;
        Ok(())
    }

    async fn round(
        &mut self,
        view: &str,
        (round, alone): (i64, bool),
        position: i64,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        sqlx::query!(
            "INSERT INTO rounds (account_id, generation, view, round, started_position, started_at, alone)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            self.account_id,
            self.generation,
            view,
            round,
            position,
            at,
            alone,
        )
        .execute(&mut *self.connection)
        .await?;
        Ok(())
    }

    async fn open(&mut self, opening: &Opening, by: &str, position: i64, at: DateTime<Utc>) -> Result<(), StoreError> {
        let Opening {
            scrub,
            view,
            round,
            date,
            host,
            attendees,
            total,
            public,
            private,
            order,
            limit,
            first_public,
            deck,
        } = opening;
        sqlx::query!(
            "INSERT INTO scrubs (account_id, generation, scrub, view, round, date, host, opened_by, opened_at,
                                 opened_position, touched_at, cursor_place, total, public, private, deck_order, deck_limit,
                                 public_cursor)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $9, 1, $11, $12, $13, $14, $15, $16)",
            self.account_id,
            self.generation,
            scrub,
            view,
            round,
            *date,
            host,
            by,
            at,
            position,
            total,
            public,
            private,
            order.as_deref(),
            *limit,
            Some(*first_public).filter(|place| *place > 0),
        )
        .execute(&mut *self.connection)
        .await?;
        let column = |value: fn(&DeckPlace) -> i64| deck.iter().map(value).collect();
        let repo_ids: Vec<i64> = column(|place| place.repo_id);
        let numbers: Vec<i64> = column(|place| place.number);
        let ranks: Vec<i64> = column(|place| place.rank);
        let ages: Vec<i64> = column(|place| place.days_age);
        let stales: Vec<i64> = column(|place| place.days_stale);
        sqlx::query!(
            "INSERT INTO deck_rows (account_id, generation, scrub, place, repo_id, number, rank, days_age, days_stale,
                                    arrived_position, arrived_at)
             SELECT a.account_id, $2, $3, place, repo_id, number, rank, days_age, days_stale,
                    CASE WHEN place = 1 THEN $9::bigint END, CASE WHEN place = 1 THEN $10::timestamptz END
             FROM accounts a CROSS JOIN UNNEST($4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[])
               WITH ORDINALITY AS new (repo_id, number, rank, days_age, days_stale, place)
           WHERE a.account_id = $1",
            self.account_id,
            self.generation,
            scrub,
            &repo_ids,
            &numbers,
            &ranks,
            &ages,
            &stales,
            position,
            at,
        )
        .execute(&mut *self.connection)
        .await?;
        self.attend(*scrub, attendees, position).await
    }

    async fn advance(
        &mut self,
        scrub: i64,
        (place, outcome): (i64, &str),
        to: Cursors,
        position: i64,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        // Here and below, BETWEEN and ORDER BY have the planner take the index that has the whole key, whatever it knows.
        sqlx::query!(
            "WITH left_row AS (
               UPDATE deck_rows SET outcome = $5, left_position = $7, left_at = $8, advanced_position = $7, advanced_at = $8
               WHERE account_id = $1 AND ctid = (SELECT ctid FROM deck_rows WHERE account_id = $1 AND generation = $2
                 AND scrub = $3 AND place BETWEEN $4 AND $4 ORDER BY place LIMIT 1)),
             next_row AS (
               -- Of a row that was moved to or from, the first coming stays.
               UPDATE deck_rows SET
                 arrived_position = CASE WHEN moved_at IS NOT NULL THEN coalesce(arrived_position, $7) ELSE $7 END,
                 arrived_at = CASE WHEN moved_at IS NOT NULL THEN coalesce(arrived_at, $8) ELSE $8 END,
                 left_position = CASE WHEN moved_at IS NULL THEN left_position END,
                 left_at = CASE WHEN moved_at IS NULL THEN left_at END,
                 moved_at = CASE WHEN moved_at IS NOT NULL THEN $8 END
               WHERE account_id = $1 AND ctid = (SELECT ctid FROM deck_rows WHERE account_id = $1 AND generation = $2
                 AND scrub = $3 AND place BETWEEN $6 AND $6 ORDER BY place LIMIT 1)
                 -- It stays where it is if the row was read by somebody from whom that place is hidden.
                 AND place IS DISTINCT FROM (SELECT cursor_place FROM scrubs
                   WHERE account_id = $1 AND generation = $2 AND scrub = $3))
             UPDATE scrubs SET cursor_place = $6, public_cursor = $9, touched_at = $8
             WHERE account_id = $1 AND generation = $2 AND scrub = $3",
            self.account_id,
            self.generation,
            scrub,
            place,
            outcome,
            to.whole,
            position,
            at,
            to.public,
        )
        .execute(&mut *self.connection)
        .await?;
        Ok(())
    }

    /// `to`: whether the cursor does, and that of those who see what is public alone.
    async fn come_back(
        &mut self,
        scrub: i64,
        place: i64,
        to: (bool, bool),
        position: i64,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        sqlx::query!(
            "WITH row AS (
               UPDATE deck_rows SET arrived_position = $5, arrived_at = $6, left_position = NULL, left_at = NULL
               WHERE $7 AND account_id = $1 AND ctid = (SELECT ctid FROM deck_rows WHERE account_id = $1 AND generation = $2
                 AND scrub = $3 AND place BETWEEN $4 AND $4 ORDER BY place LIMIT 1))
             UPDATE scrubs SET touched_at = $6, cursor_place = CASE WHEN $7 THEN $4 ELSE cursor_place END,
               public_cursor = CASE WHEN $8 THEN $4 ELSE public_cursor END
             WHERE account_id = $1 AND generation = $2 AND scrub = $3",
            self.account_id,
            self.generation,
            scrub,
            place,
            position,
            at,
            to.0,
            to.1,
        )
        .execute(&mut *self.connection)
        .await?;
        Ok(())
    }

    /// The row that the cursor was on keeps its state, since nobody said that it was read.
    async fn close(&mut self, scrub: i64, forgotten: bool, position: i64, at: DateTime<Utc>) -> Result<(), StoreError> {
        sqlx::query!(
            "WITH left_row AS (
               UPDATE deck_rows SET left_position = $5, left_at = $4
               WHERE account_id = $1 AND ctid = (SELECT d.at FROM scrubs s
                 CROSS JOIN LATERAL (SELECT ctid AS at FROM deck_rows WHERE account_id = $1 AND generation = $2
                   AND scrub = $3 AND place BETWEEN s.cursor_place AND s.cursor_place ORDER BY place LIMIT 1) AS d
                 WHERE s.account_id = $1 AND s.generation = $2 AND s.scrub = $3))
             UPDATE scrubs SET closed_at = $4, touched_at = $4, forgotten = $6, cursor_place = NULL,
               public_cursor = NULL
             WHERE account_id = $1 AND generation = $2 AND scrub = $3",
            self.account_id,
            self.generation,
            scrub,
            at,
            position,
            forgotten,
        )
        .execute(&mut *self.connection)
        .await?;
        Ok(())
    }

    async fn touch(&mut self, scrub: i64, at: DateTime<Utc>) -> Result<(), StoreError> {
        sqlx::query!(
            "UPDATE scrubs SET touched_at = $4
             WHERE account_id = $1 AND generation = $2 AND scrub = $3 AND closed_at IS NULL",
            self.account_id,
            self.generation,
            scrub,
            at,
        )
        .execute(&mut *self.connection)
        .await?;
        Ok(())
    }

    async fn attend(&mut self, scrub: i64, names: &[String], position: i64) -> Result<(), StoreError> {
        let logins: Vec<String> = names.iter().map(|name| name.to_lowercase()).collect();
        sqlx::query!(
            "INSERT INTO attendees (account_id, generation, scrub, login, name, position)
             SELECT a.account_id, $2, $3, login, name, $6 FROM accounts a CROSS JOIN UNNEST($4::text[], $5::text[]) AS new (login, name)
           WHERE a.account_id = $1
             ON CONFLICT DO NOTHING",
            self.account_id,
            self.generation,
            scrub,
            &logins,
            names,
            position,
        )
        .execute(&mut *self.connection)
        .await?;
        Ok(())
    }

    async fn leave(&mut self, scrub: i64, name: &str) -> Result<(), StoreError> {
        sqlx::query!(
            "DELETE FROM attendees WHERE account_id = $1 AND generation = $2 AND scrub = $3 AND login = $4",
            self.account_id,
            self.generation,
            scrub,
            name.to_lowercase(),
        )
        .execute(&mut *self.connection)
        .await?;
        Ok(())
    }
}
