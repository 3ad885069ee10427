//! The room of a scrub: what is so at the moment. The modules [`presence`](super::presence), [`timer`](super::timer),
//! [`claims`](super::claims) and [`host`](super::host) change it.
//!
//! Nothing here locks an account's head, but for what becomes an event too. Locks are taken in this order: the head, the
//! room's row, the others. All times are the database's.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};

use super::arrivals;
use super::cursor::Cursor;
use super::shape::{self, Shape};
use crate::activity::Sight;
use crate::activity::scrubbing::Cursors;
use crate::scrub::room::{
    ASKED, AWAY, Claim, HostRequest, Room, Tab, Timer, TimerPause, is_present, present, with_guests,
};
use crate::store::StoreError;
use crate::store::pool::{self, ONE_MOMENT};

/// A scrub and its room, as they are stored.
struct StoredRoom {
    position: i64,
    view: String,
    host: Option<String>,
    cursor: Option<i64>,
    public_cursor: Option<i64>,
    closed: bool,
    imported: bool,
    opened_position: i64,
    opened_at: Option<DateTime<Utc>>,
    version: i64,
    timer_version: i64,
    row_seconds: Option<i64>,
    ends_at: Option<DateTime<Utc>>,
    paused_at: Option<DateTime<Utc>>,
    resumed_at: Option<DateTime<Utc>>,
    held_ms: i64,
    wanted_host: Option<String>,
    asked_by: Option<String>,
    asked_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
}

impl StoredRoom {
    /// Who asks for another host, as long as that counts.
    fn request(&self) -> Option<HostRequest> {
        let asked_at = self.asked_at.filter(|asked_at| *asked_at + ASKED > self.now)?;
        Some(HostRequest { host: self.wanted_host.clone()?, asked_by: self.asked_by.clone()?, asked_at })
    }
}

/// The room of a scrub, for a reader; `None` if there is no such scrub. Nobody is in the room of one that is closed.
pub async fn room(pool: &PgPool, account_id: i64, sight: &Sight, scrub: i64) -> Result<Option<Room>, StoreError> {
    let mut moment = pool::begin(pool, ONE_MOMENT).await?;
    let Some(stored) = stored(&mut moment, account_id, scrub).await? else { return Ok(None) };
    let tabs = if stored.closed { vec![] } else { tabs(&mut moment, account_id, scrub).await? };
    let claims = if stored.closed { vec![] } else { claims(&mut moment, account_id, scrub).await? };
    let shape = Shape::of(&mut moment, account_id, (scrub, stored.imported), sight).await?;
    let at = Cursors { whole: stored.cursor, public: stored.public_cursor };
    let cursor = Cursor { scrub, view: &stored.view, opened_position: stored.opened_position, at };
    let cursor = cursor.seen_by(&mut moment, account_id, sight).await?;
    let started = match cursor {
        Some(place) => started(&mut moment, account_id, scrub, sight, (place, &stored)).await?,
        None => None,
    };
    let host_present = stored.host.as_ref().is_some_and(|host| is_present(host, &tabs, stored.now));
    let host_request = stored.request().filter(|_| !stored.closed && !host_present);
    let mut left = HashMap::new();
    let mut greeter = None;
    if !stored.closed {
        let guests = arrivals::guests(&mut moment, account_id, scrub).await?;
        left.extend(guests.into_iter().map(|guest| (guest.client, guest.name)));
        greeter = arrivals::greeter(&mut moment, account_id, scrub).await?;
    }
    let (mut people, watching) = present(with_guests(tabs, &left), stored.now);
    let names = people.iter().map(|person| &person.name);
    let first = arrivals::first_timers(&mut moment, account_id, scrub, names).await?;
    let shown = |place: i64| shape.as_ref().map_or(Some(place), |shape| shape.shown(place));
    for person in &mut people {
        person.first_time = first.contains(&person.name.to_lowercase());
        person.place = if person.following { cursor } else { person.place }.and_then(shown);
    }
    let claims = claims.into_iter().filter_map(|claim| Some(Claim { place: shown(claim.place)?, ..claim }));
    let timer = Timer {
        version: stored.timer_version,
        row_seconds: stored.row_seconds,
        row_started_at: started.map(|at| TimerPause { until: stored.resumed_at, ms: stored.held_ms }.shift(at)),
        ends_at: stored.ends_at,
        paused_at: stored.paused_at,
    };
    Ok(Some(Room {
        scrub,
        version: stored.version,
        position: stored.position,
        host_present,
        host_request,
        people,
        watching,
        timer,
        claims: claims.collect(),
        greeter,
        now: stored.now,
        host: stored.host,
    }))
}

