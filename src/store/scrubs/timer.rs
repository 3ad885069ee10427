//! The timer of a scrub's room.

use chrono::{DateTime, Utc};
use sqlx::PgPool;

use super::{room, rows};
use crate::scrub::room::TimerPause;
use crate::store::StoreError;
use crate::store::pool;

/// What a timer is set to.
#[derive(Clone, Copy, Debug)]
pub struct TimerSetting {
    /// The version of the timer that its setter sees.
    pub version: i64,
    pub row_seconds: Option<i64>,
    pub ends_at: Option<DateTime<Utc>>,
    pub paused: bool,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimerOutcome {
    Done,
    /// There is no such scrub.
    Unknown,
    Closed,
    /// Somebody has set it since.
    Changed,
}

/// Sets the timer of a scrub, if it is still the one that its setter sees.
pub async fn set(pool: &PgPool, account_id: i64, scrub: i64, new: TimerSetting) -> Result<TimerOutcome, StoreError> {
    let mut transaction = pool::begin(pool, "BEGIN").await?;
    match rows::scrub(&mut transaction, account_id, scrub).await? {
        Some(at) if at.closed => return Ok(TimerOutcome::Closed),
        Some(_) => {}
        None => return Ok(TimerOutcome::Unknown),
    }
    room::change(&mut transaction, account_id, scrub).await?;
    let now = sqlx::query!(
        r#"SELECT timer_version, paused_at, resumed_at, held_ms, clock_timestamp() AS "now!"
           FROM scrub_rooms WHERE account_id = $1 AND scrub = $2"#,
        account_id,
        scrub,
    )
    .fetch_one(&mut *transaction)
    .await?;
    if now.timer_version != new.version {
        return Ok(TimerOutcome::Changed);
    }
    let mut held = TimerPause { until: now.resumed_at, ms: now.held_ms };
    if let Some(paused_at) = now.paused_at.filter(|_| !new.paused) {
        let started = room::row_started(&mut transaction, account_id, scrub).await?;
        held = held.after(paused_at, now.now, started);
    }
    sqlx::query!(
        "UPDATE scrub_rooms SET timer_version = timer_version + 1, row_seconds = $3, ends_at = $4, paused_at = $5,
           resumed_at = $6, held_ms = $7
         WHERE account_id = $1 AND scrub = $2",
        account_id,
        scrub,
        new.row_seconds,
        new.ends_at,
        new.paused.then_some(now.paused_at.unwrap_or(now.now)),
        held.until,
        held.ms,
    )
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(TimerOutcome::Done)
}
