//! Generations of an account's projections.
//!
//! A generation is one complete set of projection rows. `accounts.generation` names the one in use;
//! a rebuild fills the next one beside it and switches to it.

use sqlx::{PgExecutor, PgPool};

use super::StoreError;

/// A generation that a rebuild has begun.
pub(super) struct NewGeneration {
    pub generation: i64,
    /// The one that was in use then.
    pub in_use: i64,
    /// The account's head then.
    pub position: i64,
}

/// Takes the account's next generation.
pub(super) async fn begin(pool: &PgPool, account_id: i64) -> Result<NewGeneration, StoreError> {
    let begun = sqlx::query_as!(
        NewGeneration,
        r#"UPDATE accounts SET next_generation = next_generation + 1 WHERE account_id = $1
           RETURNING next_generation - 1 AS "generation!", generation AS in_use, head_position AS position"#,
        account_id,
    )
    .fetch_one(pool)
    .await?;
    Ok(begun)
}

pub(super) async fn in_use(executor: impl PgExecutor<'_>, account_id: i64) -> Result<i64, StoreError> {
    let in_use = sqlx::query_scalar!("SELECT generation FROM accounts WHERE account_id = $1", account_id)
        .fetch_one(executor)
        .await?;
    Ok(in_use)
}

/// Switches the account to a generation.
pub(super) async fn switch_to(
    executor: impl PgExecutor<'_>,
    account_id: i64,
    generation: i64,
) -> Result<(), StoreError> {
    sqlx::query!("UPDATE accounts SET generation = $2 WHERE account_id = $1", account_id, generation)
        .execute(executor)
        .await?;
    Ok(())
}

/// Deletes the projection rows of the generations from `first` to `last`, both included.
pub(super) async fn remove(
    executor: impl PgExecutor<'_>,
    account_id: i64,
    first: i64,
    last: i64,
) -> Result<(), StoreError> {
    sqlx::query!(
        r#"WITH gone_items AS (
             DELETE FROM items WHERE account_id = $1 AND generation BETWEEN $2 AND $3),
           gone_repositories AS (
             DELETE FROM repositories WHERE account_id = $1 AND generation BETWEEN $2 AND $3),
           gone_labels AS (
             DELETE FROM labels WHERE account_id = $1 AND generation BETWEEN $2 AND $3),
           gone_milestones AS (
             DELETE FROM milestones WHERE account_id = $1 AND generation BETWEEN $2 AND $3),
           gone_people AS (
             DELETE FROM people WHERE account_id = $1 AND generation BETWEEN $2 AND $3),
           gone_remarks AS (
             DELETE FROM remarks WHERE account_id = $1 AND generation BETWEEN $2 AND $3),
           gone_rounds AS (
             DELETE FROM rounds WHERE account_id = $1 AND generation BETWEEN $2 AND $3),
           gone_public_rounds AS (
             DELETE FROM public_rounds WHERE account_id = $1 AND generation BETWEEN $2 AND $3),
           gone_scrubs AS (
             DELETE FROM scrubs WHERE account_id = $1 AND generation BETWEEN $2 AND $3),
           gone_attendees AS (
             DELETE FROM attendees WHERE account_id = $1 AND generation BETWEEN $2 AND $3),
           gone_unplaced_rows AS (
             DELETE FROM unplaced_rows WHERE account_id = $1 AND generation BETWEEN $2 AND $3),
           gone_deck_rows AS (
             DELETE FROM deck_rows WHERE account_id = $1 AND generation BETWEEN $2 AND $3)
           DELETE FROM account_profiles WHERE account_id = $1 AND generation BETWEEN $2 AND $3"#,
        account_id,
        first,
        last,
    )
    .execute(executor)
    .await?;
    Ok(())
}
