//! Who leads a scrub: handed over by the host, or taken by consent while the host is away.

use sqlx::{PgConnection, PgPool};

use super::turn::{Request, Turn};
use super::{room, rows};
use crate::activity::ScrubFact;
use crate::scrub::room::{ASKED, is_present, present};
use crate::store::{StoreError, clock};

/// What somebody wants of the host.
#[derive(Clone, Debug)]
pub struct HostWish<'a> {
    /// The host that they see.
    pub from: &'a str,
    /// Who is to lead the scrub. The same: the host keeps it, and who asked is refused.
    pub host: &'a str,
    /// Nobody needs to agree.
    pub at_once: bool,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostOutcome {
    /// Done, or asked of the others; the account's position.
    Done(i64),
    /// There is no such scrub.
    Unknown,
    Closed,
    /// Somebody else leads it by now.
    Changed,
    /// The host is there, and alone hands it over.
    Present,
    /// Whoever asks has not come to the scrub.
    NotThere,
}

/// Hands a scrub over to another host, asks for that, or agrees with who did.
pub async fn hand_over(
    pool: &PgPool,
    account_id: i64,
    scrub: i64,
    wish: HostWish<'_>,
    request: &Request,
) -> Result<HostOutcome, StoreError> {
    let mut turn = Turn::begin(pool, account_id, request).await?;
    let Some(at) = rows::scrub(turn.connection(), account_id, scrub).await? else { return Ok(HostOutcome::Unknown) };
    if turn.done_before().is_some() {
        return Ok(HostOutcome::Done(turn.head.position));
    }
    if at.closed {
        return Ok(HostOutcome::Closed);
    }
    let is = |one: &str, other: &str| one.to_lowercase() == other.to_lowercase();
    if !is(&at.host, wish.from) {
        return Ok(HostOutcome::Changed);
    }
    let at_once = wish.at_once || is(&request.by, &at.host);
    if is(wish.host, &at.host) {
        if at_once {
            forget(turn.connection(), account_id, scrub).await?;
        }
        return Ok(HostOutcome::Done(turn.end().await?));
    }
    if !at_once {
        if !rows::attends(turn.connection(), account_id, scrub, &request.by).await? {
            return Ok(HostOutcome::NotThere);
        }
        let now = clock::now(turn.connection()).await?;
        let tabs = room::tabs(turn.connection(), account_id, scrub).await?;
        if is_present(&at.host, &tabs, now) {
            return Ok(HostOutcome::Present);
        }
        let (people, _) = present(tabs, now);
        let others = people.iter().any(|person| !is(&person.name, &request.by));
        let is_here = people.iter().any(|person| is(&person.name, &request.by));
        let asked = asked(turn.connection(), account_id, scrub).await?;
        let agrees = asked.as_ref().is_some_and(|(host, by)| is(host, wish.host) && !is(by, &request.by));
        if others && !(agrees && is_here) {
            let again = asked.is_some_and(|(host, by)| is(&host, wish.host) && is(&by, &request.by));
            if !again {
                ask(turn.connection(), account_id, scrub, (wish.host, &request.by)).await?;
            }
            return Ok(HostOutcome::Done(turn.end().await?));
        }
    }
    forget(turn.connection(), account_id, scrub).await?;
    let mut facts = vec![ScrubFact::HandedOver { scrub, host: wish.host.to_owned() }];
    if !rows::attends(turn.connection(), account_id, scrub, wish.host).await? {
        facts.push(ScrubFact::Attended { scrub, login: wish.host.to_owned(), present: true });
    }
    Ok(HostOutcome::Done(turn.append(facts).await?))
}

/// Who was asked for as another host, and by whom, as long as that counts.
async fn asked(
    connection: &mut PgConnection,
    account_id: i64,
    scrub: i64,
) -> Result<Option<(String, String)>, StoreError> {
    let row = sqlx::query!(
        "SELECT wanted_host, asked_by FROM scrub_rooms WHERE account_id = $1 AND scrub = $2
           AND asked_at > clock_timestamp() - make_interval(secs => $3)",
        account_id,
        scrub,
        ASKED.num_seconds() as f64,
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.and_then(|row| row.wanted_host.zip(row.asked_by)))
}

async fn ask(
    connection: &mut PgConnection,
    account_id: i64,
    scrub: i64,
    (host, by): (&str, &str),
) -> Result<(), StoreError> {
    room::change(connection, account_id, scrub).await?;
    sqlx::query!(
        "UPDATE scrub_rooms SET wanted_host = $3, asked_by = $4, asked_at = statement_timestamp()
         WHERE account_id = $1 AND scrub = $2",
        account_id,
        scrub,
        host,
        by,
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn forget(connection: &mut PgConnection, account_id: i64, scrub: i64) -> Result<(), StoreError> {
    room::change(connection, account_id, scrub).await?;
    sqlx::query!(
        "UPDATE scrub_rooms SET wanted_host = NULL, asked_by = NULL, asked_at = NULL
         WHERE account_id = $1 AND scrub = $2",
        account_id,
        scrub,
    )
    .execute(connection)
    .await?;
    Ok(())
}
