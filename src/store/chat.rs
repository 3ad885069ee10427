//! Messages to a chat: found when a scrub has begun or ended, each once, and taken by a lease while one is sent.
//!
//! The key decides that there is one of a kind. A message is `sending` from before the request until its answer is
//! understood. If whoever sends it is gone by then, nobody knows whether it arrived, and it stays as it is: `unknown`.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgPool;
use uuid::Uuid;

use super::StoreError;

/// For how long a message is taken: longer than composing and sending one can take.
const HELD: TimeDelta = TimeDelta::minutes(2);
/// Messages that are looked at when one is taken: others may be taking the first ones.
const CANDIDATES: i64 = 20;

/// What a message tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChatKind {
    Begins,
    Minutes,
}

impl ChatKind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Begins => "begins",
            Self::Minutes => "minutes",
        }
    }

    fn from_name(name: &str) -> Result<Self, StoreError> {
        let found = [Self::Begins, Self::Minutes].into_iter().find(|kind| kind.name() == name);
        found.ok_or_else(|| StoreError::Unreadable(format!("a message of kind {name}")))
    }
}

/// A message that only its holder works on.
#[derive(Clone, Debug)]
pub struct TakenMessage {
    pub account_id: i64,
    pub scrub: i64,
    pub kind: ChatKind,
    pub made_at: DateTime<Utc>,
    /// How often it was sent before.
    pub tries: i64,
    holder: Uuid,
}

/// What became of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MessageEnd {
    Sent,
    /// There is nothing to tell.
    LeftOut,
    /// It is sent again at a time.
    Due {
        at: DateTime<Utc>,
        error: String,
    },
    GivenUp {
        error: String,
    },
    Unknown {
        error: String,
    },
}

impl MessageEnd {
    pub fn name(&self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::LeftOut => "left_out",
            Self::Due { .. } => "due",
            Self::GivenUp { .. } => "given_up",
            Self::Unknown { .. } => "unknown",
        }
    }
}

/// Since when a chat is told: now, if it is new.
pub async fn since(pool: &PgPool, chat: &[u8], now: DateTime<Utc>) -> Result<DateTime<Utc>, StoreError> {
    sqlx::query!("INSERT INTO chats (account_id, chat, since) VALUES (0, $1, $2) ON CONFLICT DO NOTHING", chat, now)
        .execute(pool)
        .await?;
    let since = sqlx::query_scalar!("SELECT since FROM chats WHERE account_id = 0 AND chat = $1", chat);
    Ok(since.fetch_one(pool).await?)
}

/// Makes the messages about scrubs that have begun or ended since a time: within the last hour, and within the last day.
pub async fn notice(pool: &PgPool, since: DateTime<Utc>, now: DateTime<Utc>) -> Result<u64, StoreError> {
    let begun = sqlx::query!(
        "INSERT INTO chat_messages (account_id, scrub, kind, made_at, due_at)
         SELECT s.account_id, s.scrub, 'begins', $2::timestamptz, $2 FROM current_scrubs s
         WHERE s.closed_at IS NULL AND NOT s.imported AND s.opened_at >= $1
         ON CONFLICT DO NOTHING",
        since.max(now - TimeDelta::hours(1)),
        now,
    )
    .execute(pool)
    .await?;
    // By itself: Citus does not hand an INSERT of several SELECTs on to the servers.
    let ended = sqlx::query!(
        "INSERT INTO chat_messages (account_id, scrub, kind, made_at, due_at)
         SELECT s.account_id, s.scrub, 'minutes', $2::timestamptz, $2 FROM current_scrubs s
         WHERE NOT s.imported AND s.closed_at >= $1
         ON CONFLICT DO NOTHING",
        since.max(now - TimeDelta::days(1)),
        now,
    )
    .execute(pool)
    .await?;
    Ok(begun.rows_affected() + ended.rows_affected())
}

/// Takes the message that is due first.
pub async fn take(pool: &PgPool, now: DateTime<Utc>) -> Result<Option<TakenMessage>, StoreError> {
    // Looking locks nothing: where accounts are on several servers, nobody can lock across them.
    let due = sqlx::query!(
        "SELECT account_id, scrub, kind FROM chat_messages
         WHERE state = 'due' AND due_at <= $1 AND (held_by IS NULL OR held_until <= $1)
         ORDER BY due_at, account_id, scrub, kind LIMIT $2",
        now,
        CANDIDATES,
    )
    .fetch_all(pool)
    .await?;
    for key in due {
        let kind = ChatKind::from_name(&key.kind)?;
        if let Some(taken) = take_one(pool, (key.account_id, key.scrub, kind), now).await? {
            return Ok(Some(taken));
        }
    }
    Ok(None)
}

