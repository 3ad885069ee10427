//! Forgetting an uninstalled account. Only this deletes events.

use chrono::{DateTime, Duration, Utc};
use sqlx::PgPool;

use super::append::{Entry, append_behind};
use super::head::lock_head;
use super::pool;
use super::{StoreError, generations};
use crate::activity::{Bots, Event};

/// The outcome of a purge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PurgeOutcome {
    Done,
    /// The account is installed, or nothing is known of it.
    Not,
    /// The grace ends at this time.
    Later(DateTime<Utc>),
}

/// Deletes what is kept of an account whose grace is over: its log, its deliveries and every
/// projection. The account's row stays, so that its positions never start again. It gets a new
/// generation, so that replicas load it again. Only the event `told` is left in its log: it keeps the
/// account hidden, whatever later deliveries say.
pub async fn purge(pool: &PgPool, account_id: i64, grace: Duration, told: Event) -> Result<PurgeOutcome, StoreError> {
    let mut transaction = pool::begin(pool, "BEGIN").await?;
    lock_head(&mut transaction, account_id).await?;
    let gone = sqlx::query!(
        r#"SELECT gone_at, clock_timestamp() AS "now!" FROM installations WHERE account_id = $1 FOR UPDATE"#,
        account_id
    )
    .fetch_optional(&mut *transaction)
    .await?;
    let Some((gone_at, now)) = gone.and_then(|found| Some((found.gone_at?, found.now))) else {
        return Ok(PurgeOutcome::Not);
    };
    if gone_at + grace > now {
        return Ok(PurgeOutcome::Later(gone_at + grace));
    }
    sqlx::query!(
        "UPDATE accounts SET generation = next_generation, next_generation = next_generation + 1
         WHERE account_id = $1",
        account_id
    )
    .execute(&mut *transaction)
    .await?;
    sqlx::query!("DELETE FROM events WHERE account_id = $1", account_id).execute(&mut *transaction).await?;
    sqlx::query!("DELETE FROM deliveries WHERE account_id = $1", account_id).execute(&mut *transaction).await?;
    generations::remove(&mut *transaction, account_id, 0, i64::MAX).await?;
    sqlx::query!("DELETE FROM views WHERE account_id = $1", account_id).execute(&mut *transaction).await?;
    sqlx::query!("DELETE FROM schedule_dates WHERE account_id = $1", account_id).execute(&mut *transaction).await?;
    sqlx::query!("DELETE FROM scrub_greeters WHERE account_id = $1", account_id).execute(&mut *transaction).await?;
    sqlx::query!("DELETE FROM scrub_guests WHERE account_id = $1", account_id).execute(&mut *transaction).await?;
    sqlx::query!("DELETE FROM chat_messages WHERE account_id = $1", account_id).execute(&mut *transaction).await?;
    sqlx::query!("DELETE FROM talks WHERE account_id = $1", account_id).execute(&mut *transaction).await?;
    sqlx::query!("DELETE FROM requests WHERE account_id = $1", account_id).execute(&mut *transaction).await?;
    sqlx::query!("DELETE FROM stream_tickets WHERE account_id = $1", account_id).execute(&mut *transaction).await?;
    sqlx::query!("DELETE FROM sights WHERE account_id = $1", account_id).execute(&mut *transaction).await?;
    sqlx::query!("DELETE FROM sync WHERE account_id = $1", account_id).execute(&mut *transaction).await?;
    sqlx::query!("DELETE FROM jobs WHERE account_id = $1 AND kind <> 'purge'", account_id)
        .execute(&mut *transaction)
        .await?;
    sqlx::query!("DELETE FROM conversations_asked WHERE account_id = $1", account_id)
        .execute(&mut *transaction)
        .await?;
    sqlx::query!("DELETE FROM left_out WHERE account_id = $1", account_id).execute(&mut *transaction).await?;
    sqlx::query!("DELETE FROM redeliveries WHERE account_id = $1", account_id).execute(&mut *transaction).await?;
    sqlx::query!("DELETE FROM installations WHERE account_id = $1", account_id).execute(&mut *transaction).await?;
    let told = Entry::new(None, vec![told]);
    append_behind(&mut transaction, account_id, &[told], &Bots::default()).await?;
    transaction.commit().await?;
    Ok(PurgeOutcome::Done)
}
