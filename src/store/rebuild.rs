//! Rebuilding the projections from the log, while appends go on.
//!
//! The log is folded into a new generation of rows beside the one in use; what was appended
//! meanwhile is folded on top; the last few events and the flip happen under the head lock, so no
//! event is missed and appends wait for moments only. A rebuild that dies leaves rows of a
//! generation that nobody reads; the next one that finishes removes them.

use futures_util::TryStreamExt;
use sqlx::{Connection, PgConnection, PgExecutor, PgPool};

use super::differences::differences;
use super::items::{self, ItemAddress};
use super::log::{EventRow, LoggedEvent, events_after};
use super::project::{Directory, Placed, project, save_directory};
use super::{StoreError, append, scrubs};
use crate::activity::{Bots, Fact, ItemState};

/// Items written at once.
const ITEMS_AT_ONCE: usize = 1_000;
/// Events of the tail folded at once; fewer than these are left to the flip.
const TAIL_AT_ONCE: i64 = 2_000;
/// Events of scrubs folded at once.
const SCRUBBED_AT_ONCE: usize = 500;

/// What a rebuild did.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rebuilt {
    pub events: i64,
    pub items: i64,
}

/// Folds an account's log into a new generation and flips to it.
///
/// # Errors
/// [`StoreError::Overtaken`] if another rebuild flipped to a newer generation first.
pub async fn rebuild(pool: &PgPool, account_id: i64, bots: &Bots) -> Result<Rebuilt, StoreError> {
    let started = start_generation(pool, account_id).await?;
    match fold_and_flip(pool, account_id, &started, bots).await {
        Ok(rebuilt) => {
            remove_generations_before(pool, account_id, started.generation).await;
            Ok(rebuilt)
        }
        Err(error) => Err(given_up(pool, account_id, &started, error).await),
    }
}

async fn fold_and_flip(pool: &PgPool, account_id: i64, started: &Started, bots: &Bots) -> Result<Rebuilt, StoreError> {
    let (rebuilt, folded_to) = fold_log(pool, account_id, started, bots).await?;
    let mut transaction = pool.begin().await?;
    let head = append::lock_head(&mut transaction, account_id).await?;
    if head.generation > started.generation {
        return Err(StoreError::Overtaken);
    }
    let rest = events_between(&mut transaction, account_id, folded_to, head.position).await?;
    project_logged(&mut transaction, account_id, started.generation, &rest, bots).await?;
    flip(&mut transaction, account_id, started.generation).await?;
    transaction.commit().await?;
    Ok(Rebuilt { events: head.position, ..rebuilt })
}

/// Removes what a failed rebuild leaves. Its error is another rebuild that finished first, if
/// there was one: that one removes rows that this one may have been writing.
async fn given_up(pool: &PgPool, account_id: i64, started: &Started, error: StoreError) -> StoreError {
    remove_generation(pool, account_id, started.generation).await;
    match generation_in_use(pool, account_id).await {
        Ok(in_use) if in_use > started.generation => StoreError::Overtaken,
        _ => error,
    }
}

/// Folds an account's log anew and compares every column of every row with what is in use.
/// Answers the differences in words, none if all is well. What is appended meanwhile is left
/// out of the comparison.
///
/// # Errors
/// [`StoreError::Overtaken`] if a rebuild finished meanwhile.
pub async fn check(pool: &PgPool, account_id: i64, bots: &Bots) -> Result<(Rebuilt, Vec<String>), StoreError> {
    let started = start_generation(pool, account_id).await?;
    let outcome = async {
        let (rebuilt, folded_to) = fold_log(pool, account_id, &started, bots).await?;
        let generations = (started.in_use, started.generation);
        let differences = differences(pool, account_id, generations, folded_to).await?;
        Ok((Rebuilt { events: folded_to, ..rebuilt }, differences))
    }
    .await;
    match outcome {
        Ok(outcome) => {
            remove_generation(pool, account_id, started.generation).await;
            Ok(outcome)
        }
        Err(error) => Err(given_up(pool, account_id, &started, error).await),
    }
}

/// A generation that is being made.
struct Started {
    generation: i64,
    /// The one in use when it began.
    in_use: i64,
    /// The head then.
    position: i64,
}

async fn start_generation(pool: &PgPool, account_id: i64) -> Result<Started, StoreError> {
    let started = sqlx::query_as!(
        Started,
        r#"UPDATE accounts SET next_generation = next_generation + 1 WHERE account_id = $1
           RETURNING next_generation - 1 AS "generation!", generation AS in_use, head_position AS position"#,
        account_id,
    )
    .fetch_one(pool)
    .await?;
    Ok(started)
}

