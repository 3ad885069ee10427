//! What people have said about dates of the schedule, and the talks that they have announced.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::{PgConnection, PgExecutor, PgPool};

use super::{StoreError, pool};
use crate::scrub::meetings::{DateNote, Talk};

/// Talks of one date at most.
pub const MOST_TALKS: i64 = 20;

/// How a date is to be held.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DatePlan {
    pub cancelled: bool,
    pub moved_to: Option<DateTime<Utc>>,
    pub reason: String,
}

/// A talk to be announced.
#[derive(Clone, Debug)]
pub struct NewTalk {
    pub title: String,
    pub presenter: String,
    pub minutes: Option<i64>,
}

/// The outcome of announcing a talk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnnounceOutcome {
    New(Talk),
    /// The same person has announced a talk of this title.
    Already(Talk),
    /// The date has as many talks as it may.
    Full,
}

struct TalkRow {
    date: NaiveDate,
    talk: i64,
    title: String,
    presenter: String,
    minutes: Option<i64>,
}

/// What was said about the dates from one to another.
pub async fn notes(
    executor: impl PgExecutor<'_>,
    account_id: i64,
    (from, to): (NaiveDate, NaiveDate),
) -> Result<Vec<DateNote>, StoreError> {
    let notes = sqlx::query_as!(
        DateNote,
        "SELECT date, cancelled, moved_to, reason, sequence, changed_at FROM schedule_dates
         WHERE account_id = $1 AND date BETWEEN $2 AND $3 ORDER BY date",
        account_id,
        from,
        to,
    )
    .fetch_all(executor)
    .await?;
    Ok(notes)
}

/// The talks of the dates from one to another, each with its date, in the order in which they were announced.
pub async fn talks(
    executor: impl PgExecutor<'_>,
    account_id: i64,
    (from, to): (NaiveDate, NaiveDate),
) -> Result<Vec<(NaiveDate, Talk)>, StoreError> {
    let rows = sqlx::query_as!(
        TalkRow,
        "SELECT date, talk, title, presenter, minutes FROM talks
         WHERE account_id = $1 AND date BETWEEN $2 AND $3 ORDER BY date, talk",
        account_id,
        from,
        to,
    )
    .fetch_all(executor)
    .await?;
    let talk = |TalkRow { date, talk, title, presenter, minutes }| (date, Talk { talk, title, presenter, minutes });
    Ok(rows.into_iter().map(talk).collect())
}

/// Says how a date is to be held, in place of what was said before.
pub async fn plan_date(
    pool: &PgPool,
    account_id: i64,
    date: NaiveDate,
    plan: &DatePlan,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO schedule_dates (account_id, date, cancelled, moved_to, reason, sequence, changed_at)
         VALUES ($1, $2, $3, $4, $5, 1, $6)
         ON CONFLICT (account_id, date) DO UPDATE SET cancelled = EXCLUDED.cancelled, moved_to = EXCLUDED.moved_to,
           reason = EXCLUDED.reason, sequence = schedule_dates.sequence + 1, changed_at = EXCLUDED.changed_at
         WHERE (schedule_dates.cancelled, schedule_dates.moved_to, schedule_dates.reason)
           IS DISTINCT FROM (EXCLUDED.cancelled, EXCLUDED.moved_to, EXCLUDED.reason)",
        account_id,
        date,
        plan.cancelled,
        plan.moved_to,
        plan.reason,
        at,
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// Announces a talk.
pub async fn add_talk(
    pool: &PgPool,
    account_id: i64,
    date: NaiveDate,
    new: NewTalk,
    at: DateTime<Utc>,
) -> Result<AnnounceOutcome, StoreError> {
    let mut transaction = pool::begin(pool, "BEGIN").await?;
    let sequence = touch(&mut transaction, account_id, date, at).await?;
    let talks = talks(&mut *transaction, account_id, (date, date)).await?;
    let same = |talk: &Talk| talk.title == new.title && talk.presenter == new.presenter;
    // A transaction that is dropped changes nothing, the sequence included.
    if let Some((_, talk)) = talks.iter().find(|(_, talk)| same(talk)) {
        return Ok(AnnounceOutcome::Already(talk.clone()));
    }
    if i64::try_from(talks.len()).is_ok_and(|count| count >= MOST_TALKS) {
        return Ok(AnnounceOutcome::Full);
    }
    let NewTalk { title, presenter, minutes } = new;
    sqlx::query!(
        "INSERT INTO talks (account_id, date, talk, title, presenter, minutes) VALUES ($1, $2, $3, $4, $5, $6)",
        account_id,
        date,
        sequence,
        title,
        presenter,
        minutes,
    )
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(AnnounceOutcome::New(Talk { talk: sequence, title, presenter, minutes }))
}

/// Takes a talk off its date. Returns `false` if there is none of this number.
pub async fn remove_talk(
    pool: &PgPool,
    account_id: i64,
    (date, talk): (NaiveDate, i64),
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let mut transaction = pool::begin(pool, "BEGIN").await?;
    let removed =
        sqlx::query!("DELETE FROM talks WHERE account_id = $1 AND date = $2 AND talk = $3", account_id, date, talk,)
            .execute(&mut *transaction)
            .await?;
    if removed.rows_affected() == 0 {
        return Ok(false);
    }
    touch(&mut transaction, account_id, date, at).await?;
    transaction.commit().await?;
    Ok(true)
}

/// Counts a change of a date, and holds its row until the transaction ends.
async fn touch(
    connection: &mut PgConnection,
    account_id: i64,
    date: NaiveDate,
    at: DateTime<Utc>,
) -> Result<i64, StoreError> {
    let sequence = sqlx::query_scalar!(
        "INSERT INTO schedule_dates (account_id, date, sequence, changed_at) VALUES ($1, $2, 1, $3)
         ON CONFLICT (account_id, date)
         DO UPDATE SET sequence = schedule_dates.sequence + 1, changed_at = EXCLUDED.changed_at
         RETURNING sequence",
        account_id,
        date,
        at,
    )
    .fetch_one(connection)
    .await?;
    Ok(sequence)
}
