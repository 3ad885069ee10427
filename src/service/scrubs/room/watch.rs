//! Finding out that something changed in a scrub that somebody follows.
//!
//! All who follow a scrub on one replica share one watcher, which looks at the room's stamp in the store and at how far the
//! live ranking has come. What changed is read once for all who see the same, by the first of them who asks.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use chrono::NaiveDate;
use tokio::sync::{Notify, OnceCell, Semaphore, watch};
use tokio::time::{Instant, sleep_until, timeout};

use super::change::Change;
use crate::activity::Sight;
use crate::service::{Refusal, Service};
use crate::store::scrubs::room::{Stamp, stamp};

/// How soon what another replica changed is found: the store is asked so often, and so is the log.
const POLL: Duration = Duration::from_millis(50);
/// How far apart two changes are told at least: what happens in between is told together. What an event tells is waited for;
/// that somebody moves about in the room is not.
const APART: Duration = Duration::from_millis(20);
const ROOM_APART: Duration = Duration::from_millis(100);
/// How many with different sights read what changed at once.
const AT_ONCE: usize = 4;
/// Changes that are kept at most.
const MOST_KEPT: usize = 256;

/// How far a scrub has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pulse {
    /// The position that the live ranking includes; `None`: the account is here no more.
    pub position: Option<i64>,
    pub stamp: Stamp,
}

/// What a change is read for: who sees it, and from which position to which state.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct ChangeKey {
    pub sight: Sight,
    /// To which days are counted.
    pub date: NaiveDate,
    pub from: i64,
    pub to: i64,
    pub stamp: Stamp,
}

/// A change that the first of those who see the same reads.
type Read = Arc<OnceCell<Arc<Change>>>;

/// The watcher of a scrub. It looks as long as anybody holds it.
pub(super) struct Watch {
    pulses: watch::Sender<Pulse>,
    nudge: Arc<Notify>,
    changes: Mutex<HashMap<ChangeKey, Read>>,
    turns: Semaphore,
}

impl Watch {
    fn new(first: Pulse) -> Self {
        let (pulses, turns) = (watch::Sender::new(first), Semaphore::new(AT_ONCE));
        Self { pulses, nudge: Arc::default(), changes: Mutex::default(), turns }
    }

    pub fn pulses(&self) -> watch::Receiver<Pulse> {
        self.pulses.subscribe()
    }

    /// What changed, read by whoever asks first.
    ///
    /// # Errors
    /// Those of reading. They are not kept.
    pub async fn change(
        &self,
        key: ChangeKey,
        read: impl Future<Output = Result<Change, Refusal>>,
    ) -> Result<Arc<Change>, Refusal> {
        let cell = {
            let mut changes = self.changes();
            if changes.len() >= MOST_KEPT {
                changes.clear();
            }
            changes.entry(key).or_default().clone()
        };
        let read = async || {
            let _turn = self.turns.acquire().await;
            read.await.map(Arc::new)
        };
        cell.get_or_try_init(read).await.cloned()
    }

    fn changes(&self) -> MutexGuard<'_, HashMap<ChangeKey, Read>> {
        // A map is whole whatever happened to the thread that held it.
        self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Service {
    /// The watcher of a scrub, which begins if there is none.
    pub(super) async fn watch(&self, account_id: i64, scrub: i64) -> Result<Arc<Watch>, Refusal> {
        let key = (account_id, scrub);
        if let Some(known) = self.0.watches.find(key) {
            return Ok(known);
        }
        let first = self.pulse(key).await?;
        let new = Arc::new(Watch::new(first));
        let nudge = new.nudge.clone();
        let (watch, is_new) = self.0.watches.put(key, new, nudge);
        if is_new {
            tokio::spawn(self.clone().look_after(key, Arc::downgrade(&watch), first));
        }
        Ok(watch)
    }

    async fn pulse(&self, (account_id, scrub): (i64, i64)) -> Result<Pulse, Refusal> {
        let position = self.0.live.head(account_id).map(|head| head.position);
        Ok(Pulse { position, stamp: stamp(&self.0.pool, account_id, scrub).await? })
    }

    /// Looks until nobody follows the scrub any more.
    async fn look_after(self, key: (i64, i64), watch: Weak<Watch>, mut known: Pulse) {
        let mut told_at = Instant::now();
        loop {
            let Some(nudge) = watch.upgrade().map(|watch| watch.nudge.clone()) else { return };
            let live = self.0.live.clone();
            let further = known.position.map_or(0, |position| position + 1);
            let something = async {
                tokio::select! {
                    () = live.reached(key.0, further) => {}
                    () = nudge.notified() => {}
                }
            };
            // Either way it is looked at.
            let _ = timeout(POLL, something).await;
            sleep_until(told_at + APART).await;
            let Some(watch) = watch.upgrade() else { return };
            match self.pulse(key).await {
                // It is found again at the next look.
                Ok(now) if now.position == known.position && told_at.elapsed() < ROOM_APART => {}
                Ok(now) if now != known => {
                    (known, told_at) = (now, Instant::now());
                    watch.changes().clear();
                    watch.pulses.send_replace(now);
                }
                Ok(_) => {}
                // Those who follow find out by themselves, and their streams end.
                Err(refusal) => {
                    tracing::debug!(%refusal, "a scrub cannot be watched; trying again");
                    sleep_until(Instant::now() + POLL).await;
                }
            }
        }
    }
}