/// Folds the log into the new generation up to a position close to the head, which it answers.
async fn fold_log(
    pool: &PgPool,
    account_id: i64,
    started: &Started,
    bots: &Bots,
) -> Result<(Rebuilt, i64), StoreError> {
    let items = fold_to_start(pool, account_id, started, bots).await?;
    let mut folded_to = started.position;
    loop {
        let tail = events_after(pool, account_id, folded_to, TAIL_AT_ONCE).await?;
        let full = i64::try_from(tail.len()).unwrap_or(i64::MAX) >= TAIL_AT_ONCE;
        let Some(last) = tail.last() else { break };
        folded_to = last.position;
        let mut transaction = pool.begin().await?;
        project_logged(&mut transaction, account_id, started.generation, &tail, bots).await?;
        transaction.commit().await?;
        if !full {
            break;
        }
    }
    Ok((Rebuilt { items, ..Rebuilt::default() }, folded_to))
}

/// Folds what was in the log when the generation began, item by item, so that memory holds one
/// batch of items and the directory, however long the log is. Answers how many items there were.
async fn fold_to_start(pool: &PgPool, account_id: i64, started: &Started, bots: &Bots) -> Result<i64, StoreError> {
    let mut writer = pool.acquire().await?;
    fold_scrubs(pool, &mut writer, account_id, started).await?;
    let mut rows = sqlx::query_as!(
        EventRow,
        r#"SELECT position AS "position!", source_key AS "source_key!", source AS "source!", kind AS "kind!",
                  actor_login, actor_id, actor_bot, occurred_at, recorded_at AS "recorded_at!", data::text AS "data!"
           FROM effective_events
           WHERE account_id = $1 AND position <= $2 AND (source <> 'scrub' OR number IS NOT NULL)
           ORDER BY repo_id, number, position"#,
        account_id,
        started.position,
    )
    .fetch(pool);
    let mut directory = Directory::default();
    let mut folded: Vec<(ItemAddress, ItemState)> = Vec::with_capacity(ITEMS_AT_ONCE);
    let mut written = 0;
    let mut scrubbed = Vec::with_capacity(SCRUBBED_AT_ONCE);
    while let Some(row) = rows.try_next().await? {
        let logged = row.read()?;
        if matches!(logged.event.fact, Fact::Scrub(_)) {
            scrubbed.push(logged);
            if scrubbed.len() == SCRUBBED_AT_ONCE {
                save_scrubbed(&mut writer, account_id, started.generation, &mut scrubbed).await?;
            }
            continue;
        }
        let LoggedEvent { recorded_at, event, .. } = logged;
        directory.apply(account_id, &event, recorded_at);
        let Fact::Item(fact) = &event.fact else { continue };
        let address = (fact.repo_id, fact.number);
        if folded.last().is_none_or(|(last, _)| *last != address) {
            if folded.len() == ITEMS_AT_ONCE {
                written += save(&mut writer, account_id, started.generation, &mut folded).await?;
            }
            folded.push((address, ItemState::default()));
        }
        if let Some((_, state)) = folded.last_mut() {
            state.apply(&event, fact, bots);
        }
    }
    written += save(&mut writer, account_id, started.generation, &mut folded).await?;
    save_scrubbed(&mut writer, account_id, started.generation, &mut scrubbed).await?;
    save_directory(&mut writer, account_id, started.generation, &Directory::default(), &directory).await?;
    Ok(written)
}

/// Folds what is about scrubs and no item, in the order of the log: their rows are there before items
/// are marked on them.
async fn fold_scrubs(
    pool: &PgPool,
    writer: &mut PgConnection,
    account_id: i64,
    started: &Started,
) -> Result<(), StoreError> {
    let mut rows = sqlx::query_as!(
        EventRow,
        r#"SELECT position AS "position!", source_key AS "source_key!", source AS "source!", kind AS "kind!",
                  actor_login, actor_id, actor_bot, occurred_at, recorded_at AS "recorded_at!", data::text AS "data!"
           FROM effective_events
           WHERE account_id = $1 AND position <= $2 AND source = 'scrub' AND repo_id IS NULL AND number IS NULL
           ORDER BY position"#,
        account_id,
        started.position,
    )
    .fetch(pool);
    let mut scrubbed = Vec::with_capacity(SCRUBBED_AT_ONCE);
    while let Some(row) = rows.try_next().await? {
        scrubbed.push(row.read()?);
        if scrubbed.len() == SCRUBBED_AT_ONCE {
            save_scrubbed(writer, account_id, started.generation, &mut scrubbed).await?;
        }
    }
    save_scrubbed(writer, account_id, started.generation, &mut scrubbed).await
}

