//! The watchers of this process: one for each scrub that somebody follows here.

use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tokio::sync::Notify;

/// A watcher that may be over by now, and how it is told to look at once.
struct Known {
    watch: Weak<dyn Any + Send + Sync>,
    nudge: Arc<Notify>,
}

/// Watchers, by account and scrub.
#[derive(Default)]
pub struct Watches(Mutex<HashMap<(i64, i64), Known>>);

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
        known.insert(scrub, Known { watch: Arc::downgrade(&any), nudge });
        (new, true)
    }

    /// Has the watchers of an account's scrubs look at once.
    pub fn nudge(&self, account_id: i64) {
        for (_, known) in self.known().iter().filter(|((of, _), _)| *of == account_id) {
            known.nudge.notify_one();
        }
    }

    fn known(&self) -> MutexGuard<'_, HashMap<(i64, i64), Known>> {
        // A map is whole whatever happened to the thread that held it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn find<W: Send + Sync + 'static>(known: &HashMap<(i64, i64), Known>, scrub: (i64, i64)) -> Option<Arc<W>> {
    known.get(&scrub)?.watch.upgrade()?.downcast().ok()
}
