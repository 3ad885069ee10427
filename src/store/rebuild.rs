//! Rebuilding the projections from the log while appends go on.
//!
//! A rebuild folds the log into a new generation of rows beside the one in use, then folds in what
//! was appended meanwhile. The last few events and the switch to the new generation happen under the
//! head's lock, so that no event is missed and appends wait only for moments. A rebuild that dies
//! leaves rows of a generation that nobody reads; the next one that finishes removes them.

use futures_util::TryStreamExt;
use sqlx::{Connection, PgConnection, PgPool};

use super::differences::differences;
use super::generations::{self, NewGeneration};
use super::head::lock_head;
use super::items::{self, ItemAddress};
use super::log::{LoggedEvent, Part, events_between, in_order_of_items};
use super::pool;
use super::project::{project, save_directory};
use super::{StoreError, people, scrubs};
use crate::activity::directory::Directory;
use crate::activity::people::first_owner;
use crate::activity::{Bots, Fact, ItemState};

/// Items written at once.
const ITEMS_AT_ONCE: usize = 1_000;
/// Events of the log's tail folded at once. When fewer are left, they are folded under the head's lock.
const TAIL_AT_ONCE: i64 = 2_000;
/// Events of scrubs folded at once.
const SCRUBS_AT_ONCE: usize = 500;

/// What a rebuild did.
#[derive(Clone, Copy, Debug, Default)]
pub struct RebuildSummary {
    pub events: i64,
    pub items: i64,
}

/// Folds an account's log into a new generation and switches to it.
///
/// # Errors
/// [`StoreError::Overtaken`] if another rebuild switched to a newer generation first.
pub async fn rebuild(pool: &PgPool, account_id: i64, bots: &Bots) -> Result<RebuildSummary, StoreError> {
    let new = generations::begin(pool, account_id).await?;
    match fold_and_switch(pool, account_id, &new, bots).await {
        Ok(summary) => {
            remove_or_leave(pool, account_id, 0, new.generation - 1).await;
            Ok(summary)
        }
        Err(error) => Err(give_up(pool, account_id, &new, error).await),
    }
}

async fn fold_and_switch(
    pool: &PgPool,
    account_id: i64,
    new: &NewGeneration,
    bots: &Bots,
) -> Result<RebuildSummary, StoreError> {
    let (summary, folded_to) = fold_log(pool, account_id, new, bots).await?;
    let mut transaction = pool::begin(pool, "BEGIN").await?;
    let head = lock_head(&mut transaction, account_id).await?;
    if head.generation > new.generation {
        return Err(StoreError::Overtaken);
    }
    let rest = events_between(&mut *transaction, account_id, (folded_to, head.position), i64::MAX).await?;
    project_logged(&mut transaction, account_id, new.generation, &rest, bots).await?;
    generations::switch_to(&mut *transaction, account_id, new.generation).await?;
    transaction.commit().await?;
    Ok(RebuildSummary { events: head.position, ..summary })
}

/// Removes what a failed rebuild leaves, and returns why it failed. If another rebuild finished first,
/// that is the reason: it removes the rows that this one was writing.
async fn give_up(pool: &PgPool, account_id: i64, new: &NewGeneration, error: StoreError) -> StoreError {
    remove_or_leave(pool, account_id, new.generation, new.generation).await;
    match generations::in_use(pool, account_id).await {
        Ok(in_use) if in_use > new.generation => StoreError::Overtaken,
        _ => error,
    }
}

/// Folds an account's log anew and compares every column of every row with the generation in use.
/// Returns the differences in words, none if all is well. What is appended meanwhile is left out of
/// the comparison.
///
/// # Errors
/// [`StoreError::Overtaken`] if a rebuild finished meanwhile.
pub async fn check(pool: &PgPool, account_id: i64, bots: &Bots) -> Result<(RebuildSummary, Vec<String>), StoreError> {
    let new = generations::begin(pool, account_id).await?;
    let outcome = async {
        let (summary, folded_to) = fold_log(pool, account_id, &new, bots).await?;
        let differences = differences(pool, account_id, (new.in_use, new.generation), folded_to).await?;
        Ok((RebuildSummary { events: folded_to, ..summary }, differences))
    }
    .await;
    match outcome {
        Ok(outcome) => {
            remove_or_leave(pool, account_id, new.generation, new.generation).await;
            Ok(outcome)
        }
        Err(error) => Err(give_up(pool, account_id, &new, error).await),
    }
}

/// Folds the log into the new generation up to a position close to the head, and returns the position.
async fn fold_log(
    pool: &PgPool,
    account_id: i64,
    new: &NewGeneration,
    bots: &Bots,
) -> Result<(RebuildSummary, i64), StoreError> {
    let items = fold_beginning(pool, account_id, new, bots).await?;
    let mut folded_to = new.position;
    loop {
        let tail = events_between(pool, account_id, (folded_to, i64::MAX), TAIL_AT_ONCE).await?;
        let full = i64::try_from(tail.len()).unwrap_or(i64::MAX) >= TAIL_AT_ONCE;
        let Some(last) = tail.last() else { break };
        folded_to = last.position;
        let mut transaction = pool::begin(pool, "BEGIN").await?;
        project_logged(&mut transaction, account_id, new.generation, &tail, bots).await?;
        transaction.commit().await?;
        if !full {
            break;
        }
    }
    Ok((RebuildSummary { items, ..RebuildSummary::default() }, folded_to))
}