async fn save(
    writer: &mut PgConnection,
    account_id: i64,
    generation: i64,
    folded: &mut Vec<(ItemAddress, ItemState)>,
) -> Result<i64, StoreError> {
    let rows: Vec<_> = folded.iter().map(|(address, state)| (*address, state)).collect();
    items::save(writer, account_id, generation, &rows).await?;
    let written = i64::try_from(folded.len()).unwrap_or(i64::MAX);
    folded.clear();
    Ok(written)
}

/// What was done in scrubs, in the order of the log as far as one item's or one scrub's go.
async fn save_scrubbed(
    writer: &mut PgConnection,
    account_id: i64,
    generation: i64,
    scrubbed: &mut Vec<LoggedEvent>,
) -> Result<(), StoreError> {
    let mut transaction = writer.begin().await?;
    let events: Vec<_> = scrubbed.iter().map(placed).collect();
    scrubs::project(&mut transaction, account_id, generation, &events).await?;
    transaction.commit().await?;
    scrubbed.clear();
    Ok(())
}

fn placed(logged: &LoggedEvent) -> Placed<'_> {
    let LoggedEvent { position, recorded_at, event } = logged;
    Placed { position: *position, recorded_at: *recorded_at, event }
}

async fn project_logged(
    connection: &mut PgConnection,
    account_id: i64,
    generation: i64,
    events: &[LoggedEvent],
    bots: &Bots,
) -> Result<(), StoreError> {
    let events: Vec<_> = events.iter().map(placed).collect();
    project(connection, account_id, generation, &events, bots).await
}

async fn events_between(
    connection: &mut PgConnection,
    account_id: i64,
    after: i64,
    to: i64,
) -> Result<Vec<LoggedEvent>, StoreError> {
    let rows = sqlx::query_as!(
        EventRow,
        r#"SELECT position AS "position!", source_key AS "source_key!", source AS "source!", kind AS "kind!",
                  actor_login, actor_id, actor_bot, occurred_at, recorded_at AS "recorded_at!", data::text AS "data!"
           FROM effective_events WHERE account_id = $1 AND position > $2 AND position <= $3 ORDER BY position"#,
        account_id,
        after,
        to,
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(EventRow::read).collect()
}

async fn flip(connection: &mut PgConnection, account_id: i64, generation: i64) -> Result<(), StoreError> {
    sqlx::query!("UPDATE accounts SET generation = $2 WHERE account_id = $1", account_id, generation)
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn generation_in_use(executor: impl PgExecutor<'_>, account_id: i64) -> Result<i64, StoreError> {
    let in_use = sqlx::query_scalar!("SELECT generation FROM accounts WHERE account_id = $1", account_id)
        .fetch_one(executor)
        .await?;
    Ok(in_use)
}

async fn remove_generations_before(pool: &PgPool, account_id: i64, generation: i64) {
    remove_or_leave(pool, account_id, 0, generation - 1).await;
}

async fn remove_generation(pool: &PgPool, account_id: i64, generation: i64) {
    remove_or_leave(pool, account_id, generation, generation).await;
}

/// Nobody reads these rows: should they stay, the next rebuild that finishes removes them.
async fn remove_or_leave(pool: &PgPool, account_id: i64, first: i64, last: i64) {
    if let Err(error) = remove(pool, account_id, first, last).await {
        let error = &error as &dyn std::error::Error;
        tracing::warn!(account = account_id, error, "rows of a rebuild that is over are left to the next one");
    }
}

async fn remove(pool: &PgPool, account_id: i64, first: i64, last: i64) -> Result<(), StoreError> {
    sqlx::query!(
        r#"WITH gone_items AS (
             DELETE FROM items WHERE account_id = $1 AND generation BETWEEN $2 AND $3),
           gone_repositories AS (
             DELETE FROM repositories WHERE account_id = $1 AND generation BETWEEN $2 AND $3),
           gone_labels AS (
             DELETE FROM labels WHERE account_id = $1 AND generation BETWEEN $2 AND $3),
           gone_milestones AS (
             DELETE FROM milestones WHERE account_id = $1 AND generation BETWEEN $2 AND $3),
           gone_remarks AS (
             DELETE FROM remarks WHERE account_id = $1 AND generation BETWEEN $2 AND $3),
           gone_rounds AS (
             DELETE FROM rounds WHERE account_id = $1 AND generation BETWEEN $2 AND $3),
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
    .execute(pool)
    .await?;
    Ok(())
}
