//! Translating once more what is kept raw: what an earlier version did not understand is added, and
//! what it understood otherwise is superseded.
//!
//! Events stay as they are. A correction is a further event that names the one it stands instead of;
//! what counts is decided when the log is read (`effective_events`), so it is a rebuild that makes
//! corrections effective.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Ingest, IngestError, decompress};
use crate::activity::{Event, Fact};
use crate::store::append::Entry;
use crate::store::log::{self, LoggedEvent};
use crate::store::retention::Kept;
use crate::store::{StoreError, stored};
use crate::webhook::translate::source_key;
use crate::webhook::{Outcome, VerifiedDelivery, translate};

/// What a stored delivery told once more.
#[derive(Clone, Copy, Debug, Default)]
pub struct Again {
    /// Events that were not in the log.
    pub missing: usize,
    /// Events that stand instead of others, or take others back.
    pub corrected: usize,
}

/// Facts that a delivery may have told an earlier version beyond those that it tells now. Of an
/// installation's long lists more may have been, which the next listing puts right.
const BEYOND: usize = 8;
/// The kind of an event that takes back the one that it supersedes.
const RETRACTED: &str = "retracted";

impl Ingest {
    /// Translates a stored delivery once more; answers also what the delivery is worth now.
    pub async fn translate_again(&self, account_id: i64, kept: &Kept) -> Result<(Again, &'static str), IngestError> {
        let Ok(body) = decompress(&kept.body) else { return Ok((Again::default(), Outcome::Unreadable.name())) };
        let translation = translate(&VerifiedDelivery::stored(kept.guid, &kept.event, &body));
        let mut again = Again::default();
        for (other, event) in translation.elsewhere.into_iter().filter(|(other, _)| self.takes(other)) {
            let keys = vec![event.source_key.clone()];
            self.correct(other.id, keys, vec![event], kept.received_at, &mut again).await?;
        }
        let keys = beyond(kept.guid, &translation.events);
        self.correct(account_id, keys, translation.events, kept.received_at, &mut again).await?;
        Ok((again, translation.outcome.name()))
    }

    /// Adds what is missing of `told`, and corrects what stands otherwise under `keys`.
    async fn correct(
        &self,
        account_id: i64,
        keys: Vec<String>,
        told: Vec<Event>,
        received_at: DateTime<Utc>,
        again: &mut Again,
    ) -> Result<(), IngestError> {
        let mut standing = log::standing(self.batches.pool(), account_id, &keys).await.map_err(unread)?;
        let mut events = vec![];
        for event in told {
            let event = as_received(event, received_at);
            match standing.remove(&event.source_key) {
                None => {
                    again.missing += 1;
                    events.push((event, None));
                }
                Some(known) if says_the_same(&known.event, &event) => {}
                Some(known) => events.push(instead(event, known)),
            }
        }
        let taken_back = standing.into_values().filter(|known| known.event.kind != RETRACTED);
        events.extend(
            taken_back.map(|known| instead(Event { kind: RETRACTED.to_owned(), ..known.event.clone() }, known)),
        );
        again.corrected += events.iter().filter(|(_, supersedes)| supersedes.is_some()).count();
        if !events.is_empty() {
            self.batches.append(account_id, Entry::corrected(events)).await?;
        }
        Ok(())
    }
}

fn unread(error: StoreError) -> IngestError {
    tracing::warn!(error = &error as &dyn std::error::Error, "what stands in the log could not be read");
    if error.is_unavailable() { IngestError::Unavailable } else { IngestError::Refused }
}

/// The keys of what a delivery tells its own account, and may have told it.
fn beyond(guid: Uuid, told: &[Event]) -> Vec<String> {
    let ordinals = told.len() + BEYOND;
    let mut keys: Vec<String> = (0..ordinals).map(|ordinal| source_key(guid, ordinal)).collect();
    keys.extend(told.iter().map(|event| event.source_key.clone()));
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// A fact that counts by its receipt counts by the delivery's, not by today.
fn as_received(event: Event, received_at: DateTime<Utc>) -> Event {
    let by_receipt = event.occurred_at.is_none() && !matches!(event.fact, Fact::Item(_));
    Event { occurred_at: if by_receipt { Some(received_at) } else { event.occurred_at }, ..event }
}

/// In this version's words for both.
fn says_the_same(known: &Event, told: &Event) -> bool {
    let when = |event: &Event| event.occurred_at.filter(|_| matches!(event.fact, Fact::Item(_)));
    known.kind == told.kind
        && known.actor == told.actor
        && when(known) == when(told)
        && stored::write(&known.fact) == stored::write(&told.fact)
}

/// The event under a key of its own, and the key that it supersedes.
fn instead(event: Event, known: LoggedEvent) -> (Event, Option<String>) {
    let key = known.event.source_key;
    let (base, version) = key.split_once('~').unwrap_or((&key, "0"));
    let next = version.parse::<u32>().unwrap_or_default() + 1;
    (Event { source_key: format!("{base}~{next}"), ..event }, Some(key))
}
