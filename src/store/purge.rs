//! Forgetting an uninstalled account. The only deletion of events there is.

use chrono::{DateTime, Duration, Utc};
use sqlx::PgPool;

use super::StoreError;
use super::append::{self, Entry, Head};
use crate::activity::{Bots, Event};

/// What became of a purge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purged {
    Done,
    /// The account is installed, or nothing is known of it.
    Not,
    /// The grace is over at this time.
    Later(DateTime<Utc>),
}

/// Deletes what is kept of an account whose grace is over: its log, its deliveries, every
/// projection. The account's row stays, so that positions never begin again, under a new
/// generation: replicas load it anew. `told` is all that is left in its log, so that the account
/// stays hidden whatever else is told of it later.
pub async fn purge(pool: &PgPool, account_id: i64, grace: Duration, told: Event) -> Result<Purged, StoreError> {
    let mut transaction = pool.begin().await?;
    let head = append::lock_head(&mut transaction, account_id).await?;
    let gone = sqlx::query!(
        r#"SELECT gone_at, clock_timestamp() AS "now!" FROM installations WHERE account_id = $1 FOR UPDATE"#,
        account_id
    )
    .fetch_optional(&mut *transaction)
    .await?;
    let Some((gone_at, now)) = gone.and_then(|found| Some((found.gone_at?, found.now))) else { return Ok(Purged::Not) };
    if gone_at + grace > now {
        return Ok(Purged::Later(gone_at + grace));
    }
    let generation = sqlx::query_scalar!(
        "UPDATE accounts SET generation = next_generation, next_generation = next_generation + 1
         WHERE account_id = $1 RETURNING generation",
        account_id
    )
    .fetch_one(&mut *transaction)
    .await?;
    sqlx::query!("DELETE FROM events WHERE account_id = $1", account_id).execute(&mut *transaction).await?;
    sqlx::query!("DELETE FROM deliveries WHERE account_id = $1", account_id).execute(&mut *transaction).await?;
    sqlx::query!("DELETE FROM items WHERE account_id = $1", account_id).execute(&mut *transaction).await?;
    sqlx::query!("DELETE FROM repositories WHERE account_id = $1", account_id).execute(&mut *transaction).await?;
    sqlx::query!("DELETE FROM labels WHERE account_id = $1", account_id).execute(&mut *transaction).await?;
    sqlx::query!("DELETE FROM milestones WHERE account_id = $1", account_id).execute(&mut *transaction).await?;
    sqlx::query!("DELETE FROM account_profiles WHERE account_id = $1", account_id).execute(&mut *transaction).await?;
    sqlx::query!("DELETE FROM remarks WHERE account_id = $1", account_id).execute(&mut *transaction).await?;
    sqlx::query!("DELETE FROM rounds WHERE account_id = $1", account_id).execute(&mut *transaction).await?;
    sqlx::query!("DELETE FROM scrubs WHERE account_id = $1", account_id).execute(&mut *transaction).await?;
    sqlx::query!("DELETE FROM attendees WHERE account_id = $1", account_id).execute(&mut *transaction).await?;
    sqlx::query!("DELETE FROM unplaced_rows WHERE account_id = $1", account_id).execute(&mut *transaction).await?;
    sqlx::query!("DELETE FROM deck_rows WHERE account_id = $1", account_id).execute(&mut *transaction).await?;
    sqlx::query!("DELETE FROM views WHERE account_id = $1", account_id).execute(&mut *transaction).await?;
    sqlx::query!("DELETE FROM jobs WHERE account_id = $1 AND kind <> 'purge'", account_id)
        .execute(&mut *transaction)
        .await?;
    sqlx::query!("DELETE FROM sync WHERE account_id = $1", account_id).execute(&mut *transaction).await?;
    sqlx::query!("DELETE FROM redeliveries WHERE account_id = $1", account_id).execute(&mut *transaction).await?;
    sqlx::query!("DELETE FROM installations WHERE account_id = $1", account_id).execute(&mut *transaction).await?;
    let (head, told) = (Head { generation, ..head }, Entry::new(None, vec![told]));
    append::append_behind(&mut transaction, account_id, &head, &[told], &Bots::default()).await?;
    transaction.commit().await?;
    Ok(Purged::Done)
}