async fn stored(connection: &mut PgConnection, account_id: i64, scrub: i64) -> Result<Option<StoredRoom>, StoreError> {
    let stored = sqlx::query_as!(
        StoredRoom,
        r#"SELECT a.head_position AS "position!", coalesce(s.view, '') AS "view!", s.host, s.cursor_place AS cursor, s.public_cursor,
                  (s.closed_at IS NOT NULL) AS "closed!", s.imported AS "imported!", s.opened_position AS "opened_position!",
                  s.opened_at, coalesce(r.version, 0) AS "version!", coalesce(r.timer_version, 0) AS "timer_version!",
                  r.row_seconds AS "row_seconds?", r.ends_at AS "ends_at?", r.paused_at AS "paused_at?",
                  r.resumed_at AS "resumed_at?", coalesce(r.held_ms, 0) AS "held_ms!", r.wanted_host AS "wanted_host?",
                  r.asked_by AS "asked_by?", r.asked_at AS "asked_at?", clock_timestamp() AS "now!"
           FROM accounts a
           JOIN scrubs s ON s.account_id = a.account_id AND s.generation = a.generation AND s.scrub = $2
           LEFT JOIN scrub_rooms r ON r.account_id = $1 AND r.scrub = $2
           WHERE a.account_id = $1"#,
        account_id,
        scrub,
    )
    .fetch_optional(connection)
    .await?;
    Ok(stored)
}

/// The tabs of a room, with those that were closed not long ago.
pub(super) async fn tabs(connection: &mut PgConnection, account_id: i64, scrub: i64) -> Result<Vec<Tab>, StoreError> {
    let tabs = sqlx::query_as!(
        Tab,
        "SELECT login, client, name, place, following, typing, came_at, changed_at, expires_at
         FROM scrub_presences WHERE account_id = $1 AND scrub = $2
           AND expires_at > clock_timestamp() - make_interval(secs => $3)",
        account_id,
        scrub,
        AWAY.num_seconds() as f64,
    )
    .fetch_all(connection)
    .await?;
    Ok(tabs)
}

/// The rows of a deck that are somebody's to read, by their places.
pub(super) async fn claims(
    connection: &mut PgConnection,
    account_id: i64,
    scrub: i64,
) -> Result<Vec<Claim>, StoreError> {
    let claims = sqlx::query_as!(
        Claim,
        "SELECT place, name, until FROM scrub_claims
         WHERE account_id = $1 AND scrub = $2 AND until > clock_timestamp() ORDER BY place",
        account_id,
        scrub,
    )
    .fetch_all(connection)
    .await?;
    Ok(claims)
}

/// When the reading began of the row at which the cursor is for a reader.
async fn started(
    connection: &mut PgConnection,
    account_id: i64,
    scrub: i64,
    sight: &Sight,
    (place, stored): (i64, &StoredRoom),
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let row = sqlx::query!(
        r#"SELECT d.arrived_at, d.moved_at FROM accounts a
           CROSS JOIN LATERAL (SELECT arrived_at, moved_at FROM deck_rows
             WHERE account_id = $1 AND generation = a.generation AND scrub = $2 AND place BETWEEN $3 AND $3
             ORDER BY place LIMIT 1) AS d
           WHERE a.account_id = $1"#,
        account_id,
        scrub,
        place,
    )
    .fetch_optional(&mut *connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    if shape::is_whole(connection, account_id, scrub, sight).await? {
        // They may have been moved to.
        return Ok(row.arrived_at.max(row.moved_at).filter(|_| stored.cursor == Some(place)));
    }
    let opened = stored.opened_at.map(|at| (stored.opened_position, at));
    let visits = shape::visits(connection, account_id, scrub, sight, (&[place], Some(place), opened)).await?;
    Ok(visits.get(&place).and_then(|visit| visit.arrived).map(|(_, at)| at))
}

/// When the reading of the row under the cursor began, for those who see all.
pub(super) async fn row_started(
    connection: &mut PgConnection,
    account_id: i64,
    scrub: i64,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let Some(stored) = stored(connection, account_id, scrub).await? else { return Ok(None) };
    match stored.cursor {
        Some(place) => started(connection, account_id, scrub, &Sight::All, (place, &stored)).await,
        None => Ok(None),
    }
}

/// What is compared to see whether a room has changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Stamp {
    pub version: i64,
    /// How many tabs are open, and how many were not long ago.
    pub present: (i64, i64),
    pub claims: i64,
    pub asked: bool,
}

