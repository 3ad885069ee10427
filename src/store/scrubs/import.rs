//! Appending the facts of a spreadsheet.

use std::collections::BTreeSet;

use chrono::SubsecRound;
use sqlx::PgPool;

use super::turn::{Request, Turn};
use crate::activity::Actor;
use crate::scrub::record::SheetFact;
use crate::store::StoreError;

pub use ImportOutcome as Imported;

/// The outcome of an import.
#[derive(Debug)]
pub enum ImportOutcome {
    /// The account's position, and how many facts were new.
    Done(i64, usize),
    /// Something was read or noted after the plan was made, so the plan must be made again.
    Overtaken,
}

/// Appends the facts of a spreadsheet, all of them or none. `planned` is the position as of which they
/// were decided on.
pub async fn import(
    pool: &PgPool,
    account_id: i64,
    planned: i64,
    facts: Vec<SheetFact>,
    request: &Request,
) -> Result<ImportOutcome, StoreError> {
    let mut turn = Turn::begin(pool, account_id, request).await?;
    let overtaken = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM events WHERE account_id = $1 AND position > $2 AND source = 'scrub') AS "any!""#,
        account_id,
        planned,
    )
    .fetch_one(turn.connection())
    .await?;
    if overtaken {
        return Ok(ImportOutcome::Overtaken);
    }
    let keys: Vec<String> = facts.iter().map(|fact| fact.key.clone()).collect();
    let known = sqlx::query_scalar!(
        r#"SELECT found.source_key AS "key!" FROM UNNEST($2::text[]) AS wanted (source_key)
           CROSS JOIN LATERAL (SELECT source_key FROM events
             WHERE account_id = $1 AND source_key BETWEEN wanted.source_key AND wanted.source_key
             ORDER BY source_key LIMIT 1) AS found"#,
        account_id,
        &keys,
    )
    .fetch_all(turn.connection())
    .await?;
    let mut known: BTreeSet<String> = known.into_iter().collect();
    let mut events = vec![];
    for SheetFact { key, at, by, fact } in facts {
        if known.insert(key.clone()) {
            let mut event = turn.event(key, fact);
            event.occurred_at = at.map(|at| at.trunc_subsecs(6));
            event.actor = Some(Actor { login: by, id: None, bot: false });
            events.push(event);
        }
    }
    let new = events.len();
    if new == 0 {
        return Ok(ImportOutcome::Done(turn.head.position, 0));
    }
    Ok(ImportOutcome::Done(turn.append_events(events).await?, new))
}
