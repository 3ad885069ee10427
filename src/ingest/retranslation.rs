//! Retranslation: stored raw deliveries are translated again. Facts that an earlier version did not
//! understand are added, and facts that it understood differently are superseded.
//!
//! Events stay as they are. A correction is a further event that names the one it replaces. Which of
//! them counts is decided when the log is read (`effective_events`), so corrections take effect with
//! the next rebuild.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Ingest, IngestError, decompress};
use crate::activity::{Event, Fact};
use crate::store::append::Entry;
use crate::store::log::{self, LoggedEvent};
use crate::store::retention::StoredDelivery;
use crate::store::{StoreError, stored};
use crate::webhook::translate::source_key;
use crate::webhook::{TranslationOutcome, VerifiedDelivery, translate};

/// The number of events that a retranslation appended.
#[derive(Clone, Copy, Debug, Default)]
pub struct Corrections {
    /// Events that were missing from the log.
    pub missing: usize,
    /// Events that replace others or take them back.
    pub corrected: usize,
}

/// How many more facts an earlier version may have found in a delivery than this one does. It may be
/// more for the long lists of an installation; the next listing corrects those.
const FORMER_FACTS: usize = 8;
/// The kind of an event that takes back the one that it supersedes.
const RETRACTED: &str = "retracted";

impl Ingest {
    /// Translates a stored delivery again and appends what is new; answers also the outcome under
    /// which the delivery is to be stored now.
    pub async fn retranslate(
        &self,
        account_id: i64,
        kept: &StoredDelivery,
    ) -> Result<(Corrections, &'static str), IngestError> {
        let Ok(body) = decompress(&kept.body) else {
            return Ok((Corrections::default(), TranslationOutcome::Unreadable.name()));
        };
        let translation = translate(&VerifiedDelivery::stored(kept.guid, &kept.event, &body));
        let mut done = Corrections::default();
        for (other, event) in translation.elsewhere.into_iter().filter(|(other, _)| self.keeps(other)) {
            let keys = vec![event.source_key.clone()];
            self.correct(other.id, keys, vec![event], kept.received_at, &mut done).await?;
        }
        let keys = possible_keys(kept.guid, &translation.events);
        self.correct(account_id, keys, translation.events, kept.received_at, &mut done).await?;
        Ok((done, translation.outcome.name()))
    }

    /// Appends the events of `told` that are missing, and corrects those that stand differently under
    /// `keys`.
    async fn correct(
        &self,
        account_id: i64,
        keys: Vec<String>,
        told: Vec<Event>,
        received_at: DateTime<Utc>,
        done: &mut Corrections,
    ) -> Result<(), IngestError> {
        let mut standing = log::standing(self.batches.pool(), account_id, &keys).await.map_err(unread)?;
        let mut events = vec![];
        for event in told {
            let event = as_received(event, received_at);
            match standing.remove(&event.source_key) {
                None => {
                    done.missing += 1;
                    events.push((event, None));
                }
                Some(known) if says_the_same(&known.event, &event) => {}
                Some(known) => events.push(correction(event, known)),
            }
        }
        let taken_back = standing.into_values().filter(|known| known.event.kind != RETRACTED);
        events.extend(
            taken_back.map(|known| correction(Event { kind: RETRACTED.to_owned(), ..known.event.clone() }, known)),
        );
        done.corrected += events.iter().filter(|(_, supersedes)| supersedes.is_some()).count();
        if !events.is_empty() {
            self.batches.append(account_id, Entry::corrected(events)).await?;
        }
        Ok(())
    }
}

fn unread(error: StoreError) -> IngestError {
    tracing::warn!(
        error = &error as &dyn std::error::Error,
        "the log of a delivery to be retranslated could not be read"
    );
    if error.is_unavailable() { IngestError::Unavailable } else { IngestError::Refused }
}

/// The source keys of the facts that a delivery tells its own account now, or may have told it before.
fn possible_keys(guid: Uuid, told: &[Event]) -> Vec<String> {
    let ordinals = told.len() + FORMER_FACTS;
    let mut keys: Vec<String> = (0..ordinals).map(|ordinal| source_key(guid, ordinal)).collect();
    keys.extend(told.iter().map(|event| event.source_key.clone()));
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// The event with the time of the delivery's receipt, if that is the time by which it counts.
fn as_received(event: Event, received_at: DateTime<Utc>) -> Event {
    let by_receipt = event.occurred_at.is_none() && !matches!(event.fact, Fact::Item(_));
    Event { occurred_at: if by_receipt { Some(received_at) } else { event.occurred_at }, ..event }
}

/// Whether both events say the same, each written by this version.
fn says_the_same(known: &Event, told: &Event) -> bool {
    let when = |event: &Event| event.occurred_at.filter(|_| matches!(event.fact, Fact::Item(_)));
    known.kind == told.kind
        && known.actor == told.actor
        && when(known) == when(told)
        && stored::write(&known.fact) == stored::write(&told.fact)
}

/// The event under a new key, and the key that it supersedes.
fn correction(event: Event, known: LoggedEvent) -> (Event, Option<String>) {
    let key = known.event.source_key;
    let (base, version) = key.split_once('~').unwrap_or((&key, "0"));
    let next = version.parse::<u32>().unwrap_or_default() + 1;
    (Event { source_key: format!("{base}~{next}"), ..event }, Some(key))
}
