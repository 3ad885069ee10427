//! The watchers of this process: one for each scrub that somebody follows here.

use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tokio::sync::{Notify, Semaphore, SemaphorePermit};

/// How many who say that they are there are taken down at once. They come together when a meeting begins, and are not to
/// take all connections.
const AT_ONCE: usize = 4;

/// A watcher that may be over by now, and how it is told to look at once.
struct KnownWatcher {
    watch: Weak<dyn Any + Send + Sync>,
    nudge: Arc<Notify>,
}

/// Watchers, by account and scrub.
pub struct Watches {
    known: Mutex<HashMap<(i64, i64), KnownWatcher>>,
    comers: Semaphore,
}

impl Default for Watches {
    fn default() -> Self {
        Self { known: Mutex::default(), comers: Semaphore::new(AT_ONCE) }
    }
}

impl Watches {
    /// The watcher of a scrub, if there is one.
    pub fn find<W: Send + Sync + 'static>(&self, scrub: (i64, i64)) -> Option<Arc<W>> {
        find(&self.known(), scrub)
    }

    /// Takes in a watcher, unless somebody was faster. Answers the one that counts, and whether it is this one.
    pub fn put<W: Send + Sync + 'static>(&self, scrub: (i64, i64), new: Arc<W>, nudge: Arc<Notify>) -> (Arc<W>, bool) {
        let mut known = self.known();
        if let Some(there) = find(&known, scrub) {
            return (there, false);
        }
        known.retain(|_, known| known.watch.strong_count() > 0);
        let any: Arc<dyn Any + Send + Sync> = new.clone();
        known.insert(scrub, KnownWatcher { watch: Arc::downgrade(&any), nudge });
        (new, true)
    }

    /// Has the watchers of an account's scrubs look at once.
    pub fn nudge(&self, account_id: i64) {
        for (_, known) in self.known().iter().filter(|((of, _), _)| *of == account_id) {
            known.nudge.notify_one();
        }
    }

    /// The turn of somebody who says that they are there.
    pub async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        // It is never closed.
        self.comers.acquire().await.ok()
    }

    fn known(&self) -> MutexGuard<'_, HashMap<(i64, i64), KnownWatcher>> {
        // A map is whole whatever happened to the thread that held it.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn find<W: Send + Sync + 'static>(known: &HashMap<(i64, i64), KnownWatcher>, scrub: (i64, i64)) -> Option<Arc<W>> {
    known.get(&scrub)?.watch.upgrade()?.downcast().ok()
}