/// The stamp of a room.
pub async fn stamp(pool: &PgPool, account_id: i64, scrub: i64) -> Result<Stamp, StoreError> {
    let row = sqlx::query!(
        r#"SELECT coalesce(r.version, 0) AS "version!", p.present AS "present!", p.recent AS "recent!", c.claims AS "claims!",
                  coalesce(r.asked_at > clock_timestamp() - make_interval(secs => $4), false) AS "asked!"
           FROM (SELECT count(*) FILTER (WHERE expires_at > clock_timestamp()) AS present,
                        count(*) FILTER (WHERE expires_at > clock_timestamp() - make_interval(secs => $3)) AS recent
                 FROM scrub_presences WHERE account_id = $1 AND scrub = $2) AS p
           CROSS JOIN (SELECT count(*) AS claims FROM scrub_claims
                 WHERE account_id = $1 AND scrub = $2 AND until > clock_timestamp()) AS c
           LEFT JOIN scrub_rooms r ON r.account_id = $1 AND r.scrub = $2"#,
        account_id,
        scrub,
        AWAY.num_seconds() as f64,
        ASKED.num_seconds() as f64,
    )
    .fetch_one(pool)
    .await?;
    Ok(Stamp { version: row.version, present: (row.present, row.recent), claims: row.claims, asked: row.asked })
}

/// Locks a room's row, makes it if there is none, and has others told that something changed.
pub(super) async fn change(connection: &mut PgConnection, account_id: i64, scrub: i64) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO scrub_rooms (account_id, scrub) VALUES ($1, $2)
         ON CONFLICT (account_id, scrub) DO UPDATE SET version = scrub_rooms.version + 1",
        account_id,
        scrub,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Empties the room of a scrub that ends.
pub(super) async fn clear(connection: &mut PgConnection, account_id: i64, scrub: i64) -> Result<(), StoreError> {
    sqlx::query!("DELETE FROM scrub_rooms WHERE account_id = $1 AND scrub = $2", account_id, scrub)
        .execute(&mut *connection)
        .await?;
    sqlx::query!("DELETE FROM scrub_presences WHERE account_id = $1 AND scrub = $2", account_id, scrub)
        .execute(&mut *connection)
        .await?;
    sqlx::query!("DELETE FROM scrub_claims WHERE account_id = $1 AND scrub = $2", account_id, scrub)
        .execute(&mut *connection)
        .await?;
    arrivals::clear(connection, account_id, scrub).await
}

/// Deletes what is left of all rooms for no reason: who came just when a scrub ended, and who is gone for long.
pub async fn sweep(pool: &PgPool) -> Result<(), StoreError> {
    sqlx::query!("DELETE FROM scrub_presences WHERE expires_at < statement_timestamp() - interval '1 hour'")
        .execute(pool)
        .await?;
    sqlx::query!("DELETE FROM scrub_claims WHERE until < statement_timestamp() - interval '1 hour'")
        .execute(pool)
        .await?;
    sqlx::query!(
        "DELETE FROM scrub_rooms r WHERE NOT EXISTS (SELECT FROM current_scrubs s
           WHERE s.account_id = r.account_id AND s.scrub = r.scrub AND s.closed_at IS NULL)"
    )
    .execute(pool)
    .await?;
    arrivals::sweep(pool).await
}