/// Folds what was in the log when the generation began, item by item, so that memory holds one batch
/// of items and the directory, however long the log is. Returns the number of items.
async fn fold_beginning(pool: &PgPool, account_id: i64, new: &NewGeneration, bots: &Bots) -> Result<i64, StoreError> {
    let mut writer = pool.acquire().await?;
    let mut bots = people::owned_now(&mut writer, account_id, bots).await?;
    loop {
        let (written, directory) = fold_items(pool, &mut writer, account_id, new, &bots).await?;
        let owned = bots.owned(|login| first_owner(&directory.people, login));
        if owned == bots {
            save_directory(&mut writer, account_id, new.generation, &Directory::default(), &directory).await?;
            return Ok(written);
        }
        // Only the whole log tells whom the settings mean. The rows in use nearly always know it already.
        bots = owned;
        generations::remove(&mut *writer, account_id, new.generation, new.generation).await?;
    }
}

/// Folds and writes items, and what people did with them. Returns the number of items, and the directory.
async fn fold_items(
    pool: &PgPool,
    writer: &mut PgConnection,
    account_id: i64,
    new: &NewGeneration,
    bots: &Bots,
) -> Result<(i64, Directory), StoreError> {
    fold_scrubs(pool, writer, account_id, new).await?;
    let mut rows = in_order_of_items(pool, account_id, Part::ItemsAndDirectory, new.position, None);
    let mut directory = Directory::default();
    let mut folded: Vec<(ItemAddress, ItemState)> = Vec::with_capacity(ITEMS_AT_ONCE);
    let mut written = 0;
    let mut annotations = Vec::with_capacity(SCRUBS_AT_ONCE);
    while let Some(row) = rows.try_next().await? {
        let logged = row.read()?;
        if matches!(logged.event.fact, Fact::Scrub(_)) {
            annotations.push(logged);
            if annotations.len() == SCRUBS_AT_ONCE {
                save_scrubs(writer, account_id, new.generation, &mut annotations).await?;
            }
            continue;
        }
        let LoggedEvent { recorded_at, event, .. } = logged;
        directory.apply(account_id, &event, recorded_at);
        let Fact::Item(fact) = &event.fact else { continue };
        let address = (fact.repo_id, fact.number);
        if folded.last().is_none_or(|(last, _)| *last != address) {
            if folded.len() == ITEMS_AT_ONCE {
                written += save_items(writer, account_id, new.generation, &mut folded).await?;
            }
            folded.push((address, ItemState::default()));
        }
        if let Some((_, state)) = folded.last_mut() {
            state.apply(&event, fact, bots);
        }
    }
    written += save_items(writer, account_id, new.generation, &mut folded).await?;
    save_scrubs(writer, account_id, new.generation, &mut annotations).await?;
    Ok((written, directory))
}

/// Folds what people did that is about no item, in the order of the log. It comes first, so that a
/// deck's rows are there before its items are marked as read.
async fn fold_scrubs(
    pool: &PgPool,
    writer: &mut PgConnection,
    account_id: i64,
    new: &NewGeneration,
) -> Result<(), StoreError> {
    let mut rows = in_order_of_items(pool, account_id, Part::Scrubs, new.position, None);
    let mut events = Vec::with_capacity(SCRUBS_AT_ONCE);
    while let Some(row) = rows.try_next().await? {
        events.push(row.read()?);
        if events.len() == SCRUBS_AT_ONCE {
            save_scrubs(writer, account_id, new.generation, &mut events).await?;
        }
    }
    save_scrubs(writer, account_id, new.generation, &mut events).await
}

async fn save_items(
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

/// Folds scrub events into their rows. The events of one item, and those of no item, are in the order
/// of the log.
async fn save_scrubs(
    writer: &mut PgConnection,
    account_id: i64,
    generation: i64,
    events: &mut Vec<LoggedEvent>,
) -> Result<(), StoreError> {
    let mut transaction = writer.begin().await?;
    let entries: Vec<_> = events.iter().map(LoggedEvent::entry).collect();
    scrubs::project(&mut transaction, account_id, generation, &entries).await?;
    transaction.commit().await?;
    events.clear();
    Ok(())
}

async fn project_logged(
    connection: &mut PgConnection,
    account_id: i64,
    generation: i64,
    events: &[LoggedEvent],
    bots: &Bots,
) -> Result<(), StoreError> {
    let entries: Vec<_> = events.iter().map(LoggedEvent::entry).collect();
    project(connection, account_id, generation, &entries, bots).await
}

/// Removes generations. If that fails, the rows stay: nobody reads them, and the next rebuild that
/// finishes removes them.
async fn remove_or_leave(pool: &PgPool, account_id: i64, first: i64, last: i64) {
    if let Err(error) = generations::remove(pool, account_id, first, last).await {
        let error = &error as &dyn std::error::Error;
        tracing::warn!(account = account_id, error, "rows of a finished rebuild stay until the next one");
    }
}