/// Takes a message, unless it is not due any more, or somebody else has it. Who comes second waits for the first one's
/// row, and then finds it held.
async fn take_one(
    pool: &PgPool,
    (account_id, scrub, kind): (i64, i64, ChatKind),
    now: DateTime<Utc>,
) -> Result<Option<TakenMessage>, StoreError> {
    let holder = Uuid::new_v4();
    let row = sqlx::query!(
        "UPDATE chat_messages SET held_by = $4, held_until = $6
         WHERE account_id = $1 AND scrub = $2 AND kind = $3
           AND state = 'due' AND due_at <= $5 AND (held_by IS NULL OR held_until <= $5)
         RETURNING made_at, tries",
        account_id,
        scrub,
        kind.name(),
        holder,
        now,
        now + HELD,
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|row| TakenMessage { account_id, scrub, kind, made_at: row.made_at, tries: row.tries, holder }))
}

/// Says that a message is being sent from now on. Returns `false` if somebody else has taken it: then it must not be.
pub async fn sending(pool: &PgPool, message: &TakenMessage, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let done = sqlx::query!(
        "UPDATE chat_messages SET state = 'sending', tries = tries + 1, held_until = $5
         WHERE account_id = $1 AND scrub = $2 AND kind = $3 AND held_by = $4 AND state = 'due'",
        message.account_id,
        message.scrub,
        message.kind.name(),
        message.holder,
        now + HELD,
    )
    .execute(pool)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Writes what became of a message.
pub async fn end(
    pool: &PgPool,
    message: &TakenMessage,
    end: &MessageEnd,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let (due_at, error) = match end {
        MessageEnd::Sent | MessageEnd::LeftOut => (None, None),
        MessageEnd::Due { at, error } => (Some(*at), Some(error.as_str())),
        MessageEnd::GivenUp { error } | MessageEnd::Unknown { error } => (None, Some(error.as_str())),
    };
    sqlx::query!(
        "UPDATE chat_messages SET state = $5, due_at = COALESCE($6, due_at), error = $7, held_by = NULL,
           ended_at = CASE WHEN $6::timestamptz IS NULL THEN $8::timestamptz END
         WHERE account_id = $1 AND scrub = $2 AND kind = $3 AND held_by = $4",
        message.account_id,
        message.scrub,
        message.kind.name(),
        message.holder,
        end.name(),
        due_at,
        error,
        now,
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// The messages that were being sent by somebody who is gone. Nobody knows of them any more.
pub async fn lose(pool: &PgPool, now: DateTime<Utc>) -> Result<u64, StoreError> {
    let lost = sqlx::query!(
        "UPDATE chat_messages SET state = 'unknown', error = 'the service ended while it was being sent',
           held_by = NULL, ended_at = $1
         WHERE state = 'sending' AND held_until <= $1",
        now,
    )
    .execute(pool)
    .await?;
    Ok(lost.rows_affected())
}

/// A message that has not arrived, as it is shown to people.
#[derive(Clone, Debug)]
pub struct ShownMessage {
    pub scrub: i64,
    pub kind: String,
    pub state: String,
    pub tries: i64,
    pub error: Option<String>,
    /// When it is sent again, if it is.
    pub due_at: Option<DateTime<Utc>>,
}

/// An account's messages since a time that have not arrived, or of which nobody knows, the latest first.
pub async fn failing(
    pool: &PgPool,
    account_id: i64,
    since: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<ShownMessage>, StoreError> {
    let messages = sqlx::query_as!(
        ShownMessage,
        "SELECT scrub, kind, state, tries, error, CASE WHEN state = 'due' THEN due_at END AS due_at FROM chat_messages
         WHERE account_id = $1 AND made_at >= $2 AND error IS NOT NULL AND state IN ('due', 'unknown', 'given_up')
         ORDER BY made_at DESC, scrub DESC LIMIT $3",
        account_id,
        since,
        limit,
    )
    .fetch_all(pool)
    .await?;
    Ok(messages)
}
