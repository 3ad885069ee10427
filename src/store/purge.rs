//! Forgetting an uninstalled account. The only deletion of events there is.

use sqlx::PgPool;

use super::{StoreError, append};

/// Deletes what is kept of an account: its log, its deliveries, every projection. The account's
/// row stays, so that positions never begin again, under a new generation: replicas load it anew,
/// and find nothing.
pub async fn purge(pool: &PgPool, account_id: i64) -> Result<(), StoreError> {
    let mut transaction = pool.begin().await?;
    append::lock_head(&mut transaction, account_id).await?;
    sqlx::query!(
        "UPDATE accounts SET generation = next_generation, next_generation = next_generation + 1,
           head_position = head_position + 1 WHERE account_id = $1",
        account_id
    )
    .execute(&mut *transaction)
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
    sqlx::query!("DELETE FROM deck_rows WHERE account_id = $1", account_id).execute(&mut *transaction).await?;
    sqlx::query!("DELETE FROM views WHERE account_id = $1", account_id).execute(&mut *transaction).await?;
    sqlx::query!("DELETE FROM jobs WHERE account_id = $1 AND kind <> 'purge'", account_id)
        .execute(&mut *transaction)
        .await?;
    sqlx::query!("DELETE FROM sync WHERE account_id = $1", account_id).execute(&mut *transaction).await?;
    sqlx::query!("DELETE FROM redeliveries WHERE account_id = $1", account_id).execute(&mut *transaction).await?;
    sqlx::query!("DELETE FROM installations WHERE account_id = $1", account_id).execute(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(())
}
